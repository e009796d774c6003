"""What several of these tests do: hold the live connection, wait, look at what is stored."""

import time
from collections.abc import Callable, Sized
from contextlib import suppress

from playwright.sync_api import Page

from tests.browser.chromium import PATIENCE_MS
from tests.browser.conftest import Phone

# Nothing of the live connection gets through while this is set, though the server answers everything else.
HOLD = """
if (location.protocol === "http:" && localStorage.getItem("test.held")) {
    window.WebSocket = class {
        constructor() { setTimeout(() => { this.onerror?.(new Event("error")); this.onclose?.({}); }); }
        close() {}
    };
    XMLHttpRequest.prototype.open = function () { throw new Error("held"); };
}
"""
# What the page is told where a tab goes behind another, or comes to the front.
HIDE = """(hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


# Timers of this length end when the test calls for it, not by the clock of a machine that is busy.
HOLD_TIMERS = """(ms) => {
    const { setTimeout, clearTimeout } = window;
    const held = new Map();
    window.setTimeout = (act, after, ...given) => {
        const timer = setTimeout(act, after === ms ? 2 ** 30 : after, ...given);
        if (after === ms) held.set(timer, act);
        return timer;
    };
    window.clearTimeout = (timer) => (held.delete(timer), clearTimeout(timer));
    window.endTimers = () => {
        Object.assign(window, { setTimeout, clearTimeout });
        for (const [timer, act] of held) (clearTimeout(timer), act());
        return held.size;
    };
}"""
# Notes the texts of rows that get this class, which they have for a moment only.
LIT = """(name) => {
    window.lit = [];
    new MutationObserver((changes) => {
        for (const { target } of changes)
            if (target.classList.contains(name)) window.lit.push(target.querySelector(".row-text").textContent);
    }).observe(document.body, { subtree: true, attributeFilter: ["class"] });
}"""
# The texts of the items in the copies of lists that this device keeps.
COPIED = """new Promise((resolve) => {
    const opening = indexedDB.open("shoplist");
    opening.onsuccess = () => {
        const reading = opening.result.transaction("copies").objectStore("copies").getAll();
        reading.onsuccess = () => {
            const lists = reading.result.filter(({ items }) => items instanceof Map);
            resolve(lists.map(({ items }) => [...items.values()].map(({ text }) => text).sort()));
            opening.result.close();
        };
    };
})"""


def wait_for(ask: Callable[[], object], wanted: object, seconds: float = PATIENCE_MS / 1000) -> None:
    """Until the answer is the one wanted; an answer that is an error counts as none."""
    end = time.monotonic() + seconds
    found: object = None
    while time.monotonic() < end:
        with suppress(Exception):  # the page is just being loaded again
            found = ask()
        if found == wanted:
            return
        time.sleep(0.05)
    raise AssertionError(f"{found} instead of {wanted}")


def becomes(page: Page, script: str) -> None:
    """Until this is true on the page. What Playwright has for it our pages' CSP forbids, unless it is so at once."""
    wait_for(lambda: bool(page.evaluate(script)), True)


# The reader of typed text, the sheets and their words: a page asks for them once it is idle.
HAS_ALL = """(() => {
    const asked = performance.getEntriesByType("resource").map(({ name }) => name.split("/").at(-1));
    return new Set(asked.filter((name) => /^(text|sheets)\\.(\\w+\\.json|js)$/.test(name))).size === 3;
})()"""


def has_all(page: Page) -> None:
    """A list's page needs no other file from now on."""
    becomes(page, HAS_ALL)


def come(page: Page, what: Sized, count: int = 1) -> None:
    """Until so many of what Playwright tells of this page have come."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while len(what) < count:
        assert time.monotonic() < end, f"{len(what)} instead of {count}"
        page.wait_for_timeout(20)


def frames(page: Page) -> list[str]:
    """All that comes by the web sockets which the page opens from now on."""
    told: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(str(frame))))
    return told


def hears(page: Page, told: list[str], *words: str) -> None:
    """The page's line has brought these, and the page has had its turn since."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not all(any(word in frame for frame in told) for word in words):
        assert time.monotonic() < end, f"not told: {words}"
        page.wait_for_timeout(20)
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def copied(phone: Phone, *texts: str) -> None:
    """The device has its copy of the open list, and these items in it."""
    wait_for(lambda: sorted(texts) in phone.page.evaluate(COPIED), True)


def lit(phone: Phone, *texts: str) -> None:
    """These rows have had the class that ``LIT`` looks for, and no others."""
    wait_for(lambda: sorted(set(phone.page.evaluate("window.lit"))), sorted(texts))


def knows_the_time(page: Page, ahead_ms: int = 0) -> None:
    """It has learned the server's time to a tenth of a second; of an answer that is long in coming it learns less."""

    def is_right() -> bool:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        ahead = page.evaluate("Number(localStorage.getItem('shoplist.clock')?.split(' ')[0] ?? NaN)")
        return bool(abs(ahead + ahead_ms) < 100)

    wait_for(is_right, True)


def held(phone: Phone, hold: bool) -> None:
    """From the next page on, the live connection is out of order, or in order again."""
    phone.page.evaluate(
        "(held) => held ? localStorage.setItem('test.held', 1) : localStorage.removeItem('test.held')", hold
    )
    phone.page.reload()


def texts(phone: Phone, list_id: str) -> list[str]:
    return [item["text"] for item in phone.call("lists.get", list=list_id)["items"]]
