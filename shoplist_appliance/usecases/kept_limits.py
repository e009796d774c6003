"""Rate limits that outlast a restart: who was held up goes on being held up."""

import asyncio
import contextlib
import secrets
from collections.abc import Hashable
from dataclasses import replace

import orjson

from shoplist_appliance.domain.errors import Conflict, Unavailable
from shoplist_appliance.ports import Clock, Record, RecordStore
from shoplist_appliance.usecases.limits import MOST_BUCKETS, Limits

LIMIT = "limit"
# What is full again before that is not worth a row: nobody waits for it, and most people sign in at the first try.
LEAST_SECONDS = 60
LONGEST_SECONDS = 12 * 3600  # whatever becomes of the clock between two starts
AT_ONCE = 200


class KeptLimits:
    """Keeps the buckets of ``Limits`` whose rate says so. Whose they are is sealed, as all contents of records are."""

    def __init__(self, store: RecordStore, limits: Limits, clock: Clock) -> None:
        self._store = store
        self._limits = limits
        self._clock = clock
        self._records: dict[tuple[str, Hashable], Record] = {}
        self._is_loaded = False
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """Put back what an earlier process kept; once. Raises ``Unavailable``."""
        async with self._turn:
            await self._load()

    async def keep(self) -> None:
        """Store what was taken until now. Raises ``Unavailable``; then it is kept by the next call."""
        async with self._turn:
            await self._load()
            changed = self._limits.changed()
            try:
                while changed:
                    some = dict(list(changed.items())[-AT_ONCE:])
                    await asyncio.gather(*(self._keep(*whose, seconds) for whose, seconds in some.items()))
                    for whose in some:
                        del changed[whose]
            finally:
                self._limits.change_again(changed)

    async def when_due(self) -> None:
        """Keep, and forget what is full again. While the store is away both wait."""
        with contextlib.suppress(Unavailable):
            await self.keep()
            for record in await self._store.records_due(LIMIT, self._clock.now(), AT_ONCE):
                await self._store.remove_record(LIMIT, record.key, record.version)
                self._records.pop(_whose(record), None)

    async def _load(self) -> None:
        if self._is_loaded:
            return
        now = self._clock.now()
        for record in await self._store.records_due(LIMIT, 2**53, MOST_BUCKETS):
            self._records[_whose(record)] = record
            self._limits.restore(*_whose(record), min((record.due - now) / 1000, LONGEST_SECONDS))
        self._is_loaded = True

    async def _keep(self, rate: str, key: Hashable, seconds: float) -> None:
        due, before = self._clock.now() + round(seconds * 1000), self._records.get((rate, key))
        if before is None and seconds < LEAST_SECONDS:
            return
        record = before or Record(LIMIT, secrets.token_bytes(32), due, orjson.dumps([rate, key]))
        try:
            if before is None:
                await self._store.add_record(record)
            else:
                record = replace(before, due=due, version=before.version + 1)
                await self._store.put_record(record, before.version)
        except Conflict:  # it was forgotten meanwhile
            record = replace(record, key=secrets.token_bytes(32), version=1)
            await self._store.add_record(record)
        self._records[rate, key] = record


def _whose(record: Record) -> tuple[str, Hashable]:
    rate, key = orjson.loads(record.content)
    return rate, tuple(key) if isinstance(key, list) else key
