"""Who may do what with a list: decided here and nowhere else, for members and for guests alike.

It is asked in the list's turn, on the header of that moment. An actor is a person, whom membership gives a role, or a
guest, whom a share gives a right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shoplist_appliance.domain.errors import Forbidden, Gone, NotFound
from shoplist_appliance.domain.ids import PersonId
from shoplist_appliance.domain.lists import Actor, Guest, Header, Kind, Right, Role, Share

Need = Literal["read", "tick", "edit", "own"]

RIGHT_OF_ROLE: Mapping[Role, Right] = {"viewer": "view", "editor": "edit", "owner": "edit"}
# What an actor's right, or the role of owner, covers; of two needs the greater covers the lesser.
_RANK: Mapping[str, int] = {"read": 0, "view": 0, "tick": 1, "edit": 2, "own": 3}


@dataclass(frozen=True, slots=True)
class Grant:
    """What an actor is to a list, and may do with its items. ``until``: the time at which a guest's right ends."""

    role: Role | Literal["guest"]
    right: Right
    until: int | None = None


def grant(header: Header, actor: Actor, need: Need, now: int) -> Grant:
    """What the actor is granted, if it suffices.

    Raises ``NotFound`` for a stranger and for a key that never was, ``Gone`` for who could see a list that is deleted
    and for a key that serves no longer, ``Forbidden`` where more is needed.
    """
    if not isinstance(actor, Guest):
        role = require(header, actor, need)
        return Grant(role, RIGHT_OF_ROLE[role])
    share = share_of(header, actor)
    if header.deleted_at is not None:
        raise Gone("list_deleted")
    if not share.serves(now):
        raise Gone("share_expired" if share.revoked_at is None else "share_revoked")
    if _RANK[share.right] < _RANK[need]:
        raise Forbidden("guest_tick" if share.right == "tick" else "guest_view")
    return Grant("guest", share.right, share.expires_at)


def require(header: Header, person: PersonId, need: Need) -> Role:
    """The person's role, if it suffices. Raises as ``grant``."""
    role = role_of(header, person)
    if header.deleted_at is not None:
        raise Gone("list_deleted")
    if _RANK["own" if role == "owner" else RIGHT_OF_ROLE[role]] < _RANK[need]:
        raise Forbidden("not_owner" if need == "own" else "viewer")
    return role


def require_kind(granted: Grant, kind: Kind) -> None:
    """Raises ``Forbidden`` for an edit of a kind that the grant does not cover: who may tick does nothing else."""
    if granted.right == "tick" and kind != "tick":
        raise Forbidden("guest_tick")


def role_of(header: Header, person: PersonId) -> Role:
    """The person's role, on a deleted list too; a stranger may not know that the list exists: ``NotFound``."""
    role = header.members.get(person)
    if role is None:
        raise NotFound("list")
    return role


def share_of(header: Header, guest: Guest) -> Share:
    """The share whose key the guest holds, also one that serves no longer. ``NotFound`` where there is none."""
    for share in header.shares:
        if share.hash == guest.share:
            return share
    raise NotFound("list")
