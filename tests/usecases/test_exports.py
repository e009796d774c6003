"""An export outlives storage that fails, and never what it belongs to."""

import io
import zipfile
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from shoplist_appliance.adapters.folder import open_folder
from shoplist_appliance.adapters.passwords import Argon2Passwords
from shoplist_appliance.adapters.sealed_blobs import SealedBlobs
from shoplist_appliance.domain.errors import Conflict, Gone, NotFound, Unavailable
from shoplist_appliance.domain.ids import PersonId
from shoplist_appliance.usecases.exports import LINK_MS, REMEMBERED_MS, Exports
from shoplist_appliance.usecases.lists import ListView
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.people import People
from tests.contract.blob_places import sealed
from tests.usecases.conftest import House


class Troubled:
    """Real objects, behind storage that can be away."""

    def __init__(self, blobs: SealedBlobs) -> None:
        self._blobs = blobs
        self.away: set[str] = set()
        self.landing: Callable[[], Awaitable[None]] | None = None  # comes just before what is put lands

    def __getattr__(self, name: str) -> Any:
        if name in self.away:
            raise Unavailable("storage")
        return getattr(self._blobs, name)

    async def put(self, name: str, chunks: AsyncIterable[bytes]) -> int:
        """Lands, and then the answer is lost, where it is away."""
        whole = [chunk async for chunk in chunks]
        if self.landing is not None:
            await self.landing()
        size = await self._blobs.put(name, given(whole))
        if "put" in self.away:
            raise Unavailable("storage")
        return size

    async def names(self) -> list[str]:
        return [name async for name in self._blobs.list()]


