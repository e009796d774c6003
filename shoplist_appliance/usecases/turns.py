"""The turns of lists: who waits for a list is decided together, in order, and nothing is told that is not stored."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar, cast

from shoplist_appliance.domain.errors import Conflict, DomainError, OutcomeUnknown, Unavailable
from shoplist_appliance.domain.ids import EditId, ListId, PersonId
from shoplist_appliance.domain.list_rules import Edited, Unit, decide
from shoplist_appliance.domain.list_state import people_in
from shoplist_appliance.domain.lists import Call, Known, Undo
from shoplist_appliance.ports import Clock, ListStore
from shoplist_appliance.tasks import Tasks
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.open_lists import OpenList, OpenLists, Seat

log = logging.getLogger(__name__)
T = TypeVar("T")

# A unit is one stretch of the loop and one piece of a commit: larger ones would make everyone else wait.
UNIT_EDITS = 200
# Conflicts and lost outcomes in a row after which a unit is given up: the store is not one that anybody can use.
ATTEMPTS = 8
IDLE_MS = 30_000


@dataclass(slots=True)
class _Waiting:
    call: Call
    answer: asyncio.Future[Edited]


@dataclass(slots=True)
class _Alone:
    work: Callable[[OpenList], Awaitable[object]]
    answer: asyncio.Future[object]


class Turns:
    """One turn for each list.

    A unit of edits to a list in memory is decided in one callback and answered in another, when its append has landed:
    no task, no read. Whatever needs more (a list to read, a repeat to look up, an undo, a change of members, trouble)
    is served by a task, in the same order.
    """

    def __init__(self, store: ListStore, lists: OpenLists, clock: Clock, names: Names, tasks: Tasks) -> None:
        self._store = store
        self._lists = lists
        self._clock = clock
        self._names = names
        self._tasks = tasks
        self._closing = False

    # --- taking a place

    def take(self, list_id: ListId, call: Call) -> asyncio.Future[Edited]:
        """Wait for the list's turn with a call. The place is taken at once, so calls are decided in the order made.

        From the decision on, the caller's leaving changes nothing.
        """
        answer: asyncio.Future[Edited] = asyncio.get_running_loop().create_future()
        self._wait(list_id, _Waiting(call, answer))
        return answer

    async def alone(self, list_id: ListId, work: Callable[[OpenList], Awaitable[T]]) -> T:
        """Run something with the list to itself: nobody else's edit or change of members is decided meanwhile."""
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._wait(list_id, _Alone(work, answer))
        return cast(T, await answer)

    def _wait(self, list_id: ListId, waiting: _Waiting | _Alone) -> None:
        if self._closing:
            raise Unavailable("closing")
        seat = self._lists.seat(list_id)
        seat.waiting.append(waiting)
        if not seat.running:
            seat.running = True
            # Not in this step: what else this tick brings for the list joins the same unit.
            asyncio.get_running_loop().call_soon(self._next, seat)

    # --- the short way

    def _next(self, seat: Seat) -> None:
        """Begin the turn of whoever waits longest, or let the list rest."""
        try:
            if not seat.waiting:
                self._rest(seat)
            elif not self._begin(seat):
                self._lists.beside(self._serve(seat), "serving a list")
        except BaseException as error:
            # Whoever began this turn is the next unit again.
            self._refuse(_next_unit(seat.waiting), _as_refusal(error))
            self._lists.put_away(seat)
            asyncio.get_running_loop().call_soon(self._next, seat)
            if not isinstance(error, DomainError):
                raise

    def _begin(self, seat: Seat) -> bool:
        """Decide a unit and send it to the store, if nothing has to be read for it; whether it was so."""
        opened = seat.list
        if opened is None or not opened.behind or not _only_edits(seat.waiting):
            return False
        waiting = _next_unit(seat.waiting)
        try:
            unit = decide(opened.state, opened.header, [one.call for one in waiting], now=self._clock.now(), known={})
            people = people_in(unit.changes)
            if unit.doubtful or not self._names.known(people):
                seat.waiting.extendleft(reversed(waiting))
                return False
            append = self._appended(seat.id, opened, unit)
        except BaseException:
            seat.waiting.extendleft(reversed(waiting))
            raise
        append.add_done_callback(partial(self._landed, seat, waiting, unit, people))
        return True

    def _appended(self, list_id: ListId, opened: OpenList, unit: Unit) -> "asyncio.Future[None]":
        append: asyncio.Future[None]
        if unit.changes:
            append = asyncio.ensure_future(self._store.append(list_id, opened.state.revision, unit.changes))
            self._lists.wait_for(append)
        else:
            append = asyncio.get_running_loop().create_future()
            append.set_result(None)
        return append

    def _landed(
        self,
        seat: Seat,
        waiting: Sequence[_Waiting],
        unit: Unit,
        people: set[PersonId],
        append: "asyncio.Future[None]",
    ) -> None:
        error = Unavailable("closing") if append.cancelled() else append.exception()
        if isinstance(error, (Conflict, OutcomeUnknown)):
            self._lists.beside(self._serve(seat, waiting, error), "serving a list again")
            return
        try:
            if error is None:
                self._take(seat, waiting, unit, people)
        except Exception as fault:
            error = fault
        if error is not None:
            self._lists.put_away(seat)
            self._refuse(waiting, _as_refusal(error))
            if not isinstance(error, DomainError):
                log.error("a unit of list %s failed", seat.id, exc_info=error)
        self._next(seat)

    def _take(
        self, seat: Seat, waiting: Sequence[_Waiting], unit: Unit, people: set[PersonId], *, doubted: bool = False
    ) -> None:
        """The unit is stored: make it true, tell it, answer it, in this order and in one step."""
        opened = seat.list
        assert opened is not None
        title = opened.state.title
        opened.state.take(unit)
        if unit.changes:
            self._lists.measure(seat)
            self._lists.tell(seat, unit.changes, people)
            if opened.state.title != title:
                self._lists.tell_index(opened.header.members)
        for one, outcome in zip(waiting, unit.outcomes, strict=True):
            if isinstance(outcome, DomainError):
                _fail(one.answer, Unavailable("outcome") if doubted else outcome)
            elif doubted and any(result.status == "refused" for result in outcome.results):
                # After an unknown outcome a call is answered as stored, or as not known to be done: never as refused.
                _fail(one.answer, Unavailable("outcome"))
            elif not one.answer.done():
                one.answer.set_result(outcome)
        if unit.changes and opened.state.snapshot_due():
            self._lists.save_beside(seat)

    def _rest(self, seat: Seat) -> None:
        seat.running = False
        self._lists.forget_if_empty(seat)

    # --- the long way

    async def _serve(self, seat: Seat, waiting: Sequence[_Waiting] = (), trouble: DomainError | None = None) -> None:
        """Give one turn, whatever it needs; ``waiting`` and ``trouble`` are a unit whose append went wrong."""
        if not waiting and seat.waiting and isinstance(seat.waiting[0], _Waiting):
            waiting = _next_unit(seat.waiting)
        try:
            if waiting:
                await self._unit(seat, waiting, trouble)
            else:
                await self._give(seat, seat.waiting.popleft())
        except BaseException as error:
            # The list in memory may not be the stored one any longer: whoever comes next reads it again.
            self._lists.put_away(seat)
            self._refuse(waiting, _as_refusal(error))
            if not isinstance(error, DomainError):
                raise
        finally:
            self._next(seat)

    async def _give(self, seat: Seat, alone: _Alone) -> None:
        try:
            result = await alone.work(await self._lists.load(seat))
        except BaseException as error:
            if isinstance(error, OutcomeUnknown):
                self._lists.put_away(seat)
            _fail(alone.answer, error if isinstance(error, Exception) else Unavailable("closing"))
            if not isinstance(error, Exception):
                raise
        else:
            if not alone.answer.done():
                alone.answer.set_result(result)

    async def _unit(self, seat: Seat, waiting: Sequence[_Waiting], trouble: DomainError | None) -> None:
        """Decide all calls that waited, rights included; nothing is told or answered before it is stored."""
        calls = [await self._with_undone(seat.id, one.call) for one in waiting]
        known: dict[EditId, Known] = {}
        looked_up: set[EditId] = set()
        doubted = False
        for _ in range(ATTEMPTS):
            if trouble is not None:
                doubted = doubted or isinstance(trouble, OutcomeUnknown)
                # All of them, also those that were looked up before: they may have landed since.
                looked_up.clear()
                before = set(known)
                await self._look_up(seat.id, [edit.id for call in calls for edit in call.edits], known, looked_up)
                if not _explained(trouble, seat.list, [known[edit] for edit in known.keys() - before]):
                    log.warning("list %s: %s; it is read again", seat.id, trouble)
                    self._lists.put_away(seat)
            opened = await self._lists.load(seat)
            unit = decide(opened.state, opened.header, calls, now=self._clock.now(), known=known, looked_up=looked_up)
            if unit.doubtful and await self._look_up(seat.id, unit.doubtful, known, looked_up):
                continue
            people = people_in(unit.changes)
            # Before anything is stored: a name that cannot be read must not leave a stored change untold.
            await self._names.fetch(people)
            try:
                await self._append(seat.id, opened, unit)
            except (Conflict, OutcomeUnknown) as error:
                trouble = error
            else:
                self._take(seat, waiting, unit, people, doubted=doubted)
                return
        raise Unavailable("conflicts")

    async def _append(self, list_id: ListId, opened: OpenList, unit: Unit) -> None:
        if unit.changes and not opened.behind:
            await self._store.mark_behind(list_id)
            opened.behind = True
        if unit.changes:
            await self._store.append(list_id, opened.state.revision, unit.changes)

    async def _look_up(
        self, list_id: ListId, edits: Iterable[EditId], known: dict[EditId, Known], looked_up: set[EditId]
    ) -> bool:
        """Ask the store for repeats; whether it knew one."""
        asked = set(edits) - looked_up
        looked_up |= asked
        found = await self._store.known(list_id, asked)
        known.update(found)
        return bool(found)

    async def _with_undone(self, list_id: ListId, call: Call) -> Call:
        """The call, its undo with the stored change that it is about."""
        if not _is_undo(call):
            return call
        undo = cast(Undo, call.edits[0])
        found = await self._store.changes(list_id, undo.revision - 1, undo.revision)
        return replace(call, edits=[replace(undo, change=found[0] if found else None)])

    def _refuse(self, waiting: Iterable[_Waiting], error: DomainError) -> None:
        for one in waiting:
            _fail(one.answer, error)

    # --- now and then, and at the end

    async def tidy(self) -> None:
        """Read again what an outage cut off, settle lists that fell idle, keep within the bound of memory."""
        await self._lists.read_adrift()
        for seat in self._lists.idle(IDLE_MS):
            self._lists.beside(self._settle(seat), "settling a list")
        self._lists.make_room()

    async def expel_expired(self) -> None:
        """Take guests whose right has ended out of the rooms of lists."""
        await self._lists.expel_expired()

    async def _settle(self, seat: Seat) -> None:
        """Store snapshot and summary in the list's turn, so that no change can come between the two."""
        try:
            await self.alone(seat.id, partial(self._lists.save, seat, settled=True))
        except DomainError as error:
            log.info("list %s not settled: %s", seat.id, error)

    async def close(self) -> None:
        """Refuse new calls, finish those that wait, store what snapshots still lack."""
        self._closing = True
        await self._lists.close()


