"""The turn of a list holds its order, decide, store, tell, acknowledge, also where the store is in trouble."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shoplist_appliance.domain.errors import Forbidden, NotFound, OutcomeUnknown, Unavailable
from shoplist_appliance.domain.ids import new_uuid
from shoplist_appliance.domain.lists import Edit
from shoplist_appliance.ports import Event, ListChanged, ListGone, ListsChanged
from shoplist_appliance.usecases.lists import Opened
from shoplist_appliance.usecases.open_lists import OpenList, list_room, person_room
from tests.usecases.conftest import House, add

Real = Callable[[], Awaitable[None]]


async def test_nothing_is_told_or_answered_before_it_is_stored(house: House) -> None:
    ann = await house.person()
    view = await house.lists.create(ann, "Groceries", None)
    await house.lists.open(ann, view.header.id, None, None, house.ear(ann), lambda answer: None)
    gate = asyncio.Event()

    async def wait(real: Real) -> None:
        await gate.wait()
        assert house.rooms.revisions() == []
        await real()
        assert house.rooms.revisions() == []

    house.store.trouble = wait
    answer = house.lists.edit(ann, view.header.id, [add("milk")], None)
    await asyncio.sleep(0.05)
    assert not answer.done()
    assert house.rooms.revisions() == []
    assert (await house.lists.get(ann, view.header.id, None, None)).items == []
    gate.set()
    assert (await answer).revision == 1
    assert house.rooms.revisions() == [1]


async def test_calls_that_wait_are_stored_as_one_unit_in_the_order_made(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    answers = [house.lists.edit(ann, list_id, [add(f"thing {n}")], None) for n in range(50)]
    assert [(await answer).revision for answer in answers] == list(range(1, 51))
    assert len(house.store.appended) <= 2


async def test_a_unit_holds_whole_calls_up_to_200_edits_and_at_least_one_call(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.lists.get(ann, list_id, None, None)
    answers = [house.lists.edit(ann, list_id, [add(f"{n} {m}") for m in range(150)], None) for n in range(2)]
    answers.append(house.lists.edit(ann, list_id, [add(f"long {m}") for m in range(300)], None))
    for answer in answers:
        await answer
    assert [len(unit) for unit in house.store.appended] == [150, 150, 300]


async def test_an_unknown_outcome_that_landed_is_answered_as_stored_and_told_once(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.lists.open(ann, list_id, None, None, house.ear(ann), lambda answer: None)

    async def lost(real: Real) -> None:
        house.store.trouble = None
        await real()
        raise OutcomeUnknown("lost")

    house.store.trouble = lost
    edited = await house.lists.edit(ann, list_id, [add("milk"), add("bread")], None)
    assert [result.revision for result in edited.results] == [1, 2]
    assert house.rooms.revisions() == [1, 2]
    assert (await house.lists.get(ann, list_id, None, None)).view.summary.revision == 2


async def test_a_write_given_up_for_lost_that_lands_later_neither_doubles_nor_is_lost(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.lists.open(ann, list_id, None, None, house.ear(ann), lambda answer: None)
    landings: list[Real] = []

    async def give_up(real: Real) -> None:
        landings.append(real)
        house.store.trouble = land_first
        raise OutcomeUnknown("lost")

    async def land_first(real: Real) -> None:
        # The list was read again and the call decided again: now the first write lands before the second.
        house.store.trouble = None
        await landings[0]()
        await real()

    house.store.trouble = give_up
    edit = add("milk")
    edited = await house.lists.edit(ann, list_id, [edit], None)
    assert [(result.status, result.revision) for result in edited.results] == [("duplicate", 1)]
    opened = await house.lists.get(ann, list_id, None, None)
    assert [item["text"] for item in opened.items] == ["milk"]
    assert house.rooms.revisions() == [1]


async def test_after_an_unknown_outcome_nothing_is_called_refused(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    nowhere = Edit(new_uuid(), "tick", (new_uuid(),), house.clock.now(), 0, {"ticked": True})  # type: ignore[arg-type]

    async def lost(real: Real) -> None:
        house.store.trouble = None
        raise OutcomeUnknown("lost")

    house.store.trouble = lost
    with pytest.raises(Unavailable):
        await house.lists.edit(ann, list_id, [add("milk"), nowhere], None)
    edited = await house.lists.edit(ann, list_id, [nowhere], None)
    assert [result.status for result in edited.results] == ["refused"]


async def test_a_store_out_of_reach_answers_unavailable_and_the_same_call_is_safe_later(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id

    async def full(real: Real) -> None:
        raise Unavailable("full")

    house.store.trouble = full
    edit = add("milk")
    answers = [house.lists.edit(ann, list_id, [edit], None) for _ in range(3)]
    for answer in answers:
        with pytest.raises(Unavailable):
            await answer
    assert house.open_lists.in_memory(list_id) is None
    house.store.trouble = None
    assert (await house.lists.edit(ann, list_id, [edit], None)).results[0].status == "applied"


async def test_a_room_is_told_after_an_outage_what_landed_during_it(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.lists.open(ann, list_id, None, None, house.ear(ann), lambda answer: None)
    landings: list[Real] = []

    async def outage(real: Real) -> None:
        landings.append(real)
        raise Unavailable("away")

    house.store.trouble = outage
    with pytest.raises(Unavailable):
        await house.lists.edit(ann, list_id, [add("milk")], None)
    await landings[0]()
    assert house.rooms.revisions() == []
    await house.turns.tidy()
    assert house.rooms.revisions() == [1]


async def test_a_repeat_after_the_list_left_memory_is_a_duplicate_even_where_a_new_one_would_be_refused(
    house: House,
) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    first, again = add("milk"), None
    await house.lists.edit(ann, list_id, [first], None)
    remove = Edit(new_uuid(), "remove", first.items, house.clock.now(), 1, {})  # type: ignore[arg-type]
    await house.lists.edit(ann, list_id, [remove], None)
    house.open_lists._memory = 0
    house.open_lists.make_room()
    assert house.open_lists.in_memory(list_id) is None
    again = await house.lists.edit(ann, list_id, [first, remove], None)
    assert [(result.status, result.revision) for result in again.results] == [("duplicate", 1), ("duplicate", 2)]


async def test_two_tabs_that_send_one_queue_at_once_add_once(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    edit = add("milk")
    first, second = [house.lists.edit(ann, list_id, [edit], None) for _ in range(2)]
    assert [(await one).results[0].status for one in (first, second)] == ["applied", "duplicate"]
    assert (await house.lists.get(ann, list_id, None, None)).view.summary.total == 1


async def test_an_edit_that_waited_while_its_author_left_is_not_stored(house: House) -> None:
    ann, ben = await house.person("Ann"), await house.person("Ben")
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    invitation = await house.members.invite(ann, list_id, "editor")
    await house.members.accept(ben, invitation.code)
    begun, gate = asyncio.Event(), asyncio.Event()

    async def slow(real: Real) -> None:
        house.store.trouble = None
        begun.set()
        await gate.wait()
        await real()

    house.store.trouble = slow
    ear = house.ear(ben)
    await house.lists.open(ben, list_id, None, None, ear, lambda answer: None)
    in_time = house.lists.edit(ben, list_id, [add("milk")], None)
    await begun.wait()
    leaving = asyncio.ensure_future(house.members.leave(ben, list_id))
    while not house.open_lists.seat(list_id).waiting:
        await asyncio.sleep(0.001)
    too_late = house.lists.edit(ben, list_id, [add("bread")], None)
    gate.set()
    assert (await in_time).revision == 1
    await leaving
    with pytest.raises(NotFound):
        await too_late
    assert house.rooms.told[-2:] != []
    assert any(isinstance(event, ListGone) and event.reason == "removed" for _, event in house.rooms.told)
    assert house.rooms.is_empty(list_room(list_id))


async def test_a_viewer_reads_and_does_not_edit(house: House) -> None:
    ann, eve = await house.person("Ann"), await house.person("Eve")
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.members.accept(eve, (await house.members.invite(ann, list_id, "viewer")).code)
    assert (await house.lists.get(eve, list_id, None, None)).view.role == "viewer"
    with pytest.raises(Forbidden):
        await house.lists.edit(eve, list_id, [add("milk")], None)


async def test_what_is_opened_and_what_is_heard_have_neither_gap_nor_double(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    answers: list[Opened] = []
    edits = []
    for n in range(40):
        edits.append(house.lists.edit(ann, list_id, [add(f"thing {n}")], None))
        if n == 20:
            await house.lists.open(ann, list_id, None, None, house.ear(ann), answers.append)
        await asyncio.sleep(0)
    for edit in edits:
        await edit
    start = answers[0].view.summary.revision
    assert house.rooms.revisions() == list(range(start + 1, 41))


async def test_a_cancelled_caller_changes_nothing_of_what_was_decided(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.lists.open(ann, list_id, None, None, house.ear(ann), lambda answer: None)
    left = house.lists.edit(ann, list_id, [add("milk")], None)
    await asyncio.sleep(0)
    left.cancel()
    await house.lists.edit(ann, list_id, [add("bread")], None)
    assert house.rooms.revisions() == [1, 2]


async def test_idle_lists_get_a_snapshot_and_a_summary_that_the_index_reads(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.lists.edit(ann, list_id, [add("milk"), add("bread")], None)
    [(header, summary)] = await house.store.lists_of(ann)
    assert (header.behind, summary.total) == (True, 0)
    house.clock.advance(seconds=31)
    await house.turns.tidy()
    while house.open_lists._busy:
        await asyncio.wait(house.open_lists._busy)
    [(header, summary)] = await house.store.lists_of(ann)
    assert (header.behind, summary.total, summary.revision) == (False, 2, 2)
    loaded = await house.store.load(list_id)
    assert loaded is not None
    assert (loaded.snapshot.revision, list(loaded.tail)) == (2, [])


async def test_the_index_mends_a_summary_that_a_crash_left_behind(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.lists.edit(ann, list_id, [add("milk"), add("bread")], None)
    house.open_lists._memory = 0
    house.open_lists.make_room()
    house.open_lists._memory = 64 << 20
    [view] = await house.lists.index(ann, archived=False, deleted=False)
    assert (view.summary.total, view.summary.open, view.summary.revision) == (2, 2, 2)


async def test_the_index_goes_without_a_list_that_cannot_be_read_and_another_can_be_made(house: House) -> None:
    ann = await house.person()
    damaged, stale = [(await house.lists.create(ann, title, None)).header.id for title in ("Old", "Stale")]
    await house.lists.edit(ann, stale, [add("milk")], None)
    house.open_lists._memory = 0
    house.open_lists.make_room()
    house.damage(damaged, "header")
    house.damage(stale, "piece")  # its summary is behind, and there is no better one
    made = await house.lists.create(ann, "New", None)
    found = {view.header.id: view.summary.title for view in await house.lists.index(ann, archived=False, deleted=False)}
    assert found == {stale: "Stale", made.header.id: "New"}


async def test_lists_leave_memory_when_the_bound_is_passed_and_come_back_equal(house: House) -> None:
    ann = await house.person()
    lists = [(await house.lists.create(ann, f"List {n}", None)).header.id for n in range(5)]
    for list_id in lists:
        await house.lists.edit(ann, list_id, [add(f"thing {n}") for n in range(20)], None)
    before = {list_id: (await house.lists.get(ann, list_id, None, None)).items for list_id in lists}
    house.open_lists._memory = 1
    house.open_lists.make_room()
    assert [house.open_lists.in_memory(list_id) for list_id in lists] == [None] * 5
    for list_id in lists:
        assert (await house.lists.get(ann, list_id, None, None)).items == before[list_id]


async def test_changes_are_told_with_the_names_of_the_people_in_them(house: House) -> None:
    ann = await house.person("Ann")
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.lists.open(ann, list_id, None, None, house.ear(ann), lambda answer: None)
    await house.lists.edit(ann, list_id, [add("milk")], None)
    [told] = [event for _, event in house.rooms.told if isinstance(event, ListChanged)]
    assert [(person.id, person.name) for person in told.people] == [(ann, "Ann")]


async def test_a_fault_of_ours_fails_its_unit_alone_and_the_list_goes_on(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.lists.edit(ann, list_id, [add("milk")], None)

    async def broken(real: Real) -> None:
        house.store.trouble = None
        raise RuntimeError("a fault")

    house.store.trouble = broken
    failing = house.lists.edit(ann, list_id, [add("bread")], None)
    await asyncio.sleep(0.02)
    with pytest.raises(Unavailable):
        await failing
    edited = await house.lists.edit(ann, list_id, [add("eggs")], None)
    assert edited.revision == 2
    assert "a fault" in caplog.text


async def test_a_change_of_members_waits_for_the_edits_before_it_and_holds_up_those_after_it(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    seen: list[int] = []

    async def look(opened: OpenList) -> None:
        await asyncio.sleep(0.02)
        seen.append(opened.state.revision)

    before = house.lists.edit(ann, list_id, [add("milk")], None)
    alone = asyncio.ensure_future(house.turns.alone(list_id, look))
    await asyncio.sleep(0)
    after = house.lists.edit(ann, list_id, [add("bread")], None)
    await alone
    assert seen == [1]
    assert [(await before).revision, (await after).revision] == [1, 2]


async def test_a_repeat_leaves_the_list_in_memory_and_the_log_silent(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    edits = [add("milk"), add("bread")]
    await house.lists.edit(ann, list_id, edits, None)
    opened = house.open_lists.in_memory(list_id)
    caplog.clear()
    again = await house.lists.edit(ann, list_id, [*edits, add("eggs")], None)
    assert [(result.status, result.revision) for result in again.results] == [
        ("duplicate", 1),
        ("duplicate", 2),
        ("applied", 3),
    ]
    assert house.open_lists.in_memory(list_id) is opened
    assert caplog.text == ""


async def test_only_those_index_again_to_whom_the_index_answers_another(house: House) -> None:
    ann, ben = await house.person("Ann"), await house.person("Ben")
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id

    def indexing() -> list[str]:
        told = [room for room, event in house.rooms.told if isinstance(event, ListsChanged)]
        house.rooms.told.clear()
        return told

    def renamed(title: str) -> Edit:
        return Edit(new_uuid(), "rename", (), house.clock.now(), 0, {"title": title})  # type: ignore[arg-type]

    assert indexing() == [person_room(ann)]
    invitation = await house.members.invite(ann, list_id, "editor")
    assert indexing() == []
    await house.members.accept(ben, invitation.code)
    assert indexing() == [person_room(ben)]
    await house.members.accept(ben, invitation.code)
    assert indexing() == []
    await house.lists.edit(ann, list_id, [renamed("Shopping")], None)
    assert indexing() == [person_room(ann), person_room(ben)]
    house.clock.advance(seconds=1)
    await house.lists.edit(ann, list_id, [renamed("Shopping")], None)
    assert indexing() == []
    await house.lists.archive(ann, list_id, True)
    assert indexing() == [person_room(ann), person_room(ben)]
    await house.lists.archive(ann, list_id, True)
    assert indexing() == []
    await house.members.leave(ben, list_id)
    assert indexing() == [person_room(ben)]


async def test_who_comes_to_an_empty_room_hears_nothing_from_before(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    first = house.ear(ann)
    await house.lists.open(ann, list_id, None, None, first, lambda answer: None)
    landings: list[Real] = []

    async def outage(real: Real) -> None:
        landings.append(real)
        raise Unavailable("away")

    house.store.trouble = outage
    with pytest.raises(Unavailable):
        await house.lists.edit(ann, list_id, [add("milk")], None)
    house.lists.close(list_id, first)
    await landings[0]()
    house.store.trouble = None
    answers: list[Opened] = []
    await house.lists.open(ann, list_id, None, None, house.ear(ann), answers.append)
    house.open_lists.put_away(house.open_lists.seat(list_id))
    await house.turns.tidy()
    assert answers[0].view.summary.revision == 1
    assert house.rooms.revisions() == []


async def test_a_list_that_leaves_memory_as_soon_as_it_is_read_is_read_again_to_its_place(house: House) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    house.open_lists._memory = 0
    opening = asyncio.ensure_future(house.open_lists.opened(list_id))
    await asyncio.sleep(0)
    reading = house.open_lists.seat(list_id).loading
    assert reading is not None
    # Before whoever waits for the reading is woken.
    reading.add_done_callback(lambda done: house.open_lists.make_room())
    opened = await opening
    # Elsewhere it would miss what is edited from now on, and be counted for ever.
    assert house.open_lists.in_memory(list_id) is opened
    house.open_lists.make_room()
    assert house.open_lists._bytes == 0


async def test_a_fault_while_telling_does_not_stop_the_list(house: House, caplog: pytest.LogCaptureFixture) -> None:
    ann = await house.person()
    list_id = (await house.lists.create(ann, "Groceries", None)).header.id
    await house.lists.edit(ann, list_id, [add("milk")], None)
    await house.lists.open(ann, list_id, None, None, house.ear(ann), lambda answer: None)
    tell = house.rooms.tell

    def broken(room: str, event: Event) -> None:
        house.rooms.tell = tell  # type: ignore[method-assign]
        raise RuntimeError("a fault")

    house.rooms.tell = broken  # type: ignore[method-assign]
    failing = house.lists.edit(ann, list_id, [add("bread")], None)
    with pytest.raises(Unavailable):
        await asyncio.wait_for(failing, 30)
    edited = await asyncio.wait_for(house.lists.edit(ann, list_id, [add("eggs")], None), 30)
    assert edited.revision == 3
    assert house.rooms.revisions() == [2, 3]
    assert "a fault" in caplog.text
