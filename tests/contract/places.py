"""Where a store lives during a test: a class for each kind; nothing else in the suite of all stores names one.

A new kind joins by a class with these methods and a line in ``PLACES``.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import pymongo
import pytest
from pymongo.database import Database

from shoplist_appliance.adapters.codec import pack
from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.mongo.db import Address
from shoplist_appliance.adapters.mongo.store import MongoStore, open_mongo
from shoplist_appliance.adapters.sealing import Sealer
from shoplist_appliance.adapters.sqlite.schema import MIGRATIONS
from shoplist_appliance.adapters.sqlite.store import SqliteStore, open_sqlite
from shoplist_appliance.ports import Clock, Store
from tests.clients.mongodb import NO_MONGODB, in_database, mongodb


@dataclass(frozen=True)
class Spot:
    """One sealed value at rest: of the list, account, token or record's key ``id``; of a change also its revision."""

    field: Literal["header", "summary", "piece", "change", "person", "token", "record"]
    id: str
    revision: int = 0


class Place(Protocol):
    """Empty at first; all that is opened there is one store."""

    keyring: Keyring
    sealer: Sealer
    """Of the store that was opened last."""

    def open(self, keyring: Keyring | None = None) -> Store:
        """Open it, with its own keys if no others are given."""

    def clear(self) -> None:
        """Take away what the test has left. The store is closed."""

    def make_newer(self) -> None:
        """Let a newer version of the program have written it. The store is closed."""

    def lift(self, spot: Spot) -> bytes:
        """The sealed value. The store is closed."""

    def drop(self, spot: Spot, sealed: bytes) -> None:
        """Put a sealed value there. The store is closed."""

    def rows(self, list_id: str) -> dict[str, int]:
        """How much of the list each table holds; those that hold nothing are left out. The store is closed."""

    def exchange(self, list_id: str, one: int, other: int) -> None:
        """Let two changes of a list take each other's revision, with their edit ids and all. The store is closed."""


