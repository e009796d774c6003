"""Every store keeps lists as ``ports.ListStore`` says."""

import asyncio
from dataclasses import replace

import pytest

from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.domain.ids import EditId, ListId, PersonId, new_uuid
from shoplist_appliance.domain.lists import Known
from shoplist_appliance.ports import Loaded, Snapshot, Store
from tests.contract.making import (
    NOW,
    a_header,
    a_list,
    a_list_of,
    a_merged_add,
    a_rename,
    a_share,
    a_snapshot,
    a_summary,
    an_add,
    an_invitation,
)
from tests.contract.places import Place

MIB = 1 << 20


async def loaded(store: Store, list_id: ListId) -> Loaded:
    found = await store.load(list_id)
    assert found is not None
    return found


async def is_behind(store: Store, list_id: ListId) -> bool:
    header = await store.header(list_id)
    assert header is not None
    return header.behind


# --- headers ---


async def test_a_list_is_read_as_it_was_stored(store: Store) -> None:
    header = replace(
        a_header(b="editor", a="viewer"), archived=True, deleted_at=NOW + 1, invitations=(an_invitation(),)
    )
    await store.add_list(header, a_snapshot(pieces=3), a_summary())
    assert await store.header(header.id) == header
    assert await store.load(header.id) == Loaded(header, a_snapshot(pieces=3), [])


async def test_members_keep_the_order_in_which_they_joined(store: Store) -> None:
    header = a_header(z="editor", a="viewer", m="editor")
    await store.add_list(header, a_snapshot(), a_summary())
    stored = await store.header(header.id)
    assert stored is not None
    assert list(stored.members)[1:] == ["z", "a", "m"]


async def test_a_list_that_never_was_is_none(store: Store) -> None:
    nowhere = ListId(new_uuid())
    assert await store.header(nowhere) is None
    assert await store.load(nowhere) is None
    assert await store.changes(nowhere, 0, 100) == []
    assert await store.known(nowhere, [EditId(new_uuid())]) == {}
    assert await store.list_of_invitation(b"0" * 32) is None


async def test_an_id_is_taken_once_and_the_first_list_stays_whole(store: Store) -> None:
    header = a_header(anna="editor")
    await store.add_list(header, a_snapshot(), a_summary())
    late = replace(a_header(boris="editor"), id=header.id, invitations=(an_invitation(),))
    with pytest.raises(Conflict):
        await store.add_list(late, a_snapshot(pieces=2), a_summary(title="late"))
    assert await store.load(header.id) == Loaded(header, a_snapshot(), [])
    assert await store.lists_of(PersonId("boris")) == []
    assert await store.list_of_invitation(late.invitations[0].hash) is None