async def given(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


@pytest.fixture
def blobs(tmp_path: Path) -> Troubled:
    return Troubled(sealed(open_folder(tmp_path / "blobs")))


@pytest.fixture
def exports(house: House, blobs: Troubled) -> Exports:
    people = People(house.store, Argon2Passwords(), house.rooms, house.clock, Names(house.store))
    return Exports(house.store, blobs, people, house.lists, house.clock)


async def content(exports: Exports, secret: str) -> bytes:
    async with exports.fetched(secret) as blob:
        return b"".join([piece async for piece in blob.pieces])


async def test_a_download_that_cannot_begin_leaves_the_link_good(
    house: House, exports: Exports, blobs: Troubled
) -> None:
    secret = await exports.make(await house.person())
    blobs.away = {"get"}
    with pytest.raises(Unavailable):
        await content(exports, secret)
    blobs.away = set()
    assert (await content(exports, secret)).startswith(b"PK")
    with pytest.raises(Gone):
        await content(exports, secret)
    assert await blobs.names() == []


async def test_what_could_not_be_removed_in_its_time_is_removed_within_the_hour(
    house: House, exports: Exports, blobs: Troubled
) -> None:
    secret = await exports.make(await house.person())
    blobs.away = {"remove"}
    assert await content(exports, secret)
    assert len(await blobs.names()) == 1
    blobs.away = set()
    house.clock.advance(seconds=LINK_MS / 1000)
    await exports.tidy()
    assert await blobs.names() == []
    with pytest.raises(Gone):
        await content(exports, secret)


async def test_while_the_account_is_blocked_nobody_fetches_it(house: House, exports: Exports) -> None:
    ann, root = await house.person(), await house.person("Root")
    people = People(house.store, Argon2Passwords(), house.rooms, house.clock, Names(house.store))
    secret = await exports.make(ann)
    await people.block(root, ann, True)
    with pytest.raises(Gone):
        await content(exports, secret)
    await people.block(root, ann, False)
    assert (await content(exports, secret)).startswith(b"PK"), "it was not used up"


async def test_what_nobody_fetched_is_removed_after_its_hour_and_forgotten_after_a_week(
    house: House, exports: Exports, blobs: Troubled
) -> None:
    secret = await exports.make(await house.person())
    house.clock.advance(seconds=LINK_MS / 1000)
    with pytest.raises(Gone):
        await content(exports, secret)
    await exports.tidy()
    assert await blobs.names() == []
    house.clock.advance(seconds=REMEMBERED_MS / 1000 + 1)
    await exports.tidy()
    with pytest.raises(NotFound):
        await content(exports, secret)


@pytest.mark.parametrize("leaving", [True, False])
async def test_an_export_that_was_not_finished_is_found_again(
    house: House, exports: Exports, blobs: Troubled, leaving: bool
) -> None:
    """The object landed and its answer did not: its record knows of it, for the account's end or the hour's."""
    ann = await house.person()
    blobs.away = {"put"}
    with pytest.raises(Unavailable):
        await exports.make(ann)
    assert len(await blobs.names()) == 1
    blobs.away = set()
    if leaving:
        await exports.forget(ann)
    else:
        house.clock.advance(seconds=LINK_MS / 1000)
        await exports.tidy()
    assert await blobs.names() == []


@pytest.mark.parametrize("crashes", [False, True])
async def test_nothing_is_left_of_an_export_whose_account_ends_while_it_is_made(
    house: House, exports: Exports, blobs: Troubled, crashes: bool
) -> None:
    ann = await house.person()

    async def leave() -> None:
        await exports.forget(ann)
        await house.store.remove_records_of(ann)
        if crashes:
            blobs.away = {"put", "remove"}

    blobs.landing = leave
    with pytest.raises(Unavailable if crashes else Conflict):
        await exports.make(ann)
    blobs.away, blobs.landing = set(), None
    assert len(await blobs.names()) == crashes
    await exports.sweep()
    assert await blobs.names() == []


async def test_a_sweep_leaves_what_can_be_fetched(house: House, exports: Exports) -> None:
    secret = await exports.make(await house.person())
    await exports.sweep()
    assert (await content(exports, secret)).startswith(b"PK")


async def broken_off(exports: Exports, secret: str, meanwhile: Callable[[], Awaitable[None]]) -> None:
    async with exports.fetched(secret):
        await meanwhile()


async def test_a_download_that_fails_in_the_middle_leaves_the_link_good(house: House, exports: Exports) -> None:
    secret = await exports.make(await house.person())
    for error in (Unavailable(), ConnectionResetError()):

        async def meanwhile(error: Exception = error) -> None:
            with pytest.raises(Gone):
                await content(exports, secret)
            raise error

        with pytest.raises(type(error)):
            await broken_off(exports, secret, meanwhile)
    assert (await content(exports, secret)).startswith(b"PK")
    with pytest.raises(Gone):
        await content(exports, secret)


async def test_a_link_that_was_withdrawn_is_known_as_one_that_was(
    house: House, exports: Exports, blobs: Troubled
) -> None:
    ann = await house.person()
    first, second = await exports.make(ann), await exports.make(ann)
    assert len(await blobs.names()) == 1
    with pytest.raises(Gone):
        await content(exports, first)
    assert (await content(exports, second)).startswith(b"PK")


async def test_a_download_that_fails_after_its_link_was_withdrawn_brings_nothing_back(
    house: House, exports: Exports, blobs: Troubled
) -> None:
    ann = await house.person()
    secret = await exports.make(ann)

    async def meanwhile() -> None:
        await exports.forget(ann)
        raise Unavailable

    with pytest.raises(Unavailable):
        await broken_off(exports, secret, meanwhile)
    with pytest.raises(Gone):
        await content(exports, secret)
    assert await blobs.names() == []


async def test_a_list_that_goes_while_an_export_is_made_is_left_out(
    house: House, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await house.person(), await house.person("Bob")
    kept, ended, left = [(await house.lists.create(ann, title, None)).header.id for title in ("Kept", "Old", "Left")]
    index = house.lists.index

    async def then_they_go(person: PersonId, *, archived: bool, deleted: bool) -> Sequence[ListView]:
        views = await index(person, archived, deleted)
        if deleted:  # the last that is asked for
            await house.lists.delete(ann, ended)
            await house.lists.change_header(left, lambda header: replace(header, members={bob: "owner"}))
        return views

    monkeypatch.setattr(house.lists, "index", then_they_go)
    files = await exported(exports, ann)
    assert [file["id"] for name, file in files.items() if name != "account.json"] == [kept]


async def test_an_export_goes_without_what_cannot_be_read_and_says_so(house: House, exports: Exports) -> None:
    ann = await house.person()
    kept, header, piece = [(await house.lists.create(ann, title, None)).header.id for title in ("Kept", "Old", "Hut")]
    assert (await exported(exports, ann))["account.json"]["lists_that_cannot_be_read"] == []
    for seat in (kept, header, piece):
        house.open_lists.put_away(house.open_lists.seat(seat))
    house.damage(header, "header")
    house.damage(piece, "piece")
    files = await exported(exports, ann)
    assert files.pop("account.json")["lists_that_cannot_be_read"] == [header, piece]
    assert [file["id"] for file in files.values()] == [kept]


async def exported(exports: Exports, person: PersonId) -> dict[str, Any]:
    """The files of an export by their names."""
    with zipfile.ZipFile(io.BytesIO(await content(exports, await exports.make(person)))) as archive:
        return {name: orjson.loads(archive.read(name)) for name in archive.namelist()}
