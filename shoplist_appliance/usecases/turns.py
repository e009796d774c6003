"""The turns of lists: who waits for a list is decided together, in order, and nothing is told that is not stored."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from shoplist_appliance.domain.errors import Conflict, DomainError, NotFound, OutcomeUnknown, Unavailable
from shoplist_appliance.domain.ids import EditId, ListId, PersonId
from shoplist_appliance.domain.list_rules import Edited, Unit, decide
from shoplist_appliance.domain.list_state import ListState
from shoplist_appliance.domain.lists import Call, Change, Header, Known, Undo
from shoplist_appliance.ports import Clock, ListChanged, ListsChanged, ListStore, Loaded, Rooms, Snapshot
from shoplist_appliance.tasks import Tasks
from shoplist_appliance.usecases.names import Names

log = logging.getLogger(__name__)
T = TypeVar("T")

# A unit is one stretch of the loop and one piece of a commit: larger ones would make everyone else wait (facts: perf).
UNIT_EDITS = 200
# Conflicts and lost outcomes in a row after which a unit is given up: the store is not one that anybody can use.
ATTEMPTS = 8
IDLE_MS = 30_000


def list_room(list_id: ListId) -> str:
    """The room of those who look at a list."""
    return f"list:{list_id}"


def person_room(person: PersonId) -> str:
    """The room of an account's connections."""
    return f"person:{person}"


@dataclass(slots=True)
class OpenList:
    """A list in memory: all of it is stored, and the step that reads it sees it whole."""

    header: Header
    state: ListState
    behind: bool  # whether the store knows that its summary may be older than the log


@dataclass(slots=True)
class _Waiting:
    call: Call
    answer: asyncio.Future[Edited]


@dataclass(slots=True)
class _Alone:
    work: Callable[[OpenList], Awaitable[object]]
    answer: asyncio.Future[object]


@dataclass(slots=True)
class _Seat:
    """The place of a list: who waits for it, and the list itself while it is in memory."""

    id: ListId
    waiting: deque[_Waiting | _Alone] = field(default_factory=deque)
    running: bool = False
    list: OpenList | None = None
    loading: asyncio.Task[object] | None = None
    saving: bool = False
    size: int = 0
    used: int = 0

    def resting(self) -> bool:
        return not (self.running or self.waiting or self.loading or self.saving)


