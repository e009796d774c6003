"""The rows of an SQLite store, past its port: to be moved to another store, or to come from one."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from shoplist_appliance.adapters.codec import Codec
from shoplist_appliance.adapters.moving import LISTS, Key, Row, Table
from shoplist_appliance.adapters.refusals import NotEmpty, StoreUnreadable, Unfinished
from shoplist_appliance.adapters.sqlite.db import open_database
from shoplist_appliance.ports import Clock

# Each with its key, and what is found by it: a list's row has both.
OF_LISTS: Final[Mapping[str, str]] = {"members": "person", "invitations": "hash", "shares": "hash"}

# What is not moved: every store has its own, and what `removed` speaks of stays behind.
OWN: Final = ("schema", "store", "removed")


def page(connection: sqlite3.Connection, table: Table, after: Key | None, most: int) -> Sequence[Row]:
    """So many rows of the table itself, from behind a key on."""
    key = ", ".join(table.key)
    behind = f"WHERE ({key}) > ({', '.join('?' * table.keys)})" if after else ""
    columns = ", ".join(field for field in table.fields if field not in OF_LISTS)
    return connection.execute(
        f"SELECT {columns} FROM {table.name} {behind} ORDER BY {key} LIMIT ?", (*(after or ()), most)
    ).fetchall()


class SqliteRows:
    """Obeys ``moving.Rows``, and ``moving.Target`` where it was opened as one."""

    def __init__(self, path: Path, connection: sqlite3.Connection, begun: bool) -> None:
        self.name = str(path)
        self.begun = begun
        self._connection = connection
        with self._telling():
            noted = dict(connection.execute("SELECT name, value FROM store").fetchall())
        self.key_check: bytes = noted["key check"]
        self.mark: bytes = noted.get("id", b"")

    def page(self, table: Table, after: Key | None, most: int) -> Sequence[Row]:
        with self._telling():
            rows = page(self._connection, table, after, most)
            return [(*row, *self._found_by(row[0])) for row in rows] if table is LISTS else rows

    def _found_by(self, id: bytes) -> Iterator[tuple[object, ...]]:
        for table, column in OF_LISTS.items():
            found = self._connection.execute(f"SELECT {column} FROM {table} WHERE list = ? ORDER BY {column}", (id,))
            yield tuple(value for (value,) in found)

    def count(self, table: Table) -> int:
        with self._telling():
            return int(self._connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0])

    def put(self, table: Table, rows: Sequence[Row]) -> None:
        columns = [field for field in table.fields if field not in OF_LISTS]
        places = ", ".join("?" * len(columns))
        with self._telling(), self._transaction():
            self._connection.executemany(
                f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({places})",
                [row[: len(columns)] for row in rows],
            )
            for name, column in OF_LISTS.items() if table is LISTS else ():
                found = table.fields.index(name)
                self._connection.executemany(
                    f"INSERT INTO {name} ({column}, list) VALUES (?, ?)",
                    [(value, row[0]) for row in rows for value in row[found]],
                )

    def remove(self, table: Table, rows: Sequence[Row]) -> None:
        key = " AND ".join(f"{field} = ?" for field in table.key)
        with self._telling(), self._transaction():
            self._connection.executemany(f"DELETE FROM {table.name} WHERE {key}", [row[: table.keys] for row in rows])
            for name in OF_LISTS if table is LISTS else ():
                self._connection.executemany(f"DELETE FROM {name} WHERE list = ?", [row[:1] for row in rows])

    def begin(self, source: bytes) -> None:
        with self._telling():
            self._connection.execute("INSERT OR IGNORE INTO store VALUES ('migration', ?)", (source,))

    def finish(self) -> None:
        with self._telling():
            self._connection.execute("DELETE FROM store WHERE name = 'migration'")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreUnreadable(f"the database {self.name} fails: {error}") from error


@contextlib.contextmanager
def sqlite_source(path: Path, codec: Codec, clock: Clock) -> Iterator[SqliteRows]:
    """A store that is there. Raises ``CannotOpen``, also where it is none."""
    with _looked_at(path) as connection:
        if "store" not in _tables(connection):
            raise StoreUnreadable(f"there is no store at {path}, so that nothing can be moved from there")
    with contextlib.closing(open_database(path, codec, clock, alone=True)) as connection:
        yield SqliteRows(path, connection, begun=False)


@contextlib.contextmanager
def sqlite_beside(path: Path) -> Iterator[SqliteRows]:
    """A store that others may be using, to read. Raises ``CannotOpen``, also where it is none."""
    with _looked_at(path) as connection:
        if "store" not in _tables(connection):
            raise StoreUnreadable(f"there is no store at {path}")
        yield SqliteRows(path, connection, begun=False)


@contextlib.contextmanager
def sqlite_target(path: Path, codec: Codec, clock: Clock, source: bytes) -> Iterator[SqliteRows]:
    """A store that is made, or what an earlier attempt from this source has left. Raises ``CannotOpen``."""
    with _looked_at(path) as connection:
        begun = _is_begun(connection, path, source)
    with contextlib.closing(open_database(path, codec, clock, alone=True, mark=source)) as connection:
        rows = SqliteRows(path, connection, begun)
        rows.begin(source)
        yield rows


def _is_begun(connection: sqlite3.Connection, path: Path, source: bytes) -> bool:
    """Whether this very migration has begun there. Raises ``Unfinished`` or ``NotEmpty``."""
    tables = _tables(connection)
    if "store" in tables:
        mark = connection.execute("SELECT value FROM store WHERE name = 'migration'").fetchone()
        if mark == (source,):
            return True
        if mark:
            raise Unfinished(
                f"{path} is the target of a migration from another store, which has not ended; name that one with"
                " --from, or another target with --to"
            )
    for table in tables - {"schema", "store"}:
        if connection.execute(f'SELECT 1 FROM "{table}"').fetchone():
            raise NotEmpty(f"{path} holds something already; a migration needs a target that holds nothing")
    return False


def _tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^'"
    )
    return {str(name) for (name,) in rows}


@contextlib.contextmanager
def _looked_at(path: Path) -> Iterator[sqlite3.Connection]:
    """Without a change; an empty database where there is no file."""
    try:
        address = f"{path.absolute().as_uri()}?mode=ro" if path.exists() else ":memory:"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            yield connection
    except (OSError, sqlite3.Error) as error:
        raise StoreUnreadable(f"the database {path} cannot be read: {error}") from error
