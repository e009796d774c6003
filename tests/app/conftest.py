"""One running process for most of these tests, and the household that lives in it."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.clients.http import Http
from tests.clients.mongodb import NO_MONGODB, in_database, mongodb
from tests.clients.person import Person
from tests.clients.process import Process
from tests.clients.servers import S3Access

SERVERS = "mongodb and s3"
ON_SERVERS = {"test_accounts", "test_lists", "test_live", "test_members", "test_purge"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On MongoDB and S3 the short form runs the files in which a store has most to say, the long one all."""
    dropped = [
        item
        for item in items
        if isinstance(item, pytest.Function)
        and item.path.parent == Path(__file__).parent
        and item.path.stem not in ON_SERVERS
        and getattr(item, "callspec", None) is not None
        and item.callspec.params.get("server") == SERVERS
    ]
    if not config.getoption("--long"):
        items[:] = [item for item in items if item not in set(dropped)]
        config.hook.pytest_deselected(items=dropped)


@pytest.fixture(scope="module", params=["sqlite", SERVERS])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A process without rate limits on each kind of store; tests that need it in a state of their own start another.

    One for each file: the stand-in of MongoDB reads a whole collection at each search.
    """
    folder = tmp_path_factory.mktemp("server")
    settings: dict[str, Any] = {}
    if request.param == SERVERS:
        address = mongodb()
        if address is None:
            pytest.skip(NO_MONGODB)
        access: S3Access = request.getfixturevalue("s3")
        blobs = access.settings(f"shoplist-test-{secrets.token_hex(6)}")
        settings = {name.replace(".", "_").upper(): value for name, value in blobs.items()}
        settings["STORE"] = in_database(address)
    with Process(folder / "data", folder / "log", LIMITS_RATE="0", **settings) as process:
        yield process
    # All that these tests sent, good and bad and nonsense, was foreseen: nothing of it is logged as a fault of ours.
    assert "Traceback" not in process.logged()
    assert not [line for line in process.logged().splitlines() if " error " in line]


@pytest_asyncio.fixture
async def http(server: Process) -> AsyncIterator[Http]:
    async with Http(server.url) as caller:
        yield caller


@pytest_asyncio.fixture
async def anna(http: Http) -> Person:
    return await Person.registered(http, "Anna")


@pytest_asyncio.fixture
async def boris(http: Http) -> Person:
    return await Person.registered(http, "Борис")


@pytest_asyncio.fixture
async def stranger(http: Http) -> Person:
    return await Person.registered(http, "Stranger")