def _explained(trouble: DomainError, opened: OpenList | None, repeats: Sequence[Known]) -> bool:
    """Whether a conflict was about repeats alone, as after a lost acknowledgement: then the list in memory is right."""
    return (
        isinstance(trouble, Conflict)
        and opened is not None
        and bool(repeats)
        and all(repeat.revision <= opened.state.revision for repeat in repeats)
    )


def _only_edits(waiting: deque[_Waiting | _Alone]) -> bool:
    """Whether the next unit is of edits alone."""
    edits = 0
    for one in waiting:
        if not isinstance(one, _Waiting):
            return edits > 0
        if _is_undo(one.call):
            return False
        edits += len(one.call.edits)
        if edits >= UNIT_EDITS:
            break
    return True


def _is_undo(call: Call) -> bool:
    return len(call.edits) == 1 and isinstance(call.edits[0], Undo)


def _next_unit(waiting: deque[_Waiting | _Alone]) -> list[_Waiting]:
    """Whole calls from the front, up to the bound, at least one if an edit is there."""
    unit: list[_Waiting] = []
    edits = 0
    while waiting and isinstance(first := waiting[0], _Waiting):
        edits += len(first.call.edits)
        if unit and edits > UNIT_EDITS:
            break
        unit.append(first)
        waiting.popleft()
    return unit


def _as_refusal(error: BaseException) -> DomainError:
    return error if isinstance(error, DomainError) else Unavailable("failed")


def _fail(answer: "asyncio.Future[Edited] | asyncio.Future[object]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
