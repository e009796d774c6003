"""Errors in the log become alerts, grouped by the place where they arose."""

import asyncio
import contextlib
import logging
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import shoplist_appliance
from shoplist_appliance.ops.logs import redacted
from shoplist_appliance.usecases.alerts import Alerts

_ROOT = Path(shoplist_appliance.__file__).parent


class NotingHandler(logging.Handler):
    """Notes each line of level error, from any thread. What a line says of people is not in an alert either."""

    def __init__(self, alerts: Alerts, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(logging.ERROR)
        self._alerts = alerts
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        """Note it, in a step of the loop."""
        error = record.exc_info[1] if record.exc_info else None
        words = redacted(record.getMessage())
        with contextlib.suppress(RuntimeError):  # the loop has ended
            if error is None:
                self._loop.call_soon_threadsafe(self._alerts.note, "error", place_in(record), words)
            else:
                self._loop.call_soon_threadsafe(self._alerts.note, "exception", place_of(error), words)


def place_in(record: logging.LogRecord) -> str:
    """Who says it and what, whatever it is about this time: ``shoplist_appliance.usecases.outbox: mails wait: …``."""
    return f"{record.name}: {re.sub(r'%[-0-9.]*[a-z]', '…', redacted(str(record.msg)))}"


def place_of(error: BaseException) -> str:
    """The innermost place of ours that the error came through, and its type: ``usecases/turns.py unit KeyError``."""
    place = "elsewhere"
    for frame, _ in traceback.walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(_ROOT):
            place = f"{path.relative_to(_ROOT)} {frame.f_code.co_name}"
    return f"{place} {type(error).__qualname__}"


@contextlib.contextmanager
def noting_errors(alerts: Alerts) -> Iterator[None]:
    """For the block, on this loop."""
    handler = NotingHandler(alerts, asyncio.get_running_loop())
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
