"""The shapes of answers, for the documentation; `shapes.py` makes them, and tests hold the two together.

Fields may be added: whoever reads an answer skips what it does not know.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from shoplist_appliance.domain.lists import Kind
from shoplist_appliance.web.fields import Language, Theme

Time = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, description="RFC 3339, UTC, with milliseconds and Z.")
]


class Output(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=lambda schema: _open(schema))


def _open(schema: dict[str, Any]) -> None:
    schema.pop("additionalProperties", None)


class Done(Output):
    """Done; there is nothing to tell."""


class User(Output):
    """An account, as its owner sees it."""

    id: str
    name: str
    email: str
    email_verified: bool
    language: Language
    theme: Theme
    role: Literal["user", "admin"]
    totp: bool
    telegram: bool
    created_at: Time


class Person(Output):
    """A person, as far as a member of the same list may know another; no name for who has deleted the account."""

    id: str
    name: str | None


class ShoppingList(Output):
    """A list without its items."""

    id: str
    title: str
    revision: int
    epoch: str
    role: Literal["owner", "editor", "viewer"]
    right: Literal["view", "edit"]
    categories: Annotated[dict[str, list[str]], Field(description="Their order in each shop; under ` for every shop.")]
    archived: bool
    deleted_at: Time | None
    open: Annotated[int, Field(description="Items on the list that are not ticked.")]
    total: Annotated[int, Field(description="Items on the list.")]
    updated_at: Annotated[Time, Field(description="The server's time of the last change.")]


class Item(Output):
    """A thing on a list."""

    id: str
    text: str
    quantity: float | None
    unit: str | None
    note: str | None
    category: str | None
    price: float | None
    picture: str | None
    position: str
    ticked: bool
    removed: bool
    added_by: str | None
    ticked_by: str | None
    updated_at: Time


class ListChange(Output):
    """What a change did to the list itself."""

    title: str | SkipJsonSchema[None] = None
    categories: dict[str, list[str]] | SkipJsonSchema[None] = None


class Change(Output):
    """What one edit did: the fields that changed, with their new values."""

    revision: int
    edit: str
    by: str | None
    at: Time
    items: Annotated[
        dict[str, dict[str, Any]], Field(description="By item id; a new item is there with all its fields.")
    ]
    list: ListChange | SkipJsonSchema[None] = None


class PastChange(Change):
    """A change in the history, with its kind and who made it."""

    kind: Kind
    person: Person | None


class Problem(Output):
    """What went wrong, for programs (`code`, which never changes) and for people (`title`, `detail`)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: Annotated[
        dict[str, str] | SkipJsonSchema[None], Field(description="What is wrong where, such as `edits.3.item`.")
    ] = None
    retry_after: Annotated[int | SkipJsonSchema[None], Field(description="Seconds until it may succeed.")] = None
    request_id: str


class Result(Output):
    """What became of one edit. `revision` is null where it was refused, and `error` says why."""

    edit: str
    status: Literal["applied", "duplicate", "superseded", "refused"]
    revision: int | None
    item: Annotated[str | SkipJsonSchema[None], Field(description="The item that took in a merged add.")] = None
    error: Problem | SkipJsonSchema[None] = None


class UserAnswer(Output):
    user: User


class SignedInAnswer(Output):
    user: User
    token: Annotated[str, Field(description="Shown this once. A browser has it in its cookie as well.")]


class TokenShape(Output):
    """A token, without its secret."""

    id: str
    name: str
    scopes: list[Literal["read", "write"]]
    created_at: Time
    last_seen: Time
    current: Annotated[bool, Field(description="Whether it is the one of this call.")]


class TokensAnswer(Output):
    tokens: list[TokenShape]


class NewTokenAnswer(Output):
    id: str
    token: Annotated[str, Field(description="Shown this once.")]


class ListAnswer(Output):
    list: ShoppingList


class ListsAnswer(Output):
    lists: list[ShoppingList]


class OpenedAnswer(Output):
    list: ShoppingList
    items: "Annotated[Items, Field(description='All of them where `whole`, else those changed after `since`.')]"
    people: "People"
    whole: bool
    now: Time


class EditedAnswer(Output):
    revision: Annotated[int, Field(description="The list's revision after these edits.")]
    results: Annotated[list[Result], Field(description="One for each edit, in order.")]


class HistoryAnswer(Output):
    changes: Annotated[list[PastChange], Field(description="The newest first.")]
    more: bool


class Member(Output):
    person: Person
    role: Literal["owner", "editor", "viewer"]


class MembersAnswer(Output):
    members: list[Member]


class InvitedAnswer(Output):
    code: str
    url: str


class NowAnswer(Output):
    now: Time


Items = list[Item]
People = list[Person]
OpenedAnswer.model_rebuild()
