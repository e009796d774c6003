"""The bare SQLite writer: rows of random bytes into the product's table and indexes, one thread, group commit.

Usage: ``python -m bench.peers.bare_writer DATABASE``. For each line ``LISTS SECONDS BODY`` on standard input it writes
rows with 64 in flight and answers with the rows stored a second.
"""

import asyncio
import itertools
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

from shoplist_appliance.adapters.sqlite.schema import MIGRATIONS

IN_FLIGHT = 64
GROUP = 200
INSERT = "INSERT INTO changes (list, revision, edit, body) VALUES (?, ?, ?, ?)"

Row = tuple[bytes, int, bytes, bytes]
Waiting = tuple[Row, "asyncio.Future[None]"]


def opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA wal_autocheckpoint=8000")  # the product's
    for statement in itertools.chain.from_iterable(MIGRATIONS):
        connection.execute(statement)
    return connection


class Writer(threading.Thread):
    """Commits together whatever waits, and tells the loop once for all of it."""

    def __init__(self, connection: sqlite3.Connection, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(daemon=True)
        self.connection = connection
        self.loop = loop
        self.waiting: SimpleQueue[Waiting] = SimpleQueue()

    async def store(self, row: Row) -> None:
        future = self.loop.create_future()
        self.waiting.put((row, future))
        await future

    def run(self) -> None:
        while True:
            group = [self.waiting.get()]
            while len(group) < GROUP:
                try:
                    group.append(self.waiting.get_nowait())
                except Empty:
                    break
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(INSERT, [row for row, _ in group])
            self.connection.execute("COMMIT")
            self.loop.call_soon_threadsafe(answer, [future for _, future in group])


def answer(futures: "list[asyncio.Future[None]]") -> None:
    for future in futures:
        future.set_result(None)


def rows(lists: int, size: int) -> Iterator[Row]:
    """Without end: on one list after the other its next revision, under a random edit id."""
    ids = [os.urandom(16) for _ in range(lists)]
    for revision in itertools.count(1):
        for list_id in ids:
            yield list_id, revision, os.urandom(16), os.urandom(size)


async def rate(writer: Writer, source: Iterator[Row], seconds: float) -> float:
    began, stored = time.perf_counter(), 0

    async def one_in_flight() -> None:
        nonlocal stored
        while time.perf_counter() - began < seconds:
            await writer.store(next(source))
            stored += 1

    await asyncio.gather(*(one_in_flight() for _ in range(IN_FLIGHT)))
    return stored / (time.perf_counter() - began)


async def serve(path: Path) -> None:
    writer = Writer(opened(path), asyncio.get_running_loop())
    writer.start()
    print("ready bare-writer", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        lists, seconds, size = line.split()
        print(await rate(writer, rows(int(lists), int(size)), float(seconds)), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
