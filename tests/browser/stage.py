"""Where a scene plays: a browser of a size, a theme and a language, and a household of its own at a running house."""

import json
import re
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.chromium import LOCALES, PATIENCE_MS
from tests.browser.household import (
    NAMES,
    OTHERS,
    PASSWORD,
    TITLES,
    WEEKLY,
    Language,
    Member,
    Thing,
    newcomer,
)
from tests.clients.bad_line import BadLine
from tests.clients.mailed import mailed
from tests.clients.process import ROOT, Process, create_admin

Theme = Literal["light", "dark"]
SIZES = {
    "320x568": ViewportSize(width=320, height=568),
    "390x844": ViewportSize(width=390, height=844),
    "1280x800": ViewportSize(width=1280, height=800),
}


@cache
def words(language: Language) -> dict[str, str | dict[str, str]]:
    """The dictionary that the pages speak from."""
    file = f"./static/shared/words.{language}.js"
    script = f"import {{ words }} from '{file}'; console.log(JSON.stringify(words))"
    run = ["node", "--input-type=module", "-e", script]
    found: dict[str, str | dict[str, str]] = json.loads(subprocess.check_output(run, cwd=ROOT, text=True))
    return found


@dataclass(frozen=True)
class Look:
    """One of the ways in which a page is looked at."""

    size: str
    theme: Theme
    language: Language

    def __str__(self) -> str:
        return f"{self.size}-{self.theme}-{self.language}"

    @property
    def phone(self) -> bool:
        return SIZES[self.size]["width"] < 900


class Stage:
    """One scene's browser and household. Both are there only for what plays on them."""

    def __init__(self, process: Process, line: BadLine, context: BrowserContext, look: Look) -> None:
        self.process, self.line, self.context, self.look = process, line, context, look
        self.url = process.url
        self.language = look.language
        self.address = f"http://{line.netloc}"  # the house's, over the line
        context.set_default_timeout(PATIENCE_MS)
        self.page: Page = context.new_page()

    # --- people and lists ---

    @cached_property
    def me(self) -> Member:
        """Whose browser it is; they are not signed in yet."""
        return newcomer(self.url, NAMES[self.language][0], self.language)

    @cached_property
    def other(self) -> Member:
        return newcomer(self.url, NAMES[self.language][1], self.language)

    @cached_property
    def third(self) -> Member:
        return newcomer(self.url, NAMES[self.language][2], self.language)

    @cached_property
    def admin(self) -> Member:
        """An admin of the house."""
        member = Member(self.url, NAMES[self.language][0], self.language, f"{uuid.uuid4().hex[:6]}@example.org")
        made = create_admin(self.process, member.email, member.name, PASSWORD)
        assert made.returncode == 0, made.stderr
        answer = member.call("accounts.sign_in", email=member.email, password=PASSWORD, device="Chrome, Android")
        member.token, member.id = answer["token"], answer["user"]["id"]
        member.call("accounts.update", language=self.language)
        return member

    def mailed(self, address: str, sought: str) -> str:
        """What the newest mail to this address has in place of the group of this pattern."""
        return mailed(self.process.data, address, sought)

    def sign_in(self, member: Member | None = None) -> None:
        """As this browser's cookie says from now on."""
        token = (member or self.me).token
        self.context.add_cookies([{"name": "shoplist", "value": token, "url": self.address, "httpOnly": True}])

    def household(self, things: tuple[Thing, ...] | None = None) -> str:
        """My lists, the first of which holds these things and is the answer; my browser is signed in."""
        others = [
            self.me.make_list(*told) for told in zip(TITLES[self.language][1:], OTHERS[self.language], strict=True)
        ]
        assert others
        self.sign_in()
        return self.me.make_list(TITLES[self.language][0], WEEKLY[self.language] if things is None else things)

    def invite(self, list_id: str, *members: Member, role: str = "editor") -> None:
        code = self.me.invite(list_id, role)
        for member in members:
            member.accept(code)

    # --- what a reader does ---

    def word(self, key: str, **values: object) -> str:
        """What the pages say in this language; plural forms not chosen, so not for words that count."""
        text = words(self.language)[key]
        assert isinstance(text, str), f"{key} has plural forms"
        return re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), text)

    def counted(self, key: str, form: str, **values: object) -> str:
        """A word that counts, in the form named."""
        forms = words(self.language)[key]
        assert isinstance(forms, dict), f"{key} has no plural forms"
        return re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), forms[form])

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def open(self, list_id: str) -> None:
        """A list's page, and wait until it hears the room."""
        self.go(f"/list/{list_id}")
        expect(self.page.locator("h1")).to_have_text(re.compile(r"\S"))

    def button(self, key: str, **values: object) -> Locator:
        return self.page.get_by_role("button", name=self.word(key, **values), exact=True)

    def press(self, key: str, **values: object) -> None:
        self.button(key, **values).first.click()

    def field(self, key: str) -> Locator:
        return self.page.get_by_label(self.word(key), exact=True).and_(self.page.locator("input, textarea"))

    def add_field(self) -> Locator:
        return self.field("list.add")

    def type_item(self, text: str) -> None:
        self.add_field().fill(text)
        self.page.keyboard.press("Enter")

    def item(self, number: int) -> str:
        """The text of one of the weekly things."""
        return WEEKLY[self.language][number].text

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_word(self, key: str, **values: object) -> None:
        self.sees(self.word(key, **values))


@contextmanager
def stage(browser: Browser, process: Process, look: Look, *, forced_colors: bool = False) -> Iterator[Stage]:
    """An empty one."""
    context = browser.new_context(
        viewport=SIZES[look.size],
        device_scale_factor=2 if look.phone else 1,
        has_touch=look.phone,
        locale=LOCALES[look.language],
        color_scheme=look.theme,
        # A picture is of what comes to rest, and what is looked at must not move.
        reduced_motion="reduce",
        forced_colors="active" if forced_colors else "none",
        # What it keeps would answer where the line is cut.
        service_workers="block",
    )
    with BadLine(urlsplit(process.url).netloc) as line, context:
        yield Stage(process, line, context, look)


@contextmanager
def played(browser: Browser, process: Process, look: Look, play: Callable[[Stage], None]) -> Iterator[Stage]:
    """One on which a scene has played, until it came to rest."""
    with stage(browser, process, look) as ready:
        play(ready)
        ready.page.evaluate("document.fonts.ready.then(() => true)")
        yield ready
