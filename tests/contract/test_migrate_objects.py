"""Moving objects, of each kind of place to each: cut short anywhere, refused where it would do harm, verified."""

import asyncio
import io
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from shoplist_appliance.adapters.blobs import MARK, ThreadedBlobs
from shoplist_appliance.adapters.folder import DRAFTS
from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.opening import open_raw_blobs
from shoplist_appliance.adapters.refusals import (
    CannotOpen,
    KeyMissing,
    NotEmpty,
    StorageRefused,
    StoreUnreadable,
    Unfinished,
)
from shoplist_appliance.adapters.s3 import PART, Bucket
from shoplist_appliance.adapters.sealed_blobs import HEAD
from shoplist_appliance.config import CannotStart, Settings
from shoplist_appliance.ops import migrate_objects
from shoplist_appliance.ops.migrate import Migration, migrate
from tests.contract.blob_places import FolderPlace, S3Place, content_of, put, sealed
from tests.contract.making import StillClock, a_person
from tests.contract.places import SqlitePlace

BOTH_WAYS = [("folder", "s3"), ("s3", "folder")]
ALL_WAYS = [*BOTH_WAYS, ("folder", "folder"), ("s3", "s3")]
SIZES = {"chat/a-b/1-2": 0, "chat/a/1-2": 1, "chat/a/3-4": 200_000, "chat/b": PART + 1, "chat/b.c": 70_000, "one": 9}

AnyPlace = FolderPlace | S3Place


class Cut(Exception):
    """The power went."""


class House:
    """A data folder with a key, and places for objects under that key."""

    def __init__(self, folder: Path, request: pytest.FixtureRequest) -> None:
        self.folder, self.request = folder, request
        self.settings = Settings(data=folder / "data")
        self.keyring = Keyring.open(self.settings.key_path, create=True)
        self.said: list[str] = []
        self._count = 0

    def place(self, kind: str) -> AnyPlace:
        self._count += 1
        if kind == "folder":
            return FolderPlace(self.folder / f"blobs {self._count} #?%")
        place = S3Place(self.request.getfixturevalue("s3"))
        self.settings = replace(self.settings, blobs_key=place.key, blobs_secret=place.secret)
        return place

    async def furnished(self, kind: str) -> tuple[AnyPlace, dict[str, bytes]]:
        place, contents = self.place(kind), {name: os.urandom(size) for name, size in SIZES.items()}
        raw = place.open()
        for name, content in contents.items():
            await put(sealed(raw, self.keyring), name, content)
        await raw.close()
        return place, contents

    async def move(self, source: AnyPlace, target: AnyPlace, store: tuple[str, str] | None = None) -> None:
        blobs = address(source), address(target)
        await asyncio.to_thread(migrate, self.settings, self.said.append, store=store, blobs=blobs)

    async def told(self, place: AnyPlace) -> dict[str, bytes]:
        """What the product finds there."""
        raw = place.open()
        blobs = sealed(raw, self.keyring)
        contents = {name: await content_of(blobs, name) async for name in blobs.list()}
        await raw.close()
        return contents

    async def refused(self, source: AnyPlace, target: AnyPlace, why: type[CannotStart], words: str) -> None:
        with pytest.raises(why, match=words) as refusal:
            await self.move(source, target)
        assert "\n" not in str(refusal.value)


def address(place: AnyPlace) -> migrate_objects.Address:
    return place.path if isinstance(place, FolderPlace) else place.address


@pytest.fixture
def house(tmp_path: Path, request: pytest.FixtureRequest) -> House:
    return House(tmp_path, request)


async def at_rest(place: AnyPlace) -> dict[str, bytes]:
    """All that lies there, as it lies; also in an unfinished target."""
    raw = _past_the_mark(place)
    contents = {name: await content_of(raw, name) async for name in raw.list()}
    await raw.close()
    return contents


