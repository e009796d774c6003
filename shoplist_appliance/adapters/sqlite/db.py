"""The database file: opening it, bringing it to the present schema, and reading it beside the writer."""

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Final, TypeVar

from shoplist_appliance.adapters.belonging import Belonging
from shoplist_appliance.adapters.codec import Codec
from shoplist_appliance.adapters.ownership import make_private
from shoplist_appliance.adapters.refusals import AlreadyRunning, KeyWrong, SchemaTooNew, StoreUnreadable, Unfinished
from shoplist_appliance.adapters.sealing import Unsealable
from shoplist_appliance.adapters.sqlite.schema import MIGRATIONS
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.ports import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")

BUSY_SECONDS: Final = 5.0
"""How long to wait for a command like ``admin create`` that writes from another process."""

READERS: Final = 2


def open_database(
    path: Path,
    codec: Codec,
    clock: Clock,
    *,
    alone: bool = False,
    mark: bytes | None = None,
    belonging: Belonging | None = None,
) -> sqlite3.Connection:
    """The connection for the writer, the schema up to date. Raises ``CannotOpen`` in one of its kinds.

    ``alone``: no other process, nor another connection, may have it open. ``mark``: as the target of a migration,
    whose mark is there from the first moment on. ``belonging``: of the data folder that is to be served with it.
    """
    if belonging and not path.exists():
        belonging.refuse_new(f"the database {path}")
    make_private(path.parent)
    try:
        _make_file(path)
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except (OSError, sqlite3.Error) as error:
        raise StoreUnreadable(f"the database {path} cannot be opened: {_words(error)}") from error
    try:
        if alone:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        _prepare(connection)
        _migrate(connection, path, codec, clock, mark)
        if mark is None:
            _refuse_unfinished(connection, path)
        _check_key(connection, path, codec)
        id = _id(connection)
        if belonging:
            belonging.settle(id, f"the database {path}")
    except sqlite3.Error as error:
        connection.close()
        if alone and getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise AlreadyRunning(f"the database {path} is in use by another process; stop that one first") from error
        raise StoreUnreadable(f"the database {path} cannot be used: {_words(error)}") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _make_file(path: Path) -> None:
    """With mode 0600, where SQLite would ask the umask; the files beside it (-wal, -shm) get its mode from SQLite.

    Never opens one that is there: closing it would drop the locks that this process holds on it.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _prepare(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise sqlite3.OperationalError("its file system has not what a write-ahead log needs")
    connection.execute("PRAGMA synchronous = FULL")  # an acknowledged edit survives a power cut
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -16000")
    # A checkpoint holds up the writer, and every new edit id dirties a page of its own. At the default of 1,000 pages
    # one comes every 16 groups of 64 edits, and the log is a third slower. One beside the writer never catches up
    # with a busy one: the WAL grew by 400 MB in 5 s.
    connection.execute("PRAGMA wal_autocheckpoint = 8000")


def _migrate(connection: sqlite3.Connection, path: Path, codec: Codec, clock: Clock, mark: bytes | None) -> None:
    """Each migration in a transaction of its own, with its number."""
    connection.execute("CREATE TABLE IF NOT EXISTS schema (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)")
    _refuse_newer(connection, path)
    for version, statements in enumerate(MIGRATIONS, start=1):
        connection.execute("BEGIN IMMEDIATE")  # two processes may do this at once
        try:
            if version > _version(connection):
                for statement in statements:
                    connection.execute(statement)
                if version == 1:
                    connection.execute("INSERT INTO store VALUES ('key check', ?)", (codec.key_check(),))
                    if mark is not None:
                        connection.execute("INSERT INTO store VALUES ('migration', ?)", (mark,))
                connection.execute("INSERT INTO schema VALUES (?, ?)", (version, clock.now()))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(version), 0) FROM schema").fetchone()[0])


def _refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise SchemaTooNew(
            f"the database {path} was written by a newer version of shoplist-appliance (its schema is {version},"
            f" this version knows {len(MIGRATIONS)}); install that version again, or restore a backup made before it"
        )


def _refuse_unfinished(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("SELECT 1 FROM store WHERE name = 'migration'").fetchone():
        raise Unfinished(
            f"the database {path} is the target of a migration that has not ended; run the same command migrate again,"
            " and it goes on"
        )


def _check_key(connection: sqlite3.Connection, path: Path, codec: Codec) -> None:
    row = connection.execute("SELECT value FROM store WHERE name = 'key check'").fetchone()
    try:
        right = row is not None and codec.is_right_key(row[0])
    except Unsealable:
        right = False
    if not right:
        raise KeyWrong(f"the key file does not belong to the database {path}; put back the one it was made with")


def _id(connection: sqlite3.Connection) -> bytes:
    """By which it is told from every other store; drawn once."""
    find = "SELECT value FROM store WHERE name = 'id'"
    if connection.execute(find).fetchone() is None:
        connection.execute("INSERT OR IGNORE INTO store VALUES ('id', ?)", (os.urandom(16),))
    return bytes(connection.execute(find).fetchone()[0])


class Readers:
    """Queries in a few threads, each over a connection that cannot write."""

    def __init__(self, path: Path) -> None:
        self._free: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        for _ in range(READERS):
            uri = f"{path.absolute().as_uri()}?mode=ro"
            self._free.put(
                sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            )
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._closed = False

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run it within one state of the database, which holds all that was committed before the call."""
        if self._closed:
            raise Unavailable("storage")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, query)

    async def beside(self, work: Callable[[], T]) -> T:
        """Run what needs no database, only time, in the same threads."""
        if self._closed:
            raise Unavailable("storage")
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def close(self) -> None:
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown)
        for _ in range(READERS):
            self._free.get().close()

    def _run(self, query: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._free.get()
        try:
            connection.execute("BEGIN")
            return query(connection)
        except sqlite3.Error as error:
            log.error("the store cannot be read: %s", error)
            raise Unavailable("storage") from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._free.put(connection)
