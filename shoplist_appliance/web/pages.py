"""What browsers read by GET: the shells of pages, static files, the documentation, and whether the server is well."""

import gzip
import mimetypes
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import orjson
from tornado.web import RequestHandler

from shoplist_appliance.domain.errors import DomainError, MethodNotAllowed, NotFound, Unavailable
from shoplist_appliance.domain.people import Language, Theme
from shoplist_appliance.usecases.people import People
from shoplist_appliance.web import auth, openapi, protocol
from shoplist_appliance.web.headers import SECRET_PAGE_HEADERS, page_headers
from shoplist_appliance.web.http import Handler
from shoplist_appliance.web.operations import TABLE
from shoplist_appliance.web.shells import Build

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "start": "Shopping lists",
        "account": "Account",
        "lists": "Lists",
        "list": "List",
        "join": "Invitation",
        "guest": "Shared list",
        "security": "Security and devices",
        "verify": "E-mail address",
        "reset": "New password",
        "admin": "Server",
        "noscript": "This page needs JavaScript.",
        "coming": "Loading…",
        "slow": "This takes long. Load the page again",
        "sorry": "No connection yet. This page opens as soon as there is one.",
        "missing": "There is no such page",
        "not_built": "The pages of this server are not built yet. Run scripts/static, then load this page again.",
        "back": "To the lists",
        "live": "The live protocol",
        "short_name": "Lists",
        "description": "The household's shopping lists, on its own server. They open and take edits offline too.",
        "new_list": "New list",
    },
    "ru": {
        "start": "Списки покупок",
        "account": "Аккаунт",
        "lists": "Списки",
        "list": "Список",
        "join": "Приглашение",
        "guest": "Общий список",
        "security": "Безопасность и устройства",
        "verify": "Адрес почты",
        "reset": "Новый пароль",
        "admin": "Сервер",
        "noscript": "Для этой страницы нужен JavaScript.",
        "coming": "Загружается…",
        "slow": "Что-то долго. Загрузить страницу ещё раз",
        "sorry": "Пока нет связи. Страница откроется, как только она появится.",
        "missing": "Такой страницы нет",
        "not_built": "Страницы этого сервера ещё не собраны. Запустите scripts/static и загрузите эту страницу снова.",
        "back": "К спискам",
        "live": "Живой протокол",
        "short_name": "Списки",
        "description": "Списки покупок семьи на собственном сервере. Открываются и принимают правки и без сети.",
        "new_list": "Новый список",
    },
}
# Script and style of a page; those of a list's page carry nothing of the others.
SCRIPTS: Mapping[str, tuple[str, str]] = {
    "list": ("list", "list"),
    "guest": ("list", "list"),
    "security": ("settings", "app"),
    "verify": ("settings", "app"),
    "reset": ("settings", "app"),
    "admin": ("settings", "app"),
}
# Those whose address holds a secret.
SECRET_PAGES = frozenset({"verify", "reset", "join", "guest"})
# The page's background in either theme (static/css/tokens.css): what the system paints around it.
BACKGROUND: Mapping[Theme, str] = {"light": "#f6f5f1", "dark": "#121513"}
FOR_EVER = "public, max-age=31536000, immutable"

