"""Rooms: one encoding for all, one write for each, and nobody's slowness at another's cost."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from shoplist_appliance.domain.ids import ListId, PersonId
from shoplist_appliance.live import engine, packets, rooms, websocket
from shoplist_appliance.live.frames import text_frame
from shoplist_appliance.live.wires import SocketWire
from shoplist_appliance.ports import ListGone, ListsChanged
from shoplist_appliance.web.shapes import event_json
from tests.clients.wire import Wire
from tests.live.conftest import Town, until

MIB = 1024 * 1024


# --- who hears what


async def test_a_room_is_heard_by_those_in_it_alone(town: Town) -> None:
    async with await town.opened("milk") as milk, await town.opened("bread") as bread:
        town.tell("milk", "one")
        town.tell("bread", "two")
        assert orjson.loads((await milk.packet())[8:]) == ["list.gone", {"list": "milk", "reason": "one"}]
        assert orjson.loads((await bread.packet())[8:]) == ["list.gone", {"list": "bread", "reason": "two"}]


async def test_every_connection_of_a_person_hears_the_persons_room(town: Town) -> None:
    async with await town.wire() as first, await town.wire(token="anna.2") as second, await town.wire("boris") as other:
        town.broadcaster.tell("person:anna", ListsChanged())
        assert await first.packet() == '42/live,["lists.changed"]'
        assert await second.packet() == '42/live,["lists.changed"]'
        other.emit("echo", {}, 1)
        assert (await other.packet()).startswith("43")


async def test_who_is_expelled_hears_the_reason_and_nothing_after(town: Town) -> None:
    async with await town.opened(token="anna") as anna, await town.opened(token="boris") as boris:
        gone = ListGone(ListId("milk"), "removed")
        town.broadcaster.expel("list:milk", gone, PersonId("anna"))
        town.tell("milk", "after")
        assert orjson.loads((await anna.packet())[8:])[1]["reason"] == "removed"
        anna.emit("echo", {}, 2)
        assert (await anna.packet()).startswith("43/live,2")
        assert orjson.loads((await boris.packet())[8:])[1]["reason"] == "after"
        town.broadcaster.expel("list:milk", gone)
        assert orjson.loads((await boris.packet())[8:])[1]["reason"] == "removed"
        assert town.broadcaster.is_empty("list:milk")


async def test_who_has_gone_is_in_no_room(town: Town) -> None:
    wire = await town.opened()
    assert sorted(town.broadcaster.rooms("")) == ["list:milk", "person:anna"]
    assert town.broadcaster.rooms("list:") == ["list:milk"]
    assert not town.broadcaster.is_empty("list:milk")
    wire.close()
    await until(lambda: not town.broadcaster.rooms(""))
    assert town.broadcaster.is_empty("list:milk")
    town.tell("milk")


async def test_joining_and_the_answer_are_one_step(town: Town) -> None:
    """What is told right after is heard after the answer; what was told right before is not."""
    async with await town.wire() as wire:
        for number in range(100):
            wire.emit("lists.open", {"list": f"list {number}"}, number)
            town.tell(f"list {number}", "before")
            await until(lambda number=number: not town.broadcaster.is_empty(f"list:list {number}"))  # type: ignore[misc]
            town.tell(f"list {number}", "after")
            assert (await wire.packet()).startswith(f"43/live,{number}[")
            assert "after" in await wire.packet()


# --- one encoding, one write


async def test_a_message_for_a_hundred_is_encoded_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"events": 0, "frames": 0}

    def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            counts[name] += 1
            return function(*args)

        return counted

    wires = [await town.opened() for _ in range(100)]
    monkeypatch.setattr(rooms, "event_json", counting("events", event_json))
    monkeypatch.setattr(packets, "text_frame", counting("frames", text_frame))
    monkeypatch.setattr(websocket, "text_frame", counting("frames", text_frame))
    town.tell("milk")
    for wire in wires:
        assert await wire.packet() == '42/live,["list.gone",{"list":"milk","reason":"deleted"}]'
        wire.close()
    assert counts == {"events": 1, "frames": 1}


async def test_what_a_step_of_the_loop_brings_for_a_client_is_one_write(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[bytes] = []
    send = SocketWire.send

    def counted(wire: SocketWire, data: bytes | memoryview) -> int:
        writes.append(bytes(data))
        return send(wire, data)

    async with await town.opened() as first, await town.opened() as second:
        monkeypatch.setattr(SocketWire, "send", counted)
        for number in range(50):
            town.tell("milk", number)
        for wire in (first, second):
            for number in range(50):
                assert orjson.loads((await wire.packet())[8:])[1]["reason"] == number
    assert len(writes) >= 2
    assert len([data for data in writes if b"list.gone" in data]) == 2
    assert writes[0] == writes[1]


# --- who does not keep up


def goes_on(wire: Wire) -> None:
    """It reads again."""
    transport = wire.writer.transport
    assert isinstance(transport, asyncio.ReadTransport)
    transport.resume_reading()


async def stopped(town: Town) -> Wire:
    wire = await town.opened(receive_buffer=4096)
    wire.stop_reading()
    return wire


def large(number: int, size: int = 50_000) -> str:
    return f"{number:06}" + "ж" * (size // 2)


async def test_a_client_that_reads_slowly_gets_whole_frames_in_order(town: Town) -> None:
    """The socket takes a part of a frame again and again; nothing lands inside it, neither news nor answers."""
    wire = await town.opened(receive_buffer=4096)
    wire.stop_reading()
    for number in range(20):
        town.tell("milk", large(number))
        wire.emit("echo", {"x": "y" * 5000}, number)
        await asyncio.sleep(0.005)
    goes_on(wire)
    news: list[str] = []
    answers: list[int] = []
    while len(news) < 20 or len(answers) < 20:
        await asyncio.sleep(0.002)
        packet = await wire.packet()
        if packet.startswith("42"):
            news.append(orjson.loads(packet[8:])[1]["reason"])
        else:
            head, _, rest = packet.partition("[")
            answers.append(int(head.removeprefix("43/live,")))
            assert orjson.loads("[" + rest) == [{"ok": True, "result": {"x": "y" * 5000}}]
    assert news == [large(number) for number in range(20)]
    assert sorted(answers) == list(range(20))
    wire.close()


async def test_who_has_over_a_mebibyte_of_news_waiting_is_dropped_and_delays_nobody(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    stuck = await stopped(town)
    async with await town.opened() as other:
        took: list[float] = []
        for number in range(100):
            began = time.perf_counter()
            town.tell("milk", large(number))
            assert orjson.loads((await other.packet())[8:])[1]["reason"] == large(number)
            took.append(time.perf_counter() - began)
        assert sorted(took)[90] < 0.5
        await until(lambda: len(town.live.engine.sessions) == 1)
        (record,) = [record for record in caplog.records if record.name == "shoplist_appliance.live.engine"]
        assert "slow" in record.getMessage()
    assert town.counters.count("live_ends", why="slow") == 1
    goes_on(stuck)
    await stuck.closed()
    assert stuck.read_bytes < 2 * MIB, "what was told later was not kept for it"
    stuck.close()


async def test_a_single_message_over_a_mebibyte_reaches_a_client_that_reads(town: Town) -> None:
    """A call of 500 edits makes one; whoever takes it as fast as the network lets them is not slow."""
    wire = await town.opened(receive_buffer=4096)
    town.tell("milk", large(1, 2 * MIB))
    assert len((await wire.packet()).encode()) > 2 * MIB
    wire.close()


async def test_answers_do_not_count_as_news_but_who_leaves_them_is_not_read_from(town: Town) -> None:
    wire = await stopped(town)
    for number in range(200):
        wire.emit("big", {"size": MIB // 4}, number)
        if number % 10 == 0:
            town.tell("milk", large(number, 10_000))
    (session,) = town.live.engine.sessions.values()
    await until(lambda: session.holds & engine.ANSWERS_WAIT)
    await asyncio.sleep(0.3)
    assert len(town.live.engine.sessions) == 1, "it is not slow: what waits are answers"
    assert session.holds & engine.ANSWERS_WAIT
    transport: Any = session.transport
    assert transport._answers < 80 * MIB // 4, "most of its calls have not been read"
    goes_on(wire)
    got: set[str] = set()
    while len(got) < 200:
        packet = await wire.packet()
        if packet.startswith("43"):
            got.add(packet.partition("[")[0])
    assert not session.holds
    wire.close()


async def test_who_takes_not_a_byte_is_dropped_and_who_takes_some_is_not(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "STALLED_AFTER", 2.0)
    stuck, slow = await stopped(town), await stopped(town)
    for number in range(20):
        town.tell("milk", large(number))
        await asyncio.sleep(0)
    began = time.monotonic()
    while len(town.live.engine.sessions) == 2:
        goes_on(slow)
        await slow.reader.read(2000)
        slow.stop_reading()
        await asyncio.sleep(0.2)
        assert time.monotonic() - began < 60
    assert time.monotonic() - began > 1.5
    assert town.counters.count("live_ends", why="stalled") == 1
    goes_on(stuck)
    await stuck.closed()
    (left,) = town.live.engine.sessions.values()
    assert town.live.engine.is_stuck(left.transport), "the other one is behind too, but takes what it can"
    stuck.close()
    slow.close()
