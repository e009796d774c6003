"""How bytes go to and from a client after its handshake.

The socket is taken away from Tornado's stream altogether, and only when that holds nothing that it still has to write:
so nothing of ours can land inside something of the stream's. Over TLS it is the socket that encrypts.
"""

import asyncio
import contextlib
import fcntl
import socket
import ssl
import struct
import termios
from typing import Final, Protocol

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

CHUNK: Final = 65536  # bytes read at once
RECORDS: Final = 4  # of TLS, read at once; each has 16 KiB at most
KERNEL_KEEPS: Final = 128 * 1024  # unsent bytes that the kernel holds for a client; the rest waits, counted, with us


class Owner(Protocol):
    """Whom a wire tells what happens: from the loop, never from within a call of the wire."""

    def received(self, chunk: bytes) -> None:
        """Bytes came."""

    def writable(self) -> None:
        """There is room again, after ``send`` took less than all."""

    def lost(self) -> None:
        """The client has gone, or its socket broke. Not told after ``close``."""


def take_over(stream: IOStream, owner: Owner) -> "SocketWire":
    """The wire of a detached stream. What the client has sent already is told to the owner in a later step.

    Raises ``OSError`` where the client has gone, or has not taken an earlier answer on the same connection.
    """
    early = asyncio.ensure_future(stream.read_bytes(1 << 20, partial=True))
    if stream.closed() or stream.writing():
        early.add_done_callback(asyncio.Future.exception)
        stream.close()
        raise StreamClosedError
    stream.set_nodelay(True)  # else an answer waits for the peer's delayed ACK: 47 ms, not 4
    with contextlib.suppress(OSError):
        stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_KEEPS)
    stream.io_loop.remove_handler(stream.socket)
    if early.done():
        asyncio.get_running_loop().call_soon(owner.received, early.result())
    return (SecureWire if isinstance(stream, SSLIOStream) else SocketWire)(stream.socket, owner)


class SocketWire:
    """A plain socket. The stream that held it is left behind, and takes no part any more."""

    __slots__ = ("_loop", "_owner", "_reading", "_socket", "_writing")

    def __init__(self, taken: socket.socket, owner: Owner) -> None:
        self._loop = asyncio.get_running_loop()
        self._owner = owner
        self._socket: socket.socket | None = taken
        self._reading = self._writing = False
        self.read(True)

    def send(self, data: bytes | memoryview) -> int:
        """Take as much as there is room for, at once; returns how much. Less than all: ``writable`` follows.

        Raises ``OSError`` where the client is gone.
        """
        if self._socket is None:
            raise BrokenPipeError
        sent = self._give(self._socket, data)
        if sent < len(data) and not self._writing:
            self._writing = True
            self._loop.add_writer(self._socket, self._writable)
        return sent

    def _give(self, to: socket.socket, data: bytes | memoryview) -> int:
        try:
            return to.send(data)
        except BlockingIOError:
            return 0

    def read(self, wanted: bool) -> None:
        """Whether bytes are read as they come, or left with the kernel, so that the client has to wait."""
        if self._socket is not None and wanted != self._reading:
            self._reading = wanted
            if wanted:
                self._loop.add_reader(self._socket, self._readable)
            else:
                self._loop.remove_reader(self._socket)

    def untaken(self) -> int:
        """How many bytes the kernel still holds that the client's machine has not acknowledged."""
        return unacknowledged(self._socket)

    def close(self, *, abort: bool = False) -> None:
        """Let go of the socket; with ``abort`` without delivering what the kernel still holds."""
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
        if self._socket is not None:
            self._receive(self._socket)

    def _receive(self, source: socket.socket) -> None:
        try:
            chunk = source.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        self._received(chunk)

    def _received(self, chunk: bytes) -> None:
        if chunk:
            self._owner.received(chunk)
        else:
            self.close()
            self._owner.lost()


class SecureWire(SocketWire):
    """A socket that encrypts. It may hold bytes of which the kernel, and so the loop, knows nothing."""

    __slots__ = ()

    def read(self, wanted: bool) -> None:
        begins = wanted and not self._reading
        super().read(wanted)
        if begins:
            self._loop.call_soon(self._readable)

    def _give(self, to: socket.socket, data: bytes | memoryview) -> int:
        """One call takes a record at most. What is refused comes again, with more behind it: just as OpenSSL asks."""
        rest = memoryview(data)
        with contextlib.suppress(ssl.SSLWantWriteError, ssl.SSLWantReadError):
            while rest:
                rest = rest[to.send(rest) :]
        return len(data) - len(rest)

    def _receive(self, source: socket.socket) -> None:
        for _ in range(RECORDS):
            if not self._reading or self._socket is None:
                return
            try:
                chunk = source.recv(CHUNK)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError:
                chunk = b""
            self._received(chunk)
        self._loop.call_soon(self._readable)  # others first


def unacknowledged(sock: socket.socket | None) -> int:
    """How many bytes the kernel holds that the other side's has not acknowledged."""
    if sock is None:
        return 0
    return int(struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, b"\0" * 4))[0])


def _forget(sock: socket.socket) -> None:
    """Closing it then frees at once what the kernel holds for a client that does not take it."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
