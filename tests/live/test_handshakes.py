"""Who is let in: the handshake's own rules, then the token's."""

import asyncio
import base64
import itertools
import os
import socket
from typing import Any

import orjson
import pytest

from shoplist_appliance.domain.ids import TokenId
from shoplist_appliance.live.websocket import WebSocket
from shoplist_appliance.live.wires import SocketWire
from tests.clients.http import Http, check_problem
from tests.clients.live import Live
from tests.clients.soon import within_a_second
from tests.clients.wire import Wire
from tests.live.conftest import Town, shaken, until
from tests.live.test_frames import masked

PATH = "/socket.io/?EIO=4&transport="


def upgrading(**other: str | None) -> dict[str, str]:
    """The headers of a WebSocket's handshake, with some in place of the usual."""
    headers = {
        "Connection": "keep-alive, Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        **{name.replace("_", "-"): value for name, value in other.items()},
    }
    return {name: value for name, value in headers.items() if value is not None}


async def raw(town: Town, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """A GET by hand: status, headers, and the beginning of what follows."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(town.url.rsplit(":", 1)[1]))
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "127.0.0.1", **headers}.items())
    writer.write(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
    answer = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode()
    first, *lines = answer.split("\r\n")
    body = await asyncio.wait_for(reader.read(4096), 30)
    writer.close()
    fields = dict(line.split(": ", 1) for line in lines if line)
    return int(first.split()[1]), fields, body


# --- the WebSocket


async def test_compression_is_never_taken_up(town: Town) -> None:
    offer = "permessage-deflate; client_max_window_bits, permessage-deflate"
    status, headers, body = await raw(town, PATH + "websocket", upgrading(Sec_WebSocket_Extensions=offer))
    assert status == 101
    assert "Sec-WebSocket-Extensions" not in headers
    assert headers["X-Request-Id"]
    assert body[2:].startswith(b'0{"sid":')


async def test_answers_do_not_wait_for_more(town: Town) -> None:
    """Nagle's algorithm is off: an answer would wait for the peer's delayed ACK, 47 ms."""
    async with await town.wire():
        (session,) = town.live.engine.sessions.values()
        assert isinstance(session.transport, WebSocket)
        wire = session.transport._wire
        assert isinstance(wire, SocketWire)
        assert wire._socket is not None
        assert wire._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


async def test_what_the_client_sends_with_its_handshake_is_read(town: Town) -> None:
    """Frames in the same packet as the request lie in Tornado's buffer when the connection changes hands."""
    early = b"".join(masked(0x81, text) for text in (b'40/live,{"token":"anna"}', b'42/live,1["echo",{"x":1}]'))
    async with await shaken(town, early=early) as wire:
        assert (await wire.text()).startswith("0{")
        assert await wire.answer(1) == {"ok": True, "result": {"x": 1}}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("websocket", upgrading(Sec_WebSocket_Version="8"), 426),
        ("websocket", upgrading(Sec_WebSocket_Version=None), 426),
        ("websocket", upgrading(Sec_WebSocket_Key=None), 400),
        ("websocket", upgrading(Sec_WebSocket_Key="short"), 400),
        ("websocket", upgrading(Upgrade=None), 400),
        ("websocket", upgrading(Connection="keep-alive"), 400),
        ("websocket&sid=nobody", upgrading(), 400),
        ("carrier-pigeon", {}, 400),
        ("polling&sid=nobody", {}, 400),
        ("polling&sid=%ff%fe", {}, 400),
    ],
)
async def test_what_is_no_handshake_is_refused(
    town: Town, caplog: pytest.LogCaptureFixture, path: str, headers: dict[str, str], status: int
) -> None:
    caplog.set_level("WARNING")
    got, fields, body = await raw(town, PATH + path, headers)
    assert got == status
    assert set(orjson.loads(body)) == {"code", "message"}
    assert fields["X-Request-Id"]
    assert not town.live.engine.sessions
    assert town.counters.count("live_refused") == 1
    assert not [record for record in caplog.records if record.name != "tornado.access"]


