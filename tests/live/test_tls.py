"""The same over TLS, where the socket encrypts, and holds bytes of which the kernel knows nothing."""

import asyncio
import datetime
import ipaddress
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shoplist_appliance.live import engine
from shoplist_appliance.live.websocket import WebSocket
from shoplist_appliance.live.wires import SecureWire
from tests.clients.wire import Wire
from tests.live.conftest import Town, running, shaken, until
from tests.live.test_frames import masked

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's, with a certificate of its own, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(pem))
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(file))
    server.load_cert_chain(file)
    return server, client


@pytest.fixture
async def town(tmp_path: Path, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> AsyncIterator[Town]:
    async with running(tmp_path, contexts[0]) as town:
        yield town


@pytest.fixture
async def wire(town: Town, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> AsyncIterator[Wire]:
    """A client in the room ``milk``, let in by what it sent in one piece with its handshake."""
    early = masked(0x81, b'40/live,{"token":"anna"}') + masked(0x81, b'42/live,1["lists.open",{"list":"milk"}]')
    async with await shaken(town, tls=contexts[1], early=early) as wire:
        assert (await wire.answer(1))["ok"] is True
        yield wire


async def test_calls_are_answered_and_a_room_is_heard(town: Town, wire: Wire) -> None:
    (session,) = town.live.engine.sessions.values()
    assert isinstance(session.transport, WebSocket)
    assert isinstance(session.transport._wire, SecureWire)
    wire.writer.write(b"".join(wire.frame(1, b'42/live,%d["echo",{"x":%d}]' % (n, n)) for n in range(500)))
    for number in range(500):
        assert await wire.answer(number) == {"ok": True, "result": {"x": number}}
    for number in range(100):
        town.tell("milk", number)
    for number in range(100):
        assert orjson.loads((await wire.packet())[8:])[1]["reason"] == number


async def test_a_large_call_and_a_large_answer_pass(wire: Wire) -> None:
    wire.emit("echo", {"x": "y" * (MIB - 100)}, 1)
    assert len((await wire.answer(1))["result"]["x"]) == MIB - 100
    wire.emit("big", {"size": 8 * MIB}, 2)
    assert len((await wire.answer(2))["result"]["text"]) == 8 * MIB
    wire.emit("echo", {"x": "y" * (3 * MIB)}, 3)
    assert (await wire.answer(3))["error"]["code"] == "too_large"


async def test_frames_are_whole_for_who_reads_slowly(town: Town, wire: Wire) -> None:
    wire.stop_reading()
    for number in range(30):
        town.tell("milk", f"{number:06}" + "x" * 30_000)
        wire.emit("echo", {"x": "y" * 5000}, number)
        await asyncio.sleep(0.01)
    transport = wire.writer.transport
    assert isinstance(transport, asyncio.ReadTransport)
    transport.resume_reading()
    news: list[int] = []
    answers = 0
    while len(news) < 30 or answers < 30:
        packet = await wire.packet()
        if packet.startswith("42"):
            news.append(int(orjson.loads(packet[8:])[1]["reason"][:6]))
        else:
            answers += 1
    assert news == list(range(30))


async def test_who_does_not_read_is_dropped_and_delays_nobody(
    town: Town, wire: Wire, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    wire.stop_reading()
    early = masked(0x81, b'40/live,{"token":"boris"}') + masked(0x81, b'42/live,1["lists.open",{"list":"milk"}]')
    async with await shaken(town, tls=contexts[1], early=early) as other:
        await other.answer(1)
        for number in range(150):
            town.tell("milk", f"{number:06}" + "x" * 100_000)
            assert orjson.loads((await other.packet())[8:])[1]["reason"].startswith(f"{number:06}")
        assert len(town.live.engine.sessions) == 1
    assert town.counters.count("live_ends", why="slow") == 1


async def test_who_takes_not_a_byte_is_dropped(town: Town, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "STALLED_AFTER", 1.0)
    wire.stop_reading()
    wire.emit("big", {"size": 16 * MIB}, 1)
    began = time.monotonic()
    await until(lambda: not town.live.engine.sessions)
    assert time.monotonic() - began > 0.5
    assert town.counters.count("live_ends", why="stalled") == 1


async def test_the_end_is_told_and_the_connection_closed(town: Town, wire: Wire) -> None:
    wire.writer.write(wire.frame(8, (1000).to_bytes(2, "big")))
    opcode, payload = await wire.message()
    assert (opcode, payload[:2]) == (8, (1000).to_bytes(2, "big"))
    assert await asyncio.wait_for(wire.reader.read(), 30) == b""
    assert not town.live.engine.sessions
