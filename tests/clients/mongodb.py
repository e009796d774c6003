"""MongoDB for tests: the stand-in beside the project, else a ``mongod`` on the PATH, else an address from outside."""

import atexit
import functools
import os
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pymongo
from pymongo.errors import PyMongoError

from tests.clients.servers import SHARED, Server

NO_MONGODB: Final = (
    "skipped: MongoDB; have it by a mongod on the PATH, or by SHOPLIST_TEST_MONGODB=mongodb://HOST:PORT/"
    " (databases named shoplist-test-… are made there and dropped)"
)


class MongoServer(Server):
    """A MongoDB server, or its stand-in, on a port and a folder of its own; it can be killed and started again."""

    def __init__(self, program: str, folder: Path) -> None:
        super().__init__(folder / "mongodb.log")
        self._program = program
        self.folder = folder / "data"
        self.folder.mkdir()

    @property
    def uri(self) -> str:
        return f"mongodb://{self.address}/"

    @classmethod
    def found(cls) -> "MongoServer | None":
        """Not started yet; None where this machine has none."""
        stand_in = SHARED / "start-mongo"
        program = str(stand_in) if stand_in.exists() else shutil.which("mongod")
        if program is None:
            return None
        folder = Path(tempfile.mkdtemp(prefix="shoplist-mongodb-"))
        server = cls(program, folder)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        atexit.register(server.kill)
        return server

    def command(self) -> Sequence[str]:
        if Path(self._program).name == "mongod":
            where = ("--dbpath", str(self.folder), "--port", str(self.port), "--bind_ip", "127.0.0.1")
            return [self._program, *where, "--quiet"]
        return [self._program, str(self.folder), self.address]

    def answers(self) -> bool:
        with pymongo.MongoClient[dict[str, object]](self.uri, serverSelectionTimeoutMS=200) as client:
            try:
                client.admin.command("ping")
            except PyMongoError:
                return False
        return True


@functools.cache
def mongodb() -> str | None:
    """The address of a server that all tests share, each in a database of its own; None where there is none."""
    if address := os.environ.get("SHOPLIST_TEST_MONGODB"):
        return address
    server = MongoServer.found()
    return server.start().uri if server else None


def in_database(address: str, name: str = "") -> str:
    """The same server, a database that nobody has used."""
    server, _, options = address.partition("?")
    scheme, _, rest = server.partition("://")
    host = rest.partition("/")[0]
    return f"{scheme}://{host}/{name or f'shoplist-test-{secrets.token_hex(6)}'}" + (f"?{options}" if options else "")
