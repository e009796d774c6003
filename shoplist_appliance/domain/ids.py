"""Identifiers: what kinds there are, how new ones are made, which ones a client may make."""

import re
import secrets
import uuid
from typing import NewType

PersonId = NewType("PersonId", str)
TokenId = NewType("TokenId", str)
ListId = NewType("ListId", str)
ItemId = NewType("ItemId", str)
EditId = NewType("EditId", str)
InvitationId = NewType("InvitationId", str)

# Version 4 or 7, the RFC 9562 variant, 36 characters, lower case. `\Z`, because `$` also matches before a line end.
CLIENT_ID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z"
_CLIENT_ID = re.compile(CLIENT_ID_PATTERN)


def is_client_id(text: str) -> bool:
    """Whether a client may use this as the id of a list, an item or an edit."""
    return _CLIENT_ID.match(text) is not None


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
