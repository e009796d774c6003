"""Lists in SQLite: headers, snapshots in pieces, and the log of changes."""

import sqlite3
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from shoplist_appliance.adapters.codec import Codec, HeaderRow, SnapshotRows, pack, unpack
from shoplist_appliance.adapters.readable import Readable
from shoplist_appliance.adapters.sqlite.db import Readers
from shoplist_appliance.adapters.sqlite.writer import GROUP_ROWS, Writer
from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.domain.ids import EditId, ListId, PersonId
from shoplist_appliance.domain.lists import Change, Header, Known, Summary
from shoplist_appliance.ports import Loaded, Snapshot

# Each change dirties a page of its own in the index of edits: more at once would hold up the edits of others.
SWEPT_AT_ONCE: Final = 100


class SqliteLists:
    """Obeys ``ports.ListStore``."""

    def __init__(self, writer: Writer, readers: Readers, codec: Codec) -> None:
        self._writer = writer
        self._readers = readers
        self._codec = codec
        self._readable = Readable()

    async def add_list(self, header: Header, snapshot: Snapshot, summary: Summary) -> None:
        row = self._codec.header_row(header)
        sealed_summary = self._codec.summary_body(header.id, summary)
        rows = await self._sealed(header.id, snapshot)
        id = pack(header.id)

        def insert(connection: sqlite3.Connection) -> None:
            if connection.execute("SELECT 1 FROM removed WHERE list = ?", (id,)).fetchone():
                raise Conflict
            connection.execute(
                "INSERT INTO lists (id, version, behind, header, deleted_at, summary_revision, summary,"
                " snapshot, snapshot_revision, pieces) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(id, row.version, header.behind, row.body, row.deleted_at, summary.revision, sealed_summary),
                    *(rows.id, rows.revision, len(rows.pieces)),
                ),
            )
            _index(connection, id, row)
            for number in range(len(rows.pieces)):
                _put_piece(id, rows, number, connection)

        await self._writer.run(insert, rows=GROUP_ROWS if len(rows.pieces) > 1 else 1)

    async def header(self, list_id: ListId) -> Header | None:
        return await self._readers.read(lambda connection: self._header(connection, list_id))

    async def put_header(self, header: Header, expected: int) -> None:
        row = self._codec.header_row(header)
        id = pack(header.id)

        def put(connection: sqlite3.Connection) -> None:
            changed = connection.execute(
                "UPDATE lists SET version = ?, header = ?, deleted_at = ? WHERE id = ? AND version = ?",
                (row.version, row.body, row.deleted_at, id, expected),
            )
            if changed.rowcount != 1:
                raise Conflict
            _index(connection, id, row)

        await self._writer.run(put)

    async def lists_of(self, person: PersonId) -> Sequence[tuple[Header, Summary]]:
        return await self._readers.read(
            lambda connection: self._readable.among(_rows_of(connection, person), self._header_and_summary)
        )

    async def damaged_lists_of(self, person: PersonId) -> Sequence[ListId]:
        def find(connection: sqlite3.Connection) -> Sequence[ListId]:
            rows = _rows_of(connection, person)
            return [ListId(unpack(row[0])) for row in rows if not self._readable.one(row, self._header_and_summary)]

        return await self._readers.read(find)

    async def forget_member(self, list_id: ListId, person: PersonId) -> None:
        id = pack(list_id)

        def forget(connection: sqlite3.Connection) -> None:
            gone = connection.execute("DELETE FROM members WHERE list = ? AND person = ?", (id, person))
            if gone.rowcount and not connection.execute("SELECT 1 FROM members WHERE list = ?", (id,)).fetchone():
                connection.execute("DELETE FROM lists WHERE id = ?", (id,))
                _forget(connection, id)

        await self._writer.run(forget, ends=id)

    async def list_of_invitation(self, hash: bytes) -> ListId | None:
        def find(connection: sqlite3.Connection) -> ListId | None:
            row = connection.execute("SELECT list FROM invitations WHERE hash = ?", (hash,)).fetchone()
            return ListId(unpack(row[0])) if row else None

        return await self._readers.read(find)

    async def list_of_share(self, hash: bytes) -> ListId | None:
        def find(connection: sqlite3.Connection) -> ListId | None:
            row = connection.execute("SELECT list FROM shares WHERE hash = ?", (hash,)).fetchone()
            return ListId(unpack(row[0])) if row else None

        return await self._readers.read(find)

    async def load(self, list_id: ListId) -> Loaded | None:
        id = pack(list_id)

        def find(connection: sqlite3.Connection) -> Loaded | None:
            header = self._header(connection, list_id)
            if header is None:
                return None
            snapshot = self._codec.snapshot(list_id, _snapshot_rows(connection, id))
            return Loaded(header, snapshot, self._changes(connection, list_id, snapshot.revision))

        return await self._readers.read(find)

    async def mark_behind(self, list_id: ListId) -> None:
        id = pack(list_id)

        def mark(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE lists SET behind = 1 WHERE id = ?", (id,))

        await self._writer.run(mark)

    def append(self, list_id: ListId, expected: int, changes: Sequence[Change]) -> Awaitable[None]:
        id = pack(list_id)
        body = self._codec.change_body
        values: list[bytes | int] = []
        for revision, change in enumerate(changes, start=expected + 1):
            if change.revision != revision:
                raise ValueError(f"change {change.revision} stands where {revision} belongs")
            values += (id, revision, pack(change.edit), body(list_id, change))
        return self._writer.append(id, expected, values)

    async def known(self, list_id: ListId, edits: Iterable[EditId]) -> Mapping[EditId, Known]:
        id = pack(list_id)
        wanted = list(edits)

        def find(connection: sqlite3.Connection) -> Mapping[EditId, Known]:
            found: dict[EditId, Known] = {}
            for edit in wanted:
                row = connection.execute(
                    "SELECT revision, body FROM changes WHERE list = ? AND edit = ?", (id, pack(edit))
                ).fetchone()
                if row:
                    revision, body = row
                    found[edit] = self._codec.known(list_id, revision, edit, body)
            return found

        return await self._readers.read(find)

    async def changes(self, list_id: ListId, after: int, upto: int) -> Sequence[Change]:
        return await self._readers.read(lambda connection: self._changes(connection, list_id, after, upto))

    async def put_snapshot(self, list_id: ListId, snapshot: Snapshot, summary: Summary, *, settled: bool) -> None:
        """Piece by piece, so that no edit waits for more than one; the last step makes them the list's snapshot.

        What a crash leaves half done is removed by the next one.
        """
        id = pack(list_id)
        sealed_summary = self._codec.summary_body(list_id, summary)
        rows = await self._sealed(list_id, snapshot)
        for number in range(len(rows.pieces)):
            await self._writer.run(partial(_put_piece, id, rows, number), rows=GROUP_ROWS)
        await self._writer.run(partial(_switch, id, rows, summary.revision, sealed_summary, settled))

    async def deleted_before(self, time: int) -> Sequence[ListId]:
        def find(connection: sqlite3.Connection) -> Sequence[ListId]:
            found = connection.execute("SELECT id FROM lists WHERE deleted_at BETWEEN 1 AND ?", (time - 1,))
            asked = connection.execute("SELECT id, version, behind, header FROM lists WHERE deleted_at = 0")
            headers = self._readable.among(asked, lambda row: self._codec.header(ListId(unpack(row[0])), *row[1:]))
            told = (header.id for header in headers if header.deleted_at is not None and header.deleted_at < time)
            return [*(ListId(unpack(id)) for (id,) in found), *told]

        return await self._readers.read(find)

    async def remove_list(self, list_id: ListId, expected: int) -> None:
        id = pack(list_id)

        def remove(connection: sqlite3.Connection) -> None:
            removed = connection.execute("DELETE FROM lists WHERE id = ? AND version = ?", (id, expected))
            if removed.rowcount != 1:
                raise Conflict
            _forget(connection, id)

        await self._writer.run(remove, ends=id)

    async def sweep(self) -> bool:
        return await self._writer.run(_sweep, rows=GROUP_ROWS)

    async def _sealed(self, list_id: ListId, snapshot: Snapshot) -> SnapshotRows:
        return await self._readers.beside(lambda: self._codec.snapshot_rows(list_id, snapshot))

    def _header(self, connection: sqlite3.Connection, list_id: ListId) -> Header | None:
        row = connection.execute("SELECT version, behind, header FROM lists WHERE id = ?", (pack(list_id),)).fetchone()
        if row is None:
            return None
        version, behind, body = row
        return self._codec.header(list_id, version, bool(behind), body)

    def _header_and_summary(self, row: Sequence[Any]) -> tuple[Header, Summary]:
        id, version, behind, header, revision, summary = row
        list_id = ListId(unpack(id))
        return (
            self._codec.header(list_id, version, bool(behind), header),
            self._codec.summary(list_id, revision, summary),
        )

    def _changes(
        self, connection: sqlite3.Connection, list_id: ListId, after: int, upto: int | None = None
    ) -> Sequence[Change]:
        rows = connection.execute(
            "SELECT revision, edit, body FROM changes WHERE list = ? AND revision > ? AND revision <= ?"
            " ORDER BY revision",
            (pack(list_id), after, 2**62 if upto is None else upto),
        )
        return [self._codec.change(list_id, revision, EditId(unpack(edit)), body) for revision, edit, body in rows]


def _rows_of(connection: sqlite3.Connection, person: PersonId) -> Iterable[Sequence[Any]]:
    return connection.execute(
        "SELECT id, version, behind, header, summary_revision, summary"
        " FROM members JOIN lists ON lists.id = members.list WHERE members.person = ?",
        (person,),
    )


def _forget(connection: sqlite3.Connection, id: bytes) -> None:
    """Let nobody find the list whose row is gone; what it held waits to be swept."""
    connection.execute("DELETE FROM members WHERE list = ?", (id,))
    connection.execute("DELETE FROM invitations WHERE list = ?", (id,))
    connection.execute("DELETE FROM shares WHERE list = ?", (id,))
    connection.execute("INSERT INTO removed VALUES (?)", (id,))


def _index(connection: sqlite3.Connection, id: bytes, row: HeaderRow) -> None:
    """Make the list found by its members, its invitations and its shares, and by nobody else."""
    connection.execute("DELETE FROM members WHERE list = ?", (id,))
    connection.executemany("INSERT INTO members VALUES (?, ?)", [(person, id) for person in row.members])
    connection.execute("DELETE FROM invitations WHERE list = ?", (id,))
    connection.executemany("INSERT INTO invitations VALUES (?, ?)", [(hash, id) for hash in row.invitations])
    connection.execute("DELETE FROM shares WHERE list = ?", (id,))
    connection.executemany("INSERT INTO shares VALUES (?, ?)", [(hash, id) for hash in row.shares])


def _snapshot_rows(connection: sqlite3.Connection, id: bytes) -> SnapshotRows:
    """Those of the list's present snapshot; fewer than it counts where some were lost."""
    snapshot, revision, count = connection.execute(
        "SELECT snapshot, snapshot_revision, pieces FROM lists WHERE id = ?", (id,)
    ).fetchone()
    pieces = connection.execute(
        "SELECT piece FROM snapshots WHERE list = ? AND id = ? AND number < ? ORDER BY number", (id, snapshot, count)
    ).fetchall()
    return SnapshotRows(snapshot, revision, [piece for (piece,) in pieces])


def _put_piece(id: bytes, rows: SnapshotRows, number: int, connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO snapshots (list, id, number, revision, piece)"
        " SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM lists WHERE id = ?1)",
        (id, rows.id, number, rows.revision, rows.pieces[number]),
    )


def _switch(
    id: bytes,
    rows: SnapshotRows,
    summary_revision: int,
    summary: bytes,
    settled: bool,
    connection: sqlite3.Connection,
) -> None:
    """Make pieces that are there the list's snapshot, unless it has one as new; drop those that it has outlived."""
    connection.execute(
        "UPDATE lists SET snapshot = ?, snapshot_revision = ?, pieces = ?, summary_revision = ?, summary = ?"
        " WHERE id = ? AND snapshot_revision < ?",
        (rows.id, rows.revision, len(rows.pieces), summary_revision, summary, id, rows.revision),
    )
    if settled:
        connection.execute(
            "UPDATE lists SET behind = 0 WHERE id = ?1 AND summary_revision = ?2"
            " AND NOT EXISTS (SELECT 1 FROM changes WHERE list = ?1 AND revision > ?2)",
            (id, summary_revision),
        )
    connection.execute(
        "DELETE FROM snapshots WHERE list = ?1 AND id <> (SELECT snapshot FROM lists WHERE id = ?1)"
        " AND revision <= (SELECT snapshot_revision FROM lists WHERE id = ?1)",
        (id,),
    )


def _sweep(connection: sqlite3.Connection) -> bool:
    """One step: some changes of one removed list, or a piece of a snapshot, or the note that it is being removed."""
    row = connection.execute("SELECT list FROM removed LIMIT 1").fetchone()
    if row is None:
        return False
    for table, most in (("changes", SWEPT_AT_ONCE), ("snapshots", 1)):
        swept = connection.execute(
            f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE list = ? LIMIT ?)", (*row, most)
        )
        if swept.rowcount:
            return True
    connection.execute("DELETE FROM removed WHERE list = ?", row)
    return True
