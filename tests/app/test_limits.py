"""Every limit of the contract, on both of its sides."""

import asyncio
from pathlib import Path

import orjson
import pytest

from tests.clients.http import Http
from tests.clients.making import PASSWORD, Json, add, change, edit, new_id, remove, restore, tick
from tests.clients.person import Person
from tests.clients.process import Process

SNAKE = "🐍"  # one code point, two UTF-16 units, four bytes

TEXTS = [("text", 500), ("note", 2000), ("unit", 50), ("category", 100)]
GOOD = [
    {"quantity": 0.001}, {"quantity": 1_000_000}, {"quantity": 999_999.999}, {"quantity": 1e3}, {"quantity": None},
    {"price": 0}, {"price": 1_000_000_000}, {"price": 0.01}, {"price": 999_999_999.99}, {"price": None},
    {"position": "a0"}, {"position": "Zz"}, {"position": "a0V"}, {"position": "a" + "0" + "V" * 198},
    {"unit": None}, {"note": None}, {"category": None}, {"picture": None}, {"note": "a\nb\tc"},
]  # fmt: skip
BAD = [
    {"quantity": 0}, {"quantity": -1}, {"quantity": 0.0001}, {"quantity": 1_000_000.001}, {"quantity": 1.0005},
    {"quantity": "2"}, {"quantity": True}, {"quantity": []}, {"quantity": {}},
    {"price": -0.01}, {"price": 0.001}, {"price": 1_000_000_000.01}, {"price": "1"}, {"price": False},
    {"position": ""}, {"position": "!"}, {"position": "a"}, {"position": "a00"}, {"position": "A" + "0" * 5},
    {"position": None}, {"position": 5}, {"position": "a0" + "V" * 199}, {"position": "a0\n"},
    {"text": ""}, {"text": " \n\t"}, {"text": None}, {"text": 5}, {"text": "a\0b"}, {"text": "\u00a0"},
    {"note": ""}, {"note": " "}, {"note": "\0"}, {"unit": " "}, {"category": "\u2003"}, {"category": 1},
    {"ticked": True}, {"removed": True}, {"added_by": "me"}, {"more": 1},
]  # fmt: skip


@pytest.fixture
async def list_id(anna: Person) -> str:
    return await anna.new_list()


def only_field(problem: Json) -> str:
    (field,) = problem["fields"]
    return str(field)


@pytest.mark.parametrize(("field", "limit"), TEXTS)
async def test_texts_are_counted_in_characters(anna: Person, list_id: str, field: str, limit: int) -> None:
    item = add("milk")
    await anna.done(list_id, item, change(item["item"], **{field: SNAKE * limit}))
    assert (await anna.items(list_id))[item["item"]][field] == SNAKE * limit
    over = change(item["item"], **{field: SNAKE * (limit + 1)})
    assert only_field(await anna.problem("invalid", "lists.edit", list=list_id, edits=[over])) == f"edits.0.{field}"
    sent = {**add("bread"), field: SNAKE * (limit + 1)}
    assert only_field(await anna.problem("invalid", "lists.edit", list=list_id, edits=[sent])) == f"edits.0.{field}"


@pytest.mark.parametrize("fields", GOOD, ids=str)
async def test_a_field_within_its_limits_is_kept_as_sent(anna: Person, list_id: str, fields: Json) -> None:
    item = add("milk")
    await anna.done(list_id, item, change(item["item"], **fields), add("bread", **fields))
    kept = (await anna.items(list_id))[item["item"]]
    assert {name: kept[name] for name in fields} == fields


@pytest.mark.parametrize("fields", BAD, ids=lambda fields: str(fields)[:40])
async def test_a_field_beyond_them_names_itself_and_nothing_is_done(anna: Person, list_id: str, fields: Json) -> None:
    (name,) = fields
    item = add("milk")
    await anna.done(list_id, item)
    for wrong in (change(item["item"], **fields), {**add("bread"), **fields}):
        if fields == {"position": None} and wrong["kind"] == "add":  # an absent position, as good as none named
            continue
        problem = await anna.problem("invalid", "lists.edit", list=list_id, edits=[add("good"), wrong])
        assert only_field(problem) == f"edits.1.{name}"
    assert (await anna.get(list_id))["list"]["revision"] == 1