async def lay(place: AnyPlace, name: str, content: bytes) -> None:
    """Past everything that would seal it."""
    raw = _past_the_mark(place)
    await put(raw, name, content)
    await raw.close()


def _past_the_mark(place: AnyPlace) -> ThreadedBlobs:
    given = Settings() if isinstance(place, FolderPlace) else Settings(blobs_key=place.key, blobs_secret=place.secret)
    return open_raw_blobs(given, address(place), StillClock(), "target")


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, bool], None]:
    """Cut the next migration at its so-and-so-many-th write, before or after it was made; 0 counts on."""
    left = {"writes": 0, "after": False}
    real_put, real_remove = ThreadedBlobs.put, ThreadedBlobs.remove

    def begins() -> None:
        left["writes"] -= 1
        if left["writes"] == 0 and not left["after"]:
            raise Cut

    def ends() -> None:
        if left["writes"] == 0 and left["after"]:
            left["writes"] = -1
            raise Cut

    async def putting(self: ThreadedBlobs, name: str, chunks: AsyncIterable[bytes]) -> int:
        begins()
        size = await real_put(self, name, chunks)
        ends()
        return size

    async def removing(self: ThreadedBlobs, name: str) -> None:
        begins()
        await real_remove(self, name)
        ends()

    monkeypatch.setattr(ThreadedBlobs, "put", putting)
    monkeypatch.setattr(ThreadedBlobs, "remove", removing)
    monkeypatch.setattr(migrate_objects, "AT_ONCE", 1)

    def cut(writes: int, after: bool) -> None:
        left.update(writes=writes, after=after)

    return cut


# --- what is moved ---


@pytest.mark.parametrize(("source", "target"), ALL_WAYS)
async def test_the_target_holds_the_same_and_the_source_still_does(house: House, source: str, target: str) -> None:
    here, contents = await house.furnished(source)
    there, before = house.place(target), await at_rest(here)
    await house.move(here, there)
    assert await house.told(there) == contents
    assert await house.told(here) == contents
    assert await at_rest(there) == before, "as it lies, sealed, and without a mark"
    assert house.said[-1] == "moved and verified: objects 6"


async def test_there_and_back_again(house: House) -> None:
    near, contents = await house.furnished("folder")
    far, last = house.place("s3"), house.place("folder")
    await house.move(near, far)
    blobs = sealed(far.open(), house.keyring)
    await put(blobs, "chat/new/1-2", b"tea")
    await blobs.remove("one")
    await blobs.close()
    await house.move(far, last)
    del contents["one"]
    assert await house.told(last) == {**contents, "chat/new/1-2": b"tea"}


async def test_a_place_that_holds_nothing_moves_too(house: House) -> None:
    here, there = house.place("folder"), house.place("folder")
    for place in (here, there):
        await place.open().close()
    await house.move(here, there)
    assert await house.told(there) == {}
    assert house.said[-1] == "moved and verified: objects 0"


async def test_how_far_it_is_shows_also_within_an_object(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate_objects, "SAID_SECONDS", 0.0)
    here, _ = await house.furnished("folder")
    await house.move(here, house.place("folder"))
    for doing in ("copying", "verifying"):
        lines = [line for line in house.said if line.startswith(f"{doing} objects: ")]
        assert lines[-1] == f"{doing} objects: 6, done"
        assert len(lines) > PART / 70_000
        assert "6 of 6, 5.3 MiB" in lines[-2]


# --- cut short ---


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_cut_anywhere_it_goes_on_and_the_product_refuses_it_before(
    house: House, source: str, target: str, cut: Callable[[int, bool], None]
) -> None:
    here, contents = await house.furnished(source)
    there = house.place(target)
    for number in range(2 * len(contents) + 4):
        cut(1, number % 2 == 1)
        with pytest.raises(Cut):
            await house.move(here, there)
        if number == 0:
            assert await at_rest(there) == {}
        elif number < 2 * len(contents) + 3:
            with pytest.raises(Unfinished, match="has not ended; run the same command"):
                there.open()
    assert await house.told(there) == contents
    await house.refused(here, there, NotEmpty, "holds something already")


