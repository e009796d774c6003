"""The rows of a store on MongoDB, past its port: to be moved to another store, or to come from one."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from pymongo.database import Database

from shoplist_appliance.adapters.codec import Codec
from shoplist_appliance.adapters.mongo.db import (
    Address,
    Document,
    OutOfReach,
    check_key,
    connected,
    make,
    refuse_newer,
    refuse_unfinished,
    telling,
)
from shoplist_appliance.adapters.mongo.lease import Lease
from shoplist_appliance.adapters.moving import LISTS, TOKENS, Key, Row, Table
from shoplist_appliance.adapters.refusals import AlreadyRunning, NotEmpty, StoreUnreadable, Unfinished
from shoplist_appliance.ports import Clock

# What is not moved: every store has its own, and what `unfinished` speaks of stays behind.
OWN: Final = ("store", "unfinished")
OWN_NOTES: Final = ("schema", "key check", "lease", "probe", "migration", "id")


class MongoRows:
    """Obeys ``moving.Rows``, and ``moving.Target`` where it was opened as one."""

    def __init__(
        self, address: Address, database: Database[Document], is_lost: Callable[[], bool], begun: bool
    ) -> None:
        self.name = address.shown
        self.begun = begun
        self._address = address
        self._database = database
        self._is_lost = is_lost
        with self._telling():
            noted = {note["_id"]: note.get("value") for note in database["store"].find()}
        self.key_check = bytes(noted["key check"] or b"")
        self.mark = bytes(noted.get("id") or b"")

    def page(self, table: Table, after: Key | None, most: int) -> Sequence[Row]:
        names = [name_of(table, field) for field in table.fields]
        found: list[Document] = []
        with self._telling():
            for wanted in behind(names[: table.keys], after):
                order = [(name, 1) for name in names[: table.keys]]
                found += self._database[table.name].find(wanted).sort(order).limit(most - len(found))
                if len(found) == most:
                    break
            if table is TOKENS:
                self._let_kept_count(found)
        return [row_of(table, document) for document in found]

    def _let_kept_count(self, tokens: Sequence[Document]) -> None:
        """A token that its account names as ``kept`` counts as one with its account's credentials."""
        owners = self._database["people"].find(
            {"_id": {"$in": list({token["person"] for token in tokens})}}, {"credentials": True, "kept": True}
        )
        kept = {owner["kept"]: owner["credentials"] for owner in owners if owner.get("kept")}
        for token in tokens:
            token["credentials"] = kept.get(token["_id"], token["credentials"])

    def count(self, table: Table) -> int:
        with self._telling():
            return self._database[table.name].estimated_document_count()

    def put(self, table: Table, rows: Sequence[Row]) -> None:
        names = [name_of(table, field) for field in table.fields]
        with self._telling():
            self._database[table.name].insert_many([_document(table, names, row) for row in rows])

    def remove(self, table: Table, rows: Sequence[Row]) -> None:
        names = [name_of(table, field) for field in table.key]
        with self._telling():
            self._database[table.name].delete_many({"$or": [dict(zip(names, row, strict=False)) for row in rows]})

    def finish(self) -> None:
        with self._telling():
            self._database["store"].delete_one({"_id": "migration"})

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        if self._is_lost():
            raise AlreadyRunning(f"another shoplist-appliance has taken the database {self.name} over")
        with _in_one_line(self._address):
            yield


def name_of(table: Table, field: str) -> str:
    return "_id" if table.key == (field,) else field


def behind(key: Sequence[str], after: Key | None) -> Iterator[Document]:
    """What finds all that comes behind, in order: first what shares all of the key but its last field, then less."""
    if after is None:
        yield {}
        return
    for shared in reversed(range(len(key))):
        yield {**dict(zip(key[:shared], after, strict=False)), key[shared]: {"$gt": after[shared]}}


def row_of(table: Table, document: Document) -> Row:
    if table is LISTS:
        document["behind"] = int(bool(document["behind"]))
        document["members"] = tuple(sorted(document["members"]))
        document["invitations"] = tuple(sorted(document["invitations"]))
        document["shares"] = tuple(sorted(document.get("shares", ())))  # an older version kept none
    return tuple(document[name_of(table, field)] for field in table.fields)


def _document(table: Table, names: Sequence[str], row: Row) -> dict[str, Any]:
    document = dict(zip(names, row, strict=True))
    if table is LISTS:
        document |= {name: list(document[name]) for name in ("members", "invitations", "shares")}
    return document


@contextlib.contextmanager
def mongo_source(address: Address, codec: Codec, clock: Clock, lease: Lease) -> Iterator[MongoRows]:
    """A store that is there. Raises ``CannotOpen``, also where it is none."""
    with _in_one_line(address), connected(address) as database:
        if database["store"].find_one({"_id": "key check"}) is None:
            raise StoreUnreadable(f"there is no store at {address.shown}, so that nothing can be moved from there")
        refuse_newer(database, address)
        refuse_unfinished(database, address)
        check_key(database, address, codec)
        with lease.held(database["store"], address.shown) as is_lost:
            make(database, codec, clock)
            yield MongoRows(address, database, is_lost, begun=False)


@contextlib.contextmanager
def mongo_beside(address: Address) -> Iterator[MongoRows]:
    """A store that others may be using, to read. Raises ``CannotOpen``, also where it is none."""
    with _in_one_line(address), connected(address) as database:
        if database["store"].find_one({"_id": "key check"}) is None:
            raise StoreUnreadable(f"there is no store at {address.shown}")
        yield MongoRows(address, database, lambda: False, begun=False)


@contextlib.contextmanager
def mongo_target(address: Address, codec: Codec, clock: Clock, lease: Lease, source: bytes) -> Iterator[MongoRows]:
    """A store that is made, or what an earlier attempt from this source has left. Raises ``CannotOpen``."""
    with _in_one_line(address), connected(address) as database:
        begun = _is_begun(database, address, source)
        refuse_newer(database, address)
        if database["store"].find_one({"_id": "key check"}):
            check_key(database, address, codec)
        with lease.held(database["store"], address.shown) as is_lost:
            if not begun:
                database["store"].insert_one({"_id": "migration", "source": source})
            make(database, codec, clock)
            yield MongoRows(address, database, is_lost, begun)


def _is_begun(database: Database[Document], address: Address, source: bytes) -> bool:
    """Whether this very migration has begun there. Raises ``Unfinished`` or ``NotEmpty``."""
    mark = database["store"].find_one({"_id": "migration"})
    if mark:
        if mark["source"] == source:
            return True
        raise Unfinished(
            f"{address.shown} is the target of a migration from another store, which has not ended; name that one"
            " with --from, or another target with --to"
        )
    for name in database.list_collection_names():
        other = {"_id": {"$nin": list(OWN_NOTES)}} if name == "store" else {}
        if not name.startswith("system.") and database[name].find_one(other):
            raise NotEmpty(f"{address.shown} holds something already; a migration needs a target that holds nothing")
    return False


@contextlib.contextmanager
def _in_one_line(address: Address) -> Iterator[None]:
    """Of a server that is out of reach too: here nobody goes on without it."""
    try:
        with telling(address):
            yield
    except OutOfReach as error:
        raise StoreUnreadable(str(error)) from error
