"""Moving a store, of each kind to each: cut short anywhere, refused where it would do harm, verified by the port."""

import asyncio
import itertools
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from shoplist_appliance.adapters.codec import pack
from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.mongo import lease
from shoplist_appliance.adapters.mongo.rows import OWN as OWN_OF_MONGODB
from shoplist_appliance.adapters.mongo.rows import OWN_NOTES, MongoRows
from shoplist_appliance.adapters.moving import TABLES
from shoplist_appliance.adapters.ownership import Owner
from shoplist_appliance.adapters.refusals import (
    AlreadyRunning,
    KeyMissing,
    KeyWrong,
    NotEmpty,
    SchemaTooNew,
    StoreUnreadable,
    Unfinished,
)
from shoplist_appliance.adapters.sqlite.rows import OF_LISTS, SqliteRows
from shoplist_appliance.adapters.sqlite.rows import OWN as OWN_OF_SQLITE
from shoplist_appliance.config import CannotStart, Settings
from shoplist_appliance.domain.ids import ListId, PersonId
from shoplist_appliance.ops.migrate import migrate
from tests.contract.household import furnished, furnished_at, told, told_at
from tests.contract.making import (
    StillClock,
    a_header,
    a_list_of,
    a_person,
    a_snapshot,
    a_summary,
    a_token,
    an_add,
)
from tests.contract.places import MongoPlace, Place, Spot, SqlitePlace

KINDS: dict[str, Any] = {"sqlite": SqlitePlace, "mongodb": MongoPlace}
BOTH_WAYS = [("sqlite", "mongodb"), ("mongodb", "sqlite")]


class Cut(Exception):
    """The power went."""


@dataclass
class House:
    """A data folder with a key, and places for stores under that key."""

    folder: Path

    def __post_init__(self) -> None:
        self.settings = Settings(data=self.folder / "data")
        self.keyring = Keyring.open(self.settings.key_path, create=True)
        self.places: list[Any] = []
        self.said: list[str] = []

    def place(self, kind: str, keyring: Keyring | None = None) -> Any:
        place = KINDS[kind](self.folder / f"store {len(self.places)} #?%", StillClock())
        place.keyring = keyring or self.keyring
        self.places.append(place)
        return place

    async def move(self, source: Place, target: Place) -> None:
        store = address(source), address(target)
        await asyncio.to_thread(migrate, self.settings, self.said.append, store=store)


def address(place: Any) -> str:
    return f"sqlite:///{place.path}" if isinstance(place, SqlitePlace) else str(place.address.uri)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    for place in house.places:
        place.clear()


# --- what is moved ---


@pytest.mark.parametrize(("source", "target"), [*BOTH_WAYS, ("sqlite", "sqlite"), ("mongodb", "mongodb")])
async def test_the_port_tells_the_same_of_the_target_and_still_of_the_source(
    house: House, source: str, target: str
) -> None:
    here, there = house.place(source), house.place(target)
    known, before = await furnished_at(here)
    await house.move(here, there)
    assert await told_at(there, known) == before
    assert await told_at(here, known) == before
    assert house.said[-1] == "moved and verified: people 6, tokens 3, lists 3, snapshots 5, changes 515, records 3"


