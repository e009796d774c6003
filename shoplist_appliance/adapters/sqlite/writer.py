"""The one thread that writes: what arrives while a commit runs goes together into the next one, over all lists.

An edit so costs one small row and its share of an fsync. Measured: a commit each gives 4,800 edits a
second, groups of a hundred 72,000.
"""

import asyncio
import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from shoplist_appliance.domain.errors import Conflict, DomainError, OutcomeUnknown, Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

GROUP_ROWS: Final = 200
"""More hold up the answers of those who came first, and fewer waste fsyncs."""

HEADS: Final = 20_000
"""Of so many lists the writer remembers the last revision."""

# One statement for many rows takes half the time of `executemany`, and asks for the interpreter's lock once, not
# after each row: the loop has it meanwhile.
_SIZES: Final = (128, 64, 32, 16, 8, 4, 2, 1)
_COLUMNS: Final = 4
_INSERTS: Final = {
    size: "INSERT INTO changes (list, revision, edit, body) VALUES " + ", ".join(["(?, ?, ?, ?)"] * size)
    for size in _SIZES
}


@dataclass(slots=True, eq=False)
class Append:
    """Changes of one list, as the flat values of their rows, the first of which has the revision after ``expected``."""

    list_id: bytes
    expected: int
    values: list[bytes | int]
    future: "asyncio.Future[Any]"

    @property
    def rows(self) -> int:
        return len(self.values) // _COLUMNS


@dataclass(slots=True, eq=False)
class Work:
    """Anything else that is stored whole or not at all. ``rows`` says how much of a group it takes."""

    run: Callable[[sqlite3.Connection], Any]
    rows: int
    ends: bytes | None
    future: "asyncio.Future[Any]"


Unit = Append | Work
Outcome = tuple[Unit, object]  # the result, or the exception
Fill = Callable[[Sequence[Unit], dict[bytes, int]], Sequence[Outcome]]

_CERTAIN: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY}
"""Codes of a failed commit that leave nothing behind."""


class _NotBegun(sqlite3.Error):
    """No transaction could be had: another process keeps the lock, or the file is out of reach."""


class _CommitFailed(sqlite3.Error):
    """Everything was written, but the last step failed."""


