"""The rules of the contract by which edits become changes, sentence by sentence: numbers, rights, rules 1 and 2."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from shoplist_appliance.domain.access import require
from shoplist_appliance.domain.errors import Forbidden, Gone, NotFound
from shoplist_appliance.domain.ids import EditId
from shoplist_appliance.domain.list_rules import Edited, decide
from shoplist_appliance.domain.lists import Call, Edit, Known
from tests.domain.household import ANN, BOB, START, VERA, Household

# --- numbers and answers ----------------------------------------------------------------------------------------------


def test_a_new_list_has_revision_0_and_every_edit_takes_exactly_one() -> None:
    home = Household()
    assert home.state.revision == 0
    milk = home.add("milk")
    home.do("tick", milk, ticked=True)
    home.do("rename", title="Supper")
    assert [change.revision for change in home.log] == [1, 2, 3]
    assert home.state.revision == 3


def test_a_result_names_its_edit_and_its_revision() -> None:
    home = Household()
    result = home.do("add", home.item_id(), text="milk")
    assert (result.status, result.revision, result.item, result.error) == ("applied", 1, None, None)
    assert result.edit == home.change.edit


def test_a_refused_edit_leaves_no_trace_holds_nobody_up_and_is_decided_afresh_when_sent_again() -> None:
    home = Household()
    milk = home.item_id()
    tick = Edit(home.edit_id(), "tick", [milk], START, 0, {"ticked": True})
    add = Edit(home.edit_id(), "add", [milk], START, 0, {"text": "milk"})
    refused, added = home.call([tick, add])
    assert (refused.status, refused.revision) == ("refused", None)
    assert isinstance(refused.error, NotFound)
    assert (added.status, added.revision) == ("applied", 1)
    assert home.call([tick])[0].status == "applied"
    assert home.item(milk)["ticked"]


def test_a_call_is_answered_with_the_revision_after_it() -> None:
    home = Household()
    edits = [Edit(home.edit_id(), "add", [home.item_id()], START, 0, {"text": text}) for text in ("milk", "bread")]
    outcomes = home.unit([Call(ANN, edits[:1]), Call(BOB, edits[1:]), Call(BOB, edits[1:])]).outcomes
    assert [outcome.revision for outcome in outcomes if isinstance(outcome, Edited)] == [1, 2, 2]


def test_a_new_item_is_told_with_all_its_fields() -> None:
    home = Household()
    milk = home.add("milk", by=BOB, quantity=2.0, price=1.5, category="dairy")
    assert home.change.items == {
        milk: {
            "id": milk,
            "text": "milk",
            "quantity": 2,
            "unit": None,
            "note": None,
            "category": "dairy",
            "price": 1.5,
            "picture": None,
            "position": "a0",
            "ticked": False,
            "removed": False,
            "added_by": BOB,
            "ticked_by": None,
        }
    }
    assert isinstance(home.change.items[milk]["quantity"], int)
    assert home.state.items() == [{**home.change.items[milk], "updated_at": START}]


def test_a_change_tells_only_the_fields_that_changed() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("set", milk, note="fresh")
    assert home.change.items == {milk: {"note": "fresh"}}
    home.do("tick", milk, by=BOB, ticked=True)
    assert home.change.items == {milk: {"ticked": True, "ticked_by": BOB}}
    home.do("remove", milk)
    assert home.change.items == {milk: {"removed": True}}


def test_an_item_was_updated_when_its_last_change_says() -> None:
    home = Household()
    milk = home.add("milk", at=-5_000)
    assert home.item(milk)["updated_at"] == START - 5_000
    home.do("set", milk, at=-3_000, note="fresh")
    assert home.item(milk)["updated_at"] == START - 3_000


def test_the_list_was_updated_when_the_server_stored_its_last_change_whatever_the_clock_of_its_author() -> None:
    home = Household()
    home.now += 60_000
    home.add("milk", at=-1_000_000)
    assert home.state.updated_at == START + 60_000
    assert home.change.stored_at == START + 60_000
    assert home.state.summary().updated_at == START + 60_000


def test_a_summary_counts_what_is_open_and_what_is_on_the_list() -> None:
    home = Household()
    milk, bread, eggs = home.add("milk"), home.add("bread"), home.add("eggs")
    home.do("tick", milk, ticked=True)
    home.do("remove", [bread])
    summary = home.state.summary()
    assert (summary.open, summary.total, summary.revision, summary.title) == (1, 2, 5, "Food")
    home.do("tick", eggs, ticked=True)
    home.do("restore", bread)
    summary = home.state.summary()
    assert (summary.open, summary.total) == (1, 3)


# --- who may ----------------------------------------------------------------------------------------------------------


def test_a_viewers_whole_call_is_forbidden_and_a_stranger_finds_no_list() -> None:
    home = Household()
    with pytest.raises(Forbidden):
        home.do("add", home.item_id(), by=VERA, text="milk")
    with pytest.raises(NotFound):
        home.do("add", home.item_id(), by="nobody", text="milk")  # type: ignore[arg-type]
    assert home.log == []


def test_a_deleted_list_is_gone_for_its_members_and_an_archived_one_can_be_edited() -> None:
    home = Household()
    home.header = replace(home.header, archived=True)
    home.add("milk")
    home.header = replace(home.header, deleted_at=START)
    for person in (ANN, BOB, VERA):
        with pytest.raises(Gone):
            home.do("rename", by=person, title="x")
    with pytest.raises(NotFound):
        home.do("rename", by="nobody", title="x")  # type: ignore[arg-type]


def test_one_callers_refusal_does_not_touch_the_other_calls_of_the_turn() -> None:
    home = Household()
    calls = [
        Call(person, [Edit(home.edit_id(), "add", [home.item_id()], START, 0, {"text": f"of {person}"})])
        for person in (ANN, VERA, BOB)
    ]
    outcomes = home.unit(calls).outcomes
    assert isinstance(outcomes[1], Forbidden)
    assert [change.by for change in home.log] == [ANN, BOB]


def test_roles_suffice_for_what_they_may() -> None:
    header = Household().header
    assert require(header, VERA, "read") == "viewer"
    assert require(header, BOB, "edit") == "editor"
    assert require(header, ANN, "own") == "owner"
    with pytest.raises(Forbidden, match="viewer"):
        require(header, VERA, "edit")
    with pytest.raises(Forbidden, match="not_owner"):
        require(header, BOB, "own")


# --- rule 1: an edit counts once --------------------------------------------------------------------------------------


def test_the_same_edit_again_is_a_duplicate_with_its_first_revision() -> None:
    home = Household()
    milk = home.item_id()
    edit = Edit(home.edit_id(), "add", [milk], START, 0, {"text": "milk"})
    home.call([edit])
    home.add("bread")
    again = home.call([edit])[0]
    assert (again.status, again.revision, again.item) == ("duplicate", 1, None)
    assert home.state.revision == 2


def test_the_same_edit_twice_in_one_turn_counts_once_too() -> None:
    home = Household()
    edit = Edit(home.edit_id(), "add", [home.item_id()], START, 0, {"text": "milk"})
    outcomes = home.unit([Call(ANN, [edit, edit]), Call(ANN, [edit])]).outcomes
    statuses = [result.status for outcome in outcomes if isinstance(outcome, Edited) for result in outcome.results]
    assert statuses == ["applied", "duplicate", "duplicate"]
    assert len(home.log) == 1


def test_a_duplicate_carries_the_item_as_the_first_result_did() -> None:
    home = Household()
    milk = home.add("milk")
    more = Edit(home.edit_id(), "add", [home.item_id()], START, 0, {"text": "Milk"})
    first, again = home.call([more, more])
    assert (first.status, first.item) == ("applied", milk)
    assert (again.status, again.revision, again.item) == ("duplicate", first.revision, milk)
    assert home.call([more])[0] == again


def test_a_superseded_edit_again_is_a_duplicate() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("set", milk, text="oat milk", at=-10, seen=1)
    late = Edit(home.edit_id(), "set", [milk], START - 50, 1, {"text": "soy milk"})
    assert [result.status for result in home.call([late, late])] == ["superseded", "duplicate"]


def test_what_came_out_refused_and_may_be_a_repeat_is_doubtful_until_it_was_looked_up() -> None:
    home = Household()
    milk = home.add("milk")
    edit = Edit(EditId("e"), "add", [milk], START, 0, {"text": "bread"})
    calls = [Call(ANN, [edit])]
    unit = decide(home.state, home.header, calls, now=START, known={})
    assert unit.doubtful == ["e"]
    found = {EditId("e"): Known(1, None)}
    repeat = decide(home.state, home.header, calls, now=START, known=found, looked_up={EditId("e")})
    assert repeat.doubtful == []
    assert [(one.status, one.revision) for one in repeat.outcomes[0].results] == [("duplicate", 1)]  # type: ignore[union-attr]
    fresh = decide(home.state, home.header, calls, now=START, known={}, looked_up={EditId("e")})
    assert fresh.doubtful == []
    assert [one.status for one in fresh.outcomes[0].results] == ["refused"]  # type: ignore[union-attr]


def test_an_edit_that_is_done_is_never_doubtful() -> None:
    home = Household()
    edit = Edit(EditId("e"), "add", [home.item_id()], START, 0, {"text": "bread"})
    assert decide(home.state, home.header, [Call(ANN, [edit])], now=START, known={}).doubtful == []


# --- rule 2: what a person did last stands ----------------------------------------------------------------------------


def test_an_older_edit_by_someone_who_had_not_seen_the_field_is_superseded() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("set", milk, at=-10, note="two")
    result = home.do("set", milk, by=BOB, at=-50, seen=1, note="one")
    assert (result.status, result.revision) == ("superseded", 3)
    assert home.item(milk)["note"] == "two"


def test_a_superseded_edit_is_in_the_history_and_its_change_is_empty() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("tick", milk, at=-10, ticked=True)
    home.do("tick", milk, by=BOB, at=-50, seen=1, ticked=False)
    assert (home.change.revision, home.change.status, home.change.by) == (3, "superseded", BOB)
    assert home.change.items == {}
    assert home.change.list is None
    assert home.item(milk)["updated_at"] == START - 10


def test_what_the_author_had_on_the_screen_cannot_overrule_what_the_author_then_did_however_wrong_the_clock() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("tick", milk, ticked=True)
    result = home.do("tick", milk, by=BOB, at=-10_000_000, seen=2, ticked=False)
    assert result.status == "applied"
    assert not home.item(milk)["ticked"]


def test_at_equal_at_the_later_to_arrive_stands() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("set", milk, at=-50, note="first", seen=1)
    assert home.do("set", milk, at=-50, note="second", seen=1).status == "applied"
    assert home.item(milk)["note"] == "second"


def test_an_at_later_than_now_counts_as_now() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("set", milk, at=1_000_000, note="from a fast clock")
    assert home.change.at == START
    home.now += 1
    result = home.do("set", milk, by=BOB, seen=0, note="a moment later")
    assert result.status == "applied"
    assert home.item(milk)["note"] == "a moment later"


def test_there_is_no_earliest_at() -> None:
    home = Household()
    milk = home.add("milk", at=-START)
    assert home.item(milk)["updated_at"] == 0
    assert home.do("set", milk, at=-2 * START, note="before the epoch").status == "applied"
    assert home.change.at == -START


def test_an_add_is_the_first_change_of_every_field_given_or_not() -> None:
    home = Household()
    milk = home.add("milk", at=-10)
    given: Sequence[Mapping[str, Any]] = ({"note": "x"}, {"text": "x"}, {"price": 1})
    for fields in given:
        assert home.do("set", milk, at=-50, seen=0, **fields).status == "superseded"
    assert home.do("tick", milk, at=-50, seen=0, ticked=True).status == "superseded"
    assert home.do("remove", milk, at=-50, seen=0).status == "superseded"
    assert home.do("set", milk, at=-50, seen=1, note="y").status == "applied"


def test_each_field_is_decided_for_itself_and_the_change_holds_only_those_that_won() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("set", milk, at=-10, note="late")
    result = home.do("set", milk, by=BOB, at=-50, seen=1, note="early", category="dairy")
    assert result.status == "applied"
    assert home.change.items == {milk: {"category": "dairy"}}
    assert (home.item(milk)["note"], home.item(milk)["category"]) == ("late", "dairy")


def test_a_seen_above_the_lists_revision_counts_as_that_revision_at_the_edits_turn() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("set", milk, at=-10, note="late")
    assert home.do("set", milk, at=-50, seen=10**9, note="early").status == "applied"
    # Had it counted as it stood, this later one would lie under it as well.
    home.do("set", milk, at=-5, note="later")
    assert home.do("set", milk, at=-50, seen=3, note="x").status == "superseded"


def test_seen_counts_as_0_where_the_epoch_of_the_call_is_not_the_lists() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("set", milk, note="now")
    assert home.do("set", milk, at=-50, seen=2, epoch="another", note="x").status == "superseded"
    assert home.do("set", milk, at=-50, seen=2, epoch="first", note="y").status == "applied"
    assert home.do("set", milk, at=-50, seen=3, epoch=None, note="z").status == "applied"


def test_an_edit_that_changes_nothing_is_applied_as_the_last_action_and_tells_the_fields_as_they_are() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("tick", milk, by=ANN, at=-90, ticked=True)
    result = home.do("tick", milk, by=BOB, at=-10, ticked=True)
    assert result.status == "applied"
    assert home.change.items == {milk: {"ticked": True, "ticked_by": ANN}}
    assert home.do("tick", milk, at=-50, seen=2, ticked=False).status == "superseded"
    home.do("set", milk, text="milk")
    assert home.change.items == {milk: {"text": "milk"}}
    home.do("restore", milk)
    assert home.change.items == {milk: {"removed": False}}
    home.do("rename", title="Food")
    assert home.change.list == {"title": "Food"}


def test_a_tick_of_many_is_decided_for_each_item() -> None:
    home = Household()
    milk, bread, eggs = home.add("milk", at=-100), home.add("bread", at=-100), home.add("eggs", at=-100)
    home.do("tick", bread, at=-10, ticked=True)
    result = home.do("tick", [milk, bread, eggs], by=BOB, at=-50, seen=3, ticked=True)
    assert result.status == "applied"
    assert sorted(home.change.items) == sorted([milk, eggs])
    assert home.do("tick", [milk, bread], at=-60, seen=3, ticked=False).status == "superseded"


def test_ticked_by_is_null_again_when_unticked() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("tick", milk, by=BOB, ticked=True)
    assert home.item(milk)["ticked_by"] == BOB
    home.do("tick", milk, ticked=False)
    assert home.change.items == {milk: {"ticked": False, "ticked_by": None}}


def test_null_clears_a_field() -> None:
    home = Household()
    milk = home.add("milk", quantity=2, unit="l", note="x", category="dairy", price=1, picture="p")
    home.do("set", milk, quantity=None, unit=None, note=None, category=None, price=None, picture=None)
    item = home.item(milk)
    assert [item[name] for name in ("quantity", "unit", "note", "category", "price", "picture")] == [None] * 6


def test_titles_and_the_categories_of_each_shop_obey_the_same_rule() -> None:
    home = Household()
    home.do("rename", at=-10, title="Late")
    assert home.do("rename", at=-50, seen=0, title="Early").status == "superseded"
    home.do("arrange", at=-10, shop="Lidl", categories=["a"])
    assert home.do("arrange", at=-50, seen=0, shop="Lidl", categories=["b"]).status == "superseded"
    assert home.do("arrange", at=-50, seen=0, shop="Aldi", categories=["c"]).status == "applied"
    assert home.do("arrange", at=-50, seen=3, shop="Lidl", categories=["d"]).status == "applied"
    assert home.state.title == "Late"
    assert home.state.categories == {"Lidl": ["d"], "Aldi": ["c"]}


# --- several items, unknown ones --------------------------------------------------------------------------------------


def test_unknown_ids_among_many_are_skipped_and_none_known_is_not_found() -> None:
    home = Household()
    milk = home.add("milk")
    acts: Sequence[tuple[str, Mapping[str, Any]]] = (("tick", {"ticked": True}), ("remove", {}), ("restore", {}))
    for kind, fields in acts:
        assert home.do(kind, [home.item_id(), milk, home.item_id()], **fields).status == "applied"
        assert list(home.change.items) == [milk]
        refused = home.do(kind, [home.item_id(), home.item_id()], **fields)
        assert refused.status == "refused"
        assert isinstance(refused.error, NotFound)


def test_a_set_of_an_unknown_item_is_not_found() -> None:
    home = Household()
    refused = home.do("set", home.item_id(), note="x")
    assert isinstance(refused.error, NotFound)
    assert home.log == []


def test_an_item_named_twice_is_told_once() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("remove", [milk, milk])
    home.do("restore", [milk, milk])
    home.do("tick", [milk, milk], ticked=True)
    assert home.state.total == 1