# What the machine's own tables of types often lack or have otherwise.
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class PageHandler(Handler):
    """A page, in the language of its reader: the account's, else the browser's."""

    theme: Theme = "auto"
    known = False

    async def prepare(self) -> None:
        """Headers of a page, and what its reader chose."""
        for name, value in page_headers(self.request.host, self.request.path).items():
            self.set_header(name, value)
        self.set_header("Vary", "Accept-Language, Accept-Encoding, Cookie")
        await self._ask_reader(self.door.people)

    async def _ask_reader(self, people: People) -> None:
        token = auth.cookie_token(self.request)
        if token is None or len(token) > auth.LONGEST_TOKEN:
            return
        try:
            principal = people.cached(token) or await people.authenticate(token)
            person = await people.me(principal.person)
        except Unavailable:
            self.known = True  # perhaps: the page has to ask, and must not take its reader for a stranger
            return
        except DomainError:
            return  # nobody whom we know
        self.language, self.theme, self.known = person.language, person.theme, True

    def show(self, template: str, **values: object) -> None:
        """Send a page."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        values = {"language": self.language, "theme": self.theme, **values}
        page = self.door.shells.render(template, values).encode()
        if "gzip" in _accepted(self.request.headers.get("Accept-Encoding", "")):
            self.set_header("Content-Encoding", "gzip")
            page = gzip.compress(page, mtime=0)
        self.finish(page)

    def say(self, status: int, word: str) -> None:
        """Send a page of one sentence, which needs no build: without one it is only plainer."""
        words = WORDS[self.language]
        self.set_status(status)
        build = self.door.shells.build
        style = build and f"/static/{build.name}/app.css"
        self.show("message.html", message=words[word], back=words["back"], style=style)

    async def head(self, *arguments: str) -> None:
        """As GET, without the body."""
        await self.get(*arguments)

    async def get(self, *arguments: str) -> None:
        """There is no such page; subclasses have one."""
        self.say(404, "missing")


class ShellPage(PageHandler):
    """A page whose content the browser draws; of its reader it says language, colours and whether they are known."""

    async def get(self, *arguments: str) -> None:
        """The shell."""
        if self.page in SECRET_PAGES:
            for name, value in SECRET_PAGE_HEADERS.items():
                self.set_header(name, value)
        build = self.door.shells.build
        if build is None:
            self.say(503, "not_built")
            return
        words = WORDS[self.language]
        colours = {theme: BACKGROUND.get(self.theme, colour) for theme, colour in BACKGROUND.items()}
        named = {
            "title": words[self.page],
            "name": words["start"],
            "noscript": words["noscript"],
            "coming": words["coming"],
            "slow": words["slow"],
            "sorry": words["sorry"],
            # A page whose cookie nobody has need not ask who its reader is.
            "known": "yes" if self.known else "no",
            "referrer": "no-referrer" if self.page in SECRET_PAGES else "same-origin",
            "registration": self.door.settings.registration,
            "mail": "yes" if self.door.settings.smtp_host else "no",
        }
        script, style = SCRIPTS.get(self.page, ("pages", "app"))
        self.show("page.html", build=build.name, page=self.page, script=script, style=style, colours=colours, **named)


class ManifestFile(PageHandler):
    """What the site is called, and looks like, where it is installed as an app."""

    async def get(self, *arguments: str) -> None:
        """In the reader's language."""
        build = self.door.shells.build
        if build is None:
            self.refuse(NotFound("file"))
            return
        self.answer(_manifest(build.name, self.language), "application/manifest+json")