async def test_another_version_of_the_engine_is_refused(town: Town) -> None:
    status, _, body = await raw(town, "/socket.io/?EIO=3&transport=polling", {})
    assert (status, orjson.loads(body)["code"]) == (400, 5)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
async def test_other_methods_are_refused(town: Town, method: str) -> None:
    async with Http(town.url) as http:
        assert (await http.send(method, PATH + "polling")).status == 400
        assert not town.live.engine.sessions


# --- where the page comes from


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Origin": "OWN"}, True),
        ({"Origin": "OWN", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://foreign.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "OWN", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "https://foreign.example", "Authorization": "Bearer anna"}, False),
    ],
)
@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_foreign_page_is_refused_whatever_it_carries(
    town: Town, transport: str, headers: dict[str, str], allowed: bool
) -> None:
    headers = {name: town.url if value == "OWN" else value for name, value in headers.items()}
    headers |= {"Cookie": "shoplist=anna", "Host": town.url.removeprefix("http://")}
    if transport == "websocket":
        headers = upgrading() | headers
    status, _, body = await raw(town, PATH + transport, headers | {"Connection": headers.get("Connection", "close")})
    if allowed:
        assert status in (101, 200)
    else:
        assert (status, orjson.loads(body)["code"]) == (403, 4)
        assert not town.live.engine.sessions


async def test_a_foreign_page_cannot_use_a_session_of_ours(town: Town) -> None:
    async with Http(town.url) as http:
        sid = orjson.loads((await http.get(PATH + "polling")).body[1:])["sid"]
        answer = await http.send("POST", f"{PATH}polling&sid={sid}", b"40/live,", {"Origin": "https://foreign.example"})
        assert answer.status == 403


async def test_a_call_knows_its_callers_address(town: Town) -> None:
    async with await town.client() as client:
        assert (await client.call("whoami"))["address"] == "127.0.0.1"


# --- the token


async def test_the_cookie_lets_in_and_a_token_beats_it(town: Town) -> None:
    cookie = {"Cookie": "shoplist=boris"}
    for auth, person in ((None, "boris"), ({}, "boris"), ({"token": None}, "boris"), ({"token": "anna"}, "anna")):
        wire, packet = await Wire.live(town.url, auth, headers=cookie)
        async with wire:
            assert packet.startswith("40/live,{")
            wire.emit("whoami", {}, 1)
            assert (await wire.answer(1))["result"]["person"] == person
    assert (await refusal(town, {"token": "nobody"}, headers=cookie))["reason"] == "unauthenticated"


