"""Lists: making, reading, editing, copying and deleting them, for people who may."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Literal, Protocol
from weakref import WeakValueDictionary

import orjson

from shoplist_appliance.domain.access import RIGHT_OF_ROLE, grant, require, role_of
from shoplist_appliance.domain.errors import Conflict, Forbidden, Gone, Invalid, OutcomeUnknown, Reason, Unauthenticated
from shoplist_appliance.domain.ids import EditId, ItemId, ListId, PersonId, derived_uuid, new_secret, new_uuid
from shoplist_appliance.domain.list_rules import Edited
from shoplist_appliance.domain.list_state import ListState, people_in, people_of
from shoplist_appliance.domain.lists import Actor, Call, Change, Edit, Guest, Header, Right, Role, Summary, Undo
from shoplist_appliance.domain.people import PersonName
from shoplist_appliance.ports import Clock, Damaged, Listener, ListGone, ListStore, PeopleStore, Rooms, Snapshot
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.open_lists import OpenList, OpenLists, list_room
from shoplist_appliance.usecases.turns import Turns

LISTS_A_PERSON = 500
KEPT_AFTER_DELETION_MS = 30 * 24 * 3600 * 1000


class MemberStore(ListStore, PeopleStore, Protocol):
    """What lists and their members need of a store."""


@dataclass(frozen=True, slots=True)
class ListView:
    """A list as one of its members sees it in an index, or a guest by a share of this right."""

    header: Header
    summary: Summary
    role: Role | Literal["guest"]
    shared: Right | None = None

    @property
    def right(self) -> Right:
        """What may be done with its items."""
        return self.shared or ("view" if self.role == "guest" else RIGHT_OF_ROLE[self.role])


@dataclass(frozen=True, slots=True)
class Opened:
    """A list with its items: all that are on it where ``whole``, else those changed since the revision asked for."""

    view: ListView
    items: Sequence[Mapping[str, object]]
    people: Sequence[PersonName]
    whole: bool
    now: int


@dataclass(frozen=True, slots=True)
class History:
    """A page of changes, the newest first, and the people whom they name."""

    changes: Sequence[Change]
    people: Sequence[PersonName]
    more: bool


class Lists:
    """What a member does with lists. Raises ``NotFound`` for strangers, ``Gone`` for members of a deleted list."""

    def __init__(
        self, store: MemberStore, open_lists: OpenLists, turns: Turns, rooms: Rooms, clock: Clock, names: Names
    ) -> None:
        self._store = store
        self._open_lists = open_lists
        self._turns = turns
        self._rooms = rooms
        self._clock = clock
        self._names = names
        # A lock is here while somebody holds or awaits it.
        self._coming: WeakValueDictionary[PersonId, asyncio.Lock] = WeakValueDictionary()

    # --- making

    async def create(self, person: PersonId, title: str, list_id: ListId | None) -> ListView:
        """Make a list. The same id of the same person answers that list as it is now; another's is ``Conflict``."""
        state = ListState.new(title, self._clock.now())
        return await self._add(person, list_id or ListId(new_uuid()), state)

    async def copy(self, person: PersonId, list_id: ListId, title: str | None, new_id: ListId) -> ListView:
        """A new list with the items, unticked, and the categories of this one; a repeat answers what the first made."""
        if (made := await self._made_before(person, new_id)) is not None:
            return made
        source = await self._open_lists.opened(list_id)
        require(source.header, person, "read")
        state = source.state.copied(
            title or source.state.title,
            self._clock.now(),
            person,
            lambda item: ItemId(derived_uuid(new_id, item)),
        )
        return await self._add(person, new_id, state)

    async def _add(self, person: PersonId, list_id: ListId, state: ListState) -> ListView:
        if (made := await self._made_before(person, list_id)) is not None:
            return made
        header = Header(list_id, {person: "owner"}, person, self._clock.now(), epoch=new_secret(12))
        await self._names.fetch([person])
        async with self.room_for_one_more(person):
            try:
                await self._store.add_list(header, Snapshot(0, list(state.snapshot(orjson.dumps))), state.summary())
            except Conflict:
                # Two devices of one person sent the same call at once, or the id is somebody else's.
                if (made := await self._made_before(person, list_id)) is None:
                    raise
                return made
        self._open_lists.tell_index([person])
        return ListView(header, state.summary(), "owner")

    async def _made_before(self, person: PersonId, list_id: ListId) -> ListView | None:
        header = await self._store.header(list_id)
        if header is None:
            return None
        if header.created_by != person or person not in header.members:
            raise Conflict("list_id")
        return await self.view(person, list_id)

    def coming(self, person: PersonId) -> asyncio.Lock:
        """Held by who lets the person come to a list: while another holds it, they come to none."""
        return self._coming.setdefault(person, asyncio.Lock())

    @asynccontextmanager
    async def room_for_one_more(self, person: PersonId, list_id: ListId | None = None) -> AsyncIterator[None]:
        """A context in which this person may come to one more list, or be once more on this one.

        ``Invalid`` where they have all they may; ``Unauthenticated`` where the account has ended meanwhile. One at a
        time for each person, so that two calls at once cannot both make the five-hundredth.
        """
        async with self.coming(person):
            if await self._store.person(person) is None:
                raise Unauthenticated("token")
            headers = [header for header, _ in await self._store.lists_of(person) if header.id != list_id]
            if sum(header.deleted_at is None for header in headers) >= LISTS_A_PERSON:
                raise Invalid(fields={"list": Reason("too_many_lists", {"limit": LISTS_A_PERSON})})
            yield

    # --- reading

    async def view(self, person: PersonId, list_id: ListId) -> ListView:
        """The list as the index shows it."""
        opened = await self._open_lists.opened(list_id)
        return ListView(opened.header, opened.state.summary(), require(opened.header, person, "read"))

    async def index(self, person: PersonId, archived: bool, deleted: bool) -> Sequence[ListView]:
        """The person's lists, the last used first: those deleted, or archived, where asked; else neither."""
        views = []
        for header, summary in await self._store.lists_of(person):
            view = await self._indexed(person, header, summary)
            if view is not None and _belongs(view.header, archived, deleted, self._clock.now()):
                views.append(view)
        return sorted(views, key=lambda view: (-view.summary.updated_at, view.header.id))

    async def _indexed(self, person: PersonId, header: Header, summary: Summary) -> ListView | None:
        """What memory knows is newer than what was read; a summary that a crash left behind is mended by a read."""
        opened = self._open_lists.in_memory(header.id)
        if opened is None and header.behind:
            with suppress(Damaged):  # then the summary of before has to do
                opened = await self._open_lists.opened(header.id)
        if opened is not None:
            header, summary = opened.header, opened.state.summary()
        role = header.members.get(person)
        return ListView(header, summary, role) if role else None

    async def get(self, actor: Actor, list_id: ListId, since: int | None, epoch: str | None) -> Opened:
        """The list, whole or what changed after ``since``; whole also where the client is too far behind or ahead."""
        return self._answer(actor, await self._open_lists.opened(list_id), since, epoch)

    async def get_deleted(self, person: PersonId, list_id: ListId) -> Opened:
        """A list that this person deleted and could restore, whole. Raises as ``restore``."""
        opened = await self._open_lists.opened(list_id)
        self._require_restorable(opened.header, person)
        items = opened.state.items()
        view = ListView(opened.header, opened.state.summary(), "owner")
        return Opened(view, items, self._names.of(people_of(items)), True, self._clock.now())

    async def open(
        self,
        actor: Actor,
        list_id: ListId,
        since: int | None,
        epoch: str | None,
        listener: Listener,
        reply: Callable[[Opened], None],
    ) -> None:
        """As ``get``, and the listener hears the list's room from exactly the revision of that answer on."""
        opened = await self._open_lists.opened(list_id)
        # One step of the loop from here: rights, answer and room are of one moment, neither gap nor double.
        answer = self._answer(actor, opened, since, epoch)
        self._open_lists.joining(list_id, opened.state.revision)
        listener.join(list_room(list_id))
        until = grant(opened.header, actor, "read", self._clock.now()).until
        if isinstance(actor, Guest) and until is not None:
            self._open_lists.expel_at(until, actor, list_id)
        reply(answer)

    def close(self, list_id: ListId, listener: Listener) -> None:
        """The listener hears the list's room no longer."""
        listener.leave(list_room(list_id))

    def _answer(self, actor: Actor, opened: OpenList, since: int | None, epoch: str | None) -> Opened:
        granted = grant(opened.header, actor, "read", self._clock.now())
        view = ListView(opened.header, opened.state.summary(), granted.role, granted.right)
        items = None
        if since is not None and epoch in (None, opened.header.epoch):
            items = opened.state.items_since(since)
        whole = items is None
        shown = opened.state.items() if items is None else items
        return Opened(view, shown, self._names.of(people_of(shown)), whole, self._clock.now())

    async def history(
        self, person: PersonId, list_id: ListId, before: int | None, limit: int, *, deleted: bool = False
    ) -> History:
        """Changes with revisions under ``before``, the newest first; with ``deleted`` of what ``get_deleted`` gets."""
        opened = await self._open_lists.opened(list_id)
        if deleted:
            self._require_restorable(opened.header, person)
        else:
            require(opened.header, person, "read")
        newest = opened.state.revision if before is None else min(before - 1, opened.state.revision)
        oldest = max(newest - limit, 0)
        changes = await self._store.changes(list_id, oldest, newest) if newest > oldest else ()
        people = people_in(changes)
        await self._names.fetch(people)
        return History(changes[::-1], self._names.of(people), oldest > 0)

    # --- changing

    def edit(self, actor: Actor, list_id: ListId, edits: Sequence[Edit], epoch: str | None) -> asyncio.Future[Edited]:
        """Take the list's turn with edits; the place is taken before this returns."""
        return self._turns.take(list_id, Call(actor, edits, epoch))

    def undo(self, person: PersonId, list_id: ListId, revision: int, edit_id: EditId) -> asyncio.Future[Edited]:
        """Put back what a change replaced; raises ``NotFound``, ``Conflict`` where nothing is left to put back."""
        return self._turns.take(list_id, Call(person, [Undo(edit_id, revision, None)]))

    async def archive(self, person: PersonId, list_id: ListId, archived: bool) -> ListView:
        """Put the list out of, or back into, the index of all its members; it can be edited all the same."""

        def step(header: Header) -> Header:
            require(header, person, "own")
            return header if header.archived == archived else replace(header, archived=archived)

        opened = await self.change_header(list_id, step)
        return ListView(opened.header, opened.state.summary(), "owner")

    async def delete(self, person: PersonId, list_id: ListId) -> None:
        """Delete the list; for 30 days its owner can restore it. Whoever looks at it is told that it is gone."""

        def step(header: Header) -> Header:
            require(header, person, "own")
            return replace(header, deleted_at=self._clock.now())

        await self.change_header(
            list_id, step, lambda: self._rooms.expel(list_room(list_id), ListGone(list_id, "deleted"))
        )

    async def restore(self, person: PersonId, list_id: ListId) -> ListView:
        """Bring a deleted list back; one not deleted is answered as it is. ``Gone`` when the 30 days are over."""

        def step(header: Header) -> Header:
            self._require_restorable(header, person)
            return header if header.deleted_at is None else replace(header, deleted_at=None)

        opened = await self._open_lists.opened(list_id)
        if step(opened.header) is not opened.header:
            async with self.room_for_one_more(person):
                opened = await self.change_header(list_id, step)
        return ListView(opened.header, opened.state.summary(), "owner")

    def _require_restorable(self, header: Header, person: PersonId) -> None:
        if role_of(header, person) != "owner":
            raise Forbidden("not_owner")
        if is_over(header, self._clock.now()):
            raise Gone("list_purged")

    async def change_header(
        self, list_id: ListId, step: Callable[[Header], Header], told: Callable[[], None] = lambda: None
    ) -> OpenList:
        """Change who may do what, in the list's turn: ``step`` decides on the header of that moment, or raises.

        ``told`` runs in the step in which the change begins to count; then those index again to whom it matters.
        """

        async def work(opened: OpenList) -> OpenList:
            old = opened.header
            new = step(old)
            if new is not old:
                new = replace(new, version=old.version + 1)
                await self._names.fetch(new.members)
                await self._put(new, old.version)
                opened.header = new
                told()
                self._open_lists.tell_index(_concerned(old, new))
            return opened

        return await self._turns.alone(list_id, work)

    async def _put(self, header: Header, expected: int) -> None:
        try:
            await self._store.put_header(header, expected)
        except Conflict:
            # A write given up for lost has landed after all: the list is read again, and the same call is safe.
            raise OutcomeUnknown("header") from None


def _concerned(old: Header, new: Header) -> Sequence[PersonId]:
    """To whom the index answers something else after a change of the header; it says nothing of other members."""
    everyone = {**old.members, **new.members}
    if (old.archived, old.deleted_at) != (new.archived, new.deleted_at):
        return list(everyone)
    return [person for person in everyone if old.members.get(person) != new.members.get(person)]


def is_over(header: Header, now: int) -> bool:
    """Whether the list was deleted so long ago that there is no way back any longer."""
    return header.deleted_at is not None and now - header.deleted_at > KEPT_AFTER_DELETION_MS


def _belongs(header: Header, archived: bool, deleted: bool, now: int) -> bool:
    if deleted:
        return header.deleted_at is not None and not is_over(header, now)
    return header.deleted_at is None and header.archived == archived
