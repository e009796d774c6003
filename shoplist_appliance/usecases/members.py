"""Members of a list: who shares it, inviting by link, accepting, leaving, being removed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from shoplist_appliance.domain.errors import Conflict, Gone, NotFound
from shoplist_appliance.domain.ids import InvitationId, ListId, PersonId, new_secret
from shoplist_appliance.domain.lists import ROLE_RANK, Header, Invitation, Role, require, role_of
from shoplist_appliance.domain.people import PersonName
from shoplist_appliance.ports import Clock, ListGone, ListStore, Rooms
from shoplist_appliance.usecases.lists import Lists, ListView
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.open_lists import OpenLists, list_room
from shoplist_appliance.usecases.people import hash_of

INVITATION_MS = 7 * 24 * 3600 * 1000
# An expired link is remembered this long, so that who opens it late learns that it expired rather than never was.
REMEMBERED_MS = 90 * 24 * 3600 * 1000
INVITATIONS_A_LIST = 100


class Members:
    """What members do with each other. A link invites anyone who holds it, for 7 days."""

    def __init__(
        self, store: ListStore, open_lists: OpenLists, lists: Lists, rooms: Rooms, clock: Clock, names: Names
    ) -> None:
        self._store = store
        self._open_lists = open_lists
        self._lists = lists
        self._rooms = rooms
        self._clock = clock
        self._names = names

    async def list(self, person: PersonId, list_id: ListId) -> Sequence[tuple[PersonName, Role]]:
        """All members with their roles, in the order of joining."""
        opened = await self._open_lists.opened(list_id)
        require(opened.header, person, "read")
        names = {name.id: name for name in self._names.of(opened.header.members)}
        return [(names[member], role) for member, role in opened.header.members.items()]

    async def invite(self, person: PersonId, list_id: ListId, role: Role) -> Invitation:
        """Make a link that lets its holders join with this role. ``Conflict`` where too many are in force."""
        code, now = new_secret(), self._clock.now()
        invitation = Invitation(
            InvitationId(new_secret(12)), hash_of(code), code, role, person, now, now + INVITATION_MS
        )

        def step(header: Header) -> Header:
            require(header, person, "own")
            if sum(one.expires_at > now for one in header.invitations) >= INVITATIONS_A_LIST:
                raise Conflict("too_many_invitations")
            kept = [one for one in header.invitations if now - one.expires_at < REMEMBERED_MS]
            return replace(header, invitations=[*kept[-2 * INVITATIONS_A_LIST :], invitation])

        await self._lists.change_header(list_id, step)
        return invitation

    async def check(self, code: str) -> ListId:
        """The list that an invitation opens. ``NotFound`` for an unknown code, ``Gone`` where it no longer counts."""
        list_id = await self._store.list_of_invitation(hash_of(code))
        if list_id is None:
            raise NotFound("invitation")
        self._good(code, (await self._open_lists.opened(list_id)).header)
        return list_id

    async def accept(self, person: PersonId, code: str) -> ListView:
        """Join, or, already a member, get the greater of the two roles; then the list."""
        list_id = await self.check(code)
        opened = await self._open_lists.opened(list_id)
        if self._joined(person, code, opened.header) is not opened.header:
            if person in opened.header.members:
                opened = await self._lists.change_header(list_id, lambda header: self._joined(person, code, header))
            else:
                async with self._lists.room_for_one_more(person):
                    opened = await self._lists.change_header(list_id, lambda header: self._joined(person, code, header))
        return ListView(opened.header, opened.state.summary(), require(opened.header, person, "read"))

    def _joined(self, person: PersonId, code: str, header: Header) -> Header:
        role = self._good(code, header).role
        has = header.members.get(person)
        if has is not None and ROLE_RANK[has] >= ROLE_RANK[role]:
            return header
        return replace(header, members={**header.members, person: role})

    def _good(self, code: str, header: Header) -> Invitation:
        hash = hash_of(code)
        for invitation in header.invitations:
            if invitation.hash == hash:
                if invitation.expires_at <= self._clock.now():
                    raise Gone("invitation")
                if header.deleted_at is not None:
                    raise Gone("list_deleted")
                return invitation
        raise NotFound("invitation")

    async def leave(self, person: PersonId, list_id: ListId) -> None:
        """Be a member no longer; the person's connections leave the room at once. ``Conflict`` for the owner."""

        def step(header: Header) -> Header:
            require(header, person, "read")
            return _without(header, person)

        await self._part(list_id, step, person)

    async def remove(self, owner: PersonId, list_id: ListId, person: PersonId) -> None:
        """Take another off the list, as if they had left. ``NotFound``: no member; ``Conflict``: the owner."""

        def step(header: Header) -> Header:
            require(header, owner, "own")
            if person not in header.members:
                raise NotFound("member")
            return _without(header, person)

        await self._part(list_id, step, person)

    async def _part(self, list_id: ListId, step: Callable[[Header], Header], person: PersonId) -> None:
        gone = ListGone(list_id, "removed")
        await self._lists.change_header(list_id, step, lambda: self._rooms.expel(list_room(list_id), gone, person))


def _without(header: Header, person: PersonId) -> Header:
    if role_of(header, person) == "owner":
        raise Conflict("owner_cannot_leave")
    return replace(header, members={one: role for one, role in header.members.items() if one != person})