async def refusal(town: Town, auth: object, **how: Any) -> dict[str, Any]:
    wire, packet = await Wire.live(town.url, auth, **how)
    async with wire:
        assert packet.startswith("44/live,"), packet
        content = orjson.loads(packet.removeprefix("44/live,"))
        assert set(content) == {"message", "data"}
        assert content["message"] == content["data"]["title"]
        return {"reason": content["data"]["code"], **content["data"]}


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        (None, "unauthenticated"),
        ({}, "unauthenticated"),
        ({"token": "nobody"}, "unauthenticated"),
        ({"token": ""}, "unauthenticated"),
        ({"token": "x" * 100_000}, "unauthenticated"),
        ({"token": 5}, "invalid"),
        ({"token": ["anna"]}, "invalid"),
        ({"token": "anna", "language": 5}, "invalid"),
        ({"token": "anna", "colour": "red"}, "invalid"),
        ([], "invalid"),
        ("anna", "invalid"),
        ({"token": "x" * (3 << 20)}, "too_large"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_who_is_refused_is_told_why(town: Town, auth: object, code: str) -> None:
    check_problem({k: v for k, v in (await refusal(town, auth)).items() if k != "reason"}, code)


async def test_the_official_client_has_the_problem_too(town: Town) -> None:
    async with Live(town.url) as client:
        await client.refused({"token": "nobody"}, "unauthenticated")


async def test_auth_that_is_no_json_is_refused_and_a_second_try_passes(town: Town) -> None:
    async with await Wire.open(town.url) as wire:
        await wire.text()
        wire.send("40/live,{nonsense")
        assert orjson.loads((await wire.packet()).removeprefix("44/live,"))["data"]["code"] == "invalid"
        wire.emit("echo", {}, 1)
        check_problem((await wire.answer(1))["error"], "unauthenticated")
        wire.send('40/live,{"token":"anna"}')
        assert (await wire.packet()).startswith("40/live,")
        wire.send('40/live,{"token":"boris"}')  # it is in already
        wire.emit("whoami", {}, 2)
        assert (await wire.answer(2))["result"]["person"] == "anna"


async def test_nobody_calls_before_being_let_in(town: Town) -> None:
    async with await Wire.open(town.url) as wire:
        await wire.text()
        wire.emit("place", {}, 1)
        check_problem((await wire.answer(1))["error"], "unauthenticated")
        wire.emit("nobody.knows", {}, 2)
        check_problem((await wire.answer(2))["error"], "unknown_operation")
    assert town.begun == []


@pytest.mark.parametrize("namespace", ["", "/other", "/live2", "/live/", "/LIVE"])
async def test_only_the_namespace_live_is_served(town: Town, namespace: str) -> None:
    prefix = f"{namespace}," if namespace else ""
    async with await Wire.open(town.url) as wire:
        await wire.text()
        wire.send(f'40{prefix}{{"token":"anna"}}')
        assert await wire.packet() == f'44{prefix}{{"message":"Invalid namespace"}}'
        wire.send(f'42{prefix}1["echo",{{}}]')
        answer = await wire.packet()
        start = f"43{prefix}1["
        assert answer.startswith(start)
        check_problem(orjson.loads(answer[len(start) - 1 :])[0]["error"], "unknown_operation")


async def test_the_words_are_in_the_language_asked_for(town: Town) -> None:
    for auth, accept, language in (
        ({"language": "en"}, "ru", "en"),
        ({"language": "ru-RU"}, "en", "ru"),
        ({}, "en-GB,ru;q=0.5", "en"),
        ({}, None, "ru"),  # the account's
        ({"language": "xx"}, None, "ru"),
        ({"language": None}, None, "ru"),
    ):
        headers = {"Accept-Language": accept} if accept else {}
        wire, _ = await Wire.live(town.url, {"token": "anna", **auth}, headers=headers)
        async with wire:
            wire.emit("whoami", {}, 1)
            assert (await wire.answer(1))["result"]["language"] == language
    assert (await refusal(town, {"language": "ru"}))["title"] == "Вход не выполнен"
    assert (await refusal(town, {}, headers={"Accept-Language": "ru"}))["title"] == "Вход не выполнен"
    assert (await refusal(town, {}, headers={"Accept-Language": "xx"}))["title"] == "Not signed in"


# --- the end of a token


async def test_what_comes_while_a_token_is_looked_at_waits_in_order(town: Town) -> None:
    town.people.slow = asyncio.Event()
    async with await Wire.open(town.url) as wire:
        await wire.text()
        wire.send('40/live,{"token":"anna"}')
        for number in range(5):
            wire.emit("place", {"number": number}, number)
        await until(lambda: town.people.asked)
        await asyncio.sleep(0.1)
        assert town.begun == []
        town.people.slow.set()
        assert (await wire.packet()).startswith("40/live,")
        for number in range(5):
            assert await wire.answer(number) == {"ok": True, "result": {"number": number}}
    assert town.people.asked == 1


async def test_what_comes_while_a_token_is_looked_at_in_vain_is_refused(town: Town) -> None:
    town.people.slow = asyncio.Event()
    async with await Wire.open(town.url) as wire:
        await wire.text()
        wire.send('40/live,{"token":"nobody"}')
        wire.emit("place", {}, 1)
        await until(lambda: town.people.asked)
        await asyncio.sleep(0.05)
        town.people.slow.set()
        assert (await wire.packet()).startswith("44/live,")
        check_problem((await wire.answer(1))["error"], "unauthenticated")
    assert town.begun == []


async def test_a_token_that_ends_while_it_is_looked_at_lets_nobody_in(town: Town) -> None:
    town.people.slow = asyncio.Event()
    async with await Wire.open(town.url) as wire:
        await wire.text()
        wire.send('40/live,{"token":"anna"}')
        await until(lambda: town.people.asked)
        town.people.ended.add(TokenId("anna"))
        town.broadcaster.sign_out([TokenId("anna")], "revoked")
        town.people.slow.set()
        assert (await wire.packet()).startswith("44/live,")


async def test_who_goes_while_the_token_is_looked_at_is_not_let_in(town: Town) -> None:
    town.people.slow = asyncio.Event()
    wire = await Wire.open(town.url)
    await wire.text()
    wire.send('40/live,{"token":"anna"}')
    await until(lambda: town.people.asked)
    wire.send("1")
    await asyncio.sleep(0.05)
    town.people.slow.set()
    await wire.closed()
    wire.close()
    await until(lambda: not town.live.engine.sessions)
    assert town.broadcaster.rooms("") == []


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_the_end_of_a_token_ends_its_connections_within_a_second(town: Town, transport: str) -> None:
    tokens = (f"anna.{number}" for number in itertools.count(1))
    ended = 0

    async def tried() -> float:
        nonlocal ended
        token, ended = next(tokens), ended + 1
        async with await town.client(token, transport) as first, await town.client("anna", transport) as second:
            for client in (first, second):
                await client.call("lists.open", list="milk")
            began = asyncio.get_running_loop().time()
            town.people.ended.add(TokenId(token))
            town.broadcaster.sign_out([TokenId(token)], "revoked")
            town.tell("milk")
            await first.until(lambda: first.events("disconnected"))
            took = asyncio.get_running_loop().time() - began
            assert first.heard[-2:] == [("signed_out", {"reason": "revoked"}), ("disconnected", first.heard[-1][1])]
            assert not first.events("list.gone")
            assert await second.hear("list.gone")
            assert second.connected
        assert town.counters.count("live_ends", why="signed_out") == ended
        return took

    await within_a_second(tried)


async def test_a_call_by_an_ended_token_is_401_at_once(town: Town) -> None:
    async with await town.wire() as wire:
        town.broadcaster.sign_out([TokenId("anna")], "revoked")
        wire.emit("place", {}, 1)
        assert (await wire.packet()).startswith('42/live,["signed_out"')
        check_problem((await wire.answer(1))["error"], "unauthenticated")
        assert await wire.packet() == "41/live,"
        assert await wire.packet() == ""
    assert town.begun == []


async def test_the_call_that_ends_the_token_is_answered_before_the_end_is_told(town: Town) -> None:
    async with await town.wire() as wire:
        wire.emit("wait", {}, 1)
        wire.emit("echo", {}, 2)
        await wire.answer(2)
        town.broadcaster.sign_out([TokenId("anna")], "signed_out")
        town.gate.set()
        assert (await wire.packet()).startswith("43/live,1[")
        assert await wire.packet() == '42/live,["signed_out",{"reason":"signed_out"}]'


async def test_who_hangs_up_can_be_let_in_again_on_the_same_connection(town: Town) -> None:
    async with await town.opened() as wire:
        wire.send("41/live,")
        wire.emit("echo", {}, 2)
        check_problem((await wire.answer(2))["error"], "unauthenticated")
        assert town.broadcaster.rooms("") == []
        wire.send('40/live,{"token":"anna"}')
        assert (await wire.packet()).startswith("40/live,")
        assert town.broadcaster.rooms("") == ["person:anna"]
