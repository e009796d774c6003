"""Long polling, and the change to WebSocket: by hand, as the protocol's text says it, with what clients get wrong."""

import asyncio
import base64
import logging
import time
from typing import Any

import orjson
import pytest

from shoplist_appliance.live import engine, frames
from tests.clients.http import Answer, Http, check_problem
from tests.clients.wire import Wire
from tests.live.conftest import Town, shaken, until

MIB = 1024 * 1024
PATH = "/socket.io/?EIO=4&transport=polling"


class Poller:
    """A polling client by hand."""

    def __init__(self, town: Town, http: Http, opening: dict[str, Any]) -> None:
        self.town, self.http, self.opening = town, http, opening
        self.path = f"{PATH}&sid={opening['sid']}"

    async def get(self) -> list[str]:
        """The packets of one GET."""
        answer = await self.http.get(self.path)
        assert answer.status == 200, answer
        assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
        text = answer.body.decode() if isinstance(answer.body, bytes) else answer.body
        assert isinstance(text, str)
        return text.split("\x1e")

    async def waits(self) -> "asyncio.Task[list[str]]":
        """A GET that the server has begun to keep waiting."""
        get = asyncio.ensure_future(self.get())
        await until(lambda: self.transport.is_waiting)
        return get

    @property
    def transport(self) -> Any:
        """The server's side of it."""
        return self.town.live.engine.sessions[self.opening["sid"]].transport

    async def post(self, *packets: str | bytes, expected: int = 200) -> Answer:
        body = b"\x1e".join(packet.encode() if isinstance(packet, str) else packet for packet in packets)
        answer = await self.http.send("POST", self.path, body, {"Content-Type": "text/plain;charset=UTF-8"})
        assert answer.status == expected, answer
        return answer

    async def answers(self, count: int) -> dict[int, Any]:
        """So many acknowledgements, by their ids."""
        got: dict[int, Any] = {}
        while len(got) < count:
            for packet in await self.get():
                if packet.startswith("43/live,"):
                    id, _, content = packet.removeprefix("43/live,").partition("[")
                    got[int(id)] = orjson.loads("[" + content)[0]
        return got


async def polling(town: Town, http: Http, token: str = "anna") -> Poller:
    """A session that has been let in."""
    answer = await http.get(PATH)
    poller = Poller(town, http, orjson.loads(answer.body[1:]))
    await poller.post(f'40/live,{{"token":"{token}"}}')
    (packet,) = await poller.get()
    assert packet.startswith("40/live,{")
    return poller


