"""A whole house on a temporary folder, for what has to be seen from inside the process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from shoplist_appliance.app import App, build_app, running
from shoplist_appliance.config import Settings
from tests.clients.http import Http


@pytest_asyncio.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    """The real app, as people run it."""
    async with running(build_app(Settings(data=tmp_path / "data", listen="127.0.0.1:0"))) as app:
        yield app


@pytest_asyncio.fixture
async def http(app: App) -> AsyncIterator[Http]:
    """A caller of it."""
    async with Http(app.url) as caller:
        yield caller
