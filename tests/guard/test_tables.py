"""Every table and collection is known to moving, sealing anew and the word hunt; a new one fails here until it is."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from shoplist_appliance.adapters.codec import SEALED, Codec
from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.mongo import rows as mongo_rows
from shoplist_appliance.adapters.mongo.schema import INDEXES
from shoplist_appliance.adapters.moving import TABLES
from shoplist_appliance.adapters.sealing import Sealer
from shoplist_appliance.adapters.sqlite import rows as sqlite_rows
from shoplist_appliance.adapters.sqlite.db import open_database
from tests.app.test_hunt import a_house, evening
from tests.clients.http import Http
from tests.contract.making import StillClock

# What a column of bytes is, if it is not sealed: an id, a hash of something long, or an HMAC.
PLAIN_BYTES = {
    "people": {"email"},
    "tokens": {"hash"},
    "lists": {"id", "snapshot"},
    "members": {"list"},
    "invitations": {"hash", "list"},
    "shares": {"hash", "list"},
    "snapshots": {"list", "id"},
    "changes": {"list", "edit"},
    "removed": {"list"},
    "records": {"key"},
    "store": set[str](),
}
# Sealed anew each by a way of its own: `store` holds the value that checks the keys.
SEALED_ELSEWHERE = {"store": {"value"}}
# Of the hunt's evening nothing is left in it: it names lists that are being swept.
EMPTY_AFTER_THE_HUNT = {"removed"}


def columns(connection: sqlite3.Connection) -> Mapping[str, Mapping[str, str]]:
    """The columns of each table with their types."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    columns = "SELECT name, type FROM pragma_table_info(?)"
    return {name: dict(connection.execute(columns, (name,)).fetchall()) for (name,) in tables}


def made(folder: Path) -> sqlite3.Connection:
    return open_database(folder / "store.db", Codec(Sealer(Keyring.new())), StillClock())


def test_each_table_of_sqlite_is_moved_or_its_own(tmp_path: Path) -> None:
    connection = made(tmp_path)
    try:
        there = columns(connection)
    finally:
        connection.close()
    moved = {table.name: set(table.fields) - set(sqlite_rows.OF_LISTS) for table in TABLES}
    assert set(there) == {*moved, *sqlite_rows.OF_LISTS, *sqlite_rows.OWN}
    for table, fields in moved.items():
        assert set(there[table]) == fields


def test_each_collection_of_mongodb_is_moved_or_its_own() -> None:
    assert set(INDEXES) == {*(table.name for table in TABLES), *mongo_rows.OWN}


def test_each_column_of_bytes_is_sealed_anew_or_no_secret(tmp_path: Path) -> None:
    connection = made(tmp_path)
    try:
        there = columns(connection)
    finally:
        connection.close()
    for table, its in there.items():
        held = {column for column, type in its.items() if type == "BLOB"}
        known = set(SEALED.get(table, ())) | PLAIN_BYTES.get(table, set())
        assert held == known | SEALED_ELSEWHERE.get(table, set()), table


async def test_the_hunt_has_something_in_every_table(tmp_path: Path) -> None:
    with a_house(tmp_path / "data", tmp_path / "log") as process:
        async with Http(process.url) as http:
            await evening(http, process)
    with sqlite3.connect(tmp_path / "data" / "shoplist.db") as connection:
        counts = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in columns(connection)
        }
    connection.close()
    assert {table for table, count in counts.items() if not count} <= EMPTY_AFTER_THE_HUNT
