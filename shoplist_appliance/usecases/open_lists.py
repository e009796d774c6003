"""Lists in memory: bringing them there, telling their rooms, storing snapshots, letting them go."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from shoplist_appliance.domain.errors import DomainError, NotFound, Unavailable
from shoplist_appliance.domain.ids import ListId, PersonId
from shoplist_appliance.domain.list_state import ListState, people_in
from shoplist_appliance.domain.lists import Change, Guest, Header
from shoplist_appliance.ports import Clock, ListChanged, ListGone, ListsChanged, ListStore, Loaded, Rooms, Snapshot
from shoplist_appliance.tasks import Tasks
from shoplist_appliance.usecases.names import Names

log = logging.getLogger(__name__)

# A stretch of the loop without a break: longer ones would make everyone else wait.
REPLAYED_AT_ONCE = 200


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
class Seat:
    """The place of a list: the list itself while it is in memory, and who waits for its turn (see ``turns.py``)."""

    id: ListId
    room: str
    list: OpenList | None = None
    waiting: deque[Any] = field(default_factory=deque)
    running: bool = False
    saving: bool = False
    loading: asyncio.Task[DomainError | None] | None = None
    size: int = 0
    used: int = 0

    def rests(self) -> bool:
        """Whether nobody needs it just now."""
        return not (self.running or self.waiting or self.loading or self.saving)


class OpenLists:
    """The lists in memory. ``memory`` bounds, in bytes, those that nobody is using right now."""

    def __init__(
        self, store: ListStore, rooms: Rooms, clock: Clock, names: Names, tasks: Tasks, memory: int = 64 << 20
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._clock = clock
        self._names = names
        self._tasks = tasks
        self._memory = memory
        self._seats: OrderedDict[ListId, Seat] = OrderedDict()
        self._bytes = 0
        # The last revision told to each room that somebody hears: a number only, so a room does not keep its list open.
        self._told: dict[ListId, int] = {}
        self._adrift: set[ListId] = set()
        self._expelled_at: dict[tuple[Guest, ListId], int] = {}
        self._busy: set[asyncio.Future[Any]] = set()

    # --- reading

    def seat(self, list_id: ListId) -> Seat:
        """The list's place, the last one to be cleared away from now on."""
        seat = self._seats.get(list_id)
        if seat is None:
            seat = self._seats[list_id] = Seat(list_id, list_room(list_id))
        else:
            self._seats.move_to_end(list_id)
        seat.used = self._clock.now()
        return seat

    def in_memory(self, list_id: ListId) -> OpenList | None:
        """The list, if it is open now."""
        seat = self._seats.get(list_id)
        return seat.list if seat else None

    async def opened(self, list_id: ListId) -> OpenList:
        """The list, read if need be; raises ``NotFound``. What follows without ``await`` sees it whole."""
        return await self.load(self.seat(list_id))

    async def load(self, seat: Seat) -> OpenList:
        """As ``opened``; those who wait for one list at once wait for one read."""
        while seat.list is None:
            if seat.loading is None:
                seat.loading = self._tasks.start(self._read(seat), "reading a list")
                seat.loading.add_done_callback(partial(self._loaded, seat))
            failure = await asyncio.shield(seat.loading)
            if failure is not None:
                raise failure.with_traceback(None)
            seat = self.seat(seat.id)  # the list may have left memory again by now, and its place with it
        return seat.list

    def _loaded(self, seat: Seat, done: asyncio.Future[Any]) -> None:
        seat.loading = None
        self.forget_if_empty(seat)

    async def _read(self, seat: Seat) -> DomainError | None:
        """Bring a list into memory; what its room has not been told yet is told first. A failure is the answer."""
        try:
            loaded = await self._store.load(seat.id)
            if loaded is None:
                return NotFound("list")
            state = await _replayed(loaded)
            await self._names.fetch({*loaded.header.members, *state.people()})
            untold = await self._untold(seat, state.revision)
        except DomainError as error:
            return error
        seat.list = OpenList(loaded.header, state, loaded.header.behind)
        self.measure(seat)
        if untold:
            self.tell(seat, untold, people_in(untold))
            if any(change.list is not None and "title" in change.list for change in untold):
                self.tell_index(loaded.header.members)
        self._adrift.discard(seat.id)
        self.make_room()
        return None

    async def _untold(self, seat: Seat, revision: int) -> Sequence[Change]:
        told = self._told.get(seat.id)
        if told is None or told >= revision or self._rooms.is_empty(seat.room):
            return ()
        changes = await self._store.changes(seat.id, told, revision)
        await self._names.fetch(people_in(changes))
        return changes

    # --- telling

    def joining(self, list_id: ListId, revision: int) -> None:
        """Somebody is about to hear the room of the list from this revision on; what was told to nobody is not owed."""
        if list_id not in self._told or self._rooms.is_empty(list_room(list_id)):
            self._told[list_id] = revision

    def tell(self, seat: Seat, changes: Sequence[Change], people: Iterable[PersonId]) -> None:
        """Tell the list's room what is stored, with the names of these people, which were fetched before."""
        assert seat.list is not None
        if seat.id in self._told:
            if self._rooms.is_empty(seat.room):
                del self._told[seat.id]
            else:
                self._rooms.tell(seat.room, ListChanged(seat.id, changes, self._names.of(people)))
                self._told[seat.id] = changes[-1].revision

    def tell_index(self, people: Iterable[PersonId]) -> None:
        """Tell these people that what the index answers them is another."""
        for person in people:
            self._rooms.tell(person_room(person), ListsChanged())

    def expel_at(self, time: int, guest: Guest, list_id: ListId) -> None:
        """The right of a guest who hears the room of the list ends at this time."""
        self._expelled_at[guest, list_id] = time

    async def expel_expired(self) -> None:
        """Take guests whose right has ended out of the rooms, and tell them why."""
        now = self._clock.now()
        over = [key for key, time in self._expelled_at.items() if time <= now]
        for key in over:
            del self._expelled_at[key]
            guest, list_id = key
            self._rooms.expel(list_room(list_id), ListGone(list_id, "expired"), guest)

    # --- letting go

    def measure(self, seat: Seat) -> None:
        """Count what the list takes in memory now."""
        size = seat.list.state.size if seat.list else 0
        self._bytes += size - seat.size
        seat.size = size

    def put_away(self, seat: Seat) -> None:
        """Let a list leave memory; if its room is heard, it is read again as soon as the store is back."""
        seat.list = None
        self.measure(seat)
        if seat.id in self._told and not self._rooms.is_empty(seat.room):
            self._adrift.add(seat.id)

    def removed(self, list_id: ListId) -> None:
        """The list is no more; called in its turn. Who looks at it is told, who asks is answered by the store."""
        seat = self.seat(list_id)
        seat.list = None
        self.measure(seat)
        self._told.pop(list_id, None)
        self._rooms.expel(list_room(list_id), ListGone(list_id, "deleted"))

    def forget_if_empty(self, seat: Seat) -> None:
        """A place without a list, where nobody waits, need not be kept."""
        if seat.list is None and seat.rests() and self._seats.get(seat.id) is seat:
            del self._seats[seat.id]

    def make_room(self) -> None:
        """Keep within the bound: the longest unused lists leave first. Their stored summaries are mended on reading."""
        if self._bytes <= self._memory:
            return
        for seat in list(self._seats.values()):
            if seat.rests():
                seat.list = None
                self.measure(seat)
                self.forget_if_empty(seat)
            if self._bytes <= self._memory:
                return

    def beside(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Run something that ``close`` waits for."""
        self.wait_for(self._tasks.start(work, name))

    def wait_for(self, work: "asyncio.Future[Any]") -> None:
        """Let ``close`` wait for something that runs."""
        self._busy.add(work)
        work.add_done_callback(self._busy.discard)

    def save_beside(self, seat: Seat) -> None:
        """Store a snapshot while edits go on."""
        if not seat.saving and seat.list is not None:
            seat.saving = True
            self.beside(self.save(seat, seat.list, settled=False), "storing a snapshot")

    async def save(self, seat: Seat, opened: OpenList, *, settled: bool) -> None:
        """Store a snapshot, made in slices; ``settled`` in the list's turn, else beside the edits that go on."""
        seat.saving = True
        try:
            revision, summary, pieces = opened.state.revision, opened.state.summary(), []
            for piece in opened.state.snapshot(orjson.dumps):
                pieces.append(piece)
                await asyncio.sleep(0)
            await self._store.put_snapshot(seat.id, Snapshot(revision, pieces), summary, settled=settled)
            opened.behind = opened.behind and not settled
        except Unavailable as error:
            log.warning("snapshot of list %s not stored: %s", seat.id, error)
        finally:
            seat.saving = False
            self.forget_if_empty(seat)

    def idle(self, for_ms: int) -> Sequence[Seat]:
        """The places of lists that nobody has used for so long and whose stored summary may be behind."""
        before = self._clock.now() - for_ms
        return [seat for seat in self._seats.values() if _unsettled(seat) and seat.rests() and seat.used <= before]

    async def read_adrift(self) -> None:
        """Read again the lists that an outage cut off from their rooms."""
        for list_id in [*self._adrift]:
            if self._rooms.is_empty(list_room(list_id)):
                self._adrift.discard(list_id)
                continue
            try:
                await self.opened(list_id)
            except NotFound:
                self._adrift.discard(list_id)
            except DomainError:
                log.info("list %s is still out of reach", list_id)

    async def close(self) -> None:
        """Wait for what runs, then store what snapshots still lack."""
        while self._busy:
            await asyncio.wait(self._busy)
        for seat in list(self._seats.values()):
            if seat.list is not None and _unsettled(seat):
                await self.save(seat, seat.list, settled=True)


def _unsettled(seat: Seat) -> bool:
    return seat.list is not None and seat.list.behind


async def _replayed(loaded: Loaded) -> ListState:
    state = ListState.from_snapshot(loaded.snapshot, orjson.loads)
    for number, change in enumerate(loaded.tail, start=1):
        state.replay(change)
        if number % REPLAYED_AT_ONCE == 0:
            await asyncio.sleep(0)
    return state
