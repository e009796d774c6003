"""Members of a list: who shares it, inviting and accepting, roles, leaving, being removed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from shoplist_appliance.domain.access import require, role_of
from shoplist_appliance.domain.addresses import email_key
from shoplist_appliance.domain.errors import Conflict, Gone, NotFound
from shoplist_appliance.domain.ids import InvitationId, ListId, PersonId, new_secret
from shoplist_appliance.domain.lists import ROLE_RANK, Header, Invitation, Role
from shoplist_appliance.domain.people import Language, PersonName
from shoplist_appliance.ports import Clock, ListGone, Rooms
from shoplist_appliance.usecases.lists import Lists, ListView, MemberStore
from shoplist_appliance.usecases.mail import Mail
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.open_lists import OpenList, OpenLists, list_room
from shoplist_appliance.usecases.people import hash_of

INVITATION_MS = 7 * 24 * 3600 * 1000
# One that serves no longer is remembered this long, so that who comes late learns that it did once.
REMEMBERED_MS = 90 * 24 * 3600 * 1000
INVITATIONS_A_LIST = 100  # that serve, and as many that are remembered
LOWERED_A_LIST = 1000  # of those whom the owner removed or gave a lesser role, the last are remembered


Link = Callable[[str], str]
"""Makes the address of the page on which a code is accepted."""


class Members:
    """What members do with each other. A link invites anyone who holds it, a mail one person, for 7 days."""

    def __init__(
        self,
        store: MemberStore,
        open_lists: OpenLists,
        lists: Lists,
        rooms: Rooms,
        clock: Clock,
        names: Names,
        mail: Mail,
    ) -> None:
        self._store = store
        self._open_lists = open_lists
        self._lists = lists
        self._rooms = rooms
        self._clock = clock
        self._names = names
        self._mail = mail

    async def list(self, person: PersonId, list_id: ListId) -> Sequence[tuple[PersonName, Role]]:
        """All members with their roles, in the order of joining."""
        opened = await self._open_lists.opened(list_id)
        require(opened.header, person, "read")
        names = {name.id: name for name in self._names.of(opened.header.members)}
        return [(names[member], role) for member, role in opened.header.members.items()]

    # --- inviting

    async def invite(self, person: PersonId, list_id: ListId, role: Role) -> Invitation:
        """Make a link that lets its holders join with this role. ``Conflict`` where too many are in force."""
        invitation = self._new_invitation(person, role, new_secret())
        await self._add(list_id, invitation)
        return invitation

    async def invite_by_mail(
        self, person: PersonId, list_id: ListId, role: Role, email: str, language: Language, link: Link
    ) -> None:
        """Send a link that lets one person join with this role; nobody but its receiver is told the code.

        It takes the place of an earlier one to the same address, and is in the language of whose address it is, else in
        the one given. Raises as ``invite``.
        """
        code = new_secret()
        opened = await self._add(list_id, replace(self._new_invitation(person, role, code), code="", email=email))
        (inviter,) = self._names.of([person])
        values = {"inviter": inviter.name, "list": opened.state.title, "role": role, "link": link(code)}
        receiver = await self._store.person_by_email(email)
        # Of an address that nobody validated the account may be a stranger's, whose end is no reason to lose the mail.
        owner = receiver.id if receiver and receiver.email_verified else None
        await self._mail.send(email, "invitation", receiver.language if receiver else language, values, owner)

    def _new_invitation(self, person: PersonId, role: Role, code: str) -> Invitation:
        now = self._clock.now()
        return Invitation(InvitationId(new_secret(12)), hash_of(code), code, role, person, now, now + INVITATION_MS)

    async def _add(self, list_id: ListId, invitation: Invitation) -> OpenList:
        now = self._clock.now()

        def step(header: Header) -> Header:
            require(header, invitation.made_by, "own")
            known = _remembered(_without_earlier(header.invitations, invitation), now)
            if sum(one.serves(now) for one in known) >= INVITATIONS_A_LIST:
                raise Conflict("too_many_invitations")
            return replace(header, invitations=[*known, invitation])

        return await self._lists.change_header(list_id, step)

    async def invitations(self, person: PersonId, list_id: ListId) -> Sequence[Invitation]:
        """Those by which somebody may still join, the oldest first; for the owner alone."""
        opened = await self._open_lists.opened(list_id)
        require(opened.header, person, "own")
        now = self._clock.now()
        return [one for one in opened.header.invitations if one.serves(now)]

    async def uninvite(self, person: PersonId, list_id: ListId, id: InvitationId) -> None:
        """Withdraw an invitation; who joined by it stays. ``Gone`` where nobody could join by it any longer."""

        def step(header: Header) -> Header:
            require(header, person, "own")
            for invitation in header.invitations:
                if invitation.id == id:
                    if not invitation.serves(self._clock.now()):
                        raise Gone("invitation")
                    return _changed(header, replace(invitation, email=None, withdrawn=True))
            raise NotFound("invitation")

        await self._lists.change_header(list_id, step)

    # --- accepting

    async def check(self, code: str) -> str | None:
        """The address that an invitation was mailed to, None for a link.

        ``NotFound`` for an unknown code, ``Gone`` where it no longer counts.
        """
        _, header = await self._invited_to(code)
        self._serving(code, header)
        return _found(code, header).email

    async def accept(self, person: PersonId, code: str) -> ListView:
        """Join, or, already a member, get the greater of the two roles; then the list. Raises as ``check``.

        One that was mailed is used up by whoever accepts it first; to them, once more, it answers the list.
        It is ``Gone`` to whom the owner removed since it was made, and raises nobody whom the owner lowered since.
        """
        list_id, _ = await self._invited_to(code)

        def step(header: Header) -> Header:
            return self._joined(person, code, header)

        async with self._lists.room_for_one_more(person, list_id):
            opened = await self._lists.change_header(list_id, step)
        return ListView(opened.header, opened.state.summary(), require(opened.header, person, "read"))

    async def _invited_to(self, code: str) -> tuple[ListId, Header]:
        list_id = await self._store.list_of_invitation(hash_of(code))
        if list_id is None:
            raise NotFound("invitation")
        return list_id, (await self._open_lists.opened(list_id)).header

    def _joined(self, person: PersonId, code: str, header: Header) -> Header:
        has = header.members.get(person)
        invitation = _found(code, header)
        if has is not None and header.deleted_at is None and invitation.accepted_by == person:
            return header
        self._serving(code, header)
        was_before = invitation.created_at <= header.lowered.get(person, -1)
        if was_before and has is not None:
            return header
        if was_before:
            raise Gone("invitation")
        if has is None or ROLE_RANK[has] < ROLE_RANK[invitation.role]:
            header = replace(header, members={**header.members, person: invitation.role})
        if invitation.email is not None:
            header = _changed(header, replace(invitation, email=None, accepted_by=person))
        return header

    def _serving(self, code: str, header: Header) -> None:
        if not _found(code, header).serves(self._clock.now()):
            raise Gone("invitation")
        if header.deleted_at is not None:
            raise Gone("list_deleted")

    # --- roles, and the end of them

    async def set_role(self, owner: PersonId, list_id: ListId, person: PersonId, role: Role) -> None:
        """Give a member another role. With the role of owner the list is handed over: the giver becomes editor.

        ``NotFound``: no member; ``Conflict``: the owner, who is so until the list is handed over, or one who is blocked
        as the next.
        """
        if role == "owner":
            await self._require_heir(owner, list_id, person)

        def step(header: Header) -> Header:
            require(header, owner, "own")
            has = _member(header, person)
            if has == role:
                return header
            if has == "owner":
                raise Conflict("owner_hands_over")
            giver: dict[PersonId, Role] = {owner: "editor"} if role == "owner" else {}
            new = replace(header, members={**header.members, **giver, person: role})
            return self._lowered(new, person) if ROLE_RANK[role] < ROLE_RANK[has] else new

        await self._lists.change_header(list_id, step)

    async def _require_heir(self, owner: PersonId, list_id: ListId, person: PersonId) -> None:
        """Nobody could see to a list that a blocked account owns."""
        header = (await self._open_lists.opened(list_id)).header
        require(header, owner, "own")
        _member(header, person)
        heir = await self._store.person(person)
        if heir is not None and heir.blocked:
            raise Conflict("heir_blocked")

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
            _member(header, person)
            return self._lowered(_without(header, person), person)

        await self._part(list_id, step, person)

    def _lowered(self, header: Header, person: PersonId) -> Header:
        """From now on no invitation of before gives this person more than they have; it is kept while one may serve."""
        now = self._clock.now()
        known = {one: at for one, at in header.lowered.items() if one != person and now - at < INVITATION_MS}
        return replace(header, lowered=dict([*known.items(), (person, now)][-LOWERED_A_LIST:]))

    async def _part(self, list_id: ListId, step: Callable[[Header], Header], person: PersonId) -> None:
        gone = ListGone(list_id, "removed")
        await self._lists.change_header(list_id, step, lambda: self._rooms.expel(list_room(list_id), gone, person))


def _member(header: Header, person: PersonId) -> Role:
    role = header.members.get(person)
    if role is None:
        raise NotFound("member")
    return role


def _without(header: Header, person: PersonId) -> Header:
    if role_of(header, person) == "owner":
        raise Conflict("owner_cannot_leave")
    return replace(header, members={one: role for one, role in header.members.items() if one != person})


def _found(code: str, header: Header) -> Invitation:
    hash = hash_of(code)
    for invitation in header.invitations:
        if invitation.hash == hash:
            return invitation
    raise NotFound("invitation")


def _changed(header: Header, invitation: Invitation) -> Header:
    return replace(header, invitations=[invitation if one.id == invitation.id else one for one in header.invitations])


def _without_earlier(invitations: Sequence[Invitation], new: Invitation) -> Sequence[Invitation]:
    """With those to the same address withdrawn."""
    if new.email is None:
        return invitations
    key = email_key(new.email)
    return [
        replace(one, email=None, withdrawn=True) if one.email is not None and email_key(one.email) == key else one
        for one in invitations
    ]


def _remembered(invitations: Sequence[Invitation], now: int) -> Sequence[Invitation]:
    ended = [one.id for one in invitations if not one.serves(now) and now - one.expires_at < REMEMBERED_MS]
    late = set(ended[-INVITATIONS_A_LIST:])
    return [one for one in invitations if one.serves(now) or one.id in late]
