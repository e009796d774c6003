"""Live clients: what they hear, in which order, and what they no longer hear."""

import asyncio
from typing import Any

import orjson
import pytest

from tests.clients.http import check_problem
from tests.clients.live import Live
from tests.clients.making import Json, add, change, edit, new_id, remove, tick
from tests.clients.person import Person
from tests.clients.process import Process
from tests.clients.wire import Wire

CHANGE = {"revision", "edit", "by", "at", "items"}


def apply(items: dict[str, Json], told: Json) -> None:
    """What a client does with a change: it knows no rule."""
    for item, fields in told["items"].items():
        if item in items:
            items[item].update(fields)
        elif "text" in fields and "removed" in fields:
            items[item] = {"id": item, **fields}


async def test_the_author_hears_the_change_before_the_acknowledgement(anna: Person) -> None:
    list_id = await anna.new_list()
    async with await anna.live() as live:
        opened = await live.call("lists.open", list=list_id)
        assert set(opened) == {"list", "items", "people", "whole", "now"}
        live.heard.clear()
        milk = add("milk", quantity=2)
        await live.call("lists.edit", list=list_id, edits=[milk])
        assert [name for name, _ in live.heard] == ["list.changed", "answer"]
        told = live.heard[0][1]
    assert set(told) == {"list", "revision", "changes", "people"}
    assert (told["list"], told["revision"]) == (list_id, 1)
    assert told["people"] == [{"id": anna.id, "name": "Anna"}]
    (change_told,) = told["changes"]
    assert set(change_told) == CHANGE
    assert (change_told["revision"], change_told["edit"], change_told["by"]) == (1, milk["id"], anna.id)
    item = (await anna.items(list_id))[milk["item"]]
    assert {"id": milk["item"], **change_told["items"][milk["item"]]} == item


async def test_another_phone_ends_with_the_same_list_by_applying_changes_alone(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    milk, bread = add("milk"), add("bread")
    async with await boris.live() as phone:
        items = {item["id"]: item for item in (await phone.call("lists.open", list=list_id))["items"]}
        await anna.done(list_id, milk, bread, add("milk", quantity=2), tick(bread["item"]), remove(milk["item"]))
        await anna.done(list_id, change(milk["item"], note="after all", seen=5), edit("rename", title="Новая"))
        await anna.done(list_id, edit("arrange", shop="Market", categories=["Dairy"]))
        await anna.call("lists.undo", list=list_id, revision=4, id=new_id())
        await phone.until(lambda: len(phone.changes(list_id)) == 9)
        changes = phone.changes(list_id)
    assert [told["revision"] for told in changes] == list(range(1, 10))
    for told in changes:
        apply(items, told)
    assert {key: item for key, item in items.items() if not item["removed"]} == await anna.items(list_id)
    assert [told["list"] for told in changes if "list" in told] == [
        {"title": "Новая"},
        {"categories": {"Market": ["Dairy"]}},
    ]


async def test_two_adds_close_together_are_both_on_the_other_phone_fifty_times(anna: Person, boris: Person) -> None:
    """A household's oldest complaint: the second of two quick adds is lost."""
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)

    async with await anna.live() as typing, await boris.live() as phone:
        for live in (typing, phone):
            await live.call("lists.open", list=list_id)

        async def twice(number: int) -> list[str]:
            first, second = add(f"first {number}"), add(f"second {number}")
            await typing.send("lists.edit", {"list": list_id, "edits": [first]})
            await asyncio.sleep(0.15)
            await typing.send("lists.edit", {"list": list_id, "edits": [second]})
            return [first["item"], second["item"]]

        sent = [item for pair in await asyncio.gather(*[twice(number) for number in range(50)]) for item in pair]
        await phone.until(lambda: len(phone.changes(list_id)) >= 100)
        heard = [item for told in phone.changes(list_id) for item in told["items"]]
    assert sorted(heard) == sorted(sent)
    assert set(await boris.items(list_id)) == set(sent)


