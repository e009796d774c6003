"""The client that browsers use, from npm: WebSocket only, polling only, and polling that becomes a WebSocket."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.clients.http import check_problem
from tests.clients.making import add, new_id, tick
from tests.clients.node import Node, NodeClient
from tests.clients.person import Person
from tests.clients.soon import within_a_second

MODES = {"websocket": ["websocket"], "polling": ["polling"], "upgrade": ["polling", "websocket"]}


@pytest_asyncio.fixture
async def node() -> AsyncIterator[Node]:
    async with Node() as process:
        yield process


async def connected(node: Node, person: Person, mode: str, **options: object) -> NodeClient:
    client = await node.connect(person.http.url, {"token": person.token}, MODES[mode], **options)
    told = client.all("connect", "connect_error")[0]
    assert told["heard"] == "connect", told
    return client


@pytest.mark.parametrize("mode", MODES)
async def test_it_opens_a_list_edits_it_and_hears_others(node: Node, anna: Person, boris: Person, mode: str) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    client = await connected(node, anna, mode)
    if mode == "upgrade":
        assert (await client.until("upgrade"))["transport"] == "websocket"
    opened = await client.call("lists.open", list=list_id)
    assert opened["items"] == []
    milk, bread = add("Молоко 🥛"), add("bread")
    answer = await client.call("lists.edit", list=list_id, edits=[milk])
    assert answer["results"][0]["status"] == "applied"
    await boris.done(list_id, bread, tick(milk["item"]))
    await client.hear("list.changed", 2)
    told = [change for event in client.events("list.changed") for change in event["changes"]]
    assert [change["revision"] for change in told] == [1, 2, 3]
    kinds = [heard["heard"] for heard in client.heard]
    assert kinds.index("event") < [n for n, kind in enumerate(kinds) if kind == "answer"][1], "told before acknowledged"
    assert (await client.call("lists.get", list=list_id))["items"] == (await anna.get(list_id))["items"]


@pytest.mark.parametrize("mode", MODES)
async def test_it_has_32_calls_in_flight_in_order(node: Node, anna: Person, mode: str) -> None:
    list_id = await anna.new_list()
    client = await connected(node, anna, mode)
    await client.call("lists.open", list=list_id)
    adds = [add(f"item {n}") for n in range(64)]
    answers = await asyncio.gather(*[client.ask("lists.edit", {"list": list_id, "edits": [sent]}) for sent in adds])
    assert all(answer["ok"] for answer in answers), answers
    assert [answer["result"]["results"][0]["revision"] for answer in answers] == list(range(1, 65))
    told = [change["revision"] for event in client.events("list.changed") for change in event["changes"]]
    assert told == list(range(1, 65))


@pytest.mark.parametrize("mode", MODES)
async def test_it_is_refused_with_the_problem_in_data(node: Node, anna: Person, mode: str) -> None:
    client = await node.connect(anna.http.url, {"token": "no-such-token"}, MODES[mode])
    told = client.all("connect", "connect_error")[0]
    assert told["heard"] == "connect_error"
    problem = check_problem(told["data"], "unauthenticated")
    assert told["message"] == problem["title"]


@pytest.mark.parametrize("mode", MODES)
async def test_it_is_answered_whatever_it_emits(node: Node, anna: Person, mode: str) -> None:
    client = await connected(node, anna, mode)
    for name, arguments, code in (
        ("no.such", [{}], "unknown_operation"),
        ("lists.get", [], "invalid"),
        ("lists.get", [None], "invalid"),
        ("lists.get", [{}, {}], "invalid"),
        ("lists.get", [{"list": 5}], "invalid"),
        ("lists.get", [{"list": new_id()}], "not_found"),
        ("lists.create", [{"title": "x" * (1024 * 1024)}], "too_large"),
    ):
        answer = await client.ask(name, *arguments)
        assert answer["ok"] is False, (name, arguments, answer)
        check_problem(answer["error"], code)
    assert (await client.call("clock"))["now"]


@pytest.mark.parametrize("mode", MODES)
async def test_it_is_told_when_its_token_ends(node: Node, anna: Person, mode: str) -> None:
    async def tried() -> float:
        phone = await anna.again()
        client = await connected(node, phone, mode)
        await phone.call("accounts.sign_out")
        start = time.monotonic()
        told = await client.until("disconnect")
        took = time.monotonic() - start
        assert told["reason"] in ("io server disconnect", "transport close")
        assert client.events("signed_out")
        return took

    await within_a_second(tried)


async def test_a_long_queue_over_polling_passes(node: Node, anna: Person) -> None:
    """A phone that was offline sends its queue in one body: more packets than engine.io's usual 16."""
    list_id = await anna.new_list()
    client = await connected(node, anna, "polling")
    adds = [add(f"item {n}") for n in range(300)]
    answers = await asyncio.gather(*[client.ask("lists.edit", {"list": list_id, "edits": [sent]}) for sent in adds])
    assert all(answer["ok"] for answer in answers)
    assert (await anna.get(list_id))["list"]["revision"] == 300


async def test_nothing_is_lost_or_doubled_while_it_upgrades(node: Node, anna: Person) -> None:
    for _ in range(5):
        list_id = await anna.new_list()
        client = await connected(node, anna, "upgrade")
        await client.call("lists.open", list=list_id)
        count = 0
        while not client.all("upgrade") or count < 20:
            await anna.done(list_id, add(f"item {count}"))
            count += 1
            assert count < 2000
        await client.call("clock")
        told = [change["revision"] for event in client.events("list.changed") for change in event["changes"]]
        assert told == list(range(1, count + 1))
        client.leave()


async def test_a_large_answer_arrives_over_every_transport(node: Node, anna: Person) -> None:
    list_id = await anna.new_list()
    for start in range(0, 1000, 100):
        await anna.done(list_id, *[add(f"item {start + n}", note="ж" * 2000) for n in range(100)])
    for mode in MODES:
        client = await connected(node, anna, mode)
        opened = await client.call("lists.open", list=list_id)
        assert len(opened["items"]) == 1000
        client.leave()


async def test_the_cookie_alone_connects_it(node: Node, anna: Person) -> None:
    client = await node.connect(
        anna.http.url, None, ["polling", "websocket"], extraHeaders={"Cookie": f"shoplist={anna.token}"}
    )
    assert client.all("connect"), client.heard
    assert (await client.call("accounts.me"))["user"]["id"] == anna.id
