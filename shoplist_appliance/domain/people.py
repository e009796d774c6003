"""People: their accounts, the tokens of their devices, and what others may know of them."""

from dataclasses import dataclass
from typing import Literal

from shoplist_appliance.domain.ids import PersonId, TokenId

Language = Literal["ru", "en"]
Theme = Literal["auto", "light", "dark"]
AccountRole = Literal["user", "admin"]
Scope = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Person:
    """An account. ``credentials`` counts changes of what signs it in; a token of an older count is void."""

    id: PersonId
    name: str
    email: str
    password: str  # Argon2id in PHC string form
    language: Language
    theme: Theme
    role: AccountRole
    created_at: int  # ms since 1970, UTC
    email_verified: bool = False
    credentials: int = 1
    version: int = 1


@dataclass(frozen=True, slots=True)
class Token:
    """What a device or a program shows to act for a person; the secret itself is never kept, only its SHA-256."""

    id: TokenId
    hash: bytes
    person: PersonId
    name: str  # of the device, or as given by who made it
    scopes: frozenset[Scope]
    session: bool  # made by signing in; else by tokens.create, which manages nothing
    created_at: int
    last_seen: int
    credentials: int


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person as far as a member of the same list may know another; ``name`` is None for who deleted the account."""

    id: PersonId
    name: str | None


def email_key(email: str) -> str:
    """The form under which an address is found: without regard to case."""
    return email.strip().casefold()
