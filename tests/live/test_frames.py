"""Frames of RFC 6455, in whatever chunks they come."""

import base64
import hashlib
import itertools
import os
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplist_appliance.live import frames
from shoplist_appliance.live.frames import BINARY, CLOSE, LARGE, PING, PONG, TEXT, Frame, FrameError, FrameReader

LIMIT = frames.LARGEST_MESSAGE


def masked(first: int, payload: bytes, announced: int | None = None) -> bytes:
    """A client's frame; ``first`` is its first byte."""
    size = len(payload) if announced is None else announced
    mask = os.urandom(4)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65536:
        head = bytes((first, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def whole(opcode: int, payload: bytes) -> bytes:
    return masked(0x80 | opcode, payload)


def read(*chunks: bytes) -> list[Frame]:
    reader = FrameReader()
    return [frame for chunk in chunks for frame in reader.feed(chunk)]


def test_the_accept_key_is_that_of_the_rfc() -> None:
    assert frames.accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    key = base64.b64encode(os.urandom(16)).decode()
    digest = hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    assert frames.accept_key(key) == base64.b64encode(digest).decode()


@pytest.mark.parametrize("key", ["", "short", "dGhlIHNhbXBsZSBub25jZQ", "!!!!", base64.b64encode(b"x" * 17).decode()])
def test_a_key_is_16_bytes_in_base64(key: str) -> None:
    assert not frames.is_key(key)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 100_000])
def test_a_frame_of_any_length_goes_out_whole_and_comes_in_whole(size: int) -> None:
    payload = b"x" * size
    ours = frames.text_frame(payload)
    assert ours[0] == 0x81
    assert frames.frame(TEXT, payload) == ours
    assert ours[-size:] == payload or size == 0
    assert len(ours) == size + (2 if size < 126 else 4 if size < 65536 else 10)
    assert read(whole(TEXT, payload)) == [(TEXT, payload)]


def test_many_frames_of_one_chunk_come_out_in_order() -> None:
    sent = [whole(TEXT, b"%d" % number) for number in range(1000)]
    assert read(b"".join(sent)) == [(TEXT, b"%d" % number) for number in range(1000)]


def test_frames_cut_at_any_byte_come_out_the_same() -> None:
    stream = whole(TEXT, "молоко".encode()) + whole(PING, b"!") + whole(BINARY, b"\0" * 200) + whole(TEXT, b"y" * 130)
    expected = [(TEXT, "молоко".encode()), (PING, b"!"), (BINARY, b"\0" * 200), (TEXT, b"y" * 130)]
    for cut in range(len(stream)):
        assert read(stream[:cut], stream[cut:]) == expected
    assert read(*[stream[place : place + 1] for place in range(len(stream))]) == expected


def test_a_fragmented_message_is_one_and_control_frames_come_in_between() -> None:
    parts = "мол".encode()[:3], "мол".encode()[3:] + "око".encode()
    stream = masked(TEXT, parts[0]) + whole(PING, b"?") + masked(0x00, parts[1]) + masked(0x80, b"!")
    assert read(stream) == [(PING, b"?"), (TEXT, "молоко!".encode())]


@settings(max_examples=60, deadline=None)
@given(
    messages=st.lists(st.tuples(st.sampled_from([TEXT, BINARY]), st.lists(st.text(max_size=80), min_size=1))),
    data=st.data(),
)
def test_any_fragments_in_any_chunks_make_the_messages_again(
    messages: Sequence[tuple[int, Sequence[str]]], data: st.DataObject
) -> None:
    stream = b""
    for opcode, parts in messages:
        for place, part in enumerate(parts):
            final = 0x80 if place == len(parts) - 1 else 0
            stream += masked(final | (opcode if place == 0 else 0), part.encode())
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    chunks = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert read(*chunks) == [(opcode, "".join(parts).encode()) for opcode, parts in messages]


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (b"\x81\x01\x00\x00\x00\x00\x00", 1002),  # no mask
        (masked(0xC1, b"x"), 1002),  # a reserved bit, as compression has
        (masked(0x83, b"x"), 1002),  # a reserved opcode
        (masked(0x8B, b"x"), 1002),
        (masked(0x80, b"x"), 1002),  # goes on with nothing
        (masked(0x01, b"x") + masked(0x81, b"y"), 1002),  # a new message within another
        (masked(0x09, b"x"), 1002),  # a ping in fragments
        (whole(PING, b"x" * 126), 1002),
        (whole(TEXT, b"\xff"), 1007),
        (masked(0x01, "ж".encode()[:1]) + masked(0x80, b"x"), 1007),
        (masked(0x81, b"", announced=1 << 40), 1009),
    ],
    ids=itertools.count(),  # masks are drawn, and both workers of a run must know a test by one name
)
def test_what_is_no_websocket_is_an_error(stream: bytes, code: int) -> None:
    with pytest.raises(FrameError) as error:
        read(stream, b"x" * 1000)
    assert error.value.code == code


@pytest.mark.parametrize("pieces", [1, 2, 3])
@pytest.mark.parametrize("chunk", [1000, 65536, 1 << 30])
def test_a_message_over_the_limit_is_passed_over_and_its_beginning_told(pieces: int, chunk: int) -> None:
    payload = b"42/live,7[" + b"x" * LIMIT
    cut = len(payload) // pieces
    parts = [payload[place * cut : (place + 1) * cut if place < pieces - 1 else None] for place in range(pieces)]
    stream = whole(TEXT, b"before")
    for place, part in enumerate(parts):
        final = 0x80 if place == pieces - 1 else 0
        head = masked(final | (TEXT if place == 0 else 0), b"", announced=len(part))
        stream += head[:-4] + b"\0\0\0\0" + part  # a mask of zeros, for it takes long here otherwise
    stream += whole(TEXT, b"after")
    got = read(*[stream[place : place + chunk] for place in range(0, len(stream), chunk)])
    assert [opcode for opcode, _ in got] == [TEXT, LARGE | TEXT, TEXT]
    assert got[1][1] == payload[: frames.HEAD]


def test_a_message_of_just_the_limit_passes() -> None:
    stream = masked(0x81, b"", announced=LIMIT)[:-4] + b"\0\0\0\0" + b"x" * LIMIT
    assert read(stream) == [(TEXT, b"x" * LIMIT)]


@pytest.mark.parametrize("code", [1000, 1001, 1011, 3000, 4999])
def test_a_clients_close_says_its_code(code: int) -> None:
    assert frames.close_reason(code.to_bytes(2, "big") + "пока".encode()) == code
    assert frames.close_reason(b"") == frames.NO_CODE


@pytest.mark.parametrize("payload", [b"\x03", b"\x03\xed", b"\x03\xee", b"\x00\x00", b"\xff\xff", b"\x03\xe8\xff"])
def test_a_malformed_close_is_an_error(payload: bytes) -> None:
    with pytest.raises(FrameError):
        frames.close_reason(payload)


def test_the_reason_of_our_close_is_cut_to_whole_characters() -> None:
    ours = frames.close_frame(1001, "ж" * 100)
    assert ours[0] == 0x80 | CLOSE
    assert len(ours) == 2 + 2 + 122
    assert ours[4:].decode() == "ж" * 61


def test_pongs_are_read() -> None:
    assert read(whole(PONG, b"late")) == [(PONG, b"late")]