async def test_32_calls_in_flight_are_answered_without_error_and_decided_in_order(anna: Person) -> None:
    list_id = await anna.new_list()
    async with await anna.live() as live:
        await live.call("lists.open", list=list_id)
        for _ in range(5):
            adds = [add(f"item {new_id()}") for _ in range(32)]
            flying = [await live.send("lists.edit", {"list": list_id, "edits": [sent]}) for sent in adds]
            answers = await asyncio.wait_for(asyncio.gather(*flying), 60)
            assert all(answer["ok"] for answer in answers), answers
            revisions = [answer["result"]["results"][0]["revision"] for answer in answers]
            assert revisions == list(range(revisions[0], revisions[0] + 32))
        assert [told["revision"] for told in live.changes(list_id)] == list(range(1, 161))


async def test_a_call_that_builds_on_an_unanswered_one_finds_its_work_done(anna: Person) -> None:
    list_id, copy_id = new_id(), new_id()
    async with await anna.live() as live:
        await live.call("lists.create", title="Mine", id=list_id)
        milk, undo = add("milk"), new_id()
        flying = [
            await live.send("lists.edit", {"list": list_id, "edits": [milk]}),
            await live.send("lists.edit", {"list": list_id, "edits": [tick(milk["item"])]}),
            await live.send("lists.undo", {"list": list_id, "revision": 2, "id": undo}),
            await live.send("lists.edit", {"list": list_id, "edits": [change(milk["item"], note="x")]}),
        ]
        answers = await asyncio.wait_for(asyncio.gather(*flying), 60)
        assert [answer["ok"] for answer in answers] == [True] * 4, answers
        assert [answer["result"]["results"][0]["revision"] for answer in answers] == [1, 2, 3, 4]
        await live.call("lists.copy", list=list_id, id=copy_id)
    (item,) = (await anna.items(list_id)).values()
    assert (item["ticked"], item["note"]) == (False, "x")


async def test_two_tabs_that_send_one_queue_at_once_do_it_once(anna: Person) -> None:
    list_id = await anna.new_list()
    queue = [add(f"item {number % 20}", quantity=1) for number in range(100)]
    calls = [{"list": list_id, "edits": queue[start : start + 5]} for start in range(0, 100, 5)]
    async with await anna.live() as one, await anna.live() as other:
        flying = [await tab.send("lists.edit", call) for call in calls for tab in (one, other)]
        answers = await asyncio.wait_for(asyncio.gather(*flying), 60)
    results = [result for answer in answers for result in answer["result"]["results"]]
    assert sorted(result["status"] for result in results) == ["applied"] * 100 + ["duplicate"] * 100
    assert len({(result["edit"], result["revision"], result.get("item")) for result in results}) == 100
    items = await anna.items(list_id)
    assert [item["quantity"] for item in items.values()] == [5] * 20


async def test_opening_under_fire_leaves_neither_gap_nor_double(anna: Person, boris: Person) -> None:
    """Twenty phones open while edits pour in: the answer and what is heard afterwards make every revision once."""
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    stop = asyncio.Event()

    async def pour() -> int:
        count = 0
        async with await anna.live() as live:
            while not stop.is_set() and count < 1900:
                calls = [
                    await live.send("lists.edit", {"list": list_id, "edits": [add(f"n {count + n}")]}) for n in range(4)
                ]
                await asyncio.gather(*calls)
                count += 4
        return count

    pouring = asyncio.ensure_future(pour())
    phones: list[tuple[Live, Json]] = []
    while len(phones) < 20 or len({opened["list"]["revision"] for _, opened in phones}) < 5:
        phone = await boris.live()
        phones.append((phone, await phone.call("lists.open", list=list_id)))
        assert len(phones) < 200, "nothing pours in while they open"
    stop.set()
    count = await pouring
    for phone, opened in phones:
        start = opened["list"]["revision"]
        await phone.until(lambda: start + len(phone.changes(list_id)) >= count)  # noqa: B023
        assert [told["revision"] for told in phone.changes(list_id)] == list(range(start + 1, count + 1))
        assert len(opened["items"]) == start
        await phone.close()


