"""How long one person waits: for the acknowledgement of an edit, and until the other phone shows it."""

import itertools
import os
import select
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import servers, shop
from bench.effort import Effort
from bench.figures import Beside, Row, Sample, Section, Series
from bench.wire import Client, WireError, frame, live

AIM = 2.0
PAUSE = 0.002  # between two edits, as long as it takes either side to fall quiet
TEXT = """\
Milliseconds from sending one edit, with none other in flight, to its acknowledgement at A and to the change at B. The
echoes tell B a message of the product's size and acknowledge with an answer of its size; they store nothing, so what
the product takes beyond them holds the fdatasync that makes an acknowledgement mean something{fsync}."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds, sorted, of one round."""

    acknowledged: list[float]
    heard: list[float]


Subject = Callable[[], Waits]


def measure(effort: Effort) -> Section:
    with ExitStack() as stack:
        pair = Pair(stack, effort.calls)
        taken = rounds(effort.rounds, {"ours": pair.ours, **pair.echoes()})
        fsync = f": {pair.fsync() * 1e3:.2f} ms at p50 for 4 KB alone in this folder"
    rows = [
        row(taken, f"{name} {percentile}", part, share)
        for name, part in (("acknowledgement", "acknowledged"), ("A asks, B hears", "heard"))
        for percentile, share in (("p50", 0.50), ("p99", 0.99))
    ]
    return Section("latency", "One edit at a time", TEXT.format(fsync=fsync), "ms", "less", rows)


def rounds(number: int, subjects: dict[str, Subject]) -> dict[str, list[Waits]]:
    taken: dict[str, list[Waits]] = {name: [] for name in subjects}
    for _ in range(number):
        for name, subject in subjects.items():
            taken[name].append(subject())
    return taken


def row(taken: dict[str, list[Waits]], name: str, part: str, share: float) -> Row:
    series = {
        subject: Series(subject, [Sample(1e3 * quantile(getattr(waits, part), share)) for waits in every])
        for subject, every in taken.items()
    }
    ours = series.pop("ours")
    return Row(name, ours, [Beside(other, AIM) for other in series.values()])


def quantile(waits: list[float], share: float) -> float:
    return waits[min(len(waits) - 1, int(len(waits) * share))]


class Pair:
    """A and B on each server."""

    def __init__(self, stack: ExitStack, calls: int) -> None:
        self.calls = calls
        self.data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.product = stack.enter_context(servers.product(self.data))
        self.tornado = stack.enter_context(servers.python_peer("socketio_tornado"))
        self.node = stack.enter_context(servers.node_peer("socketio_node"))
        self.shop = shop.enter(self.product.url)
        self.list, self.items = self.shop.make_list(20)
        self.echo = self._echo()

    def _echo(self) -> str:
        """The product's own message and answer to one tick, as the payload of an echo."""
        client = self.shop.connect(self.list)
        client.sock.sendall(next(shop.ticks(self.list, self.items)))
        told = client.wait_for(b'42/live,["list.changed",').decode()
        answered = client.wait_for(b"43/live,1[").decode()
        client.close()
        message = told.removeprefix('42/live,["list.changed",').removesuffix("]")
        result = answered.removeprefix('43/live,1[{"ok":true,"result":').removesuffix("}]")
        return message.removesuffix("}") + f',"answer":{result}}}'

    def ours(self) -> Waits:
        return self._waits(lambda: self.shop.connect(self.list), shop.ticks(self.list, self.items))

    def echoes(self) -> dict[str, Subject]:
        return {
            "python-socketio": lambda: self._waits(lambda: live(self.tornado.url), self._echo_script()),
            "Node socket.io": lambda: self._waits(lambda: live(self.node.url), self._echo_script()),
        }

    def _echo_script(self) -> Iterator[bytes]:
        for number in itertools.count(1):
            yield frame(f'42/live,{number}["echo",{self.echo}]'.encode())

    def _waits(self, connect: Callable[[], Client], script: Iterator[bytes]) -> Waits:
        asking, hearing = connect(), connect()
        taken = [one(asking, hearing, next(script)) for _ in range(self.calls)]
        asking.close()
        hearing.close()
        return Waits(sorted(wait for wait, _ in taken), sorted(wait for _, wait in taken))

    def fsync(self) -> float:
        """What the disk takes to make 4 KB durable, at p50."""
        taken = []
        with (self.data / "alone").open("wb", buffering=0) as file:
            for _ in range(300):
                file.write(bytes(4096))
                began = time.perf_counter()
                os.fdatasync(file.fileno())
                taken.append(time.perf_counter() - began)
        return statistics.median(taken)


def one(asking: Client, hearing: Client, call: bytes) -> tuple[float, float]:
    """Send, then wait for both; the seconds until the acknowledgement and until the other one hears."""
    acknowledged = heard = 0.0
    before = b""
    began = time.perf_counter()
    asking.sock.sendall(call)
    while not (acknowledged and heard):
        ready, _, _ = select.select([asking.sock, hearing.sock], [], [], 10)
        for sock in ready:
            chunk = sock.recv(65_536)
            if sock is hearing.sock:
                heard = heard or (time.perf_counter() - began)
            elif (before := before + chunk).find(b"43/live,") >= 0:
                acknowledged = time.perf_counter() - began
            check(chunk)
        if not ready:
            raise WireError("no answer within 10 s")
    time.sleep(PAUSE)
    return acknowledged, heard


def check(chunk: bytes) -> None:
    if not chunk or b'"ok":false' in chunk:
        raise WireError(f"refused or closed: {chunk[:500]!r}")