@pytest.mark.parametrize(("near", "far"), BOTH_WAYS)
async def test_there_and_back_again_life_goes_on_at_each_station(house: House, near: str, far: str) -> None:
    places = [house.place(near), house.place(far), house.place(near)]
    known, _ = await furnished_at(places[0], length=10)
    [shared, archived, _], [_, anna, *_] = known.lists, known.people
    for number, (source, target) in enumerate(itertools.pairwise(places)):
        await house.move(source, target)
        store = target.open()
        version = 2 + number
        person = await store.person(anna.id)
        assert person is not None
        changed = replace(person, credentials=person.credentials + 1, version=person.version + 1)
        await store.put_credentials(changed, person.version, keep=known.tokens[1].id)
        kept = await store.token(known.tokens[1].hash)
        assert kept
        assert kept[1] == changed
        await store.append(shared.id, 13 + number, [an_add(14 + number)])
        await store.put_snapshot(shared.id, a_snapshot(501 + number), a_summary(501 + number), settled=True)
        await store.put_header(replace(archived, version=version + 1), version)
        before = await told(store, known)
        await store.close()
    assert await told_at(places[2], known) == before
    assert len(before[f"changes of {shared.id}"]) == 15  # type: ignore[arg-type]


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_what_only_waits_to_be_swept_stays_behind_and_its_id_is_free(
    house: House, source: str, target: str
) -> None:
    here, there = house.place(source), house.place(target)
    store = here.open()
    removed, _ = await a_list_of(store, 20)
    kept, _ = await a_list_of(store, 3)
    await store.remove_list(removed, 1)
    await store.close()
    _leave_half_a_snapshot(here, kept)
    assert here.rows(removed)
    await house.move(here, there)
    assert there.rows(removed) == {}
    assert {name: there.rows(kept)[name] for name in ("lists", "snapshots", "changes")} == {
        "lists": 1, "snapshots": 1, "changes": 3,
    }  # fmt: skip
    store = there.open()
    assert not await store.sweep()
    await store.add_list(replace(a_header(), id=removed), a_snapshot(), a_summary())
    await store.close()


def _leave_half_a_snapshot(place: Any, list_id: ListId) -> None:
    """As a crash does in the midst of ``put_snapshot``."""
    piece = {"list": pack(list_id), "id": b"half\0\0\0\0", "number": 0, "revision": 9, "piece": b"sealed"}
    if isinstance(place, MongoPlace):
        with place.database() as database:
            database["snapshots"].insert_one(piece)
    else:
        place._run("INSERT INTO snapshots VALUES (:list, :id, :number, :revision, :piece)", piece)
    assert place.rows(list_id)["snapshots"] == 2


async def test_a_token_that_counts_by_its_account_alone_counts_at_the_target(house: House) -> None:
    """MongoDB: a change of password that a crash cut short, after the account and before its tokens."""
    here, there = house.place("mongodb"), house.place("sqlite")
    store, anna = here.open(), a_person()
    kept, over = a_token(anna), a_token(anna)
    await store.add_person(anna)
    await store.add_token(kept)
    await store.add_token(over)
    await store.put_credentials(replace(anna, credentials=2, version=2), 1, keep=kept.id)
    await store.close()
    with here.database() as database:
        database["tokens"].update_one({"_id": kept.id}, {"$set": {"credentials": 1}})
    await house.move(here, there)
    store = there.open()
    found = await store.token(kept.hash)
    assert found
    assert found[0] == replace(kept, credentials=2)
    assert await store.token(over.hash) is None
    assert await store.tokens_of(anna.id) == [replace(kept, credentials=2)]
    await store.close()


@pytest.mark.parametrize("target", ["sqlite", "mongodb"])
async def test_a_store_of_an_older_version_is_moved_with_what_its_headers_say(house: House, target: str) -> None:
    here, there = house.place("sqlite"), house.place(target)
    known, _ = await furnished_at(here, length=10)
    known.records.clear()  # which it did not have yet
    before = await told_at(here, known) | {"mails due": []}
    here.undo_migrations()
    await house.move(here, there)
    assert await told_at(there, known) == before


# --- tables that somebody adds ---


async def test_every_table_and_column_of_sqlite_is_moved_or_named_as_not(house: House) -> None:
    place = house.place("sqlite")
    await place.open().close()
    tables = {name for (name,) in place._run("SELECT name FROM sqlite_schema WHERE type = 'table'", ())}
    assert tables == {table.name for table in TABLES} | set(OF_LISTS) | set(OWN_OF_SQLITE)
    for table in TABLES:
        columns = {name for (name,) in place._run("SELECT name FROM pragma_table_info(?)", (table.name,))}
        assert columns == set(table.fields) - set(OF_LISTS), table.name
    for name, column in OF_LISTS.items():
        assert {name for (name,) in place._run("SELECT name FROM pragma_table_info(?)", (name,))} == {column, "list"}


