"""Every store stands the races that its callers live with: late landings, repeats, neighbours, leaving callers."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

import pytest

from shoplist_appliance.domain.errors import Conflict, OutcomeUnknown, Unavailable
from shoplist_appliance.domain.ids import ListId
from shoplist_appliance.domain.lists import Change, Known
from shoplist_appliance.ports import Store
from tests.contract.making import a_list, a_list_of, a_merged_add, a_snapshot, a_summary, an_add
from tests.contract.places import Place


@dataclass
class GivenUp:
    """A write that its caller gave up for lost while it was still on its way to the store."""

    store: Store
    list_id: ListId
    expected: int
    changes: Sequence[Change]

    async def append(self) -> None:
        raise OutcomeUnknown("storage")

    def land(self) -> Awaitable[None]:
        return self.store.append(self.list_id, self.expected, self.changes)


async def tail(store: Store, list_id: ListId) -> Sequence[Change]:
    found = await store.load(list_id)
    assert found is not None
    return found.tail


async def outcomes_of(*calls: Awaitable[object]) -> list[type]:
    return [type(outcome) for outcome in await asyncio.gather(*calls, return_exceptions=True)]


async def test_a_write_given_up_for_lost_lands_before_the_calls_are_decided_again(store: Store) -> None:
    list_id, before = await a_list_of(store, 2)
    late = GivenUp(store, list_id, 2, [a_merged_add(3)])
    with pytest.raises(OutcomeUnknown):
        await late.append()
    assert await store.known(list_id, [late.changes[0].edit]) == {}, "read again, it is not there"
    await late.land()
    with pytest.raises(Conflict):
        await store.append(list_id, 2, [an_add(3)])
    assert await store.known(list_id, [late.changes[0].edit]) == {late.changes[0].edit: Known(3, late.changes[0].item)}
    assert await tail(store, list_id) == [*before, *late.changes]


async def test_a_write_given_up_for_lost_lands_after_another_took_its_place(store: Store) -> None:
    list_id, before = await a_list_of(store, 2)
    late = GivenUp(store, list_id, 2, [an_add(3), an_add(4)])
    with pytest.raises(OutcomeUnknown):
        await late.append()
    instead = an_add(3)
    await store.append(list_id, 2, [instead])
    with pytest.raises(Conflict):
        await late.land()
    assert await tail(store, list_id) == [*before, instead]
    assert await store.known(list_id, [change.edit for change in late.changes]) == {}


async def test_a_write_given_up_for_lost_lands_after_its_edit_was_stored_by_a_repeat(store: Store) -> None:
    list_id, before = await a_list_of(store, 2)
    late = GivenUp(store, list_id, 2, [an_add(3)])
    with pytest.raises(OutcomeUnknown):
        await late.append()
    other = an_add(3)
    repeat = an_add(4, late.changes[0].edit)
    await store.append(list_id, 2, [other, repeat])
    with pytest.raises(Conflict):
        await late.land()
    assert await tail(store, list_id) == [*before, other, repeat]
    assert await store.known(list_id, [repeat.edit]) == {repeat.edit: Known(4, None)}


async def test_one_edit_id_twice_in_a_unit_stores_nothing_of_it(store: Store) -> None:
    list_id = await a_list(store)
    first = an_add(1)
    with pytest.raises(Conflict):
        await store.append(list_id, 0, [first, an_add(2), an_add(3, first.edit)])
    assert await tail(store, list_id) == []
    await store.append(list_id, 0, [first])
    assert await tail(store, list_id) == [first]


async def test_a_repeat_is_found_after_a_restart(place: Place) -> None:
    store = place.open()
    list_id, changes = await a_list_of(store, 3)
    await store.put_snapshot(list_id, a_snapshot(3), a_summary(3), settled=True)
    await store.close()
    store = place.open()
    try:
        with pytest.raises(Conflict):
            await store.append(list_id, 3, [an_add(4, changes[1].edit)])
        assert await store.known(list_id, [changes[1].edit]) == {changes[1].edit: Known(2, None)}
        assert await tail(store, list_id) == []
    finally:
        await store.close()


async def test_of_two_units_for_one_revision_one_is_stored(store: Store) -> None:
    for _ in range(10):
        list_id, _ = await a_list_of(store, 1)
        rivals = [[an_add(2), an_add(3)], [an_add(2)]]
        outcomes = await outcomes_of(*(store.append(list_id, 1, rival) for rival in rivals))
        assert sorted(kind.__name__ for kind in outcomes) == ["Conflict", "NoneType"]
        assert (await tail(store, list_id))[1:] == rivals[outcomes.index(type(None))]


async def test_a_failing_unit_does_not_harm_its_neighbours(store: Store) -> None:
    lists = [await a_list_of(store, 1) for _ in range(20)]
    faults = {
        3: [an_add(2, lists[3][1][0].edit)],  # a repeat
        7: [twin := an_add(2), an_add(3, twin.edit)],  # twice in one unit
        11: [an_add(2), an_add(3, lists[11][1][0].edit)],  # sound at first
    }
    units = [faults.get(number, [an_add(2)]) for number in range(len(lists))]
    calls = [store.append(list_id, 1, unit) for (list_id, _), unit in zip(lists, units, strict=True)]
    stale = store.append(lists[0][0], 0, [an_add(1)])
    hole = store.append(lists[1][0], 9, [an_add(10)])
    *outcomes, of_stale, of_hole = await outcomes_of(*calls, stale, hole)
    assert (of_stale, of_hole) == (Conflict, Conflict)
    for number, (list_id, stored) in enumerate(lists):
        assert outcomes[number] is (Conflict if number in faults else type(None))
        assert await tail(store, list_id) == (stored if number in faults else [*stored, *units[number]])


async def test_units_of_one_list_are_stored_in_the_order_made(store: Store) -> None:
    list_id = await a_list(store)
    changes = [an_add(revision) for revision in range(1, 51)]
    await asyncio.gather(*(store.append(list_id, change.revision - 1, [change]) for change in changes))
    assert await tail(store, list_id) == changes


async def test_what_follows_a_refused_unit_makes_no_hole(store: Store) -> None:
    list_id, before = await a_list_of(store, 1)
    repeat, follower = an_add(2, before[0].edit), an_add(3)
    outcomes = await outcomes_of(store.append(list_id, 1, [repeat]), store.append(list_id, 2, [follower]))
    assert outcomes == [Conflict, Conflict]
    assert await tail(store, list_id) == before
    await store.append(list_id, 1, [an_add(2, follower.edit)])


async def test_a_caller_who_leaves_does_not_stop_its_unit(store: Store) -> None:
    list_id = await a_list(store)
    change = an_add(1)

    async def caller() -> None:
        await store.append(list_id, 0, [change])

    task = asyncio.ensure_future(caller())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    next_one = an_add(2)
    await store.append(list_id, 1, [next_one])
    assert await tail(store, list_id) == [change, next_one]


async def test_callers_who_leave_do_not_hold_up_those_who_share_their_commit(store: Store) -> None:
    lists = [await a_list(store) for _ in range(20)]
    calls = [asyncio.ensure_future(store.append(list_id, 0, [an_add(1)])) for list_id in lists]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()
    async with asyncio.timeout(60):
        await asyncio.gather(*calls[1::2])
    assert [len(await tail(store, list_id)) for list_id in lists] == [1] * 20


async def test_a_load_beside_writes_has_no_gaps_and_misses_nothing_acknowledged(store: Store) -> None:
    list_id = await a_list(store)
    stored = 0

    async def write() -> None:
        nonlocal stored
        for revision in range(1, 101):
            await store.append(list_id, revision - 1, [an_add(revision)])
            stored = revision
            if revision % 2 == 0:
                await store.put_snapshot(list_id, a_snapshot(revision, pieces=3), a_summary(revision), settled=False)

    writing = asyncio.ensure_future(write())
    loads = 0
    while not writing.done():
        acknowledged = stored
        found = await store.load(list_id)
        assert found is not None
        revisions = [change.revision for change in found.tail]
        first = found.snapshot.revision
        assert found.snapshot == a_snapshot(first, pieces=3 if first else 1)
        assert revisions == list(range(first + 1, first + 1 + len(revisions)))
        assert first + len(revisions) >= acknowledged
        loads += 1
    await writing
    assert loads > 10


async def test_closing_commits_what_is_queued(place: Place) -> None:
    store = place.open()
    lists = [await a_list(store) for _ in range(30)]
    calls = [asyncio.ensure_future(store.append(list_id, 0, [an_add(1)])) for list_id in lists]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*calls)
    store = place.open()
    try:
        assert [len(await tail(store, list_id)) for list_id in lists] == [1] * 30
    finally:
        await store.close()


async def test_a_closed_store_is_unavailable_and_does_not_hang(place: Place) -> None:
    store = place.open()
    list_id = await a_list(store)
    await store.close()
    async with asyncio.timeout(60):
        with pytest.raises(Unavailable):
            await store.append(list_id, 0, [an_add(1)])
        with pytest.raises(Unavailable):
            await store.load(list_id)
        with pytest.raises(Unavailable):
            await store.check()
