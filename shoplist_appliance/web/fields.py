"""The types of fields that clients send: strict, bounded, and described for the documentation by the same words.

Pydantic's patterns are of the Rust engine, where ``$`` matches at the very end only; in OpenAPI they are read by the
rules of ECMA, where it does too. What a pattern cannot say is said by a function that raises ``refused``.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shoplist_appliance.domain.positions import valid_position

STRICT = ConfigDict(strict=True, extra="forbid")

# Something to see in it, and no NUL anywhere: the database, C libraries and terminals each end a text there.
NOT_BLANK = r"^[^\x00]*[^\s\x00-\x1f\x7f][^\x00]*$"
# A name by which people are told apart is more than joiners, marks of direction and fillers, which nobody sees.
SEEN = (
    r"^[^\x00]*[^\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0][^\x00]*$"
)
# Version 4 or 7, the RFC 9562 variant, 36 characters, lower case.
UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
TIME_PATTERN = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?Z$"
)
# No spaces, no control characters, one @ with something on both sides: whether mail arrives, only mail can tell.
EMAIL_PATTERN = r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$"
MOST_INTEGER = 2**53 - 1  # what every JSON parser keeps exactly


class Input(BaseModel):
    """The payload of an operation: no field but those named, no type but the one named."""

    model_config = STRICT


class Nothing(Input):
    """No field at all."""


def refused(reason: str, **values: object) -> PydanticCustomError:
    """An error whose words ``words.py`` has under this reason."""
    return PydanticCustomError(reason, reason, values or None)


def text(most: int, least: int = 1) -> StringConstraints:
    """Text that is not blank, kept as typed; lengths in code points."""
    return StringConstraints(strict=True, min_length=least, max_length=most, pattern=NOT_BLANK)


def decimals(most: int) -> Callable[[float], float]:
    """A check of the number of decimals. A whole number comes out as an int, as it goes into JSON."""

    def check(number: float) -> float:
        if number.is_integer():
            return int(number)
        if round(number, most) != number:
            raise refused("decimals", most=most)
        return number

    return check


@lru_cache(maxsize=1024)  # nearly all edits are of the last few minutes
def _minute(minute: str) -> int:
    """The beginning of a minute in ms since 1970. Raises ``ValueError`` for a day that no calendar has."""
    days = date.fromisoformat(minute[:10]).toordinal() - _EPOCH
    return ((days * 24 + int(minute[11:13])) * 60 + int(minute[14:16])) * 60_000


_EPOCH = date(1970, 1, 1).toordinal()


def milliseconds(time: str) -> int:
    """The time of a text of the pattern, in ms since 1970, UTC; what it has beyond milliseconds is cut off."""
    try:
        minute = _minute(time[:16])
    except ValueError:
        raise refused("no_such_day") from None
    if len(time) == 24:
        return minute + int(time[17:19]) * 1000 + int(time[20:23])
    return minute + int(time[17:19]) * 1000 + int(time[20:-1][:3].ljust(3, "0"))


def _position(key: str) -> str:
    if not valid_position(key):
        raise refused("position")
    return key


def _mail_address(address: str) -> str:
    """Nothing in it that is not seen, and nothing that a mail's header would take for another text."""
    if "=?" in address or not address.isprintable():
        raise refused("not_email")
    return address


def _yes(flag: bool) -> bool:
    if not flag:
        raise refused("not_a_choice")
    return flag


Uuid = Annotated[
    str,
    StringConstraints(strict=True, pattern=UUID_PATTERN),
    Field(examples=["0193b0a0-6c1e-7d3a-9f00-5e1c2a7b4d10"], description="A UUID of version 4 or 7, in lower case."),
]
Time = Annotated[
    str,
    StringConstraints(strict=True, pattern=TIME_PATTERN),
    AfterValidator(milliseconds),
    Field(
        examples=["2026-11-25T10:42:00.123Z"],
        description="RFC 3339, UTC, with Z and up to 9 decimals, which are cut to milliseconds.",
    ),
]
Text = Annotated[str, text(500)]
Note = Annotated[str, text(2_000)]
Unit = Annotated[str, text(50), Field(description="A code or spelling of the table of units, or any other text.")]
Category = Annotated[str, text(100)]
Title = Annotated[str, text(200)]
Name = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100, pattern=SEEN)]
OpaqueId = Annotated[str, text(200)]
Password = Annotated[str, text(200, least=8)]
Email = Annotated[
    str,
    StringConstraints(strict=True, max_length=254, pattern=EMAIL_PATTERN),
    AfterValidator(_mail_address),
    Field(examples=["ann@example.org"]),
]
Shop = Annotated[
    str,
    StringConstraints(strict=True, max_length=100, pattern=f"^$|{NOT_BLANK}"),
    Field(description="A shop; empty for every shop."),
]
Position = Annotated[
    str,
    StringConstraints(strict=True, max_length=200),
    AfterValidator(_position),
    Field(
        examples=["a0", "a1V"],
        description="A key between neighbours, in the format of the packages `fractional-indexing`, base 62.",
        json_schema_extra={"pattern": "^[A-Za-z][0-9A-Za-z]+$"},
    ),
]
Quantity = Annotated[
    float,
    Field(
        strict=True,
        gt=0,
        le=1_000_000,
        allow_inf_nan=False,
        description="At most 3 decimals.",
        json_schema_extra={"multipleOf": 0.001},
    ),
    AfterValidator(decimals(3)),
]
Price = Annotated[
    float,
    Field(
        strict=True,
        ge=0,
        le=1_000_000_000,
        allow_inf_nan=False,
        description="At most 2 decimals.",
        json_schema_extra={"multipleOf": 0.01},
    ),
    AfterValidator(decimals(2)),
]
Flag = Annotated[bool, Field(strict=True)]
# Not Literal[True], which takes 1 as well.
Yes = Annotated[bool, Field(strict=True, json_schema_extra={"const": True}), AfterValidator(_yes)]
Whole = Annotated[int, Field(strict=True, ge=0, le=MOST_INTEGER)]
Revision = Annotated[int, Field(strict=True, ge=1, le=MOST_INTEGER)]
