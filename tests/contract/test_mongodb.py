"""What only a store on MongoDB promises: groups, indexes, and plans that use them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)

from shoplist_appliance.adapters.codec import SnapshotRows, pack
from shoplist_appliance.adapters.mongo.db import Address, is_certain
from shoplist_appliance.adapters.mongo.schema import INDEXES
from shoplist_appliance.adapters.mongo.store import MongoStore
from shoplist_appliance.domain.errors import Conflict, Unavailable
from shoplist_appliance.domain.ids import PersonId
from tests.contract.making import (
    StillClock,
    a_header,
    a_list,
    a_list_of,
    a_person,
    a_snapshot,
    a_summary,
    a_token,
    an_add,
)
from tests.contract.places import MongoPlace


@pytest.fixture
def mongo_place(tmp_path: Path) -> MongoPlace:
    return MongoPlace(tmp_path, StillClock())


@pytest_asyncio.fixture
async def mongo(mongo_place: MongoPlace) -> AsyncIterator[MongoStore]:
    store = mongo_place.open()
    yield store
    await store.close()
    mongo_place.clear()


async def test_what_arrives_during_a_write_goes_together_into_the_next(mongo: MongoStore) -> None:
    lists = [await a_list(mongo) for _ in range(20)]
    before = mongo.commits
    for revision in (1, 2, 3):
        await asyncio.gather(*(mongo.append(list_id, revision - 1, [an_add(revision)]) for list_id in lists))
    assert 3 <= mongo.commits - before <= 6, "of sixty changes"


async def test_of_a_unit_that_repeats_an_edit_in_its_middle_nothing_stays_and_its_neighbours_do(
    mongo: MongoStore, mongo_place: MongoPlace
) -> None:
    list_id, changes = await a_list_of(mongo, 3)
    others = [await a_list(mongo) for _ in range(4)]
    repeating = [an_add(4), an_add(5), an_add(6, edit=changes[1].edit), an_add(7)]
    first = [mongo.append(other, 0, [an_add(1), an_add(2)]) for other in others[:2]]
    broken = mongo.append(list_id, 3, repeating)
    behind = mongo.append(list_id, 7, [an_add(8)])
    last = [mongo.append(other, 0, [an_add(1), an_add(2)]) for other in others[2:]]
    with pytest.raises(Conflict):
        await broken
    with pytest.raises(Conflict):
        await behind
    await asyncio.gather(*first, *last)
    assert await mongo.changes(list_id, 0, 100) == changes
    assert [len(await mongo.changes(other, 0, 100)) for other in others] == [2, 2, 2, 2]
    await mongo.append(list_id, 3, [an_add(4)])
    with mongo_place.database() as database:
        assert database["changes"].count_documents({"list": pack(list_id)}) == 4


async def test_every_index_is_made_once_at_the_start(mongo: MongoStore, mongo_place: MongoPlace) -> None:
    await mongo_place.open().close()
    with mongo_place.database() as database:
        for name, indexes in INDEXES.items():
            there = database[name].index_information()
            assert set(there) - {"_id_"} == {index.document["name"] for index in indexes}, name
        assert database["changes"].index_information()["list_revision"]["unique"]


async def test_every_query_names_an_index(mongo: MongoStore, mongo_place: MongoPlace) -> None:
    """As a real server plans it: the stand-in's plans say nothing."""
    list_id, changes = await a_list_of(mongo, 3)
    queries: list[tuple[str, dict[str, Any]]] = [
        ("people", {"email": b"x"}),
        ("people", {"role": "admin"}),
        ("tokens", {"hash": b"x"}),
        ("tokens", {"person": "x"}),
        ("lists", {"members": "x"}),
        ("lists", {"invitations": b"x"}),
        ("lists", {"deleted_at": {"$lt": 5}}),
        ("snapshots", {"list": pack(list_id), "id": b"x", "number": {"$lt": 3}}),
        ("changes", {"list": pack(list_id), "revision": {"$gt": 1, "$lte": 3}}),
        ("changes", {"list": pack(list_id), "edit": {"$in": [pack(changes[0].edit)]}}),
    ]
    with mongo_place.database() as database:
        if "ferretdb" in str(database.client.server_info()).lower():
            pytest.skip("skipped: query plans; have them by SHOPLIST_TEST_MONGODB with the address of a real MongoDB")
        for name, query in queries:
            plan = str(database[name].find(query).explain()["queryPlanner"]["winningPlan"])
            assert "IXSCAN" in plan, (name, query, plan)
            assert "COLLSCAN" not in plan, (name, query, plan)


