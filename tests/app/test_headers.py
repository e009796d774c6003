"""The headers that every answer carries, whatever it is the answer to."""

import re
from collections.abc import AsyncIterator, Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.clients.http import Http
from tests.clients.process import Process

ADDRESSES = [
    *("/", "/account", "/list", "/join/nothing", "/swagger", "/swagger/live", "/openapi.json", "/healthz", "/readyz"),
    *("/metrics", "/manifest.webmanifest", "/sw.js", "/static/nothing.js", "/nothing", "/api/lists.index"),
    *("/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=4&transport=nothing"),
]
HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Behind a proxy that it believes."""
    folder = tmp_path_factory.mktemp("proxied")
    with Process(folder / "data", folder / "log", PROXIES="127.0.0.1") as process:
        yield process


@pytest_asyncio.fixture
async def http(proxied: Process) -> AsyncIterator[Http]:
    async with Http(proxied.url) as client:
        yield client


@pytest.mark.parametrize("address", ADDRESSES)
async def test_no_answer_may_be_framed_or_taken_for_another_type(http: Http, address: str) -> None:
    headers = (await http.get(address)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "Server" not in headers


@pytest.mark.parametrize("address", ADDRESSES)
async def test_over_https_browsers_are_told_to_stay_there_and_over_http_they_are_not(http: Http, address: str) -> None:
    """Else a household in a LAN, or one whose certificate has lapsed, would be locked out of plain http."""
    assert "Strict-Transport-Security" not in (await http.get(address)).headers
    told = (await http.get(address, HTTPS)).headers["Strict-Transport-Security"]
    age = re.fullmatch(r"max-age=(\d+)", told)
    assert age, told
    assert int(age[1]) >= 31_536_000


def sent_as_it_stands(house: Process, path: str) -> tuple[str, str | None]:
    """Who may show the answer in a frame, by either header; no client has tidied the path up before."""
    line = HTTPConnection(urlsplit(house.url).netloc, timeout=30)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        found = re.search(r"frame-ancestors ([^;]*)", answer.headers["Content-Security-Policy"])
        assert found
        return found[1], answer.headers["X-Frame-Options"]
    finally:
        line.close()


@pytest.mark.parametrize("path", ["/tg", "/tg/", "/tg/list", f"/tg/list/{'0' * 36}", "/tg/list?tgWebAppStartParam=x"])
def test_telegram_may_show_the_pages_made_for_it(proxied: Process, path: str) -> None:
    assert sent_as_it_stands(proxied, path) == ("https://web.telegram.org https://*.telegram.org", None)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/list", "/account", "/s/nothing", "/tgx", "/tgpages/", "/TG/list", "/x/tg/list", "//tg/list"),
        *("/list?x=/tg/", "/list/tg", "/?/tg/list", "/list;/tg/"),
        *(
            "/tg%2Flist",
            "/tg%2flist",
            "/%74g/list",
            "/tg/%2e%2e/list",
            "/tg/../list",
            "/tg/..",
            "/tg/list%0a",
            "/tg/ru.js",
        ),
    ],
)
def test_nobody_may_show_any_other_page_in_a_frame(proxied: Process, path: str) -> None:
    assert sent_as_it_stands(proxied, path) == ("'none'", "DENY")


async def test_what_a_page_loads_carries_them_too(http: Http) -> None:
    page = (await http.get("/account", HTTPS)).body.decode()
    loaded = [address for address in re.findall(r'(?:src|href)="([^"]*)"', page) if address.startswith("/static/")]
    assert loaded
    for address in loaded:
        headers = (await http.get(address, HTTPS)).headers
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert "Strict-Transport-Security" in headers, address
