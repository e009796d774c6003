"""The pages as a phone meets them: Lighthouse's verdict, their weight, a slow line, and a tap on a slow phone."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import servers, shop
from bench.effort import Effort
from bench.figures import Row, Sample, Section, Series

SCRIPTS = Path(__file__).parent.parent / "pages"
ITEMS, MANY_ITEMS = 20, 300
SCORES = 95.0
KILOBYTES, REQUESTS, SECONDS, TAP_MS = 60.0, 12.0, 3.0, 100.0
JUDGED = """\
Scores out of 100 on Lighthouse's phone profile, each visit by a browser that never saw the product; the list has
{items} items."""
VISITED = """\
Weight is all that came down the wire, headers and live frames too, until all is still, for a browser that never saw
the product. The slow line has 400 kbit/s and a round trip of 400 ms, TCP's own greeting included, as a proxy between
browser and product. A tap is from the finger's lifting to the paint that shows it, by the browser's own account (which
counts in steps of 8 ms), with a quarter of this machine's CPU and {many} items; 95 of 100 are as quick. Else the list
has {items} items."""


@dataclass(frozen=True, slots=True)
class Visited:
    """A page of ours, and by which token its visitor is signed in, if at all."""

    name: str
    path: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A running product with a list to look at."""

    entered: shop.Shop
    list_id: str
    long_id: str
    pages: Sequence[Visited]


@contextmanager
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as data, servers.product(Path(data)) as product:
        entered = shop.enter(product.url)
        (list_id, _), (long_id, _) = entered.make_list(ITEMS), entered.make_list(MANY_ITEMS)
        code = entered.call("members.invite", list=list_id, role="editor", link=True)["code"]
        key = entered.call("shares.create", list=list_id, right="edit")["key"]
        token = entered.token
        pages = [
            Visited("/", "/"),
            Visited("/account", "/account"),
            Visited("/account, signed in", "/account", token),
            Visited("/account/security", "/account/security", token),
            Visited("/verify/…", "/verify/none"),
            Visited("/reset/…", "/reset/none"),
            Visited("/admin", "/admin", admin(Path(data), product.url)),
            Visited("/list", "/list", token),
            Visited("/list/…", f"/list/{list_id}", token),
            Visited("/s/…", f"/s/{key}"),
            Visited("/join/…", f"/join/{code}"),
            Visited("/join/…, signed in", f"/join/{code}", token),
        ]
        yield Site(entered, list_id, long_id, pages)


def admin(data: Path, url: str) -> str:
    """A token of an admin of this house."""
    given = {"email": "admin@example.org", "password": "correct horse battery"}
    command = [sys.executable, "-m", "shoplist_appliance", "admin", "create", "--data", str(data), "--name", "Vera"]
    subprocess.run([*command, "--email", given["email"]], input=given["password"] + "\n", text=True, check=True)
    return str(shop.post(url, "accounts.sign_in", given)["token"])


def judge(effort: Effort) -> Section:
    """Lighthouse over every page."""
    taken: dict[str, list[Sample]] = {}
    complaints: dict[str, None] = {}
    with site() as told:
        pages = [{"name": page.name, "url": told.entered.url + page.path, "cookie": page.token} for page in told.pages]
        for line in [line for _ in range(effort.visits) for line in said("lighthouse", pages=pages)]:
            for category, score in line["scores"].items():
                taken.setdefault(f"{line['name']}, {category}", []).append(Sample(score))
            complaints |= dict.fromkeys(f"{line['name']}: {complaint}" for complaint in line["complaints"])
    rows = [Row(name, Series("ours", samples), bound=SCORES) for name, samples in taken.items()]
    text = JUDGED.format(items=ITEMS)
    return Section("lighthouse", "Lighthouse", text, "page", "more", rows, list(complaints))


def measure(effort: Effort) -> Section:
    """Weight, a slow line, taps."""
    taken: dict[tuple[str, float | None], list[Sample]] = {}
    with site() as told:
        for _ in range(effort.visits):
            for name, bound, value in figures(told):
                taken.setdefault((name, bound), []).append(Sample(value))
    rows = [Row(name, Series("ours", samples), bound=bound) for (name, bound), samples in taken.items()]
    return Section("pages", "Pages on a phone", VISITED.format(items=ITEMS, many=MANY_ITEMS), "what", "less", rows)


def figures(told: Site) -> Iterator[tuple[str, float | None, float]]:
    """A round: what is measured, what it may be at most, what it is."""
    entered = told.entered
    given = {"url": entered.url, "token": entered.token}
    pages = [{"name": page.name, "path": page.path, "cookie": page.token} for page in told.pages]
    (visits,) = said("visits", **given, list=told.list_id, pages=pages)
    for weight in visits["weights"]:
        yield f"{weight['name']}, KB", KILOBYTES, weight["kilobytes"]
        yield f"{weight['name']}, requests", REQUESTS, weight["requests"]
    for visit, seen in visits["slow"].items():
        yield f"slow line, {visit}: the add bar takes input, s", SECONDS, seen["input"]
        yield f"slow line, {visit}: the items are there, s", None, seen["rows"]
    (taps,) = said("taps", **given, list=told.long_id)
    yield "tap to paint, p95, ms", TAP_MS, sorted(taps)[int(len(taps) * 0.95)]


def said(script: str, **given: object) -> list[Any]:
    """What a script of ours answers, each line a JSON value."""
    # The engine alone where there is one: a browser has pages of its own, which take their share of two cores.
    known = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, known)), None)
    if chromium is None:
        raise SystemExit("the pages are measured in Chromium: apt-get install chromium")
    asked: Mapping[str, object] = {"chromium": chromium, **given}
    run = ["node", str(SCRIPTS / f"{script}.js")]
    answer = subprocess.run(run, input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True).stdout
    return [json.loads(line) for line in answer.splitlines()]
