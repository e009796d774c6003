"""Whoever is revoked hears of it and is out within a second, at a thousand live clients too; all others go on."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, median_low
from typing import Any

import orjson
import pytest

from tests.clients.http import Http, check_problem
from tests.clients.making import Json, add
from tests.clients.person import Person
from tests.clients.process import Process
from tests.clients.wire import Wire

MEMBERS = LINKS = 5  # of each list
PATIENCE = 60.0  # of the test, for what is no promise


class Client:
    """One live connection with a list open, and when it heard what."""

    def __init__(self, wire: Wire, list_id: str) -> None:
        self.list_id = list_id
        self.heard: list[tuple[float, str, Json]] = []
        self.ended: float | None = None
        self._wire = wire
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._calls = 0
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def opened(cls, url: str, list_id: str, **auth: str) -> "Client":
        wire, answer = await Wire.live(url, auth)
        assert answer.startswith("40/live,"), answer
        client = cls(wire, list_id)
        assert (await client.ask("lists.open"))["ok"] is True
        return client

    async def _listen(self) -> None:
        while text := await self._wire.packet(PATIENCE * 100):
            now = time.monotonic()
            kind, _, rest = text.partition("/live,")
            if kind == "42":
                name, *payload = orjson.loads(rest)
                self.heard.append((now, name, payload[0] if payload else {}))
            elif kind == "43":
                call, _, answer = rest.partition("[")
                self._answers.pop(int(call)).set_result(orjson.loads(f"[{answer}")[0])
        self.ended = time.monotonic()

    async def ask(self, name: str, **payload: object) -> Json:
        self._calls += 1
        answer = self._answers[self._calls] = asyncio.get_running_loop().create_future()
        self._wire.emit(name, payload if name == "clock" else {"list": self.list_id, **payload}, self._calls)
        return await asyncio.wait_for(answer, PATIENCE)

    def events(self, name: str) -> list[tuple[float, Json]]:
        return [(at, payload) for at, heard, payload in self.heard if heard == name]

    def has_heard(self, edit: Json) -> bool:
        told = (payload["changes"] for _, payload in self.events("list.changed"))
        return any(change["edit"] == edit["id"] for changes in told for change in changes)

    def close(self) -> None:
        self._listening.cancel()
        self._wire.close()


@dataclass
class Shared:
    """A list with its owner, members on several devices each, and guests of several links, all of them live."""

    owner: Person
    id: str
    members: list[Person]
    links: list[str]
    devices: list[list[Client]]
    guests: list[list[Client]]

    @property
    def clients(self) -> list[Client]:
        return [client for group in (*self.devices, *self.guests) for client in group]


async def a_shared_list(owner: Person, many: int) -> Shared:
    """The first device of each member is one that signed in, the others have tokens of their own."""
    url, list_id = owner.http.url, await owner.new_list()
    members = [await Person.registered(owner.http, f"Member {number}") for number in range(MEMBERS)]
    shared = Shared(owner, list_id, members, [], [], [])
    for member in members:
        await owner.shares_with(list_id, member)
        devices = [await member.again("Phone"), *[await member.program("read", "write") for _ in range(1, many)]]
        shared.devices.append([await Client.opened(url, list_id, token=device.token) for device in devices])
    for _ in range(LINKS):
        link = await owner.call("shares.create", list=list_id, right="edit")
        shared.links.append(link["id"])
        shared.guests.append([await Client.opened(url, list_id, key=link["key"]) for _ in range(many)])
    return shared


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


async def delays(
    revoking: Awaitable[Any], clients: Collection[Client], event: str, reason: str, out: Callable[[Client], Any]
) -> tuple[float, float]:
    """After how many seconds from the answer on the last of them has heard the event, and is out."""
    await revoking
    answered = time.monotonic()
    await asyncio.gather(*(out(client) for client in clients))
    was_out = time.monotonic()
    await until(lambda: all(client.events(event) for client in clients))
    told = [client.events(event) for client in clients]
    assert [[payload["reason"] for _, payload in events] for events in told] == [[reason]] * len(clients)
    return max(max(at for ((at, _),) in told) - answered, 0.0), was_out - answered


async def disconnected(client: Client) -> None:
    await until(lambda: client.ended is not None)


def refused(code: str) -> Callable[[Client], Awaitable[None]]:
    async def ask(client: Client) -> None:
        check_problem((await client.ask("lists.edit", edits=[add("too late")]))["error"], code)

    return ask


async def go_on(shared: Shared, out: Iterable[Client]) -> Json:
    """An edit reaches all who are left; it is returned."""
    edit, gone = add("milk"), set(out)
    await shared.owner.done(shared.id, edit)
    left = [client for client in shared.clients if client not in gone]
    await until(lambda: all(client.has_heard(edit) for client in left))
    return edit


@pytest.mark.parametrize("lists", [1, 10])
async def test_a_device_a_member_and_a_link_are_out_within_a_second(tmp_path: Path, long: bool, lists: int) -> None:
    count = 1_000 if long else 100
    many = count // lists // (MEMBERS + LINKS)
    rounds = 1 if lists > 1 else 2
    took: dict[str, list[tuple[float, float]]] = {"device": [], "member": [], "guests": []}
    everyone: list[Client] = []
    with Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            owner = await Person.registered(http, "Owner")
            try:
                households = []
                for _ in range(lists):
                    households.append(shared := await a_shared_list(owner, many))
                    everyone += shared.clients
                assert len(everyone) == count
                out: set[Client] = set()
                for shared, number in [(shared, number) for shared in households for number in range(0, rounds * 2, 2)]:
                    phone, device = shared.devices[number][0], shared.members[number]
                    tokens = (await device.call("tokens.list"))["tokens"]
                    (id,) = [token["id"] for token in tokens if token["name"] == "Phone"]
                    ending = device.call("tokens.revoke", id=id)
                    took["device"].append(await delays(ending, [phone], "signed_out", "revoked", disconnected))
                    removing = owner.call("members.remove", list=shared.id, person=shared.members[number + 1].id)
                    removed = shared.devices[number + 1]
                    took["member"].append(await delays(removing, removed, "list.gone", "removed", refused("not_found")))
                    revoking = owner.call("shares.revoke", list=shared.id, id=shared.links[number])
                    guests = shared.guests[number]
                    took["guests"].append(await delays(revoking, guests, "list.gone", "revoked", refused("gone")))
                    out |= {phone, *removed, *guests}
                    edit = await go_on(shared, out)
                    for client in (*removed, *guests):
                        assert (await client.ask("clock"))["ok"] is True  # whatever was told before has come by now
                        assert not client.has_heard(edit)
                left = [client for client in everyone if client not in out]
                answers = await asyncio.gather(*(client.ask("clock") for client in left))
                assert all(answer["ok"] is True for answer in answers)
                for client in left:
                    assert client.ended is None
                    assert {name for _, name, _ in client.heard} <= {"list.changed", "lists.changed"}
            finally:
                for client in everyone:
                    client.close()
    for who, measured in took.items():
        for what, place in (("heard", 0), ("out", 1)):
            ms = [round(times[place] * 1000) for times in measured]
            print(f"{who}: {what} after {median(ms)} ms, at most {max(ms)} ms")
            # The promise is about all of them; beside other tests a busy machine holds up some.
            assert (max(ms) if long else median_low(ms)) < 1_000, (who, what, measured)
