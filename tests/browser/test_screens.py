"""Every scene to a careful eye: nothing cut, nothing over each other, nothing too small, nothing that axe finds."""

import base64
import queue
import threading
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.conftest import House
from tests.browser.household import WEEKLY, half_bought
from tests.browser.scenes import SCENES
from tests.browser.stage import Look, played, stage
from tests.clients.process import ROOT, Process

LOOKS = (
    Look("320x568", "dark", "en"),
    Look("390x844", "light", "ru"),
    Look("1280x800", "light", "en"),
)
HANDS = 2
TRIES = 2  # what waits for the network may come too late on a machine that is busy
FAULTS = Path(__file__).with_name("faults.js").read_text("utf-8")
AXE = ROOT / "node_modules/axe-core/axe.min.js"
ASK_AXE = """async (without) => {
    const found = await axe.run(document, {
        resultTypes: ["violations"],
        rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
    });
    return found.violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, html, any }) =>
            `axe ${id}: ${help}: ${target.join(" ")} ${html.slice(0, 120)} ${any[0]?.message ?? ""}`));
}"""
COUNT_INK = """async (picture) => {
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    pen.drawImage(bitmap, 0, 0);
    const { data } = pen.getImageData(0, 0, bitmap.width, bitmap.height);
    let ink = 0;
    for (let at = 0; at < data.length; at += 4)
        ink += [0, 1, 2].some((part) => Math.abs(data[at + part] - data[part]) > 60) ? 1 : 0;
    return ink;
}"""
SCALE = "(size) => { document.documentElement.style.fontSize = size; }"
pytestmark = pytest.mark.timeout(1800)  # all are looked at for the first test, perhaps beside all others
# Another's page, which we show as it is.
OF_OTHERS = {"swagger"}

Seen = dict[tuple[str, Look, bool], list[str]]


def faults(page: Page, look: Look, *, twice: bool = False) -> list[str]:
    """What an eye would complain about."""
    found: list[str] = page.evaluate(FAULTS, {"phone": look.phone, "twice": twice})
    return found


def complaints(page: Page, without: tuple[str, ...] = ()) -> list[str]:
    """What axe finds. Through the debugger, which the page's CSP does not bind."""
    page.evaluate(AXE.read_text("utf-8") + ";0")
    found: list[str] = page.evaluate(ASK_AXE, list(without))
    return found


def looked_at(browser: Browser, process: Process, name: str, look: Look) -> Seen:
    """All that is wrong with a scene; with its text at twice the size, what cuts and covers."""
    seen: Seen = {}
    with played(browser, process, look, SCENES[name].play) as scene:
        at_once = faults(scene.page, look)
        if is_seen_twice(name, look):
            scene.page.evaluate(SCALE, "200%")
            scene.page.wait_for_timeout(100)
            seen[name, look, True] = faults(scene.page, look, twice=True)
            scene.page.evaluate(SCALE, "")
            scene.page.wait_for_timeout(100)
        seen[name, look, False] = at_once + complaints(scene.page)
    return seen


def is_seen_twice(name: str, look: Look) -> bool:
    """Whether it is also looked at with its text at twice the size."""
    return SCENES[name].main and look == LOOKS[1]


