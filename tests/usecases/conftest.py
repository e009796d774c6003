"""Use cases on each kind of store in turn, the real one, behind one that can be made to misbehave.

A new kind of store joins by its line in ``tests/contract/places.py``.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from shoplist_appliance.domain.ids import EditId, ItemId, ListId, PersonId, TokenId, new_uuid
from shoplist_appliance.domain.lists import Actor, Change, Edit
from shoplist_appliance.domain.people import Person
from shoplist_appliance.ports import Event, ListChanged, Listener, Store
from shoplist_appliance.tasks import Tasks
from shoplist_appliance.usecases.lists import Lists
from shoplist_appliance.usecases.mail import Mail
from shoplist_appliance.usecases.members import Members
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.open_lists import OpenLists
from shoplist_appliance.usecases.turns import Turns
from tests.contract.places import PLACES, Place, Spot


class HandClock:
    """A clock that moves when a test moves it."""

    def __init__(self) -> None:
        self.time = 1_764_000_000_000

    def now(self) -> int:
        return self.time

    def advance(self, *, seconds: float) -> None:
        self.time += round(seconds * 1000)


class Troubled:
    """The real store; ``append`` first asks ``trouble`` (if set), which may raise, wait, or call the real one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.trouble: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]] | None = None
        self.appended: list[Sequence[Change]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def append(self, list_id: ListId, expected: int, changes: Sequence[Change]) -> None:
        async def real() -> None:
            await self._store.append(list_id, expected, changes)
            self.appended.append(changes)

        await (self.trouble(real) if self.trouble else real())


class Ear:
    """A listener that remembers the rooms it is in."""

    def __init__(self, rooms: "HeardRooms", person: PersonId) -> None:
        self.rooms = rooms
        self.person = person

    def join(self, room: str) -> None:
        self.rooms.members.setdefault(room, []).append(self)

    def leave(self, room: str) -> None:
        if self in self.rooms.members.get(room, []):
            self.rooms.members[room].remove(self)


class HeardRooms:
    """Rooms that write down what is told, in the order of telling."""

    def __init__(self) -> None:
        self.members: dict[str, list[Ear]] = {}
        self.told: list[tuple[str, Event]] = []

    def tell(self, room: str, event: Event) -> None:
        self.told.append((room, event))

    def is_empty(self, room: str) -> bool:
        return not self.members.get(room)

    def rooms(self, prefix: str) -> Sequence[str]:
        return [room for room, ears in self.members.items() if ears and room.startswith(prefix)]

    def expel(self, room: str, event: Event, actor: Actor | None = None) -> None:
        self.told.append((room, event))
        self.members[room] = [ear for ear in self.members.get(room, []) if actor not in (None, ear.person)]

    def sign_out(self, tokens: Iterable[TokenId], reason: str) -> None: ...

    def revisions(self) -> list[int]:
        """The revisions told to rooms of lists, in order."""
        return [change.revision for _, event in self.told if isinstance(event, ListChanged) for change in event.changes]


@dataclass
class House:
    """The use cases of lists, and what a test needs to look behind them."""

    store: Troubled
    place: Place
    rooms: HeardRooms = field(default_factory=HeardRooms)
    clock: HandClock = field(default_factory=HandClock)
    tasks: Tasks = field(default_factory=Tasks)
    memory: int = 64 << 20

    def __post_init__(self) -> None:
        names = Names(self.store)
        self.open_lists = OpenLists(self.store, self.rooms, self.clock, names, self.tasks, self.memory)
        self.turns = Turns(self.store, self.open_lists, self.clock, names, self.tasks)
        self.lists = Lists(self.store, self.open_lists, self.turns, self.rooms, self.clock, names)
        mail = Mail(self.store, self.clock, is_configured=False)
        self.members = Members(self.store, self.open_lists, self.lists, self.rooms, self.clock, names, mail)

    async def person(self, name: str = "Ann") -> PersonId:
        person = PersonId(new_uuid())
        await self.store.add_person(
            Person(person, name, f"{person}@example.org", "$argon2id$none", "en", "auto", "user", self.clock.now())
        )
        return person

    def ear(self, person: PersonId) -> Listener:
        return Ear(self.rooms, person)

    def damage(self, list_id: ListId, field: Literal["header", "summary", "piece"]) -> None:
        """Change a sealed value of a list at rest, so that nobody can read it."""
        self.place.drop(Spot(field, list_id), bytes(100))

    async def close(self) -> None:
        await self.turns.close()
        await self.tasks.close()
        await self.store.close()


def add(text: str, at: int = 1_764_000_000_000, *, id: str | None = None, item: str | None = None) -> Edit:
    """An edit that adds an item."""
    return Edit(EditId(id or new_uuid()), "add", (ItemId(item or new_uuid()),), at, 0, {"text": text})


@pytest.fixture(params=sorted(PLACES))
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async with asyncio.timeout(120):
        place = PLACES[request.param](tmp_path / "data", HandClock())
        made = House(Troubled(place.open()), place)
        yield made
        await made.close()
