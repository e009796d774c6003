"""Every store removes a list for good as ``ports.ListStore`` says: at once for everyone, then bit by bit."""

import asyncio
from dataclasses import replace
from typing import Literal

import pytest

from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.domain.ids import PersonId
from shoplist_appliance.domain.lists import Header
from shoplist_appliance.ports import Loaded, Store
from tests.contract.making import NOW, a_header, a_list, a_list_of, a_snapshot, a_summary, an_add, an_invitation
from tests.contract.places import Place, Spot


async def a_full_list(store: Store, length: int = 30) -> Header:
    """A deleted list with members, an invitation, changes and a snapshot in pieces."""
    header = replace(a_header(anna="editor"), invitations=(an_invitation(),), deleted_at=NOW)
    await store.add_list(header, a_snapshot(), a_summary())
    await store.append(header.id, 0, [an_add(revision) for revision in range(1, length + 1)])
    await store.put_snapshot(header.id, a_snapshot(20, pieces=3), a_summary(20), settled=False)
    return header


async def swept(store: Store) -> int:
    """Sweep to the end; how many steps it took."""
    for steps in range(1000):
        if not await store.sweep():
            return steps
    raise AssertionError("it never ends")


async def test_those_deleted_before_a_time_are_found(store: Store) -> None:
    header = a_header()
    await store.add_list(header, a_snapshot(), a_summary())
    early = replace(a_header(), deleted_at=NOW - 1)
    await store.add_list(early, a_snapshot(), a_summary())
    assert await store.deleted_before(NOW) == [early.id]
    await store.put_header(replace(header, deleted_at=NOW, version=2), 1)
    assert await store.deleted_before(NOW) == [early.id]
    assert set(await store.deleted_before(NOW + 1)) == {early.id, header.id}
    await store.put_header(replace(early, deleted_at=None, version=2), 1)
    assert await store.deleted_before(NOW + 1) == [header.id]


async def test_a_removed_list_is_found_by_nobody_and_takes_nothing(store: Store) -> None:
    header = await a_full_list(store)
    await store.remove_list(header.id, 1)
    assert await store.header(header.id) is None
    assert await store.load(header.id) is None
    assert await store.lists_of(PersonId("anna")) == []
    assert await store.list_of_invitation(header.invitations[0].hash) is None
    assert await store.deleted_before(NOW + 1) == []
    for expected in (0, 30):
        with pytest.raises(Conflict):
            await store.append(header.id, expected, [an_add(expected + 1)])
    with pytest.raises(Conflict):
        await store.put_header(replace(header, version=2), 1)
    with pytest.raises(Conflict):
        await store.remove_list(header.id, 1)


@pytest.mark.parametrize("field", ["header", "summary"])
async def test_a_damaged_list_keeps_none_of_the_others(
    place: Place, field: Literal["header", "summary"], caplog: pytest.LogCaptureFixture
) -> None:
    anna, boris = PersonId("anna"), PersonId("boris")
    store = place.open()
    damaged = await a_list(store, a_header(anna="editor"))
    good = a_header(anna="viewer")
    await a_list(store, good)
    await store.close()
    place.drop(Spot(field, damaged), bytes(100))
    store = place.open()
    try:
        for _ in range(2):
            assert await store.lists_of(anna) == [(good, a_summary())]
            assert await store.damaged_lists_of(anna) == [damaged]
        assert sum(damaged in line for line in caplog.messages) == 1
        assert await store.damaged_lists_of(boris) == []
    finally:
        await store.close()


async def test_who_is_forgotten_finds_a_list_no_longer_and_with_the_last_one_it_goes(place: Place) -> None:
    store = place.open()
    header, neighbour = await a_full_list(store), await a_full_list(store)
    anna = PersonId("anna")
    await store.close()
    place.drop(Spot("header", header.id), bytes(100))
    store = place.open()
    await store.forget_member(header.id, PersonId("nobody"))
    await store.forget_member(header.id, anna)
    await store.forget_member(header.id, anna)
    assert [one.id for one, _ in await store.lists_of(anna)] == [neighbour.id]
    assert await store.damaged_lists_of(anna) == []
    assert await store.damaged_lists_of(header.created_by) == [header.id]
    await store.forget_member(header.id, header.created_by)
    assert await store.damaged_lists_of(header.created_by) == []
    assert await store.list_of_invitation(header.invitations[0].hash) is None
    with pytest.raises(Conflict):
        await store.append(header.id, 30, [an_add(31)])
    assert await swept(store) > 0
    await store.close()
    assert place.rows(header.id) == {}
    assert sum(place.rows(neighbour.id).values()) >= 1 + 30 + 3, "header, log, pieces"


