"""Options that all tests share."""

from collections.abc import Iterator

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.clients.servers import S3Access, any_s3


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="take the numbers that the promises name, not a short run")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several workers the scenes come last: groups are given away in the order of their first tests."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.path.stem == "test_screens")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """For four workers: one drives the browser, one calls the product, one waits for faults and restarts, one does all
    that needs none of these; who is ready first looks at the scenes.

    By a scheduler, not by marks: of pytest 9.2 pytest-xdist 3.8 cannot change the ids that its groups go by.
    """

    class InOrder(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith("tests/browser/test_screens"):
                return "scenes"
            if nodeid.startswith("tests/browser/"):
                return "browser"
            if nodeid.startswith("tests/app/"):
                return "app"
            return "faults" if nodeid.startswith(("tests/faults/", "tests/guard/", "tests/live/")) else "the rest"

    return InOrder(config, log)


@pytest.fixture
def long(request: pytest.FixtureRequest) -> bool:
    """Whether this run takes the numbers that the promises name."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Access]:
    """One S3 for all tests, each of which takes a bucket of its own."""
    with any_s3(tmp_path_factory.mktemp("s3")) as access:
        yield access
