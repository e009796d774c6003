"""What is read with GET: pages, documentation, health; and what every such answer carries."""

import re

import pytest

from shoplist_appliance.config import resources
from tests.clients.http import Http
from tests.clients.making import new_id
from tests.clients.person import Person

PAGES = [
    "/account",
    "/account/security",
    "/verify/a-token",
    "/reset",
    "/reset/a-token",
    "/admin",
    "/join/a-code",
    "/s/a-key",
    "/list",
    "/list/0f9d3a52-6f0e-4c53-9d0e-6a1f3f1f7c10",
    "/swagger",
]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_html_that_loads_only_from_here(http: Http, path: str) -> None:
    answer = await http.get(path)
    assert answer.status == 200
    assert answer.headers["Content-Type"].lower().startswith("text/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = answer.body.decode()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert addresses
    own = (address for address in addresses if address)  # none is the page itself
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in own), addresses
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page), "nothing inline"
    assert not re.search(r'\son\w+="', page)


@pytest.mark.parametrize("path", PAGES)
async def test_what_a_page_loads_is_there_and_may_be_kept_for_ever(http: Http, path: str) -> None:
    page = (await http.get(path)).body.decode()
    loaded = [address for address in re.findall(r'(?:src|href)="([^"]*)"', page) if address.startswith("/static/")]
    assert loaded
    for address in loaded:
        answer = await http.get(address)
        assert answer.status == 200, address
        assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_a_list_page_is_light_and_loads_one_script_before_it_is_touched(http: Http, language: str) -> None:
    """At most 60 KB compressed; pictures for the system (icons, manifest) apart, of which a browser takes one."""
    answer = await http.get(f"/list/{new_id()}", {"Accept-Language": language})
    assert answer.headers["Content-Encoding"] == "gzip"
    page = answer.body.decode()
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]*\.(?:js|css|json|svg))"', page))
    assert [address for address in loaded if address.endswith(".js")] == re.findall(r'<script[^>]*src="([^"]*)"', page)
    build = resources("static") / "dist"
    packed = [build.joinpath(*address.split("/")[2:]) for address in loaded]
    assert len(packed) >= 3
    weight = int(answer.headers["Content-Length"]) + sum(
        file.with_name(f"{file.name}.br").stat().st_size for file in packed
    )
    assert weight <= 60 * 1024


@pytest.mark.parametrize(("language", "loading"), [("en", "Loading…"), ("ru", "Загружается…")])
async def test_the_pages_of_lists_show_something_before_their_script_is_there(
    http: Http, language: str, loading: str
) -> None:
    for path in ("/list", f"/list/{new_id()}", "/s/a-key"):
        page = (await http.get(path, {"Accept-Language": language})).body.decode()
        assert f'<p class="unseen" role="status">{loading}</p>' in page, path
        assert len(re.findall("<li></li>", page)) == 6, path
    for path in ("/", "/account", "/join/a-code", "/admin"):
        assert loading not in (await http.get(path, {"Accept-Language": language})).body.decode(), "it would flash"


async def test_the_root_is_a_page_for_strangers_and_for_whoever_is_signed_in(http: Http) -> None:
    answer = await http.get("/")
    assert answer.status == 200
    assert b'data-page="start"' in answer.body


async def test_health_is_told_to_anyone(http: Http) -> None:
    for path in ("/healthz", "/readyz"):
        assert (await http.get(path)).status == 200
    metrics = await http.get("/metrics")
    assert metrics.status == 200
    assert re.search(rb"(?m)^\w+(\{[^}]*\})? \d", metrics.body)


async def test_metrics_name_no_person(http: Http, anna: Person) -> None:
    list_id = await anna.new_list("Unmistakable")
    metrics = (await http.get("/metrics")).body.decode()
    for word in (anna.id, anna.email, anna.token, list_id, "Unmistakable"):
        assert word not in metrics


async def test_a_path_that_is_not_there_is_404_and_says_no_more(http: Http) -> None:
    for path in ("/nothing", "/static/none/list.js", "/static/../pyproject.toml", "/list/x/y", "/.git/config"):
        answer = await http.get(path)
        assert answer.status == 404, path
        assert b"Traceback" not in answer.body


async def test_the_documentation_of_the_live_protocol_stands_beside_swagger(http: Http) -> None:
    swagger = (await http.get("/swagger")).body.decode()
    beside = [address for address in re.findall(r'href="([^"]*)"', swagger) if "live" in address]
    assert beside
    page = await http.get(beside[0])
    assert page.status == 200
    for word in (b"lists.open", b"list.changed", b"signed_out", b"lists.changed", b"list.gone", b"clock"):
        assert word in page.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_what_is_read_is_not_written(http: Http, method: str) -> None:
    for path in ("/list", "/healthz", "/openapi.json", "/swagger"):
        answer = await http.send(method, path, b"{}", {"Content-Type": "application/json"})
        assert answer.status == 405, (path, answer.status)
