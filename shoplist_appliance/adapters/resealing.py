"""Sealing a store anew with the present keys, a few rows at a time, beside all that goes on in it."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shoplist_appliance.adapters.codec import Codec
from shoplist_appliance.adapters.moving import PEOPLE, SNAPSHOTS, TABLES, Key, Row, Table
from shoplist_appliance.adapters.sealing import Unsealable
from shoplist_appliance.ports import Cursor, Resealed

log = logging.getLogger(__name__)

ROWS: Final = 100
PIECES: Final = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step begins: in a table, behind a key."""

    number: int = 0
    after: Key | None = None

    @classmethod
    def of(cls, cursor: Cursor | None) -> "Place":
        return cls() if cursor is None else cls(*_pair(cursor))

    @property
    def table(self) -> Table:
        return TABLES[self.number]

    @property
    def most(self) -> int:
        return PIECES if self.table is SNAPSHOTS else ROWS

    def behind(self, rows: Sequence[Row]) -> Cursor | None:
        """Where the step after one that read these rows begins; None behind the last table."""
        if len(rows) < self.most:
            return Cursor((self.number + 1, None)) if self.number + 1 < len(TABLES) else None
        return Cursor((self.number, rows[-1][: TABLES[self.number].keys]))


def _pair(cursor: Any) -> tuple[int, Key | None]:
    number, after = cursor
    return number, after


@dataclass(frozen=True, slots=True)
class Renewal:
    """A row's key, and of each field that is to change what it is now and what it shall be."""

    key: Key
    old: Mapping[str, bytes]
    new: Mapping[str, bytes]

    def tell_of_twin(self, table: Table) -> None:
        """It cannot become what it shall be: an address belongs to two accounts, which must not keep all others."""
        log.error("%s %s stays by an old key: another has what it should be found by", table.name, self.key[0])


def among_people(step: Resealed) -> Resealed:
    """The step, as the last one where no more accounts come."""
    return step if Place.of(step.next).table is PEOPLE else Resealed(step.changed, None)


def renewals(codec: Codec, table: Table, rows: Iterable[Row], pieces: Mapping[bytes, int]) -> Sequence[Renewal]:
    """What is to change in these rows; one that is damaged must not keep all others.

    ``pieces``: how many pieces the snapshots have that lists have now; what a crash has left of others goes by itself.
    """
    found = []
    for row in rows:
        named = dict(zip(table.fields, row, strict=False))
        if table is SNAPSHOTS:
            if named["id"] not in pieces:
                continue
            named["count"] = pieces[named["id"]]
        try:
            new = codec.renewed(table.name, named)
        except Unsealable as error:
            log.warning("%s; it is left as it is", error)
            continue
        if new:
            found.append(Renewal(row[: table.keys], {field: named[field] for field in new}, new))
    return found
