"""Identifiers: what kinds there are, and how new ones are made."""

import secrets
import uuid
from typing import NewType

PersonId = NewType("PersonId", str)
TokenId = NewType("TokenId", str)
ListId = NewType("ListId", str)
ItemId = NewType("ItemId", str)
EditId = NewType("EditId", str)
InvitationId = NewType("InvitationId", str)
ShareId = NewType("ShareId", str)


def new_uuid() -> str:
    """A random id in the form that clients use for theirs."""
    return str(uuid.uuid4())


def derived_uuid(base: str, name: str) -> str:
    """The id that follows from another id and a name: the same for the same two, in the form of version 4.

    A repeat of a copy makes the same ids and so completes what a crash left half done.
    """
    digest = uuid.uuid5(uuid.UUID(base), name)
    return str(uuid.UUID(bytes=digest.bytes, version=4))


def new_secret(size: int = 32) -> str:
    """A random secret of ``size`` bytes in URL-safe base64, for tokens, links and keys."""
    return secrets.token_urlsafe(size)
