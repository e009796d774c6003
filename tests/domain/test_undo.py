"""Rule 7: undo is an action of now."""

import pytest

from shoplist_appliance.domain.errors import Conflict, Forbidden, Full, NotFound
from shoplist_appliance.domain.ids import EditId
from shoplist_appliance.domain.list_rules import Edited, decide
from shoplist_appliance.domain.lists import Call, Edit, Known, Undo
from tests.domain.household import ANN, BOB, START, VERA, Household


def test_undo_puts_back_what_the_change_replaced_and_is_a_change_of_its_own() -> None:
    home = Household()
    milk = home.add("milk", note="old", category="dairy")
    home.do("set", milk, note="new", category="cheese")
    home.now += 5_000
    result = home.undo(2, by=BOB)
    assert (result.status, result.revision) == ("applied", 3)
    change = home.change
    assert (change.kind, change.by, change.at, change.revision) == ("undo", BOB, START + 5_000, 3)
    assert change.items == {milk: {"note": "old", "category": "dairy"}}


def test_a_later_change_by_someone_stays() -> None:
    home = Household()
    milk = home.add("milk", note="old", category="dairy")
    home.do("set", milk, note="new", category="cheese")
    home.do("set", milk, by=BOB, note="bob's")
    home.undo(2)
    assert home.change.items == {milk: {"category": "dairy"}}
    assert home.item(milk)["note"] == "bob's"


def test_a_later_change_stays_also_where_it_came_to_the_same_value_by_a_detour() -> None:
    home = Household()
    milk = home.add("milk")
    for ticked in (True, False, True):
        home.do("tick", milk, ticked=ticked)
    with pytest.raises(Conflict):
        home.undo(2)
    assert home.item(milk)["ticked"]


def test_a_repeat_that_changed_nothing_is_not_in_the_way() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("tick", milk, ticked=True)
    home.do("tick", milk, by=BOB, ticked=True)
    with pytest.raises(Conflict):
        home.undo(3)
    home.undo(2)
    assert home.change.items == {milk: {"ticked": False, "ticked_by": None}}


def test_nothing_left_to_put_back_is_a_conflict_and_leaves_no_trace() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("set", milk, note="new")
    home.do("set", milk, note="newer")
    with pytest.raises(Conflict):
        home.undo(2)
    home.undo(3)
    with pytest.raises(Conflict):
        home.undo(3)
    assert home.state.revision == 4


def test_a_revision_that_is_not_there_is_not_found() -> None:
    home = Household()
    home.add("milk")
    with pytest.raises(NotFound):
        home.undo(2)


def test_a_superseded_edit_has_nothing_to_put_back() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("set", milk, at=-10, note="late")
    assert home.do("set", milk, at=-50, seen=1, note="early").status == "superseded"
    with pytest.raises(Conflict):
        home.undo(3)


def test_undoing_an_add_removes_the_item() -> None:
    home = Household()
    milk = home.add("milk")
    home.undo(1)
    assert home.change.items == {milk: {"removed": True}}
    with pytest.raises(Conflict):
        home.undo(1)


def test_undoing_a_removal_brings_back_the_item_with_all_its_fields() -> None:
    home = Household()
    milk, bread = home.add("milk"), home.add("bread")
    home.do("remove", [milk, bread])
    home.do("restore", bread)
    home.undo(3)
    assert list(home.change.items) == [milk]
    assert len(home.change.items[milk]) == 13
    assert home.change.items[milk]["removed"] is False


def test_undoing_a_restore_removes_again() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("remove", milk)
    home.do("restore", milk)
    home.undo(3)
    assert home.change.items == {milk: {"removed": True}}


def test_undoing_a_set_that_brought_an_item_back_removes_it_again_and_puts_back_its_fields() -> None:
    home = Household()
    milk = home.add("milk", note="old")
    home.do("remove", milk)
    home.do("set", milk, note="new")
    home.undo(3)
    assert home.change.items == {milk: {"note": "old", "removed": True}}


def test_undoing_a_set_on_an_item_removed_since_leaves_it_removed() -> None:
    home = Household()
    milk = home.add("milk", note="old")
    home.do("set", milk, note="new")
    home.do("remove", milk)
    home.undo(2)
    assert home.change.items == {milk: {"note": "old"}}
    assert home.texts() == []


def test_undoing_a_tick_of_many_is_one_step() -> None:
    home = Household()
    items = [home.add(text) for text in ("milk", "bread", "eggs")]
    home.do("tick", items, by=BOB, ticked=True)
    home.do("tick", items[1], ticked=False)
    home.undo(4)
    assert home.change.items == {item: {"ticked": False, "ticked_by": None} for item in (items[0], items[2])}