async def test_every_collection_and_field_of_mongodb_is_moved_or_named_as_not(house: House) -> None:
    place = house.place("mongodb")
    store = place.open()
    await furnished(store, length=10)
    await store.check()
    await store.close()
    with place.database() as database:
        assert set(database.list_collection_names()) == {table.name for table in TABLES} | set(OWN_OF_MONGODB)
        assert {note["_id"] for note in database["store"].find()} < set(OWN_NOTES)
        for table in TABLES:
            key = {"_id": "id"} if table.keys == 1 else {}
            fields = {key.get(name, name) for document in database[table.name].find() for name in document}
            assert fields - {"_id", "kept"} == set(table.fields), table.name


# --- cut short ---


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, bool], None]:
    """Cut the next migration at its so-and-so-many-th write, before or after it was made."""
    left = {"writes": 0, "after": False}

    def writing(kind: type, name: str) -> None:
        real = getattr(kind, name)

        def write(self: object, *arguments: object) -> None:
            left["writes"] -= 1
            if left["writes"] == 0 and not left["after"]:
                raise Cut
            real(self, *arguments)
            if left["writes"] == 0:
                raise Cut

        monkeypatch.setattr(kind, name, write)

    for kind in (SqliteRows, MongoRows):
        for name in ("put", "remove"):
            writing(kind, name)

    def cut(writes: int, after: bool) -> None:
        left.update(writes=writes, after=after)

    return cut


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_cut_anywhere_it_goes_on_and_nobody_takes_it_for_a_store_before(
    house: House, source: str, target: str, cut: Callable[[int, bool], None]
) -> None:
    here, there = house.place(source), house.place(target)
    known, before = await furnished_at(here)
    chance, cuts = random.Random(3), 0
    for _ in range(40):
        cut(1, chance.random() < 0.5)
        try:
            await house.move(here, there)
        except Cut:
            cuts += 1
            with pytest.raises(Unfinished, match="has not ended"):
                there.open()
        else:
            break
    assert cuts >= 6, "before and after each write"
    assert await told_at(there, known) == before


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_a_source_that_was_used_after_the_cut_is_moved_as_it_is_now(
    house: House, source: str, target: str, cut: Callable[[int, bool], None]
) -> None:
    here, there = house.place(source), house.place(target)
    known, _ = await furnished_at(here)
    cut(5, True)
    with pytest.raises(Cut):
        await house.move(here, there)
    [shared, archived, deleted], [admin, anna, boris, *_] = known.lists, known.people
    store = here.open()
    await store.put_person(replace(boris, email="new@example.org", version=2), 1)
    await store.put_person(replace(admin, email="boris@example.org", version=2), 1)
    await store.remove_tokens(admin.id, [known.tokens[0].id])
    await store.add_token(a_token(admin))
    await store.remove_list(deleted.id, 1)
    await store.put_header(replace(shared, members={boris.id: "owner"}, invitations=(), version=2), 1)
    await store.put_snapshot(shared.id, a_snapshot(600, pieces=2), a_summary(600), settled=False)
    await store.append(archived.id, 2, [an_add(3)])
    before = await told(store, known)
    await store.close()
    await house.move(here, there)
    assert await told_at(there, known) == before
    assert there.rows(deleted.id) == {}
    assert (await told_at(there, known))[f"lists of {anna.id}"] == before[f"lists of {anna.id}"]


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_what_the_target_lost_or_changed_is_found_by_reading_it_again(
    house: House, source: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = house.place(source), house.place(target)
    known, before = await furnished_at(here, length=10)
    kind = SqliteRows if target == "sqlite" else MongoRows
    real = kind.put

    def careless(self: Any, table: Any, rows: Any) -> None:
        real(self, table, rows[:-1] if table.name == "changes" else rows)

    monkeypatch.setattr(kind, "put", careless)
    with pytest.raises(StoreUnreadable, match="does not hold what was written there, in changes"):
        await house.move(here, there)
    with pytest.raises(Unfinished):
        there.open()
    monkeypatch.setattr(kind, "put", real)
    await house.move(here, there)
    assert await told_at(there, known) == before


# --- refused ---


async def refused(house: House, source: Place, target: Place, why: type[CannotStart], words: str) -> None:
    with pytest.raises(why, match=words) as refusal:
        await house.move(source, target)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("kind", ["sqlite", "mongodb"])
async def test_the_same_store_is_refused(house: House, kind: str) -> None:
    here = house.place(kind)
    known, before = await furnished_at(here, length=1)
    await refused(house, here, here, CannotStart, "the same store")
    if isinstance(here, SqlitePlace):
        link = house.place("sqlite")
        link.path.parent.mkdir()
        link.path.symlink_to(here.path)
        await refused(house, here, link, CannotStart, "the same store")
    else:
        alias = house.place("mongodb")
        alias.address = type(here.address)(here.address.uri.replace("127.0.0.1", "localhost"))
        await refused(house, here, alias, NotEmpty, "holds something already")
    assert await told_at(here, known) == before


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_a_source_that_is_no_store_is_refused_and_nothing_is_made(house: House, source: str, target: str) -> None:
    here, there = house.place(source), house.place(target)
    await refused(house, here, there, StoreUnreadable, "there is no store at")
    if isinstance(here, SqlitePlace):
        assert not here.path.exists()
        here.path.parent.mkdir()
        here.path.write_bytes(b"")
        await refused(house, here, there, StoreUnreadable, "there is no store at")
        here.path.write_text("no database, but long enough to look like one" * 50)
        await refused(house, here, there, StoreUnreadable, "cannot be read")
    else:
        assert not there.path.exists()
        with here.database() as database:
            assert database.list_collection_names() == []


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_another_key_no_key_and_a_newer_version_are_refused(house: House, source: str, target: str) -> None:
    other = house.place(source, Keyring.new())
    await furnished_at(other, length=1)
    await refused(house, other, house.place(target), KeyWrong, "the key file does not belong to")
    mine, empty = house.place(source), house.place(target, Keyring.new())
    await furnished_at(mine, length=1)
    await empty.open().close()
    await refused(house, mine, empty, KeyWrong, "the key file does not belong to")
    newer = house.place(source)
    await furnished_at(newer, length=1)
    newer.make_newer()
    await refused(house, newer, house.place(target), SchemaTooNew, "newer version")
    house.settings.key_path.unlink()
    await refused(house, mine, house.place(target), KeyMissing, "is missing")


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_a_target_that_holds_anything_is_refused_and_left_as_it_is(
    house: House, source: str, target: str
) -> None:
    here, there, used = house.place(source), house.place(target), house.place(target)
    await furnished_at(here, length=1)
    known, before = await furnished_at(used, length=1)
    await refused(house, here, used, NotEmpty, "holds something already")
    assert await told_at(used, known) == before
    if isinstance(there, MongoPlace):
        with there.database() as database:
            database["somebody's"].insert_one({"x": 1})
    else:
        there.path.parent.mkdir()
        with sqlite3.connect(there.path) as connection:
            connection.execute("CREATE TABLE somebodys AS SELECT 1")
        connection.close()
    await refused(house, here, there, NotEmpty, "holds something already")
    done = house.place(target)
    await house.move(here, done)
    await refused(house, here, done, NotEmpty, "holds something already")


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_a_target_may_be_a_store_that_holds_nothing_yet(house: House, source: str, target: str) -> None:
    here, there = house.place(source), house.place(target)
    known, before = await furnished_at(here, length=1)
    store = there.open()
    await store.check()
    await store.close()
    await house.move(here, there)
    assert await told_at(there, known) == before


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_an_unfinished_target_is_nobody_elses_target_or_source(
    house: House, source: str, target: str, cut: Callable[[int, bool], None]
) -> None:
    here, there, other = house.place(source), house.place(target), house.place(source)
    await furnished_at(here, length=1)
    await furnished_at(other, length=1)
    cut(2, True)
    with pytest.raises(Cut):
        await house.move(here, there)
    await refused(house, other, there, Unfinished, "from another store")
    await refused(house, there, house.place(source), Unfinished, "has not ended")


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_a_damaged_source_is_refused_by_naming_the_row(house: House, source: str, target: str) -> None:
    here, there = house.place(source), house.place(target)
    known, _ = await furnished_at(here, length=1)
    spots = [
        Spot("change", known.lists[0].id, 2),
        Spot("header", known.lists[1].id),
        Spot("summary", known.lists[2].id),
        Spot("piece", known.lists[1].id),
        Spot("person", known.people[3].id),
        Spot("token", known.tokens[3].id),
        Spot("record", known.records[1].key.hex()),
    ]
    for spot in spots:
        sealed = here.lift(spot)
        here.drop(spot, sealed[:-1] + bytes([sealed[-1] ^ 1]))
        await refused(house, here, there, StoreUnreadable, f"is damaged, and is not moved: .*{spot.id}")
        with pytest.raises(Unfinished):
            there.open()
        here.drop(spot, sealed)
    await house.move(here, there)


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
async def test_what_another_process_has_is_refused(house: House, source: str, target: str) -> None:
    here, there = house.place(source), house.place(target)
    await furnished_at(here, length=1)
    owner = Owner.take(house.settings.data)
    await refused(house, here, there, AlreadyRunning, "the data folder .* is in use")
    owner.release()
    sqlite = here if isinstance(here, SqlitePlace) else there
    if sqlite is there:
        await there.open().close()
    with sqlite3.connect(sqlite.path, isolation_level=None) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM store").fetchall()
        await refused(house, here, there, AlreadyRunning, "in use by another process")
    connection.close()
    await house.move(here, there)


async def test_who_loses_the_lease_on_its_way_stops(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = house.place("sqlite"), house.place("mongodb")
    await furnished_at(here, length=1)
    monkeypatch.setattr(lease, "BEAT_SECONDS", 0.05)
    real = MongoRows.put

    def overtaken(self: Any, table: Any, rows: Any) -> None:
        with there.database() as database:
            database["store"].update_one({"_id": "lease"}, {"$set": {"process": "another"}})
        until = time.monotonic() + 30
        while not self._is_lost() and time.monotonic() < until:
            time.sleep(0.05)
        real(self, table, rows)

    monkeypatch.setattr(MongoRows, "put", overtaken)
    await refused(house, here, there, AlreadyRunning, "has taken the database .* over")
    with there.database() as database:
        assert database["people"].count_documents({}) == 0
        assert (database["store"].find_one({"_id": "lease"}) or {})["process"] == "another"


async def test_a_server_that_is_not_there_is_one_line(house: House) -> None:
    here, there = house.place("sqlite"), house.place("mongodb")
    await furnished_at(here, length=1)
    there.address, real = type(there.address)("mongodb://user:secret@127.0.0.1:1/nobody"), there.address
    with pytest.raises(StoreUnreadable, match=r"127.0.0.1:1/nobody does not answer") as refusal:
        await house.move(here, there)
    assert "secret" not in str(refusal.value)
    there.address = real


async def test_no_line_of_progress_names_anybody(house: House) -> None:
    here, there = house.place("sqlite"), house.place("mongodb")
    known, _ = await furnished_at(here, length=1)
    await house.move(here, there)
    assert len(house.said) >= 12
    words = [known.people[0].name, known.people[2].email, str(PersonId(known.people[0].id)), known.lists[0].id]
    assert not [line for line in house.said for word in words if word in line]
