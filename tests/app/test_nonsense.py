"""Nonsense by the thousand, over every door: the process answers or closes, logs no fault of its own, and goes on."""

import asyncio
import random

import orjson
import pytest

from tests.clients.http import Http
from tests.clients.making import add, new_id
from tests.clients.person import Person
from tests.clients.process import Process
from tests.clients.wire import Handshake, Wire

POLLING = "/socket.io/?EIO=4&transport=polling"
TEXT = {"Content-Type": "text/plain;charset=UTF-8"}


def seeds(list_id: str, token: str) -> list[bytes]:
    """Good packets, from which the bad ones are made."""
    edits = orjson.dumps(["lists.edit", {"list": list_id, "edits": [add("milk")]}]).decode()
    return [
        packet.encode()
        for packet in (
            f"42/live,1{edits}",
            f'42/live,2["lists.open",{{"list":"{list_id}"}}]',
            '42/live,3["clock",{}]',
            f'40/live,{{"token":"{token}"}}',
            "41/live,",
            "43/live,1[{}]",
            '451-/live,9["lists.get",{"_placeholder":true,"num":0}]',
            "2",
            "2probe",
            "3",
            "5",
            "6",
            "1",
            "bAAEC",
        )
    ]


def spoiled(chance: random.Random, seed: bytes) -> bytes:
    """The packet with a few bytes changed, cut, doubled, or blown up."""
    packet = bytearray(seed)
    for _ in range(chance.randrange(4)):
        place = chance.randrange(len(packet) + 1)
        match chance.randrange(6):
            case 0:
                packet[place:place] = bytes([chance.randrange(256)])
            case 1:
                del packet[place : place + chance.randrange(1, 8)]
            case 2:
                packet[place:place] = chance.choice([b"[", b"]", b"{", b'"', b",", b"9" * 40, b"\0", b"-", b"/live,"])
            case 3:
                packet[place:place] = packet[:20]
            case 4:
                packet[place : place + 1] = chance.choice([b"null", b"NaN", b"1e999", b"\\ud800", b"true", b"[[]]"])
            case _:
                packet = packet[:place]
    return bytes(packet)


def framed(chance: random.Random, wire: Wire, packet: bytes) -> bytes:
    """As a frame, now and then of a strange kind, in two pieces, or not masked."""
    match chance.randrange(12):
        case 0:
            return wire.frame(chance.randrange(16), packet)
        case 1:
            half = len(packet) // 2
            return wire.frame(1, packet[:half], final=False) + wire.frame(0, packet[half:])
        case 2:
            return wire.frame(0, packet)
        case 3:
            return bytes([0x81, min(len(packet), 125)]) + packet[:125]
        case 4:
            return bytes([chance.randrange(256) for _ in range(chance.randrange(1, 20))])
        case _:
            return wire.frame(1, packet)


async def still_well(http: Http, anna: Person, list_id: str) -> None:
    assert (await http.get("/healthz")).status == 200
    await anna.done(list_id, add(f"well {new_id()}"))
    async with await anna.live() as live:
        await live.call("lists.open", list=list_id)


async def test_nonsense_on_a_websocket(server: Process, http: Http, anna: Person, long: bool) -> None:
    list_id, chance = await anna.new_list(), random.Random(1)
    packets = seeds(list_id, anna.token)
    for _ in range(1000 if long else 100):
        wire, packet = await Wire.live(server.url, {"token": anna.token})
        assert packet.startswith("40/live,")
        wire.writer.write(
            b"".join(framed(chance, wire, spoiled(chance, chance.choice(packets))) for _ in range(chance.randrange(12)))
        )
        await asyncio.sleep(chance.choice((0, 0, 0.002)))
        wire.close()
    assert "Traceback" not in server.logged()
    await still_well(http, anna, list_id)


async def test_nonsense_before_anything_is_said(server: Process, http: Http, anna: Person) -> None:
    list_id, chance = await anna.new_list(), random.Random(2)
    packets = seeds(list_id, anna.token)
    for _ in range(60):
        wire = await Wire.open(server.url)
        for _ in range(chance.randrange(6)):
            wire.writer.write(framed(chance, wire, spoiled(chance, chance.choice(packets))))
        await asyncio.sleep(0)
        wire.close()
    assert "Traceback" not in server.logged()
    await still_well(http, anna, list_id)


async def test_nonsense_by_polling(server: Process, http: Http, anna: Person, long: bool) -> None:
    list_id, chance = await anna.new_list(), random.Random(3)
    packets = seeds(list_id, anna.token)
    for _ in range(300 if long else 40):
        sid = (await http.get(POLLING)).body.decode().split('"sid":"')[1].split('"')[0]
        await http.send("POST", f"{POLLING}&sid={sid}", packets[3], TEXT)
        for _ in range(chance.randrange(1, 5)):
            body = b"\x1e".join(spoiled(chance, chance.choice(packets)) for _ in range(chance.randrange(1, 8)))
            answer = await http.send("POST", f"{POLLING}&sid={sid}", body, TEXT)
            assert answer.status in (200, 400, 413), answer
    assert "Traceback" not in server.logged()
    await still_well(http, anna, list_id)


@pytest.mark.parametrize(
    "query",
    ["", "EIO=4", "EIO=3&transport=polling", "EIO=4&transport=carrier-pigeon", "EIO=4&transport=polling&sid=none",
     "EIO=4&transport=websocket", "EIO=4&transport=websocket&sid=none", "EIO=4&transport=polling&sid=%00",
     "transport=polling", "EIO=x&transport=polling"]
)  # fmt: skip
async def test_a_handshake_that_makes_no_sense_is_400_and_its_connection_serves_on(
    server: Process, http: Http, query: str
) -> None:
    """Kept alive and used again at once, as browsers do: an answer, and not a reset that looks like no network."""
    for method in ("GET", "POST", "OPTIONS", "DELETE"):
        answer = await http.send(method, f"/socket.io/?{query}", b"2" * 1000 if method == "POST" else None, TEXT)
        assert answer.status in (400, 403, 405), (method, query, answer.status)
    assert "Traceback" not in server.logged()


async def test_an_upgrade_of_nothing_is_refused(server: Process) -> None:
    with pytest.raises(Handshake) as refused:
        await Wire.open(server.url, {"Sec-WebSocket-Version": "7"})
    assert refused.value.status in (400, 426)
    with pytest.raises(Handshake):
        await Wire.open(server.url, {"Sec-WebSocket-Key": "short"})


async def test_compression_is_offered_by_browsers_and_never_taken(server: Process) -> None:
    wire = await Wire.open(server.url, {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"})
    assert (await wire.text()).startswith("0{"), "a frame that is not compressed"
    wire.close()


async def test_nonsense_as_bodies_of_operations(http: Http, anna: Person, long: bool) -> None:
    list_id, chance = await anna.new_list(), random.Random(4)
    bodies = [
        ("lists.edit", orjson.dumps({"list": list_id, "edits": [add("milk", quantity=2.5), add("tea", price=1)]})),
        ("lists.get", orjson.dumps({"list": list_id, "since": 0})),
        ("members.invite", orjson.dumps({"list": list_id, "role": "viewer", "link": True})),
        ("tokens.create", orjson.dumps({"name": "x", "scopes": ["read"]})),
        ("accounts.update", orjson.dumps({"name": "Аня", "theme": "dark"})),
    ]
    for _ in range(5000 if long else 400):
        name, body = chance.choice(bodies)
        answer = await http.raw(name, spoiled(chance, body), anna.token)
        assert answer.status in (200, 400, 404, 409), (name, answer.body)
    await still_well(http, anna, list_id)
