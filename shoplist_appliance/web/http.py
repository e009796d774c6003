"""Operations over HTTP: ``POST /api/<operation>``, a JSON object in, a JSON object or a problem object out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from tornado.httputil import HTTPHeaders
from tornado.web import HTTPError, RequestHandler, stream_request_body

from shoplist_appliance.config import Settings
from shoplist_appliance.domain.errors import (
    BadOrigin,
    DomainError,
    Invalid,
    MethodNotAllowed,
    TooLarge,
    Unauthenticated,
    UnknownOperation,
    UnsupportedType,
)
from shoplist_appliance.domain.ids import new_secret
from shoplist_appliance.domain.people import Language
from shoplist_appliance.usecases.people import People
from shoplist_appliance.web import auth, problems
from shoplist_appliance.web.headers import answer_headers
from shoplist_appliance.web.operations import Caller, Dispatcher, key_in
from shoplist_appliance.web.requests import agent_of, client_address, is_https, language_of, new_request_id
from shoplist_appliance.web.rows import Access, Browser
from shoplist_appliance.web.shells import Shells

API = "/api/"
MOST_BODY = 1 << 20
# A refused body is read to its end, and thrown away, so that its sender is still there for the answer; up to this much.
MOST_DISCARDED = 64 << 20


@dataclass(frozen=True, slots=True)
class Door:
    """What every handler is given."""

    dispatcher: Dispatcher
    people: People
    settings: Settings
    check: Callable[[], Awaitable[None]]  # raises where a write would fail now
    metrics: Callable[[], str]
    shells: Shells = field(default_factory=Shells)


@stream_request_body
class Handler(RequestHandler):
    """Any answer over HTTP: with an id and safe headers, and a problem object for whatever goes wrong.

    Bodies are streamed, because Tornado answers those that it reads itself, and finds wrong, with a bare 400.
    """

    allowed = "GET, HEAD"

    def initialize(self, door: Door, page: str = "") -> None:
        self.door = door
        self.page = page
        self.language: Language = language_of(self.request)

    def set_default_headers(self) -> None:
        self.request_id = getattr(self, "request_id", None) or new_request_id()
        self.clear_header("Server")
        self.set_header("X-Request-Id", self.request_id)
        for name, value in answer_headers(self).items():
            self.set_header(name, value)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """A page needs no body; one that comes all the same is thrown away."""
        return None

    def caller(self) -> Caller:
        """Whoever calls without saying who they are."""
        address = client_address(self.request, self.door.settings.proxies)
        return Caller(None, self.language, address, self.request_id, agent=agent_of(self.request))

    def answer(self, value: object, media_type: str = "application/json") -> None:
        """Send a JSON value."""
        self.set_header("Content-Type", media_type)
        self.finish(orjson.dumps(value))

    def refuse(self, error: BaseException, caller: Caller | None = None, operation: str = "") -> None:
        """Send a problem object."""
        problem = self.door.dispatcher.problem(error, caller or self.caller(), operation)
        self.clear()
        self.set_status(problem["status"])
        if "retry_after" in problem:
            self.set_header("Retry-After", str(problem["retry_after"]))
        if isinstance(error, Unauthenticated):
            self.set_header("WWW-Authenticate", "Bearer")
        if isinstance(error, MethodNotAllowed):
            self.set_header("Allow", self.allowed)
        self.answer(problem, problems.MEDIA_TYPE)

    def log_exception(self, *error: Any) -> None:
        """Logged where it is answered: in ``Dispatcher.problem``."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """What Tornado refuses by itself, or what a handler did not expect."""
        error = kwargs["exc_info"][1] if "exc_info" in kwargs else None
        if isinstance(error, HTTPError):
            error = MethodNotAllowed() if error.status_code == 405 else Invalid()
        self.refuse(error or DomainError())


class ApiHandler(Handler):
    """One call of an operation. What is wrong is answered in the contract's order, once the body has been read."""

    allowed = "POST"

    def initialize(self, door: Door, page: str = "") -> None:
        super().initialize(door)
        self._name = self.request.path.removeprefix(API)
        row = door.dispatcher.table.get(self._name)
        self._row = None if row is None or row.live_only else row
        self._refusal = self._refused_by_head()
        self._chunks: list[bytes] = []
        self._size = 0

    def _refused_by_head(self) -> DomainError | None:
        if self._row is None:
            return UnknownOperation()
        if self.request.method != "POST":
            return MethodNotAllowed()
        return TooLarge() if _length(self) > MOST_BODY else None

    def prepare(self) -> None:
        """A body that is announced and not wanted need not be sent."""
        waits = self.request.headers.get("Expect", "").lower() == "100-continue"
        if self._refusal is not None and (waits or _length(self) > MOST_DISCARDED):
            self.refuse(self._refusal, operation=self._name)

    def data_received(self, chunk: bytes) -> None:
        """Keep what may still become a payload; Tornado gives no piece once the answer is out."""
        self._size += len(chunk)
        if self._refusal is None and self._size > MOST_BODY:
            self._refusal = TooLarge()
            self._chunks.clear()
        if self._refusal is None:
            self._chunks.append(chunk)
        elif self._size > MOST_DISCARDED:
            self.refuse(self._refusal, operation=self._name)

    def on_finish(self) -> None:
        """Let go of the body at once: a handler is part of cycles, and Python looks for those rarely."""
        self._chunks.clear()

    def on_connection_close(self) -> None:
        """The same where the sender left in the middle: else strangers who leave fill the memory with bodies."""
        super().on_connection_close()
        self._chunks.clear()

    async def post(self) -> None:
        """Call the operation."""
        caller: Caller | None = None
        try:
            body = self._body()
            caller = await self._caller(body)
            answer = await self.door.dispatcher.call(self._name, body, caller)
        except Exception as error:
            if caller is None and type(error) is Unauthenticated and self._row and self._row.cookie == "clears":
                self._tend_cookies({})  # what it would have ended has ended already; a wrong password ends nothing
            self.refuse(error, caller, self._name)
        else:
            self._tend_cookies(answer, caller.browser)
            self.answer(answer)

    get = head = put = patch = delete = options = post

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A method that Tornado has never heard of is refused as any other is, and after an unknown name."""
        if status_code == 405 and self._refusal is not None:
            self.refuse(self._refusal, operation=self._name)
        else:
            super().write_error(status_code, **kwargs)

    def _body(self) -> bytes:
        if self._refusal is not None:
            raise self._refusal
        if self._size and not _is_json(self.request.headers):
            raise UnsupportedType
        return b"".join(self._chunks)

    async def _caller(self, body: bytes) -> Caller:
        """What anyone may call does not look at who calls: a dead cookie keeps nobody from signing in."""
        if self._row is not None and key_in(body) is not None:
            return self.caller()  # whose guest it is, the dispatcher finds in the payload
        if self._row is None or self._row.access is Access.ANYONE:
            return replace(self.caller(), browser=self._browser())
        settings = self.door.settings
        try:
            principal = await auth.authenticate(self.request, self.door.people, settings.url)
        except (Unauthenticated, BadOrigin):
            if self._row.access is Access.EITHER:
                return self.caller()
            raise
        address = client_address(self.request, settings.proxies)
        return Caller(principal, language_of(self.request, principal.language), address, self.request_id)

    def _browser(self) -> Browser | None:
        """The browser that is about to be given a token. Two people who share it share its secret too."""
        if self._row is None or self._row.cookie != "sets":
            return None
        secret = auth.browser_of(self.request)
        return Browser(secret or new_secret(), is_new=secret is None)

    def _tend_cookies(self, answer: Any, browser: Browser | None = None) -> None:
        """Give the browser the token of a sign-in, keep it for another term, or take it away; by its own secret it is
        known from the first sign-in on."""
        match self._row.cookie if self._row else None:
            case "sets":
                self._set_cookie(auth.COOKIE, answer["token"])
                self._set_cookie(auth.BROWSER_COOKIE, browser.secret if browser else None)
            case "renews" if auth.bearer(self.request) is None:
                self._set_cookie(auth.COOKIE, auth.cookie_token(self.request))
                self._set_cookie(auth.BROWSER_COOKIE, auth.browser_of(self.request))
            case "clears":
                self.clear_cookie(auth.COOKIE, **self._cookie_marks())

    def _set_cookie(self, name: str, secret: str | None) -> None:
        if secret is not None:
            self.set_cookie(name, secret, max_age=auth.COOKIE_SECONDS, **self._cookie_marks())

    def _cookie_marks(self) -> dict[str, Any]:
        settings = self.door.settings
        secure = is_https(self.request, settings.proxies, settings.url)
        return {"httponly": True, "samesite": "Lax", "secure": secure}


def _length(handler: RequestHandler) -> int:
    """The length that the head announces; 0 where it does not. One that is no number is refused by Tornado."""
    text = handler.request.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else MOST_DISCARDED + 1 if text else 0


def _is_json(headers: HTTPHeaders) -> bool:
    media_type, *parameters = headers.get("Content-Type", "").lower().split(";")
    pairs = [parameter.partition("=") for parameter in parameters]
    return (
        media_type.strip() == "application/json"
        and all(value.strip('" ') in ("utf-8", "utf8") for name, _, value in pairs if name.strip() == "charset")
        and headers.get("Content-Encoding", "identity").lower() == "identity"
    )
