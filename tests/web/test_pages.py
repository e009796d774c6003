"""Pages and files: the language of the reader, what a build makes of them, and what is said where there is none."""

import gzip
import re
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import orjson
import pytest
import pytest_asyncio
from tornado.netutil import bind_sockets

from shoplist_appliance.app import App
from shoplist_appliance.config import resources
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.web.http import Door
from shoplist_appliance.web.pages import BACKGROUND
from shoplist_appliance.web.routes import site
from shoplist_appliance.web.server import http_server
from shoplist_appliance.web.shells import Shells
from tests.clients.http import Http
from tests.clients.person import Person

SCRIPT = b"console.log('pages');" * 50


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A folder in which nothing is built yet."""
    return tmp_path / "static"


def build(static: Path, name: str = "0123456789ab") -> None:
    folder = static / "dist" / name
    folder.mkdir(parents=True)
    (folder / "list.js").write_bytes(SCRIPT)
    (folder / "sw.js").write_bytes(SCRIPT)
    (folder / "list.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "secret.txt").write_bytes(b"not in the manifest")
    (static / "dist" / "build.json").write_bytes(orjson.dumps({"build": name, "files": ["list.js", "sw.js"]}))


@pytest_asyncio.fixture
async def http(app: App, static: Path) -> AsyncIterator[Http]:
    """A site of its own on that folder, with the app's accounts."""
    shells = Shells(static=static)
    door = Door(app.dispatcher, app.services.people, app.settings, app.store.check, app.counters.render, shells)
    server = http_server(site(door))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    async with Http(f"http://127.0.0.1:{sockets[0].getsockname()[1]}") as caller:
        yield caller
    server.stop()
    await server.close_all_connections()


async def test_without_a_build_a_page_says_what_to_do(http: Http) -> None:
    for path in ("/list", "/account", "/join/code", "/swagger"):
        page = await http.get(path)
        assert page.status == 503
        assert b"scripts/static" in page.body
    assert "Запустите" in (await http.get("/list", {"Accept-Language": "ru"})).body.decode()
    assert (await http.get("/swagger/live")).status == 200
    (await http.get("/static/0123456789ab/list.js")).problem("not_found")


async def test_a_build_made_while_the_server_runs_is_served(http: Http, static: Path) -> None:
    assert (await http.get("/list")).status == 503
    build(static)
    assert b"/static/0123456789ab/pages.js" in (await http.get("/list")).body
    build(static, "ba9876543210")
    assert b"/static/ba9876543210/pages.js" in (await http.get("/list")).body


