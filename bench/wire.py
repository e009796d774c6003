"""The client's side of WebSocket and socket.io, as little of it as a load generator needs."""

import os
import socket
import ssl
from urllib.parse import urlsplit

PING = b"\x81\x012"  # a whole frame: engine.io's "2". These bytes cannot occur within another frame's text.
TIMEOUT = 60.0


class WireError(Exception):
    """The server answered something that a benchmark must not go on with."""


def frame(text: bytes) -> bytes:
    """A masked text frame, final and alone, as browsers send them."""
    key = os.urandom(4)
    size = len(text)
    stream = int.from_bytes(key * (size // 4 + 1), "big") >> 8 * (4 - size % 4)
    masked = (int.from_bytes(text, "big") ^ stream).to_bytes(size, "big")
    if size < 126:
        return b"\x81" + bytes((0x80 | size,)) + key + masked
    if size < 65536:
        return b"\x81\xfe" + size.to_bytes(2, "big") + key + masked
    return b"\x81\xff" + size.to_bytes(8, "big") + key + masked


PONG = frame(b"3")


def stream(url: str, tls: ssl.SSLContext | None) -> socket.socket:
    """A blocking connection to the server at this address, without Nagle's delay."""
    place = urlsplit(url)
    assert place.hostname is not None
    raw = socket.create_connection((place.hostname, place.port or 80), timeout=TIMEOUT)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return tls.wrap_socket(raw, server_hostname=place.hostname) if tls else raw


class Client:
    """One WebSocket connection, read frame by frame before and after a load; the load loops read ``sock``."""

    def __init__(self, url: str, path: str, tls: ssl.SSLContext | None = None, headers: str = "") -> None:
        self.sock = stream(url, tls)
        self.buffer = b""
        self.heard = 0  # marks counted by the load loops
        self.edge = b""  # the end of what they read last, where a mark may have begun
        self._upgrade(urlsplit(url).netloc, path, headers)

    def _upgrade(self, host: str, path: str, headers: str) -> None:
        self.sock.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n{headers}\r\n".encode()
        )
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise WireError(f"no WebSocket here: {head[:200]!r}")

    def _more(self) -> None:
        chunk = self.sock.recv(262_144)
        if not chunk:
            raise WireError("the server closed the connection")
        self.buffer += chunk

    def _need(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self._more()
        return self.buffer[:size]

    def text(self) -> bytes:
        """The next text frame; a ping of engine.io's is answered and skipped."""
        while True:
            head = self._need(2)
            start, size = 2, head[1] & 0x7F
            if size > 125:
                start = 4 if size == 126 else 10
                size = int.from_bytes(self._need(start)[2:], "big")
            body = self._need(start + size)[start:]
            self.buffer = self.buffer[start + size :]
            if head[0] & 0x0F == 8:
                raise WireError(f"closed: {body!r}")
            if body != b"2":
                return body
            self.sock.sendall(PONG)

    def wait_for(self, prefix: bytes, refusal: bytes = b"44") -> bytes:
        """The next frame that begins so; what comes before it is skipped, unless it is a refusal."""
        while not (text := self.text()).startswith(prefix):
            if text.startswith(refusal):
                raise WireError(f"refused: {text[:500]!r}")
        return text

    def send(self, text: str) -> None:
        self.sock.sendall(frame(text.encode()))

    def close(self) -> None:
        self.sock.close()


def live(url: str, token: str = "", tls: ssl.SSLContext | None = None, headers: str = "") -> Client:
    """A socket.io connection in the namespace ``/live``."""
    client = Client(url, "/socket.io/?EIO=4&transport=websocket", tls, headers)
    client.wait_for(b"0{")
    client.send(f'40/live,{{"token":"{token}"}}')
    client.wait_for(b"40/live,")
    return client
