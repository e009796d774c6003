"""Lists in MongoDB: a document with the header of each, snapshots in pieces, and the log of changes.

What takes several documents is written in such an order that the last one makes it count; ``unfinished`` names the
lists of which a crash may have left some.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Final

from shoplist_appliance.adapters.codec import Codec, HeaderRow, SnapshotRows, pack, unpack
from shoplist_appliance.adapters.mongo.db import Document, Mongo
from shoplist_appliance.adapters.mongo.writer import Writer
from shoplist_appliance.adapters.readable import Readable
from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.domain.ids import EditId, ListId, PersonId
from shoplist_appliance.domain.lists import Change, Header, Known, Summary
from shoplist_appliance.ports import Loaded, Snapshot

SWEPT_AT_ONCE: Final = 100
HEADER: Final = {"version": True, "behind": True, "header": True}


class MongoLists:
    """Obeys ``ports.ListStore``."""

    def __init__(self, mongo: Mongo, writer: Writer, codec: Codec) -> None:
        self._mongo = mongo
        self._writer = writer
        self._codec = codec
        self._readable = Readable()
        self._busy: set[bytes] = set()

    async def add_list(self, header: Header, snapshot: Snapshot, summary: Summary) -> None:
        """The pieces first; the list is there with its own document."""
        id = pack(header.id)
        if id in self._busy:
            raise Conflict
        self._busy.add(id)
        try:
            await self._note(id)
            await self._add(id, header, snapshot, summary)
        finally:
            self._busy.discard(id)

    async def _note(self, id: bytes) -> None:
        """Note that a list is being made; ``Conflict`` where there is one, or where it has not gone for good yet."""
        with self._mongo.reading():
            there = await self._mongo["lists"].find_one({"_id": id}, {"_id": True})
            noted = await self._mongo["unfinished"].find_one({"_id": id})
        if there or (noted and not noted["made"]):
            raise Conflict
        if not noted:
            with self._mongo.writing():
                await self._mongo["unfinished"].insert_one({"_id": id, "made": True})

    async def _add(self, id: bytes, header: Header, snapshot: Snapshot, summary: Summary) -> None:
        row = self._codec.header_row(header)
        rows = await self._sealed(header.id, snapshot)
        document = {
            "_id": id,
            **_header_out(row),
            "behind": int(header.behind),
            **self._snapshot_out(header.id, rows, summary),
        }
        with self._mongo.writing():
            await self._put_pieces(id, rows)
        with self._mongo.writing():
            await self._mongo["lists"].insert_one(document)
        with self._mongo.writing(begun=True):
            await self._mongo["unfinished"].delete_one({"_id": id})

    async def header(self, list_id: ListId) -> Header | None:
        with self._mongo.reading():
            document = await self._mongo["lists"].find_one({"_id": pack(list_id)}, HEADER)
        return self._header(list_id, document) if document else None

    async def put_header(self, header: Header, expected: int) -> None:
        id, fields = pack(header.id), _header_out(self._codec.header_row(header))
        async with self._mongo.alone(id):
            with self._mongo.writing():
                put = await self._mongo["lists"].update_one({"_id": id, "version": expected}, {"$set": fields})
        if put.matched_count != 1:
            raise Conflict

    async def lists_of(self, person: PersonId) -> Sequence[tuple[Header, Summary]]:
        return self._readable.among(await self._rows_of(person), self._header_and_summary)

    async def damaged_lists_of(self, person: PersonId) -> Sequence[ListId]:
        rows = await self._rows_of(person)
        return [ListId(unpack(row["_id"])) for row in rows if not self._readable.one(row, self._header_and_summary)]

    async def _rows_of(self, person: PersonId) -> Sequence[Document]:
        wanted = {**HEADER, "summary": True, "summary_revision": True}
        with self._mongo.reading():
            return await self._mongo["lists"].find({"members": person}, wanted).to_list(None)

    async def forget_member(self, list_id: ListId, person: PersonId) -> None:
        """The last one stays until the list is gone with its document."""
        id = pack(list_id)
        async with self._mongo.alone(id):
            with self._mongo.writing():
                wanted = {"_id": id, "members": person}
                found = await self._mongo["lists"].find_one(wanted, {"version": True, "members": True})
                if found and len(found["members"]) > 1:
                    await self._mongo["lists"].update_one(wanted, {"$pull": {"members": person}})
        if found and len(found["members"]) == 1:
            await self.remove_list(list_id, found["version"])

    async def list_of_invitation(self, hash: bytes) -> ListId | None:
        with self._mongo.reading():
            document = await self._mongo["lists"].find_one({"invitations": hash}, {"_id": True})
        return ListId(unpack(document["_id"])) if document else None

    async def list_of_share(self, hash: bytes) -> ListId | None:
        with self._mongo.reading():
            document = await self._mongo["lists"].find_one({"shares": hash}, {"_id": True})
        return ListId(unpack(document["_id"])) if document else None

    async def load(self, list_id: ListId) -> Loaded | None:
        """In several readings: where a snapshot was replaced between two, pieces are missing, and it begins anew."""
        id = pack(list_id)
        seen: bytes | None = None
        while True:
            with self._mongo.reading():
                document = await self._mongo["lists"].find_one({"_id": id})
                if document is None:
                    return None
                rows = SnapshotRows(
                    document["snapshot"], document["snapshot_revision"], await self._pieces(id, document)
                )
            if len(rows.pieces) == document["pieces"] or rows.id == seen:
                break
            seen = rows.id
        snapshot = await asyncio.to_thread(self._codec.snapshot, list_id, rows)
        return Loaded(self._header(list_id, document), snapshot, await self.changes(list_id, rows.revision, 2**62))

    async def mark_behind(self, list_id: ListId) -> None:
        """A count, so that who clears it knows whether it was set again meanwhile."""
        async with self._mongo.alone(id := pack(list_id)):
            with self._mongo.writing():
                await self._mongo["lists"].update_one({"_id": id}, {"$inc": {"behind": 1}})

    def append(self, list_id: ListId, expected: int, changes: Sequence[Change]) -> Awaitable[None]:
        id = pack(list_id)
        documents: list[Document] = []
        for revision, change in enumerate(changes, start=expected + 1):
            if change.revision != revision:
                raise ValueError(f"change {change.revision} stands where {revision} belongs")
            body = self._codec.change_body(list_id, change)
            documents.append({"list": id, "revision": revision, "edit": pack(change.edit), "body": body})
        return self._writer.append(id, expected, documents)

    async def known(self, list_id: ListId, edits: Iterable[EditId]) -> Mapping[EditId, Known]:
        wanted = {"list": pack(list_id), "edit": {"$in": [pack(edit) for edit in edits]}}
        with self._mongo.reading():
            found = await self._mongo["changes"].find(wanted).to_list(None)
        known: dict[EditId, Known] = {}
        for document in found:
            edit = EditId(unpack(document["edit"]))
            known[edit] = self._codec.known(list_id, document["revision"], edit, document["body"])
        return known

    async def changes(self, list_id: ListId, after: int, upto: int) -> Sequence[Change]:
        wanted = {"list": pack(list_id), "revision": {"$gt": after, "$lte": upto}}
        with self._mongo.reading():
            found = await self._mongo["changes"].find(wanted).sort("revision", 1).to_list(None)
        return [
            self._codec.change(list_id, document["revision"], EditId(unpack(document["edit"])), document["body"])
            for document in found
        ]

    async def put_snapshot(self, list_id: ListId, snapshot: Snapshot, summary: Summary, *, settled: bool) -> None:
        """The pieces first; one step makes them the list's snapshot; then those go that it has outlived."""
        id = pack(list_id)
        with self._mongo.reading():
            before = await self._mongo["lists"].find_one({"_id": id}, {"behind": True})
        if before is None:
            return
        rows = await self._sealed(list_id, snapshot)
        with self._mongo.writing():
            await self._put_pieces(id, rows)
        async with self._mongo.alone(id):
            with self._mongo.writing(begun=True):
                await self._mongo["lists"].update_one(
                    {"_id": id, "snapshot_revision": {"$lt": rows.revision}},
                    {"$set": self._snapshot_out(list_id, rows, summary)},
                )
                if settled:
                    await self._clear_behind(id, summary.revision, before["behind"])
                await self._drop_outlived(id, rows)

    async def _clear_behind(self, id: bytes, revision: int, seen: int) -> None:
        """Unless the log holds more than the summary, or will: who appends has counted ``behind`` up before."""
        more = {"list": id, "revision": {"$gt": revision}}
        if await self._mongo["changes"].find_one(more, {"_id": True}) is None:
            await self._mongo["lists"].update_one(
                {"_id": id, "summary_revision": revision, "behind": seen}, {"$set": {"behind": 0}}
            )

    async def _drop_outlived(self, id: bytes, rows: SnapshotRows) -> None:
        now = await self._mongo["lists"].find_one({"_id": id}, {"snapshot": True, "snapshot_revision": True})
        outlived: Document = {"list": id, "id": rows.id}  # the list has gone meanwhile, and these came too late
        if now:
            outlived = {"list": id, "id": {"$ne": now["snapshot"]}, "revision": {"$lte": now["snapshot_revision"]}}
        await self._mongo["snapshots"].delete_many(outlived)

    async def deleted_before(self, time: int) -> Sequence[ListId]:
        with self._mongo.reading():
            found = await self._mongo["lists"].find({"deleted_at": {"$lt": time}}, {"_id": True}).to_list(None)
        return [ListId(unpack(document["_id"])) for document in found]

    async def remove_list(self, list_id: ListId, expected: int) -> None:
        id = pack(list_id)
        await self._writer.run(lambda: self._remove(id, expected), ends=id)

    async def _remove(self, id: bytes, expected: int) -> None:
        """Noted first: whatever happens afterwards, what the list held is swept once its document is gone."""
        if id in self._busy:
            raise Conflict
        self._busy.add(id)
        try:
            with self._mongo.writing():
                await self._mongo["unfinished"].update_one({"_id": id}, {"$set": {"made": False}}, upsert=True)
            async with self._mongo.alone(id):
                with self._mongo.writing():
                    gone = await self._mongo["lists"].delete_one({"_id": id, "version": expected})
            if gone.deleted_count != 1:
                with self._mongo.writing():
                    await self._forget_note(id)
                raise Conflict
        finally:
            self._busy.discard(id)

    async def sweep(self) -> bool:
        with self._mongo.writing():
            note = await self._mongo["unfinished"].find_one({"_id": {"$nin": list(self._busy)}})
            if note is None:
                return False
            id: bytes = note["_id"]
            if await self._mongo["lists"].find_one({"_id": id}, {"_id": True}):
                await self._forget_note(id)
                return True
            for name, most in (("changes", SWEPT_AT_ONCE), ("snapshots", 1)):
                some = await self._mongo[name].find({"list": id}, {"_id": True}).limit(most).to_list(None)
                if some:
                    await self._mongo[name].delete_many({"_id": {"$in": [document["_id"] for document in some]}})
                    return True
            await self._forget_note(id)
            return True

    async def _forget_note(self, id: bytes) -> None:
        await self._mongo["unfinished"].delete_one({"_id": id})

    async def _sealed(self, list_id: ListId, snapshot: Snapshot) -> SnapshotRows:
        return await asyncio.to_thread(self._codec.snapshot_rows, list_id, snapshot)

    async def _put_pieces(self, id: bytes, rows: SnapshotRows) -> None:
        """One at a time: each may be a megabyte."""
        for number, piece in enumerate(rows.pieces):
            await self._mongo["snapshots"].insert_one(
                {"list": id, "id": rows.id, "number": number, "revision": rows.revision, "piece": piece}
            )

    async def _pieces(self, id: bytes, document: Document) -> Sequence[bytes]:
        """Those of the list's snapshot; fewer than it counts where some were lost."""
        wanted = {"list": id, "id": document["snapshot"], "number": {"$lt": document["pieces"]}}
        found = await self._mongo["snapshots"].find(wanted).sort("number", 1).to_list(None)
        return [piece["piece"] for piece in found]

    def _snapshot_out(self, list_id: ListId, rows: SnapshotRows, summary: Summary) -> Document:
        return {
            "snapshot": rows.id,
            "snapshot_revision": rows.revision,
            "pieces": len(rows.pieces),
            "summary": self._codec.summary_body(list_id, summary),
            "summary_revision": summary.revision,
        }

    def _header(self, list_id: ListId, document: Document) -> Header:
        return self._codec.header(list_id, document["version"], bool(document["behind"]), document["header"])

    def _header_and_summary(self, document: Document) -> tuple[Header, Summary]:
        list_id = ListId(unpack(document["_id"]))
        summary = self._codec.summary(list_id, document["summary_revision"], document["summary"])
        return self._header(list_id, document), summary


def _header_out(row: HeaderRow) -> Document:
    return {
        "version": row.version,
        "header": row.body,
        "members": list(row.members),
        "invitations": list(row.invitations),
        "shares": list(row.shares),
        "deleted_at": row.deleted_at,
    }
