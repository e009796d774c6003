"""The database: reaching it, making it ready for this version of the program, and how its failures are told."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from weakref import WeakValueDictionary

import pymongo
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo.database import Database
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WriteConcernError,
)
from pymongo.uri_parser import parse_uri

from shoplist_appliance.adapters.belonging import Belonging
from shoplist_appliance.adapters.codec import Codec
from shoplist_appliance.adapters.mongo.lease import Lease
from shoplist_appliance.adapters.mongo.schema import INDEXES, VERSION
from shoplist_appliance.adapters.refusals import CannotOpen, KeyWrong, SchemaTooNew, StoreUnreadable, Unfinished
from shoplist_appliance.adapters.sealing import Unsealable
from shoplist_appliance.domain.errors import Conflict, OutcomeUnknown, Unavailable
from shoplist_appliance.ports import Clock
from shoplist_appliance.tasks import Tasks

log = logging.getLogger(__name__)

Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]

DEFAULT_NAME: Final = "shoplist"

OPTIONS: Final[dict[str, Any]] = {
    # What is acknowledged is on the disks of a majority, and what is read will not be taken back.
    "w": "majority",
    "journal": True,
    "readConcernLevel": "majority",
    "readPreference": "primary",
    # No call waits longer, whatever the network does.
    "timeoutMS": 5000,
    "serverSelectionTimeoutMS": 3000,
    "connectTimeoutMS": 3000,
    "maxPoolSize": 20,
    "appname": "shoplist-appliance",
    "tz_aware": True,
}
RETRY_SECONDS: Final = 1.0
LONGEST_RETRY_SECONDS: Final = 10.0
REFUSED: Final = {8000, 13, 18}
"""Codes by which a server says that it does not know this user, or not this right of theirs."""


class OutOfReach(Exception):
    """No server answers at this address now; later one may."""


class Address:
    """A connection string, taken apart as far as we need it. Raises ``ValueError`` where it is none."""

    def __init__(self, uri: str) -> None:
        try:
            # Of a mongodb+srv address the hosts are looked up later, by whoever connects.
            parsed = parse_uri(uri) if uri.startswith("mongodb://") else None
        except (InvalidURI, ConfigurationError, ValueError) as error:
            raise ValueError(str(error)) from None
        rest = uri.partition("://")[2]
        path = rest.rpartition("@")[2].partition("?")[0].partition("/")[2]
        self.uri = uri
        self.name = str((parsed and parsed["database"]) or path or DEFAULT_NAME)
        # Without the password, for messages.
        self.shown = f"{rest.rpartition('@')[2].partition('?')[0].partition('/')[0]}/{self.name}"


class Mongo:
    """One database. Its collections are ``Unavailable`` until it was found ready, which goes on in the background."""

    def __init__(
        self, address: Address, codec: Codec, clock: Clock, lease: Lease | None, belonging: Belonging | None = None
    ) -> None:
        self._address = address
        self._codec = codec
        self._clock = clock
        self._lease = lease
        self._belonging = belonging
        with _sensible():
            self._client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(address.uri, **OPTIONS)
        self._database = self._client[address.name]
        self._is_ready = False
        self._failing = False
        self._refuses_writes = False  # a full disk can be read all the same
        self._tasks = Tasks()
        self._replacing: WeakValueDictionary[object, asyncio.Lock] = WeakValueDictionary()
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def open(self) -> None:
        """Make the database ready, or go on trying where no server answers. Raises ``CannotOpen`` in one of its kinds.

        Blocks for some seconds at most: call it before anything is served.
        """
        try:
            self._prepare()
        except OutOfReach as error:
            log.error("%s; the product starts without it, and goes on trying", error)
            self._failing = True
        except BaseException:
            self._client.close()
            raise
        self._tasks.start(self._live(), "becoming ready with MongoDB, and keeping its lease")

    async def close(self) -> None:
        await self._tasks.close()
        if self._lease and self._is_ready:
            with contextlib.suppress(PyMongoError):
                await self._database["store"].delete_one(self._lease.mine)
        self._is_ready = False
        self._client.close()

    def __getitem__(self, name: str) -> Collection:
        """The collection. Raises ``Unavailable`` while the database is not ready."""
        if not self._is_ready:
            raise Unavailable("storage")
        return self._database[name]

    async def size(self) -> int | None:
        """Bytes on disk, with the indexes; None where our user may not ask."""
        try:
            stats = await self._database.command("dbStats")
        except OperationFailure as error:
            if error.code in REFUSED:
                return None
            raise
        return int(stats["storageSize"] + stats["indexSize"])

    @contextlib.asynccontextmanager
    async def alone(self, id: object) -> AsyncIterator[None]:
        """One at a time for each id, in this process. MongoDB compares and replaces in one step; FerretDB does not."""
        lock = self._replacing.setdefault(id, asyncio.Lock())
        async with lock:
            yield

    # --- failures ---

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """What fails within it is ``Unavailable``."""
        try:
            yield
        except PyMongoError as error:
            raise self.failed(error) from error
        if not self._refuses_writes:
            self.answered()

    @contextlib.contextmanager
    def writing(self, *, begun: bool = False) -> Iterator[None]:
        """A broken constraint is ``Conflict``; what fails otherwise is ``Unavailable`` or ``OutcomeUnknown``.

        ``begun``: something was written before, so that the outcome of the whole is unknown in any case.
        """
        try:
            yield
        except Unavailable as error:
            raise OutcomeUnknown("storage") if begun else error from error
        except PyMongoError as error:
            if is_duplicate(error):
                raise Conflict from error
            self._refuses_writes = True
            raise self.failed(error, written=begun or not is_certain(error)) from error
        self._refuses_writes = False
        self.answered()

    def failed(self, error: PyMongoError, *, written: bool = False) -> Unavailable:
        """What the caller is told; said in the log once, until something succeeds again."""
        if not self._failing:
            self._failing = True
            log.error("MongoDB at %s fails: %s", self._address.shown, _words(error))
        return OutcomeUnknown("storage") if written else Unavailable("storage")

    def answered(self) -> None:
        if self._failing:
            self._failing = False
            log.warning("MongoDB at %s answers again", self._address.shown)

    # --- becoming ready, and staying the only owner ---

    async def _live(self) -> None:
        pause = RETRY_SECONDS
        told = ""
        while not self._is_ready:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_RETRY_SECONDS)
            try:
                await asyncio.to_thread(self._prepare)
                self.answered()
            except OutOfReach:
                continue
            except CannotOpen as refusal:
                if str(refusal) != told:
                    told = str(refusal)
                    log.error("%s", refusal)
        if self._lease:
            await self._lease.keep(self._database["store"])
            log.critical("another process has taken the database %s over", self._address.shown)
            self._is_ready = False
            self.lost.set_result(None)

    def _prepare(self) -> None:
        """With a client of its own, which blocks. Raises ``OutOfReach`` or ``CannotOpen``."""
        with connected(self._address) as database:
            refuse_newer(database, self._address)
            refuse_unfinished(database, self._address)
            if self._belonging:
                self._refuse_others(database, self._belonging)
            if self._lease:
                self._lease.take(database["store"], self._address.shown)
            make(database, self._codec, self._clock)
            check_key(database, self._address, self._codec)
            if self._belonging:
                self._belonging.remember(id_of(database))
        self._is_ready = True

    def _refuse_others(self, database: Database[Document], belonging: Belonging) -> None:
        name = f"the database {self._address.shown}"
        if database["store"].find_one({"_id": "key check"}) is None:
            belonging.refuse_new(name)
        elif id := id_of(database):
            belonging.check(id, name)


@contextlib.contextmanager
def connected(address: Address) -> Iterator[Database[Document]]:
    """The database through a blocking client. Raises ``OutOfReach``, or ``StoreUnreadable`` where it is refused."""
    with _sensible():
        client: pymongo.MongoClient[Document] = pymongo.MongoClient(address.uri, **OPTIONS)
    try:
        with telling(address):
            yield client[address.name]
    finally:
        client.close()


@contextlib.contextmanager
def _sensible() -> Iterator[None]:
    try:
        yield
    except (ConfigurationError, InvalidURI, ValueError, TypeError, OSError) as error:
        raise StoreUnreadable(f"the address of MongoDB in the setting store makes no sense: {_words(error)}") from None


def id_of(database: Database[Document]) -> bytes:
    """By which a store is told from every other; empty where it has none yet."""
    document = database["store"].find_one({"_id": "id"})
    return bytes(document["value"]) if document else b""


@contextlib.contextmanager
def telling(address: Address) -> Iterator[None]:
    """What fails within it, in words. Raises ``OutOfReach``, or ``StoreUnreadable`` where the server refuses us."""
    try:
        yield
    except OperationFailure as error:
        if error.code in REFUSED:
            raise StoreUnreadable(
                f"MongoDB at {address.shown} refuses us: {_words(error)}; look at the user, the password and the"
                " rights in the setting store"
            ) from error
        raise OutOfReach(f"MongoDB at {address.shown} fails: {_words(error)}") from error
    except ConfigurationError as error:
        raise StoreUnreadable(f"MongoDB at {address.shown} cannot be used: {_words(error)}") from error
    except PyMongoError as error:
        raise OutOfReach(f"MongoDB at {address.shown} does not answer: {_words(error)}") from error


def holds_a_store(address: Address) -> bool:
    """Whether a store was made there. Raises ``OutOfReach`` or ``StoreUnreadable``."""
    with connected(address) as database:
        return database["store"].find_one({"_id": "key check"}) is not None


def is_certain(error: PyMongoError) -> bool:
    """Whether a write that failed so has certainly done nothing."""
    if isinstance(error, (ServerSelectionTimeoutError, WaitQueueTimeoutError)):
        return True
    if isinstance(error, (WriteConcernError, ExecutionTimeout, BulkWriteError)) or error.timeout:
        return False
    return isinstance(error, OperationFailure) and not error.has_error_label("RetryableWriteError")


def is_duplicate(error: PyMongoError) -> bool:
    """Whether a unique index refused a write of one document. FerretDB says it in words where it is an update."""
    return isinstance(error, DuplicateKeyError) or "UNIQUE constraint failed" in str(error)


def refuse_newer(database: Database[Document], address: Address) -> None:
    schema = database["store"].find_one({"_id": "schema"})
    if schema and schema["version"] > VERSION:
        raise SchemaTooNew(
            f"the database {address.shown} was written by a newer version of shoplist-appliance (its schema is"
            f" {schema['version']}, this version knows {VERSION}); install that version again, or restore a backup"
            " made before it"
        )


def refuse_unfinished(database: Database[Document], address: Address) -> None:
    if database["store"].find_one({"_id": "migration"}):
        raise Unfinished(
            f"the database {address.shown} is the target of a migration that has not ended; run the same command"
            " migrate again, and it goes on"
        )


def make(database: Database[Document], codec: Codec, clock: Clock) -> None:
    """Whatever is not there yet; again does nothing."""
    for name, indexes in INDEXES.items():
        there = database[name].index_information()
        if missing := [index for index in indexes if index.document["name"] not in there]:
            database[name].create_indexes(missing)
    put_once(database, {"_id": "key check", "value": codec.key_check()})
    put_once(database, {"_id": "id", "value": os.urandom(16)})
    put_once(database, {"_id": "schema", "version": VERSION, "applied_at": clock.now()})


def put_once(database: Database[Document], document: Document) -> None:
    if database["store"].find_one({"_id": document["_id"]}) is None:
        with contextlib.suppress(DuplicateKeyError):  # another process was faster
            database["store"].insert_one(document)


def check_key(database: Database[Document], address: Address, codec: Codec) -> None:
    document = database["store"].find_one({"_id": "key check"})
    try:
        right = document is not None and codec.is_right_key(document["value"])
    except Unsealable:
        right = False
    if not right:
        raise KeyWrong(
            f"the key file does not belong to the database {address.shown}; put back the one it was made with"
        )


def _words(error: Exception) -> str:
    """The first line of what may be pages about each server."""
    return str(error).splitlines()[0].partition(", Timeout:")[0].partition(", full error:")[0][:300]
