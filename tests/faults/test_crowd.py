"""More connections than the system has descriptors for: those that are there go on, and the rest wait quietly."""

import asyncio
import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.clients.http import Http
from tests.clients.making import add
from tests.clients.person import Person
from tests.clients.process import Process

DESCRIPTORS = 80
NO_MORE = "no further connection can be accepted"


def test_it_takes_as_many_descriptors_as_the_system_gives(tmp_path: Path) -> None:
    before = ("prlimit", "--nofile=256:512")
    with Process(tmp_path / "data", tmp_path / "log", before=before) as process:
        assert resource.prlimit(process.pid, resource.RLIMIT_NOFILE) == (512, 512)


async def test_who_finds_no_room_waits_and_neither_stops_others_nor_fills_the_log(tmp_path: Path) -> None:
    with Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            anna = await Person.registered(http)
            list_id = await anna.new_list()
            async with await anna.live() as live:
                resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
                with crowd(process.url, 2 * DESCRIPTORS):
                    async with asyncio.timeout(60):
                        while NO_MORE not in process.logged():
                            await asyncio.sleep(0.05)
                    start, busy = time.monotonic(), seconds_of(process)
                    for number in range(20):
                        await live.call("lists.edit", list=list_id, edits=[add(f"thing {number}")])
                        await asyncio.sleep(0.05)
                    assert seconds_of(process) - busy < 0.5 * (time.monotonic() - start), "it asks again and again"
                async with asyncio.timeout(60), Http(process.url) as another:
                    assert (await another.get("/healthz")).status == 200
    log = process.logged()
    assert NO_MORE in log
    assert "connections are accepted again" in log
    assert "Traceback" not in log
    assert len(log.splitlines()) < 20


@contextmanager
def crowd(url: str, count: int) -> Iterator[None]:
    """So many connections on which nobody says anything."""
    address = urlsplit(url)
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(socket.create_connection((address.hostname, address.port or 80)))
        yield


def seconds_of(process: Process) -> float:
    """How long it has been busy so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
