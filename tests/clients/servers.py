"""Servers that the product can stand on, started for tests: found in three places, or said to be missing."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from unittest import SkipTest
from urllib.parse import urlsplit

SHARED: Final = Path(__file__).resolve().parents[2].parent / "shared" / "servers"
START: Final = 60.0


def free_port() -> int:
    """A port of loopback that nobody has right now.

    It is below those that Linux gives to whoever does not name one: no connection of another test comes by it before
    it is listened on, or while its server is killed and started again.
    """
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class Server:
    """A process that serves on a port of loopback, with its data in a folder; it may be killed and started again."""

    def __init__(self, log: Path, env: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.log = log
        self.env = dict(env or {})
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    def command(self) -> Sequence[str]:
        raise AssertionError("each kind has its own")

    def answers(self) -> bool:
        raise AssertionError("each kind has its own")

    def start(self) -> Self:
        """Start it on its port and wait until it answers."""
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self.command(), env={**os.environ, **self.env}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        end = time.monotonic() + START
        while not self.answers():
            assert self._running.poll() is None, self.log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < end, f"it does not answer; {self.log.read_text(errors='replace')[-2000:]}"
            time.sleep(0.05)
        return self

    def kill(self) -> None:
        """SIGKILL: nothing of it runs any more when this returns."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it; again does nothing."""
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Let it stand still: it takes connections and says nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, number: int) -> None:
        if self._running is None:
            return
        self._running.send_signal(number)
        try:
            self._running.wait(20)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._running = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


class Minio(Server):
    """MinIO: a real S3. ``env`` are settings of its own, ``certificates`` a folder with its certificate and key."""

    MISSING = (
        "no MinIO here; have it as ../shared/servers/start-minio, as minio on the PATH,"
        " or running: SHOPLIST_TEST_S3=http://KEY:SECRET@HOST:PORT"
    )
    KEY = "testtest"
    SECRET = "testtest1"

    def __init__(self, folder: Path, env: Mapping[str, str] | None = None, certificates: Path | None = None) -> None:
        given = {"MINIO_ROOT_USER": self.KEY, "MINIO_ROOT_PASSWORD": self.SECRET, "MINIO_BROWSER": "off"}
        super().__init__(folder / "minio.log", {**given, "MINIO_UPDATE": "off", **(env or {})})
        self.data = folder / "minio"
        self.certificates = certificates

    @property
    def access(self) -> "S3Access":
        """What opens it."""
        return S3Access(self.address, self.KEY, self.SECRET, self.certificates is not None, self.data)

    @classmethod
    def program(cls) -> Sequence[str] | None:
        """What starts it, where something does."""
        if (SHARED / "start-minio").is_file():
            unpacked = subprocess.run([SHARED / "unpack", "minio"], capture_output=True, text=True, check=True)
            return [unpacked.stdout.strip()]
        found = shutil.which("minio")
        return [found] if found else None

    def command(self) -> Sequence[str]:
        program = self.program()
        assert program is not None, self.MISSING
        self.data.mkdir(parents=True, exist_ok=True)
        certificates = ["--certs-dir", str(self.certificates)] if self.certificates else []
        return [*program, "server", "--quiet", "--address", self.address, *certificates, str(self.data)]

    def answers(self) -> bool:
        if self.certificates:  # whoever connects is told by TLS
            with socket.socket() as sock:
                return sock.connect_ex(("127.0.0.1", self.port)) == 0
        try:
            with urllib.request.urlopen(f"http://{self.address}/minio/health/cluster", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@dataclass(frozen=True)
class S3Access:
    """An S3 that answers, what opens it, and where its files are, if they are here."""

    address: str
    key: str
    secret: str
    secure: bool = False
    data: Path | None = None

    def settings(self, bucket: str, query: str = "") -> dict[str, str]:
        """The settings that name a bucket of it."""
        scheme = "s3+https" if self.secure else "s3+http"
        return {
            "blobs": f"{scheme}://{self.address}/{bucket}{query}",
            "blobs.key": self.key,
            "blobs.secret": self.secret,
        }


@contextlib.contextmanager
def any_s3(folder: Path) -> Iterator[S3Access]:
    """The one that the environment names, or a MinIO of its own. Skips the test where there is neither."""
    if named := os.environ.get("SHOPLIST_TEST_S3"):
        parts = urlsplit(named)
        yield S3Access(
            parts.netloc.rpartition("@")[2], parts.username or "", parts.password or "", parts.scheme == "https"
        )
    else:
        with a_minio(folder) as minio:
            yield minio.access


@contextlib.contextmanager
def a_minio(folder: Path, **options: Any) -> Iterator[Minio]:
    """A MinIO to do with as one likes. Skips the test where there is none."""
    if Minio.program() is None:
        raise SkipTest(Minio.MISSING)
    with Minio(folder, **options) as minio:
        yield minio
