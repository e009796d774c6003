"""HTTP as a browser or a script speaks it, and what the contract says every answer looks like."""

import re
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from tests.clients.making import Json

STATUS = {
    "invalid": 400,
    "unauthenticated": 401,
    "wrong_credentials": 401,
    "totp_required": 401,
    "forbidden": 403,
    "bad_origin": 403,
    "not_found": 404,
    "unknown_operation": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "full": 409,
    "gone": 410,
    "too_large": 413,
    "unsupported_type": 415,
    "too_many_requests": 429,
    "quota": 507,
    "unavailable": 503,
}
PROBLEM_ALWAYS = {"type", "title", "status", "code", "detail", "request_id"}
PROBLEM_SOMETIMES = {"fields", "retry_after"}


def check_problem(problem: Json, code: str) -> Json:
    """Assert that this is a problem object with the code, as both transports carry it."""
    assert isinstance(problem, dict), problem
    assert problem.get("code") == code, problem
    assert problem["status"] == STATUS[code], problem
    assert set(problem) >= PROBLEM_ALWAYS, problem
    assert set(problem) <= PROBLEM_ALWAYS | PROBLEM_SOMETIMES, problem
    assert all(isinstance(problem[name], str) and problem[name] for name in PROBLEM_ALWAYS - {"status"}), problem
    if "fields" in problem:
        assert problem["fields"], problem
        assert all(isinstance(words, str) and words for words in problem["fields"].values()), problem
    return problem


@dataclass(frozen=True)
class Answer:
    """One answer: its status, its headers (names as sent, found in any case), and its body, decoded if it is JSON."""

    status: int
    headers: Any
    body: Any

    def ok(self) -> Json:
        assert self.status == 200, (self.status, self.body)
        assert self.headers["Content-Type"].startswith("application/json"), self.headers
        assert self.headers["X-Request-Id"]
        assert isinstance(self.body, dict), self.body
        return self.body

    def problem(self, code: str) -> Json:
        assert self.status == STATUS[code], (self.status, self.body)
        assert self.headers["Content-Type"].startswith("application/problem+json"), (self.headers, self.body)
        problem = check_problem(self.body, code)
        assert problem["request_id"] == self.headers["X-Request-Id"]
        if code == "too_many_requests":
            assert int(self.headers["Retry-After"]) >= 1
        return problem

    def cookie(self, name: str = "shoplist") -> str:
        """The value of the cookie that this answer sets: of the session, or of the browser (``shoplist_device``)."""
        return self.cookie_line(name).split(";")[0].split("=", 1)[1]

    def cookie_line(self, name: str = "shoplist") -> str:
        lines: list[str] = [line for line in self.headers.getall("Set-Cookie", []) if line.startswith(f"{name}=")]
        assert len(lines) == 1, lines
        return lines[0]


class Http:
    """A caller with kept-alive connections that remembers no cookies: what a test sends, it sends itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.session.close()

    async def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 30,  # noqa: ASYNC109 - the limit of one exchange, handed to the client library
    ) -> Answer:
        async with self.session.request(
            method,
            self.url + path,
            data=body,
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=timeout),
            skip_auto_headers=("Content-Type", "User-Agent"),
        ) as answer:
            raw = await answer.read()
            json = re.match(r"application/((problem|manifest)\+)?json", answer.headers.get("Content-Type", ""))
            return Answer(answer.status, answer.headers, orjson.loads(raw) if json and raw else raw)

    async def call(
        self, name: str, payload: object = None, token: str | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Call an operation as a script does: JSON and a bearer token."""
        body = orjson.dumps({} if payload is None else payload)
        return await self.raw(name, body, token, headers)

    async def raw(
        self, name: str, body: bytes, token: str | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Call an operation with a body as it stands."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        return await self.send("POST", f"/api/{name}", body, sent)

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return await self.send("GET", path, None, headers)