def test_undoing_an_untick_gives_the_tick_back_to_whose_it_was() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("tick", milk, by=BOB, ticked=True)
    home.do("tick", milk, by=ANN, ticked=False)
    home.undo(3, by=ANN)
    assert home.change.items == {milk: {"ticked": True, "ticked_by": BOB}}


def test_undoing_a_move_puts_the_item_where_it_was() -> None:
    home = Household()
    milk = home.add("milk")
    home.add("bread")
    home.do("set", milk, position="a2")
    home.undo(3)
    assert home.texts() == ["milk", "bread"]


def test_undoing_a_rename_or_an_arrange_puts_back_title_and_categories() -> None:
    home = Household()
    home.do("rename", title="Supper")
    home.do("arrange", shop="Lidl", categories=["a"])
    home.do("arrange", shop="Lidl", categories=["b"])
    home.undo(3)
    assert home.change.list == {"categories": {"Lidl": ["a"]}}
    home.undo(1)
    assert home.change.list == {"title": "Food"}
    home.undo(4)
    assert home.state.categories == {"Lidl": ["b"]}
    with pytest.raises(Conflict):
        home.undo(2)


def test_undoing_the_first_arrange_of_a_shop_forgets_it() -> None:
    home = Household()
    home.do("arrange", categories=["a"])
    home.undo(1)
    assert home.change.list == {"categories": {}}


def test_undoing_an_undo_does_it_again() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("tick", milk, by=BOB, ticked=True)
    home.undo(1)
    home.undo(3)
    assert home.texts() == ["milk"]
    home.undo(2)
    home.undo(5)
    assert home.item(milk)["ticked_by"] == BOB
    home.undo(6)
    assert not home.item(milk)["ticked"]


# --- merged adds ----------------------------------------------------------------------------------------------------


def test_undoing_a_merged_add_takes_its_quantity_away_as_it_was_before_if_nothing_came_since() -> None:
    home = Household()
    milk = home.add("milk")
    home.add("milk", note="fresh", by=BOB)
    home.undo(2)
    assert home.change.items == {milk: {"note": None, "quantity": None}}
    with pytest.raises(Conflict):
        home.undo(2)


def test_lowered_by_what_it_brought_if_further_adds_did() -> None:
    home = Household()
    milk = home.add("milk", quantity=0.1)
    home.add("milk", quantity=0.2)
    home.add("milk", quantity=0.7)
    home.undo(2)
    assert home.item(milk)["quantity"] == 0.8
    home.undo(3)
    assert home.item(milk)["quantity"] == 0.1


def test_a_quantity_that_someone_has_set_since_stays() -> None:
    home = Household()
    milk = home.add("milk")
    home.add("milk")
    home.do("set", milk, quantity=9)
    with pytest.raises(Conflict):
        home.undo(2)
    home.add("milk")
    home.undo(4)
    assert home.item(milk)["quantity"] == 9


def test_undoing_the_undo_of_a_merged_add_brings_it_again() -> None:
    home = Household()
    milk = home.add("milk")
    other = home.item_id()
    home.add("milk", other, quantity=2, note="fresh")
    home.undo(2)
    home.undo(3)
    assert home.change.items == {milk: {"note": "fresh", "quantity": 3}}
    home.do("remove", other)
    assert home.change.items == {milk: {"note": None, "quantity": None}}
    home.undo(5)
    assert home.item(milk)["quantity"] == 3


def test_what_was_taken_back_comes_again_beside_further_adds() -> None:
    home = Household()
    milk = home.add("milk", quantity=1)
    other = home.item_id()
    home.add("milk", other, quantity=2)
    home.do("remove", other)
    home.add("milk", quantity=4)
    home.undo(3)
    assert home.item(milk)["quantity"] == 7
    with pytest.raises(Conflict):
        home.undo(3)


def test_what_was_taken_back_at_once_comes_again_at_once() -> None:
    home = Household()
    milk = home.add("milk", quantity=1)
    names = [home.item_id(), home.item_id()]
    home.add("milk", names[0], quantity=2)
    home.add("milk", names[1], quantity=4)
    home.do("remove", names)
    assert home.item(milk)["quantity"] == 1
    home.undo(4)
    assert home.item(milk)["quantity"] == 7
    home.do("remove", names[0])
    assert home.item(milk)["quantity"] == 5