async def test_the_opening_says_how_to_go_on(town: Town) -> None:
    async with Http(town.url) as http:
        answer = await http.get(PATH)
        opening = orjson.loads(answer.body.removeprefix(b"0"))
        assert set(opening) == {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}
        assert opening["upgrades"] == ["websocket"]
        assert (opening["pingInterval"], opening["pingTimeout"]) == (25000, 20000)
        assert opening["maxPayload"] >= MIB
        assert answer.headers["X-Request-Id"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server" not in answer.headers


async def test_a_queue_of_many_calls_in_one_body_passes(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        await poller.post(*[f'42/live,{number}["place",{{"number":{number}}}]' for number in range(400)])
        assert await poller.answers(400) == {n: {"ok": True, "result": {"number": n}} for n in range(400)}
        assert [wish["number"] for wish in town.begun] == list(range(400))


async def test_one_answer_has_no_more_packets_than_the_python_client_takes(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        await poller.post(*[f'42/live,{number}["place",{{}}]' for number in range(40)])
        assert [len(await poller.get()) for _ in range(3)] == [16, 16, 8]


async def test_a_body_of_many_mebibytes_passes_and_too_large_calls_in_it_are_answered(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        padding = "ж" * (400 * 1024)
        packets = [f'42/live,{number}["place",{{"x":"{padding}"}}]' for number in range(5)]
        packets[2:2] = [f'42/live,{number}["place",{{"x":"{padding * times}"}}]' for number, times in ((7, 2), (8, 4))]
        post = asyncio.ensure_future(poller.post(*packets))
        answers = await poller.answers(7)
        await post
        assert [answers[number]["ok"] for number in range(5)] == [True] * 5
        for number in (7, 8):
            check_problem(answers[number]["error"], "too_large")
        assert len(town.begun) == 5


async def test_binary_in_a_payload_is_answered_invalid(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        await poller.post(
            '451-/live,3["place",{"x":{"_placeholder":true,"num":0}}]',
            "b" + base64.b64encode(b"\0\1").decode(),
            '42/live,4["echo",{}]',
        )
        answers = await poller.answers(2)
        check_problem(answers[3]["error"], "invalid")
        assert answers[4]["ok"] is True


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"4nonsense", b"\xff\xfe", b'42/live,1["echo",{}]\x1e9', b"2", b"b!!"]
)
async def test_what_is_no_packet_ends_the_session_with_one_line(
    town: Town, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    caplog.set_level(logging.INFO)
    async with Http(town.url) as http:
        poller = await polling(town, http)
        waiting = await poller.waits()
        await poller.post(body)
        assert (await waiting)[-1] == "1"
        assert (await http.get(poller.path)).status == 400
    (record,) = [record for record in caplog.records if record.name == "shoplist_appliance.live.engine"]
    assert "malformed" in record.getMessage()
    assert not [record for record in caplog.records if record.exc_info]


async def test_two_gets_at_once_end_the_session(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        first = await poller.waits()
        assert (await http.get(poller.path)).status == 400
        assert await first == ["1"]
        assert not town.live.engine.sessions


async def test_two_posts_at_once_end_the_session(town: Town) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(town.url.rsplit(":", 1)[1]))
    async with Http(town.url) as http:
        poller = await polling(town, http)
        writer.write(f"POST {poller.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n42".encode())
        await until(lambda: poller.transport._posting)
        await poller.post('42/live,1["echo",{}]', expected=400)
        assert not town.live.engine.sessions
    writer.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_who_breaks_off_a_request_has_gone(town: Town, method: str) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(town.url.rsplit(":", 1)[1]))
    async with Http(town.url) as http:
        poller = await polling(town, http)
        length = "Content-Length: 100\r\n" if method == "POST" else ""
        writer.write(f"{method} {poller.path} HTTP/1.1\r\nHost: x\r\n{length}\r\n".encode())
        await until(lambda: poller.transport.is_waiting if method == "GET" else poller.transport._posting)
        writer.close()
        await until(lambda: not town.live.engine.sessions)
        assert town.broadcaster.rooms("") == []
        assert (await http.get(poller.path)).status == 400


async def test_a_client_that_says_goodbye_is_gone_at_once(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        waiting = await poller.waits()
        await poller.post("1")
        assert await waiting == ["6"]
        assert town.broadcaster.rooms("") == []
    assert town.counters.count("live_ends", why="left") == 1


async def test_who_polls_no_more_is_dropped_after_a_while_or_a_mebibyte(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "STALLED_AFTER", 1.5)
    async with Http(town.url) as http:
        for size, why in ((500, "stalled"), (100_000, "slow")):
            poller = await polling(town, http)
            await poller.post('42/live,1["lists.open",{"list":"milk"}]')
            await poller.answers(1)
            began = time.monotonic()
            for _ in range(20):
                town.tell("milk", "x" * size)
            await until(lambda: not town.live.engine.sessions)
            assert town.counters.count("live_ends", why=why) == 1
            assert time.monotonic() - began > 1 or why == "slow"


async def test_who_leaves_answers_waiting_is_not_read_from(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        calls = [f'42/live,{number}["big",{{"size":{MIB}}}]' for number in range(100)]
        post = asyncio.ensure_future(poller.post(*calls))
        await asyncio.sleep(0.3)
        (session,) = town.live.engine.sessions.values()
        transport: Any = session.transport
        assert transport._answers < 12 * MIB
        assert len(await poller.answers(100)) == 100
        await post


# --- the change to WebSocket


async def probing(town: Town, poller: Poller) -> Wire:
    wire = await shaken(town, f"&sid={poller.opening['sid']}")
    wire.send("2probe")
    assert await wire.text() == "3probe"
    return wire


async def test_what_waits_while_it_changes_arrives_in_order(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        await poller.post('42/live,1["lists.open",{"list":"milk"}]')
        await poller.answers(1)
        waiting = await poller.waits()
        wire = await probing(town, poller)
        assert await waiting == ["6"], "the old way is let go of, so that the client can pause it"
        for number in range(30):
            town.tell("milk", number)
        wire.send("5")
        for number in range(40):
            if number == 30:
                for later in range(30, 40):
                    town.tell("milk", later)
            assert orjson.loads((await wire.packet())[8:])[1]["reason"] == number
        wire.emit("echo", {}, 2)
        assert (await wire.answer(2))["ok"] is True
        assert (await http.get(poller.path)).status == 400
        await poller.post('42/live,3["echo",{}]', expected=400)
        wire.close()


async def test_a_probe_that_goes_away_leaves_the_session_as_it_was(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        for goodbye in ("close", "nonsense", "4", "cut"):
            wire = await probing(town, poller)
            if goodbye == "close":
                wire.writer.write(wire.frame(8, (1000).to_bytes(2, "big")))
            elif goodbye != "cut":
                wire.send(goodbye)
            if goodbye != "cut":
                await wire.closed()
            wire.close()
            (session,) = town.live.engine.sessions.values()
            await until(lambda: session.probe is None)  # noqa: B023
            get = await poller.waits()
            await asyncio.sleep(0.05)
            assert not get.done(), "nothing is to be told"
            await poller.post('42/live,1["echo",{}]')
            assert (await get)[0].startswith("43/live,1[")


async def test_a_second_probe_is_refused(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        wire = await probing(town, poller)
        assert (await http.get(f"/socket.io/?EIO=4&transport=websocket&sid={poller.opening['sid']}")).status == 400
        wire.close()


async def test_a_probe_that_does_not_go_on_is_closed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "UPGRADE_WITHIN", 0.5)
    async with Http(town.url) as http:
        poller = await polling(town, http)
        wire = await probing(town, poller)
        await wire.closed()
        wire.close()
        assert town.live.connections == 1
        get = await poller.waits()
        await asyncio.sleep(0.05)
        assert not get.done(), "nothing is to be told"
        await (await probing(town, poller)).closed()
        assert await get == ["6"]


# --- the end


async def test_the_end_of_the_process_is_told_over_every_transport(town: Town) -> None:
    async with Http(town.url) as http:
        waiting, away, wire = await polling(town, http), await polling(town, http), await town.wire()
        get = await waiting.waits()
        wire.emit("turn", {}, 1)
        wire.emit("echo", {}, 2)
        await wire.answer(2)
        closing = asyncio.ensure_future(town.live.close("restart"))
        await asyncio.sleep(0.05)
        assert not get.done(), "calls under way are answered first"
        assert (await http.get(PATH)).status == 503
        town.gate.set()
        assert await wire.answer(1) == {"ok": True, "result": {}}
        assert await wire.message() == (frames.CLOSE, (1001).to_bytes(2, "big") + b"restart")
        assert await get == ["1"]
        assert (await http.get(away.path)).status == 503
        wire.close()
        await asyncio.wait_for(closing, 30)
        assert not town.live.engine.sessions


# --- requests that a browser repeats by itself, when its connection broke before the answer came ---


async def packets_of(poller: Poller, mark: str) -> list[str]:
    answer = await poller.http.get(f"{poller.path}&t={mark}")
    assert answer.status == 200
    assert isinstance(answer.body, bytes)
    return answer.body.decode().split("\x1e")


async def test_an_answer_that_did_not_arrive_is_given_again(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        await poller.post('42/live,1["echo",{"x":1}]')
        lost = await packets_of(poller, "one")
        assert lost == ['43/live,1[{"ok":true,"result":{"x":1}}]']
        await poller.post('42/live,2["echo",{"x":2}]')
        assert await packets_of(poller, "one") == lost
        assert await packets_of(poller, "two") == ['43/live,2[{"ok":true,"result":{"x":2}}]']
        await poller.post('42/live,3["echo",{"x":3}]')
        assert await packets_of(poller, "one") == ['43/live,3[{"ok":true,"result":{"x":3}}]'], "it has come since"


async def test_a_client_that_marks_nothing_is_answered_once(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        for number in (1, 2):
            await poller.post(f'42/live,{number}["echo",{{}}]')
            assert await poller.answers(1) == {number: {"ok": True, "result": {}}}


async def test_a_post_that_comes_twice_is_taken_once(town: Town) -> None:
    async with Http(town.url) as http:
        poller = await polling(town, http)
        path, body = poller.path, {}
        for mark, number in (("one", 1), ("one", 1), ("two", 2), ("two", 2)):
            poller.path = f"{path}&t={mark}"
            body[number] = await poller.post(f'42/live,{number}["echo",{{}}]')
            assert body[number].body == b"ok"
        poller.path = path
        got: list[str] = []
        while len(got) < 2:
            got += await poller.get()
        await poller.post('42/live,3["echo",{}]')
        while len(got) < 3:
            got += await poller.get()
        assert [packet[: len("43/live,1")] for packet in got] == ["43/live,1", "43/live,2", "43/live,3"]
