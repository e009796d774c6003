"""The two ways bytes go to and from a client after its handshake: a plain socket directly, TLS through IOStream.

A plain socket is taken away from Tornado's stream altogether, so that nothing of ours can land inside a frame which the
stream still holds; where it does hold something, or encrypts, the stream stays in charge.
"""

import asyncio
import contextlib
import fcntl
import socket
import struct
import termios
from typing import Final, Protocol

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

CHUNK: Final = 65536  # bytes read at once
PIECE: Final = 16384  # bytes that a stream is given at once: a TLS record
KERNEL_KEEPS: Final = 128 * 1024  # unsent bytes that the kernel holds for a client; the rest waits, counted, with us


class Owner(Protocol):
    """Whom a wire tells what happens: from the loop, never from within a call of the wire."""

    def received(self, chunk: bytes) -> None:
        """Bytes came."""

    def writable(self) -> None:
        """There is room again, after ``send`` took less than all."""

    def lost(self) -> None:
        """The client has gone, or its socket broke. Not told after ``close``."""


class Wire(Protocol):
    """A client's socket."""

    def send(self, data: bytes | memoryview) -> int:
        """Take as much as there is room for, at once; returns how much. Less than all: ``writable`` follows.

        Raises ``OSError`` where the client is gone.
        """

    def read(self, wanted: bool) -> None:
        """Whether bytes are read as they come, or left with the kernel, so that the client has to wait."""

    def untaken(self) -> int:
        """How many bytes the kernel still holds that the client's machine has not acknowledged."""

    def close(self, *, abort: bool = False) -> None:
        """Let go of the socket; with ``abort`` without delivering what the kernel still holds."""


def take_over(stream: IOStream, owner: Owner) -> Wire:
    """The wire of a detached stream. What the client has sent already is told to the owner in a later step.

    Raises ``StreamClosedError`` where the client has gone.
    """
    stream.set_nodelay(True)  # else an answer waits for the peer's delayed ACK: 47 ms, not 4
    with contextlib.suppress(OSError):
        stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_KEEPS)
    early = asyncio.ensure_future(stream.read_bytes(1 << 20, partial=True))
    if stream.closed():
        raise StreamClosedError
    if isinstance(stream, SSLIOStream) or stream.writing():
        return StreamWire(stream, owner, early)
    return SocketWire(stream, owner, early.result() if early.done() else b"")


class SocketWire:
    """A plain socket. Its stream is left behind, and takes no part any more."""

    __slots__ = ("_loop", "_owner", "_reading", "_socket", "_writing")

    def __init__(self, stream: IOStream, owner: Owner, early: bytes) -> None:
        self._loop = asyncio.get_running_loop()
        self._owner = owner
        self._socket: socket.socket | None = stream.socket
        stream.io_loop.remove_handler(stream.socket)
        self._reading = self._writing = False
        self.read(True)
        if early:
            self._loop.call_soon(owner.received, early)

    def send(self, data: bytes | memoryview) -> int:
        if self._socket is None:
            raise BrokenPipeError
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        if sent < len(data) and not self._writing:
            self._writing = True
            self._loop.add_writer(self._socket, self._writable)
        return sent

    def read(self, wanted: bool) -> None:
        if self._socket is not None and wanted != self._reading:
            self._reading = wanted
            if wanted:
                self._loop.add_reader(self._socket, self._readable)
            else:
                self._loop.remove_reader(self._socket)

    def untaken(self) -> int:
        return unacknowledged(self._socket)

    def close(self, *, abort: bool = False) -> None:
        if self._socket is not None:
            self.read(False)
            self._stop_writing()
            if abort:
                _forget(self._socket)
            self._socket.close()
            self._socket = None

    def _stop_writing(self) -> None:
        if self._writing and self._socket is not None:
            self._writing = False
            self._loop.remove_writer(self._socket)

    def _writable(self) -> None:
        self._stop_writing()
        self._owner.writable()

    def _readable(self) -> None:
        if self._socket is None:
            return
        try:
            chunk = self._socket.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if chunk:
            self._owner.received(chunk)
        else:
            self.close()
            self._owner.lost()


class StreamWire:
    """A stream that stays in charge of its socket."""

    __slots__ = ("_owner", "_pending", "_stream", "_waiting", "_wanted")

    def __init__(self, stream: IOStream, owner: Owner, early: asyncio.Future[bytes]) -> None:
        self._stream: IOStream | None = stream
        self._owner = owner
        self._wanted = True
        self._waiting = False  # for room
        self._pending = True  # a read is under way
        early.add_done_callback(self._came)

    def send(self, data: bytes | memoryview) -> int:
        stream, taken = self._stream, 0
        if stream is None:
            raise BrokenPipeError
        while taken < len(data) and not stream.writing():
            piece = data[taken : taken + PIECE]
            stream.write(piece)
            taken += len(piece)
        if taken < len(data) and not self._waiting:
            self._waiting = True
            # An empty write is done when all before it is.
            asyncio.ensure_future(stream.write(b"")).add_done_callback(self._room)
        return taken

    def read(self, wanted: bool) -> None:
        self._wanted = wanted
        if wanted and not self._pending and self._stream is not None and not self._stream.closed():
            self._pending = True
            asyncio.ensure_future(self._stream.read_bytes(CHUNK, partial=True)).add_done_callback(self._came)

    def untaken(self) -> int:
        return 0 if self._stream is None else unacknowledged(self._stream.socket)

    def close(self, *, abort: bool = False) -> None:
        stream, self._stream = self._stream, None
        if stream is not None and not stream.closed():
            if abort:
                _forget(stream.socket)
            stream.close()

    def _room(self, written: asyncio.Future[None]) -> None:
        self._waiting = False
        if self._stream is not None and written.exception() is None:
            self._owner.writable()

    def _came(self, read: asyncio.Future[bytes]) -> None:
        self._pending = False
        error = read.exception()
        if self._stream is None:
            return
        if error is not None:
            self.close()
            self._owner.lost()
            return
        self._owner.received(read.result())
        self.read(self._wanted)


def unacknowledged(sock: socket.socket | None) -> int:
    """How many bytes the kernel holds that the other side's has not acknowledged."""
    if sock is None:
        return 0
    return int(struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, b"\0" * 4))[0])


def _forget(sock: socket.socket) -> None:
    """Closing it then frees at once what the kernel holds for a client that does not take it."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
