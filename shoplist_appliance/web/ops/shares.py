"""Shares of a list: links by which guests see it, tick its items or edit it."""

from collections.abc import Sequence
from typing import Annotated, cast

from pydantic import Field

from shoplist_appliance.domain.errors import Conflict, Forbidden, Gone, NotFound
from shoplist_appliance.domain.ids import ListId, ShareId
from shoplist_appliance.domain.lists import Right, Share
from shoplist_appliance.web import outputs, shapes
from shoplist_appliance.web.fields import Name, OpaqueId, Time
from shoplist_appliance.web.ops.lists import OneList
from shoplist_appliance.web.rows import Access, Caller, House, Operation


class CreateShare(OneList):
    """Of which list, for what, until when."""

    right: Annotated[Right, Field(description="What guests may do; with `tick` they tick and untick, and see.")]
    name: Annotated[Name | None, Field(description="For the owner, to tell links apart.")] = None
    expires_at: Annotated[Time | None, Field(description="Without one it serves until it is revoked.")] = None


class OneShare(OneList):
    """Which link of which list."""

    id: OpaqueId


def _link(house: House, share: Share) -> tuple[Share, str]:
    return share, f"{house.base_url()}/s/{share.key}"


async def _create(house: House, wish: CreateShare, caller: Caller) -> tuple[Share, str]:
    shares = house.services.shares
    until = cast("int | None", wish.expires_at)  # milliseconds since the door
    made = await shares.create(caller.me.person, ListId(wish.list), wish.right, wish.name, until)
    return _link(house, made)


async def _list(house: House, wish: OneList, caller: Caller) -> Sequence[tuple[Share, str]]:
    shares = await house.services.shares.list(caller.me.person, ListId(wish.list))
    return [_link(house, share) for share in shares]


async def _revoke(house: House, wish: OneShare, caller: Caller) -> None:
    await house.services.shares.revoke(caller.me.person, ListId(wish.list), ShareId(wish.id))


_LIST = "0193b0a0-6c1e-7d3a-9f00-5e1c2a7b4d10"
_OWN = (NotFound, Forbidden, Gone)

ROWS = (
    Operation(
        name="shares.create",
        summary="Make a link by which anyone who holds it sees the list",
        description="Guests see the names of members.",
        access=Access.MANAGE,
        input=CreateShare,
        output=outputs.SharedAnswer,
        example={"list": _LIST, "right": "tick", "name": "for the neighbours"},
        errors=(*_OWN, Conflict),
        run=_create,
        shape=shapes.shared_answer,
    ),
    Operation(
        name="shares.list",
        summary="The links that serve, to be copied again",
        access=Access.MANAGE,
        input=OneList,
        output=outputs.SharesAnswer,
        example={"list": _LIST},
        errors=_OWN,
        tells=True,
        run=_list,
        shape=shapes.shares_answer,
    ),
    Operation(
        name="shares.revoke",
        summary="End a link; its guests are told at once",
        access=Access.MANAGE,
        input=OneShare,
        output=outputs.Done,
        example={"list": _LIST, "id": "pX3vB7nQ1sZ5kD9g"},
        errors=_OWN,
        run=_revoke,
        shape=shapes.nothing,
    ),
)
