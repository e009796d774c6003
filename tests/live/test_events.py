"""Events: each is a call, answered in the contract's words whatever it carries, and never at another's cost."""

import asyncio
import logging

import orjson
import pytest

from shoplist_appliance.live.server import MOST_CALLS, MOST_READING
from tests.clients.http import check_problem
from tests.live.conftest import Town, until

ALL = [("websocket",), ("polling",), ("polling", "websocket")]
MIB = 1024 * 1024


@pytest.mark.parametrize("transports", ALL, ids="-".join)
async def test_a_call_is_answered_and_a_room_is_heard(town: Town, transports: tuple[str, ...]) -> None:
    async with await town.client("anna", *transports) as client:
        assert await client.call("echo", text="молоко") == {"text": "молоко"}
        town.tell("milk")
        await client.call("lists.open", list="milk")
        town.tell("milk")
        assert await client.hear("list.gone") == {"list": "milk", "reason": "deleted"}
        assert len(client.events("list.gone")) == 1


@pytest.mark.parametrize("transports", ALL, ids="-".join)
async def test_calls_take_their_place_in_the_order_sent_and_do_not_wait_for_each_other(
    town: Town, transports: tuple[str, ...]
) -> None:
    async with await town.client("anna", *transports) as client:
        slow = await client.send("wait", {})
        answers = [await client.send("place", {"number": number}) for number in range(50)]
        await asyncio.wait_for(asyncio.gather(*answers), 30)
        assert [wish["number"] for wish in town.begun] == list(range(50))
        assert not slow.done()
        town.gate.set()
        assert await slow == {"ok": True, "result": {}}


async def test_events_of_one_chunk_keep_their_order(town: Town) -> None:
    async with await town.wire() as wire:
        chunk = b"".join(
            wire.frame(1, b'42/live,%d["place",{"number":%d}]' % (number, number)) for number in range(300)
        )
        wire.writer.write(chunk)
        for number in range(300):
            assert await wire.packet() == f'43/live,{number}[{{"ok":true,"result":{{"number":{number}}}}}]'
    assert [wish["number"] for wish in town.begun] == list(range(300))


