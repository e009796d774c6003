"""Each kind of store in turn, opened in an empty place."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from shoplist_appliance.ports import Store
from tests.contract.making import StillClock
from tests.contract.places import PLACES, Place, SqlitePlace


@pytest.fixture(params=sorted(PLACES))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    place = PLACES[request.param](tmp_path / "data", StillClock())
    yield place
    place.clear()


@pytest_asyncio.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    store = place.open()
    yield store
    await store.close()


@pytest.fixture
def sqlite_place(tmp_path: Path) -> SqlitePlace:
    return SqlitePlace(tmp_path / "data", StillClock())
