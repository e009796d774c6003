"""Every store keeps small things as ``ports.RecordStore`` says."""

import asyncio
import hashlib
from dataclasses import replace

import pytest

from shoplist_appliance.adapters.sealing import Unsealable
from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.ports import Store
from tests.contract.making import NOW, a_record
from tests.contract.places import Place, Spot


async def test_a_record_is_read_as_it_was_stored(store: Store) -> None:
    record = a_record(owner="anna", content=b"\0" * 100_000)
    await store.add_record(record)
    assert await store.record(record.kind, record.key) == record


async def test_what_is_not_there_is_none(store: Store) -> None:
    record = a_record()
    assert await store.record(record.kind, record.key) is None
    assert await store.remove_record(record.kind, record.key) is False
    assert await store.records_of(record.kind, "anna") == []
    with pytest.raises(Conflict):
        await store.put_record(replace(record, version=2), 1)
    assert await store.record(record.kind, record.key) is None


async def test_a_key_is_taken_once_in_its_kind(store: Store) -> None:
    record = a_record("code")
    other = replace(record, kind="mail")
    await store.add_record(record)
    with pytest.raises(Conflict):
        await store.add_record(replace(record, content=b"another"))
    await store.add_record(other)
    assert await store.record("code", record.key) == record
    assert await store.record("mail", record.key) == other


@pytest.mark.parametrize("key", [b"", b"short", b"x" * 33])
async def test_a_key_of_another_length_is_refused(store: Store, key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        await store.add_record(replace(a_record(), key=key))


async def test_of_many_who_change_it_at_once_one_does(store: Store) -> None:
    record = a_record()
    await store.add_record(record)
    wishes = [replace(record, version=2, due=NOW + number, content=b"%d" % number) for number in range(20)]
    outcomes = await asyncio.gather(*(store.put_record(wish, 1) for wish in wishes), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 19 + ["NoneType"]
    assert await store.record(record.kind, record.key) == wishes[outcomes.index(None)]


async def test_its_owner_stays(store: Store) -> None:
    record = a_record(owner="anna")
    await store.add_record(record)
    with pytest.raises(Conflict):
        await store.put_record(replace(record, owner="boris", version=2), 1)
    assert await store.record(record.kind, record.key) == record


async def test_of_many_who_take_it_away_one_does(store: Store) -> None:
    record = a_record()
    await store.add_record(record)
    taken = await asyncio.gather(*(store.remove_record(record.kind, record.key) for _ in range(20)))
    assert sorted(taken) == [False] * 19 + [True]
    await store.add_record(record)


async def test_it_is_taken_away_only_as_it_was_known(store: Store) -> None:
    record = a_record()
    await store.add_record(record)
    changed = replace(record, version=2, content=b"changed")
    await store.put_record(changed, 1)
    assert await store.remove_record(record.kind, record.key, 1) is False
    assert await store.record(record.kind, record.key) == changed
    assert await store.remove_record(record.kind, record.key, 2) is True
    assert await store.record(record.kind, record.key) is None


async def test_those_of_a_person_come_in_order(store: Store) -> None:
    mine = [a_record(owner="anna", due=NOW + number // 2) for number in range(6)]
    for record in [mine[3], mine[0], mine[5], mine[1], mine[4], mine[2]]:
        await store.add_record(record)
    await store.add_record(a_record(owner="boris"))
    await store.add_record(a_record("mail", owner="anna"))
    assert await store.records_of("code", "anna") == sorted(mine, key=lambda record: (record.due, record.key))


async def test_those_due_come_in_order_and_so_many(store: Store) -> None:
    records = sorted((a_record(due=NOW + number // 3) for number in range(9)), key=lambda one: (one.due, one.key))
    for record in reversed(records):
        await store.add_record(record)
    await store.add_record(a_record("mail", due=NOW))
    assert await store.records_due("code", NOW - 1, 10) == []
    assert await store.records_due("code", NOW, 10) == records[:3]
    assert await store.records_due("code", NOW + 1, 4) == records[:4]
    assert await store.records_due("code", 2**53, 100) == records


async def test_it_survives_the_end(place: Place) -> None:
    record = a_record(owner="anna")
    first = place.open()
    await first.add_record(record)
    await first.close()
    second = place.open()
    try:
        assert await second.record(record.kind, record.key) == record
    finally:
        await second.close()


def test_a_records_key_is_as_long_as_a_hash() -> None:
    assert len(a_record().key) == hashlib.sha256().digest_size


async def test_all_of_a_person_are_taken_away_together(store: Store) -> None:
    for kind in ("code", "mail", "export"):
        await store.add_record(a_record(kind, owner="anna"))
    kept = a_record("code", owner="boris")
    await store.add_record(kept)
    await store.remove_records_of("anna")
    assert [await store.records_of(kind, "anna") for kind in ("code", "mail", "export")] == [[], [], []]
    assert await store.records_of("code", "boris") == [kept]


async def test_one_that_is_damaged_keeps_none_of_the_others(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """Those at the head of a page, too; said once for each, however often it is met."""
    records = sorted((a_record(owner="anna") for _ in range(7)), key=lambda one: one.key)
    store = place.open()
    for record in records:
        await store.add_record(record)
    await store.close()
    damaged = records[:2] + records[4:5]
    for record in damaged:
        place.drop(Spot("record", record.key.hex()), b"\0" * 100)
    good = [record for record in records if record not in damaged]
    store = place.open()
    try:
        for _ in range(2):
            assert await store.records_of("code", "anna") == good
            assert await store.records_due("code", NOW, 2) == good[:2]
            assert await store.records_due("code", NOW, 3) == good[:3]
            assert await store.records_due("code", NOW, 100) == good
        with pytest.raises(Unsealable):
            await store.record("code", damaged[0].key)
        for record in damaged:
            assert sum(record.key.hex() in line for line in caplog.messages) == 1
            assert await store.remove_record("code", record.key)
    finally:
        await store.close()