async def test_a_fault_in_a_call_is_answered_and_logged_once(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    async with await town.wire() as wire:
        wire.emit("fault", {}, 5)
        answer = await wire.answer(5)
        assert answer["ok"] is False
        assert (answer["error"]["status"], answer["error"]["code"]) == (500, "internal")
        wire.emit("echo", {}, 6)
        assert (await wire.answer(6))["ok"] is True
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.exc_info is not None


async def test_an_answer_that_is_no_json_is_a_fault_too(town: Town) -> None:
    async with await town.wire() as wire:
        for call, name in enumerate(("unencodable", "unencodable.later")):
            wire.emit(name, {}, call)
            assert (await wire.answer(call))["error"]["code"] == "internal"


STRANGE = [
    ('["echo",NaN]', "invalid"),
    ('["echo",{"x":-Infinity}]', "invalid"),
    ('["echo",{"x":' + "9" * 100_000 + "}]", "invalid"),
    ('["echo",{"x":"\\ud800"}]', "invalid"),
    ('["echo"]', "invalid"),
    ('["echo",]', "invalid"),
    ('["echo",null]', "invalid"),
    ('["echo",{},{}]', "invalid"),
    ('["echo",{}]]', "invalid"),
    ('["echo",{}] []', "invalid"),
    ('["echo"][{}]', "invalid"),
    ('["echo" {}]', "invalid"),
    ('["echo",[]]', "invalid"),
    ("[]", "invalid"),
    ("[5,{}]", "invalid"),
    ("[null,{}]", "invalid"),
    ("[[],{}]", "invalid"),
    ('["ec\x01ho",{}]', "invalid"),
    ("{}", "invalid"),
    ("[", "invalid"),
    ("nonsense", "invalid"),
    ("", "invalid"),
    ('["connect",{}]', "unknown_operation"),
    ('["disconnect",{}]', "unknown_operation"),
    ('["connect"]', "unknown_operation"),
    ('["nobody.knows",{},{}]', "unknown_operation"),
    ('["' + "x" * 100_000 + '",{}]', "unknown_operation"),
    ('["",{}]', "unknown_operation"),
    ('["\\u0065cho"]', "invalid"),  # it is `echo`, written in another way
]


@pytest.mark.parametrize(("content", "code"), STRANGE, ids=[content[:25] for content, _ in STRANGE])
async def test_a_strange_event_is_answered_and_the_next_one_too(
    town: Town, caplog: pytest.LogCaptureFixture, content: str, code: str
) -> None:
    async with await town.wire() as wire:
        wire.send(f"42/live,7{content}")
        check_problem((await wire.answer(7))["error"], code)
        wire.emit("echo", {}, 8)
        assert (await wire.answer(8))["ok"] is True
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert town.counters.count("refused", code=code) == 1


async def test_white_space_around_an_event_does_not_matter(town: Town) -> None:
    async with await town.wire() as wire:
        wire.send('42/live,7 [ "echo" ,\n{"a": 1} ] ')
        assert await wire.answer(7) == {"ok": True, "result": {"a": 1}}


@pytest.mark.parametrize("content", ['["echo",NaN]', '["echo"]', "[]", '["nobody.knows",{}]', '["fault",{}]'])
async def test_without_an_id_nothing_is_answered_and_the_connection_stays(town: Town, content: str) -> None:
    async with await town.wire() as wire:
        wire.send(f"42/live,{content}")
        wire.emit("echo", {}, 8)
        assert (await wire.packet()).startswith("43/live,8[")


async def test_a_call_without_an_id_is_done(town: Town) -> None:
    async with await town.wire() as wire:
        wire.emit("place", {"milk": 1})
        wire.emit("echo", {}, 1)
        await wire.answer(1)
    assert town.begun == [{"milk": 1}]


@pytest.mark.parametrize("id", ["0", "007", "9" * 16, "9" * 100])
async def test_the_id_comes_back_as_it_was_sent(town: Town, id: str) -> None:
    async with await town.wire() as wire:
        wire.send(f'42/live,{id}["echo",{{}}]')
        assert (await wire.packet()).startswith(f"43/live,{id}[")


@pytest.mark.parametrize("attachments", [1, 2])
async def test_a_binary_payload_is_invalid_and_its_attachments_are_passed_over(town: Town, attachments: int) -> None:
    async with await town.wire() as wire:
        wire.send(f'45{attachments}-/live,9["echo",{{"x":{{"_placeholder":true,"num":0}}}}]')
        for _ in range(attachments):
            wire.writer.write(wire.frame(2, b"\x00\xff"))
        check_problem((await wire.answer(9))["error"], "invalid")
        wire.emit("echo", {}, 10)
        assert (await wire.answer(10))["ok"] is True
        wire.writer.write(wire.frame(2, b"\x00\xff"))  # one that belongs to nothing
        await wire.closed(5)


@pytest.mark.parametrize("transports", ALL, ids="-".join)
async def test_a_binary_payload_of_the_official_client_is_invalid(town: Town, transports: tuple[str, ...]) -> None:
    async with await town.client("anna", *transports) as client:
        await client.problem("invalid", "echo", x=b"\x00\x01", y=[b"\x02"])
        assert await client.call("echo", x=1) == {"x": 1}


async def test_a_payload_of_one_mebibyte_passes_and_one_byte_more_is_too_large(town: Town) -> None:
    async with await town.wire() as wire:
        for excess, call in ((0, 1), (1, 2), (MIB, 3), (3 * MIB, 4)):
            payload = b'{"x":"' + b"x" * (MIB - 8 + excess) + b'"}'
            wire.writer.write(wire.frame(1, b'42/live,%d["echo",%b]' % (call, payload)))
            answer = await wire.answer(call)
            if excess:
                check_problem(answer["error"], "too_large")
            else:
                assert answer == {"ok": True, "result": orjson.loads(payload)}
        wire.writer.write(wire.frame(1, b'42/live,5["nobody.knows","' + b"x" * (3 * MIB) + b'"]'))
        check_problem((await wire.answer(5))["error"], "unknown_operation")
        wire.emit("echo", {}, 6)
        assert (await wire.answer(6))["ok"] is True


BROKEN = [
    "4", "42", "4x", "49/live,", "nonsense", "9", "2", "42/live,[", "42/live,{}", "42/live,x", "45", "45/live,[]",
    "421-/live,[]", "43/live,1", "42/live," + "7" * 101 + '["echo",{}]',
]  # fmt: skip


@pytest.mark.parametrize("packet", BROKEN, ids=[packet[:20] for packet in BROKEN])
async def test_what_is_no_packet_closes_its_connection_with_one_counted_line(
    town: Town, caplog: pytest.LogCaptureFixture, packet: str
) -> None:
    caplog.set_level(logging.INFO)
    async with await town.wire() as wire, await town.wire(token="boris") as other:
        wire.send(packet)
        assert await wire.message() == (8, (1002).to_bytes(2, "big") + (await _detail(caplog)).encode())
        other.emit("echo", {}, 1)
        assert (await other.answer(1))["ok"] is True
    (record,) = [record for record in caplog.records if record.name == "shoplist_appliance.live.engine"]
    assert record.exc_info is None
    assert town.counters.count("live_ends", why="malformed") == 1


async def _detail(caplog: pytest.LogCaptureFixture) -> str:
    """What the line about it says: that is what the client is told as well."""
    while not (lines := [record for record in caplog.records if record.name == "shoplist_appliance.live.engine"]):
        await asyncio.sleep(0.01)
    return lines[0].getMessage().removeprefix("live connection ended: malformed ")


@pytest.mark.parametrize(("name", "most"), [("turn", MOST_CALLS), ("wait", MOST_READING)])
@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_many_calls_at_once_are_bounded_and_all_answered(
    town: Town, name: str, most: int, transport: str
) -> None:
    async with await town.client("anna", transport) as client:
        answers = [await client.send(name, {"number": number}) for number in range(3 * MOST_CALLS)]
        place = await client.send("place", {})
        await until(lambda: town.live.running == most)
        await asyncio.sleep(0.2)
        assert town.live.running == most
        assert not place.done(), "it would have overtaken those sent before it"
        town.gate.set()
        answered = await asyncio.wait_for(asyncio.gather(*answers, place), 60)
        assert [answer["result"] for answer in answered[:-1]] == [{"number": n} for n in range(3 * MOST_CALLS)]
        assert town.live.running == 0


async def test_answers_of_a_client_that_has_gone_go_nowhere(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    wire = await town.wire()
    wire.emit("wait", {}, 1)
    wire.emit("echo", {}, 2)
    await wire.answer(2)
    wire.close()
    while town.live.engine.sessions:
        await asyncio.sleep(0.01)
    town.gate.set()
    while town.live.running:
        await asyncio.sleep(0.01)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
