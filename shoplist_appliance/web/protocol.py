"""The page that documents the live protocol: its operations from the table, its events and refusals from one list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from shoplist_appliance.domain.errors import DomainError
from shoplist_appliance.web import words
from shoplist_appliance.web.openapi import schema_of
from shoplist_appliance.web.rows import Operation


@dataclass(frozen=True, slots=True)
class Heard:
    """An event that clients hear."""

    name: str
    payload: str
    meaning: str
    example: Mapping[str, Any] | None = None


EVENTS: Sequence[Heard] = (
    Heard(
        "list.changed",
        "list, revision, changes, people",
        "What was done to a list that this connection has opened: all changes since the last event or answer, without "
        "gaps, and the people whom they name. The author's own connections hear it too, before the acknowledgement.",
        {
            "list": "0193b0a0-6c1e-7d3a-9f00-5e1c2a7b4d10",
            "revision": 7,
            "changes": [
                {
                    "revision": 7,
                    "edit": "0193b0a0-8e30-7f5c-9b22-703e4c9d6f32",
                    "by": "5d0f7a4e-3c52-4a8e-9b61-2f1e0d9c8b7a",
                    "at": "2026-11-25T10:42:00.123Z",
                    "items": {
                        "0193b0a0-7d2f-7e4b-8a11-6f2d3b8c5e21": {
                            "ticked": True,
                            "ticked_by": "5d0f7a4e-3c52-4a8e-9b61-2f1e0d9c8b7a",
                            "updated_at": "2026-11-25T10:42:00.123Z",
                        }
                    },
                }
            ],
            "people": [{"id": "5d0f7a4e-3c52-4a8e-9b61-2f1e0d9c8b7a", "name": "Ann"}],
        },
    ),
    Heard(
        "lists.changed",
        "nothing",
        "What lists.index answers this account is another: a list was made, renamed, archived, deleted, restored, "
        "joined or left, or has another role. Index again.",
    ),
    Heard(
        "list.gone",
        "list, reason: deleted, removed, revoked, expired",
        "This connection hears the list no longer.",
        {"list": "0193b0a0-6c1e-7d3a-9f00-5e1c2a7b4d10", "reason": "deleted"},
    ),
    Heard(
        "signed_out",
        "reason",
        "The token of this connection has ended: calls are 401 from now on, and within a second it is closed.",
        {"reason": "revoked"},
    ),
)


def described(table: Mapping[str, Operation]) -> dict[str, object]:
    """What the template needs."""
    return {
        "live_only": [_row(row) for row in table.values() if row.live_only],
        "shared": [row for row in table.values() if not row.live_only],
        "for_guests": [row for row in table.values() if row.guests],
        "events": [(event, _pretty(event.example)) for event in EVENTS],
        "problems": [
            (error.code, error.status, *words.of(error.code, "", "en"))
            for error in sorted(_with_codes(DomainError), key=lambda error: (error.status, error.code))
        ],
    }


def _row(row: Operation) -> dict[str, object]:
    return {"name": row.name, "summary": row.summary, "fields": _fields(row), "example": _pretty(row.example)}


def _fields(row: Operation) -> list[tuple[str, bool, str]]:
    """Name, whether it is required, and what it is, of each field of the payload."""
    schema = schema_of(row.input)
    required = schema.get("required", ())
    fields: Mapping[str, Any] = schema.get("properties", {})
    return [(name, name in required, field.get("description", "")) for name, field in fields.items()]


def _pretty(value: Mapping[str, Any] | None) -> str:
    return "" if value is None else orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _with_codes(base: type[DomainError]) -> list[type[DomainError]]:
    """One class for each code."""
    found = {base.code: base}
    waiting = [base]
    for error in waiting:
        found.setdefault(error.code, error)
        waiting += error.__subclasses__()
    return list(found.values())
