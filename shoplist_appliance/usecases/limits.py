"""Rate limits: buckets of tokens in memory, bounded in number, that a setting makes larger, smaller or endless."""

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from shoplist_appliance.domain.errors import TooManyRequests

# Some 100 bytes each. Beyond them the longest untouched are forgotten, which is as if they were full again.
MOST_BUCKETS = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and from then on so many a second."""

    name: str
    burst: float
    per_second: float


class Limits:
    """Every rate limit of the process. ``factor`` multiplies them; 0 turns them off."""

    def __init__(self, factor: float, now: Callable[[], float] = time.monotonic) -> None:
        self._factor = factor
        self._now = now
        self._buckets: dict[str, dict[Hashable, float]] = {}

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
        if len(buckets) > MOST_BUCKETS:
            del buckets[next(iter(buckets))]  # in the order of their last use

    def give_back(self, rate: Rate, key: Hashable, cost: float = 1) -> None:
        """Undo a ``take``: what it was taken for did not happen."""
        bucket = self._buckets.get(rate.name, {})
        if key in bucket:
            bucket[key] -= cost / (rate.per_second * self._factor)
