"""Options that all tests share."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="take the numbers that the promises name, not a short run")


@pytest.fixture
def long(request: pytest.FixtureRequest) -> bool:
    """Whether this run takes the numbers that the promises name."""
    return bool(request.config.getoption("--long"))
