"""The requests under ``/socket.io/``: handshakes, polling, and the change from one to the other."""

import asyncio
from collections.abc import Awaitable
from typing import Final

import orjson
from tornado.web import RequestHandler, stream_request_body

from shoplist_appliance.config import Settings
from shoplist_appliance.live import frames
from shoplist_appliance.live.engine import Engine, Peer, Session, Transport
from shoplist_appliance.live.polling import Polling
from shoplist_appliance.live.websocket import WebSocket
from shoplist_appliance.web.auth import cookie_token, handshake_allowed
from shoplist_appliance.web.headers import answer_headers
from shoplist_appliance.web.requests import agent_of, client_address, language_of, new_request_id

LARGEST_BODY: Final = 64 * 1024 * 1024  # of a POST: a queue of many calls, each of which has its own limit

LONGEST_MARK: Final = 100

# Refusals as Engine.IO numbers them: status, code, message.
UNKNOWN_TRANSPORT: Final = (400, 0, "Transport unknown")
UNKNOWN_SESSION: Final = (400, 1, "Session ID unknown")
BAD_METHOD: Final = (400, 2, "Bad handshake method")
BAD_REQUEST: Final = (400, 3, "Bad request")
FORBIDDEN: Final = (403, 4, "Forbidden")
UNSUPPORTED_VERSION: Final = (400, 5, "Unsupported protocol version")
TOO_LARGE: Final = (413, 3, "Too large")
UNSUPPORTED_WEBSOCKET: Final = (426, 3, "Unsupported WebSocket version")
CLOSING: Final = (503, 3, "Closing")


class Refused(Exception):
    """A request that gets one of the refusals above."""

    def __init__(self, refusal: tuple[int, int, str]) -> None:
        super().__init__(refusal[2])
        self.refusal = refusal


