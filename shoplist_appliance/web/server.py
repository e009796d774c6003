"""Tornado's HTTP server with our limits, without its bare refusals, and patient where the system has no room."""

import errno
import logging
import socket
import weakref
from asyncio import Future
from collections.abc import Iterable
from functools import partial
from typing import Any, Final, cast

import orjson
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream
from tornado.web import Application

from shoplist_appliance.domain.errors import Invalid
from shoplist_appliance.web import problems
from shoplist_appliance.web.headers import API_HEADERS
from shoplist_appliance.web.requests import new_request_id

log = logging.getLogger(__name__)

NO_ROOM: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
PAUSE_SECONDS: Final = 0.5


class Listening:
    """A socket that accepts. Where no descriptor is left for a connection, it asks again only after a pause.

    Tornado would ask at once, and again: one line with its trace each time, and nothing else done, until somebody goes.
    """

    def __init__(self, listening: socket.socket) -> None:
        self._socket = listening
        self._full = False

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def accept(self) -> tuple[socket.socket, Any]:
        """Raises ``BlockingIOError`` where nobody waits, or nobody can be taken in for now."""
        try:
            accepted = self._socket.accept()
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            self._rest(error)
            raise BlockingIOError from None
        if self._full:
            self._full = False
            log.warning("connections are accepted again")
        return accepted

    def _rest(self, error: OSError) -> None:
        if not self._full:
            self._full = True
            log.error("no further connection can be accepted for now: %s", error.strerror)
        loop = IOLoop.current()
        loop.update_handler(self._socket, 0)
        loop.call_later(PAUSE_SECONDS, self._go_on)

    def _go_on(self) -> None:
        if self.fileno() >= 0:  # else it was closed meanwhile
            IOLoop.current().update_handler(self._socket, IOLoop.READ)


class Server(HTTPServer):
    """Tornado's server, whose refusals of what it does not read (HTTP and other bytes) are problem objects too."""

    def add_sockets(self, sockets: Iterable[socket.socket]) -> None:
        """Accept from these."""
        super().add_sockets(cast(Iterable[socket.socket], map(Listening, sockets)))

    def handle_stream(self, stream: IOStream, address: tuple[str, int]) -> None:
        """Serve a connection."""
        stream.write = partial(_write, weakref.ref(stream))  # type: ignore[method-assign]
        super().handle_stream(stream, address)


_BARE = b"HTTP/1.1 400 Bad Request\r\n\r\n"


def _write(stream: "weakref.ref[IOStream]", data: bytes | memoryview) -> "Future[None]":
    open_stream = stream()
    assert open_stream is not None
    return IOStream.write(open_stream, _malformed() if data == _BARE else data)


def _malformed() -> bytes:
    request_id = new_request_id()
    body = orjson.dumps(problems.problem(Invalid("http"), "en", request_id))
    head = {
        **API_HEADERS,
        "X-Request-Id": request_id,
        "Content-Type": problems.MEDIA_TYPE,
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"HTTP/1.1 400 Bad Request\r\n{lines}\r\n".encode() + body


def http_server(application: Application) -> Server:
    """The server of an application, with our own limits: a body of any length reaches its handler, which refuses it."""
    return Server(
        application, max_body_size=1 << 62, max_header_size=128 << 10, idle_connection_timeout=300, body_timeout=120
    )