@pytest.mark.parametrize("number", [b"1" + b"0" * 400, b"NaN", b"Infinity", b"1e999", b"-1e999", b"01", b"1.", b".5"])
async def test_a_number_that_is_none_is_invalid(anna: Person, list_id: str, number: bytes) -> None:
    whole = orjson.dumps({"list": list_id, "edits": [add("milk", quantity=12345)]})
    (await anna.http.raw("lists.edit", whole.replace(b"12345", number), anna.token)).problem("invalid")
    assert (await anna.get(list_id))["list"]["revision"] == 0


async def test_a_title_has_200_characters(anna: Person, list_id: str) -> None:
    assert (await anna.answered_list("lists.create", title=SNAKE * 200))["title"] == SNAKE * 200
    for title in (SNAKE * 201, "", "  ", None, 5, "a\0"):
        assert only_field(await anna.problem("invalid", "lists.create", title=title)) == "title"
        renamed = edit("rename", title=title)
        problem = await anna.problem("invalid", "lists.edit", list=list_id, edits=[renamed])
        assert only_field(problem) == "edits.0.title"
    await anna.done(list_id, edit("rename", title=SNAKE * 200))
    copied = await anna.problem("invalid", "lists.copy", list=list_id, id=new_id(), title=" ")
    assert only_field(copied) == "title"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "no-at-sign"}, "email"),
        ({"email": "a@b@c.test"}, "email"),
        ({"email": "@example.test"}, "email"),
        ({"email": "a b@example.test"}, "email"),
        ({"email": "a@" + "b" * 240 + ".example.test"}, "email"),
        ({"email": "a\n@example.test"}, "email"),
        ({"email": None}, "email"),
        ({"password": "7 chars"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"password": 12345678}, "password"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "\u200b\u2060\ufeff"}, "name"),
        ({"name": "\u202e \u3164\u2800"}, "name"),
        ({"name": SNAKE * 101}, "name"),
        ({"language": "de"}, "language"),
        ({"device": "x" * 201}, "device"),
        ({"device": " "}, "device"),
        ({"more": 1}, "more"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_a_registration_beyond_the_limits_names_the_field(http: Http, fields: Json, field: str) -> None:
    payload = {"email": f"{new_id()}@example.test", "password": PASSWORD, "name": "New", **fields}
    assert only_field((await http.call("accounts.register", payload)).problem("invalid")) == field


async def test_a_registration_at_the_limits_passes(http: Http) -> None:
    domain = ".".join(["d" * 60] * 3) + ".test"
    email = f"{new_id()}@{domain}"
    email = "x" * (254 - len(email)) + email
    family = "👩\u200d👩\u200d👧\u200f"
    for name, password in ((SNAKE * 100, "8 chars!"), ("x", SNAKE * 200), (family, "8 chars!")):
        payload = {"email": email, "password": password, "name": name}
        user = (await http.call("accounts.register", payload)).ok()["user"]
        assert user["name"] == name
        (await http.call("accounts.sign_in", {"email": email, "password": password})).ok()
        email = f"{new_id()}@example.test"


async def test_ids_are_uuids_of_version_4_or_7_in_lower_case(anna: Person, list_id: str) -> None:
    seven = "0190163d-8694-739b-aea5-966c26f8ad91"
    await anna.done(list_id, {**add("seven"), "id": seven, "item": seven})
    four = new_id()
    for wrong in (
        seven.upper(), four.replace("-", ""), "{" + four + "}", "urn:uuid:" + four, four[:14] + "1" + four[15:],
        four[:19] + "1" + four[20:], four + "\n", "", 5, None,
    ):  # fmt: skip
        problem = await anna.problem("invalid", "lists.edit", list=list_id, edits=[{**add("x"), "id": wrong}])
        assert only_field(problem) == "edits.0.id"
        assert only_field(await anna.problem("invalid", "lists.get", list=wrong)) == "list"
        assert only_field(await anna.problem("invalid", "lists.copy", list=list_id, id=wrong)) == "id"


@pytest.mark.parametrize(
    "at", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00.123456789Z", "1970-01-01T00:00:00Z",
           "9999-12-31T23:59:59.999Z", "2024-02-29T12:00:00Z", "0001-01-01T00:00:00Z"]
)  # fmt: skip
async def test_times_are_utc_with_up_to_nine_decimals(anna: Person, list_id: str, at: str) -> None:
    await anna.done(list_id, {**add("milk"), "at": at})
    now = (await anna.get(list_id))["now"]
    told = (await anna.history(list_id))[0]["at"]
    whole = at[:19]
    assert told == f"{whole}.{at[19:-1].lstrip('.').ljust(3, '0')[:3]}Z" or (whole > now and told <= now)