def test_what_came_again_for_two_items_goes_again_as_if_it_had_never_been() -> None:
    home = Household()
    milk, bread = home.add("milk"), home.add("bread")
    names = [home.item_id(), home.item_id()]
    home.add("milk", names[0])
    home.add("bread", names[1])
    home.do("remove", names)
    home.undo(5)
    assert home.change.items == {milk: {"quantity": 2}, bread: {"quantity": 2}}
    home.do("remove", names)
    assert home.change.items == {milk: {"quantity": None}, bread: {"quantity": None}}


def test_it_does_not_come_again_where_the_sum_would_pass_the_limit() -> None:
    home = Household()
    milk = home.add("milk", quantity=1)
    other = home.item_id()
    home.add("milk", other, quantity=2)
    home.do("remove", other)
    home.add("milk", quantity=999_998)
    with pytest.raises(Conflict):
        home.undo(3)
    assert home.item(milk)["quantity"] == 999_999


def test_undoing_the_removal_of_an_item_and_of_one_of_its_merged_adds_is_one_step() -> None:
    home = Household()
    milk = home.add("milk", quantity=1)
    other = home.item_id()
    home.add("milk", other, quantity=2)
    home.do("remove", [milk, other])
    home.undo(3)
    assert home.change.items[milk]["removed"] is False
    assert home.change.items[milk]["quantity"] == 3
    assert len(home.change.items[milk]) == 13


# --- repeats, rights, limits ----------------------------------------------------------------------------------------


def test_the_same_undo_again_is_a_duplicate_of_the_first_result() -> None:
    home = Household()
    home.add("milk")
    first = home.undo(1, id=EditId("u"))
    again = home.undo(1, id=EditId("u"))
    assert (first.status, again.status) == ("applied", "duplicate")
    assert first.revision == again.revision == 2


def test_a_repeat_of_an_undo_is_found_before_it_is_refused() -> None:
    home = Household()
    home.add("milk")
    home.undo(1, id=EditId("u"))
    calls = [Call(ANN, [Undo(EditId("u"), 1, home.log[0])])]
    unit = decide(home.state, home.header, calls, now=START, known={})
    assert isinstance(unit.outcomes[0], Conflict)
    assert unit.doubtful == ["u"]
    unit = decide(home.state, home.header, calls, now=START, known={EditId("u"): Known(2, None)}, looked_up={"u"})  # type: ignore[arg-type]
    assert isinstance(unit.outcomes[0], Edited)
    assert unit.outcomes[0].results[0].status == "duplicate"
    gone = [Call(ANN, [Undo(EditId("v"), 99, None)])]
    assert decide(home.state, home.header, gone, now=START, known={}).doubtful == ["v"]


def test_a_viewer_may_not_undo() -> None:
    home = Household()
    home.add("milk")
    with pytest.raises(Forbidden):
        home.undo(1, by=VERA)


def test_bringing_back_the_item_too_many_is_refused_full() -> None:
    home = Household()
    gone = home.add("gone")
    home.do("remove", gone)
    edits = [Edit(home.edit_id(), "add", [home.item_id()], START, 0, {"text": f"thing {n}"}) for n in range(2_000)]
    home.unit([Call(ANN, edits)])
    refused = home.undo(2)
    assert refused.status == "refused"
    assert isinstance(refused.error, Full)
    home.undo(3)
    assert home.undo(2).status == "applied"


def test_undoing_that_a_shop_was_forgotten_is_refused_full_where_it_is_the_51st() -> None:
    home = Household()
    home.do("arrange", shop="old", categories=["a"])
    home.do("arrange", shop="old", categories=[])
    for number in range(50):
        home.do("arrange", shop=f"shop {number}", categories=["a"])
    refused = home.undo(2)
    assert refused.status == "refused"
    assert isinstance(refused.error, Full)


def test_an_undo_of_a_change_decided_in_the_same_turn_finds_it() -> None:
    home = Household()
    milk = home.item_id()
    add = Edit(home.edit_id(), "add", [milk], START, 0, {"text": "milk"})
    home.unit([Call(ANN, [add]), Call(ANN, [Undo(home.edit_id(), 1, None)])])
    assert home.item(milk)["removed"]


def test_what_an_undo_gave_stands_against_edits_older_than_it() -> None:
    home = Household()
    milk = home.add("milk", at=-100, note="old")
    home.do("set", milk, at=-90, note="new")
    home.undo(2)
    assert home.do("set", milk, at=-50, seen=2, note="late to arrive").status == "superseded"
    assert home.item(milk)["note"] == "old"
