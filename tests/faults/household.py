"""Twenty clients that edit at once: some over the socket with calls in flight, some by POST, one after another."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
import orjson

from tests.clients.http import Http
from tests.clients.making import Json, add, change, edit, new_id, remove, tick
from tests.clients.person import Person
from tests.clients.wire import Handshake, Wire
from tests.faults.ledger import Ledger

WORDS = [f"thing {number}" for number in range(120)]
IN_FLIGHT = 4


class Household:
    """The clients of one person on some lists; while they ``live``, they edit as fast as they are answered."""

    def __init__(self, person: Person, lists: list[str], ledger: Ledger, chance: random.Random) -> None:
        self.person, self.lists, self.ledger, self.chance = person, lists, ledger, chance
        self.items: dict[str, list[str]] = {list_id: [] for list_id in lists}
        self.flying = 0
        self.answers = 0

    def wish(self, list_id: str) -> Json:
        """Something that a person at this list might do now."""
        mine, kind = self.items[list_id], self.chance.random()
        if kind < 0.5 or len(mine) < 10:
            made = add(self.chance.choice(WORDS), quantity=1)
            mine.append(made["item"])
            del mine[:-200]
            return made
        item = self.chance.choice(mine)
        if kind < 0.65:
            return change(item, note=f"note {new_id()}", seen=10**6)
        if kind < 0.75:
            return tick(item, ticked=self.chance.random() < 0.5, seen=10**6)
        if kind < 0.98:
            return remove(item, seen=10**6)
        return edit("rename", title=f"title {new_id()}", seen=10**6)

    @asynccontextmanager
    async def alive(self, url: str, live: int = 15, posting: int = 5) -> AsyncIterator[None]:
        """Clients that edit until the block ends or their server does; afterwards every byte that arrived was read."""
        stop = asyncio.Event()
        clients = [self._live(url, self.lists[n % len(self.lists)], stop) for n in range(live)]
        clients += [self._posting(url, self.lists[n % len(self.lists)], stop) for n in range(posting)]
        tasks = [asyncio.ensure_future(client) for client in clients]
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(asyncio.gather(*tasks), 60)

    async def resend(self, http: Http) -> None:
        """What a phone does first when it is back: its queue, from the oldest on, in one call for each list."""
        waiting = self.ledger.waiting()
        for list_id in self.lists:
            queue = [sent for where, sent in waiting if where == list_id]
            for start in range(0, len(queue), 500):
                payload = {"list": list_id, "edits": queue[start : start + 500]}
                for result in (await http.call("lists.edit", payload, self.person.token)).ok()["results"]:
                    self.ledger.answer(result)

    def _call(self, list_id: str) -> Json:
        edits = [self.wish(list_id) for _ in range(self.chance.choice((1, 1, 1, 3)))]
        for sent in edits:
            self.ledger.send(list_id, sent)
        self.flying += 1
        return {"list": list_id, "edits": edits}

    def _answered(self, results: list[Json]) -> None:
        self.flying -= 1
        self.answers += 1
        for result in results:
            self.ledger.answer(result)

    async def _posting(self, url: str, list_id: str, stop: asyncio.Event) -> None:
        async with Http(url) as http:
            while not stop.is_set():
                try:
                    answer = await http.call("lists.edit", self._call(list_id), self.person.token)
                except (aiohttp.ClientError, ConnectionError):
                    return
                if answer.status != 200:  # 503 at the end of a polite one: not known to be done, to be sent again
                    answer.problem("unavailable")
                    return
                self._answered(answer.body["results"])

    async def _live(self, url: str, list_id: str, stop: asyncio.Event) -> None:
        with suppress(ConnectionError, Handshake, asyncio.IncompleteReadError):
            wire, packet = await Wire.live(url, {"token": self.person.token})
            if not packet.startswith("40/live,"):
                return
            async with wire:
                await self._converse(wire, list_id, stop)

    async def _converse(self, wire: Wire, list_id: str, stop: asyncio.Event) -> None:
        wire.emit("lists.open", {"list": list_id}, 0)
        calls, mine = 0, 0
        while True:
            while not stop.is_set() and mine < IN_FLIGHT:
                calls, mine = calls + 1, mine + 1
                wire.emit("lists.edit", self._call(list_id), calls)
            if stop.is_set() and mine == 0:
                return
            packet = await wire.packet(30)
            if not packet or packet[0] == "1" or packet.startswith("41"):
                return
            mine -= self._heard(packet)

    def _heard(self, packet: str) -> int:
        """Note a packet; 1 where it answers an edit."""
        if packet.startswith('42/live,["list.changed",'):
            self.ledger.tell(orjson.loads(packet[len("42/live,") :])[1])
        elif packet.startswith("43/live,") and not packet.startswith("43/live,0["):
            (answer,) = orjson.loads(packet[packet.index("[") :])
            if answer["ok"]:
                self._answered(answer["result"]["results"])
            else:  # at the end of a polite one: not known to be done, to be sent again
                assert answer["error"]["code"] in ("unavailable", "unauthenticated"), answer
            return 1
        return 0
