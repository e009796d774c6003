"""Who is due when: one look a second in place of a timer for each client."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Times(Generic[T]):
    """Times of many. Each is set to now and the same number of seconds, so that they stand in order."""

    __slots__ = ("_times",)

    def __init__(self) -> None:
        self._times: dict[T, float] = {}

    def __contains__(self, one: object) -> bool:
        return one in self._times

    def __len__(self) -> int:
        return len(self._times)

    def set(self, one: T, time: float) -> None:
        """It is due then, and not when it was."""
        self._times.pop(one, None)
        self._times[one] = time

    def drop(self, one: T) -> None:
        """It is due no more; nothing where it was not."""
        self._times.pop(one, None)

    def passed(self, now: float) -> list[T]:
        """Take out those whose time has come."""
        passed: list[T] = []
        for one, time in self._times.items():
            if time > now:
                break
            passed.append(one)
        for one in passed:
            del self._times[one]
        return passed

    def shift(self, seconds: float) -> None:
        """All are due so much later."""
        for one in self._times:
            self._times[one] += seconds
