"""Options that all tests share."""

from collections.abc import Iterator

import pytest

from tests.clients.servers import S3Access, any_s3


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="take the numbers that the promises name, not a short run")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For two workers of pytest-xdist: one drives the browser, and the other does everything else meanwhile."""
    for item in items:
        by_browser = "browser" in item.path.parent.parts and item.path.stem != "test_screens"
        item.add_marker(pytest.mark.xdist_group("browser" if by_browser else "the rest"))


@pytest.fixture
def long(request: pytest.FixtureRequest) -> bool:
    """Whether this run takes the numbers that the promises name."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Access]:
    """One S3 for all tests, each of which takes a bucket of its own."""
    with any_s3(tmp_path_factory.mktemp("s3")) as access:
        yield access
