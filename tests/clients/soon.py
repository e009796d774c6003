"""What is promised within a second, measured by several tries: the one that a busy machine spoils says nothing."""

from collections.abc import Awaitable, Callable
from typing import Final

TRIES: Final = 3


async def within_a_second(tried: Callable[[], Awaitable[float]]) -> None:
    """Assert that what ``tried`` does takes less than a second at least once; it returns how many seconds it took."""
    took: list[float] = []
    while not took or took[-1] >= 1:
        assert len(took) < TRIES, f"it took {took} s"
        took.append(await tried())
