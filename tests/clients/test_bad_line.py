"""The bad line does what it is told, and nothing else: else the tests behind it prove nothing."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.clients.bad_line import BadLine

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Echo:
    """Answers each piece with itself, and remembers what came."""

    def __init__(self) -> None:
        self.heard = b""
        self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        with contextlib.suppress(OSError):
            while piece := await reader.read(65_536):
                self.heard += piece
                writer.write(piece)
                await writer.drain()
        writer.close()
        self.open -= 1


@pytest.fixture
async def echo() -> AsyncIterator[tuple[Echo, str]]:
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    async with asyncio.timeout(120):
        yield echo, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.fixture
def line(echo: tuple[Echo, str]) -> Iterator[BadLine]:
    with BadLine(echo[1]) as line:
        yield line


async def connect(line: BadLine) -> Streams:
    host, port = line.netloc.split(":")
    return await asyncio.open_connection(host, int(port))


async def said(streams: Streams, words: bytes) -> bytes:
    """What comes back."""
    reader, writer = streams
    writer.write(words)
    return await reader.readexactly(len(words))


async def rest(streams: Streams) -> bytes:
    """What comes until the connection breaks; it must break, not end."""
    got = b""
    try:
        while piece := await streams[0].read(65_536):
            got += piece
    except ConnectionResetError:
        return got
    raise AssertionError("it ended in peace")


async def heard(echo: Echo, words: bytes) -> None:
    """Wait until these have come to the other end."""
    while len(echo.heard) < len(words):
        await asyncio.sleep(0.01)
    assert echo.heard == words


async def is_refused(line: BadLine) -> bool:
    try:
        reader, _writer = await connect(line)  # held: collected, it would end the connection from here
        await reader.read(1)
    except ConnectionResetError:
        return True
    return False


async def nothing_comes(streams: Streams, seconds: float = 0.3) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(streams[0].read(1), seconds)
        return False
    return True


async def test_at_first_it_passes_all_in_both_ways_and_counts(line: BadLine) -> None:
    streams = await connect(line)
    assert await said(streams, b"GET /a HTTP/1.1\r\n\r\n")
    big = bytes(range(256)) * 20_000
    writing = asyncio.ensure_future(said(streams, big))
    assert await writing == big
    assert (line.counts.connections, line.counts.requests) == (1, 1)
    assert line.counts.pieces >= 2


async def test_an_end_is_passed_on(echo: tuple[Echo, str], line: BadLine) -> None:
    reader, writer = await connect(line)
    assert await said((reader, writer), b"x") == b"x"
    writer.close()
    while echo[0].open:
        await asyncio.sleep(0.01)


async def test_what_is_delayed_comes_later_in_its_order_and_not_slower(line: BadLine) -> None:
    streams = await connect(line)
    line.delay(0.4)
    began = time.monotonic()
    for number in range(20):
        streams[1].write(b"%02d" % number)
        await asyncio.sleep(0.005)
    assert await streams[0].readexactly(40) == b"".join(b"%02d" % number for number in range(20))
    assert 0.8 <= time.monotonic() - began < 6, "0.4 s up and 0.4 s down, not for each piece"


async def test_a_stalled_line_takes_everything_and_passes_nothing_until_it_is_clear(
    echo: tuple[Echo, str], line: BadLine
) -> None:
    old = await connect(line)
    assert await said(old, b"a") == b"a"
    line.stall()
    new = await connect(line)
    old[1].write(b"b")
    new[1].write(b"c")
    assert await nothing_comes(old)
    assert await nothing_comes(new)
    assert echo[0].heard == b"a"
    line.clear()
    assert await old[0].readexactly(1) == b"b"
    assert await new[0].readexactly(1) == b"c"


async def test_a_deaf_line_passes_what_goes_up_and_holds_what_comes_down(echo: tuple[Echo, str], line: BadLine) -> None:
    streams = await connect(line)
    line.deafen()
    streams[1].write(b"a")
    await heard(echo[0], b"a")
    assert await nothing_comes(streams)
    assert echo[0].heard == b"a"
    line.clear()
    assert await streams[0].readexactly(1) == b"a"


@pytest.mark.parametrize("after", [0, 1, 7])
async def test_an_answer_is_cut_after_so_many_bytes(echo: tuple[Echo, str], line: BadLine, after: int) -> None:
    streams = await connect(line)
    line.cut(after)
    streams[1].write(b"0123456789")
    assert await rest(streams) == b"0123456789"[:after]
    assert echo[0].heard == b"0123456789"
    assert await said(await connect(line), b"x") == b"x", "once"


async def test_a_cut_counts_over_pieces(line: BadLine) -> None:
    streams = await connect(line)
    line.cut(7)
    assert await said(streams, b"0123") == b"0123"
    streams[1].write(b"456789")
    assert await rest(streams) == b"456"


async def test_a_question_is_cut_before_it_is_whole(echo: tuple[Echo, str], line: BadLine) -> None:
    streams = await connect(line)
    line.cut(4, "up")
    streams[1].write(b"0123456789")
    assert b"0123".startswith(await rest(streams))
    await heard(echo[0], b"0123")
    while echo[0].open:
        await asyncio.sleep(0.01)
    assert echo[0].heard == b"0123"


async def test_an_answer_is_lost_after_the_question_was_passed(echo: tuple[Echo, str], line: BadLine) -> None:
    other, streams = await connect(line), await connect(line)
    assert await said(other, b"a") == b"a"
    line.lose_answer()
    streams[1].write(b"do it")
    assert await rest(streams) == b""
    assert echo[0].heard == b"ado it"
    assert await said(other, b"b") == b"b", "nobody else's"


async def test_it_refuses_until_it_is_clear(line: BadLine) -> None:
    old = await connect(line)
    assert await said(old, b"a") == b"a"
    line.refuse()
    assert await rest(old) == b""
    assert await is_refused(line)
    assert await is_refused(line)
    line.clear()
    assert await said(await connect(line), b"b") == b"b"


async def test_none_slips_through_that_begins_as_it_refuses(line: BadLine) -> None:
    for _ in range(100):
        beginning = await connect(line)
        line.refuse()
        beginning[1].write(b"a")
        with contextlib.suppress(ConnectionResetError):
            assert await beginning[0].read(1) == b""
        line.clear()


async def test_everything_is_dropped_and_can_be_begun_anew(line: BadLine) -> None:
    several = [await connect(line) for _ in range(3)]
    for streams in several:
        assert await said(streams, b"a") == b"a"
    line.drop_all()
    for streams in several:
        assert await rest(streams) == b""
    assert await said(await connect(line), b"b") == b"b"


async def test_a_dead_server_is_a_broken_line() -> None:
    with BadLine("127.0.0.1:1") as to_nobody:
        assert await is_refused(to_nobody)
    assert any("nobody answers" in entry for entry in to_nobody.log)


def test_the_same_seed_and_name_make_the_same_trouble() -> None:
    def troubles(seed: int, name: str) -> list[str]:
        with BadLine("127.0.0.1:1", seed, name) as line:
            for _ in range(30):
                line.trouble()
            return [entry.partition(" s  ")[2] for entry in line.log]

    assert troubles(1, "ann") == troubles(1, "ann")
    assert troubles(1, "ann") != troubles(2, "ann")
    assert troubles(1, "ann") != troubles(1, "bob")
    kinds = ("delay", "stall", "deafen", "refuse", "cut", "lose", "drop")
    assert all(any(entry.startswith(kind) for entry in troubles(1, "ann")) for kind in kinds)


def test_a_failing_test_is_told_what_the_line_did(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="test"), BadLine("127.0.0.1:1", 7, "ann") as line:  # noqa: PT012
        line.stall()
        raise ValueError("test")
    printed = capsys.readouterr().out
    assert "ann, seed 7" in printed
    assert "stall" in printed
