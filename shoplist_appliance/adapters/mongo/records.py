"""Records in MongoDB."""

from collections.abc import Sequence

from shoplist_appliance.adapters.codec import Codec, RecordRow
from shoplist_appliance.adapters.mongo.db import Document, Mongo
from shoplist_appliance.adapters.readable import Readable
from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.ports import Record

_ORDER = [("due", 1), ("key", 1)]


class MongoRecords:
    """Obeys ``ports.RecordStore``."""

    def __init__(self, mongo: Mongo, codec: Codec) -> None:
        self._mongo = mongo
        self._codec = codec
        self._readable = Readable()

    async def add_record(self, record: Record) -> None:
        with self._mongo.writing():
            await self._mongo["records"].insert_one(_out(self._codec.record_row(record)))

    async def record(self, kind: str, key: bytes) -> Record | None:
        with self._mongo.reading():
            document = await self._mongo["records"].find_one({"kind": kind, "key": key})
        return None if document is None else self._codec.record(_row(document))

    async def put_record(self, record: Record, expected: int) -> None:
        row = self._codec.record_row(record)
        wanted = {"kind": row.kind, "key": row.key, "version": expected, "owner": row.owner}
        async with self._mongo.alone((row.kind, row.key)):
            with self._mongo.writing():
                put = await self._mongo["records"].update_one(
                    wanted, {"$set": {"due": row.due, "version": row.version, "body": row.body}}
                )
        if put.matched_count != 1:
            raise Conflict

    async def remove_record(self, kind: str, key: bytes, expected: int | None = None) -> bool:
        wanted: Document = {"kind": kind, "key": key}
        if expected is not None:
            wanted["version"] = expected
        async with self._mongo.alone((kind, key)):
            with self._mongo.writing():
                return (await self._mongo["records"].delete_one(wanted)).deleted_count == 1

    async def remove_records_of(self, owner: str) -> None:
        with self._mongo.writing():
            await self._mongo["records"].delete_many({"owner": owner})

    async def records_of(self, kind: str, owner: str) -> Sequence[Record]:
        with self._mongo.reading():
            found = await self._mongo["records"].find({"kind": kind, "owner": owner}).sort(_ORDER).to_list(None)
        return self._readable.among(map(_row, found), self._codec.record)

    async def records_due(self, kind: str, upto: int, limit: int) -> Sequence[Record]:
        wanted = {"kind": kind, "due": {"$lte": upto}}
        records: list[Record] = []
        looked_at = 0
        while (missing := limit - len(records)) > 0:
            with self._mongo.reading():
                pages = self._mongo["records"].find(wanted).sort(_ORDER).skip(looked_at).limit(missing)
                found = await pages.to_list(None)
            looked_at += len(found)
            records += self._readable.among(map(_row, found), self._codec.record)
            if len(found) < missing:
                break
        return records

    async def count_records(self, kind: str) -> int:
        with self._mongo.reading():
            return await self._mongo["records"].count_documents({"kind": kind})


def _row(document: Document) -> RecordRow:
    return RecordRow(*(document[name] for name in ("kind", "key", "owner", "due", "version", "body")))


def _out(row: RecordRow) -> Document:
    return {
        "kind": row.kind,
        "key": row.key,
        "owner": row.owner,
        "due": row.due,
        "version": row.version,
        "body": row.body,
    }
