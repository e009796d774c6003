"""What several of these tests do: hold the live connection, wait, look at what is stored."""

import time
from collections.abc import Callable
from contextlib import suppress

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


def wait_for(ask: Callable[[], object], wanted: object, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    found: object = None
    while time.monotonic() < end:
        with suppress(Exception):  # the page is just being loaded again
            found = ask()
        if found == wanted:
            return
        time.sleep(0.1)
    raise AssertionError(f"{found} instead of {wanted}")


def held(phone: Phone, hold: bool) -> None:
    """From the next page on, the live connection is out of order, or in order again."""
    phone.page.evaluate(
        "(held) => held ? localStorage.setItem('test.held', 1) : localStorage.removeItem('test.held')", hold
    )
    phone.page.reload()


def texts(phone: Phone, list_id: str) -> list[str]:
    return [item["text"] for item in phone.call("lists.get", list=list_id)["items"]]
