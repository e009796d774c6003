"""The shapes of answers: what ``shapes.py`` makes, and what the documentation says of it.

Plain dictionaries, so that an answer costs nothing but itself. Fields may be added: whoever reads an answer skips what
it does not know.
"""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # pydantic reads the one of `typing` from Python 3.12 on only

from shoplist_appliance.domain.lists import Kind, Right, Role
from shoplist_appliance.domain.people import AccountRole, Language, Scope, Theme

Time = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, description="RFC 3339, UTC, with milliseconds and Z.")
]


class Done(TypedDict):
    """Done; there is nothing to tell."""


class User(TypedDict):
    """An account, as its owner sees it."""

    id: str
    name: str
    email: str
    email_verified: bool
    new_email: NotRequired[Annotated[str, Field(description="While a change of address waits to be validated.")]]
    language: Language
    theme: Theme
    role: AccountRole
    totp: bool
    telegram: bool
    created_at: Time


class Person(TypedDict):
    """A person, as far as a member of the same list may know another; no name for who has deleted the account."""

    id: str
    name: str | None


class ShoppingList(TypedDict):
    """A list without its items."""

    id: str
    title: str
    revision: int
    epoch: str
    role: Role | Literal["guest"]
    right: Right
    categories: Annotated[dict[str, list[str]], Field(description="Their order in each shop; under `` for every shop.")]
    archived: bool
    deleted_at: Time | None
    open: Annotated[int, Field(description="Items on the list that are not ticked.")]
    total: Annotated[int, Field(description="Items on the list.")]
    updated_at: Annotated[Time, Field(description="The server's time of the last change.")]


class Item(TypedDict):
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


class ListFields(TypedDict):
    """What a change did to the list itself."""

    title: NotRequired[str]
    categories: NotRequired[dict[str, list[str]]]


class Change(TypedDict):
    """What one edit did: the fields that changed, with their new values."""

    revision: int
    edit: str
    by: str | None
    at: Time
    items: Annotated[
        dict[str, dict[str, Any]], Field(description="By item id; a new item is there with all its fields.")
    ]
    list: NotRequired[ListFields]


class PastChange(Change):
    """A change in the history, with its kind and who made it."""

    kind: Kind
    person: Person | None


class Problem(TypedDict):
    """What went wrong, for programs (`code`, which never changes) and for people (`title`, `detail`)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: NotRequired[
        Annotated[dict[str, str], Field(description="What is wrong where, by a place such as `edits.3.item`.")]
    ]
    retry_after: NotRequired[Annotated[int, Field(description="Seconds until it may succeed.")]]
    request_id: str


class Result(TypedDict):
    """What became of one edit."""

    edit: str
    status: Literal["applied", "duplicate", "superseded", "refused"]
    revision: Annotated[int | None, Field(description="Null where it was refused; `error` says why.")]
    item: NotRequired[Annotated[str, Field(description="The item that took in a merged add.")]]
    error: NotRequired[Problem]


class UserAnswer(TypedDict):
    """The account."""

    user: User


class SignedInAnswer(TypedDict):
    """The account, and a new token for it."""

    user: User
    token: Annotated[str, Field(description="Shown this once. A browser has it in its cookie as well.")]


class TotpBegunAnswer(TypedDict):
    """What an authenticator app is given, in three forms."""

    secret: Annotated[str, Field(description="In base32, to be typed.")]
    uri: Annotated[str, Field(description="The address `otpauth://…` that the QR code holds.")]
    qr: Annotated[str, Field(description="The QR code, an SVG picture.")]


class RecoveryCodesAnswer(TypedDict):
    """The recovery codes."""

    recovery_codes: Annotated[list[str], Field(description="Shown this once; each signs in once in place of the app.")]


class Token(TypedDict):
    """A token, without its secret."""

    id: str
    name: str
    scopes: list[Scope]
    session: Annotated[bool, Field(description="Whether signing in made it; else `tokens.create` did, for a program.")]
    created_at: Time
    last_seen: Time
    current: Annotated[bool, Field(description="Whether it is the one of this call.")]


class TokensAnswer(TypedDict):
    """The tokens, the oldest first."""

    tokens: list[Token]


class NewTokenAnswer(TypedDict):
    """The new token."""

    id: str
    token: Annotated[str, Field(description="Shown this once.")]


class ListAnswer(TypedDict):
    """The list."""

    list: ShoppingList


class ListsAnswer(TypedDict):
    """The lists."""

    lists: list[ShoppingList]


class OpenedAnswer(TypedDict):
    """The list with items."""

    items: Annotated[list[Item], Field(description="All of them where `whole`, else those changed after `since`.")]
    people: Annotated[list[Person], Field(description="Those whom the items name.")]
    whole: bool
    now: Time
    list: ShoppingList


class EditedAnswer(TypedDict):
    """What became of the edits."""

    revision: Annotated[int, Field(description="The list's revision after these edits.")]
    results: Annotated[list[Result], Field(description="One for each edit, in order.")]


class Typed(TypedDict):
    """An item as it was typed: what `add` takes, and whether a tick box said that it is ticked."""

    text: str
    quantity: float | None
    unit: Annotated[str | None, Field(description="A code of the table of units.")]
    note: str | None
    ticked: Annotated[bool | None, Field(description="Null where no box was typed.")]


class TypedAnswer(TypedDict):
    """The items, in the order of the text; the same twice is twice."""

    items: list[Typed]


class HistoryAnswer(TypedDict):
    """A page of the history."""

    changes: Annotated[list[PastChange], Field(description="The newest first.")]
    more: bool


class Member(TypedDict):
    """Someone who shares the list."""

    person: Person
    role: Role


class MembersAnswer(TypedDict):
    """The members, in the order of joining."""

    members: list[Member]


class InvitedAnswer(TypedDict):
    """The invitation; nulls for one by mail, whose code its receiver alone is told."""

    code: str | None
    url: str | None


class Invitation(TypedDict):
    """An invitation that still serves: a link for anyone, or a mail for one person."""

    id: str
    role: Literal["editor", "viewer"]
    email: Annotated[str | None, Field(description="Where it was mailed to; null for a link.")]
    url: Annotated[str | None, Field(description="The link, to be copied again; null for a mail.")]
    expires_at: Time


class InvitationsAnswer(TypedDict):
    """The invitations by which somebody may still join, the oldest first."""

    invitations: list[Invitation]


class Share(TypedDict):
    """A link by which guests see the list."""

    id: str
    name: str | None
    right: Right
    url: str
    expires_at: Time | None
    created_at: Time
    last_used: Time | None


class SharesAnswer(TypedDict):
    """The links that serve, the oldest first."""

    shares: list[Share]


class SharedAnswer(TypedDict):
    """The new link."""

    id: str
    key: str
    url: str


class NowAnswer(TypedDict):
    """The server's time."""

    now: Time