@pytest.mark.parametrize(
    "at", ["2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.Z",
           "2026-01-01T00:00:00.1234567890Z", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", "1764057600", 1764057600,
           "2026-01-01T00:00:00z", "2026-01-01T00:00:00Z\n", "", None, "٢٠٢٦-01-01T00:00:00Z"]
)  # fmt: skip
async def test_anything_else_is_no_time(anna: Person, list_id: str, at: object) -> None:
    problem = await anna.problem("invalid", "lists.edit", list=list_id, edits=[{**add("milk"), "at": at}])
    assert only_field(problem) == "edits.0.at"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "paint"}, "kind"),
        ({"kind": None}, "kind"),
        ({"seen": -1}, "seen"),
        ({"seen": 1.5}, "seen"),
        ({"seen": "1"}, "seen"),
        ({"seen": True}, "seen"),
        ({"items": []}, "items"),
        ({"ticked": True}, "ticked"),
    ],
)
async def test_an_edit_of_a_wrong_shape_names_the_place(anna: Person, list_id: str, wrong: Json, field: str) -> None:
    problem = await anna.problem("invalid", "lists.edit", list=list_id, edits=[add("ok"), {**add("milk"), **wrong}])
    assert f"edits.1.{field}" in problem["fields"]


@pytest.mark.parametrize("kind", ["add", "set", "tick", "remove", "restore", "rename", "arrange"])
async def test_what_an_edit_must_carry_is_missed_by_name(anna: Person, list_id: str, kind: str) -> None:
    problem = await anna.problem("invalid", "lists.edit", list=list_id, edits=[edit(kind)])
    needed = {"add": {"item", "text"}, "set": {"item"}, "tick": {"ticked"}, "rename": {"title"},
              "arrange": {"categories"}}.get(kind, set())  # fmt: skip
    assert {f"edits.0.{name}" for name in needed} <= set(problem["fields"])
    for name in ("id", "at"):
        bare = add("milk")
        del bare[name]
        assert only_field(await anna.problem("invalid", "lists.edit", list=list_id, edits=[bare])) == f"edits.0.{name}"


async def test_item_and_items_exclude_each_other_and_neither_is_empty(anna: Person, list_id: str) -> None:
    milk = add("milk")
    await anna.done(list_id, milk)
    both = edit("tick", item=milk["item"], items=[milk["item"]], ticked=True)
    for wrong in (both, edit("tick", items=[], ticked=True), edit("remove", items=[]), edit("restore", items="x")):
        await anna.problem("invalid", "lists.edit", list=list_id, edits=[wrong])
    for ticked in ("true", 1, None):
        await anna.problem(
            "invalid", "lists.edit", list=list_id, edits=[edit("tick", item=milk["item"], ticked=ticked)]
        )


async def test_a_call_has_500_edits_and_an_array_500_ids(anna: Person, list_id: str) -> None:
    adds = [add(f"item {n}") for n in range(500)]
    await anna.done(list_id, *adds)
    problem = await anna.problem("invalid", "lists.edit", list=list_id, edits=[add(f"x {n}") for n in range(501)])
    assert only_field(problem) == "edits"
    ids = [sent["item"] for sent in adds]
    await anna.done(list_id, tick(*ids))
    problem = await anna.problem("invalid", "lists.edit", list=list_id, edits=[tick(*ids, new_id())])
    assert only_field(problem) == "edits.0.items"
    skipped = await anna.done(list_id, tick(*ids[:3], new_id(), ticked=False))
    assert skipped[0]["revision"] == 502
    unknown = (await anna.edit(list_id, tick(new_id(), new_id())))["results"][0]
    assert (unknown["status"], unknown["error"]["code"]) == ("refused", "not_found")