class Writer:
    """Owns the connection that writes. All callers share one event loop; a caller who leaves does not stop its unit."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._queue: SimpleQueue[Unit | None] = SimpleQueue()
        self._held: Unit | None = None
        self._heads: dict[bytes, int] = {}
        self._closed = False
        self._ended = False
        self._failing = False
        self.commits = 0
        self._thread = threading.Thread(target=self._main, name="sqlite-writer", daemon=True)
        self._thread.start()

    def append(self, list_id: bytes, expected: int, values: list[bytes | int]) -> "asyncio.Future[None]":
        """See ``ports.ListStore.append``."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._submit(Append(list_id, expected, values, future))
        return future

    def run(
        self, work: Callable[[sqlite3.Connection], T], rows: int = 1, ends: bytes | None = None
    ) -> "asyncio.Future[T]":
        """Do the work within a transaction. What it raises undoes it and goes to the caller.

        A broken constraint is ``Conflict``. The work may run more than once; only the last run counts.
        ``ends`` is a list that is no more afterwards.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._submit(Work(work, rows, ends, future))
        return future

    async def close(self) -> None:
        """Commit what is queued, and end the thread. What comes later is ``Unavailable``."""
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _submit(self, unit: Unit) -> None:
        if self._closed:
            unit.future.set_exception(Unavailable("storage"))
            return
        self._queue.put(unit)
        if self._ended:
            self._refuse_all()  # or nobody would: the thread may have looked before the line above

    # --- from here on: in the thread ---

    def _main(self) -> None:
        try:
            while group := self._next_group():
                _tell(self._commit(group))
        except BaseException:
            log.critical("the writer of the store has ended; nothing can be stored until a restart", exc_info=True)
        finally:
            self._ended = True
            self._refuse_all()

    def _next_group(self) -> list[Unit]:
        """Wait for a unit, then take with it all that waits, up to ``GROUP_ROWS``; empty at the end."""
        first = self._held or self._queue.get()
        self._held = None
        if first is None:
            return []
        group, rows = [first], first.rows
        while rows < GROUP_ROWS:
            try:
                unit = self._queue.get_nowait()
            except Empty:
                break
            if unit is None:
                self._queue.put(None)
                break
            rows += unit.rows
            if rows > GROUP_ROWS:
                self._held = unit
                break
            group.append(unit)
        return group

    def _refuse_all(self) -> None:
        left = [self._held] if self._held else []
        self._held = None
        while True:
            try:
                unit = self._queue.get_nowait()
            except Empty:
                break
            if unit is not None:
                left.append(unit)
        _tell([(unit, Unavailable("storage")) for unit in left])

    def _commit(self, group: Sequence[Unit]) -> Sequence[Outcome]:
        try:
            return self._durable(group)
        except Exception:
            log.exception("a group of %d writes failed in an unforeseen way", len(group))
            self._roll_back()
            return _unknown(group)
        except BaseException:
            _tell(_unknown(group))
            raise

    def _durable(self, group: Sequence[Unit]) -> Sequence[Outcome]:
        """Store the group in one transaction; what spoils it is found out and harms only itself."""
        try:
            return self._transaction(group, self._together)
        except _NotBegun as error:
            return [(unit, self._failure(error)) for unit in group]
        except sqlite3.Error as error:
            if len(group) == 1:
                return [(group[0], self._failure(error))]
        try:
            return self._transaction(group, self._one_by_one)
        except sqlite3.Error:
            # On a full disk or an I/O error SQLite may take back the whole transaction, savepoints included.
            return [self._alone(unit) for unit in group]

    def _alone(self, unit: Unit) -> Outcome:
        try:
            return self._transaction([unit], self._together)[0]
        except sqlite3.Error as error:
            return unit, self._failure(error)

    def _transaction(self, group: Sequence[Unit], fill: Fill) -> Sequence[Outcome]:
        heads: dict[bytes, int] = {}
        before = self._connection.total_changes
        self._begin()
        try:
            outcomes = fill(group, heads)
            self._end()
        except BaseException:
            self._roll_back()
            raise
        if self._failing and self._connection.total_changes > before:
            self._failing = False
            log.warning("the store takes writes again")
        self._heads.update(heads)
        while len(self._heads) > HEADS:
            del self._heads[next(iter(self._heads))]
        return outcomes

    def _begin(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise _NotBegun(str(error)) from error

    def _end(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise _CommitFailed(str(error)) from error
        self.commits += 1

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _together(self, group: Sequence[Unit], heads: dict[bytes, int]) -> Sequence[Outcome]:
        """The way it nearly always goes: all rows in as few statements as may be."""
        outcomes: list[Outcome] = []
        values: list[bytes | int] = []
        for unit in group:
            if isinstance(unit, Work):
                self._insert(values)
                values = []
                outcomes.append((unit, self._in_savepoint(unit.run)))
                self._forget_head(unit, heads)
            elif self._follows(unit, heads):
                values += unit.values
                outcomes.append((unit, None))
            else:
                outcomes.append((unit, Conflict()))
        self._insert(values)
        return outcomes

    def _one_by_one(self, group: Sequence[Unit], heads: dict[bytes, int]) -> Sequence[Outcome]:
        """The same where one of them repeats an edit id, and nobody knows which."""
        return [(unit, self._in_savepoint(partial(self._do, unit, heads))) for unit in group]

    def _do(self, unit: Unit, heads: dict[bytes, int], connection: sqlite3.Connection) -> object:
        if isinstance(unit, Work):
            self._forget_head(unit, heads)
            return unit.run(connection)
        if not self._follows(unit, heads):
            raise Conflict
        try:
            self._insert(unit.values)
        except sqlite3.Error:
            heads[unit.list_id] = unit.expected
            raise
        return None

    def _in_savepoint(self, run: Callable[[sqlite3.Connection], object]) -> object:
        """The result, or the exception by which it undid itself. Raises what spoils the whole transaction."""
        self._connection.execute("SAVEPOINT unit")
        try:
            result = run(self._connection)
        except Exception as error:
            if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.IntegrityError):
                raise
            self._connection.execute("ROLLBACK TO unit")
            result = Conflict() if isinstance(error, sqlite3.IntegrityError) else error
        self._connection.execute("RELEASE unit")
        return result

    def _follows(self, unit: Append, heads: dict[bytes, int]) -> bool:
        """Whether the unit begins right after the last stored change of its list, within this transaction."""
        head = heads.get(unit.list_id)
        if head is None:
            head = self._heads.get(unit.list_id)
            if head != unit.expected:
                head = self._read_head(unit.list_id)
        heads[unit.list_id] = head + unit.rows if head == unit.expected else head
        return head == unit.expected

    def _read_head(self, list_id: bytes) -> int:
        """The last revision, 0 for a list without changes, -1 where there is no such list."""
        row = self._connection.execute(
            "SELECT (SELECT max(revision) FROM changes WHERE list = ?1) FROM lists WHERE id = ?1", (list_id,)
        ).fetchone()
        return int(row[0] or 0) if row else -1

    def _forget_head(self, work: Work, heads: dict[bytes, int]) -> None:
        """What was remembered of a list that the work ends; read again where the work then failed."""
        if work.ends is not None:
            heads.pop(work.ends, None)
            self._heads.pop(work.ends, None)

    def _insert(self, values: list[bytes | int]) -> None:
        start, left = 0, len(values) // _COLUMNS
        for size in _SIZES:
            while left >= size:
                end = start + size * _COLUMNS
                self._connection.execute(_INSERTS[size], values[start:end])
                start, left = end, left - size

    def _failure(self, error: sqlite3.Error) -> DomainError:
        """What the caller of a unit is told that failed although it was alone."""
        if isinstance(error, sqlite3.IntegrityError):
            return Conflict()
        if not self._failing:
            self._failing = True
            log.error("the store takes no writes: %s", error)
        # A commit that fails for want of room has not written its last frame. Of any other failure (fsync, shared
        # memory) the frames may be whole, and a crash now would bring them back to life.
        if isinstance(error, _CommitFailed) and _code(error) not in _CERTAIN:
            return OutcomeUnknown("storage")
        return Unavailable("storage")


def _unknown(group: Sequence[Unit]) -> Sequence[Outcome]:
    return [(unit, OutcomeUnknown("storage")) for unit in group]


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code, also of an error of ours that it caused."""
    cause = error.__cause__ if isinstance(error.__cause__, sqlite3.Error) else error
    return getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _tell(outcomes: Sequence[Outcome]) -> None:
    """Wake the loop once for all of them."""
    if outcomes:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any longer
            outcomes[0][0].future.get_loop().call_soon_threadsafe(_settle, outcomes)


def _settle(outcomes: Sequence[Outcome]) -> None:
    for unit, result in outcomes:
        if unit.future.done():
            continue  # its caller has left
        if isinstance(result, BaseException):
            unit.future.set_exception(result)
        else:
            unit.future.set_result(result)
