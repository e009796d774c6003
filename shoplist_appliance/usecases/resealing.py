"""After a change of the keys: all that is stored is sealed anew in the background, so that the old ones can go."""

import asyncio
import logging

from shoplist_appliance.domain.errors import NotFound, Unavailable
from shoplist_appliance.ports import Keys, ResealableBlobs, Store

log = logging.getLogger(__name__)

BETWEEN_STEPS_SECONDS = 0.05
"""A step takes a hundred values at most: these are two thousand a second, and edits have the store between them."""

BETWEEN_PASSES_SECONDS = 10.0
"""Whatever was sealed before the change, and was still on its way to the store, is there by then."""

AFTER_A_FAILURE_SECONDS = 60.0


class Resealing:
    """Whatever ends it half way, the next start goes on: each value is by one of the keys, and all are there."""

    def __init__(self, keys: Keys, store: Store, blobs: ResealableBlobs) -> None:
        self._keys = keys
        self._store = store
        self._blobs = blobs
        self._done: int | None = None

    async def when_due(self) -> None:
        """Run, if something may be by other keys than the present ones: at the start, and after each change."""
        generation = self._keys.generation
        if self._done == generation or not self._keys.are_several:
            return
        try:
            changed = await self._until_nothing_is_left()
        except Unavailable as error:
            log.warning("sealing with the present keys stopped: %s; it goes on in a minute", error)
            await asyncio.sleep(AFTER_A_FAILURE_SECONDS)
            return
        self._done = generation
        log.info(
            "all that is stored is by the present keys (%d values changed); no longer used: %s",
            *(changed, ", ".join(self._keys.outdated) or "none"),
        )

    async def _until_nothing_is_left(self) -> int:
        changed = last = await self._pass()
        while last:
            await asyncio.sleep(BETWEEN_PASSES_SECONDS)
            last = await self._pass()
            changed += last
        return changed

    async def _pass(self) -> int:
        return await self._pass_store() + await self._pass_objects()

    async def _pass_store(self) -> int:
        step = await self._store.reseal()
        changed = step.changed
        while step.next is not None:
            await asyncio.sleep(BETWEEN_STEPS_SECONDS)
            step = await self._store.reseal(step.next)
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
