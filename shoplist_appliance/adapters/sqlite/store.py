"""The embedded store as a whole."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Final

from shoplist_appliance.adapters.belonging import Belonging
from shoplist_appliance.adapters.codec import Codec
from shoplist_appliance.adapters.refusals import StoreUnreadable
from shoplist_appliance.adapters.sealing import Sealer
from shoplist_appliance.adapters.sqlite.db import Readers, open_database
from shoplist_appliance.adapters.sqlite.lists import SqliteLists
from shoplist_appliance.adapters.sqlite.people import SqlitePeople
from shoplist_appliance.adapters.sqlite.records import SqliteRecords
from shoplist_appliance.adapters.sqlite.resealing import SqliteResealing
from shoplist_appliance.adapters.sqlite.writer import Writer
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.ports import Clock, Sizes

CHECK_SECONDS: Final = 5.0


class SqliteStore(SqlitePeople, SqliteLists, SqliteRecords, SqliteResealing):
    """Obeys ``ports.Store``."""

    def __init__(self, connection: sqlite3.Connection, readers: Readers, codec: Codec) -> None:
        self._connection = connection
        writer = Writer(connection)
        for part in (SqlitePeople, SqliteLists, SqliteRecords, SqliteResealing):
            part.__init__(self, writer, readers, codec)

    @property
    def commits(self) -> int:
        """How many transactions were committed since the start."""
        return self._writer.commits

    async def close(self) -> None:
        await self._writer.close()
        await self._readers.close()
        self._connection.close()

    async def check(self) -> None:
        """Write and take back more than a page, through the same queue as everything else."""
        try:
            await asyncio.wait_for(self._writer.run(_probe), CHECK_SECONDS)
        except TimeoutError as error:
            raise Unavailable("storage") from error

    async def sizes(self) -> Sizes:
        """Counted along the narrowest index of each table, beside the writer."""
        return await self._readers.read(_sizes)

    async def lost(self) -> None:
        """The folder's lock is held until the end."""
        await asyncio.Event().wait()


def open_sqlite(path: Path, sealer: Sealer, clock: Clock, belonging: Belonging | None = None) -> SqliteStore:
    """Open the database, made if it is not there. Raises ``SchemaTooNew``, ``KeyWrong`` or ``StoreUnreadable``.

    Takes no lock on the folder: ``admin`` commands work beside a running server.
    """
    codec = Codec(sealer)
    connection = open_database(path, codec, clock, belonging=belonging)
    try:
        readers = Readers(path)
    except sqlite3.Error as error:
        connection.close()
        raise StoreUnreadable(f"the database {path} cannot be read: {error}") from error
    return SqliteStore(connection, readers, codec)


def _probe(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT OR REPLACE INTO store VALUES ('probe', zeroblob(8192))")
    connection.execute("DELETE FROM store WHERE name = 'probe'")


def _sizes(connection: sqlite3.Connection) -> Sizes:
    people, lists, changes = [
        int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        for table in ("people", "lists", "changes")
    ]
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    files = (path, path.with_name(f"{path.name}-wal"))
    return Sizes(people, lists, changes, on_disk=sum(file.stat().st_size for file in files if file.exists()))
