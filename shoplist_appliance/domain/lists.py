"""A shopping list: its members, its items, and the shapes in which edits become numbered changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from shoplist_appliance.domain.errors import DomainError
from shoplist_appliance.domain.ids import EditId, InvitationId, ItemId, ListId, PersonId, ShareId
from shoplist_appliance.domain.records import record

Role = Literal["owner", "editor", "viewer"]
Right = Literal["view", "tick", "edit"]
Kind = Literal["add", "set", "tick", "remove", "restore", "rename", "arrange", "undo"]
Status = Literal["applied", "superseded"]

ROLE_RANK: Mapping[str, int] = {"viewer": 0, "editor": 1, "owner": 2}


# --- the header: who shares it; changed by compare-and-swap, in the list's turn. See ``access.py`` ------------------


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever holds the key of a share, by its hash."""

    share: bytes


Actor = PersonId | Guest


@dataclass(frozen=True, slots=True)
class Share:
    """A link by which guests see a list, tick its items or edit it. ``hash`` finds it; ``key`` is kept, sealed.

    A revoked one is remembered for a while, so that who opens it late learns that it was there; its key is not.
    """

    id: ShareId
    hash: bytes  # SHA-256 of the key
    key: str
    right: Right
    name: str | None
    created_at: int
    expires_at: int | None = None
    last_used: int | None = None
    revoked_at: int | None = None

    def serves(self, now: int) -> bool:
        """Whether its key opens the list."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code that makes its holder a member: in a link, for anyone, or mailed to an address, for one person.

    ``hash`` finds it. The ``code`` of a link is kept, sealed, to be copied again; that of a mail is empty. The address
    is forgotten when the invitation was accepted or withdrawn.
    """

    id: InvitationId
    hash: bytes  # SHA-256 of the code
    code: str
    role: Role
    made_by: PersonId
    created_at: int
    expires_at: int
    email: str | None = None
    accepted_by: PersonId | None = None  # of one that was mailed
    withdrawn: bool = False

    def serves(self, now: int) -> bool:
        """Whether somebody may still join by it."""
        return self.accepted_by is None and not self.withdrawn and self.expires_at > now


@dataclass(frozen=True, slots=True)
class Header:
    """What a list is apart from its log. Times in ms since 1970, UTC."""

    id: ListId
    members: Mapping[PersonId, Role]  # in the order of joining
    created_by: PersonId
    created_at: int
    epoch: str  # random, made with the list; another one means a restored backup
    archived: bool = False
    deleted_at: int | None = None
    invitations: Sequence[Invitation] = ()
    shares: Sequence[Share] = ()
    lowered: Mapping[PersonId, int] = field(default_factory=dict)  # whom the owner removed or gave a lesser role, when
    behind: bool = False  # the stored summary may be older than the log
    version: int = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """What an index shows of a list that is not in memory."""

    title: str
    categories: Mapping[str, Sequence[str]]
    revision: int
    open: int
    total: int
    updated_at: int


# --- what a client sends ------------------------------------------------------------------------------------------


@record
class Edit:
    """One edit as a client made it, its shape already checked at the door.

    ``items`` has one id for add and set, one or more for tick, remove and restore, none for rename and arrange.
    ``fields``: for add and set the fields given (``text``, ``quantity``, ``unit``, ``note``, ``category``, ``price``,
    ``picture``, ``position``; None clears); for tick ``{"ticked": bool}``; for rename ``{"title": str}``; for arrange
    ``{"shop": str, "categories": list[str]}``. ``at`` is in ms since 1970, UTC, as the client claims it.
    """

    id: EditId
    kind: Kind
    items: Sequence[ItemId]
    at: int
    seen: int
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Undo:
    """A wish to put back what the change of ``revision`` replaced; ``change`` is that change, read from the log."""

    id: EditId
    revision: int
    change: "Change | None"


@record
class Call:
    """One call that waits for its list's turn: its author and the edits, decided in order.

    ``epoch`` is the one the client named, None where it named none (then the list's own is meant).
    """

    by: Actor
    edits: Sequence["Edit | Undo"]
    epoch: str | None = None


# --- what the server answers and tells ----------------------------------------------------------------------------


@record
class Change:
    """What one edit did, as it is stored for ever and told to everyone.

    ``items`` and ``list`` hold the fields that changed with their new values, JSON values throughout, without
    ``updated_at``, which is ``at`` for each item named; an item that is new or comes back has all fields, ``id`` too.
    ``item`` is the item that took in a merged add. ``memory`` is for this package alone: what was replaced (for undo),
    times that differ from ``at``, and what merged adds brought; a JSON object, small, empty where there is nothing to
    remember.
    """

    revision: int
    edit: EditId
    kind: Kind
    status: Status
    by: PersonId | None
    at: int
    items: Mapping[ItemId, Mapping[str, object]]
    list: Mapping[str, object] | None = None
    item: ItemId | None = None
    memory: Mapping[str, object] = field(default_factory=dict)
    stored_at: int = 0  # the server's time of deciding, never before ``at``; the list's ``updated_at``


@record
class Result:
    """The answer to one edit. ``revision`` is None where it was refused, and ``error`` says why."""

    edit: EditId
    status: Literal["applied", "duplicate", "superseded", "refused"]
    revision: int | None
    item: ItemId | None = None
    error: DomainError | None = None


@record
class Known:
    """What a store remembers of an edit that it holds: enough to answer a repeat as the first was answered."""

    revision: int
    item: ItemId | None