def hand(process: Process, waiting: "queue.SimpleQueue[tuple[str, Look]]", seen: Seen, missed: list[str]) -> None:
    """Look at one after another, in a browser of its own."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium.shell(), args=list(chromium.FLAGS))
        while not waiting.empty():
            try:
                name, look = waiting.get_nowait()
            except queue.Empty:
                break
            for _ in range(TRIES):
                try:
                    seen |= looked_at(browser, process, name, look)
                    break
                except Exception as error:  # to be told by the scene's own tests
                    missed.append(f"{name} {look}: {error}")
                    for twice in (False, True):
                        seen[name, look, twice] = [f"the scene did not come about: {error}"]
        browser.close()


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest, house: House) -> Seen:
    """What is wrong with each scene that is asked for; several hands, since a scene waits more than it computes."""
    waiting: queue.SimpleQueue[tuple[str, Look]] = queue.SimpleQueue()
    asked: dict[tuple[str, Look], None] = {}  # each once, in their order
    for item in request.session.items:
        if item.path == request.path and isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            params: dict[str, Any] = item.callspec.params
            if "shown" in params:
                name, look, _ = params["shown"]
                asked[name, look] = None
    for one in asked:
        waiting.put(one)
    found: Seen = {}
    missed: list[str] = []
    hands = [threading.Thread(target=hand, args=(house.process, waiting, found, missed)) for _ in range(HANDS)]
    for each in hands:
        each.start()
    for each in hands:
        each.join()
    for once in missed:
        warnings.warn(f"a scene did not come about at each try: {once}", stacklevel=1)
    return found


def scenes() -> Iterator[ParameterSet]:
    for scene in SCENES.values():
        if scene.name in OF_OTHERS:
            continue
        for look in LOOKS:
            yield pytest.param((scene.name, look, False), id=f"{scene.name}-{look}")
            if is_seen_twice(scene.name, look):
                yield pytest.param((scene.name, look, True), id=f"{scene.name}-{look}-twice")


@pytest.mark.parametrize("shown", list(scenes()))
def test_a_scene_is_fit_to_be_seen(seen: Seen, shown: tuple[str, Look, bool]) -> None:
    assert "\n".join(seen[shown]) == ""


# --- that it would be seen -----------------------------------------------------------------------------------------

PLANTED = {
    "scrolls sideways": "main.style.width = '700px'",
    "outside the window": "line.style.cssText = 'position: relative; left: -20px'",
    'cut: "Bread': "line.style.cssText = 'display: block; overflow: hidden; width: 20px; white-space: nowrap'",
    "cut: what is typed": "typed.value = 'Bread\\nButter\\nMilk'",
    "too wide for its box": "line.style.cssText = 'display: block; width: 20px; white-space: nowrap'",
    'cut: "Where to buy': "field.placeholder = 'Where to buy'; field.style.width = '60px'",
    'overlap: "Bread': "line.style.cssText = 'display: block; margin-bottom: -18px'",
    "overlap: button.one": "other.style.marginLeft = '-20px'",
    "small: button.other": "other.style.cssText = 'width: 40px; min-width: 0'",
    "axe button-name": "other.textContent = ''",
    "axe color-contrast": "line.style.color = '#ccc'",
}
NAMED = """const [main, line, other, field, typed] =
    ["main", ".line", ".other", ".field", ".typed"].map((name) => document.querySelector(name))"""
SOUND = """<!doctype html><html lang="en"><head><title>Sound</title><style>
    * { box-sizing: border-box; font: 16px/24px sans-serif; margin: 0; }
    button, input, textarea { min-width: 48px; height: 48px; }
    textarea { max-height: 96px; resize: none; }
    </style></head><body><main><h1>Shop</h1><p><span class="line">Bread and butter</span></p><p>Milk</p>
    <button class="one">One</button><button class="other">Two</button>
    <input class="field" aria-label="Shop">
    <textarea class="typed" rows="1" aria-label="Items"></textarea></main></body></html>"""


@pytest.fixture
def sound(browser: Browser) -> Iterator[Page]:
    """A page without a fault."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.set_content(SOUND)
    yield page
    page.close()


def everything(page: Page) -> list[str]:
    return faults(page, LOOKS[1]) + complaints(page)


def test_a_sound_page_has_no_faults(sound: Page) -> None:
    assert everything(sound) == []


@pytest.mark.parametrize(("told", "plant"), PLANTED.items(), ids=list(PLANTED.values()))
def test_a_planted_fault_is_found(sound: Page, told: str, plant: str) -> None:
    sound.evaluate(f"() => {{ {NAMED}; {plant}; }}")
    assert any(fault.startswith(told) for fault in everything(sound)), everything(sound)


def test_a_tick_is_seen_where_the_system_chooses_the_colours(browser: Browser, house: House) -> None:
    look = replace(LOOKS[1], language="en")
    with stage(browser, house.process, look, forced_colors=True) as coloured:
        coloured.open(coloured.household(half_bought(WEEKLY["en"])))
        coloured.sees(coloured.item(0))
        assert faults(coloured.page, look) + complaints(coloured.page) == []
        rings = [coloured.page.get_by_role("checkbox", checked=ticked).first for ticked in (False, True)]
        shots = [base64.b64encode(ring.screenshot()).decode() for ring in rings]
        empty, ticked = (coloured.page.evaluate(COUNT_INK, shot) for shot in shots)
    assert ticked > 1.2 * empty > 0, "pixels that are not the ground"
