"""The store on MongoDB as a whole."""

import asyncio
from typing import Final

from shoplist_appliance.adapters.belonging import Belonging
from shoplist_appliance.adapters.codec import Codec
from shoplist_appliance.adapters.mongo import db
from shoplist_appliance.adapters.mongo.db import Address, Mongo, OutOfReach
from shoplist_appliance.adapters.mongo.lease import Lease
from shoplist_appliance.adapters.mongo.lists import MongoLists
from shoplist_appliance.adapters.mongo.people import MongoPeople
from shoplist_appliance.adapters.mongo.records import MongoRecords
from shoplist_appliance.adapters.mongo.resealing import MongoResealing
from shoplist_appliance.adapters.mongo.writer import Writer
from shoplist_appliance.adapters.refusals import StoreUnreadable
from shoplist_appliance.adapters.sealing import Sealer
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.ports import Clock, Sizes

CHECK_SECONDS: Final = 5.0
PROBE_BYTES: Final = 16_384


class MongoStore(MongoPeople, MongoLists, MongoRecords, MongoResealing):
    """Obeys ``ports.Store``."""

    def __init__(self, mongo: Mongo, codec: Codec) -> None:
        self._mongo = mongo
        MongoPeople.__init__(self, mongo, codec)
        MongoLists.__init__(self, mongo, Writer(mongo), codec)
        MongoRecords.__init__(self, mongo, codec)
        MongoResealing.__init__(self, mongo, codec)

    @property
    def commits(self) -> int:
        """How many groups of changes were stored since the start."""
        return self._writer.commits

    async def close(self) -> None:
        await self._writer.close()
        await self._mongo.close()

    async def check(self) -> None:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                with self._mongo.writing():  # more than a full disk has room for, and taken back
                    probe = {"$inc": {"count": 1}, "$set": {"pad": bytes(PROBE_BYTES)}}
                    await self._mongo["store"].update_one({"_id": "probe"}, probe, upsert=True)
                    await self._mongo["store"].update_one({"_id": "probe"}, {"$unset": {"pad": ""}})
        except TimeoutError as error:
            raise Unavailable("storage") from error

    async def sizes(self) -> Sizes:
        """By what the server notes of each collection: after a crash of its own it may be a little off."""
        with self._mongo.reading():
            people, lists, changes = [
                await self._mongo[name].estimated_document_count() for name in ("people", "lists", "changes")
            ]
            return Sizes(people, lists, changes, on_disk=await self._mongo.size())

    async def lost(self) -> None:
        await asyncio.shield(self._mongo.lost)


def address_of(uri: str) -> Address:
    """Raises ``StoreUnreadable`` where it is none."""
    try:
        return Address(uri)
    except ValueError as error:
        raise StoreUnreadable(f"the address of MongoDB in the setting store makes no sense: {error}") from None


def holds_a_store(address: Address) -> bool:
    """Whether one was made there: then its key file is somewhere. Raises ``StoreUnreadable`` where nobody can say."""
    try:
        return db.holds_a_store(address)
    except OutOfReach as error:
        raise StoreUnreadable(
            f"{error}; there is no key file yet, and whether one is to be made only it can say"
        ) from error


def open_mongo(
    address: Address, sealer: Sealer, clock: Clock, lease: Lease | None = None, belonging: Belonging | None = None
) -> MongoStore:
    """Open the database, made if it is not there. Raises ``SchemaTooNew``, ``KeyWrong``, ``StoreUnreadable``, and with
    a lease ``AlreadyRunning``.

    Blocks for some seconds at most. Where no server answers, the store is ``Unavailable`` until one does. Without a
    lease it works beside a running server, as ``admin`` commands do. Call it on the loop that will use it.
    """
    codec = Codec(sealer)
    mongo = Mongo(address, codec, clock, lease, belonging)
    mongo.open()
    return MongoStore(mongo, codec)