async def test_what_is_there_is_not_sent_again(house: House, cut: Callable[[int, bool], None]) -> None:
    here, contents = await house.furnished("folder")
    there = house.place("s3")
    cut(4, True)
    with pytest.raises(Cut):
        await house.move(here, there)
    assert len(await at_rest(there)) == 4
    cut(3 + 1 + 1, False)  # three objects and the mark's end are left
    await house.move(here, there)
    assert await house.told(there) == contents


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_a_source_that_was_used_after_the_cut_is_moved_as_it_is_now(
    house: House, source: str, target: str, cut: Callable[[int, bool], None]
) -> None:
    here, contents = await house.furnished(source)
    there = house.place(target)
    cut(6, True)
    with pytest.raises(Cut):
        await house.move(here, there)
    cut(0, False)
    blobs = sealed(here.open(), house.keyring)
    contents["chat/a/3-4"] = os.urandom(200_000)
    await put(blobs, "chat/a/3-4", contents["chat/a/3-4"])
    await put(blobs, "chat/a/5-6", b"bread")
    for name in ("chat/a-b/1-2", "chat/b"):
        await blobs.remove(name)
        del contents[name]
    await blobs.close()
    await house.move(here, there)
    assert await house.told(there) == {**contents, "chat/a/5-6": b"bread"}


