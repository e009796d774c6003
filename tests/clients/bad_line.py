"""A bad line: a TCP proxy on loopback that is slow, silent, deaf or broken, by command or at random.

It lives in a thread of its own, so that a test that has only one thread (Playwright's) can command it meanwhile.
"""

import asyncio
import contextlib
import random
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Literal, Self

Way = Literal["up", "down"]
PIECE = 65_536
LIVE = b"GET /socket.io/"
REQUEST = re.compile(rb"(?:GET|POST|PUT|HEAD|OPTIONS) \S+ HTTP/1\.1\r\n")


@dataclass(frozen=True)
class Counts:
    """What came by: ``requests`` are of HTTP, ``pieces`` all that was read from the client, frames too."""

    connections: int = 0
    requests: int = 0
    pieces: int = 0


@dataclass(eq=False)
class _Connection:
    number: int
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    deaf: bool = False  # what comes down is lost, and the connection with it
    over: bool = False  # cut: nothing passes any longer
    live: bool = False
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class BadLine:
    """All is well until it is told otherwise. ``target`` and ``netloc`` are of the form HOST:PORT.

    Leaving the block with an exception prints what the line did and when.
    """

    def __init__(self, target: str, seed: int = 0, name: str = "line") -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._chance = random.Random(f"{seed} {name}")
        self.name, self.seed = name, seed
        self.netloc = ""
        self.counts = Counts()
        self.log: list[str] = []
        self._began = time.monotonic()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"bad line {name}", daemon=True)
        self._connections: set[_Connection] = set()
        self._flowing: dict[Way, asyncio.Event] = {"up": asyncio.Event(), "down": asyncio.Event()}
        self._live_flowing = asyncio.Event()
        self._seconds = 0.0
        self._refusing = False
        self._breaks = 0
        self._cut: tuple[Way, int] | None = None
        self._losing = False

    # --- its life

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            print(f"--- {self.name}, seed {self.seed}: {self.counts}", *self.log, sep="\n")
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # --- commands

    def clear(self) -> None:
        """All is well again: what was held back goes its way, new connections are taken."""
        self._obey("clear", self._all_well)

    def delay(self, seconds: float = 3.0) -> None:
        """Whatever is read from now on comes so much later, in its order."""
        self._obey(f"delay {seconds} s", lambda: setattr(self, "_seconds", seconds))

    def stall(self) -> None:
        """Take connections and bytes and pass nothing on, until ``clear``."""
        self._obey("stall", self._flowing["up"].clear, self._flowing["down"].clear)

    def deafen(self) -> None:
        """Pass what goes up, and nothing that comes down, until ``clear``."""
        self._obey("deafen", self._flowing["down"].clear)

    def stall_live(self) -> None:
        """As ``stall``, but pages and their files still come."""
        self._obey("stall what is live", self._live_flowing.clear)

    def refuse(self) -> None:
        """Break what is there, and whatever is begun from now on, until ``clear``."""
        self._obey("refuse", lambda: setattr(self, "_refusing", True), self._break_all)

    def cut(self, after: int = 0, way: Way = "down") -> None:
        """Break the connection over which the next bytes come that way, when ``after`` of them were passed. Once."""
        self._obey(f"cut after {after} bytes {way}", lambda: setattr(self, "_cut", (way, after)))

    def lose_answer(self) -> None:
        """Break the connection over which the next bytes go up, when bytes come down in return. Once."""
        self._obey("lose an answer", lambda: setattr(self, "_losing", True))

    def drop_all(self) -> None:
        """Break every connection, as when a phone leaves the house."""
        self._obey("drop all", self._break_all)

    def trouble(self) -> None:
        """One of these, by chance; ``clear`` ends what lasts."""
        choose = self._chance.choice
        kinds: list[Callable[[], None]] = [
            self.delay,
            self.stall,
            self.deafen,
            self.refuse,
            lambda: self.cut(choose((0, 1, 5, 40, 200, 1500)), choose(("up", "down"))),
            self.lose_answer,
            self.drop_all,
        ]
        choose(kinds)()

    def _obey(self, what: str, *acts: Callable[[], None]) -> None:
        async def obey() -> None:
            self._note(what)
            for act in acts:
                act()

        self._do(obey())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    # --- in its thread

    def _note(self, what: str) -> None:
        self.log.append(f"{time.monotonic() - self._began:8.2f} s  {what}")

    def _all_well(self) -> None:
        self._seconds, self._refusing, self._cut, self._losing = 0.0, False, None, False
        for flowing in (*self._flowing.values(), self._live_flowing):
            flowing.set()

    def _break_all(self) -> None:
        self._breaks += 1
        for connection in list(self._connections):
            self._break(connection, "dropped")

    async def _start(self) -> None:
        self._all_well()
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.netloc = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _stop(self) -> None:
        self._server.close()
        self._break_all()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.counts = replace(self.counts, connections=self.counts.connections + 1)
        number = self.counts.connections
        if self._refusing:
            self._note(f"#{number} refused")
            _reset(writer)
            return
        breaks = self._breaks
        try:
            answers, server = await asyncio.open_connection(*self._target)
        except OSError:
            self._note(f"#{number}: nobody answers")
            _reset(writer)
            return
        if self._breaks != breaks:
            self._note(f"#{number} broken: all were while it began")
            _reset(writer)
            _reset(server)
            return
        _at_once(writer)
        _at_once(server)
        connection = _Connection(number, writer, server)
        self._connections.add(connection)
        connection.tasks = [
            self._loop.create_task(self._pass(connection, "up", reader, server)),
            self._loop.create_task(self._pass(connection, "down", answers, writer)),
        ]

    async def _pass(
        self, connection: _Connection, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Read ahead, so that what is delayed comes later but not slower."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)
        sending = self._loop.create_task(self._send(connection, way, waiting, writer))
        connection.tasks.append(sending)
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                if way == "up":
                    connection.live = connection.live or piece.startswith(LIVE)
                    requests = self.counts.requests + len(REQUEST.findall(piece))
                    self.counts = replace(self.counts, requests=requests, pieces=self.counts.pieces + 1)
                await waiting.put((self._loop.time() + self._seconds, piece))
        await waiting.put((self._loop.time() + self._seconds, b""))

    async def _send(
        self,
        connection: _Connection,
        way: Way,
        waiting: "asyncio.Queue[tuple[float, bytes]]",
        writer: asyncio.StreamWriter,
    ) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, piece = await waiting.get()
                await asyncio.sleep(due - self._loop.time())
                await self._flowing[way].wait()
                if connection.live:
                    await self._live_flowing.wait()
                if not piece:
                    break
                piece = self._spoiled(connection, way, piece)
                writer.write(piece)
                await writer.drain()
        writer.close()
        if way == "down":
            self._connections.discard(connection)

    def _spoiled(self, connection: _Connection, way: Way, piece: bytes) -> bytes:
        """What goes on of a piece; breaks the connection where it was told to."""
        if connection.over:
            return b""
        if way == "up" and self._losing:
            self._losing = False
            connection.deaf = True
        if way == "down" and connection.deaf:
            self._break(connection, f"an answer of {len(piece)} bytes lost")
            return b""
        if self._cut is None or self._cut[0] != way:
            return piece
        left = self._cut[1]
        if left > len(piece):
            self._cut = (way, left - len(piece))
            return piece
        self._cut = None
        connection.over = True
        # A reset throws away what is not on its way yet.
        self._loop.call_later(0.02, self._break, connection, f"cut after {left} of {len(piece)} bytes {way}")
        return piece[:left]

    def _break(self, connection: _Connection, why: str) -> None:
        if connection in self._connections:
            self._connections.discard(connection)
            self._note(f"#{connection.number} broken: {why}")
            for task in connection.tasks:
                task.cancel()
            _reset(connection.client)
            _reset(connection.server)


def _at_once(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _reset(writer: asyncio.StreamWriter) -> None:
    """End it by RST, without what still waits to be sent."""
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
