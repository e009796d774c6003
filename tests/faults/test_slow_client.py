"""A client that stops reading delays nobody, costs a bounded amount of memory, and is dropped."""

import asyncio
import statistics
import time
from pathlib import Path

from tests.clients.http import Http
from tests.clients.live import Live
from tests.clients.making import add, change, new_id
from tests.clients.person import Person
from tests.clients.process import Process
from tests.clients.wire import Wire

MIB = 1024 * 1024
NOTE = "ж" * 1000  # 2,000 bytes in a frame


async def edits_took(anna: Person, live: Live, list_id: str, count: int, other: str = "") -> list[list[float]]:
    """How long each of so many edits took, one after another, in ms; and each of those of another list between them."""
    took: list[list[float]] = [[], []]
    item = add("milk")
    for each in filter(None, (list_id, other)):
        await anna.done(each, {**item, "id": new_id()})
    for number in range(count):
        for each, times in zip((list_id, other), took, strict=True):
            if each and (each == list_id or number % 5 == 0):
                start = time.perf_counter()
                await live.call("lists.edit", list=each, edits=[change(item["item"], note=f"{number} {NOTE}")])
                times.append((time.perf_counter() - start) * 1000)
    return took


async def test_who_stops_reading_delays_no_other_grows_no_memory_and_is_dropped(tmp_path: Path) -> None:
    with Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            anna = await Person.registered(http)
            list_id, other = await anna.new_list(), await anna.new_list()
            async with await anna.live() as live, await anna.live() as phone:
                for reader in (live, phone):
                    await reader.call("lists.open", list=list_id)
                before_them, _ = await edits_took(anna, live, list_id, 200)
                before = process.resident()
                stuck = [await stopped(process, anna, list_id) for _ in range(20)]
                beside, alone = await edits_took(anna, live, list_id, 1500, other)
                assert process.resident() - before < 60 * MIB, "each may hold about a mebibyte, and no more"
                for start in range(
                    0, 1500, 250
                ):  # at first they are only behind, and at last they are not there any more
                    slow = statistics.median(beside[start : start + 250])
                    quick = statistics.median(alone[start // 5 : start // 5 + 50])
                    assert slow < 3 * quick + 2, "others are delayed"
                    assert quick < 10 * statistics.median(before_them) + 50, "and those of other lists"
                assert max(*beside, *alone) < 5000
                await phone.until(lambda: len(phone.changes(list_id)) == 1702)
                assert [told["revision"] for told in phone.changes(list_id)] == list(range(1, 1703))
                for wire in stuck:
                    wire.go_on_reading()
                    await wire.closed()  # what lay in the kernel's buffers, then the end
                    assert wire.read_bytes < 1500 * len(NOTE.encode()), "it was dropped while it was behind"
                assert live.connected
                assert phone.connected
    assert "Traceback" not in process.logged()


async def stopped(process: Process, person: Person, list_id: str) -> Wire:
    """A client in the room that has just stopped reading."""
    wire, packet = await Wire.live(process.url, {"token": person.token}, receive_buffer=4096)
    assert packet.startswith("40/live,")
    wire.emit("lists.open", {"list": list_id}, 1)
    await wire.answer(1)
    wire.stop_reading()
    return wire


async def test_who_takes_not_a_byte_for_ten_seconds_is_dropped(tmp_path: Path) -> None:
    """Well under the mebibyte: the kernel's buffers are full and stay so."""
    with Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            anna = await Person.registered(http)
            list_id = await anna.new_list()
            wire = await stopped(process, anna, list_id)
            item = add("milk")
            await anna.done(list_id, item)
            while queued(process, wire) == 0:  # fill what the kernel takes
                await anna.done(list_id, *[change(item["item"], note=f"{n} {NOTE}") for n in range(100)])
            start = time.monotonic()
            async with await anna.live() as live:
                while established(process, wire):
                    assert time.monotonic() - start < 60, "it was not dropped"
                    await live.settle()
                    await asyncio.sleep(0.2)
            assert time.monotonic() - start > 5, "it was given its time"
            wire.close()


def connection(process: Process, wire: Wire) -> list[str]:
    """The server's side of this connection in the kernel's table; empty where the server has let go of it."""
    mine, theirs = wire.writer.get_extra_info("sockname")[1], int(process.url.rsplit(":", 1)[1])
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(f":{theirs:04X}") and fields[2].endswith(f":{mine:04X}"):
            return fields
    return []


def queued(process: Process, wire: Wire) -> int:
    """Bytes that wait in the kernel for this client, once they are as many as it will take: else 0."""
    fields = connection(process, wire)
    waiting = int(fields[4].split(":")[0], 16) if fields else 0
    return waiting if waiting > 100_000 else 0


def established(process: Process, wire: Wire) -> bool:
    fields = connection(process, wire)
    return bool(fields) and fields[3] == "01"


async def test_who_asks_without_reading_the_answers_is_not_read_from(tmp_path: Path) -> None:
    """Answers are megabytes here; a thousand of them must not pile up."""
    with Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            anna = await Person.registered(http)
            list_id = await anna.new_list()
            for start in range(0, 1000, 250):
                await anna.done(list_id, *[add(f"item {start + n}", note=NOTE) for n in range(250)])
            before = process.resident()
            wire, _ = await Wire.live(process.url, {"token": anna.token}, receive_buffer=4096)
            wire.stop_reading()
            for number in range(1000):
                wire.emit("lists.get", {"list": list_id}, number)
            async with await anna.live() as live:
                took = []
                for _ in range(20):
                    start_ = time.perf_counter()
                    await live.call("lists.edit", list=list_id, edits=[add(f"new {time.time_ns()}")])
                    took.append(time.perf_counter() - start_)
                    await asyncio.sleep(0.05)
                assert statistics.median(took) < 1, "another is delayed"
                assert max(took) < 5, "another is delayed"
            assert process.resident() - before < 80 * MIB, "answers pile up for who does not read"
            wire.close()


async def test_a_slow_polling_client_is_bounded_too(tmp_path: Path) -> None:
    """A page in a pocket polls once and never again: what the room is told does not pile up for it."""
    with Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            anna = await Person.registered(http)
            list_id = await anna.new_list()
            for _ in range(20):
                await polled_once(http, anna, list_id)
            before = process.resident()
            async with await anna.live() as live:
                await edits_took(anna, live, list_id, 1500)
            assert process.resident() - before < 60 * MIB


async def polled_once(http: Http, person: Person, list_id: str) -> None:
    path = "/socket.io/?EIO=4&transport=polling"
    opening = await http.get(path)
    sid = opening.body.decode().split('"sid":"')[1].split('"')[0]
    text = {"Content-Type": "text/plain"}
    await http.send("POST", f"{path}&sid={sid}", f'40/live,{{"token":"{person.token}"}}'.encode(), text)
    assert b"40/live," in (await http.get(f"{path}&sid={sid}")).body
    event = f'42/live,1["lists.open",{{"list":"{list_id}"}}]'
    opened = await http.send("POST", f"{path}&sid={sid}", event.encode(), text)
    assert opened.status == 200
