"""Pages without network, and as an installed app: on an address that browsers trust, so with a service worker."""

import json
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from os import kill
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.chromium import FLAGS, PATIENCE_MS
from tests.browser.conftest import ENGLISH, NUMBERS, PASSWORD, PHONE, Phone
from tests.browser.steps import HIDE, HOLD, becomes, copied, held, wait_for
from tests.clients.process import ROOT, Process, wait_until_gone

# Each worker is asked once: a message wakes one that is to go, and Chromium then waits until it has been idle for long.
WORKER_BUILD = """navigator.serviceWorker.ready.then(({ active }) => {
    window.askedWorkers ??= new WeakMap();
    if (!window.askedWorkers.has(active)) {
        const { port1, port2 } = new MessageChannel();
        window.askedWorkers.set(active, new Promise((resolve) => {
            port1.onmessage = ({ data }) => resolve(data.build);
        }));
        active.postMessage("which", [port2]);
    }
    return window.askedWorkers.get(active);
})"""


# A page that comes to the front asks for the build only where it did not do so for five seconds.
LOOKS_AGAIN = """() => performance.getEntriesByType("resource").some(
    ({ name, startTime }) => name.endsWith("/static/build.json") && performance.now() - startTime > 5100
)"""


class Site:
    """The product in a folder of its own, whose pages a test builds anew while it runs."""

    def __init__(self, folder: Path) -> None:
        self._home, self._folder = folder / "home", folder
        for name in ("shoplist_appliance", "templates", "static/dist"):
            shutil.copytree(ROOT / name, self._home / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        self._dist = self._home / "static/dist"
        self.first = self.build
        self._process = self._started("127.0.0.1:0")
        self.url = self._process.url
        self.lan = self.url.replace("127.0.0.1", "shop.lan")

    def _started(self, listen: str) -> Process:
        folder = self._folder
        return Process(folder / "data", folder / "log", listen=listen, home=self._home, LIMITS_RATE="0").start()

    @property
    def build(self) -> str:
        return str(json.loads((self._dist / "build.json").read_text())["build"])

    def renew(self, name: str = "ffffffffffff") -> None:
        """As an upgrade does: other files under another address, and the old ones are gone."""
        old = self.build
        shutil.copytree(self._dist / old, self._dist / name)
        for packed in [*(self._dist / name).glob("*.br"), *(self._dist / name).glob("*.gz")]:
            packed.unlink()
        worker = self._dist / name / "sw.js"
        worker.write_text(worker.read_text().replace(old, name))
        manifest = self._dist / "build.json"
        manifest.write_text(manifest.read_text().replace(old, name))
        shutil.rmtree(self._dist / old)

    @contextmanager
    def fallen(self) -> Iterator[None]:
        """As by a power cut; afterwards it stands again."""
        self._process.kill()
        try:
            yield
        finally:
            self._process = self._started(urlsplit(self.url).netloc)

    def stop(self) -> None:
        self._process.stop()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    if not (ROOT / "static/dist/build.json").exists():
        pytest.skip("the pages are not built: scripts/static")
    standing = Site(tmp_path)
    yield standing
    standing.stop()


NewPocket = Callable[..., Phone]


@pytest.fixture
def pocket(browser: Browser, site: Site) -> Iterator[NewPocket]:
    """Makes phones of people who came in: signed in, with their list Groceries open; an error on a page fails."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def new(name: str = "Ann", url: str = site.url, come_in: Callable[[Phone], None] = come_in) -> Phone:
        context = browser.new_context(viewport=PHONE, locale="en-GB")
        contexts.append(context)
        context.add_init_script(HOLD)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        phone = phone_of(context.new_page(), name, url)
        come_in(phone)
        return phone

    yield new
    for context in contexts:
        context.close()
    assert errors == []


def phone_of(page: Page, name: str, url: str) -> Phone:
    page.set_default_timeout(PATIENCE_MS)
    return Phone(page, url, name, f"{name.lower()}-{next(NUMBERS)}@example.org", ENGLISH)


def come_in(phone: Phone) -> None:
    phone.call("accounts.register", name=phone.name, email=phone.email, password=PASSWORD, language="en")
    phone.go(f"/list/{phone.call('lists.create', title='Groceries')['list']['id']}")
    expect(phone.page.get_by_role("heading", name="Groceries")).to_be_visible()


def wait_for_worker(page: Page, build: str) -> None:
    """Until the worker of this build answers for the site."""
    wait_for(lambda: page.evaluate(WORKER_BUILD), build, 60)  # the browser takes its time, as nobody waits for it


def shown_build(page: Page) -> str:
    found = re.search(r"/static/(\w+)/", page.locator("script[type=module]").get_attribute("src") or "")
    assert found
    return found[1]


def test_every_page_opens_without_network(site: Site, pocket: NewPocket) -> None:
    ann = pocket()
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    address = ann.page.url
    copied(ann, "Milk")
    wait_for_worker(ann.page, site.first)
    with site.fallen():
        for path in ("/list", "/account", "/join/some-code", urlsplit(address).path):
            answer = ann.page.goto(site.url + path)
            assert answer
            assert answer.from_service_worker, path
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["cross-origin-opener-policy"] == "same-origin"
            if path == "/account":
                expect(ann.page.get_by_label("Name", exact=True)).to_have_value("Ann")
            expect(ann.page.get_by_role("button", name="Sign in")).to_have_count(0)
        ann.sees("Milk")
        ann.go("/")
        ann.page.wait_for_url("**/list**")
        for path in ("/swagger", "/openapi.json", "/api/accounts.me", "/list/x/y"):
            with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
                ann.page.goto(site.url + path)


def test_a_guests_page_opens_without_network_and_keeps_what_they_do(site: Site, pocket: NewPocket) -> None:
    ann = pocket()
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    key = ann.call("shares.create", list=ann.page.url[-36:], right="edit")["key"]
    guest = pocket("Guest", come_in=lambda phone: phone.go(f"/s/{key}"))
    guest.sees("Milk")
    copied(guest, "Milk")
    wait_for_worker(guest.page, site.first)
    with site.fallen():
        answer = guest.page.goto(f"{site.url}/s/{key}")
        assert answer
        assert answer.from_service_worker
        assert answer.headers["referrer-policy"] == "no-referrer"
        guest.sees("Milk")
        guest.add("Bread")
        guest.sees("Bread")
        guest.page.reload()
        guest.sees("Bread")
        guest.page.goto(f"{site.url}/s/another-key")
        expect(guest.page.get_by_role("alert")).to_contain_text("does not answer")
        guest.page.goto(f"{site.url}/s/{key}")
    ann.sees("Bread")


def test_edits_survive_the_browsers_sudden_end_and_a_start_without_network(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    with started(browser, profile) as page:
        ann = phone_of(page, "Ann", site.url)
        come_in(ann)
        ann.add("Milk")
        ann.has_on_the_server("Milk")
        address = page.url
        copied(ann, "Milk")
        wait_for_worker(page, site.first)
        assert_installable(page)

    with site.fallen():
        with started(browser, profile) as page:
            page.goto(address)
            ann.page = page
            ann.tick("Milk")
            ann.add("Bread")
            ann.sees("Bread")
            wait_for(lambda: sorted(ann.waiting()), ["add", "tick"])
            end_suddenly(profile)
        with started(browser, profile) as page:
            page.goto(address)
            ann.page = page
            ann.sees("Bread")
            ann.sees_ticked("Milk")
            ann.add("Eggs")
            ann.sees("Eggs")
            wait_for(lambda: sorted(ann.waiting()), ["add", "add", "tick"])
            end_suddenly(profile)

    with started(browser, profile) as page:
        page.goto(address)
        ann.page = page
        for text in ("Bread", "Eggs"):
            ann.has_on_the_server(text)
        expect(page.locator(".row-text")).to_have_count(3)
        items = ann.call("lists.get", list=address[-36:])["items"]
        assert sorted((item["text"], item["ticked"], item["quantity"]) for item in items) == [
            ("Bread", False, None),
            ("Eggs", False, None),
            ("Milk", True, None),
        ]


@contextmanager
def started(browser: Browser, profile: Path) -> Iterator[Page]:
    """A browser that keeps its profile, as an installed one does."""
    context = browser.browser_type.launch_persistent_context(
        profile,
        executable_path=shutil.which("chromium"),
        headless=True,
        args=list(FLAGS),
        viewport=PHONE,
        locale="en-GB",
    )
    page = context.pages[0]
    page.set_default_timeout(PATIENCE_MS)
    try:
        yield page
    finally:
        with suppress(Exception):  # it may have been ended
            context.close()


def end_suddenly(profile: Path) -> None:
    """SIGKILL of the browser's own process, which takes its others with it."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if f"--user-data-dir={profile}" in words and not any(word.startswith("--type=") for word in words):
                kill(int(folder.name), signal.SIGKILL)
                wait_until_gone(int(folder.name))
                return
    raise AssertionError("there is no such browser")


def assert_installable(page: Page) -> None:
    tools = page.context.new_cdp_session(page)
    told: Any = tools.send("Page.getAppManifest")
    assert told["errors"] == []
    assert json.loads(told["data"])["name"] == "Shopping lists"
    assert tools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_a_new_build_is_taken_when_nobody_looks_and_nothing_waits(site: Site, pocket: NewPocket) -> None:
    ann = pocket()
    other = ann.page.context.new_page()
    other.goto(ann.page.url.rpartition("/")[0])  # all lists: of the one list both tabs have the same typed
    wait_for_worker(ann.page, site.first)
    site.renew()
    for page in (ann.page, other):
        becomes(page, LOOKS_AGAIN)
    for page in (ann.page, other):
        page.evaluate(HIDE, False)
    wait_for_worker(ann.page, "ffffffffffff")
    for page in (ann.page, other):
        assert shown_build(page) == site.first, "nobody's page is taken from under their hands"
    ann.fill("add", "Half a wo")
    ann.page.evaluate(HIDE, True)
    other.evaluate(HIDE, True)
    wait_for(lambda: shown_build(other), "ffffffffffff")
    ann.page.wait_for_timeout(6000)
    assert shown_build(ann.page) == site.first
    expect(ann.page.get_by_label("Add an item")).to_have_value("Half a wo")
    ann.add("Unfinished")
    ann.sees("Unfinished")
    wait_for(lambda: shown_build(ann.page), "ffffffffffff")
    ann.sees("Unfinished")


def test_a_new_build_is_not_taken_while_an_edit_waits(site: Site, pocket: NewPocket) -> None:
    ann = pocket()
    address = ann.page.url
    copied(ann)
    wait_for_worker(ann.page, site.first)
    held(ann, True)
    ann.add("Bread")
    ann.sees("Bread")
    site.renew()
    ann.page.reload()
    wait_for_worker(ann.page, "ffffffffffff")
    ann.page.evaluate(HIDE, True)
    ann.page.wait_for_timeout(6000)
    assert shown_build(ann.page) == site.first

    context = ann.page.context
    ann.page.close()  # nothing of the old build is open any more
    ann.page = context.new_page()
    ann.page.goto(address)
    ann.sees("Bread")
    assert shown_build(ann.page) == site.first

    held(ann, False)
    ann.sees("Bread")
    ann.has_on_the_server("Bread")
    ann.page.reload()
    assert shown_build(ann.page) == "ffffffffffff"
    ann.sees("Bread")


def test_a_server_that_goes_back_to_an_older_build_takes_its_pages_along(site: Site, pocket: NewPocket) -> None:
    ann = pocket()
    wait_for_worker(ann.page, site.first)
    site.renew()
    ann.page.reload()
    wait_for_worker(ann.page, "ffffffffffff")
    ann.page.reload()
    assert shown_build(ann.page) == "ffffffffffff"
    site.renew(site.first)
    ann.page.reload()
    wait_for_worker(ann.page, site.first)
    ann.page.reload()
    assert shown_build(ann.page) == site.first


def test_a_server_that_cannot_say_its_build_lifts_no_guard_against_loading_for_ever(ann: Phone) -> None:
    ann.page.evaluate("sessionStorage.setItem('shoplist.build', 'ffffffffffff')")
    ann.page.route("**/static/build.json", lambda route: route.fulfill(status=503, json={"code": "unavailable"}))
    with ann.page.expect_response("**/static/build.json"):
        ann.page.reload()
    ann.page.wait_for_timeout(200)
    assert ann.page.evaluate("sessionStorage.getItem('shoplist.build')") == "ffffffffffff"


def test_over_plain_http_a_page_learns_of_a_new_build_on_coming_back(site: Site, pocket: NewPocket) -> None:
    ann = pocket(url=site.lan)
    assert ann.page.evaluate("typeof navigator.serviceWorker") == "undefined"
    becomes(ann.page, LOOKS_AGAIN)
    site.renew()
    with ann.page.expect_response("**/static/build.json"):
        ann.page.evaluate(HIDE, False)
    ann.page.wait_for_timeout(1000)
    assert shown_build(ann.page) == site.first
    # On the way to the shop: what is loaded again now would be gone.
    ann.page.context.set_offline(True)
    ann.page.evaluate(HIDE, True)
    ann.page.wait_for_timeout(1000)
    assert shown_build(ann.page) == site.first
    ann.page.context.set_offline(False)
    wait_for(lambda: shown_build(ann.page), "ffffffffffff")