async def test_who_clears_behind_does_not_undo_a_mark_set_meanwhile(mongo: MongoStore) -> None:
    header = a_header()
    await mongo.add_list(header, a_snapshot(), a_summary())
    await mongo.mark_behind(header.id)
    before = mongo._put_pieces

    async def marked_meanwhile(id: bytes, rows: SnapshotRows) -> None:
        await mongo.mark_behind(header.id)
        await before(id, rows)

    mongo._put_pieces = marked_meanwhile  # type: ignore[method-assign]
    await mongo.put_snapshot(header.id, a_snapshot(1), a_summary(1), settled=True)
    found = await mongo.header(header.id)
    assert found is not None
    assert found.behind


async def test_the_kept_token_counts_at_every_moment_of_a_change_of_password(
    mongo: MongoStore, mongo_place: MongoPlace
) -> None:
    person = a_person()
    await mongo.add_person(person)
    kept, other = a_token(person), a_token(person)
    await mongo.add_token(kept)
    await mongo.add_token(other)
    await mongo.put_credentials(replace(person, credentials=person.credentials + 1, version=2), 1, kept.id)
    with mongo_place.database() as database:  # as if the process had ended before it wrote the token
        database["tokens"].update_one({"_id": kept.id}, {"$set": {"credentials": person.credentials}})
    found = await mongo.token(kept.hash)
    assert found is not None
    assert found[0].credentials == person.credentials + 1
    assert await mongo.token(other.hash) is None
    assert [token.id for token in await mongo.tokens_of(person.id)] == [kept.id]


async def test_after_its_end_it_takes_nothing(mongo_place: MongoPlace) -> None:
    store = mongo_place.open()
    list_id = await a_list(store)
    await store.close()
    with pytest.raises(Unavailable):
        await store.append(list_id, 0, [an_add(1)])
    with pytest.raises(Unavailable):
        await store.person(PersonId("x"))
    with pytest.raises(Unavailable):
        await store.check()
    mongo_place.clear()


@pytest.mark.parametrize(
    ("error", "certain"),
    [
        (ServerSelectionTimeoutError("nobody"), True),
        (OperationFailure("not allowed", 13), True),
        (OperationFailure("no room", 14031), True),
        (AutoReconnect("gone"), False),
        (NetworkTimeout("late"), False),
        (NotPrimaryError("stepped down"), False),
        (ExecutionTimeout("too long", 50), False),
        (WriteConcernError("not everywhere", 64), False),
        (WTimeoutError("not everywhere in time", 64), False),
        (BulkWriteError({"writeErrors": []}), False),
        (OperationFailure("again", 91, {"errorLabels": ["RetryableWriteError"]}), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, PyMongoError) else str(value),
)
def test_only_what_certainly_did_nothing_is_told_so(error: PyMongoError, certain: bool) -> None:
    assert is_certain(error) is certain


@pytest.mark.parametrize(
    ("uri", "name", "shown"),
    [
        ("mongodb://localhost", "shoplist", "localhost/shoplist"),
        ("mongodb://u:s%40cret@a:1,b:2/mine?replicaSet=r", "mine", "a:1,b:2/mine"),
        ("mongodb+srv://u:secret@cluster.example.org/mine?x=1", "mine", "cluster.example.org/mine"),
        ("mongodb+srv://cluster.example.org", "shoplist", "cluster.example.org/shoplist"),
    ],
)
def test_an_address_is_shown_without_its_password(uri: str, name: str, shown: str) -> None:
    address = Address(uri)
    assert (address.name, address.shown) == (name, shown)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="escaped"):
        Address("mongodb://a:1:2/x")