def _manifest(build: str, language: Language) -> Mapping[str, object]:
    words = WORDS[language]
    icons = [("icon", 192, "any"), ("icon", 512, "any"), ("maskable", 192, "maskable"), ("maskable", 512, "maskable")]
    icons += [("monochrome", 512, "monochrome")]
    return {
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "name": words["start"],
        "short_name": words["short_name"],
        "description": words["description"],
        "lang": language,
        "dir": "ltr",
        "display": "standalone",
        "theme_color": BACKGROUND["light"],
        "background_color": BACKGROUND["light"],
        "categories": ["shopping", "lifestyle"],
        "icons": [
            {
                "src": f"/static/{build}/icons/{name}-{size}.png",
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, size, purpose in icons
        ],
        "shortcuts": [
            {"name": words["new_list"], "url": "/list#new"},
            {"name": words["lists"], "url": "/list"},
        ],
    }


class SwaggerPage(PageHandler):
    """The API to read and to try."""

    async def get(self, *arguments: str) -> None:
        """Swagger UI."""
        build = self.door.shells.build
        if build is None or "swagger/swagger-ui-bundle.js" not in build.files:
            self.say(503, "not_built")
            return
        words = WORDS[self.language]
        self.show("swagger.html", build=build.name, noscript=words["noscript"], live=words["live"])


class LivePage(PageHandler):
    """The live protocol, with its operations from the table."""

    async def get(self, *arguments: str) -> None:
        """Readable without a build too."""
        build = self.door.shells.build
        wanted = ("app.css", "swagger/live.css") if build else ()
        styles = [f"/static/{build.name}/{file}" for file in wanted if build and file in build.files]
        self.show("live.html", styles=styles, **protocol.described(TABLE))


@cache
def _document() -> bytes:
    return orjson.dumps(openapi.document(TABLE))


class OpenApiFile(Handler):
    """The OpenAPI document."""

    async def get(self) -> None:
        """All of it."""
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Content-Type", "application/json")
        self.finish(_document())

    head = get


class BuildFile(Handler):
    """Which build is served now: an open page asks, to learn that it has grown old."""

    async def get(self) -> None:
        """Its name."""
        build = self.door.shells.build
        if build is None:
            self.refuse(NotFound("file"))
            return
        self.set_header("Cache-Control", "no-cache")
        self.answer({"build": build.name})

    head = get


class StaticFile(Handler):
    """A file of the build, cached for ever: another content has another address."""

    async def get(self) -> None:
        """Only what the build's manifest names is there, so no path leads anywhere else."""
        build = self.door.shells.build
        name, _, file = self.request.path.removeprefix("/static/").partition("/")
        if build is None or name != build.name:
            self.refuse(NotFound("file"))
        else:
            self.send(build, file, FOR_EVER)

    def send(self, build: Build, file: str, cached: str) -> None:
        """Answer with a file, as the build compressed it where the browser takes it so."""
        if file not in build.files:
            self.refuse(NotFound("file"))
            return
        path, encoding = _smallest(build.folder / file, self.request.headers.get("Accept-Encoding", ""))
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # the build was replaced in this very moment
            self.refuse(NotFound("file"))
            return
        if encoding:
            self.set_header("Content-Encoding", encoding)
        self.set_header("Content-Type", _type(file))
        self.set_header("Vary", "Accept-Encoding")
        self.set_header("Cache-Control", cached)
        self.finish(content)

    async def head(self) -> None:
        """As GET, without the body."""
        await self.get()

    def compute_etag(self) -> str | None:
        """None is needed: the address says which content it is."""
        return None


class WorkerFile(StaticFile):
    """The service worker. Its address is the same for every build, because a browser knows it by that."""

    async def get(self) -> None:
        """That of the build which is served now."""
        build = self.door.shells.build
        if build is None:
            self.refuse(NotFound("file"))
            return
        # A worker lives under the policy of its own script: it reads shells and files, and runs nothing else.
        self.set_header("Content-Security-Policy", "default-src 'none'; connect-src 'self'; frame-ancestors 'none'")
        self.send(build, "sw.js", "no-cache")

    def compute_etag(self) -> str | None:
        """Of the content, unlike that of files whose address changes with it."""
        return RequestHandler.compute_etag(self)


_REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")


def _accepted(codings: str) -> set[str]:
    return {part.partition(";")[0].strip() for part in codings.lower().split(",") if not _REFUSED.search(part)}


def _smallest(path: Path, accepted: str) -> tuple[Path, str]:
    """The file as the build compressed it, if the browser takes it so."""
    codings = _accepted(accepted)
    for coding, suffix in (("br", ".br"), ("gzip", ".gz")):
        packed = path.with_name(path.name + suffix)
        if coding in codings and packed.is_file():
            return packed, coding
    return path, ""


def _type(file: str) -> str:
    return _TYPES.get(Path(file).suffix) or mimetypes.guess_type(file)[0] or "application/octet-stream"


class Healthy(Handler):
    """Whether the process answers."""

    async def get(self) -> None:
        """It does."""
        self.answer({"status": "ok"})

    head = get


class Ready(Handler):
    """Whether calls would succeed now."""

    async def get(self) -> None:
        """``503`` with a problem object where a write would fail."""
        try:
            await self.door.check()
        except DomainError as error:
            self.refuse(error)
        else:
            self.answer({"status": "ready"})

    head = get


class Metrics(Handler):
    """What was counted, in the text format of Prometheus."""

    async def get(self) -> None:
        """Numbers only; nothing of what anyone wrote."""
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.finish(self.door.metrics())

    head = get


class Elsewhere(PageHandler):
    """Whatever no other row of the routes knows."""

    async def post(self, *arguments: str) -> None:
        """Only operations are called by POST and the like."""
        self.refuse(MethodNotAllowed())

    put = patch = delete = options = post
