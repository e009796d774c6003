"""The frame around every call: methods, bodies, the order of checks, problem objects, cookies and their origin."""

import asyncio
import re

import orjson
import pytest

from tests.clients.http import Answer, Http
from tests.clients.live import Live
from tests.clients.making import PASSWORD, add, new_id
from tests.clients.person import Person
from tests.clients.process import Process
from tests.clients.wire import Handshake, Wire

MIB = 1024 * 1024
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
JSON = {"Content-Type": "application/json"}


# --- methods, paths, bodies


async def test_an_empty_body_is_an_empty_object(http: Http, anna: Person) -> None:
    bearer = {"Authorization": f"Bearer {anna.token}"}
    assert (await http.send("POST", "/api/accounts.me", b"", {**JSON, **bearer})).ok()["user"] == anna.user
    assert (await http.send("POST", "/api/accounts.me", None, bearer)).ok()["user"] == anna.user


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_operations_are_posted(http: Http, method: str) -> None:
    answer = await http.send(method, "/api/lists.get")
    answer.problem("method_not_allowed")
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "path", ["/api/", "/api/nothing", "/api/lists.nothing", "/api/lists.get/", "/api/lists.get/x", "/api/LISTS.GET",
             "/api/lists.open", "/api/lists.close", "/api/clock", "/api/chat.send", "/api/%6c%00", "/api/../api/none"]
)  # fmt: skip
async def test_another_name_is_an_unknown_operation(http: Http, anna: Person, path: str) -> None:
    (await http.send("POST", path, b"{}", {**JSON, "Authorization": f"Bearer {anna.token}"})).problem(
        "unknown_operation"
    )


@pytest.mark.parametrize(
    "body",
    [b"[]", b"null", b"1", b'"x"', b"{", b"{}{}", b"nul", b"\xff", b'{"list":"\xff"}', b"{'a':1}", b'{"a":NaN}',
     b'{"a":Infinity}', b'{"a":1e999}', b'{"a":"\\ud800"}', b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"a":' * 50_000,
     b'{"a":' + b"9" * 5000 + b"}"],
    ids=lambda body: repr(body[:14]),
)  # fmt: skip
async def test_a_body_that_is_no_json_object_is_invalid(http: Http, anna: Person, body: bytes) -> None:
    (await http.raw("lists.get", body, anna.token)).problem("invalid")


async def test_parameters_in_the_address_mean_nothing(http: Http, anna: Person) -> None:
    bearer = {**JSON, "Authorization": f"Bearer {anna.token}"}
    assert (await http.send("POST", "/api/accounts.me?name=x", b"{}", bearer)).status in (200, 400)
    (await http.send("POST", f"/api/accounts.me?token={anna.token}", b"{}", JSON)).problem("unauthenticated")


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
async def test_a_body_of_another_type_is_refused_before_the_token_is_asked_for(http: Http, kind: str) -> None:
    (await http.send("POST", "/api/accounts.me", b"{}", {"Content-Type": kind})).problem("unsupported_type")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
async def test_the_type_may_be_written_as_it_often_is(http: Http, anna: Person, kind: str) -> None:
    bearer = {"Authorization": f"Bearer {anna.token}", "Content-Type": kind}
    (await http.send("POST", "/api/accounts.me", b"{}", bearer)).ok()


async def test_a_body_of_one_mebibyte_passes_and_one_more_byte_does_not(http: Http, anna: Person) -> None:
    fits = orjson.dumps({"title": "Full"}).ljust(MIB)
    (await http.raw("lists.create", fits, anna.token)).ok()
    (await http.raw("lists.create", fits + b" ", anna.token)).problem("too_large")
    assert len(await anna.index()) == 1


async def test_a_body_too_large_is_refused_without_a_length_too(server: Process) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"POST /api/lists.create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    for _ in range(17):
        writer.write(piece)
    writer.write(b"0\r\n\r\n")
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
    assert b" 413 " in head.split(b"\r\n")[0], head
    writer.close()


@pytest.mark.parametrize(
    "head",
    [b"NONSENSE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST /api/accounts.me HTTP/1.1\r\nContent-Length: x\r\n\r\n",
     b"\x16\x03\x01\x02\x00\x01\x00", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n"],
    ids=["nonsense", "version", "length", "tls", "long"],
)  # fmt: skip
async def test_what_is_no_http_is_cut_off_and_logged_in_a_line_at_most(server: Process, head: bytes) -> None:
    before = server.logged().count("\n")
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(4096), 60)
    assert not answer or answer.startswith(b"HTTP/1.1 4"), answer
    await asyncio.wait_for(reader.read(), 60)
    writer.close()
    await asyncio.sleep(0.1)
    logged = server.logged().splitlines()[before:]
    assert len(logged) <= 1, logged
    assert "Traceback" not in "".join(logged)


