"""Objects: put and get through the port, sealed, beside the plain ``minio`` client that does the same unsealed."""

import asyncio
import io
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from minio import Minio as Client

from bench.effort import Effort
from bench.figures import Beside, Row, Sample, Section, Series, alternate
from shoplist_appliance.adapters.clock import SystemClock
from shoplist_appliance.adapters.opening import open_blobs, open_keys
from shoplist_appliance.config import load
from tests.clients.servers import Minio

SIZES = (1, 64)
BUCKET = "bench"
CHUNK = os.urandom(64 << 10)
AIM = 0.5
TEXT = """\
MB/s of one object put into and got from MinIO on this machine, from and to memory. Ours goes through `ports.Blobs` as
the product opens it: in chunks of 64 KiB, sealed, beside an event loop. Beside it the plain `minio` client, which seals
nothing: `put_object` with the length known (three parts of 5 MiB at once), `get_object` read in pieces of 64 KiB."""


def measure(effort: Effort) -> Section:
    with ExitStack() as stack:
        subjects = Subjects(stack)
        series = alternate(effort.rounds, subjects.all())
    rows = [row(series, how, size) for how in ("put", "get") for size in SIZES]
    return Section("blobs", "Objects in S3", TEXT, "objects", "more", rows)


def row(series: dict[str, Series], how: str, size: int) -> Row:
    plain = Series("plain minio", series[f"plain {how} {size}"].samples)
    return Row(f"{how}, {size} MiB", Series("ours", series[f"ours {how} {size}"].samples), [Beside(plain, AIM)])


class Subjects:
    """One MinIO, and both ways to it."""

    def __init__(self, stack: ExitStack) -> None:
        if Minio.program() is None:
            raise SystemExit(Minio.MISSING)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(Minio(folder))
        self.loop = asyncio.new_event_loop()
        stack.callback(self.loop.close)
        settings = load({"data": str(folder / "data"), **server.access.settings(BUCKET)}, {}, None)
        self.blobs = open_blobs(settings, open_keys(settings).sealer, SystemClock())
        stack.callback(lambda: self.loop.run_until_complete(self.blobs.close()))
        self.plain = Client(server.address, server.KEY, server.SECRET, secure=False)

    def all(self) -> dict[str, Callable[[], Sample]]:
        """Each by its name; what is got was put before."""
        ways = {"ours put": self.put, "plain put": self.plain_put, "ours get": self.get, "plain get": self.plain_get}
        for size in SIZES:
            self.put(size)
            self.plain_put(size)
        return {f"{name} {size}": partial(timed, way, size) for name, way in ways.items() for size in SIZES}

    def put(self, size: int) -> None:
        self.loop.run_until_complete(self.blobs.put(f"ours/{size}", chunks(size)))

    def get(self, size: int) -> None:
        self.loop.run_until_complete(self._got(size))

    async def _got(self, size: int) -> None:
        async with self.blobs.get(f"ours/{size}") as blob:
            assert sum([len(piece) async for piece in blob.pieces]) == size << 20

    def plain_put(self, size: int) -> None:
        self.plain.put_object(BUCKET, f"plain/{size}", io.BytesIO(CHUNK * (size << 4)), size << 20)

    def plain_get(self, size: int) -> None:
        response = self.plain.get_object(BUCKET, f"plain/{size}")
        assert sum(len(piece) for piece in response.stream(len(CHUNK))) == size << 20
        response.release_conn()


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size << 4):
        yield CHUNK


def timed(way: Callable[[int], None], size: int) -> Sample:
    """MB (10^6 bytes) a second, the small object as often as makes a time that can be measured."""
    times = max(1, 16 // size)
    began = time.perf_counter()
    for _ in range(times):
        way(size)
    return Sample(times * (size << 20) / 1e6 / (time.perf_counter() - began))
