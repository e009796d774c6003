"""Records in SQLite."""

import sqlite3
from collections.abc import Sequence

from shoplist_appliance.adapters.codec import Codec, RecordRow
from shoplist_appliance.adapters.readable import Readable
from shoplist_appliance.adapters.sqlite.db import Readers
from shoplist_appliance.adapters.sqlite.writer import Writer
from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.ports import Record

_RECORD = "SELECT kind, key, owner, due, version, body FROM records"


class SqliteRecords:
    """Obeys ``ports.RecordStore``."""

    def __init__(self, writer: Writer, readers: Readers, codec: Codec) -> None:
        self._writer = writer
        self._readers = readers
        self._codec = codec
        self._readable = Readable()

    async def add_record(self, record: Record) -> None:
        row = self._codec.record_row(record)

        def insert(connection: sqlite3.Connection) -> None:
            inserted = connection.execute(
                "INSERT INTO records (kind, key, owner, due, version, body) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (row.kind, row.key, row.owner, row.due, row.version, row.body),
            )
            if inserted.rowcount != 1:
                raise Conflict

        await self._writer.run(insert)

    async def record(self, kind: str, key: bytes) -> Record | None:
        def find(connection: sqlite3.Connection) -> Record | None:
            row = connection.execute(f"{_RECORD} WHERE kind = ? AND key = ?", (kind, key)).fetchone()
            return None if row is None else self._codec.record(RecordRow(*row))

        return await self._readers.read(find)

    async def put_record(self, record: Record, expected: int) -> None:
        row = self._codec.record_row(record)

        def put(connection: sqlite3.Connection) -> None:
            updated = connection.execute(
                "UPDATE records SET due = ?, version = ?, body = ?"
                " WHERE kind = ? AND key = ? AND version = ? AND owner = ?",
                (row.due, row.version, row.body, row.kind, row.key, expected, row.owner),
            )
            if updated.rowcount != 1:
                raise Conflict

        await self._writer.run(put)

    async def remove_record(self, kind: str, key: bytes, expected: int | None = None) -> bool:
        def remove(connection: sqlite3.Connection) -> bool:
            removed = connection.execute(
                "DELETE FROM records WHERE kind = ? AND key = ? AND version = coalesce(?, version)",
                (kind, key, expected),
            )
            return removed.rowcount == 1

        return await self._writer.run(remove)

    async def remove_records_of(self, owner: str) -> None:
        await self._writer.run(lambda connection: connection.execute("DELETE FROM records WHERE owner = ?", (owner,)))

    async def records_of(self, kind: str, owner: str) -> Sequence[Record]:
        return await self._read("WHERE kind = ? AND owner = ? ORDER BY due, key", (kind, owner))

    async def records_due(self, kind: str, upto: int, limit: int) -> Sequence[Record]:
        return await self._read("WHERE kind = ? AND due <= ? ORDER BY due, key", (kind, upto), limit)

    async def count_records(self, kind: str) -> int:
        def count(connection: sqlite3.Connection) -> int:
            return int(connection.execute("SELECT count(*) FROM records WHERE kind = ?", (kind,)).fetchone()[0])

        return await self._readers.read(count)

    async def _read(self, where: str, values: Sequence[object], limit: int | None = None) -> Sequence[Record]:
        def find(connection: sqlite3.Connection) -> Sequence[Record]:
            rows = connection.execute(f"{_RECORD} {where}", values)
            return self._readable.among((RecordRow(*row) for row in rows), self._codec.record, limit)

        return await self._readers.read(find)