# --- the order of checks: each pair breaks two rules, and hears of the first


async def test_the_first_broken_rule_is_the_one_told(http: Http, anna: Person, boris: Person) -> None:
    big, text = b" " * (MIB + 1), {"Content-Type": "text/plain"}
    reader = await anna.program("read")
    theirs, mine = await boris.new_list(), await anna.new_list()
    await anna.call("lists.delete", list=mine)

    (await http.send("POST", "/api/no.such", big, text)).problem("unknown_operation")
    (await http.send("PUT", "/api/lists.get", big, text)).problem("method_not_allowed")
    (await http.send("POST", "/api/lists.get", big, text)).problem("too_large")
    (await http.send("POST", "/api/lists.get", b"{", text)).problem("unsupported_type")
    (await http.raw("lists.get", b"{")).problem("unauthenticated")
    (await http.raw("lists.edit", b"{", reader.token)).problem("forbidden")
    await reader.problem("forbidden", "lists.edit", list=theirs, edits=[{}])
    await anna.problem("invalid", "lists.edit", list=theirs, edits=[{}])
    await anna.problem("invalid", "lists.edit", list=mine, edits=[{}])
    await anna.problem("not_found", "lists.edit", list=theirs, edits=[add("milk")])
    await anna.problem("gone", "lists.edit", list=mine, edits=[add("milk")])
    await anna.problem("gone", "members.leave", list=mine)


# --- problem objects


async def test_words_are_in_the_callers_language_and_codes_are_not(http: Http, anna: Person) -> None:
    sent = {"list": "nonsense", "edits": 5, "more": 1}
    russian = (await anna.ask("lists.edit", sent, {"Accept-Language": "ru"})).problem("invalid")
    english = (await anna.ask("lists.edit", sent, {"Accept-Language": "en"})).problem("invalid")
    assert CYRILLIC.search(russian["title"])
    assert CYRILLIC.search(russian["detail"])
    assert not CYRILLIC.search(english["title"] + english["detail"])
    assert set(russian["fields"]) == set(english["fields"]) >= {"list", "edits", "more"}
    assert all(CYRILLIC.search(words) for words in russian["fields"].values())
    assert not any(CYRILLIC.search(words) for words in english["fields"].values())
    assert {**russian, "title": 0, "detail": 0, "fields": 0, "request_id": 0} == {
        **english, "title": 0, "detail": 0, "fields": 0, "request_id": 0,
    }  # fmt: skip


async def test_without_a_header_the_setting_of_the_account_chooses(http: Http) -> None:
    anna = await Person.registered(http, language="ru")
    assert CYRILLIC.search((await anna.problem("invalid", "lists.get"))["title"])
    await anna.call("accounts.update", language="en")
    assert not CYRILLIC.search((await anna.problem("invalid", "lists.get"))["title"])
    german = (await anna.ask("lists.get", {}, {"Accept-Language": "de"})).problem("invalid")
    assert not CYRILLIC.search(german["title"])


async def test_an_unknown_language_of_the_caller_is_english(http: Http) -> None:
    answer = await http.call("accounts.me", headers={"Accept-Language": "de"})
    assert not CYRILLIC.search(answer.problem("unauthenticated")["title"])


async def test_every_answer_carries_its_own_request_id(http: Http, anna: Person) -> None:
    answers: list[Answer] = [
        await anna.ask("accounts.me"),
        await http.call("accounts.me"),
        await http.get("/healthz"),
        await http.get("/no/such/page"),
        await http.send("PUT", "/api/lists.get"),
        await http.get("/list"),
    ]
    ids = {answer.headers["X-Request-Id"] for answer in answers}
    assert len(ids) == len(answers)


# --- the cookie


async def cookie_of(http: Http, person: Person) -> str:
    answer = await http.call("accounts.sign_in", {"email": person.email, "password": person.password})
    answer.ok()
    return answer.cookie()


async def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get(http: Http, anna: Person) -> None:
    answer = await http.call("accounts.sign_in", {"email": anna.email, "password": PASSWORD})
    line = answer.cookie_line()
    assert answer.cookie() == answer.ok()["token"]
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    assert "httponly" in attributes
    assert "samesite=lax" in attributes
    assert "path=/" in attributes
    assert "secure" not in attributes, "over plain http a browser would drop it"
    assert any(part.startswith(("max-age=", "expires=")) for part in attributes), "a device stays signed in for months"
    registered = await http.call(
        "accounts.register", {"email": f"{new_id()}@example.test", "password": PASSWORD, "name": "New"}
    )
    assert registered.cookie() == registered.ok()["token"]


