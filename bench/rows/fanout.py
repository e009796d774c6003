"""A room: one client edits with 64 edits in flight, everyone in the room hears each edit."""

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from bench import load, servers, shop
from bench.certificates import Certificate, make_certificate
from bench.effort import Effort
from bench.figures import Beside, Row, Sample, Section, Series, alternate
from bench.wire import Client, WireError, frame, live

WINDOW = 64
AIMS = {1: (0.9, None), 10: (None, 0.5), 100: (None, 1.0), 1000: (None, 1.0)}  # beside raw Tornado, beside Node
TEXT = """\
Edits heard a second, over all clients of one room, all over WebSocket. One client keeps 64 single-edit calls in flight;
its own hearing of an edit makes place for the next, and every client must have heard every edit before a figure counts.
Raw Tornado is a `write_message` loop; Node is socket.io emitting to a room; both get and send a message of the size of
the product's, acknowledge nothing and store nothing. Where more edits wait, the product tells several in one message:
what is counted is edits.{ceiling}"""
CEILING = """
The last column is what the generator hears of a server that copies bytes to all sockets, a message for each edit: it
is not what bounds the others. (Messages of several edits cost it less, so that the product may pass it.)"""

Connect = Callable[[], Client]


def measure(effort: Effort) -> Section:
    text = TEXT.format(ceiling=CEILING)
    return section("fan-out", "Fan-out in one room", text, effort, None)


def measure_tls(effort: Effort) -> Section:
    with tempfile.TemporaryDirectory() as folder:
        text = TEXT.format(ceiling="\nThe same over TLS 1.3, one certificate for all.")
        return section("fan-out-tls", "Fan-out in one room over TLS", text, effort, make_certificate(Path(folder)))


def section(key: str, title: str, text: str, effort: Effort, tls: Certificate | None) -> Section:
    with ExitStack() as stack:
        room = Room(stack, effort, tls)
        rows = [row(size, alternate(effort.rounds, room.subjects(size))) for size in effort.sizes]
    return Section(key, title, text, "clients", "more", rows)


def row(size: int, series: dict[str, Series]) -> Row:
    tornado, node = AIMS.get(size, (None, None))
    beside = [Beside(series["raw Tornado"], tornado), Beside(series["Node"], node)]
    if "ceiling" in series:
        beside.append(Beside(series["ceiling"]))
    return Row(str(size), series["ours"], beside)


class Room:
    """All servers of the comparison, up for the whole section, and a way to load each with a number of clients."""

    def __init__(self, stack: ExitStack, effort: Effort, tls: Certificate | None) -> None:
        self.seconds = effort.seconds
        self.tls = tls
        self.trust = tls.client() if tls else None
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        given = tls.arguments() if tls else ()
        self.product = stack.enter_context(servers.product(data, tls))
        self.tornado = stack.enter_context(servers.python_peer("tornado_room", *given))
        self.node = stack.enter_context(servers.node_peer("socketio_node", *given))
        self.ceiling = None if tls else stack.enter_context(servers.python_peer("bare_sockets"))
        self.shop = shop.enter(self.product.url, self.trust)
        self.list, self.items = self.shop.make_list(20)
        self.message = self._message()

    def _message(self) -> str:
        """What the product tells the room of one tick, for the peers to tell as well."""
        client = self.shop.connect(self.list)
        client.sock.sendall(next(shop.ticks(self.list, self.items)))
        told = client.wait_for(b'42/live,["list.changed",').decode()
        client.close()
        return told.removeprefix('42/live,["list.changed",').removesuffix("]")

    def subjects(self, size: int) -> dict[str, Callable[[], Sample]]:
        taken: dict[str, Callable[[], Sample]] = {
            "ours": lambda: self.ours(size),
            "raw Tornado": lambda: self.peer(self.tornado, size, self._tornado_client, self._tornado_script()),
            "Node": lambda: self.peer(self.node, size, self._node_client, self._node_script()),
        }
        if (ceiling := self.ceiling) is not None:
            taken["ceiling"] = lambda: self.peer(ceiling, size, lambda: Client(ceiling.url, "/"), self._bare_script())
        return taken

    def ours(self, size: int) -> Sample:
        """The product; afterwards its list must have exactly the edits that were sent."""
        before = self.shop.revision(self.list)
        clients = [self.shop.connect(self.list) for _ in range(size)]
        sample, sent = self._run(self.product, clients, shop.ticks(self.list, self.items))
        if (stored := self.shop.revision(self.list) - before) != sent:
            raise WireError(f"{sent} edits were sent, {stored} are stored")
        return sample

    def peer(self, server: servers.Server, size: int, connect: Connect, script: Iterator[bytes]) -> Sample:
        return self._run(server, [connect() for _ in range(size)], script)[0]

    def _run(self, server: servers.Server, clients: list[Client], script: Iterator[bytes]) -> tuple[Sample, int]:
        seen = load.fan_out(clients, script, WINDOW, self.seconds, server.cpu)
        for client in clients:
            client.close()
        return Sample(seen.rate, seen.busy, seen.server), seen.sent

    def _tornado_client(self) -> Client:
        return Client(self.tornado.url, "/", self.trust)

    def _node_client(self) -> Client:
        return live(self.node.url, tls=self.trust)

    def _tornado_script(self) -> Iterator[bytes]:
        return itertools.repeat(frame(f'42/live,["list.changed",{self.message}]'.encode()))

    def _node_script(self) -> Iterator[bytes]:
        return itertools.repeat(frame(f'42/live,["edit",{self.message}]'.encode()))

    def _bare_script(self) -> Iterator[bytes]:
        """As a server would send it, unmasked, since it comes back as it is."""
        text = f'42/live,["list.changed",{self.message}]'.encode()
        return itertools.repeat(b"\x81\x7e" + len(text).to_bytes(2, "big") + text)