class SqlitePlace:
    def __init__(self, folder: Path, clock: Clock) -> None:
        self.path = folder / "store.db"
        self.keyring = Keyring.new()
        self._clock = clock

    def open(self, keyring: Keyring | None = None) -> SqliteStore:
        self.sealer = Sealer(keyring or self.keyring)
        return open_sqlite(self.path, self.sealer, self._clock)

    def clear(self) -> None:
        """It lies in the test's folder, which pytest clears."""

    def make_newer(self) -> None:
        self._run("INSERT INTO schema VALUES (?, 0)", (len(MIGRATIONS) + 1,))

    def undo_migrations(self) -> None:
        """Back to the first schema, with the rows of lists and people as they are."""
        for statement in (
            "DROP TABLE records",
            "DROP TABLE shares",
            "DROP TABLE removed",
            "DROP INDEX lists_by_deletion",
            "ALTER TABLE lists DROP COLUMN deleted_at",
            "DELETE FROM schema WHERE version > 1",
        ):
            self._run(statement, ())

    def lift(self, spot: Spot) -> bytes:
        table, column, where, key = self._found(spot)
        ((sealed,),) = self._run(f"SELECT {column} FROM {table} WHERE {where}", key)
        assert isinstance(sealed, bytes)
        return sealed

    def drop(self, spot: Spot, sealed: bytes) -> None:
        table, column, where, key = self._found(spot)
        self._run(f"UPDATE {table} SET {column} = ? WHERE {where}", (sealed, *key))
        assert self.lift(spot) == sealed

    def exchange(self, list_id: str, one: int, other: int) -> None:
        for source, target in ((one, -1), (other, one), (-1, other)):
            self._run(
                "UPDATE changes SET revision = ? WHERE list = ? AND revision = ?", (target, pack(list_id), source)
            )

    def rows(self, list_id: str) -> dict[str, int]:
        """In every table that has a column of lists, so also in one that a later version adds."""
        tables = [str(name) for (name,) in self._run("SELECT name FROM sqlite_schema WHERE type = 'table'", ())]
        holders = {"lists": "id"} | {
            table: "list"
            for table in tables
            if self._run("SELECT 1 FROM pragma_table_info(?) WHERE name = 'list'", (table,))
        }
        counts = {
            table: self._run(f"SELECT count(*) FROM {table} WHERE {column} = ?", (pack(list_id),))[0][0]
            for table, column in holders.items()
        }
        return {table: int(str(count)) for table, count in counts.items() if count}

    def _found(self, spot: Spot) -> tuple[str, str, str, tuple[object, ...]]:
        match spot.field:
            case "header" | "summary":
                return "lists", spot.field, "id = ?", (pack(spot.id),)
            case "piece":
                return "snapshots", "piece", "list = ?", (pack(spot.id),)
            case "change":
                return "changes", "body", "list = ? AND revision = ?", (pack(spot.id), spot.revision)
            case "person":
                return "people", "body", "id = ?", (spot.id,)
            case "token":
                return "tokens", "body", "id = ?", (spot.id,)
            case "record":
                return "records", "body", "key = ?", (bytes.fromhex(spot.id),)

    def _run(self, statement: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(self.path)
        try:
            with connection:
                return connection.execute(statement, values).fetchall()
        finally:
            connection.close()


class MongoPlace:
    """A database of its own on a server that other tests share."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        server = mongodb()
        if server is None:
            pytest.skip(NO_MONGODB)
        self.address = Address(in_database(server))
        self.keyring = Keyring.new()
        self._clock = clock

    def open(self, keyring: Keyring | None = None) -> MongoStore:
        self.sealer = Sealer(keyring or self.keyring)
        return open_mongo(self.address, self.sealer, self._clock)

    def make_newer(self) -> None:
        with self.database() as database:
            database["store"].update_one({"_id": "schema"}, {"$inc": {"version": 1}})

    def lift(self, spot: Spot) -> bytes:
        collection, field, wanted = self._found(spot)
        with self.database() as database:
            document = database[collection].find_one(wanted)
        assert document is not None
        return bytes(document[field])

    def drop(self, spot: Spot, sealed: bytes) -> None:
        collection, field, wanted = self._found(spot)
        with self.database() as database:
            database[collection].update_one(wanted, {"$set": {field: sealed}})
        assert self.lift(spot) == sealed

    def exchange(self, list_id: str, one: int, other: int) -> None:
        with self.database() as database:
            for source, target in ((one, -1), (other, one), (-1, other)):
                database["changes"].update_one(
                    {"list": pack(list_id), "revision": source}, {"$set": {"revision": target}}
                )

    def rows(self, list_id: str) -> dict[str, int]:
        """In every collection, so also in one that a later version adds."""
        wanted = {"$or": [{"_id": pack(list_id)}, {"list": pack(list_id)}]}
        with self.database() as database:
            counts = {name: database[name].count_documents(wanted) for name in database.list_collection_names()}
        return {name: count for name, count in counts.items() if count}

    def clear(self) -> None:
        with self.database() as database:
            database.client.drop_database(database.name)

    @contextmanager
    def database(self) -> Iterator[Database[dict[str, Any]]]:
        """Past the store."""
        with pymongo.MongoClient[dict[str, Any]](self.address.uri) as client:
            yield client[self.address.name]

    def _found(self, spot: Spot) -> tuple[str, str, dict[str, object]]:
        match spot.field:
            case "header" | "summary":
                return "lists", spot.field, {"_id": pack(spot.id)}
            case "piece":
                return "snapshots", "piece", {"list": pack(spot.id)}
            case "change":
                return "changes", "body", {"list": pack(spot.id), "revision": spot.revision}
            case "person":
                return "people", "body", {"_id": spot.id}
            case "token":
                return "tokens", "body", {"_id": spot.id}
            case "record":
                return "records", "body", {"key": bytes.fromhex(spot.id)}


PLACES: dict[str, Callable[[Path, Clock], Place]] = {"sqlite": SqlitePlace, "mongodb": MongoPlace}