async def test_the_cookie_is_secure_where_a_believed_proxy_says_https(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("proxied")
    payload = {"email": "a@example.test", "password": PASSWORD, "name": "A"}
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    with Process(folder / "data", folder / "log", PROXIES="127.0.0.1", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            line = (await http.call("accounts.register", payload, headers=forwarded)).cookie_line()
    assert "secure" in line.lower()


async def test_a_proxy_that_nobody_named_is_not_believed(http: Http) -> None:
    payload = {"email": f"{new_id()}@example.test", "password": PASSWORD, "name": "A"}
    answer = await http.call("accounts.register", payload, headers={"X-Forwarded-Proto": "https"})
    assert "secure" not in answer.cookie_line().lower()


def of_cookie(http: Http, secret: str, **more: str) -> dict[str, str]:
    return {"Cookie": f"shoplist={secret}", **{name.replace("_", "-"): value for name, value in more.items()}}


async def test_a_cookie_counts_only_from_our_own_origin(http: Http, anna: Person) -> None:
    secret = await cookie_of(http, anna)
    own, foreign = http.url, "https://evil.example"
    for headers in (
        {"Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "same-origin", "Origin": own},
        {"Origin": own},
    ):
        (await http.call("accounts.me", headers=of_cookie(http, secret, **headers))).ok()
    for headers in (
        {},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
        {"Sec_Fetch_Site": "cross-site", "Origin": own},
        {"Origin": foreign},
        {"Origin": "null"},
        {"Origin": own.replace("http:", "https:") + "1"},
    ):
        (await http.call("accounts.me", headers=of_cookie(http, secret, **headers))).problem("bad_origin")


async def test_an_origin_is_ours_as_the_setting_url_names_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("named")
    with Process(folder / "data", folder / "log", URL="https://lists.example.test", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            secret = await cookie_of(http, await Person.registered(http))
            named = of_cookie(http, secret, Origin="https://lists.example.test")
            (await http.call("accounts.me", headers=named)).ok()
            (await http.call("accounts.me", headers=of_cookie(http, secret, Origin="http://evil.example"))).problem(
                "bad_origin"
            )


async def test_a_bearer_token_beats_the_cookie_and_needs_no_origin(http: Http, anna: Person, boris: Person) -> None:
    secret = await cookie_of(http, anna)
    headers = of_cookie(http, secret, Origin="https://evil.example")
    assert (await http.call("accounts.me", {}, boris.token, headers)).ok()["user"]["id"] == boris.id
    (await http.call("accounts.me", {}, "no-such-token", of_cookie(http, secret, Origin=http.url))).problem(
        "unauthenticated"
    )


async def test_signing_out_clears_the_cookie(http: Http, anna: Person) -> None:
    secret = await cookie_of(http, anna)
    answer = await http.call("accounts.sign_out", headers=of_cookie(http, secret, Origin=http.url))
    answer.ok()
    assert answer.cookie() in ("", '""')
    assert re.search(r"(?i)max-age=0|expires=[^;]*(1970|20[01]\d|202[0-5])", answer.cookie_line())
    (await http.call("accounts.me", headers=of_cookie(http, secret, Origin=http.url))).problem("unauthenticated")


# --- the origin of a live connection


async def test_a_handshake_with_the_cookie_needs_our_origin_or_none(server: Process, http: Http, anna: Person) -> None:
    secret = await cookie_of(http, anna)
    for headers in (of_cookie(http, secret), of_cookie(http, secret, Origin=http.url)):
        wire, packet = await Wire.live(server.url, None, headers=headers)
        assert packet.startswith("40/live,"), packet
        wire.close()


@pytest.mark.parametrize("carries", ["cookie", "token", "nothing"])
async def test_a_handshake_from_a_foreign_origin_is_refused_whatever_it_carries(
    server: Process, http: Http, anna: Person, carries: str
) -> None:
    headers = {"Origin": "https://evil.example"}
    if carries == "cookie":
        headers["Cookie"] = f"shoplist={await cookie_of(http, anna)}"
    auth = {"token": anna.token} if carries == "token" else None
    with pytest.raises(Handshake) as refused:
        await Wire.live(server.url, auth, headers=headers)
    assert refused.value.status == 403
    polled = await http.get("/socket.io/?EIO=4&transport=polling", headers)
    assert polled.status in (400, 403), polled.body


async def test_a_live_connection_without_a_token_is_told_why(server: Process) -> None:
    for auth in (None, {}, {"token": "no-such-token"}, {"token": None}):
        async with Live(server.url) as live:
            await live.refused(auth, "unauthenticated")


async def test_a_live_connection_is_told_in_its_language(server: Process) -> None:
    async with Live(server.url) as live:
        assert CYRILLIC.search((await live.refused({"language": "ru"}, "unauthenticated"))["title"])
    async with Live(server.url) as live:
        problem = await live.refused({}, "unauthenticated", headers={"Accept-Language": "ru"})
        assert CYRILLIC.search(problem["title"])
    async with Live(server.url) as live:
        assert not CYRILLIC.search((await live.refused({}, "unauthenticated"))["title"])
