"""How the server is doing, in numbers, for its admins."""

from collections.abc import Callable
from dataclasses import dataclass

from shoplist_appliance.ports import Clock, Sizes, Store
from shoplist_appliance.usecases.mail import MAIL


@dataclass(frozen=True, slots=True)
class ServerStats:
    """What is there now. ``started_at`` in ms since 1970, UTC; ``disk_free`` in bytes, of the data folder's disk."""

    sizes: Sizes
    connections: int
    mails_waiting: int
    disk_free: int
    started_at: int


class Stats:
    """Numbers that cost little: what a store counts by its indexes, and what the process knows anyway."""

    def __init__(
        self, store: Store, clock: Clock, connections: Callable[[], int], disk_free: Callable[[], int]
    ) -> None:
        self._store = store
        self._connections = connections
        self._disk_free = disk_free
        self._started_at = clock.now()

    async def read(self) -> ServerStats:
        """Raises ``Unavailable``."""
        sizes = await self._store.sizes()
        waiting = await self._store.count_records(MAIL)
        return ServerStats(sizes, self._connections(), waiting, self._disk_free(), self._started_at)
