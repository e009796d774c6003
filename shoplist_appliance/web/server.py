"""Tornado's HTTP server with our limits, and without its bare refusals."""

import weakref
from asyncio import Future
from functools import partial

import orjson
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application

from shoplist_appliance.domain.errors import Invalid
from shoplist_appliance.web import problems
from shoplist_appliance.web.headers import API_HEADERS
from shoplist_appliance.web.requests import new_request_id


class Server(HTTPServer):
    """Tornado's server, whose refusals of what it does not read (HTTP and other bytes) are problem objects too."""

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