async def test_nothing_is_left_of_a_removed_list_and_all_of_its_neighbour(place: Place) -> None:
    store = place.open()
    header, neighbour = await a_full_list(store), await a_full_list(store)
    kept = await store.load(neighbour.id)
    await store.remove_list(header.id, 1)
    assert await swept(store) > 0
    assert await swept(store) == 0
    await store.put_snapshot(header.id, a_snapshot(31, pieces=2), a_summary(31), settled=True)
    assert await store.load(neighbour.id) == kept
    await store.close()
    assert place.rows(header.id) == {}
    assert sum(place.rows(neighbour.id).values()) >= 1 + 30 + 3, "header, log, pieces"


async def test_one_step_removes_a_part_so_that_no_edit_waits_long(store: Store) -> None:
    list_id, _ = await a_list_of(store, 1000)
    await store.remove_list(list_id, 1)
    assert await swept(store) >= 10


async def test_what_a_crash_left_half_removed_is_removed_by_the_next_process(place: Place) -> None:
    store = place.open()
    header = await a_full_list(store, 1000)
    await store.remove_list(header.id, 1)
    assert await store.sweep()
    await store.close()
    assert place.rows(header.id), "not the whole of it in one step"
    store = place.open()
    assert await store.load(header.id) is None
    await swept(store)
    await store.close()
    assert place.rows(header.id) == {}


async def test_a_header_that_changed_meanwhile_is_not_removed(store: Store) -> None:
    header = await a_full_list(store, 20)
    restored = replace(header, deleted_at=None, version=2)
    await store.put_header(restored, 1)
    with pytest.raises(Conflict):
        await store.remove_list(header.id, 1)
    await swept(store)
    assert await store.load(header.id) == Loaded(restored, a_snapshot(20, pieces=3), [])
    assert await store.list_of_invitation(header.invitations[0].hash) == header.id


async def test_of_a_restore_and_a_removal_at_once_one_stands(store: Store) -> None:
    for number in range(10):
        header = await a_full_list(store, 20)
        restored = replace(header, deleted_at=None, version=2)
        calls = [store.put_header(restored, 1), store.remove_list(header.id, 1)]
        outcomes = await asyncio.gather(*(calls if number % 2 else calls[::-1]), return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
        assert await store.header(header.id) in (None, restored)


async def test_an_id_is_free_when_the_last_of_its_list_is_gone(store: Store) -> None:
    list_id, changes = await a_list_of(store, 300)
    again = replace(a_header(boris="editor"), id=list_id)
    await store.remove_list(list_id, 1)
    with pytest.raises(Conflict):
        await store.add_list(again, a_snapshot(), a_summary())
    await store.sweep()
    with pytest.raises(Conflict):
        await store.add_list(again, a_snapshot(), a_summary())
    await swept(store)
    await store.add_list(again, a_snapshot(), a_summary())
    assert await store.load(list_id) == Loaded(again, a_snapshot(), [])
    with pytest.raises(Conflict):
        await store.append(list_id, 300, [an_add(301)])
    await store.append(list_id, 0, changes[:1])
    assert await store.changes(list_id, 0, 9) == changes[:1]


async def test_an_append_just_before_a_removal_is_not_remembered_after_it(store: Store) -> None:
    list_id = await a_list(store)
    await asyncio.gather(store.append(list_id, 0, [an_add(1)]), store.remove_list(list_id, 1))
    with pytest.raises(Conflict):
        await store.append(list_id, 1, [an_add(2)])


async def test_edits_of_others_go_on_while_lists_are_swept(store: Store) -> None:
    doomed = [(await a_list_of(store, 300))[0] for _ in range(3)]
    living = await a_list(store)
    for list_id in doomed:
        await store.remove_list(list_id, 1)
    sweeping = asyncio.ensure_future(swept(store))
    stored = 0
    while not sweeping.done():
        await store.append(living, stored, [an_add(stored + 1)])
        stored += 1
    assert stored >= 3, "an edit waits for one step at most, not for all of them"
    assert len(await store.changes(living, 0, 10**6)) == stored