async def test_files_are_served_compressed_and_for_ever(http: Http, static: Path) -> None:
    build(static)
    path = "/static/0123456789ab/list.js"
    plain = await http.get(path, {"Accept-Encoding": "identity"})
    assert (plain.status, plain.body) == (200, SCRIPT)
    assert plain.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Vary"] == "Accept-Encoding"
    packed = await http.get(path, {"Accept-Encoding": "br;q=1.0, gzip;q=0.8"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.body == SCRIPT  # unpacked by the client
    assert "Content-Encoding" not in (await http.get(path, {"Accept-Encoding": "gzip;q=0"})).headers
    seen = await http.send("HEAD", path, headers={"Accept-Encoding": "identity"})
    assert (seen.status, seen.body, seen.headers["Content-Length"]) == (200, b"", str(len(SCRIPT)))


async def test_only_what_the_manifest_names_is_there(http: Http, static: Path) -> None:
    build(static)
    for path in ("secret.txt", "list.js.gz", "", "../shells.py", "%2e%2e/shells.py", "none.js"):
        (await http.get(f"/static/0123456789ab/{path}")).problem("not_found")
    (await http.get("/static/ba9876543210/list.js")).problem("not_found")


async def test_a_page_is_in_the_language_and_theme_of_its_reader(app: App, http: Http, static: Path) -> None:
    build(static)
    async with Http(app.url) as real:
        ann = await Person.registered(real, language="ru")
        await ann.call("accounts.update", theme="dark")
    assert b'<html lang="en" data-theme="auto"' in (await http.get("/list", {"Accept-Language": "de"})).body
    assert b'<html lang="ru" data-theme="auto"' in (await http.get("/list", {"Accept-Language": "ru"})).body
    hers = {"Accept-Language": "en", "Cookie": f"shoplist={ann.token}"}
    assert b'<html lang="ru" data-theme="dark"' in (await http.get("/list", hers)).body
    dead = {"Accept-Language": "en", "Cookie": "shoplist=dead"}
    assert b'<html lang="en" data-theme="auto"' in (await http.get("/list", dead)).body


async def test_only_whose_cookie_is_nobodys_for_sure_is_a_stranger(
    app: App, http: Http, static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(static)
    cookie = {"Cookie": "shoplist=whose"}
    assert b'data-known="no"' in (await http.get("/list")).body
    assert b'data-known="no"' in (await http.get("/list", cookie)).body

    async def away(secret: str) -> NoReturn:
        raise Unavailable("storage")

    monkeypatch.setattr(app.services.people, "authenticate", away)
    assert b'data-known="yes"' in (await http.get("/list", cookie)).body
    assert b'data-known="no"' in (await http.get("/list")).body


async def test_a_page_runs_nothing_that_is_not_ours(http: Http, static: Path) -> None:
    build(static)
    for path in ("/list", "/swagger/live", "/none"):
        policy = (await http.get(path)).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
    odd = await http.get("/list", {"Host": "a;script-src*"})
    assert odd.status != 200 or "script-src*" not in odd.headers["Content-Security-Policy"]


def test_no_template_has_anything_inline() -> None:
    for template in resources("templates").glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert "<style" not in text, template.name
        assert "style=" not in text, template.name
        assert text.count("<script") == text.count("<script src=") + text.count('<script type="module" src='), template
        assert "onclick" not in text, template.name
        assert "//" not in text.replace("https://socket.io/docs/v4/", ""), template.name


async def test_the_page_of_the_live_protocol_names_every_operation_code_and_event(app: App, http: Http) -> None:
    page = (await http.get("/swagger/live")).body.decode()
    for name in app.dispatcher.table:
        assert f"<code>{name}</code>" in page
    guests = ("lists.get", "lists.edit", "lists.open", "lists.close", "clock")
    assert ", ".join(f"<code>{name}</code>" for name in guests) + "; all else" in page
    for event in ("list.changed", "lists.changed", "list.gone", "signed_out"):
        assert f'id="{event}"' in page
    problem = (await http.call("no.such")).problem("unknown_operation")
    assert f'id="{problem["type"].partition("#")[2]}"' in page


async def test_health_and_readiness_answer_head_too(http: Http) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/list", "/"):
        assert (await http.send("HEAD", path)).body == b""


def test_the_colours_around_the_page_are_those_of_the_stylesheet() -> None:
    css = (resources("static") / "css" / "tokens.css").read_text()
    light, dark = re.findall(r"--bg: (#\w+);", css)[:2]
    assert {"light": light, "dark": dark} == BACKGROUND
    assert f'{{ light: "{light}", dark: "{dark}" }}' in (resources("static") / "shared" / "theme.js").read_text()


async def test_the_colour_around_a_page_is_that_of_its_readers_theme(app: App, http: Http, static: Path) -> None:
    build(static)
    page = (await http.get("/list")).body.decode()
    colours = re.findall(r'name="theme-color" content="([^"]+)" media="\(prefers-color-scheme: (\w+)\)"', page)
    assert colours == [("#f6f5f1", "light"), ("#121513", "dark")]
    async with Http(app.url) as real:
        ann = await Person.registered(real)
        await ann.call("accounts.update", theme="dark")
    page = (await http.get("/list", {"Cookie": f"shoplist={ann.token}"})).body.decode()
    assert re.findall(r'name="theme-color" content="([^"]+)"', page) == ["#121513", "#121513"]


async def test_the_worker_is_asked_for_anew_each_time_and_may_read_only_from_here(http: Http, static: Path) -> None:
    (await http.get("/sw.js")).problem("not_found")
    build(static)
    worker = await http.get("/sw.js", {"Accept-Encoding": "identity"})
    assert (worker.status, worker.body) == (200, SCRIPT)
    assert worker.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
    again = await http.get("/sw.js", {"Accept-Encoding": "identity", "If-None-Match": worker.headers["ETag"]})
    assert again.status == 304
    assert (await http.send("HEAD", "/sw.js")).status == 200
    (await http.call("sw.js")).problem("unknown_operation")


async def test_a_page_that_stays_open_can_ask_which_build_is_served(http: Http, static: Path) -> None:
    (await http.get("/static/build.json")).problem("not_found")
    build(static)
    told = await http.get("/static/build.json")
    assert told.body == {"build": "0123456789ab"}
    assert told.headers["Cache-Control"] == "no-cache"
    build(static, "ba9876543210")
    assert (await http.get("/static/build.json")).body == {"build": "ba9876543210"}


async def test_the_site_installs_as_an_app_in_the_readers_language(http: Http, static: Path) -> None:
    (await http.get("/manifest.webmanifest")).problem("not_found")
    build(static)
    answer = await http.get("/manifest.webmanifest", {"Accept-Language": "ru"})
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert answer.headers["Cache-Control"] == "no-cache"
    russian, english = answer.body, (await http.get("/manifest.webmanifest")).body
    assert (russian["lang"], russian["name"], english["name"]) == ("ru", "Списки покупок", "Shopping lists")
    assert [shortcut["name"] for shortcut in russian["shortcuts"]] == ["Новый список", "Списки"]
    for manifest in (russian, english):
        assert len(manifest["short_name"]) <= 12, "longer names are cut on home screens"
        assert {"id": "/", "start_url": "/", "scope": "/", "display": "standalone"}.items() <= manifest.items()


async def test_every_icon_is_there_in_the_size_that_is_said(app: App) -> None:
    async with Http(app.url) as http:
        page = await http.get("/list")
        if page.status == 503:
            pytest.skip("the pages are not built: scripts/static")
        linked = re.findall(r'<link rel="[\w-]*icon" href="([^"]+-(\d+)\.png)"', page.body.decode())
        icons = (await http.get("/manifest.webmanifest")).body["icons"]
        named = [(icon["src"], icon["sizes"].partition("x")[0]) for icon in icons]
        assert {size for _, size in linked} == {"32", "180"}
        assert {(icon["sizes"], icon["purpose"]) for icon in icons} >= {
            (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
        }
        for address, size in linked + named:
            picture = await http.get(address)
            assert picture.headers["Content-Type"] == "image/png"
            assert "immutable" in picture.headers["Cache-Control"]
            assert struct.unpack(">II", picture.body[16:24]) == (int(size), int(size)), address
            assert len(picture.body) < 20_000
