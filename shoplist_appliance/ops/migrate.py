"""Moving everything from one store to another while the product is stopped, and its objects (``migrate_objects``).

The target becomes equal to the source: rows that the source has not go, rows that it lacks come, and at the end every
row of both is read again and compared. So an attempt that was cut short, wherever, is taken up by doing it again.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from shoplist_appliance.adapters.belonging import Belonging
from shoplist_appliance.adapters.clock import SystemClock
from shoplist_appliance.adapters.codec import Codec
from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.moving import TABLES, Row, Rows, Table, Target, compared, content, read
from shoplist_appliance.adapters.ownership import Owner, name_of
from shoplist_appliance.adapters.refusals import StoreUnreadable
from shoplist_appliance.adapters.sealing import Sealer, Unsealable
from shoplist_appliance.adapters.sqlite.rows import sqlite_source, sqlite_target
from shoplist_appliance.config import CannotStart, Settings
from shoplist_appliance.ops import migrate_objects
from shoplist_appliance.ops.migrate_objects import Address

Say = Callable[[str], None]

SAID_SECONDS = 5.0


def migrate(
    settings: Settings,
    say: Say,
    *,
    store: tuple[str, str] | None = None,
    blobs: tuple[Address, Address] | None = None,
) -> None:
    """Move the store, the objects or both from one address to the other, both as one.

    Raises ``CannotStart`` with one line for whoever started it.
    """
    ours, theirs = (replace(settings, store=address) for address in store or ("", ""))
    if store and _place(ours) == _place(theirs):
        raise CannotStart("--from and --to name the same store")
    if blobs:
        migrate_objects.check_places(settings, *blobs)
    sealer = Sealer(Keyring.open(settings.key_path, create=False))
    with contextlib.ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        stack.callback(Owner.take(settings.data).release)
        rows = objects = None
        if store:
            codec = Codec(sealer)
            source = stack.enter_context(_opened_source(ours, codec))
            rows = Migration(source, stack.enter_context(_opened_target(theirs, codec, source.mark)), codec, say)
        if blobs:
            objects = stack.enter_context(migrate_objects.opened(runner, settings, *blobs, sealer, say))
        moved = [runner.run(objects.move(ending=rows is not None and rows.target.begun))] if objects else []
        if rows:
            moved.append(rows.move())
        # In this order: a store whose mark is left says that the objects may have come to their end before.
        if objects:
            runner.run(objects.finish())
        if rows:
            rows.target.finish()
            for side in (rows.source, rows.target):
                Belonging(settings.data).remember(side.mark)
        say(f"moved and verified: {', '.join(reversed(moved))}")


def _place(settings: Settings) -> object:
    if not settings.is_on_mongodb:
        return settings.store_path.resolve()
    from shoplist_appliance.adapters.mongo.store import address_of

    return address_of(settings.store or "").shown


def _opened_source(settings: Settings, codec: Codec) -> contextlib.AbstractContextManager[Rows]:
    if not settings.is_on_mongodb:
        return sqlite_source(settings.store_path, codec, SystemClock())
    from shoplist_appliance.adapters.mongo.lease import Lease
    from shoplist_appliance.adapters.mongo.rows import mongo_source
    from shoplist_appliance.adapters.mongo.store import address_of

    return mongo_source(address_of(settings.store or ""), codec, SystemClock(), Lease(name_of(settings.data)))


def _opened_target(settings: Settings, codec: Codec, source: bytes) -> contextlib.AbstractContextManager[Target]:
    if not settings.is_on_mongodb:
        return sqlite_target(settings.store_path, codec, SystemClock(), source)
    from shoplist_appliance.adapters.mongo.lease import Lease
    from shoplist_appliance.adapters.mongo.rows import mongo_target
    from shoplist_appliance.adapters.mongo.store import address_of

    lease = Lease(name_of(settings.data))
    return mongo_target(address_of(settings.store or ""), codec, SystemClock(), lease, source)


@dataclass(frozen=True)
class Migration:
    """From a source to a target that nobody else has meanwhile."""

    source: Rows
    target: Target
    codec: Codec
    say: Say

    def move(self) -> str:
        """Until the target holds what the source does, verified, but for its end; returns what to say of it.

        Raises ``CannotOpen`` where one of the two fails; then the same again goes on.
        """
        self.say(f"moving {self.source.name} to {self.target.name}")
        try:
            if self.target.begun:
                self.say("an earlier attempt is taken up")
                for table in TABLES:
                    self._remove_outdated(table)
            for table in TABLES:
                self._copy(table)
            counts = [f"{table.name} {self._verified(table)}" for table in TABLES]
        except Unsealable as error:
            raise StoreUnreadable(f"{self.source.name} is damaged, and is not moved: {error}") from error
        return ", ".join(counts)

    def _remove_outdated(self, table: Table) -> None:
        """What the source has no longer, or has otherwise: it may have been used since that attempt."""
        pairs = self._pairs(table, "comparing")
        for page in _pages(table, (theirs for ours, theirs in pairs if theirs is not None and ours != theirs)):
            self.target.remove(table, page)

    def _copy(self, table: Table) -> None:
        pairs = self._pairs(table, "copying")
        for page in _pages(table, (ours for ours, theirs in pairs if ours is not None and theirs is None)):
            self.target.put(table, page)

    def _verified(self, table: Table) -> int:
        """How many rows there are on both sides, each equal to the other's and unsealed."""
        count = 0
        for ours, theirs in self._pairs(table, "verifying"):
            count += 1
            if ours != theirs:
                raise StoreUnreadable(
                    f"{self.target.name} does not hold what was written there, in {table.name}; it is not used as a"
                    " store, and the same command begins with mending it"
                )
        return count

    def _pairs(self, table: Table, doing: str) -> Iterator[tuple[Row | None, Row | None]]:
        """Both sides of a table, with a line now and then."""
        told, number, about = time.monotonic(), 0, self.source.count(table)
        ours = content(self.source, table, self.codec)
        for number, pair in enumerate(compared(ours, read(self.target, table), table), start=1):
            yield pair
            if time.monotonic() - told > SAID_SECONDS:
                told = time.monotonic()
                self.say(f"{doing} {table.name}: {number} of {max(number, about)}")
        self.say(f"{doing} {table.name}: {number}, done")


def _pages(table: Table, rows: Iterator[Row]) -> Iterator[list[Row]]:
    """As many at once as the table's pages hold."""
    while page := list(itertools.islice(rows, table.page)):
        yield page
