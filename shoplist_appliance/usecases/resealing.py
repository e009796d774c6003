"""After a change of the keys: all that is stored is sealed anew in the background, so that the old ones can go."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from shoplist_appliance.domain.errors import NotFound, Unavailable
from shoplist_appliance.ports import Cursor, Keys, ResealableBlobs, Resealed, Store

log = logging.getLogger(__name__)

BETWEEN_STEPS_SECONDS = 0.05
"""A step takes a hundred values at most: these are two thousand a second, and edits have the store between them."""

BETWEEN_PASSES_SECONDS = 10.0
"""Whatever was sealed before the change, and was still on its way to the store, is there by then."""

AFTER_A_FAILURE_SECONDS = 60.0
BETWEEN_RUNS_SECONDS = 3600.0


class Resealing:
    """Whatever ends it half way, the next start goes on: each value is by one of the keys, and all are there."""

    def __init__(self, keys: Keys, store: Store, blobs: ResealableBlobs) -> None:
        self._keys = keys
        self._store = store
        self._blobs = blobs
        self._done: int | None = None
        self._again = 0.0  # by the loop's clock
        self._are_people_found = False

    async def when_due(self) -> None:
        """Run, if something may be by other keys than the present ones: at the start, after each change, and now and
        then while there are others. Once in a process accounts are made to be found by the form that addresses have
        now (ADR 0019)."""
        if not self._are_people_found:
            with contextlib.suppress(Unavailable):
                await self._each(self._store.reseal_people)
                self._are_people_found = True
        generation, now = self._keys.generation, asyncio.get_running_loop().time()
        if not self._keys.are_several or (self._done == generation and now < self._again):
            return
        try:
            changed = await self._until_nothing_is_left()
            if self._keys.generation == generation:
                await self._store.settle_keys()  # only now a command lets the old keys go
        except Unavailable as error:
            log.warning("sealing with the present keys stopped: %s; it goes on in a minute", error)
            await asyncio.sleep(AFTER_A_FAILURE_SECONDS)
            return
        if self._keys.generation != generation:
            return
        if changed or self._done != generation:
            log.info(
                "all that could be read is by the present keys (%d values changed); no longer used: %s",
                *(changed, ", ".join(self._keys.outdated) or "none"),
            )
        self._done, self._again = generation, now + BETWEEN_RUNS_SECONDS

    async def _until_nothing_is_left(self) -> int:
        """The last pass finds nothing, and comes a while after the first one began."""
        changed = await self._pass()
        last = -1
        while last:
            await asyncio.sleep(BETWEEN_PASSES_SECONDS)
            last = await self._pass()
            changed += last
        return changed

    async def _pass(self) -> int:
        return await self._each(self._store.reseal) + await self._pass_objects()

    async def _each(self, reseal: Callable[[Cursor | None], Awaitable[Resealed]]) -> int:
        step = await reseal(None)
        changed = step.changed
        while step.next is not None:
            await asyncio.sleep(BETWEEN_STEPS_SECONDS)
            step = await reseal(step.next)
            changed += step.changed
        return changed

    async def _pass_objects(self) -> int:
        changed = 0
        async for name in self._blobs.list():
            try:
                changed += await self._blobs.renew(name)
            except NotFound:
                continue  # removed meanwhile
            await asyncio.sleep(BETWEEN_STEPS_SECONDS)
        return changed
