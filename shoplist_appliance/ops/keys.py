"""The commands on the key file, all of which may run beside the product: what uses a key is counted where it lies."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shoplist_appliance.adapters.belonging import Belonging
from shoplist_appliance.adapters.clock import SystemClock
from shoplist_appliance.adapters.codec import Codec
from shoplist_appliance.adapters.keyring import Keyring, lookup_id
from shoplist_appliance.adapters.moving import PEOPLE, TABLES, Row, Rows, Table, reachable
from shoplist_appliance.adapters.opening import open_blobs
from shoplist_appliance.adapters.refusals import KeyWrong, StoreUnreadable
from shoplist_appliance.adapters.sealing import Sealer, Unsealable, key_id
from shoplist_appliance.adapters.sqlite.rows import sqlite_beside
from shoplist_appliance.config import CannotStart, Settings
from shoplist_appliance.domain.errors import NotFound, Unavailable


@dataclass(frozen=True, slots=True)
class Key:
    """One of the key file, and how much there is that it is needed for."""

    id: str
    is_lookup: bool
    is_active: bool
    uses: int


def listed(settings: Settings) -> list[Key]:
    """The keys of the file, in the order of their making. Raises ``CannotStart``."""
    keyring = Keyring.open(settings.key_path, create=False)
    uses = count(settings, keyring)
    sealing = [Key(id, False, id == keyring.active, uses[id]) for id in keyring.keys]
    lookups = [lookup_id(key) for key in (*reversed(keyring.old_lookups), keyring.lookup)]
    return sealing + [Key(id, True, id == lookups[-1], uses[id]) for id in lookups]


def add(settings: Settings) -> str:
    """Add a key that nothing is sealed with yet; its id."""
    return Keyring.change(settings.key_path, Keyring.added).newest


def rotate(settings: Settings) -> str:
    """Make the newest key the one that is sealed with, adding one where it is that already; its id."""
    return Keyring.change(settings.key_path, Keyring.rotated).active


def rotate_lookup(settings: Settings) -> str:
    """Make a new lookup key; its id."""
    return lookup_id(Keyring.change(settings.key_path, Keyring.with_new_lookup).lookup)


def remove(settings: Settings, id: str) -> None:
    """Take a key away that nothing needs. Raises ``CannotStart`` where something does, or where it is active."""
    counted = Keyring.open(settings.key_path, create=False)
    _refuse_active(counted, id)
    if id not in (*counted.keys, *map(lookup_id, counted.old_lookups)):
        raise CannotStart(f"the key file has no key {id}; see: keys list")
    uses = count(settings, counted)
    if uses[id]:
        raise CannotStart(
            f"the key {id} is still needed for {uses[id]} values; the running product seals them anew in the"
            " background; see: keys list"
        )

    def without(keyring: Keyring) -> Keyring:
        _refuse_active(keyring, id)
        return keyring.without(id)

    # Not counted under the lock of the file: that can take long, and a key that is not active never is again.
    Keyring.change(settings.key_path, without)


def _refuse_active(keyring: Keyring, id: str) -> None:
    for active, command in ((keyring.active, "keys rotate"), (lookup_id(keyring.lookup), "keys rotate --lookup")):
        if id == active:
            raise CannotStart(f"the key {id} is the one in use; make another the active one first, by: {command}")


def count(settings: Settings, keyring: Keyring) -> Counter[str]:
    """For how many values and objects each key is needed. Raises ``CannotStart``.

    The store's check value needs the keys that it is by until the product has found nothing any more that is by
    others: until then what is on its way to the store may need them too.
    """
    sealer = Sealer(keyring)
    codec = Codec(sealer)
    with _beside(settings) as rows:
        uses = _of_check(rows, codec, keyring)
        lookups = [lookup_id(key) for key in (keyring.lookup, *keyring.old_lookups)]
        for table in TABLES:
            for row in reachable(rows, table):
                uses.update(_of_row(codec, table, row, lookups))
    return uses + asyncio.run(_of_objects(settings, sealer))


def _of_check(rows: Rows, codec: Codec, keyring: Keyring) -> Counter[str]:
    """Until the check value is by the present keys, by all of those that are not."""
    try:
        lookup = codec.lookup_of_check(rows.key_check)
    except (Unsealable, ValueError) as error:
        raise KeyWrong(f"the key file does not belong to {rows.name}") from error
    if key_id(rows.key_check) == keyring.active and lookup == 0:
        return Counter([keyring.active, lookup_id(keyring.lookup)])
    return Counter([*keyring.keys, *map(lookup_id, (keyring.lookup, *keyring.old_lookups))])


def _of_row(codec: Codec, table: Table, row: Row, lookups: Sequence[str]) -> Iterator[str]:
    named = dict(zip(table.fields, row, strict=True))
    yield from codec.key_ids(table.name, named)
    if table is PEOPLE:
        try:
            yield lookups[codec.lookup_of(named)]
        except (Unsealable, ValueError):
            yield from lookups  # damaged, or by a key that this command does not have: nobody knows by which


@contextlib.contextmanager
def _beside(settings: Settings) -> Iterator[Rows]:
    """The store that the settings name. Raises ``NotOurs`` where the data folder belongs to another."""
    with _opened_beside(settings) as rows:
        if rows.mark:
            Belonging(settings.data).check(rows.mark, rows.name)
        yield rows


@contextlib.contextmanager
def _opened_beside(settings: Settings) -> Iterator[Rows]:
    if not settings.is_on_mongodb:
        with sqlite_beside(settings.store_path) as rows:
            yield rows
        return
    from shoplist_appliance.adapters.mongo.rows import mongo_beside
    from shoplist_appliance.adapters.mongo.store import address_of

    with mongo_beside(address_of(settings.store or "")) as rows:
        yield rows


async def _of_objects(settings: Settings, sealer: Sealer) -> Counter[str]:
    blobs = open_blobs(settings, sealer, SystemClock())
    uses: Counter[str] = Counter()
    try:
        async for name in blobs.list():
            with contextlib.suppress(NotFound, Unsealable):  # removed meanwhile, or none of ours
                uses[await blobs.key_id(name)] += 1
    except Unavailable as error:
        raise StoreUnreadable(
            "the object storage does not answer, so that nobody knows what its objects need"
        ) from error
    finally:
        await blobs.close()
    return uses
