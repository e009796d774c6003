"""The load generator counts right: against a real server, every message once, wherever reads cut them."""

import itertools
from collections.abc import Iterator

import pytest

from bench import load, servers
from bench.wire import Client, WireError, frame

SECONDS = 0.3
WINDOW = 16


@pytest.fixture(scope="module")
def room() -> Iterator[servers.Server]:
    with servers.python_peer("tornado_room") as server:
        yield server


def run(room: servers.Server, clients: int, message: bytes, seconds: float = SECONDS) -> tuple[load.Load, list[Client]]:
    connected = [Client(room.url, "/") for _ in range(clients)]
    seen = load.fan_out(connected, itertools.repeat(frame(message)), WINDOW, seconds, room.cpu)
    for client in connected:
        client.close()
    return seen, connected


@pytest.mark.parametrize("size", [100, 1_000, 70_000])
def test_each_client_hears_each_message_once(room: servers.Server, size: int) -> None:
    for seconds in (SECONDS, 20 * SECONDS):  # a busy machine may not come to it at once
        seen, clients = run(room, 3, b"x" * size + load.TOLD + b"y", seconds)
        if seen.sent > WINDOW and seen.busy > 0:
            break
    assert seen.sent > WINDOW
    assert [client.heard for client in clients] == [seen.sent] * 3
    assert 0 < seen.rate <= 3 * seen.sent / seconds
    assert 0 < seen.busy < 1.1


def test_what_is_not_marked_is_not_counted(room: servers.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "PATIENCE", 0.2)
    with pytest.raises(WireError, match="never came"):
        run(room, 2, b'{"ticked_by":"nobody"}')


def test_a_refusal_ends_the_measurement(room: servers.Server) -> None:
    with pytest.raises(WireError, match="refused"):
        run(room, 1, b'43/live,1[{"ok":false}]' + load.TOLD)


@pytest.mark.parametrize("size", [0, 1, 3, 4, 125, 126, 65_535, 65_536, 100_001])
def test_a_frame_comes_back_as_it_was_sent(room: servers.Server, size: int) -> None:
    client = Client(room.url, "/")
    text = bytes(65 + n % 26 for n in range(size))
    client.sock.sendall(frame(text))
    assert client.text() == text
    client.close()
