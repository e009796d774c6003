"""Everything about me, as a file: made on demand, fetched once within an hour by whoever has its link."""

import asyncio
import contextlib
import io
import logging
import re
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from shoplist_appliance.domain.errors import Conflict, Forbidden, Gone, NotFound, Unavailable
from shoplist_appliance.domain.ids import ListId, PersonId, new_secret
from shoplist_appliance.domain.lists import Header
from shoplist_appliance.domain.people import Person
from shoplist_appliance.ports import Blob, Blobs, Clock, Damaged, Record, Store
from shoplist_appliance.usecases.lists import Lists
from shoplist_appliance.usecases.people import People, hash_of

log = logging.getLogger(__name__)

EXPORT = "export"
FOLDER = "exports/"
LINK_MS = 3600 * 1000
# So long a link that was used or has expired is known as such.
REMEMBERED_MS = 7 * 24 * 3600 * 1000
CHANGES_AT_ONCE = 200

# What the record of an export says; from its beginning on until it is over there may be an object.
MAKING, READY, USED, OVER = b"making", b"ready", b"used", b"over"


class Exports:
    """Exports lie sealed among the objects until they are fetched or their hour is over."""

    def __init__(self, store: Store, blobs: Blobs, people: People, lists: Lists, clock: Clock) -> None:
        self._store = store
        self._blobs = blobs
        self._people = people
        self._lists = lists
        self._clock = clock

    async def make(self, person: PersonId) -> str:
        """Make one; returns the secret in which its link ends. An earlier one of the same person is withdrawn.

        Raises ``Conflict`` where this one was withdrawn itself before it was made: by the end of the account, by
        another one.
        """
        await self.forget(person)
        secret = new_secret()
        # The record first: what the object storage holds after a crash between the two is found by it.
        record = Record(EXPORT, hash_of(secret), self._clock.now() + LINK_MS, MAKING, owner=person)
        await self._store.add_record(record)
        await self._blobs.put(_object(record.key), self._zip(person))
        try:
            await self._store.put_record(_next(record, READY, self._clock.now() + LINK_MS), record.version)
        except Conflict:
            await self._blobs.remove(_object(record.key))
            raise
        return secret

    @asynccontextmanager
    async def fetched(self, secret: str) -> AsyncIterator[Blob]:
        """The export behind a link, for one download. ``NotFound`` for one that never was, ``Gone`` when it is over.

        The link stays good where the object cannot be opened (``Unavailable``), or the block fails.
        """
        key = hash_of(secret)
        record = await self._store.record(EXPORT, key)
        if record is None:
            raise NotFound("export")
        now = self._clock.now()
        account = await self._store.person(PersonId(record.owner))
        if record.content != READY or record.due <= now or account is None or account.blocked:
            raise Gone("export")
        async with self._blobs.get(_object(key)) as blob:
            used = _next(record, USED, now + LINK_MS)
            try:
                await self._store.put_record(used, record.version)
            except Conflict:
                raise Gone("export") from None
            try:
                yield blob
            except BaseException:
                with contextlib.suppress(Unavailable, Conflict):  # it was withdrawn meanwhile
                    await self._store.put_record(_next(used, READY, record.due), used.version)
                raise
        await self._end(used)

    async def tidy(self) -> None:
        """Remove what was not fetched within its hour, and forget links that ended long ago."""
        for record in await self._store.records_due(EXPORT, self._clock.now(), 100):
            if record.content == OVER:
                await self._store.remove_record(EXPORT, record.key, record.version)
            else:
                await self._end(record)

    async def sweep(self) -> None:
        """Remove what no record knows of: what landed after its account's end, when a crash let nobody remove it."""
        async for name in self._blobs.list(FOLDER):
            if await self._store.record(EXPORT, bytes.fromhex(name.removeprefix(FOLDER))) is None:
                await self._blobs.remove(name)
                log.info("an export that no account knows of was removed")

    async def _end(self, record: Record) -> None:
        """Its object goes; where the storage is away, ``tidy`` does it later. The link is known as one that was."""
        with contextlib.suppress(Unavailable, Conflict):
            await self._blobs.remove(_object(record.key))
            await self._store.put_record(_over(record, self._clock.now()), record.version)

    async def forget(self, person: PersonId) -> None:
        """Withdraw all exports of a person."""
        for record in await self._store.records_of(EXPORT, person):
            if record.content != OVER:
                await self._blobs.remove(_object(record.key))
                with contextlib.suppress(Conflict):  # it ended by itself meanwhile
                    await self._store.put_record(_over(record, self._clock.now()), record.version)

    # --- what is in it

    async def _zip(self, person: PersonId) -> AsyncIterator[bytes]:
        """A zip file, piece by piece: one list at a time is in memory."""
        drain = _Drain()
        with zipfile.ZipFile(drain, "w", zipfile.ZIP_DEFLATED) as archive:
            account = await self._account(await self._people.me(person))
            damaged = list(await self._store.damaged_lists_of(person))
            for view in [
                *await self._lists.index(person, archived=False, deleted=False),
                *await self._lists.index(person, archived=True, deleted=False),
                *(
                    view
                    for view in await self._lists.index(person, archived=False, deleted=True)
                    if view.role == "owner"
                ),
            ]:
                try:
                    content = await self._list(person, view.header.id, deleted=view.header.deleted_at is not None)
                except (NotFound, Gone, Forbidden):  # deleted, left or handed over since they were counted
                    continue
                except Damaged as error:
                    log.error("an export goes without list %s: %s", view.header.id, error)
                    damaged.append(view.header.id)
                    continue
                await _add(archive, f"lists/{_file_name(view.summary.title)} {view.header.id}.json", content)
                yield drain.taken()
            await _add(archive, "account.json", {**account, "lists_that_cannot_be_read": damaged})
        yield drain.taken()

    async def _account(self, account: Person) -> Mapping[str, Any]:
        return {
            "id": account.id,
            "name": account.name,
            "email": account.email,
            "email_verified": account.email_verified,
            "new_email": account.new_email,
            "language": account.language,
            "theme": account.theme,
            "role": account.role,
            "two_factor": account.totp is not None and account.totp.confirmed,
            "created_at": _time(account.created_at),
            "tokens": [
                {
                    "name": token.name,
                    "scopes": sorted(token.scopes),
                    "signed_in": token.session,
                    "created_at": _time(token.created_at),
                    "last_seen": _time(token.last_seen),
                }
                for token in await self._people.tokens(account.id)
            ],
        }

    async def _list(self, person: PersonId, list_id: ListId, *, deleted: bool) -> Mapping[str, Any]:
        if deleted:
            opened = await self._lists.get_deleted(person, list_id)
        else:
            opened = await self._lists.get(person, list_id, None, None)
        names = {one.id: one.name for one in opened.people}
        mine: list[Mapping[str, Any]] = []
        before: int | None = None
        while True:
            page = await self._lists.history(person, list_id, before, CHANGES_AT_ONCE, deleted=deleted)
            mine += [
                {"revision": change.revision, "kind": change.kind, "at": _time(change.at), "items": change.items}
                for change in page.changes
                if change.by == person
            ]
            if not page.more:
                break
            before = page.changes[-1].revision
        return {
            "id": list_id,
            "title": opened.view.summary.title,
            "role": opened.view.role,
            "archived": opened.view.header.archived,
            "categories": opened.view.summary.categories,
            "items": [{**item, "updated_at": _time(_int(item["updated_at"]))} for item in opened.items],
            "people": names,
            "my_changes": mine[::-1],
            **(_of_its_owner(opened.view.header, self._clock.now()) if opened.view.role == "owner" else {}),
        }


