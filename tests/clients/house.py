"""The real app inside the test's own process, where a test holds its clock or one of its ports in hand."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from shoplist_appliance.adapters.clock import SystemClock
from shoplist_appliance.adapters.opening import open_keys, open_store
from shoplist_appliance.app import build_app, running
from shoplist_appliance.config import load
from shoplist_appliance.ports import Store
from tests.clients.http import Http
from tests.clients.making import now_ms


class HandClock:
    """A clock that goes with the real one, plus what a test moved it by."""

    def __init__(self) -> None:
        self.moved = 0

    def now(self) -> int:
        return now_ms() + self.moved

    def advance(self, *, days: float = 0, seconds: float = 0) -> None:
        self.moved += round((days * 86_400 + seconds) * 1000)


@asynccontextmanager
async def house(
    data: Path, *, clock: HandClock | None = None, around: Callable[[Store], Any] | None = None, **settings: str
) -> AsyncIterator[Http]:
    """The app on a data folder, and a caller of it. ``around`` makes a store that stands before the real one.

    Settings by name with underscores for dots: ``limits_rate="0"``.
    """
    flags = {"data": str(data), "listen": "127.0.0.1:0", "limits.rate": "0"}
    flags |= {
        name.replace("_", ".", 1) if name.startswith(("admin_", "limits_", "log_", "blobs_", "smtp_")) else name: value
        for name, value in settings.items()
    }
    loaded = load(flags, {}, None)
    replacements: dict[str, Any] = {} if clock is None else {"clock": clock}
    if around is not None:
        os.makedirs(data, mode=0o700, exist_ok=True)
        replacements["store"] = around(open_store(loaded, open_keys(loaded).sealer, clock or SystemClock()))
    app = build_app(loaded, **replacements)
    async with running(app), Http(app.url) as http:
        yield http
