"""A database has one owner at a time. The lease needs no clocks: its holder counts, and who wants it watches.

It keeps people from starting two processes by mistake. What keeps two from spoiling a list is the unique key
(list, revision).
"""

import asyncio
import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, PyMongoError

from shoplist_appliance.adapters.refusals import AlreadyRunning

BEAT_SECONDS: Final = 2.0
DEAD_SECONDS: Final = 10.0
"""A holder that did not count for so long has gone."""

ID: Final = "lease"


class Lease:
    """``home`` is the data folder's own name, which one process at a time can have."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._process = secrets.token_hex(8)

    @property
    def mine(self) -> dict[str, Any]:
        """What finds the lease while it is ours."""
        return {"_id": ID, "process": self._process}

    def take(self, store: Collection[dict[str, Any]], shown: str) -> None:
        """Become the owner: at once where nobody is, or an earlier process of the same data folder was.

        Watches any other holder for some seconds. Raises ``AlreadyRunning`` where that one lives.
        """
        end = time.monotonic() + DEAD_SECONDS
        first = store.find_one({"_id": ID})
        while (held := store.find_one({"_id": ID})) is not None:
            if held["home"] == self._home or time.monotonic() > end:
                taken = store.update_one(held, {"$set": {"home": self._home, "process": self._process, "beat": 0}})
                if taken.matched_count:
                    return
            if first is None or (held["process"], held["beat"]) != (first["process"], first["beat"]):
                raise AlreadyRunning(
                    f"the database {shown} is in use by another running shoplist-appliance; stop that one first, or"
                    " name another database in the setting store"
                )
            time.sleep(BEAT_SECONDS / 4)
        try:
            store.insert_one({"_id": ID, "home": self._home, "process": self._process, "beat": 0})
        except DuplicateKeyError:
            self.take(store, shown)

    async def keep(self, store: AsyncIOMotorCollection[dict[str, Any]]) -> None:
        """Count, until the lease is another's."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                counted = await store.update_one(self.mine, {"$inc": {"beat": 1}})
            except PyMongoError:
                continue  # who serves meanwhile says so; and whether it is still ours shows when the server is back
            if counted.matched_count == 0:
                return

    @contextlib.contextmanager
    def held(self, store: Collection[dict[str, Any]], shown: str) -> Iterator[Callable[[], bool]]:
        """The lease for a block that does not wait on a loop: taken, counted in a thread, given back at its end.

        Yields what says whether it has become another's.
        """
        self.take(store, shown)
        ended, lost = threading.Event(), threading.Event()
        thread = threading.Thread(target=self._count, args=(store, ended, lost), name="lease", daemon=True)
        thread.start()
        try:
            yield lost.is_set
        finally:
            ended.set()
            thread.join()
            with contextlib.suppress(PyMongoError):
                store.delete_one(self.mine)

    def _count(self, store: Collection[dict[str, Any]], ended: threading.Event, lost: threading.Event) -> None:
        while not ended.wait(BEAT_SECONDS):
            with contextlib.suppress(PyMongoError):
                if store.update_one(self.mine, {"$inc": {"beat": 1}}).matched_count == 0:
                    lost.set()
                    return
