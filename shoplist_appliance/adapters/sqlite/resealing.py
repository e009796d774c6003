"""Sealing a database anew with the present keys."""

import sqlite3
from collections.abc import Mapping, Sequence

from shoplist_appliance.adapters.codec import Codec
from shoplist_appliance.adapters.moving import SNAPSHOTS, Row, Table
from shoplist_appliance.adapters.resealing import Place, Renewal, among_people, renewals
from shoplist_appliance.adapters.sqlite.db import Readers
from shoplist_appliance.adapters.sqlite.rows import page
from shoplist_appliance.adapters.sqlite.writer import GROUP_ROWS, Writer
from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.ports import Cursor, Resealed


class SqliteResealing:
    """Obeys the part of ``ports.Store`` that seals anew: beside the writer, which compares and swaps."""

    def __init__(self, writer: Writer, readers: Readers, codec: Codec) -> None:
        self._writer = writer
        self._readers = readers
        self._codec = codec

    async def reseal(self, cursor: Cursor | None = None) -> Resealed:
        return await self._step(cursor)

    async def reseal_people(self, cursor: Cursor | None = None) -> Resealed:
        return among_people(await self._step(cursor))

    async def _step(self, cursor: Cursor | None) -> Resealed:
        place = Place.of(cursor)
        table = place.table

        def find(connection: sqlite3.Connection) -> tuple[Sequence[Row], Sequence[Renewal]]:
            rows = page(connection, table, place.after, place.most)
            pieces = _pieces(connection, rows) if table is SNAPSHOTS else {}
            return rows, renewals(self._codec, table, rows, pieces)

        rows, found = await self._readers.read(find)
        return Resealed(await self._swapped(table, found), place.behind(rows))

    async def _swapped(self, table: Table, found: Sequence[Renewal]) -> int:
        if not found:
            return 0
        try:
            return await self._writer.run(lambda connection: _swap(connection, table, found), rows=GROUP_ROWS)
        except Conflict:
            if len(found) == 1:
                found[0].tell_of_twin(table)
                return 0
        return sum([await self._swapped(table, [row]) for row in found])

    async def settle_keys(self) -> None:
        await self._writer.run(self._renew_key_check)

    def _renew_key_check(self, connection: sqlite3.Connection) -> None:
        ((old,),) = connection.execute("SELECT value FROM store WHERE name = 'key check'").fetchall()
        if new := self._codec.renewed_key_check(old):
            connection.execute("UPDATE store SET value = ? WHERE name = 'key check'", (new,))


def _pieces(connection: sqlite3.Connection, rows: Sequence[Row]) -> Mapping[bytes, int]:
    lists = {row[0] for row in rows}
    found = (connection.execute("SELECT snapshot, pieces FROM lists WHERE id = ?", (id,)).fetchone() for id in lists)
    return dict(row for row in found if row)


def _swap(connection: sqlite3.Connection, table: Table, found: Sequence[Renewal]) -> int:
    """Each value that still is what was read; how many these were."""
    changed = 0
    keys = " AND ".join(f"{field} = ?" for field in table.key)
    for row in found:
        for field, new in row.new.items():
            changed += connection.execute(
                f"UPDATE {table.name} SET {field} = ? WHERE {keys} AND {field} = ?", (new, *row.key, row.old[field])
            ).rowcount
    return changed
