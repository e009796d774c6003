"""The one writer of changes: what arrives while a write is under way goes together into the next ``insert_many``.

Inserts are ordered, and the changes of a unit stand side by side: after a crash there may be a prefix of a unit,
never a hole. What breaks a unique key stops the insert there; what stands behind it is sent again.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pymongo.errors import BulkWriteError, PyMongoError

from shoplist_appliance.adapters.mongo.db import Document, Mongo, is_certain
from shoplist_appliance.domain.errors import Conflict, DomainError, OutcomeUnknown, Unavailable
from shoplist_appliance.tasks import Tasks

log = logging.getLogger(__name__)

GROUP_ROWS: Final = 200
"""More hold up the answers of those who came first."""

HEADS: Final = 20_000
"""Of so many lists the writer remembers the last revision."""

DUPLICATE_KEY: Final = 11000


@dataclass(slots=True, eq=False)
class Append:
    """Changes of one list, the first of which has the revision after ``expected``."""

    list_id: bytes
    expected: int
    documents: list[Document]
    future: "asyncio.Future[None]"


@dataclass(slots=True, eq=False)
class Work:
    """Anything else that no append may run beside."""

    run: Callable[[], Awaitable[None]]
    ends: bytes
    future: "asyncio.Future[None]"


Unit = Append | Work


class Writer:
    """All callers share one loop; a caller who leaves does not stop its unit."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._queue: deque[Unit] = deque()
        self._heads: dict[bytes, int] = {}
        self._tasks = Tasks()
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.commits = 0

    def append(self, list_id: bytes, expected: int, documents: list[Document]) -> "asyncio.Future[None]":
        """See ``ports.ListStore.append``."""
        return self._submit(Append(list_id, expected, documents, asyncio.get_running_loop().create_future()))

    def run(self, work: Callable[[], Awaitable[None]], ends: bytes) -> "asyncio.Future[None]":
        """Do the work while nothing is appended. ``ends`` is a list that is no more afterwards."""
        return self._submit(Work(work, ends, asyncio.get_running_loop().create_future()))

    async def close(self) -> None:
        """Store what is queued. What comes later is ``Unavailable``."""
        self._closed = True
        if self._task:
            await asyncio.wait([self._task])

    def _submit(self, unit: Unit) -> "asyncio.Future[None]":
        if self._closed:
            unit.future.set_exception(Unavailable("storage"))
            return unit.future
        self._queue.append(unit)
        if self._task is None or self._task.done():
            self._task = self._tasks.start(self._write(), "the writer of MongoDB")
        return unit.future

    async def _write(self) -> None:
        while self._queue:
            unit = self._queue.popleft()
            units = [unit] if isinstance(unit, Work) else [unit, *self._more(len(unit.documents))]
            try:
                if isinstance(unit, Work):
                    await self._do(unit)
                else:
                    await self._store([one for one in units if isinstance(one, Append)])
            except Exception:
                log.exception("a group of %d writes failed in an unforeseen way", len(units))
                for one in units:
                    self._end(one, OutcomeUnknown("storage"))

    def _more(self, rows: int) -> Sequence[Append]:
        """The appends that wait next, as far as they fit into one group."""
        group: list[Append] = []
        while self._queue and isinstance(unit := self._queue[0], Append):
            rows += len(unit.documents)
            if rows > GROUP_ROWS:
                break
            group.append(unit)
            self._queue.popleft()
        return group

    async def _do(self, work: Work) -> None:
        self._heads.pop(work.ends, None)
        try:
            await work.run()
        except DomainError as error:
            self._end(work, error)
        else:
            self._end(work)

    async def _store(self, units: Sequence[Append]) -> None:
        """Whole units, the prefix of them at a time that no key breaks."""
        left = await self._following(units)
        while left:
            stored = await self._insert(left)
            # Of a list whose unit did not come, those behind it have nothing to follow.
            left = await self._following(left[stored:])

    async def _following(self, units: Sequence[Append]) -> list[Append]:
        """Those that begin right after the last change of their list; the others are told."""
        following: list[Append] = []
        heads: dict[bytes, int] = {}
        for unit in units:
            try:
                head = heads.get(unit.list_id)
                if head is None:
                    head = await self._head(unit)
            except DomainError as error:
                self._end(unit, error)
                continue
            heads[unit.list_id] = head
            if head != unit.expected:
                self._end(unit, Conflict())
            else:
                heads[unit.list_id] += len(unit.documents)
                following.append(unit)
        return following

    async def _head(self, unit: Append) -> int:
        """The last revision, 0 for a list without changes, -1 where there is no such list."""
        if (known := self._heads.get(unit.list_id)) == unit.expected:
            return known
        with self._mongo.reading():
            last = await self._mongo["changes"].find_one(
                {"list": unit.list_id}, {"revision": True}, sort=[("revision", -1)]
            )
            there = await self._mongo["lists"].find_one({"_id": unit.list_id}, {"_id": True})
        if there is None:
            return -1
        return int(last["revision"]) if last else 0

    async def _insert(self, units: Sequence[Append]) -> int:
        """Insert them in their order, and tell each what became of it up to the first that failed: how many."""
        documents = [document for unit in units for document in unit.documents]
        try:
            await self._mongo["changes"].insert_many(documents, ordered=True)
        except BulkWriteError as error:
            return await self._partly(units, error)
        except PyMongoError as error:
            failure = self._mongo.failed(error, written=not is_certain(error))
            self._end_all(units, failure)
            return len(units)
        except Unavailable as error:
            self._end_all(units, error)
            return len(units)
        self._mongo.answered()
        self.commits += 1
        for unit in units:
            self._stored(unit)
        return len(units)

    async def _partly(self, units: Sequence[Append], error: BulkWriteError) -> int:
        details: Mapping[str, Any] = error.details or {}
        refused = details.get("writeErrors", [])
        if details.get("writeConcernErrors") or not refused:
            self._end_all(units, self._mongo.failed(error, written=True))
            return len(units)
        self.commits += 1
        left = int(refused[0]["index"])
        for number, unit in enumerate(units):
            if left < len(unit.documents):
                await self._refused(unit, left, refused[0]["code"] == DUPLICATE_KEY, error)
                return number + 1
            left -= len(unit.documents)
            self._stored(unit)
        raise AssertionError("an insert was refused that was not sent")

    async def _refused(self, unit: Append, stored: int, is_duplicate: bool, error: BulkWriteError) -> None:
        """Nothing of a unit that could not be stored whole may stay: it is about to be told so."""
        failure: DomainError = Conflict() if is_duplicate else self._mongo.failed(error)
        if stored:
            ids = [document["_id"] for document in unit.documents[:stored]]
            try:
                with self._mongo.writing(begun=True):
                    await self._mongo["changes"].delete_many({"_id": {"$in": ids}})
            except DomainError as unknown:
                failure = unknown
        self._heads.pop(unit.list_id, None)
        self._end(unit, failure)

    def _stored(self, unit: Append) -> None:
        self._heads.pop(unit.list_id, None)
        self._heads[unit.list_id] = unit.expected + len(unit.documents)
        while len(self._heads) > HEADS:
            del self._heads[next(iter(self._heads))]
        self._end(unit)

    def _end_all(self, units: Sequence[Append], failure: DomainError) -> None:
        for unit in units:
            self._heads.pop(unit.list_id, None)
            self._end(unit, failure)

    def _end(self, unit: Unit, failure: DomainError | None = None) -> None:
        if unit.future.done():
            return  # its caller has left
        if failure is None:
            unit.future.set_result(None)
        else:
            unit.future.set_exception(failure)
