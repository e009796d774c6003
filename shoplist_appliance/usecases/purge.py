"""Purging: lists that were deleted so long ago that there is no way back are removed for good."""

import asyncio
import logging

from shoplist_appliance.domain.errors import Conflict, NotFound, OutcomeUnknown, Unavailable
from shoplist_appliance.domain.ids import ListId, PersonId
from shoplist_appliance.domain.lists import Header
from shoplist_appliance.ports import Clock, ListStore
from shoplist_appliance.usecases.lists import KEPT_AFTER_DELETION_MS, is_over
from shoplist_appliance.usecases.open_lists import OpenList, OpenLists
from shoplist_appliance.usecases.turns import Turns

log = logging.getLogger(__name__)

BETWEEN_RUNS_MS = 3600 * 1000
# Edits that came meanwhile have the store to themselves for as long as a step of ours takes.
BETWEEN_STEPS_SECONDS = 0.005


class Purge:
    """Removes what is over. Every run finishes what an earlier one, or an earlier process, left half done."""

    def __init__(self, store: ListStore, open_lists: OpenLists, turns: Turns, clock: Clock) -> None:
        self._store = store
        self._open_lists = open_lists
        self._turns = turns
        self._clock = clock
        self._last: int | None = None

    async def when_due(self) -> None:
        """Run, if this process never did or an hour has passed by the clock, forwards or backwards."""
        now = self._clock.now()
        if self._last is None or abs(now - self._last) >= BETWEEN_RUNS_MS:
            self._last = now
            await self.run()

    async def run(self) -> None:
        """Remove all that is over. Where the store is out of reach, the next run does it."""
        try:
            for list_id in await self._store.deleted_before(self._clock.now() - KEPT_AFTER_DELETION_MS):
                await self._purge(list_id)
            await self._sweep()
        except Unavailable as error:
            log.warning("purging deleted lists stopped: %s; it goes on within an hour", error)

    async def remove_at_once(self, list_id: ListId, person: PersonId) -> bool:
        """Remove a list of which this person is the only member; whether it was so, or the list was gone."""

        async def remove(opened: OpenList) -> bool:
            if list(opened.header.members) != [person]:
                return False
            await self._removed(opened.header)
            return True

        try:
            return await self._turns.alone(list_id, remove)
        except NotFound:
            return True

    async def _purge(self, list_id: ListId) -> None:
        try:
            await self._turns.alone(list_id, self._remove)
        except OutcomeUnknown:
            log.warning("nobody knows whether list %s was purged; the next run looks again", list_id)
        except Unavailable:
            raise
        except Exception:
            # As one that cannot be unsealed: it must not keep all others.
            log.exception("list %s cannot be purged", list_id)

    async def _sweep(self) -> None:
        more = True
        while more:
            more = await self._store.sweep()
            await asyncio.sleep(BETWEEN_STEPS_SECONDS)

    async def _remove(self, opened: OpenList) -> None:
        """In the list's turn, so a restore came before this or finds nothing."""
        header = opened.header
        if is_over(header, self._clock.now()):
            await self._removed(header)
            log.info("list %s purged: it was deleted over 30 days ago", header.id)

    async def _removed(self, header: Header) -> None:
        try:
            await self._store.remove_list(header.id, header.version)
        except Conflict:
            # A write given up for lost has landed after all: what is in memory is not what is stored.
            raise OutcomeUnknown("header") from None
        self._open_lists.removed(header.id)
