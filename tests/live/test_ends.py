"""How connections end that nobody closes: the one clock for all, and what frames say of the end."""

import asyncio
import itertools
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shoplist_appliance.live import engine, frames
from tests.clients.http import Http
from tests.clients.wire import Wire
from tests.live.conftest import Town, running, until
from tests.live.test_frames import masked

PATH = "/socket.io/?EIO=4&transport=polling"


async def test_who_answers_pings_stays_and_who_does_not_is_dropped(tmp_path: Path) -> None:
    async with running(tmp_path, ping_interval=0.4, ping_timeout=0.4) as town:
        silent, alive = await town.wire(), await town.wire()
        times = [time.monotonic()]

        async def ping() -> None:
            assert await alive.text() == "2"
            times.append(time.monotonic())
            alive.send("3")

        while len(town.live.engine.sessions) == 2:
            await ping()
            assert len(times) < 6, "the other has left more than one ping unanswered"
        assert time.monotonic() - times[0] > 0.7
        assert town.counters.count("live_ends", why="silent") == 1
        for _ in range(3):
            await ping()
        between = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert sum(between) / len(between) > 0.3
        assert min(between[1:]) < 0.8, "of a busy machine, the quietest moment"
        silent.close()
        alive.close()


@pytest.mark.parametrize("transports", [("websocket",), ("polling",), ("polling", "websocket")], ids="-".join)
async def test_official_clients_outlive_many_pings(tmp_path: Path, transports: tuple[str, ...]) -> None:
    async with (
        running(tmp_path, ping_interval=0.3, ping_timeout=10.0) as town,
        await town.client("anna", *transports) as client,
    ):
        await asyncio.sleep(3)
        assert await client.call("echo", x=1) == {"x": 1}
        assert client.connected


async def test_a_polling_client_that_does_not_poll_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "STALLED_AFTER", 1.0)
    async with running(tmp_path, ping_interval=0.3, ping_timeout=0.3) as town, Http(town.url) as http:
        await http.get(PATH)
        await until(lambda: not town.live.engine.sessions)


async def test_who_takes_a_large_answer_slowly_is_not_dropped_for_want_of_a_pong(tmp_path: Path) -> None:
    """Its pings lie behind the answer; that it takes the answer is sign of life enough."""
    async with running(tmp_path, ping_interval=0.3, ping_timeout=0.3) as town:
        wire = await town.wire(receive_buffer=4096)
        wire.emit("big", {"size": 4 << 20}, 1)
        wire.stop_reading()
        (session,) = town.live.engine.sessions.values()
        await until(lambda: town.live.engine.is_stuck(session.transport))
        await asyncio.sleep(1.5)
        assert town.live.engine.sessions
        assert town.live.engine.is_stuck(session.transport)
        transport = wire.writer.transport
        assert isinstance(transport, asyncio.ReadTransport)
        transport.resume_reading()
        assert len((await wire.answer(1))["result"]["text"]) == 4 << 20
        wire.close()


async def test_who_does_not_ask_to_be_let_in_is_closed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "JOIN_WITHIN", 0.5)
    async with await Wire.open(town.url) as stranger, await town.wire() as friend:
        await stranger.text()
        opcode, payload = await asyncio.wait_for(stranger.message(), 30)
        assert (opcode, payload[:2]) == (frames.CLOSE, (1008).to_bytes(2, "big"))
        friend.emit("echo", {}, 1)
        assert (await friend.answer(1))["ok"] is True
        friend.send("41/live,")  # a stranger again
        await friend.closed()
    assert town.counters.count("live_ends", why="stranger") == 2


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (masked(0x88, b""), None),
        (masked(0x88, (1000).to_bytes(2, "big") + b"bye"), 1000),
        (masked(0x88, (4321).to_bytes(2, "big")), 4321),
        (masked(0x88, b"\x03"), 1002),
        (masked(0x88, (1005).to_bytes(2, "big")), 1002),
        (b"\x81\x01x     ", 1002),
        (masked(0xC1, b"compressed"), 1002),
        (masked(0x81, b"\xff"), 1007),
        (masked(0x81, b"", announced=1 << 62), 1009),
        (b"GET / HTTP/1.1\r\n\r\n", 1002),
    ],
    ids=itertools.count(),  # masks are drawn, and both workers of a run must know a test by one name
)
async def test_the_server_closes_with_the_code_that_fits(town: Town, sent: bytes, code: int | None) -> None:
    async with await town.wire() as wire:
        wire.writer.write(sent)
        opcode, payload = await wire.message()
        assert opcode == frames.CLOSE
        assert payload[:2] == (b"" if code is None else code.to_bytes(2, "big"))
        if code not in (1002, 1007, 1009):
            assert await asyncio.wait_for(wire.reader.read(), 30) == b"", "the connection ends with it"
    assert not town.live.engine.sessions


async def test_pings_of_the_websocket_are_answered(town: Town) -> None:
    async with await town.wire() as wire:
        wire.writer.write(wire.frame(9, b"there?") + wire.frame(10, b"unasked"))
        assert await wire.message() == (frames.PONG, b"there?")


async def test_fragments_and_pings_between_them_make_one_call(town: Town) -> None:
    async with await town.wire() as wire:
        text = '42/live,1["echo",{"x":"молоко"}]'.encode()
        wire.writer.write(wire.frame(1, text[:30], final=False))
        await asyncio.sleep(0.02)
        wire.writer.write(wire.frame(9, b""))
        wire.writer.write(wire.frame(0, text[30:31], final=False) + wire.frame(0, text[31:]))
        assert await wire.message() == (frames.PONG, b"")
        assert await wire.answer(1) == {"ok": True, "result": {"x": "молоко"}}


def test_the_door_loads_neither_aiohttp_nor_a_client() -> None:
    """They cost 9 MB and 0.2 s of every start."""
    code = (
        "import sys, shoplist_appliance.live.server;"
        "print([m for m in ('aiohttp', 'socketio', 'engineio', 'websockets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_a_pause_of_the_process_itself_is_nobodys_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that slept, a machine moved: what did not come meanwhile comes now."""
    monkeypatch.setattr(engine, "STALLED_AFTER", 1.0)
    async with running(tmp_path, ping_interval=0.4, ping_timeout=0.8) as town, Http(town.url) as http:
        wire = await town.opened()
        await http.get(PATH)
        assert await wire.text() == "2"
        time.sleep(2)  # noqa: ASYNC251 - the whole process stands still
        wire.send("3")
        await asyncio.sleep(0.1)
        assert len(town.live.engine.sessions) == 2
        wire.emit("echo", {}, 2)
        assert (await wire.answer(2))["ok"] is True
        wire.close()
