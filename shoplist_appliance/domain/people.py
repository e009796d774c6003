"""People: their accounts, the tokens of their devices, and what others may know of them."""

from dataclasses import dataclass
from typing import Literal

from shoplist_appliance.domain.ids import PersonId, TokenId

Language = Literal["ru", "en"]
Theme = Literal["auto", "light", "dark"]
AccountRole = Literal["user", "admin"]
Scope = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Totp:
    """The second factor of an account; it counts once it is confirmed.

    ``last_step`` is the greatest time step whose code was accepted. ``recovery``: HMAC-SHA256 under ``recovery_key`` of
    each recovery code that was not used yet. ``failures``: wrong codes since the last good one, the last at
    ``failed_at``.
    """

    secret: str  # in base32, as authenticators take it
    confirmed: bool = False
    last_step: int = 0
    recovery: tuple[bytes, ...] = ()
    recovery_key: bytes = b""
    failures: int = 0
    failed_at: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """An account. ``credentials`` counts changes of what signs it in; a token of an older count is void.

    ``new_email``: the address that it moves to once that is validated. ``devices``: hashes of the secrets of browsers
    that signed in before, the newest last.
    """

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
    blocked: bool = False
    totp: Totp | None = None
    devices: tuple[bytes, ...] = ()
    new_email: str | None = None

    @property
    def unvalidated(self) -> str | None:
        """The address that waits to be validated; None where none does."""
        return self.new_email or (None if self.email_verified else self.email)

    @property
    def has_totp(self) -> bool:
        """Whether signing in needs a second factor."""
        return self.totp is not None and self.totp.confirmed


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
