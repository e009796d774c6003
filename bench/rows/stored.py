"""Durable edits: single-edit calls with 64 in flight, on one list and on a hundred."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from bench import load, servers, shop
from bench.effort import Effort
from bench.figures import Beside, Row, Sample, Section, Series, alternate
from bench.wire import WireError

WINDOW = 64
CONNECTIONS = 8
MANY = 100
AIM = 0.4
AS_GOOD = 1.0
TEXT = """\
Acknowledged edits a second, one edit a call, 64 calls in flight over 8 connections that hear no room; in turn an item
is added, given a quantity, ticked and removed. Afterwards the lists must hold exactly as many revisions as were
acknowledged. Beside it the bare SQLite writer: random bodies of the same size into the same table and indexes, WAL,
`synchronous=FULL`, group commit in one thread, 64 in flight in one asyncio loop; no sockets, no rules, no seals."""


def measure(effort: Effort) -> Section:
    with ExitStack() as stack:
        shelf = Shelf(stack, effort.seconds)
        shelf.edit(1)  # so that the size of a stored edit is known, and neither side is measured cold
        series = alternate(effort.rounds, shelf.subjects())
    hundred = series["ours, 100"].unwatched("ours on 100 lists")
    rows = [row(series, lists, hundred) for lists in (1, MANY)]
    return Section("stored", "Stored edits", TEXT, "lists", "more", rows)


def row(series: dict[str, Series], lists: int, hundred: Series) -> Row:
    writer = Series("bare SQLite writer", series[f"bare, {lists}"].samples)
    return Row(
        str(lists), Series("ours", series[f"ours, {lists}"].samples), [Beside(writer, AIM), Beside(hundred, AS_GOOD)]
    )


class Shelf:
    """The product with its lists, and the writer beside it."""

    def __init__(self, stack: ExitStack, seconds: float) -> None:
        self.seconds = seconds
        self.data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.product = stack.enter_context(servers.product(self.data))
        self.writer = stack.enter_context(servers.python_peer("bare_writer", str(self.data / "bare.db")))
        self.shop = shop.enter(self.product.url)
        self.lists = [self.shop.make_list(10)[0] for _ in range(MANY)]

    def subjects(self) -> dict[str, Callable[[], Sample]]:
        size = self.size_of_a_change()
        return {
            "ours, 1": lambda: self.edit(1),
            "bare, 1": lambda: self.bare(1, size),
            "ours, 100": lambda: self.edit(MANY),
            "bare, 100": lambda: self.bare(MANY, size),
        }

    def edit(self, count: int) -> Sample:
        """Load so many of the lists; each connection takes every eighth, or all share the one."""
        lists = self.lists[:count]
        before = self.revisions(lists)
        clients = [self.shop.connect() for _ in range(CONNECTIONS)]
        scripts = {client: shop.household(lists[n::CONNECTIONS] or lists) for n, client in enumerate(clients)}
        seen = load.stored(scripts, WINDOW, self.seconds, self.product.cpu)
        for client in clients:
            client.close()
        if (stored := self.revisions(lists) - before) != seen.sent:
            raise WireError(f"{seen.sent} edits were acknowledged, {stored} are stored")
        return Sample(seen.rate, seen.busy, seen.server)

    def revisions(self, lists: list[str]) -> int:
        return sum(self.shop.revision(list_id) for list_id in lists)

    def bare(self, count: int, size: int) -> Sample:
        return Sample(float(self.writer.ask(f"{count} {self.seconds} {size}")))

    def size_of_a_change(self) -> int:
        """The bytes of a stored edit's sealed body, on average."""
        with closing(sqlite3.connect(f"file:{database(self.data)}?mode=ro", uri=True)) as connection:
            (size,) = connection.execute("SELECT avg(length(body)) FROM changes").fetchone()
        return int(size)


def database(data: Path) -> Path:
    """The product's database within its data folder."""
    for path in sorted(data.iterdir()):
        if path.is_file() and path.name != "bare.db" and path.read_bytes()[:15] == b"SQLite format 3":
            return path
    raise SystemExit(f"no database in {data}")
