"""Bytes on the wire: what is well-formed HTTP gets a problem object, however odd it is, and never a bare refusal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from shoplist_appliance.app import App
from tests.clients.http import Http
from tests.clients.person import Person

MIB = 1 << 20


Answer = tuple[int, dict[str, str], Any]


@asynccontextmanager
async def connected(app: App) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, port = app.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.close()


async def next_answer(reader: asyncio.StreamReader) -> Answer:
    """Status, headers (names in lower case), body."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
    status, *lines = head.decode("latin1").strip().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    body = await asyncio.wait_for(reader.readexactly(int(headers.get("content-length", "0"))), 20)
    json = "json" in headers.get("content-type", "")
    return int(status.split()[1]), headers, orjson.loads(body) if json and body else body


async def exchange(app: App, *pieces: bytes) -> Answer:
    """Send pieces as they are, and read one answer."""
    async with connected(app) as (reader, writer):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await next_answer(reader)


def head(path: str = "/api/accounts.me", method: str = "POST", *more: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: shop.example", *more]
    return "\r\n".join(lines).encode("latin1") + b"\r\n\r\n"


def is_problem(answer: Answer, status: int, code: str) -> bool:
    got, headers, problem = answer
    assert got == status, answer
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-request-id"] == problem["request_id"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers
    return bool(problem["code"] == code and problem["status"] == status)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ([head()], 401, "unauthenticated"),
        ([head("/api/none")], 404, "unknown_operation"),
        ([head("/api/")], 404, "unknown_operation"),
        ([head("/api")], 404, "unknown_operation"),
        ([head("/api/lists.open")], 404, "unknown_operation"),
        ([head("/api/a/b/c?d=e")], 404, "unknown_operation"),
        ([head("/api/%ff%00")], 404, "unknown_operation"),
        ([head("/api/none", "GET")], 404, "unknown_operation"),
        ([head("/api/none", "BREW")], 404, "unknown_operation"),
        ([head("/api/accounts.me", "GET")], 405, "method_not_allowed"),
        ([head("/api/accounts.me", "OPTIONS")], 405, "method_not_allowed"),
        ([head("/api/accounts.me", "BREW")], 405, "method_not_allowed"),
        ([head("/api/accounts.me", "PREPARE")], 405, "method_not_allowed"),
        ([head("/healthz", "PUT")], 405, "method_not_allowed"),
        ([head("/nowhere", "POST")], 405, "method_not_allowed"),
        ([head("/api/accounts.me", "POST", "Content-Type: multipart/form-data", "Content-Length: 2"), b"{}"], 415,
         "unsupported_type"),
        ([head("/api/accounts.me", "POST", "Content-Type: multipart/form-data; boundary=x", "Content-Length: 2"),
          b"{}"], 415, "unsupported_type"),
        ([head("/api/accounts.me", "POST", "Content-Length: 2"), b"{}"], 415, "unsupported_type"),
        ([head("/api/accounts.me", "POST", "Content-Type: application/json", "Content-Encoding: gzip",
               "Content-Length: 2"), b"{}"], 415, "unsupported_type"),
        ([head("/api/accounts.me", "POST", "Content-Type: application/json; charset=latin1", "Content-Length: 2"),
          b"{}"], 415, "unsupported_type"),
        ([head("/api/accounts.me", "POST", 'Content-Type: Application/JSON; charset="UTF-8"', "Content-Length: 2"),
          b"{}"], 401, "unauthenticated"),
        ([head("/api/accounts.me", "POST", "Content-Type: text/plain", "Content-Length: 0")], 401, "unauthenticated"),
        ([head("/api/accounts.me", "POST", "Content-Type: application/json", "Transfer-Encoding: chunked"),
          b"1\r\n{\r\n", b"1\r\n}\r\n", b"0\r\n\r\n"], 401, "unauthenticated"),
        ([head("/api/accounts.me", "POST", "Transfer-Encoding: chunked"), b"0\r\n\r\n"], 401, "unauthenticated"),
        ([head("/api/accounts.sign_in", "POST", "Content-Type: application/json", "Content-Length: 1"), b"{"], 400,
         "invalid"),
        # Well-formed, and more than Tornado reads: a problem object all the same.
        ([head("/api/accounts.me", "POST", "Transfer-Encoding: gzip, chunked"), b"0\r\n\r\n"], 400, "invalid"),
        ([head("/api/accounts.me?" + "&a=b" * 3000)], 400, "invalid"),
    ],
)  # fmt: skip
async def test_everything_under_api_is_answered_by_a_problem_object(
    app: App, sent: list[bytes], status: int, code: str
) -> None:
    assert is_problem(await exchange(app, *sent), status, code)


