"""What is read many at a time: one value that cannot be unsealed must not keep all others of its kind."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from shoplist_appliance.adapters.sealing import Unsealable

R = TypeVar("R")
T = TypeVar("T")
log = logging.getLogger(__name__)


class Readable:
    """Passes over what is damaged, and says so once for each value."""

    def __init__(self) -> None:
        self._said: set[tuple[str | int, ...]] = set()

    def among(self, rows: Iterable[R], read: Callable[[R], T], limit: int | None = None) -> Sequence[T]:
        """What these rows hold, in their order, at most so much; no further row is asked for then."""
        found: list[T] = []
        for row in rows:
            if (value := self.one(row, read)) is not None:
                found.append(value)
                if len(found) == limit:
                    break
        return found

    def one(self, row: R, read: Callable[[R], T]) -> T | None:
        """What a row holds; None where it cannot be unsealed."""
        try:
            return read(row)
        except Unsealable as error:
            if error.place not in self._said:
                self._said.add(error.place)
                log.error("passed over: %s", error)
            return None
