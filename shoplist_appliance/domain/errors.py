"""What can go wrong, as the people and programs outside are told it.

    DomainError
     ├─ Invalid             400 invalid            fields: {place: Reason}
     ├─ Unauthenticated     401 unauthenticated
     │   ├─ WrongCredentials    401 wrong_credentials
     │   └─ TotpRequired        401 totp_required
     ├─ Forbidden           403 forbidden
     │   └─ BadOrigin           403 bad_origin
     ├─ NotFound            404 not_found
     │   └─ UnknownOperation    404 unknown_operation
     ├─ MethodNotAllowed    405 method_not_allowed
     ├─ Conflict            409 conflict
     │   └─ Full                409 full           (only within results)
     ├─ Gone                410 gone
     ├─ TooLarge            413 too_large
     ├─ UnsupportedType     415 unsupported_type
     ├─ TooManyRequests     429 too_many_requests  retry_after: seconds
     ├─ Quota               507 quota
     └─ Unavailable         503 unavailable        not known to be done
         └─ OutcomeUnknown      the same, raised by a store that cannot say whether a write landed

``code`` is for programs and never changes; words are chosen at the door, by ``code`` and ``reason``, in the reader's
language (``web/words.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Reason:
    """A key of the table of words, with the values that its sentence names."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


class DomainError(Exception):
    """A refusal that its receiver can act on. ``reason`` narrows the words, never the code."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(
        self,
        reason: str = "",
        *,
        fields: Mapping[str, Reason] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{self.code}.{reason}" if reason else self.code)
        self.reason = reason
        self.fields: Mapping[str, Reason] = fields or {}
        self.retry_after = retry_after


class Invalid(DomainError):
    code, status = "invalid", 400


class Unauthenticated(DomainError):
    code, status = "unauthenticated", 401


class WrongCredentials(Unauthenticated):
    code = "wrong_credentials"


class TotpRequired(Unauthenticated):
    code = "totp_required"


class Forbidden(DomainError):
    code, status = "forbidden", 403


class BadOrigin(Forbidden):
    code = "bad_origin"


class NotFound(DomainError):
    code, status = "not_found", 404


class UnknownOperation(NotFound):
    code = "unknown_operation"


class MethodNotAllowed(DomainError):
    code, status = "method_not_allowed", 405


class Conflict(DomainError):
    code, status = "conflict", 409


class Full(Conflict):
    code = "full"


class Gone(DomainError):
    code, status = "gone", 410


class TooLarge(DomainError):
    code, status = "too_large", 413


class UnsupportedType(DomainError):
    code, status = "unsupported_type", 415


class TooManyRequests(DomainError):
    code, status = "too_many_requests", 429


class Quota(DomainError):
    code, status = "quota", 507


class Unavailable(DomainError):
    code, status = "unavailable", 503


class OutcomeUnknown(Unavailable):
    """A write of which nobody can say yet whether it landed; it may still land later."""