async def test_allow_names_the_method_that_is_allowed(app: App) -> None:
    assert (await exchange(app, head("/api/accounts.me", "GET")))[1]["allow"] == "post"
    assert (await exchange(app, head("/list", "POST")))[1]["allow"] == "get, head"


@pytest.mark.parametrize("path", ["/api/accounts.me", "/list", "/healthz", "/socket.io/?EIO=4&transport=polling"])
@pytest.mark.parametrize("method", ["PROPFIND", "TRACE", "FINISH", "post"])
async def test_an_unknown_method_is_refused_and_the_same_connection_goes_on(app: App, path: str, method: str) -> None:
    async with connected(app) as (reader, writer):
        for sent, statuses in ((head(path, method), {400, 405}), (head("/healthz", "GET"), {200})) * 2:
            writer.write(sent)
            assert (await next_answer(reader))[0] in statuses


@pytest.mark.parametrize("declared", [True, False], ids=["content-length", "chunked"])
async def test_a_body_over_the_limit_is_read_to_its_end_and_refused(app: App, declared: bool) -> None:
    body = b"x" * (3 * MIB)
    if declared:
        sent = [head("/api/accounts.me", "POST", f"Content-Length: {len(body)}"), body]
    else:
        sent = [head("/api/accounts.me", "POST", "Transfer-Encoding: chunked"), b"%x\r\n" % len(body), body,
                b"\r\n0\r\n\r\n"]  # fmt: skip
    answer = await exchange(app, *sent)
    assert is_problem(answer, 413, "too_large")
    assert answer[1].get("connection") != "close", "the same connection goes on"


async def test_a_body_of_exactly_1_mib_is_not_too_large(http: Http) -> None:
    body = b'{"list":"' + b"x" * (MIB - 11) + b'"}'
    assert len(body) == MIB
    ann = await Person.registered(http)
    (await http.raw("lists.get", body, ann.token)).problem("invalid")
    (await http.raw("lists.get", body + b" ", ann.token)).problem("too_large")


async def test_who_asks_first_whether_to_send_is_told_at_once(app: App) -> None:
    more = ("Expect: 100-continue", f"Content-Length: {2 * MIB}")
    assert is_problem(await exchange(app, head("/api/accounts.me", "POST", *more)), 413, "too_large")


async def test_who_announces_more_than_anyone_would_read_is_told_at_once(app: App) -> None:
    endless = head("/api/accounts.me", "POST", f"Content-Length: {10**15}")
    assert is_problem(await exchange(app, endless, b"x" * 1000), 413, "too_large")


async def test_an_unknown_name_comes_before_the_size(app: App) -> None:
    sent = head("/api/none", "POST", f"Content-Length: {2 * MIB}"), b"x" * (2 * MIB)
    assert is_problem(await exchange(app, *sent), 404, "unknown_operation")


async def test_a_form_sent_to_a_page_is_refused_politely(app: App) -> None:
    form = head("/list", "POST", "Content-Type: multipart/form-data", "Content-Length: 3"), b"a=b"
    assert is_problem(await exchange(app, *form), 405, "method_not_allowed")


async def test_signing_out_with_a_dead_cookie_takes_it_away(http: Http) -> None:
    headers = {"Cookie": "shoplist=dead", "Sec-Fetch-Site": "same-origin"}
    answer = await http.call("accounts.sign_out", {}, headers=headers)
    answer.problem("unauthenticated")
    assert answer.cookie_line().startswith('shoplist="";')
    assert (await http.call("accounts.me", {}, headers=headers)).headers.getall("Set-Cookie", []) == []


async def test_a_cookie_is_kept_for_another_term_by_each_start_of_a_page(http: Http) -> None:
    ann = await Person.registered(http)
    headers = {"Cookie": f"shoplist={ann.token}", "Sec-Fetch-Site": "same-origin"}
    answer = await http.call("accounts.me", {}, headers=headers)
    assert answer.cookie() == ann.token
    assert "Max-Age=34560000" in answer.cookie_line()
    assert "HttpOnly" in answer.cookie_line()
    assert "SameSite=Lax" in answer.cookie_line()
    assert (await http.call("accounts.me", {}, ann.token)).headers.getall("Set-Cookie", []) == []
    assert (await http.call("lists.index", {}, headers=headers)).headers.getall("Set-Cookie", []) == []