async def test_of_ten_headers_at_once_one_stands(store: Store) -> None:
    header = a_header()
    await store.add_list(header, a_snapshot(), a_summary())
    wishes = [replace(header, epoch=f"epoch {number}", version=2) for number in range(10)]
    outcomes = await asyncio.gather(*(store.put_header(wish, 1) for wish in wishes), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(Conflict) == 9
    assert await store.header(header.id) == wishes[outcomes.index(None)]


async def test_no_header_is_replaced_where_there_is_none(store: Store) -> None:
    header = replace(a_header(), version=2)
    with pytest.raises(Conflict):
        await store.put_header(header, 1)
    assert await store.header(header.id) is None


async def test_a_person_finds_the_lists_of_which_they_are_a_member(store: Store) -> None:
    shared = a_header(anna="editor", boris="viewer")
    gone = replace(a_header(anna="viewer"), deleted_at=NOW)
    await store.add_list(shared, a_snapshot(), a_summary(title="Общий"))
    await store.add_list(gone, a_snapshot(), a_summary(title="Удалён"))
    found = await store.lists_of(PersonId("anna"))
    assert {header.id: (header, summary.title) for header, summary in found} == {
        shared.id: (shared, "Общий"),
        gone.id: (gone, "Удалён"),
    }
    assert await store.lists_of(PersonId("boris")) == [(shared, a_summary(title="Общий"))]
    assert await store.lists_of(PersonId("nobody")) == []


async def test_who_has_left_finds_the_list_no_longer_and_who_has_joined_does(store: Store) -> None:
    header = a_header(anna="editor")
    await store.add_list(header, a_snapshot(), a_summary())
    changed = replace(header, members={header.created_by: "owner", PersonId("boris"): "editor"}, version=2)
    await store.put_header(changed, 1)
    assert await store.lists_of(PersonId("anna")) == []
    assert await store.lists_of(PersonId("boris")) == [(changed, a_summary())]


async def test_an_invitation_leads_to_its_list_until_it_is_withdrawn(store: Store) -> None:
    header = a_header()
    await store.add_list(header, a_snapshot(), a_summary())
    first, second = an_invitation("editor"), an_invitation("viewer")
    await store.put_header(replace(header, invitations=(first, second), version=2), 1)
    assert await store.list_of_invitation(first.hash) == header.id
    kept = replace(header, invitations=(second,), version=3)
    await store.put_header(kept, 2)
    assert await store.list_of_invitation(first.hash) is None
    assert await store.list_of_invitation(second.hash) == header.id
    assert await store.header(header.id) == kept


# --- the log ---


async def test_changes_are_read_as_they_were_stored(store: Store) -> None:
    list_id = await a_list(store)
    changes = [an_add(1, text="Ёгурт 🥛\n'; DROP TABLE lists; --"), a_merged_add(2), a_rename(3)]
    await store.append(list_id, 0, changes)
    assert (await loaded(store, list_id)).tail == changes
    assert await store.changes(list_id, 0, 3) == changes


async def test_numbers_keep_their_kind(store: Store) -> None:
    """A whole quantity is told as 2, not as 2.0: clients compare what they are told."""
    list_id = await a_list(store)
    change = an_add(1)
    item = next(iter(change.items))
    await store.append(list_id, 0, [replace(change, items={item: {"quantity": 2, "price": 0.1}})])
    ((stored,),) = [await store.changes(list_id, 0, 1)]
    assert repr(stored.items[item]["quantity"]) == "2"
    assert repr(stored.items[item]["price"]) == "0.1"


@pytest.mark.parametrize(("after", "upto", "revisions"), [(0, 2, [1, 2]), (2, 4, [3, 4]), (4, 99, [5]), (5, 9, [])])
async def test_a_stretch_of_the_log_excludes_its_beginning(
    store: Store, after: int, upto: int, revisions: list[int]
) -> None:
    list_id, _ = await a_list_of(store, 5)
    assert [change.revision for change in await store.changes(list_id, after, upto)] == revisions


async def test_a_revision_is_given_once(store: Store) -> None:
    list_id, changes = await a_list_of(store, 3)
    for expected in (0, 1, 2):
        with pytest.raises(Conflict):
            await store.append(list_id, expected, [an_add(expected + 1), an_add(expected + 2)])
    assert (await loaded(store, list_id)).tail == changes


async def test_no_hole_can_be_made(store: Store) -> None:
    list_id, changes = await a_list_of(store, 3)
    with pytest.raises(Conflict):
        await store.append(list_id, 4, [an_add(5)])
    assert (await loaded(store, list_id)).tail == changes


@pytest.mark.parametrize("expected", [0, 1])
async def test_nothing_is_appended_to_a_list_that_is_not_there(store: Store, expected: int) -> None:
    nowhere = ListId(new_uuid())
    with pytest.raises(Conflict):
        await store.append(nowhere, expected, [an_add(expected + 1)])
    assert await store.changes(nowhere, 0, 9) == []


async def test_an_edit_id_is_taken_once_for_a_list(store: Store) -> None:
    list_id, changes = await a_list_of(store, 2)
    with pytest.raises(Conflict):
        await store.append(list_id, 2, [an_add(3), an_add(4, changes[0].edit)])
    assert (await loaded(store, list_id)).tail == changes, "nothing of the unit is stored"


async def test_an_edit_id_is_a_lists_own(store: Store) -> None:
    _, changes = await a_list_of(store, 1)
    other = await a_list(store)
    await store.append(other, 0, [an_add(1, changes[0].edit)])
    assert len((await loaded(store, other)).tail) == 1


async def test_stored_edits_are_known_with_what_they_were_merged_into(store: Store) -> None:
    list_id = await a_list(store)
    plain, merged = an_add(1), a_merged_add(2)
    await store.append(list_id, 0, [plain, merged])
    known = await store.known(list_id, [merged.edit, EditId(new_uuid()), plain.edit])
    assert known == {plain.edit: Known(1, None), merged.edit: Known(2, merged.item)}


async def test_a_unit_may_be_larger_than_a_group(store: Store) -> None:
    list_id, changes = await a_list_of(store, 500)
    assert (await loaded(store, list_id)).tail == changes


# --- snapshots, summaries, and whether these lag behind ---


async def test_a_snapshot_takes_the_place_of_the_changes_before_it(store: Store) -> None:
    list_id, changes = await a_list_of(store, 5)
    await store.put_snapshot(list_id, a_snapshot(3, pieces=2), a_summary(3, "Новая"), settled=False)
    found = await loaded(store, list_id)
    assert (found.snapshot, found.tail) == (a_snapshot(3, pieces=2), changes[3:])
    assert await store.changes(list_id, 0, 9) == changes, "the log is kept"
    ((_, summary),) = await store.lists_of(found.header.created_by)
    assert summary == a_summary(3, "Новая")


async def test_an_older_snapshot_is_ignored(store: Store) -> None:
    list_id, changes = await a_list_of(store, 5)
    await store.put_snapshot(list_id, a_snapshot(4, pieces=3), a_summary(4, "new"), settled=False)
    await store.put_snapshot(list_id, a_snapshot(2, pieces=5), a_summary(2, "old"), settled=False)
    found = await loaded(store, list_id)
    assert (found.snapshot, found.tail) == (a_snapshot(4, pieces=3), changes[4:])
    ((_, summary),) = await store.lists_of(found.header.created_by)
    assert summary.title == "new"


async def test_snapshots_stored_at_once_never_mix(store: Store) -> None:
    list_id, _ = await a_list_of(store, 8)
    snapshots = [Snapshot(revision, [b"%d:%d" % (revision, n)] * (9 - n)) for n, revision in enumerate([8, 7, 8, 3])]
    await asyncio.gather(
        *(store.put_snapshot(list_id, one, a_summary(one.revision), settled=False) for one in snapshots)
    )
    found = await loaded(store, list_id)
    assert found.snapshot in [one for one in snapshots if one.revision == 8]
    assert found.tail == []


async def test_a_large_snapshot_comes_back_whole(store: Store) -> None:
    list_id, _ = await a_list_of(store, 2)
    large = Snapshot(2, [bytes([number]) * MIB for number in range(4)])
    await store.put_snapshot(list_id, large, a_summary(2), settled=True)
    assert (await loaded(store, list_id)).snapshot == large


async def test_a_list_is_behind_until_its_summary_is_as_new_as_its_log(store: Store) -> None:
    list_id, _ = await a_list_of(store, 3)
    assert not await is_behind(store, list_id)
    await store.mark_behind(list_id)
    assert await is_behind(store, list_id)
    await store.put_snapshot(list_id, a_snapshot(2), a_summary(2), settled=True)
    assert await is_behind(store, list_id), "the log holds more"
    await store.put_snapshot(list_id, a_snapshot(3), a_summary(3), settled=False)
    assert await is_behind(store, list_id), "more is coming"
    await store.put_snapshot(list_id, a_snapshot(3), a_summary(3), settled=True)
    assert not await is_behind(store, list_id)


async def test_a_header_that_is_replaced_stays_behind(store: Store) -> None:
    header = a_header()
    await store.add_list(header, a_snapshot(), a_summary())
    await store.mark_behind(header.id)
    await store.put_header(replace(header, archived=True, version=2), 1)
    assert await store.header(header.id) == replace(header, archived=True, behind=True, version=2)


async def test_everything_is_there_after_a_restart(place: Place) -> None:
    store = place.open()
    header = replace(a_header(), invitations=(an_invitation(),))
    await store.add_list(header, a_snapshot(), a_summary())
    changes = [an_add(1), a_merged_add(2), a_rename(3)]
    await store.append(header.id, 0, changes)
    await store.put_snapshot(header.id, a_snapshot(1, pieces=2), a_summary(1), settled=False)
    await store.close()
    store = place.open()
    try:
        assert await store.load(header.id) == Loaded(header, a_snapshot(1, pieces=2), changes[1:])
        assert await store.lists_of(header.created_by) == [(header, a_summary(1))]
        assert await store.list_of_invitation(header.invitations[0].hash) == header.id
    finally:
        await store.close()


async def test_a_store_that_can_write_says_so_again_and_again(store: Store) -> None:
    for _ in range(3):
        await store.check()


async def test_a_share_finds_its_list_as_long_as_the_header_has_it(store: Store) -> None:
    first, second = a_share(), a_share("edit", expires_at=NOW + 1)
    header = replace(a_header(), shares=(first,))
    await store.add_list(header, a_snapshot(), a_summary())
    assert await store.list_of_share(first.hash) == header.id
    assert await store.list_of_share(second.hash) is None
    changed = replace(header, shares=(second,), version=2)
    await store.put_header(changed, 1)
    assert await store.header(header.id) == changed
    assert await store.list_of_share(first.hash) is None
    assert await store.list_of_share(second.hash) == header.id
    await store.remove_list(header.id, 2)
    assert await store.list_of_share(second.hash) is None
