"""Lists deleted over 30 days ago are removed for good, in their own turn, whatever happens meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from shoplist_appliance.domain.errors import Conflict, Gone, NotFound, OutcomeUnknown, Unavailable
from shoplist_appliance.domain.ids import ListId, PersonId
from shoplist_appliance.usecases.open_lists import list_room
from shoplist_appliance.usecases.purge import Purge
from tests.usecases.conftest import House, add

DAY = 24 * 3600


def purge_of(house: House) -> Purge:
    return Purge(house.store, house.open_lists, house.turns, house.clock)


async def a_deleted_list(house: House, ann: PersonId) -> ListId:
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.lists.edit(ann, list_id, [add("milk")], None)
    await house.lists.delete(ann, list_id)
    return list_id


async def test_after_30_days_a_deleted_list_is_as_if_it_never_was(house: House) -> None:
    ann = await house.person()
    list_id = await a_deleted_list(house, ann)
    kept = (await house.lists.create(ann, "Kept", None)).header.id
    house.clock.advance(seconds=30 * DAY + 1)
    with pytest.raises(Gone):
        await house.lists.get(ann, list_id, None, None)
    await purge_of(house).run()
    for call in (
        house.lists.get(ann, list_id, None, None),
        house.lists.restore(ann, list_id),
        house.lists.edit(ann, list_id, [add("bread")], None),
        house.lists.undo(ann, list_id, 1, add("x").id),
    ):
        with pytest.raises(NotFound):
            await call
    assert await house.lists.index(ann, archived=False, deleted=True) == []
    assert (await house.lists.get(ann, kept, None, None)).view.summary.title == "Kept"


async def test_up_to_30_days_nothing_is_removed(house: House) -> None:
    ann = await house.person()
    list_id = await a_deleted_list(house, ann)
    house.clock.advance(seconds=30 * DAY - 1)
    await purge_of(house).run()
    await house.lists.restore(ann, list_id)
    house.clock.advance(seconds=30 * DAY)
    await purge_of(house).run()
    assert [item["text"] for item in (await house.lists.get(ann, list_id, None, None)).items] == ["milk"]


async def test_a_restore_that_has_its_turn_first_keeps_the_list(house: House) -> None:
    """The purge found the list, and stands behind a restore that began at the last moment."""
    ann = await house.person()
    list_id = await a_deleted_list(house, ann)
    house.clock.advance(seconds=30 * DAY - 1)
    restoring = asyncio.ensure_future(house.lists.restore(ann, list_id))
    while (opened := house.open_lists.in_memory(list_id)) is None or opened.header.deleted_at is not None:
        await asyncio.sleep(0)
    house.clock.advance(seconds=DAY)
    purge = purge_of(house)
    await purge._purge(list_id)
    await restoring
    await house.lists.edit(ann, list_id, [add("bread")], None)
    assert len((await house.lists.get(ann, list_id, None, None)).items) == 2


async def test_where_another_write_came_between_the_list_is_read_again_and_kept(house: House) -> None:
    """As a restore given up for lost that lands after all."""
    ann = await house.person()
    list_id = await a_deleted_list(house, ann)
    house.clock.advance(seconds=31 * DAY)
    await house.lists.index(ann, archived=False, deleted=True)
    header = await house.store.header(list_id)
    assert house.open_lists.in_memory(list_id) is not None
    await house.store.put_header(replace(header, deleted_at=None, version=header.version + 1), header.version)
    await purge_of(house)._purge(list_id)
    assert len((await house.lists.get(ann, list_id, None, None)).items) == 1


async def test_a_list_that_cannot_be_removed_does_not_keep_the_others(house: House) -> None:
    ann = await house.person()
    bad, good = await a_deleted_list(house, ann), await a_deleted_list(house, ann)
    house.clock.advance(seconds=31 * DAY)

    async def deleted_before(time: int) -> list[ListId]:
        return [bad, good]

    real = house.store.remove_list

    async def remove_list(list_id: ListId, expected: int) -> None:
        if list_id == bad:
            raise ValueError("damaged")
        await real(list_id, expected)

    _replace(house, deleted_before=deleted_before, remove_list=remove_list)
    await purge_of(house).run()
    with pytest.raises(NotFound):
        await house.lists.get(ann, good, None, None)
    with pytest.raises(Gone):
        await house.lists.get(ann, bad, None, None)


@pytest.mark.parametrize("landed", [True, False])
async def test_after_an_unknown_outcome_the_next_run_finishes(house: House, landed: bool) -> None:
    ann = await house.person()
    list_id = await a_deleted_list(house, ann)
    house.clock.advance(seconds=31 * DAY)
    real = house.store.remove_list

    async def remove_list(list_id: ListId, expected: int) -> None:
        if landed:
            await real(list_id, expected)
        _replace(house, remove_list=real)
        raise OutcomeUnknown("storage")

    _replace(house, remove_list=remove_list)
    purge = purge_of(house)
    await purge.run()
    with pytest.raises(NotFound if landed else Gone):
        await house.lists.get(ann, list_id, None, None)
    await purge.run()
    with pytest.raises(NotFound):
        await house.lists.get(ann, list_id, None, None)


async def test_it_runs_at_first_and_every_hour_also_after_the_store_was_away(house: House) -> None:
    times: list[int] = []

    async def deleted_before(time: int) -> list[ListId]:
        times.append(time)
        raise Unavailable("storage")

    _replace(house, deleted_before=deleted_before)
    purge = purge_of(house)
    for _ in range(5):
        await purge.when_due()
        house.clock.advance(seconds=1000)
    assert len(times) == 2, "at 0 and at 4,000 s"


async def test_whoever_waits_for_the_lists_turn_is_answered_that_it_is_not_there(house: House) -> None:
    ann = await house.person()
    list_id = await a_deleted_list(house, ann)
    house.clock.advance(seconds=31 * DAY)
    purging = asyncio.ensure_future(purge_of(house).run())
    refused = []
    while not purging.done():
        with pytest.raises((Gone, NotFound)) as caught:
            await house.lists.edit(ann, list_id, [add("late")], None)
        refused.append(type(caught.value))
    assert refused[-1] is NotFound
    assert house.rooms.is_empty(list_room(list_id))


async def test_its_id_can_be_taken_again_and_begins_anew(house: House) -> None:
    ann, bob = await house.person(), await house.person("Bob")
    list_id = await a_deleted_list(house, ann)
    with pytest.raises(Conflict):
        await house.lists.create(bob, "Mine", list_id)
    house.clock.advance(seconds=31 * DAY)
    await purge_of(house).run()
    made = await house.lists.create(bob, "Mine", list_id)
    assert (made.summary.title, made.summary.revision, made.role) == ("Mine", 0, "owner")
    assert (await house.lists.edit(bob, list_id, [add("tea")], None)).revision == 1
    with pytest.raises(NotFound):
        await house.lists.get(ann, list_id, None, None)


def _replace(house: House, **methods: Callable[..., Awaitable[Any]]) -> None:
    """Let the store before the real one answer by these."""
    for name, method in methods.items():
        setattr(house.store, name, method)
