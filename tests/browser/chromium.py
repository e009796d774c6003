"""Which Chromium the browser tests drive, and how it is started."""

import shutil

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Not a name that browsers trust, as `localhost` is: no clipboard, no randomUUID, no Sec-Fetch-Site.
    "--host-resolver-rules=MAP shop.lan 127.0.0.1",
)
LOCALES = {"en": "en-GB", "ru": "ru-RU"}
PATIENCE_MS = 20_000  # what takes longer hangs, also on a machine that is busy


WHOLE = ("chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """The path of this machine's Chromium."""
    return _first(*WHOLE)


def shell() -> str | None:
    """The same engine without a browser's own windows, where there is one: its contexts cost a fifth."""
    return _first("chromium-headless-shell", *WHOLE)


def _first(*names: str) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)
