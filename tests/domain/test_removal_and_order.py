"""Rule 3: nothing typed is lost; and rule 5: order is a key between neighbours."""

from tests.domain.household import ANN, BOB, Household

# --- rule 3: nothing typed is lost ------------------------------------------------------------------------------------


def test_a_set_on_an_item_that_someone_removed_earlier_brings_it_back_with_all_its_fields() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("remove", milk, at=-50)
    result = home.do("set", milk, by=BOB, at=-10, seen=1, note="oat")
    assert result.status == "applied"
    assert home.change.items[milk]["removed"] is False
    assert home.change.items[milk]["text"] == "milk"
    assert home.change.items[milk]["note"] == "oat"
    assert len(home.change.items[milk]) == 13
    assert home.texts() == ["milk"]


def test_earlier_is_by_rule_2_not_by_arrival() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("remove", milk, at=-10)
    home.do("set", milk, at=-50, seen=1, note="older than the removal")
    assert home.change.items == {milk: {"note": "older than the removal"}}
    assert home.texts() == []
    home.do("set", milk, at=-50, seen=3, note="seen the removal, with a slow clock")
    assert home.texts() == ["milk"]


def test_a_set_of_which_no_field_won_brings_nothing_back() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("set", milk, at=-10, note="late")
    home.do("remove", milk, at=-90, seen=2)
    assert home.do("set", milk, at=-50, seen=1, note="early").status == "superseded"
    assert home.texts() == []


def test_a_tick_does_not_bring_back_and_is_applied_all_the_same() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("remove", milk)
    result = home.do("tick", milk, ticked=True)
    assert result.status == "applied"
    assert home.change.items == {milk: {"ticked": True, "ticked_by": ANN}}
    assert home.item(milk)["removed"]
    home.do("restore", milk)
    assert home.change.items[milk]["ticked"] is True


def test_a_remove_older_than_a_set_that_has_arrived_is_superseded() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("set", milk, at=-10, note="typed")
    assert home.do("remove", milk, by=BOB, at=-50, seen=1).status == "superseded"
    assert home.texts() == ["milk"]
    assert home.do("remove", milk, by=BOB, at=-50, seen=2).status == "applied"


def test_a_remove_older_than_any_set_that_has_arrived_is_superseded_whichever_came_last() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("set", milk, at=-20, note="late")
    home.do("set", milk, at=-60, seen=1, category="slow clock")
    assert home.do("remove", milk, at=-50, seen=1).status == "superseded"
    assert home.do("remove", milk, at=-70, seen=2).status == "superseded"
    assert home.do("remove", milk, at=-50, seen=2).status == "applied"


def test_a_remove_older_than_a_tick_is_not() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("tick", milk, at=-10, ticked=True)
    assert home.do("remove", milk, at=-50, seen=1).status == "applied"


def test_a_remove_older_than_a_merged_add_is_superseded() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.add("milk", by=BOB, at=-10)
    assert home.do("remove", milk, at=-50, seen=1).status == "superseded"
    assert home.item(milk)["quantity"] == 2


def test_a_remove_older_than_a_restore_is_superseded_and_the_other_way_round() -> None:
    home = Household()
    milk = home.add("milk", at=-100)
    home.do("remove", milk, at=-80)
    home.do("restore", milk, at=-10)
    assert home.do("remove", milk, at=-50, seen=2).status == "superseded"
    home.do("remove", milk, at=-5)
    assert home.do("restore", milk, at=-7, seen=3).status == "superseded"
    assert home.texts() == []


def test_a_restored_item_is_told_with_all_its_fields() -> None:
    home = Household()
    milk = home.add("milk", quantity=3)
    home.do("remove", milk)
    home.do("restore", milk, by=BOB)
    assert len(home.change.items[milk]) == 13
    assert home.change.items[milk]["added_by"] == ANN


# --- rule 5: order ----------------------------------------------------------------------------------------------------


def test_an_add_without_a_position_comes_last() -> None:
    home = Household()
    home.add("first")
    home.add("far", position="zA" + "0" * 24 + "1V")
    home.add("last")
    home.add("before", position="Zz")
    home.add("end", position=None)
    assert home.texts() == ["before", "first", "far", "last", "end"]


def test_it_comes_after_ticked_moved_and_removed_items_too() -> None:
    home = Household()
    first, second, third = home.add("1"), home.add("2"), home.add("3")
    home.do("set", first, position="b00")
    home.do("tick", first, ticked=True)
    home.do("remove", third)
    home.add("last")
    home.do("restore", third)
    assert home.texts() == ["2", "3", "1", "last"]
    assert home.item(second)["position"] == "a1"


def test_a_key_at_the_far_end_of_all_keys_does_not_make_positions_grow_once_it_has_gone() -> None:
    home = Household()
    home.add("first")
    hostile = home.add("hostile", position="z" * 199)
    pressed = home.add("still last")
    assert home.item(pressed)["position"] > "z" * 199
    home.do("set", pressed, position="a1")
    home.do("set", hostile, position="a2")
    home.add("last again")
    assert home.texts() == ["first", "still last", "hostile", "last again"]
    assert home.state.items()[-1]["position"] == "a3"


def test_moves_of_different_items_do_not_touch_each_other() -> None:
    home = Household()
    one, two, three = home.add("1", at=-100), home.add("2", at=-100), home.add("3", at=-100)
    home.do("set", three, at=-50, seen=3, position="Zz")
    home.do("set", one, by=BOB, at=-60, seen=3, position="a3")
    assert home.texts() == ["3", "2", "1"]
    assert home.item(two)["position"] == "a1"
