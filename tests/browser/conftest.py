"""Chromium as people's phones: each person has a browser of their own, at a LAN address over plain http."""

import itertools
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import FLAGS, LOCALES, PATIENCE_MS, shell
from tests.clients.mailed import mailed
from tests.clients.process import ROOT, Process

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright._impl._api_structures import SetCookieParam  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, Error, Page, ViewportSize, expect, sync_playwright  # noqa: E402

PHONE = ViewportSize(width=390, height=844)
FETCH = """async ([address, payload]) => {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(payload) });
    return [answer.status, await answer.json()];
}"""
# As behind a proxy that refuses them, so that everything goes over requests, which a test can hold or refuse.
NO_WEB_SOCKETS = """
window.WebSocket = class {
    constructor() { setTimeout(() => { this.onerror?.(new Event("error")); this.onclose?.({}); }); }
    close() {}
};
"""
ROWS = """() => [...document.querySelectorAll("#page input[type=checkbox]")]
    .map((box) => [box.getAttribute("aria-label"), box.checked])"""
WAITING = """async () => {
    const opening = indexedDB.open("shoplist");
    const answer = (asked) => new Promise((done, failed) => {
        asked.onsuccess = () => done(asked.result);
        asked.onerror = failed;
    });
    const database = await answer(opening);
    const entries = await answer(database.transaction("edits").objectStore("edits").getAll());
    database.close();
    return entries.map((entry) => entry.edit.kind);
}"""
NUMBERS = itertools.count(1)
NEVER_ENOUGH = "100000G"  # of the disk, so that the admins have an alert to see
PASSWORD = "correct horse battery"

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Headless Chromium; without one these tests are skipped.

    For this package only: while it is there, Playwright keeps a loop running, and no other test could have one.
    """
    path = shell()
    if path is None:
        pytest.skip("there is no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        yield launched
        launched.close()


class House:
    """A running process whose address stays the same when it is started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.process = Process(folder / "data", folder / "log", LIMITS_RATE="0", ALERTS_DISK=NEVER_ENOUGH).start()
        self._listen = self.netloc
        self.here = self.process.url  # where browsers trust it, as they would over https
        self.url = self.here.replace("127.0.0.1", "shop.lan")

    @property
    def netloc(self) -> str:
        """Where it listens, for a line that leads to it."""
        return urlsplit(self.process.url).netloc

    @contextmanager
    def fallen(self) -> Iterator[None]:
        """As by a power cut; afterwards it stands again."""
        self.process.kill()
        try:
            yield
        finally:
            self.process = Process(
                self._folder / "data",
                self._folder / "log",
                listen=self._listen,
                LIMITS_RATE="0",
                ALERTS_DISK=NEVER_ENOUGH,
            ).start()

    def mailed(self, address: str, sought: str) -> str:
        """What the newest mail to this address has in place of the group of this pattern."""
        return mailed(self.process.data, address, sought)

    def stop(self) -> None:
        self.process.stop()


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for all of these tests; who makes it fall makes it rise again."""
    if not (ROOT / "static/dist/build.json").exists():
        pytest.skip("the pages are not built: scripts/static")
    standing = House(tmp_path_factory.mktemp("house"))
    yield standing
    standing.stop()


class Shown(NamedTuple):
    """A row as a screen reader has it: text, amount and note in one name, and whether it is ticked."""

    name: str
    ticked: bool


@dataclass
class Phone:
    """Somebody's browser, and the words of their language that tests look for."""

    page: Page
    url: str
    name: str
    email: str
    words: dict[str, str]

    def call(self, operation: str, **payload: object) -> Any:
        """An operation by this browser's cookie, past what the page shows."""
        if not self.page.url.startswith(self.url):
            return self._call_beside(operation, payload)
        status, answer = self.page.evaluate(FETCH, [f"/api/{operation}", payload])
        assert status == 200, answer
        return answer

    def _call_beside(self, operation: str, payload: dict[str, object]) -> Any:
        """The same before this browser has a page of ours, which it need not load for that."""
        known = "; ".join(f"{one['name']}={one['value']}" for one in self.page.context.cookies(self.url))
        headers = {
            "Content-Type": "application/json",
            "Accept-Language": "ru" if self.words is RUSSIAN else "en",
            "Origin": self.url,
            "Host": urlsplit(self.url).netloc,
        }
        address = self.url.replace("shop.lan", "127.0.0.1")
        body = json.dumps(payload).encode()
        request = urllib.request.Request(f"{address}/api/{operation}", body, {**headers, "Cookie": known})
        with urllib.request.urlopen(request, timeout=30) as answer:
            told = json.load(answer)
            for line in answer.headers.get_all("Set-Cookie", []):
                for name, morsel in SimpleCookie(line).items():
                    cookie: SetCookieParam = {"name": name, "value": morsel.value, "url": self.url, "httpOnly": True}
                    self.page.context.add_cookies([cookie])
        return told

    def go(self, path: str) -> None:
        """Enter an address: once more where the page that was there led somewhere by itself in the same moment."""
        try:
            self.page.goto(self.url + path)
        except Error as error:
            if "interrupted by another navigation" not in error.message:
                raise
            self.page.goto(self.url + path, wait_until="commit")

    def looks_again(self) -> None:
        """At a page that was behind another."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def button(self, word: str) -> None:
        self.page.get_by_role("button", name=self.words[word], exact=True).click()

    def fill(self, word: str, text: str) -> None:
        self.page.get_by_label(self.words[word], exact=True).and_(self.page.locator("input, textarea")).fill(text)

    def register(self) -> None:
        """Fill the form for newcomers, which is open."""
        self.fill("name", self.name)
        self.fill("email", self.email)
        self.fill("password", PASSWORD)
        self.button("register")

    def sign_in(self) -> None:
        """Fill the form for those who have an account, which is open."""
        self.fill("email", self.email)
        self.fill("password", PASSWORD)
        self.button("sign in")

    def add(self, text: str) -> None:
        self.fill("add", text)
        self.page.keyboard.press("Enter")

    def add_amount(self, text: str) -> None:
        """The same once the page has understood what is typed, for which it would not wait for long."""
        self.fill("add", text)
        expect(self.page.locator(".understood-item", has_text=" · ").first).to_be_visible()
        self.page.keyboard.press("Enter")

    def menu(self, word: str) -> None:
        self.button("menu")
        self.button(word)

    def tick(self, name: str) -> None:
        self.page.get_by_role("checkbox", name=name, exact=True).click()

    def shows(self) -> list[Shown]:
        """What is on the list as the screen has it, in its order."""
        rows = self.page.evaluate(ROWS)
        return [Shown(name, ticked) for name, ticked in rows]

    def waiting(self) -> list[str]:
        """The kinds of the edits that this browser keeps: not acknowledged yet, or set aside."""
        kinds: list[str] = self.page.evaluate(WAITING)
        return kinds

    def more(self, text: str) -> None:
        """Open the sheet of an item."""
        self.page.get_by_role("button", name=self.words["more"].format(text), exact=True).click()

    def change(self, text: str, **fields: str) -> None:
        """In the sheet of an item: ``item``, ``quantity``, ``unit``."""
        self.more(text)
        for word, value in fields.items():
            self.fill(word, value)
        self.button("save")
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def remove(self, text: str) -> None:
        self.more(text)
        self.page.get_by_role("dialog").get_by_role("button", name=self.words["remove"], exact=True).click()

    def rename(self, title: str) -> None:
        """The list itself."""
        self.menu("rename")
        self.fill("title", title)
        self.button("save")

    def sees(self, text: str) -> None:
        expect(self.page.locator(".row-text").get_by_text(text, exact=True)).to_be_visible()

    def sees_not(self, text: str) -> None:
        expect(self.page.locator(".row-text").get_by_text(text, exact=True)).to_have_count(0)

    def has_on_the_server(self, text: str) -> None:
        """The list that is open here holds this item where it is kept for good."""
        end = time.monotonic() + PATIENCE_MS / 1000
        while text not in [item["text"] for item in self.call("lists.get", list=self.page.url[-36:])["items"]]:
            assert time.monotonic() < end, f"{text} is not stored"

    def sees_ticked(self, name: str) -> None:
        expect(self.page.get_by_role("checkbox", name=name, exact=True)).to_be_checked()


ENGLISH = {
    "newcomer": "I am new here",
    "name": "Name",
    "email": "E-mail",
    "password": "Password",
    "register": "Register",
    "sign in": "Sign in",
    "new list": "New list",
    "add": "Add an item",
    "menu": "Menu",
    "members": "Members",
    "make link": "Make a link",
    "copy": "Copy the link",
    "close": "Close",
    "more": "More: {}",
    "item": "Item",
    "quantity": "Quantity",
    "unit": "Unit",
    "save": "Save",
    "remove": "Remove",
    "undo": "Undo",
    "rename": "Rename",
    "title": "Title",
    "retry": "Try again",
    "sign out anyway": "Sign out anyway",
}
RUSSIAN = {
    "newcomer": "Я здесь впервые",
    "name": "Имя",
    "email": "Эл. почта",
    "password": "Пароль",
    "register": "Зарегистрироваться",
    "sign in": "Войти",
    "new list": "Новый список",
    "add": "Добавить",
    "menu": "Меню",
    "members": "Участники",
    "make link": "Создать ссылку",
    "copy": "Скопировать ссылку",
    "close": "Закрыть",
    "quantity": "Количество",
    "unit": "Единица",
    "save": "Сохранить",
    "more": "Ещё: {}",
    "item": "Товар",
    "remove": "Убрать",
    "undo": "Вернуть",
    "rename": "Переименовать",
    "title": "Название",
}

NewPhone = Callable[..., Phone]


@pytest.fixture
def phone(browser: Browser, house: House) -> Iterator[NewPhone]:
    """Makes phones: ``phone("Ann")``. An error on any page fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def new(name: str, language: Literal["en", "ru"] = "en", scheme: Literal["light", "dark"] = "light") -> Phone:
        context = browser.new_context(
            viewport=PHONE,
            locale=LOCALES[language],
            color_scheme=scheme,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        email = f"{name.lower()}-{next(NUMBERS)}@example.org"
        return Phone(page, house.url, name, email, {"en": ENGLISH, "ru": RUSSIAN}[language])

    yield new
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def ann(phone: NewPhone) -> Phone:
    """Ann, who has her list Groceries open."""
    ann = phone("Ann")
    ann.call("accounts.register", name="Ann", email=ann.email, password=PASSWORD, language="en")
    made = ann.call("lists.create", title="Groceries")
    ann.go(f"/list/{made['list']['id']}")
    return ann


def joins(ann: Phone, bob: Phone, language: str) -> Phone:
    """Bob comes by Ann's link to the list that she has open, and has it open too."""
    invited = ann.call("members.invite", list=ann.page.url.rpartition("/")[2], role="editor", link=True)
    bob.call("accounts.register", name="Bob", email=bob.email, password=PASSWORD, language=language)
    joined = bob.call("members.accept", code=invited["code"])
    bob.go(f"/list/{joined['list']['id']}")
    expect(bob.page.get_by_role("heading", name="Groceries")).to_be_visible()
    return bob


@pytest.fixture
def bob(phone: NewPhone, ann: Phone) -> Phone:
    """Bob, who reads Russian in the dark, came by Ann's link and has the same list open."""
    return joins(ann, phone("Bob", "ru", "dark"), "ru")