async def test_opening_with_since_answers_what_is_new_and_joins(anna: Person) -> None:
    list_id = await anna.new_list()
    await anna.done(list_id, add("milk"), add("bread"))
    async with await anna.live() as live:
        opened = await live.call("lists.open", list=list_id, since=1)
        assert (opened["whole"], len(opened["items"])) == (False, 1)
        await anna.done(list_id, add("tea"))
        assert (await live.hear("list.changed"))["revision"] == 3


async def test_opening_twice_hears_once_and_closing_hears_no_more(anna: Person) -> None:
    list_id, other = await anna.new_list(), await anna.new_list()
    async with await anna.live() as live:
        for _ in range(2):
            await live.call("lists.open", list=list_id)
        await live.call("lists.open", list=other)
        await anna.done(list_id, add("milk"))
        await live.hear("list.changed")
        await live.call("lists.close", list=list_id)
        await anna.done(list_id, add("bread"))
        await anna.done(other, add("nails"))
        await live.until(lambda: live.changes(other))
        await live.settle()
        assert [told["revision"] for told in live.changes(list_id)] == [1]
        await live.call("lists.close", list=list_id)
        await live.problem("invalid", "lists.close")


async def test_nobody_hears_a_list_unasked(anna: Person, boris: Person, stranger: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    async with await boris.live() as member, await stranger.live() as outside:
        await outside.problem("not_found", "lists.open", list=list_id)
        await anna.done(list_id, add("milk"))
        await member.settle()
        await outside.settle()
        assert member.heard == [("answer", member.heard[0][1])]
        assert not outside.events("list.changed")


async def test_the_clock_is_the_servers(anna: Person) -> None:
    async with await anna.live() as live:
        answer = await live.call("clock")
        assert list(answer) == ["now"]
        assert answer["now"] <= (await live.call("clock"))["now"] <= (await anna.get(await anna.new_list()))["now"]


# --- lists.changed: who hears that the index is another


async def heard_by(lives: dict[str, Live], acting: Any) -> set[str]:
    """Who hears ``lists.changed`` because of this; each hears it with nothing in it."""
    for live in lives.values():
        live.heard.clear()
    await acting
    await asyncio.sleep(0.1)
    for live in lives.values():
        await live.settle()
        assert all(payload is None for payload in live.events("lists.changed"))
    return {name for name, live in lives.items() if live.events("lists.changed")}


async def test_lists_changed_is_heard_by_those_whose_index_is_another(
    anna: Person, boris: Person, stranger: Person
) -> None:
    tablet = await anna.again()
    members = {"anna", "tablet", "boris"}
    lives = {
        "anna": await anna.live(),
        "tablet": await tablet.live(),
        "boris": await boris.live(),
        "stranger": await stranger.live(),
    }
    acting = lives["anna"]
    list_id = new_id()
    assert await heard_by(lives, acting.call("lists.create", title="Ours", id=list_id)) == {"anna", "tablet"}
    assert await heard_by(lives, acting.call("lists.create", title="Ours", id=list_id)) == set()
    code = await anna.invitation(list_id, "viewer")
    assert {"boris"} <= await heard_by(lives, boris.call("members.accept", code=code)) <= members
    code = await anna.invitation(list_id, "editor")
    assert {"boris"} <= await heard_by(lives, boris.call("members.accept", code=code)) <= members
    milk = add("milk")
    assert await heard_by(lives, anna.done(list_id, milk)) == set()
    assert await heard_by(lives, anna.done(list_id, tick(milk["item"]))) == set()
    assert await heard_by(lives, boris.done(list_id, edit("rename", title="Новая"))) == members
    assert await heard_by(lives, anna.call("lists.undo", list=list_id, revision=3, id=new_id())) == members
    assert await heard_by(lives, acting.call("lists.archive", list=list_id, archived=True)) == members
    assert await heard_by(lives, acting.call("lists.archive", list=list_id, archived=False)) == members
    assert await heard_by(lives, acting.call("lists.delete", list=list_id)) == members
    assert await heard_by(lives, acting.call("lists.restore", list=list_id)) == members
    assert await heard_by(lives, acting.call("lists.copy", list=list_id, id=new_id())) == {"anna", "tablet"}
    assert {"boris"} <= await heard_by(lives, lives["boris"].call("members.leave", list=list_id)) <= members
    for live in lives.values():
        await live.close()


# --- list.gone


async def test_a_deleted_list_is_gone_for_all_who_hear_it(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    async with await anna.live() as mine, await boris.live() as theirs:
        for live in (mine, theirs):
            await live.call("lists.open", list=list_id)
        await mine.call("lists.delete", list=list_id)
        for live in (mine, theirs):
            assert await live.hear("list.gone") == {"list": list_id, "reason": "deleted"}
        await anna.answered_list("lists.restore", list=list_id)
        await anna.done(list_id, add("milk"))
        await theirs.settle()
        assert not theirs.changes(list_id), "the server has left the room for this client"
        assert len((await theirs.call("lists.open", list=list_id))["items"]) == 1


async def test_who_leaves_hears_that_it_is_gone_and_nothing_after(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    other_device = await boris.again()
    async with await anna.live() as owner, await boris.live() as leaving, await other_device.live() as tablet:
        for live in (owner, leaving, tablet):
            await live.call("lists.open", list=list_id)
        await leaving.call("members.leave", list=list_id)
        for live in (leaving, tablet):
            assert await live.hear("list.gone") == {"list": list_id, "reason": "removed"}
        await anna.done(list_id, add("milk"))
        await owner.until(lambda: owner.changes(list_id))
        for live in (leaving, tablet):
            await live.settle()
            assert not live.changes(list_id)
        assert not owner.events("list.gone")


# --- whatever carries an acknowledgement id gets its answer


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ('["lists.get",{"list":NaN}]', "invalid"),
        ('["lists.get",{"list":1e999}]', "invalid"),
        ('["lists.get",{"list":' + "9" * 300 + "}]", "invalid"),
        ('["lists.get",{"list":' + "9" * 100_000 + "}]", "invalid"),
        ('["lists.get",{"list":"\\ud800"}]', "invalid"),
        ('["lists.get"]', "invalid"),
        ('["lists.get",null]', "invalid"),
        ('["lists.get",{},{}]', "invalid"),
        ('["lists.get",[]]', "invalid"),
        ('["lists.get","x"]', "invalid"),
        ('["lists.get",5]', "invalid"),
        ("[5,{}]", "invalid"),
        ("[null,{}]", "invalid"),
        ("[{},{}]", "invalid"),
        ("[]", "invalid"),
        ('["lists.get",' + "[" * 50_000 + "]" * 50_000 + "]", "invalid"),
        ('["no.such",{}]', "unknown_operation"),
        ('["connect",{}]', "unknown_operation"),
        ('["disconnect",{}]', "unknown_operation"),
        ('["connect_error",{}]', "unknown_operation"),
        ('["message",{}]', "unknown_operation"),
        ('["",{}]', "unknown_operation"),
        ('["list.changed",{}]', "unknown_operation"),
        ('["files.upload",{}]', "unknown_operation"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_strange_event_is_answered_and_the_connection_goes_on(
    server: Process, anna: Person, arguments: str, code: str
) -> None:
    wire, packet = await Wire.live(server.url, {"token": anna.token})
    assert packet.startswith("40/live,")
    async with wire:
        wire.send(f"42/live,7{arguments}")
        answer = await wire.answer(7)
        assert answer["ok"] is False
        check_problem(answer["error"], code)
        wire.emit("clock", {}, 8)
        assert (await wire.answer(8))["ok"] is True


async def test_a_binary_payload_is_answered_invalid(server: Process, anna: Person) -> None:
    wire, _ = await Wire.live(server.url, {"token": anna.token})
    async with wire:
        wire.send('451-/live,9["lists.get",{"_placeholder":true,"num":0}]')
        wire.writer.write(wire.frame(2, b"\x00\x01"))
        check_problem((await wire.answer(9))["error"], "invalid")
        wire.emit("clock", {}, 10)
        assert (await wire.answer(10))["ok"] is True


@pytest.mark.parametrize("excess", [0, 1])
async def test_a_call_of_one_mebibyte_passes_and_a_larger_one_is_too_large(
    server: Process, anna: Person, excess: int
) -> None:
    wire, _ = await Wire.live(server.url, {"token": anna.token})
    async with wire:
        payload = orjson.dumps({"title": "Full"}).decode()
        room = 1024 * 1024 - len(payload) if not excess else 1024 * 1024 + 64
        wire.send('42/live,3["lists.create",' + payload[:-1] + " " * room + "}]")
        answer = await wire.answer(3)
        if excess:
            check_problem(answer["error"], "too_large")
        else:
            assert answer["ok"] is True, answer
        wire.emit("clock", {}, 4)
        assert (await wire.answer(4))["ok"] is True


@pytest.mark.parametrize("frame", ["4", "49/live,", "nonsense", "9", "4x", "45"])
async def test_what_is_no_packet_closes_the_connection_and_no_other(server: Process, anna: Person, frame: str) -> None:
    before = server.logged().count("\n")
    async with await anna.live() as other:
        wire, _ = await Wire.live(server.url, {"token": anna.token})
        wire.send(frame)
        await wire.closed()
        wire.close()
        await other.settle()
        assert other.connected
    logged = "\n".join(server.logged().splitlines()[before:])
    assert "Traceback" not in logged


@pytest.mark.parametrize("rest", ["[", "{}", "", "x[]", "[1,]", '["lists.get",{}', '["lists.get",{}]]'])
async def test_an_event_whose_json_is_broken_is_answered_or_the_end_never_silence(
    server: Process, anna: Person, rest: str
) -> None:
    """Whether this still is a packet may be read either way; whoever sent it must not wait for ever."""
    before = server.logged().count("\n")
    wire, _ = await Wire.live(server.url, {"token": anna.token})
    async with wire:
        wire.send(f"42/live,7{rest}")
        packet = await wire.packet()
        if packet.startswith("43/live,7"):
            (answer,) = orjson.loads(packet.removeprefix("43/live,7"))
            check_problem(answer["error"], "invalid")
        else:
            assert packet.startswith(("41", "1")) or packet == "", packet
    logged = "\n".join(server.logged().splitlines()[before:])
    assert "Traceback" not in logged


async def test_only_the_namespace_live_is_served(server: Process, anna: Person) -> None:
    for namespace in ("", "/other,", "/admin,"):
        async with await Wire.open(server.url) as wire:
            assert (await wire.text()).startswith("0{")
            wire.send(f"40{namespace}" + orjson.dumps({"token": anna.token}).decode())
            answer = await wire.packet()
            assert answer == "" or answer.startswith("44"), answer


async def test_signing_in_over_a_connection_does_not_change_whose_it_is(anna: Person, boris: Person) -> None:
    async with await anna.live() as live:
        signed_in = await live.call("accounts.sign_in", email=boris.email, password=boris.password)
        assert signed_in["user"]["id"] == boris.id
        assert (await live.call("accounts.me"))["user"]["id"] == anna.id


async def test_a_call_without_acknowledgement_is_done_all_the_same(server: Process, anna: Person) -> None:
    list_id = await anna.new_list()
    wire, _ = await Wire.live(server.url, {"token": anna.token})
    async with wire:
        wire.emit("lists.open", {"list": list_id}, 1)
        await wire.answer(1)
        wire.emit("lists.edit", {"list": list_id, "edits": [add("milk")]})
        assert (await wire.packet()).startswith('42/live,["list.changed",')
    assert (await anna.get(list_id))["list"]["revision"] == 1