async def test_a_list_has_2000_items_and_the_next_is_refused_full(anna: Person, list_id: str) -> None:
    adds = [add(f"item {n}") for n in range(2000)]
    for start in range(0, 2000, 500):
        await anna.done(list_id, *adds[start : start + 500])
    await anna.done(list_id, tick(adds[0]["item"]))
    (full,) = (await anna.edit(list_id, add("one more")))["results"]
    assert (full["status"], full["revision"], full["error"]["code"]) == ("refused", None, "full")
    (merged,) = await anna.done(list_id, add("ITEM 7"))
    assert merged["item"] == adds[7]["item"], "a merged add is never full"
    await anna.done(list_id, remove(adds[1]["item"]), add("takes its place"))
    for back in (restore(adds[1]["item"], seen=10_000), change(adds[1]["item"], note="back", seen=10_000)):
        (refused,) = (await anna.edit(list_id, back))["results"]
        assert (refused["status"], refused["error"]["code"]) == ("refused", "full")
    removal = next(kept["revision"] for kept in await anna.history(list_id) if kept["kind"] == "remove")
    undone = await anna.call("lists.undo", list=list_id, revision=removal, id=new_id())
    assert (undone["results"][0]["status"], undone["results"][0]["error"]["code"]) == ("refused", "full")
    got = await anna.get(list_id)
    assert (got["list"]["total"], len(got["items"])) == (2000, 2000)


async def test_a_sum_beyond_the_limit_is_an_item_of_its_own(anna: Person, list_id: str) -> None:
    await anna.done(list_id, add("rice", quantity=999_999.5), add("rice", quantity=0.5), add("rice", quantity=0.001))
    assert sorted(item["quantity"] for item in (await anna.items(list_id)).values()) == [0.001, 1_000_000]


async def test_a_shop_has_200_categories_and_a_list_50_shops(anna: Person, list_id: str) -> None:
    names = [f"category {n}" for n in range(201)]
    await anna.done(list_id, edit("arrange", categories=names[:200]), edit("arrange", shop="", categories=["one"]))
    problem = await anna.problem("invalid", "lists.edit", list=list_id, edits=[edit("arrange", categories=names)])
    assert only_field(problem) == "edits.0.categories"
    for wrong in ([""], [" "], ["x" * 101], [5], "x", None):
        await anna.problem("invalid", "lists.edit", list=list_id, edits=[edit("arrange", categories=wrong)])
    await anna.done(list_id, *[edit("arrange", shop=f"shop {n}", categories=["a"]) for n in range(50)])
    (full,) = (await anna.edit(list_id, edit("arrange", shop="one more", categories=["a"])))["results"]
    assert (full["status"], full["error"]["code"]) == ("refused", "full")
    await anna.done(list_id, edit("arrange", shop="shop 0", categories=[]))
    await anna.done(list_id, edit("arrange", shop="one more", categories=["a"]))
    shops = (await anna.get(list_id))["list"]["categories"]
    assert shops[""] == ["one"]
    assert "shop 0" not in shops
    assert len(shops) == 51


async def test_a_person_has_500_lists_that_are_not_deleted(anna: Person, boris: Person) -> None:
    first = await anna.new_list("first")
    for _ in range(25):
        await asyncio.gather(*[anna.ask("lists.create", {"title": "one"}) for _ in range(20)])
    lists = await anna.index()
    assert len(lists) == 500, "one more than the limit was made"
    await anna.problem("invalid", "lists.create", title="one more")
    await anna.problem("invalid", "lists.copy", list=first, id=new_id())
    code = await boris.invitation(await boris.new_list("theirs"))
    await anna.problem("invalid", "members.accept", code=code)
    await anna.call("lists.delete", list=first)
    await anna.answered_list("members.accept", code=code)
    await anna.problem("invalid", "lists.restore", list=first)
    await anna.answered_list("lists.archive", list=lists[0]["id"], archived=True)
    await anna.problem("invalid", "lists.create", title="archived ones count")


