"""Durable edits on MongoDB beside the same product on SQLite."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pymongo

from bench import load, servers, shop
from bench.effort import Effort
from bench.figures import Beside, Row, Sample, Section, Series, alternate
from bench.rows.latency import Waits, one, quantile, rounds
from bench.servers import Server
from tests.clients.mongodb import NO_MONGODB, in_database, mongodb

WINDOW, CONNECTIONS, LISTS = 64, 8, 10
TEXT = """\
The same product on either store, in turn: acknowledged edits a second, one edit a call, 64 in flight over 8 connections
on ten lists; then milliseconds from sending one edit, with none other in flight, to its acknowledgement. The server is
**{server}**, on this machine.{warning}"""
STAND_IN = " It is a stand-in for tests, which reads whole collections: its figures say nothing about MongoDB."


def measure(effort: Effort) -> Section:
    address = mongodb()
    if address is None:
        raise SystemExit(NO_MONGODB)
    name, is_real = server_of(address)
    with ExitStack() as stack:
        stack.callback(drop, database := in_database(address))
        ours, other = Side(stack, effort, ""), Side(stack, effort, database)
        series = alternate(effort.rounds, {"sqlite": ours.edits, "mongodb": other.edits})
        waits = rounds(effort.rounds, {"sqlite": ours.waits, "mongodb": other.waits})
    rows = [
        Row(
            "edits a second",
            Series(name, series["mongodb"].samples),
            [Beside(Series("on SQLite", series["sqlite"].samples))],
        )
    ]
    text = TEXT.format(server=name, warning="" if is_real else STAND_IN)
    return Section("mongodb", "Edits on MongoDB", text, "what", "more", rows, latencies(name, waits))


def latencies(name: str, waits: dict[str, list[Waits]]) -> list[str]:
    """Sentences, since less is better here and more above."""
    medians = {
        (side, share): Series(side, [Sample(1e3 * quantile(taken.acknowledged, share)) for taken in every]).median
        for side, every in waits.items()
        for share in (0.50, 0.99)
    }
    return [
        f"acknowledgement p{100 * share:.0f}: {medians['mongodb', share]:.2f} ms on {name},"
        f" {medians['sqlite', share]:.2f} ms on SQLite"
        for share in (0.50, 0.99)
    ]


def drop(database: str) -> None:
    with pymongo.MongoClient[dict[str, Any]](database) as client:
        client.drop_database(client.get_default_database().name)


def server_of(address: str) -> tuple[str, bool]:
    """What the server calls itself, and whether it is a MongoDB."""
    with pymongo.MongoClient[dict[str, Any]](address) as client:
        info = client.admin.command("buildInfo")
    if stand_in := info.get("ferretdbVersion"):
        return f"FerretDB {stand_in}".removesuffix(" unknown"), False
    return f"MongoDB {info['version']}", True


class Side:
    """The product on one store."""

    def __init__(self, stack: ExitStack, effort: Effort, store: str) -> None:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.product: Server = stack.enter_context(servers.product(data, store=store))
        self.effort = effort
        self.shop = shop.enter(self.product.url)
        self.lists = [self.shop.make_list(10) for _ in range(LISTS)]

    def edits(self) -> Sample:
        lists = [list_id for list_id, _ in self.lists]
        clients = [self.shop.connect() for _ in range(CONNECTIONS)]
        scripts = {client: shop.household(lists[n::CONNECTIONS] or lists) for n, client in enumerate(clients)}
        seen = load.stored(scripts, WINDOW, self.effort.seconds, self.product.cpu)
        for client in clients:
            client.close()
        return Sample(seen.rate, seen.busy, seen.server)

    def waits(self) -> Waits:
        list_id, items = self.lists[0]
        asking, hearing = self.shop.connect(list_id), self.shop.connect(list_id)
        script = shop.ticks(list_id, items)
        taken = [one(asking, hearing, next(script)) for _ in range(self.effort.calls // 10)]
        asking.close()
        hearing.close()
        return Waits(sorted(wait for wait, _ in taken), sorted(wait for _, wait in taken))
