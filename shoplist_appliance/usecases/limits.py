"""Rate limits: buckets of tokens in memory, bounded in number, that a setting makes larger, smaller or endless."""

import math
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from shoplist_appliance.domain.errors import TooManyRequests

# Some 100 bytes each. Beyond them the longest untouched are forgotten, which is as if they were full again.
MOST_BUCKETS = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and from then on so many a second; ``kept`` beyond a restart, or not."""

    name: str
    burst: float
    per_second: float
    kept: bool = False


class Limits:
    """Every rate limit of the process. ``factor`` multiplies them; 0 turns them off."""

    def __init__(self, factor: float, now: Callable[[], float] = time.monotonic) -> None:
        self._factor = factor
        self._now = now
        self._buckets: dict[str, dict[Hashable, float]] = {}
        self._changed: dict[tuple[str, Hashable], None] = {}  # of those to keep

    def take(self, rate: Rate, key: Hashable, cost: float = 1) -> None:
        """Take ``cost`` out of the key's bucket, or raise ``TooManyRequests`` and leave it as it is.

        A bucket is one number, the moment at which it is full again. A cost above the burst passes when it is full.
        """
        if not self._factor:
            return
        now = self._now()
        interval = 1 / (rate.per_second * self._factor)
        patience = max(rate.burst * self._factor, 1) * interval
        buckets = self._buckets.setdefault(rate.name, {})
        full_at = max(buckets.pop(key, now), now)
        wait = full_at + min(cost * interval, patience) - now - patience
        if wait > 1e-9:
            buckets[key] = full_at
            raise TooManyRequests(retry_after=max(math.ceil(wait), 1))
        buckets[key] = full_at + cost * interval
        if rate.kept:
            self._changed[rate.name, key] = None
        if len(buckets) > MOST_BUCKETS:
            del buckets[next(iter(buckets))]  # in the order of their last use

    def take_all(self, rates: Iterable[tuple[Rate, Hashable]]) -> None:
        """Take one out of each bucket, or raise ``TooManyRequests`` and leave all of them as they are."""
        taken: list[tuple[Rate, Hashable]] = []
        try:
            for rate, key in rates:
                self.take(rate, key)
                taken.append((rate, key))
        except TooManyRequests:
            for rate, key in taken:
                self.give_back(rate, key)
            raise

    def give_back(self, rate: Rate, key: Hashable, cost: float = 1) -> None:
        """Undo a ``take``: what it was taken for did not happen."""
        bucket = self._buckets.get(rate.name, {})
        if key in bucket:
            bucket[key] -= cost / (rate.per_second * self._factor)
            if rate.kept:
                self._changed[rate.name, key] = None

    # --- what is kept

    def changed(self) -> dict[tuple[str, Hashable], float]:
        """The buckets to keep that were changed since the last call, by rate and key: seconds until each is full."""
        changed, self._changed, now = self._changed, {}, self._now()
        return {
            (rate, key): max(self._buckets[rate][key] - now, 0)
            for rate, key in changed
            if key in self._buckets.get(rate, {})
        }

    def change_again(self, buckets: Iterable[tuple[str, Hashable]]) -> None:
        """Have the next ``changed`` name them too."""
        self._changed.update(dict.fromkeys(buckets))

    def restore(self, rate: str, key: Hashable, seconds: float) -> None:
        """Have a bucket be full no sooner than in so many seconds."""
        if self._factor and seconds > 0:
            buckets = self._buckets.setdefault(rate, {})
            full_at = self._now() + seconds
            buckets[key] = max(buckets.get(key, full_at), full_at)
