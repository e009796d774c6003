"""The load generator: keeps a number of calls in flight and counts answers by a mark in the bytes, parsing nothing.

One process with epoll on one core. What it costs is measured with every figure (``busy``, the share of a core), and its
ceiling is a row of its own, against a server that only copies bytes.
"""

import select
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.wire import PING, PONG, Client, WireError

TOLD = b'"by":'  # once in every change that a room hears, and nowhere in an answer
STORED = b'"status":"applied"'  # once in every answer of an edit that was stored
REFUSED = b'"ok":false'
WARM_UP = 0.4
PATIENCE = 30.0

Script = Iterator[bytes]  # frames to send, each with one edit


@dataclass(frozen=True, slots=True)
class Load:
    """What a loop saw within its time."""

    marks: int
    seconds: float
    sent: int  # over the whole loop, warm-up included
    busy: float  # the generator's own share of a core
    server: float  # the server's

    @property
    def rate(self) -> float:
        return self.marks / self.seconds


class Loop:
    """Counts ``mark`` over connections, and for those with a script keeps ``window`` unanswered calls in flight."""

    def __init__(self, clients: Sequence[Client], scripts: Mapping[Client, Script], window: int, mark: bytes) -> None:
        self.clients = clients
        self.scripts = scripts
        self.window = window
        self.mark = mark
        self.sent = dict.fromkeys(scripts, 0)
        self._buffer = bytearray(1_048_576)  # one for all: a new one for each read would cost more than the read
        self._space = memoryview(self._buffer)[len(mark) - 1 :]
        self._poll = select.epoll()
        self._by_number = {client.sock.fileno(): client for client in clients}
        for client in clients:
            client.heard, client.edge = 0, bytes(len(mark) - 1)
            client.sock.settimeout(None)  # with a timeout every read would cost a second call of the kernel
            self._poll.register(client.sock, select.EPOLLIN)

    def run(self, seconds: float, server_cpu: Callable[[], float]) -> Load:
        """Send and count for that long after a warm-up, then wait for what is in flight."""
        self._turn(time.perf_counter() + WARM_UP, sending=True)
        before, began, cpu, theirs = self._heard(), time.perf_counter(), time.process_time(), server_cpu()
        self._turn(began + seconds, sending=True)
        marks, took = self._heard() - before, time.perf_counter() - began
        cpu, theirs = time.process_time() - cpu, server_cpu() - theirs
        self._drain()
        return Load(marks, took, sum(self.sent.values()), cpu / took, theirs / took)

    def _heard(self) -> int:
        return sum(client.heard for client in self.clients)

    def _turn(self, until: float, sending: bool) -> None:
        if sending:
            for client in self.scripts:
                self._fill(client)
        while (now := time.perf_counter()) < until:
            for number, _ in self._poll.poll(until - now, 512):
                client = self._by_number[number]
                self._read(client)
                if sending and client in self.scripts:
                    self._fill(client)

    def _fill(self, client: Client) -> None:
        room = self.window - (self.sent[client] - client.heard)
        if room > 0:
            script = self.scripts[client]
            client.sock.sendall(b"".join([next(script) for _ in range(room)]))
            self.sent[client] += room

    def _read(self, client: Client) -> None:
        sock = client.sock
        self._count(client, sock.recv_into(self._space))
        if isinstance(sock, ssl.SSLSocket):
            while sock.pending():  # of the same record; epoll knows only what the kernel still holds
                self._count(client, sock.recv_into(self._space))

    def _count(self, client: Client, size: int) -> None:
        """Look through what was read, behind the end of this client's last read, where a mark may have begun."""
        buffer, edge = self._buffer, len(self.mark) - 1
        if not size:
            raise WireError("the server closed a connection under load")
        buffer[:edge] = client.edge
        end = edge + size
        client.heard += buffer.count(self.mark, 0, end)
        client.edge = bytes(buffer[end - edge : end])
        if buffer.find(PING, edge, end) >= 0:
            client.sock.sendall(PONG)
        if client in self.scripts and (place := buffer.find(REFUSED, 0, end)) >= 0:
            raise WireError(f"refused: {bytes(buffer[place : min(end, place + 600)])!r}")

    def _drain(self) -> None:
        """Every connection must have heard what it is owed: a fan-out all that was sent, a call its answer."""
        until = time.perf_counter() + PATIENCE
        while missing := self._missing():
            if time.perf_counter() > until:
                raise WireError(f"{missing} of {sum(self.sent.values())} edits never came")
            self._turn(time.perf_counter() + 0.02, sending=False)
        self._poll.close()

    def _missing(self) -> int:
        if self.mark is TOLD:
            told = sum(self.sent.values())
            return sum(told - client.heard for client in self.clients)
        return sum(sent - client.heard for client, sent in self.sent.items())


def fan_out(clients: Sequence[Client], script: Script, window: int, seconds: float, cpu: Callable[[], float]) -> Load:
    """The first client sends; everyone in the room hears each edit, and the sender's hearing moves the window on."""
    return Loop(clients, {clients[0]: script}, window, TOLD).run(seconds, cpu)


def stored(scripts: Mapping[Client, Script], window: int, seconds: float, cpu: Callable[[], float]) -> Load:
    """All send, ``window`` calls in flight over all of them; an answer moves a connection's share of the window on."""
    clients = list(scripts)
    return Loop(clients, scripts, window // len(clients), STORED).run(seconds, cpu)
