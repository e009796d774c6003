"""One running process for most of these tests, and the household that lives in it."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.clients.http import Http
from tests.clients.person import Person
from tests.clients.process import Process


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A process without rate limits; tests that need it in a state of their own start another."""
    folder = tmp_path_factory.mktemp("server")
    with Process(folder / "data", folder / "log", LIMITS_RATE="0") as process:
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