@pytest.mark.parametrize("target", ["folder", "s3"])
@pytest.mark.parametrize("spot", ["the head", "the middle", "the end", "all"])
async def test_what_the_target_lost_or_changed_is_found_by_reading_it_again(
    house: House, target: str, spot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, contents = await house.furnished("folder")
    there, real = house.place(target), ThreadedBlobs.put

    async def careless(self: ThreadedBlobs, name: str, chunks: AsyncIterable[bytes]) -> int:
        content = b"".join([chunk async for chunk in chunks])
        if name == "chat/a/3-4":
            if spot == "all":
                return len(content)
            content = damaged(content, spot)
        return await real(self, name, whole(content))

    monkeypatch.setattr(ThreadedBlobs, "put", careless)
    await house.refused(here, there, StoreUnreadable, "does not hold what was written there, at 'chat/a/3-4'")
    with pytest.raises(Unfinished):
        there.open()
    monkeypatch.setattr(ThreadedBlobs, "put", real)
    await house.move(here, there)
    assert await house.told(there) == contents


async def whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


def damaged(content: bytes, spot: str) -> bytes:
    place = {"the head": HEAD - 1, "the middle": len(content) // 2, "the end": len(content) - 1}[spot]
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


# --- refused ---


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_a_damaged_source_is_refused_by_naming_the_object(house: House, source: str, target: str) -> None:
    here, contents = await house.furnished(source)
    before = await at_rest(here)
    for name in ("chat/a/3-4", "chat/b"):
        there, whole = house.place(target), before[name]
        wrong = [*(damaged(whole, spot) for spot in ("the head", "the middle", "the end")), whole[:-20], b"", whole[1:]]
        for content in [*wrong, before["one"], b"no object of ours, but long enough to look like one" * 9]:
            await lay(here, name, content)
            await house.refused(here, there, StoreUnreadable, f"is damaged, and is not moved: .*{name}")
            assert name not in await at_rest(there), "nothing damaged lands"
            with pytest.raises(Unfinished):
                there.open()
        await lay(here, name, whole)
        await house.move(here, there)
        assert await house.told(there) == contents


async def test_a_source_that_was_damaged_after_the_cut_is_refused_too(
    house: House, cut: Callable[[int, bool], None]
) -> None:
    here, contents = await house.furnished("folder")
    there, before = house.place("s3"), await at_rest(here)
    cut(1 + len(contents) + 1, False)
    with pytest.raises(Cut):
        await house.move(here, there)
    cut(0, False)
    await lay(here, "chat/b", damaged(before["chat/b"], "the end"))
    await house.refused(here, there, StoreUnreadable, "is damaged, and is not moved: .*chat/b")


async def test_objects_of_another_key_and_no_key_are_refused(house: House) -> None:
    here, _ = await house.furnished("folder")
    house.settings.key_path.unlink()
    await house.refused(here, house.place("folder"), KeyMissing, "is missing")
    Keyring.open(house.settings.key_path, create=True)
    await house.refused(here, house.place("folder"), StoreUnreadable, "has not the key that it was sealed with")


@pytest.mark.parametrize("target", ["folder", "s3"])
@pytest.mark.parametrize("name", ["one", "somebody's photo.jpg", "a/.b"])
async def test_a_target_that_holds_anything_is_refused_and_left_as_it_is(house: House, target: str, name: str) -> None:
    here, _ = await house.furnished("folder")
    there = house.place(target)
    if isinstance(there, S3Place):
        await there.open().close()
        bucket = _bucket(there)
        bucket.ask(bucket.client.put_object, name, _reader(b"mine"), 4)
        await house.refused(here, there, NotEmpty, f"holds something already, .*{name}")
        assert [found async for found in _past_the_mark(there).everything()] == [name]
        return
    file = there.path / name.replace("a/.b", ".b")
    file.parent.mkdir()
    file.write_bytes(b"mine")
    await house.refused(here, there, NotEmpty, "holds something already")
    assert [path.name for path in there.path.iterdir() if path.name != DRAFTS] == [file.name]
    assert file.read_bytes() == b"mine"


def _bucket(place: S3Place) -> Bucket:
    return Bucket(place.address, place.key, place.secret, StillClock(), "target")


def _reader(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


@pytest.mark.parametrize("target", ["folder", "s3"])
async def test_what_others_put_into_an_unfinished_target_is_not_removed(
    house: House, target: str, cut: Callable[[int, bool], None]
) -> None:
    here, contents = await house.furnished("folder")
    there = house.place(target)
    cut(3, True)
    with pytest.raises(Cut):
        await house.move(here, there)
    cut(0, False)
    await lay(there, "chat/aa", b"somebody's own, and longer than what stands before the content of an object" * 2)
    await house.refused(here, there, NotEmpty, "holds 'chat/aa', which no migration has put there")
    raw = _past_the_mark(there)
    assert (await content_of(raw, "chat/aa")).startswith(b"somebody's own")
    await raw.remove("chat/aa")
    await raw.close()
    await house.move(here, there)
    assert await house.told(there) == contents


@pytest.mark.parametrize("target", ["folder", "s3"])
async def test_an_unfinished_target_is_nobody_elses_target_or_source(
    house: House, target: str, cut: Callable[[int, bool], None]
) -> None:
    here, _ = await house.furnished("folder")
    other, _ = await house.furnished("folder")
    there = house.place(target)
    cut(2, True)
    with pytest.raises(Cut):
        await house.move(here, there)
    cut(0, False)
    await house.refused(other, there, Unfinished, "of other objects, which has not ended")
    await house.refused(there, house.place("folder"), Unfinished, "has not ended")
    await lay(there, MARK, b"not of this key")
    await house.refused(here, there, Unfinished, "of other objects, which has not ended")


async def test_the_same_place_or_one_within_the_other_is_refused(house: House) -> None:
    here, contents = await house.furnished("folder")
    assert isinstance(here, FolderPlace)
    link = FolderPlace(house.folder / "link")
    link.path.symlink_to(here.path)
    for there in (here, link):
        await house.refused(here, there, CannotStart, "name the same folder")
    for pair in ((here, FolderPlace(here.path / "new")), (FolderPlace(link.path / "chat"), here)):
        await house.refused(*pair, CannotStart, "lies within the other")
    assert await house.told(here) == contents
    bucket = house.place("s3")
    assert isinstance(bucket, S3Place)
    again = S3Place(house.request.getfixturevalue("s3"))
    again.address = replace(bucket.address, style="path", region="us-east-1")
    await house.refused(bucket, again, CannotStart, "name the same bucket")


async def test_a_source_that_is_not_there_is_refused_and_not_made(house: House) -> None:
    nowhere, bucket = house.place("folder"), house.place("s3")
    assert isinstance(nowhere, FolderPlace)
    assert isinstance(bucket, S3Place)
    for place, words in ((nowhere, "there is no folder"), (bucket, "there is no bucket")):
        await house.refused(place, house.place("folder"), CannotOpen, words)
    assert not nowhere.path.exists()
    assert not _bucket(bucket).client.bucket_exists(bucket.address.bucket)


async def test_s3_that_is_not_there_or_takes_no_such_key_is_one_line(house: House) -> None:
    here, there = (await house.furnished("folder"))[0], house.place("s3")
    assert isinstance(there, S3Place)
    given, real = house.settings, there.address
    house.settings = replace(given, blobs_secret=None)
    await house.refused(here, there, CannotStart, "blobs.secret: it is needed where --blobs-from or --blobs-to")
    house.settings = replace(given, blobs_secret="another")
    await house.refused(here, there, StorageRefused, "blobs.secret is not the secret")
    house.settings = given
    there.address = replace(real, endpoint="127.0.0.1:1")
    await house.refused(here, there, StorageRefused, "127.0.0.1:1 cannot be reached")
    there.address = real
    await house.move(here, there)


# --- together with the store ---


@pytest.fixture
async def stores(house: House) -> tuple[SqlitePlace, SqlitePlace]:
    places = [SqlitePlace(house.folder / name, StillClock()) for name in ("here", "there")]
    for place in places:
        place.keyring = house.keyring
    store = places[0].open()
    await store.add_person(a_person())
    await store.close()
    return places[0], places[1]


def addresses(stores: tuple[SqlitePlace, SqlitePlace]) -> tuple[str, str]:
    return f"sqlite:///{stores[0].path}", f"sqlite:///{stores[1].path}"


async def test_store_and_objects_move_as_one(
    house: House, stores: tuple[SqlitePlace, SqlitePlace], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, contents = await house.furnished("folder")
    there, real = house.place("s3"), Migration.move

    def cut_short(self: Migration) -> str:
        real(self)
        raise Cut

    monkeypatch.setattr(Migration, "move", cut_short)
    with pytest.raises(Cut):
        await house.move(here, there, addresses(stores))
    with pytest.raises(Unfinished):
        there.open()
    with pytest.raises(Unfinished):
        stores[1].open()
    monkeypatch.setattr(Migration, "move", real)
    await house.move(here, there, addresses(stores))
    assert house.said[-1].startswith("moved and verified: people 1, ")
    assert house.said[-1].endswith(", objects 6")
    assert await house.told(there) == contents
    await stores[1].open().close()


@pytest.mark.parametrize("used", [False, True])
async def test_cut_between_their_two_ends_it_goes_on_unless_the_objects_are_others_now(
    house: House, stores: tuple[SqlitePlace, SqlitePlace], cut: Callable[[int, bool], None], used: bool
) -> None:
    here, contents = await house.furnished("folder")
    there = house.place("folder")
    cut(1 + len(contents) + 1, True)
    with pytest.raises(Cut):
        await house.move(here, there, addresses(stores))
    cut(0, False)
    assert await house.told(there) == contents
    with pytest.raises(Unfinished):
        stores[1].open()
    if not used:
        await house.move(here, there, addresses(stores))
        await stores[1].open().close()
        assert await house.told(there) == contents
        return
    blobs = sealed(here.open(), house.keyring)
    await put(blobs, "one", b"another")
    await blobs.close()
    with pytest.raises(NotEmpty, match="holds something already, and not what"):
        await house.move(here, there, addresses(stores))
    assert await house.told(there) == contents