@pytest.mark.parametrize("limit", [0, 201, -1, "5", 1.5, True])
async def test_a_page_of_history_has_1_to_200_changes(anna: Person, list_id: str, limit: object) -> None:
    problem = await anna.problem("invalid", "lists.history", list=list_id, limit=limit)
    assert only_field(problem) == "limit"


async def test_a_page_of_history_has_50_changes_by_default(anna: Person, list_id: str) -> None:
    await anna.done(list_id, *[add(f"item {n}") for n in range(201)])
    assert len((await anna.call("lists.history", list=list_id))["changes"]) == 50
    assert len((await anna.call("lists.history", list=list_id, limit=200))["changes"]) == 200
    assert len((await anna.call("lists.history", list=list_id, limit=1))["changes"]) == 1


async def test_text_is_kept_as_typed(anna: Person, list_id: str) -> None:
    typed = "  Молоко\u00a0\u202e3,5%\t«Ёж» \u0065\u0301 <b>&amp;  "
    item = add(typed, note=typed)
    await anna.done(list_id, item)
    kept = (await anna.items(list_id))[item["item"]]
    assert (kept["text"], kept["note"]) == (typed, typed)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Leave, and wait until the server has read all that was sent before, and has let go."""
    writer.write_eof()
    async with asyncio.timeout(60):
        await reader.read()
    writer.close()


async def test_bodies_whose_senders_left_in_the_middle_take_no_memory(tmp_path: Path) -> None:
    """Nobody who leaves almost 1 MiB behind, signed in or not, may make the process grow by it."""
    body = b"x" * (1 << 20)
    head = f"POST /api/lists.create HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n"
    request = f"{head}Content-Type: application/json\r\n\r\n".encode() + body[:-1]
    # One of its own: in another's memory there may be room from before.
    with Process(tmp_path / "data", tmp_path / "log") as process:
        host, port = process.url.removeprefix("http://").split(":")

        async def leave() -> None:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(request)
            await gone(reader, writer)

        before = process.resident()
        for _ in range(20):
            await asyncio.gather(*[leave() for _ in range(6)])
        assert process.resident() - before < 60 << 20, "120 bodies of 1 MiB"


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_live_messages_whose_senders_left_in_the_middle_take_no_memory(tmp_path: Path, transport: str) -> None:
    """As above, through the live door: who has not been let in yet sends almost 2 MB of a message, and leaves."""
    part = b"4" * 1_990_000
    with Process(tmp_path / "data", tmp_path / "log") as process:
        host, port = process.url.removeprefix("http://").split(":")

        async def asked(head: str) -> tuple[Streams, bytes]:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"GET /socket.io/?EIO=4&transport={transport} HTTP/1.1\r\nHost: {host}\r\n{head}\r\n".encode())
            return (reader, writer), await reader.read(4096)

        async def by_websocket() -> Streams:
            key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            streams, _ = await asked(f"Connection: Upgrade\r\nUpgrade: websocket\r\n{key}")
            streams[1].write(b"\x81\xff" + (2_000_000).to_bytes(8, "big") + b"\0\0\0\0" + part)
            return streams

        async def by_polling() -> Streams:
            streams, answer = await asked("")
            sid = answer.partition(b'"sid":"')[2].partition(b'"')[0].decode()
            head = f"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: {host}\r\n"
            streams[1].write(f"{head}Content-Length: 2000000\r\n\r\n".encode() + part)
            return streams

        async def leave() -> None:
            await gone(*await (by_websocket() if transport == "websocket" else by_polling()))

        before = process.resident()
        for _ in range(15):
            await asyncio.gather(*[leave() for _ in range(6)])
        await asyncio.sleep(1)
        assert process.resident() - before < 60 << 20, "90 messages of 2 MB"
