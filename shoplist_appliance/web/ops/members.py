"""Members of a list: who shares it, inviting and accepting, roles, leaving, being removed."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from shoplist_appliance.domain.addresses import email_key
from shoplist_appliance.domain.errors import Conflict, Forbidden, Gone, NotFound
from shoplist_appliance.domain.ids import InvitationId, ListId, PersonId
from shoplist_appliance.domain.lists import Invitation, Role
from shoplist_appliance.domain.people import PersonName
from shoplist_appliance.usecases.lists import ListView
from shoplist_appliance.web import outputs, shapes
from shoplist_appliance.web.fields import STRICT, Email, Input, OpaqueId, Uuid, Yes, refused
from shoplist_appliance.web.ops.lists import OneList
from shoplist_appliance.web.ratelimit import Rate
from shoplist_appliance.web.rows import Access, Caller, House, Operation

# Mails that a person causes, in all and to one address.
MAILING = Rate("invitations_by_mail", burst=30, per_second=1 / 600, kept=True)
MAILING_TO = Rate("invitations_to_one", burst=5, per_second=1 / 3600, kept=True)


class Invite(Input):
    """To which list, as what, and how: exactly one of `email` and `link`."""

    model_config = ConfigDict(**STRICT, json_schema_extra={"oneOf": [{"required": ["email"]}, {"required": ["link"]}]})

    list: Uuid
    role: Literal["editor", "viewer"]
    email: Annotated[Email | None, Field(description="A mail with a code, for one person, for 7 days.")] = None
    link: Annotated[Yes | None, Field(description="A link, which serves anyone who holds it for 7 days.")] = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.email is None) == (self.link is None):
            raise refused("email_or_link")
        return self


class AcceptInvitation(Input):
    """The code in which an invitation's link ends."""

    code: OpaqueId


class OneInvitation(Input):
    """Which invitation to which list."""

    list: Uuid
    id: OpaqueId


class OneMember(Input):
    """Which member of which list."""

    list: Uuid
    person: OpaqueId


class SetRole(OneMember):
    """What the member is from now on."""

    role: Role


async def _list(house: House, wish: OneList, caller: Caller) -> Sequence[tuple[PersonName, Role]]:
    return await house.services.members.list(caller.me.person, ListId(wish.list))


async def _invite(house: House, wish: Invite, caller: Caller) -> tuple[str | None, str | None]:
    person, list_id = caller.me.person, ListId(wish.list)
    if wish.email is None:
        made = await house.services.members.invite(person, list_id, wish.role)
        return made.code, _link(house, made.code)
    await house.services.people.require_verified(person, "invite")
    house.limits.take_all([(MAILING, person), (MAILING_TO, (person, email_key(wish.email)))])
    await house.services.members.invite_by_mail(
        person, list_id, wish.role, wish.email, caller.language, partial(_link, house)
    )
    return None, None


def _link(house: House, code: str) -> str:
    return f"{house.base_url()}/join/{code}"


async def _invitations(house: House, wish: OneList, caller: Caller) -> Sequence[tuple[Invitation, str | None]]:
    """Each with its link; that of a mail is known to its receiver alone."""
    invitations = await house.services.members.invitations(caller.me.person, ListId(wish.list))
    return [(one, _link(house, one.code) if one.email is None else None) for one in invitations]


async def _uninvite(house: House, wish: OneInvitation, caller: Caller) -> None:
    await house.services.members.uninvite(caller.me.person, ListId(wish.list), InvitationId(wish.id))


async def _accept(house: House, wish: AcceptInvitation, caller: Caller) -> ListView:
    return await house.services.members.accept(caller.me.person, wish.code)


async def _set_role(house: House, wish: SetRole, caller: Caller) -> None:
    list_id, person = ListId(wish.list), PersonId(wish.person)
    await house.services.members.set_role(caller.me.person, list_id, person, wish.role)


async def _leave(house: House, wish: OneList, caller: Caller) -> None:
    await house.services.members.leave(caller.me.person, ListId(wish.list))


async def _remove(house: House, wish: OneMember, caller: Caller) -> None:
    await house.services.members.remove(caller.me.person, ListId(wish.list), PersonId(wish.person))


_LIST = "0193b0a0-6c1e-7d3a-9f00-5e1c2a7b4d10"

ROWS = (
    Operation(
        name="members.list",
        summary="Who shares the list, and as what",
        access=Access.READ,
        input=OneList,
        output=outputs.MembersAnswer,
        example={"list": _LIST},
        errors=(NotFound, Gone),
        run=_list,
        shape=shapes.members_answer,
    ),
    Operation(
        name="members.invite",
        summary="Invite by a link, or by mail",
        description="A link serves anyone who holds it. The code of a mail is for one person, and in that mail alone.",
        access=Access.MANAGE,
        input=Invite,
        output=outputs.InvitedAnswer,
        example={"list": _LIST, "role": "editor", "link": True},
        errors=(NotFound, Forbidden, Gone, Conflict),
        run=_invite,
        shape=shapes.invited_answer,
    ),
    Operation(
        name="members.invitations",
        summary="The invitations by which somebody may still join",
        access=Access.MANAGE,
        input=OneList,
        output=outputs.InvitationsAnswer,
        example={"list": _LIST},
        errors=(NotFound, Forbidden, Gone),
        tells=True,
        run=_invitations,
        shape=shapes.invitations_answer,
    ),
    Operation(
        name="members.uninvite",
        summary="Withdraw an invitation; who joined by it stays",
        access=Access.MANAGE,
        input=OneInvitation,
        output=outputs.Done,
        example={"list": _LIST, "id": "pX3vB7nQ1sZ5kD9g"},
        errors=(NotFound, Forbidden, Gone),
        run=_uninvite,
        shape=shapes.nothing,
    ),
    Operation(
        name="members.accept",
        summary="Join the list of an invitation; once more may raise a role and never lowers one",
        access=Access.MANAGE,
        input=AcceptInvitation,
        output=outputs.ListAnswer,
        example={"code": "3Qx0m7yV9tG2hJ5kL8pR1sT4uW6zA0bC3dE5fH7iK9o"},
        errors=(NotFound, Gone),
        run=_accept,
        shape=shapes.list_answer,
    ),
    Operation(
        name="members.set_role",
        summary="Give a member another role; as owner, the list is handed over and the giver becomes editor",
        access=Access.MANAGE,
        input=SetRole,
        output=outputs.Done,
        example={"list": _LIST, "person": "Vq3nT8mXk2Lw", "role": "viewer"},
        errors=(NotFound, Forbidden, Gone, Conflict),
        run=_set_role,
        shape=shapes.nothing,
    ),
    Operation(
        name="members.leave",
        summary="Be a member no longer; the owner cannot leave",
        access=Access.MANAGE,
        input=OneList,
        output=outputs.Done,
        example={"list": _LIST},
        errors=(NotFound, Gone, Conflict),
        run=_leave,
        shape=shapes.nothing,
    ),
    Operation(
        name="members.remove",
        summary="Take a member off the list; the owner cannot be removed",
        access=Access.MANAGE,
        input=OneMember,
        output=outputs.Done,
        example={"list": _LIST, "person": "Vq3nT8mXk2Lw"},
        errors=(NotFound, Forbidden, Gone, Conflict),
        run=_remove,
        shape=shapes.nothing,
    ),
)
