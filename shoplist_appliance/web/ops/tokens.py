"""Tokens: what the devices and programs of an account hold; only who is signed in manages them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from shoplist_appliance.domain.errors import Conflict, NotFound
from shoplist_appliance.domain.ids import TokenId
from shoplist_appliance.domain.people import Scope, Token
from shoplist_appliance.web import outputs, shapes
from shoplist_appliance.web.fields import Input, Name, Nothing, OpaqueId
from shoplist_appliance.web.rows import Access, Caller, House, Operation

Scopes = Annotated[
    list[Scope],
    Field(min_length=1, max_length=2, description="What it may do: read, write or both."),
]


class CreateToken(Input):
    """What the token is for and what it may do."""

    name: Name
    scopes: Scopes


class RevokeToken(Input):
    """Which token to end."""

    id: OpaqueId


async def _list(house: House, wish: Nothing, caller: Caller) -> Sequence[Token]:
    return await house.services.people.tokens(caller.me.person)


async def _create(house: House, wish: CreateToken, caller: Caller) -> tuple[Token, str]:
    scopes = frozenset[Scope](wish.scopes)
    return await house.services.people.create_token(caller.me.person, wish.name, scopes)


async def _revoke(house: House, wish: RevokeToken, caller: Caller) -> None:
    await house.services.people.revoke(caller.me.person, TokenId(wish.id))


async def _revoke_others(house: House, wish: Nothing, caller: Caller) -> None:
    await house.services.people.revoke_others(caller.me)


ROWS = (
    Operation(
        name="tokens.list",
        summary="All tokens of the account, without their secrets",
        access=Access.MANAGE,
        input=Nothing,
        output=outputs.TokensAnswer,
        example={},
        tells=True,
        run=_list,
        shape=shapes.tokens_answer,
    ),
    Operation(
        name="tokens.create",
        summary="A token for a program; its secret is shown this once",
        access=Access.MANAGE,
        input=CreateToken,
        output=outputs.NewTokenAnswer,
        example={"name": "Kitchen display", "scopes": ["read"]},
        errors=(Conflict,),
        run=_create,
        shape=shapes.new_token_answer,
    ),
    Operation(
        name="tokens.revoke",
        summary="End a token; its live connections close within a second",
        access=Access.MANAGE,
        input=RevokeToken,
        output=outputs.Done,
        example={"id": "q1bUyqsy0ax3DkWn"},
        errors=(NotFound,),
        run=_revoke,
        shape=shapes.nothing,
    ),
    Operation(
        name="tokens.revoke_others",
        summary="End all tokens but the one that calls",
        access=Access.MANAGE,
        input=Nothing,
        output=outputs.Done,
        example={},
        run=_revoke_others,
        shape=shapes.nothing,
    ),
)
