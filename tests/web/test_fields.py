"""What the door takes for a time, a number, a text, an id; and that its documentation says the same."""

from typing import Any

import jsonschema_rs
import pytest
from pydantic import TypeAdapter, ValidationError

from shoplist_appliance.web import fields

ID = "0193b0a0-6c1e-7d3a-9f00-5e1c2a7b4d10"

GOOD: dict[str, list[Any]] = {
    "Uuid": [ID, "7d444840-9dc0-41d1-b245-5ffdce74fad2"],
    "Time": [
        "2026-11-25T10:42:00Z",
        "2026-11-25T10:42:00.1Z",
        "2024-02-29T23:59:59.123456789Z",
        "0001-01-01T00:00:00Z",
    ],
    "Text": ["a", " a ", "ё", "🍎" * 500, "two\nlines", "\u200dx"],
    "Shop": ["", "Corner", "я" * 100],
    "Email": ["a@b", "ann@example.org", "имя@почта.рф", "a" * 252 + "@b", "o'neil+x@example.org"],
    "Password": ["8 letters", "x" * 200, "пароль12"],
    "Quantity": [1, 0.001, 0.1, 2.5, 1_000_000, 999_999.999],
    "Price": [0, 0.01, 1_000_000_000, 999_999_999.99],
    "Position": ["a0", "Zz", "a1V"],
    "Whole": [0, 1, 2**53 - 1],
    "Revision": [1],
}
BAD: dict[str, list[Any]] = {
    "Uuid": [ID.upper(), ID + "\n", "{" + ID + "}", "urn:uuid:" + ID, ID.replace("-", ""), "", 1, None, True,
             "0193b0a0-6c1e-1d3a-9f00-5e1c2a7b4d10", "0193b0a0-6c1e-7d3a-cf00-5e1c2a7b4d10"],
    "Time": ["2026-11-25T10:42:00", "2026-11-25 10:42:00Z", "2026-11-25t10:42:00z", "2026-11-25T10:42:00+00:00",
             "2026-11-25T24:00:00Z", "2026-11-25T10:42:60Z", "2026-11-25T10:42:00.Z", "2026-11-25T10:42:00.1234567890Z",
             "2026-13-25T10:42:00Z", "2026-00-25T10:42:00Z", "２026-11-25T10:42:00Z", "2026-11-25T10:42:00Z\n",
             1764057600, "1764057600", ""],
    "Text": ["", " ", "\t\n", "\u00a0\u2003", "a\x00", "\x07", "a" * 501, 2, None, ["a"]],
    "Shop": [" ", "\x00", "a" * 101],
    "Email": ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\n", "a\x00@b", "a" * 253 + "@b"],
    "Password": ["7 signs", "x" * 201, " " * 8, "\x00" * 8],
    "Quantity": [0, -1, 1_000_000.001, 0.0001, 1.0005, "2", True, None],
    "Price": [-0.01, 0.001, 1_000_000_000.01, "1", False],
    "Position": ["", "a", "!0", "a" * 201],
    "Whole": [-1, 1.0, 0.5, True, "1", 2**53, 1e30],
    "Revision": [0],
}  # fmt: skip
# What no schema says and the door knows all the same.
BEYOND_SCHEMA = {"Time": ["2026-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "0000-01-01T00:00:00Z"], "Position": ["a00"]}


def adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(fields, name))


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_passes_the_door_and_its_schema(name: str) -> None:
    schema = jsonschema_rs.validator_for(adapter(name).json_schema())
    for value in GOOD[name]:
        adapter(name).validate_python(value)
        assert schema.is_valid(value), value


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_passes_neither(name: str) -> None:
    schema = jsonschema_rs.validator_for(adapter(name).json_schema())
    for value in BAD[name]:
        with pytest.raises(ValidationError):
            print(repr(adapter(name).validate_python(value)))
        # In JSON Schema 1.0 is an integer too; here it is not.
        assert value == 1.0 or not schema.is_valid(value), value


@pytest.mark.parametrize("name", BEYOND_SCHEMA)
def test_what_no_schema_can_say_is_refused_too(name: str) -> None:
    for value in BEYOND_SCHEMA[name]:
        with pytest.raises(ValidationError):
            adapter(name).validate_python(value)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.1Z", 100),
        ("1970-01-01T00:00:00.12Z", 120),
        ("1970-01-01T00:00:00.999999999Z", 999),
        ("2026-11-25T10:42:07.123Z", 1795603327123),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_a_time_is_cut_to_milliseconds(text: str, ms: int) -> None:
    assert adapter("Time").validate_python(text) == ms


def test_a_whole_number_is_an_int_from_the_door_on() -> None:
    assert repr(adapter("Quantity").validate_python(2.0)) == "2"
    assert repr(adapter("Quantity").validate_python(2.5)) == "2.5"