def _of_its_owner(header: Header, now: int) -> Mapping[str, Any]:
    """What nobody else is told; the links themselves let others in and stay where they are."""
    return {
        "deleted_at": _time_or_none(header.deleted_at),
        "shares": [
            {
                "right": share.right,
                "name": share.name,
                "created_at": _time(share.created_at),
                "expires_at": _time_or_none(share.expires_at),
                "last_used": _time_or_none(share.last_used),
            }
            for share in header.shares
            if share.serves(now)
        ],
        "invitations": [
            {
                "role": invitation.role,
                "email": invitation.email,
                "created_at": _time(invitation.created_at),
                "expires_at": _time(invitation.expires_at),
            }
            for invitation in header.invitations
            if invitation.serves(now)
        ],
    }


class _Drain(io.RawIOBase):
    """What is written to it can be taken out; it cannot go back, so that a zip file notes sizes behind its members."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def _next(record: Record, content: bytes, due: int) -> Record:
    return replace(record, content=content, due=due, version=record.version + 1)


def _over(record: Record, now: int) -> Record:
    return _next(record, OVER, now + REMEMBERED_MS)


def _object(key: bytes) -> str:
    return f"{FOLDER}{key.hex()}"


def _file_name(title: str) -> str:
    return re.sub(r"[^\w .,()-]", "_", title)[:60].strip(" .") or "list"


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _time_or_none(ms: int | None) -> str | None:
    return None if ms is None else _time(ms)


async def _add(archive: zipfile.ZipFile, name: str, content: object) -> None:
    """In a thread: compressing two thousand items takes tens of milliseconds."""
    await asyncio.to_thread(lambda: archive.writestr(name, orjson.dumps(content, option=orjson.OPT_INDENT_2)))