class ListChanged(TypedDict):
    """The payload of the event `list.changed`."""

    revision: Annotated[int, Field(description="The last one in `changes`.")]
    changes: list[Change]
    people: list[Person]
    list: str


class Alert(TypedDict):
    """A strange situation, however often it came."""

    id: str
    kind: Literal["exception", "error", "sign_ins", "storage", "storage_back", "disk"]
    place: Annotated[str, Field(description="Where it happened: what it is grouped by.")]
    detail: Annotated[
        str,
        Field(
            description="What is known of the last time. Of failed sign-ins what the place is: `account`, `address`"
            " (of a network), or `typed`, as somebody typed it who has no such account."
        ),
    ]
    count: int
    first_at: Time
    last_at: Time


class Account(User):
    """An account as an admin sees it."""

    blocked: bool
    last_seen: Annotated[Time | None, Field(description="Of any of its devices; null where it has none.")]


class UsersAnswer(TypedDict):
    """Accounts in the order of their ids."""

    users: list[Account]
    more: Annotated[bool, Field(description="Whether there are further ones, from behind the last of these on.")]


class ExportAnswer(TypedDict):
    """Where the export is: fetched once, within an hour, by this address alone."""

    url: str


class AlertsAnswer(TypedDict):
    """The alerts, the last to happen first."""

    alerts: list[Alert]
    mail: Annotated[
        Literal["server", "folder"],
        Field(
            description="Where mails go; without a mail server they are files in the folder `mail` of the data folder."
        ),
    ]


class StatsAnswer(TypedDict):
    """Numbers of now; those of the store may be a little off while others write."""

    people: Annotated[int, Field(description="Accounts, blocked ones too.")]
    lists: Annotated[int, Field(description="Those that are deleted and can be restored among them.")]
    changes: Annotated[int, Field(description="In the histories of all lists.")]
    connections: Annotated[int, Field(description="Live ones.")]
    mails_waiting: Annotated[int, Field(description="Accepted, and not yet handed over.")]
    store_bytes: Annotated[
        int | None, Field(description="The store on its disk; null where the database server does not say.")
    ]
    disk_free_bytes: Annotated[int, Field(description="On the disk of the data folder.")]
    started_at: Time
    version: str


class ListGone(TypedDict):
    """The payload of the event `list.gone`."""

    reason: Literal["deleted", "removed", "revoked", "expired"]
    list: str