@stream_request_body
class EngineRequest(RequestHandler):
    """One request of a client of the engine. Its body is streamed: a queue of many calls is read call by call."""

    def initialize(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._session: Session | None = None
        self._refused: Refused | None = None  # what to answer once the body is through
        self._posting: Polling | None = None  # the transport that takes this request's body
        self._again = False  # a POST that was taken before
        self._received = 0

    def set_default_headers(self) -> None:
        self._request_id = getattr(self, "_request_id", None) or new_request_id()
        self.clear_header("Server")
        self.set_header("X-Request-Id", self._request_id)
        for name, value in answer_headers(self).items():
            self.set_header(name, value)

    # --- what every request has to be

    def prepare(self) -> None:
        """Find what is wrong. It is answered when the body is through: an answer before that ends the connection, and
        the next request of a client that keeps it alive meets a reset, which looks like no network."""
        try:
            self._check()
        except Refused as error:
            self._refused = error

    def _check(self) -> None:
        """Refuse what is no client's request before its body is read."""
        if not handshake_allowed(self.request, self._settings.url):
            raise Refused(FORBIDDEN)
        if self.request.method not in ("GET", "POST"):
            raise Refused(BAD_METHOD)
        if self._engine.closing:
            raise Refused(CLOSING)
        if self._query("transport") not in ("polling", "websocket"):
            raise Refused(UNKNOWN_TRANSPORT)
        if self._query("EIO") != "4":
            raise Refused(UNSUPPORTED_VERSION)
        sid = self._query("sid")
        if sid is not None:
            self._session = self._engine.sessions.get(sid)
            if self._session is None and sid not in self._engine.leaving:
                raise Refused(UNKNOWN_SESSION)
        if self.request.method == "POST":
            self._begin_post()

    def _begin_post(self) -> None:
        if self._session is None:
            raise Refused(BAD_METHOD)
        polling = self._session.transport
        if not isinstance(polling, Polling):
            raise Refused(BAD_REQUEST)
        if polling.has_taken(self._mark):
            self._again = True
            return
        if not polling.begin():
            self._overlap(self._session)
        self._posting = polling

    @property
    def _mark(self) -> str | None:
        """By which a request is known again that a browser repeats by itself; clients make a new one for each."""
        mark = self._query("t")
        return mark if mark and len(mark) <= LONGEST_MARK else None

    def _query(self, name: str) -> str | None:
        values = self.request.query_arguments.get(name)
        return values[0].decode("utf-8", "replace") if values else None

    def _overlap(self, session: Session) -> None:
        self._engine.malformed(session, "two requests at once")
        raise Refused(BAD_REQUEST)

    # --- polling

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self._received += len(chunk)
        if self._refused is not None and self._received > LARGEST_BODY:
            self._refuse(self._refused)
        if self._posting is None or self._received > LARGEST_BODY:
            return None
        return self._posting.received(chunk)

    def post(self) -> None:
        """The calls of a polling client have come."""
        if self._posting is None and not self._again:
            self._other()
            return
        if self._posting is not None:
            posting, self._posting = self._posting, None
            posting.finish(self._mark)
        if self._received > LARGEST_BODY:
            self._refuse(Refused(TOO_LARGE))
        else:
            self.set_header("Content-Type", "text/html")
            self.finish(b"ok")

    async def get(self) -> None:
        """A handshake, or a polling client's wait for what is new."""
        try:
            if self._refused is not None:
                raise self._refused
            if self._query("transport") == "websocket":
                self._websocket()
            else:
                await self._poll()
        except Refused as error:
            self._refuse(error)

    def _other(self) -> None:
        """Whatever was refused by its head, and every other method."""
        self._refuse(self._refused or Refused(BAD_METHOD))

    head = put = patch = delete = options = _other

    async def _poll(self) -> None:
        polling = self._polling()
        if polling.is_waiting and self._session is not None:
            self._overlap(self._session)
        payload = await polling.poll(self._mark)
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        stream = self.request.connection.stream  # type: ignore[union-attr]
        polling.sending(asyncio.ensure_future(self.finish(payload)), stream)

    def _polling(self) -> Polling:
        """The transport that is asked for: of a new session where none is named, also of one that has just ended."""
        transport: Transport | None
        if self._session is not None:
            transport = self._session.transport
        elif (sid := self._query("sid")) is not None:
            transport = self._engine.last_word(sid)
        else:
            session = Session(self._engine, self._peer())
            session.transport = transport = Polling(self._engine, session)
            self._engine.open(session)
            transport.answer(session.hello())
            self._session = session
        if not isinstance(transport, Polling):
            raise Refused(BAD_REQUEST)
        return transport

    def on_connection_close(self) -> None:
        """The client has gone in the middle of its request: what that carried is lost, and so is its session."""
        super().on_connection_close()
        if self._session is not None and not self._finished:
            self._engine.end(self._session, "gone")

    # --- WebSocket

    def _websocket(self) -> None:
        """Shake hands, and leave HTTP: for a new session, or as the way that a polling one may change to."""
        accept = self._accept_key()
        session = self._session
        if session is None:
            session = Session(self._engine, self._peer())
        elif session.probe is not None or not isinstance(session.transport, Polling):
            raise Refused(BAD_REQUEST)
        websocket = WebSocket(self._engine, session)
        try:
            websocket.attach(self.detach(), self._switching(accept))
        except OSError:
            return
        if self._session is None:
            session.transport = websocket
            self._engine.open(session)
            websocket.answer(session.hello())
        else:
            session.probe = websocket
            self._engine.probing(websocket)

    def _accept_key(self) -> str:
        headers = self.request.headers
        connection = [token.strip().lower() for token in headers.get("Connection", "").split(",")]
        key = headers.get("Sec-WebSocket-Key", "")
        if headers.get("Upgrade", "").lower() != "websocket" or "upgrade" not in connection or not frames.is_key(key):
            raise Refused(BAD_REQUEST)
        if headers.get("Sec-WebSocket-Version") != "13":
            self.set_header("Sec-WebSocket-Version", "13")
            raise Refused(UNSUPPORTED_WEBSOCKET)
        return frames.accept_key(key)

    def _switching(self, accept: str) -> bytes:
        """The head that ends HTTP on this connection. It takes up no extension: no frame is ever compressed."""
        lines = (
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept}",
            f"X-Request-Id: {self._request_id}",
            "\r\n",
        )
        return "\r\n".join(lines).encode()

    def _peer(self) -> Peer:
        return Peer(
            request_id=self._request_id,
            address=client_address(self.request, self._settings.proxies),
            language=language_of(self.request) if "Accept-Language" in self.request.headers else None,
            cookie=cookie_token(self.request),
            agent=agent_of(self.request),
        )

    # --- what is refused

    def _refuse(self, refused: Refused) -> None:
        status, code, message = refused.refusal
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(orjson.dumps({"code": code, "message": message}))
        self._engine.refused(message)

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """What Tornado refuses by itself, or what nobody expected."""
        self._refuse(Refused((status_code, 3, "Bad request")))

    def compute_etag(self) -> None:
        """No answer here is ever the same as another."""