class Turns:
    """One turn for each list. ``memory`` bounds, in bytes, the lists that are kept open and that nobody is changing."""

    def __init__(
        self, store: ListStore, rooms: Rooms, clock: Clock, names: Names, tasks: Tasks, memory: int = 256 << 20
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._clock = clock
        self._names = names
        self._tasks = tasks
        self._memory = memory
        self._seats: OrderedDict[ListId, _Seat] = OrderedDict()
        self._bytes = 0
        # The last revision told to each room that somebody hears: a number only, so a room does not keep its list open.
        self._told: dict[ListId, int] = {}
        self._adrift: set[ListId] = set()
        self._busy: set[asyncio.Task[object]] = set()
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
        seat = self._seat(list_id)
        seat.waiting.append(waiting)
        if not seat.running:
            seat.running = True
            self._beside(self._serve(seat), "turns", list_id)

    def _beside(self, work: Coroutine[Any, Any, object], name: str, list_id: ListId) -> None:
        task = self._tasks.start(work, f"{name} of list {list_id}")
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    def _seat(self, list_id: ListId) -> _Seat:
        seat = self._seats.get(list_id)
        if seat is None:
            seat = self._seats[list_id] = _Seat(list_id)
        else:
            self._seats.move_to_end(list_id)
        seat.used = self._clock.now()
        return seat

    # --- reading

    def in_memory(self, list_id: ListId) -> OpenList | None:
        """The list, if it is open now."""
        seat = self._seats.get(list_id)
        return seat.list if seat else None

    async def opened(self, list_id: ListId) -> OpenList:
        """The list, read if need be; raises ``NotFound``. What follows without ``await`` sees it whole."""
        seat = self._seat(list_id)
        while seat.list is None:
            await self._load(seat)
        return seat.list

    def joined(self, list_id: ListId, revision: int) -> None:
        """Somebody hears the room of the list from this revision on."""
        self._told.setdefault(list_id, revision)

    async def _load(self, seat: _Seat) -> None:
        if seat.loading is None:
            seat.loading = self._tasks.start(self._read(seat), f"read list {seat.id}")
            seat.loading.add_done_callback(lambda done: self._loaded(seat, done))
        failure = await asyncio.shield(seat.loading)
        if isinstance(failure, DomainError):
            raise failure

    def _loaded(self, seat: _Seat, done: asyncio.Task[object]) -> None:
        seat.loading = None
        if seat.list is None and not seat.running and not seat.waiting:
            self._forget(seat)

    async def _read(self, seat: _Seat) -> DomainError | None:
        """Bring a list into memory; what its room has not been told yet is told first. A failure is the answer."""
        try:
            loaded = await self._store.load(seat.id)
            if loaded is None:
                return NotFound("list")
            state = await self._replayed(loaded)
            await self._names.fetch({*loaded.header.members, *state.people()})
            untold = await self._untold(seat.id, state.revision)
        except DomainError as error:
            return error
        seat.list = OpenList(loaded.header, state, loaded.header.behind)
        self._measure(seat)
        if untold:
            self._tell(seat, untold)
        self._adrift.discard(seat.id)
        self._make_room()
        return None

    async def _replayed(self, loaded: Loaded) -> ListState:
        state = ListState.from_snapshot(loaded.snapshot)
        for number, change in enumerate(loaded.tail):
            state.replay(change)
            if number % UNIT_EDITS == UNIT_EDITS - 1:
                await asyncio.sleep(0)
        return state

    async def _untold(self, list_id: ListId, revision: int) -> Sequence[Change]:
        told = self._told.get(list_id)
        if told is None or told >= revision or self._rooms.is_empty(list_room(list_id)):
            return ()
        changes = await self._store.changes(list_id, told, revision)
        await self._names.fetch(_people_of(changes))
        return changes

    # --- deciding

    async def _serve(self, seat: _Seat) -> None:
        """Give turns until nobody waits."""
        try:
            while seat.waiting:
                try:
                    if seat.list is None:
                        await self._load(seat)
                    await self._turn(seat)
                except DomainError as error:
                    self._refuse_all(seat, error)
        finally:
            seat.running = False
            seat.used = self._clock.now()
            self._refuse_all(seat, Unavailable("closing"))
            if seat.list is None and seat.resting():
                self._forget(seat)

    async def _turn(self, seat: _Seat) -> None:
        if isinstance(seat.waiting[0], _Alone):
            await self._give(seat, cast(_Alone, seat.waiting.popleft()))
            return
        waiting = _next_unit(seat.waiting)
        try:
            await self._unit(seat, waiting)
        except BaseException as error:
            # The list in memory may not be the stored one any longer: whoever comes next reads it again.
            self._put_away(seat)
            _answer_all(waiting, error if isinstance(error, DomainError) else Unavailable("failed"))
            if not isinstance(error, DomainError):
                raise

    async def _give(self, seat: _Seat, alone: _Alone) -> None:
        assert seat.list is not None
        try:
            result = await alone.work(seat.list)
        except OutcomeUnknown as error:
            self._put_away(seat)
            _fail(alone.answer, error)
        except Exception as error:
            _fail(alone.answer, error)
        else:
            if not alone.answer.done():
                alone.answer.set_result(result)

    async def _unit(self, seat: _Seat, waiting: Sequence[_Waiting]) -> None:
        """Decide all calls that waited, rights included; nothing is told or answered before it is stored."""
        calls = await self._with_undone(seat.id, [one.call for one in waiting])
        unit, doubted = await self._stored(seat, calls)
        opened = seat.list
        assert opened is not None
        opened.state.take(unit)
        if unit.changes:
            self._measure(seat)
            self._tell(seat, unit.changes)
        for one, outcome in zip(waiting, unit.outcomes, strict=True):
            _answer(one.answer, _without_refusals(outcome) if doubted else outcome)
        if unit.changes and opened.state.snapshot_due():
            self._save_beside(seat)

    async def _stored(self, seat: _Seat, calls: Sequence[Call]) -> tuple[Unit, bool]:
        """The unit, stored; and whether an outcome was unknown on the way: nothing may be called refused then."""
        known: dict[EditId, Known] = {}
        looked_up: set[EditId] = set()
        doubted = False
        for _ in range(ATTEMPTS):
            if seat.list is None:
                await self._load(seat)
            opened = seat.list
            assert opened is not None
            unit = decide(opened.state, opened.header, calls, now=self._clock.now(), known=known, looked_up=looked_up)
            if unit.doubtful and await self._look_up(seat.id, unit.doubtful, known, looked_up):
                continue
            try:
                await self._append(seat.id, opened, unit.changes)
            except (Conflict, OutcomeUnknown) as error:
                doubted = doubted or isinstance(error, OutcomeUnknown)
                log.warning("list %s: %s at revision %d; it is read again", seat.id, error, opened.state.revision)
                self._put_away(seat)
                # All of them, also those that were looked up before: they may have landed since.
                looked_up.clear()
                await self._look_up(seat.id, [edit.id for call in calls for edit in call.edits], known, looked_up)
            else:
                return unit, doubted
        raise Unavailable("conflicts")

    async def _append(self, list_id: ListId, opened: OpenList, changes: Sequence[Change]) -> None:
        if not changes:
            return
        # Before the first await that stores: a name that cannot be read must not leave a stored change untold.
        await self._names.fetch(_people_of(changes))
        if not opened.behind:
            await self._store.mark_behind(list_id)
            opened.behind = True
        await self._store.append(list_id, opened.state.revision, changes)

    async def _look_up(
        self, list_id: ListId, edits: Iterable[EditId], known: dict[EditId, Known], looked_up: set[EditId]
    ) -> bool:
        """Ask the store for repeats; whether it knew one."""
        asked = set(edits) - looked_up
        looked_up |= asked
        found = await self._store.known(list_id, asked)
        known.update(found)
        return bool(found)

    async def _with_undone(self, list_id: ListId, calls: list[Call]) -> Sequence[Call]:
        """The calls, each undo with the stored change that it is about."""
        for place, call in enumerate(calls):
            if any(isinstance(edit, Undo) for edit in call.edits):
                edits = [await self._undone(list_id, edit) if isinstance(edit, Undo) else edit for edit in call.edits]
                calls[place] = replace(call, edits=edits)
        return calls

    async def _undone(self, list_id: ListId, undo: Undo) -> Undo:
        found = await self._store.changes(list_id, undo.revision - 1, undo.revision)
        return replace(undo, change=found[0] if found else None)

    # --- telling

    def _tell(self, seat: _Seat, changes: Sequence[Change]) -> None:
        opened = seat.list
        assert opened is not None
        if seat.id in self._told:
            room = list_room(seat.id)
            if self._rooms.is_empty(room):
                del self._told[seat.id]
            else:
                self._rooms.tell(room, ListChanged(seat.id, changes, self._names.of(_people_of(changes))))
                self._told[seat.id] = changes[-1].revision
        if any(change.list is not None and "title" in change.list for change in changes):
            self.tell_members(opened.header)

    def tell_members(self, *headers: Header) -> None:
        """Tell all members, old and new, that what the index answers them is another."""
        for person in dict.fromkeys(person for header in headers for person in header.members):
            self._rooms.tell(person_room(person), ListsChanged())

    # --- memory

    def _measure(self, seat: _Seat) -> None:
        size = seat.list.state.size if seat.list else 0
        self._bytes += size - seat.size
        seat.size = size

    def _put_away(self, seat: _Seat) -> None:
        """Let a list leave memory; if its room is heard, it is read again as soon as the store is back."""
        seat.list = None
        self._measure(seat)
        if seat.id in self._told and not self._rooms.is_empty(list_room(seat.id)):
            self._adrift.add(seat.id)

    def _forget(self, seat: _Seat) -> None:
        if self._seats.get(seat.id) is seat:
            del self._seats[seat.id]

    def _make_room(self) -> None:
        """Keep within the bound: the longest unused lists leave first. Their stored summaries are mended on reading."""
        for seat in list(self._seats.values()) if self._bytes > self._memory else ():
            if self._bytes <= self._memory:
                return
            if seat.resting():
                seat.list = None
                self._measure(seat)
                self._forget(seat)

    def _save_beside(self, seat: _Seat) -> None:
        if not seat.saving and seat.list is not None:
            seat.saving = True
            self._beside(self._save(seat, seat.list, settled=False), "snapshot", seat.id)

    async def _save(self, seat: _Seat, opened: OpenList, *, settled: bool) -> None:
        """Store a snapshot, made in slices; ``settled`` in the list's turn, else beside the edits that go on."""
        try:
            revision, summary, pieces = opened.state.revision, opened.state.summary(), []
            for piece in opened.state.snapshot():
                pieces.append(piece)
                await asyncio.sleep(0)
            await self._store.put_snapshot(seat.id, Snapshot(revision, pieces), summary, settled=settled)
            opened.behind = opened.behind and not settled
        except Unavailable as error:
            log.warning("snapshot of list %s not stored: %s", seat.id, error)
        finally:
            seat.saving = False

    def _settle(self, seat: _Seat) -> None:
        """Store snapshot and summary of an idle list, in its turn, so that no change can come between the two."""
        self._beside(
            self.alone(seat.id, lambda opened: self._save(seat, opened, settled=True)), "last snapshot", seat.id
        )

    async def tidy(self) -> None:
        """Store snapshots of lists that fell idle, keep within the bound, read again what an outage cut off; often."""
        for list_id in [*self._adrift]:
            await self._read_again(list_id)
        now = self._clock.now()
        for seat in list(self._seats.values()):
            if seat.resting() and now - seat.used >= IDLE_MS and _unsettled(seat.list):
                self._settle(seat)
        self._make_room()

    async def _read_again(self, list_id: ListId) -> None:
        if self._rooms.is_empty(list_room(list_id)):
            self._adrift.discard(list_id)
            return
        try:
            await self.opened(list_id)
        except NotFound:
            self._adrift.discard(list_id)
        except DomainError:
            log.info("list %s is still out of reach", list_id)

    async def close(self) -> None:
        """Refuse new calls, finish those that wait, store what snapshots still lack."""
        self._closing = True
        while self._busy:
            await asyncio.wait(self._busy)
        for seat in list(self._seats.values()):
            if seat.list is not None and _unsettled(seat.list):
                await self._save(seat, seat.list, settled=True)

    def _refuse_all(self, seat: _Seat, error: DomainError) -> None:
        while seat.waiting:
            _fail(seat.waiting.popleft().answer, error)


def _unsettled(opened: OpenList | None) -> bool:
    return opened is not None and opened.behind


def _next_unit(waiting: deque[_Waiting | _Alone]) -> Sequence[_Waiting]:
    """Whole calls from the front, up to the bound, at least one."""
    unit: list[_Waiting] = []
    edits = 0
    while waiting and isinstance(first := waiting[0], _Waiting):
        edits += len(first.call.edits)
        if unit and edits > UNIT_EDITS:
            break
        unit.append(first)
        waiting.popleft()
    return unit


def _people_of(changes: Iterable[Change]) -> set[PersonId]:
    """Everyone whom the changes name."""
    people: set[PersonId | None] = set()
    for change in changes:
        people.add(change.by)
        for fields in change.items.values():
            people.add(_person(fields, "added_by"))
            people.add(_person(fields, "ticked_by"))
    people.discard(None)
    return cast(set[PersonId], people)


def _person(fields: Mapping[str, object], field: str) -> PersonId | None:
    return cast("PersonId | None", fields.get(field))


def _without_refusals(outcome: Edited | DomainError) -> Edited | DomainError:
    """After an unknown outcome a call is answered as stored, or as not known to be done: never as refused."""
    if isinstance(outcome, DomainError) or any(result.status == "refused" for result in outcome.results):
        return Unavailable("outcome")
    return outcome


def _answer_all(waiting: Iterable[_Waiting], error: DomainError) -> None:
    for one in waiting:
        _fail(one.answer, error)


def _answer(answer: asyncio.Future[Edited], outcome: Edited | DomainError) -> None:
    if isinstance(outcome, DomainError):
        _fail(answer, outcome)
    elif not answer.done():
        answer.set_result(outcome)


def _fail(answer: "asyncio.Future[Edited] | asyncio.Future[object]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
