"""Sealing a database anew with the present keys."""

import asyncio
from collections.abc import Mapping, Sequence

from shoplist_appliance.adapters.codec import Codec
from shoplist_appliance.adapters.mongo.db import Document, Mongo
from shoplist_appliance.adapters.mongo.rows import behind, name_of, row_of
from shoplist_appliance.adapters.moving import SNAPSHOTS, Table
from shoplist_appliance.adapters.resealing import Place, among_people, renewals
from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.ports import Cursor, Resealed


class MongoResealing:
    """Obeys the part of ``ports.Store`` that seals anew: each value is swapped if it still is what was read."""

    def __init__(self, mongo: Mongo, codec: Codec) -> None:
        self._mongo = mongo
        self._codec = codec

    async def reseal(self, cursor: Cursor | None = None) -> Resealed:
        return await self._step(cursor)

    async def reseal_people(self, cursor: Cursor | None = None) -> Resealed:
        return among_people(await self._step(cursor))

    async def _step(self, cursor: Cursor | None) -> Resealed:
        place = Place.of(cursor)
        table = place.table
        documents = await self._page(table, place)
        rows = [row_of(table, document) for document in documents]
        ids = {row[: table.keys]: document["_id"] for row, document in zip(rows, documents, strict=True)}
        pieces = await self._pieces_now([row[0] for row in rows]) if table is SNAPSHOTS else {}
        changed = 0
        for row in await asyncio.to_thread(renewals, self._codec, table, rows, pieces):
            for field, new in row.new.items():
                try:
                    changed += await self._swap(table.name, ids[row.key], {field: row.old[field]}, {field: new})
                except Conflict:
                    row.tell_of_twin(table)
        return Resealed(changed, place.behind(rows))

    async def _page(self, table: Table, place: Place) -> Sequence[Document]:
        names = [name_of(table, field) for field in table.key]
        found: list[Document] = []
        with self._mongo.reading():
            for wanted in behind(names, place.after):
                order = [(name, 1) for name in names]
                more = self._mongo[table.name].find(wanted).sort(order).limit(place.most - len(found))
                found += await more.to_list(None)
                if len(found) == place.most:
                    break
        return found

    async def _pieces_now(self, lists: Sequence[bytes]) -> Mapping[bytes, int]:
        with self._mongo.reading():
            wanted = {"_id": {"$in": list(set(lists))}}
            found = await self._mongo["lists"].find(wanted, {"snapshot": True, "pieces": True}).to_list(None)
        return {document["snapshot"]: document["pieces"] for document in found}

    async def _swap(self, collection: str, id: object, old: Document, new: Document) -> int:
        async with self._mongo.alone(id):
            with self._mongo.writing():
                swapped = await self._mongo[collection].update_one({"_id": id, **old}, {"$set": new})
        return swapped.modified_count

    async def settle_keys(self) -> None:
        with self._mongo.reading():
            document = await self._mongo["store"].find_one({"_id": "key check"})
        new = self._codec.renewed_key_check(document["value"]) if document else None
        if document and new:
            await self._swap("store", "key check", {"value": document["value"]}, {"value": new})
