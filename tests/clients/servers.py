"""Real servers for tests: those beside the project, else what is on the PATH, else an address from the environment."""

import atexit
import functools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

import pymongo
from pymongo.errors import PyMongoError

from tests.clients.process import ROOT

BESIDE: Final = ROOT.parent / "shared" / "servers"
START_SECONDS: Final = 60.0

NO_MONGODB: Final = (
    "skipped: MongoDB; have it by a mongod on the PATH, or by SHOPLIST_TEST_MONGODB=mongodb://HOST:PORT/"
    " (databases named shoplist-test-… are made there and dropped)"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MongoServer:
    """A MongoDB server, or its stand-in, on a port and a folder of its own; it can be killed and started again."""

    def __init__(self, command: list[str] | None, folder: Path, port: int) -> None:
        self._command = command
        self.folder = folder
        self.address = f"mongodb://127.0.0.1:{port}/"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def found(cls) -> "MongoServer | None":
        """Not started yet; None where this machine has none."""
        port = free_port()
        folder = Path(tempfile.mkdtemp(prefix="shoplist-mongodb-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        if (start := BESIDE / "start-mongo").exists():
            return cls([str(start), str(folder), f"127.0.0.1:{port}"], folder, port)
        if mongod := shutil.which("mongod"):
            command = [mongod, "--dbpath", str(folder), "--port", str(port), "--bind_ip", "127.0.0.1", "--quiet"]
            return cls(command, folder, port)
        return None

    def start(self) -> "MongoServer":
        assert self._command is not None
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(self.kill)
        end = time.monotonic() + START_SECONDS
        with pymongo.MongoClient[dict[str, object]](self.address, serverSelectionTimeoutMS=500) as client:
            while True:
                try:
                    client.admin.command("ping")
                    return self
                except PyMongoError:
                    assert time.monotonic() < end, "the MongoDB server did not start in time"
                    assert self._process.poll() is None, "the MongoDB server did not start"

    def kill(self) -> None:
        """As by a power cut; again does nothing."""
        self._signal(signal.SIGKILL)
        if self._process:
            self._process.wait()
            self._process = None
        atexit.unregister(self.kill)

    def pause(self) -> None:
        """It takes connections and says nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)


@functools.cache
def mongodb() -> str | None:
    """The address of a server that all tests share, each in a database of its own; None where there is none."""
    if address := os.environ.get("SHOPLIST_TEST_MONGODB"):
        return address
    server = MongoServer.found()
    return server.start().address if server else None


def in_database(address: str, name: str = "") -> str:
    """The same server, a database that nobody has used."""
    server, _, options = address.partition("?")
    scheme, _, rest = server.partition("://")
    host = rest.partition("/")[0]
    return f"{scheme}://{host}/{name or f'shoplist-test-{secrets.token_hex(6)}'}" + (f"?{options}" if options else "")
