"""Rule 4: the same thing twice is one thing."""

import pytest

from shoplist_appliance.domain.ids import ItemId
from shoplist_appliance.domain.lists import Call, Edit
from tests.domain.household import ANN, BOB, START, Household, everything, reread


def merged(home: Household, into: ItemId, text: str, **fields: object) -> ItemId:
    """The id of an add that the item took in."""
    other = home.item_id()
    result = home.do("add", other, text=text, **fields)  # type: ignore[arg-type]
    assert (result.status, result.item) == ("applied", into)
    return other


@pytest.mark.parametrize("again", ["milk", "MILK", "  milk ", "Milk"])
def test_an_add_of_a_text_that_is_already_open_raises_its_quantity(again: str) -> None:
    home = Household()
    milk = home.add("milk", quantity=2)
    merged(home, milk, again, quantity=3, by=BOB)
    assert home.change.items == {milk: {"quantity": 5}}
    assert home.change.item == milk
    assert home.item(milk)["text"] == "milk"
    assert home.item(milk)["added_by"] == ANN


def test_yo_is_ye_and_spaces_do_not_count() -> None:
    home = Household()
    honey = home.add("Мёд  липовый")
    merged(home, honey, "мед липовый")


@pytest.mark.parametrize(
    ("had", "comes", "has"),
    [(None, None, 2), (None, 2, 3), (2, None, 3), (0.1, 0.2, 0.3), (0.5, 0.5, 1), (999_999, 1, 1_000_000)],
)
def test_an_absent_quantity_counts_as_1_and_sums_are_decimal(had: float, comes: float, has: float) -> None:
    home = Household()
    milk = home.add("milk", quantity=had)
    merged(home, milk, "milk", quantity=comes)
    assert home.item(milk)["quantity"] == has
    assert isinstance(home.item(milk)["quantity"], type(has))


def test_a_thousand_tenths_make_a_hundred() -> None:
    home = Household()
    milk = home.add("milk", quantity=0.1)
    tenth = {"text": "milk", "quantity": 0.1}
    home.unit([Call(ANN, [Edit(home.edit_id(), "add", [home.item_id()], START, 0, tenth) for _ in range(999)])])
    assert home.item(milk)["quantity"] == 100


def test_units_agree_where_they_are_the_same_spelling_or_another_of_the_table_or_both_absent() -> None:
    home = Household()
    flour = home.add("flour", quantity=1, unit="кг.")
    assert home.item(flour)["unit"] == "kg"
    merged(home, flour, "flour", quantity=2, unit="Kilo")
    eggs = home.add("eggs", quantity=10, unit="шт")
    assert home.item(eggs)["unit"] is None
    merged(home, eggs, "eggs")
    beer = home.add("beer", unit="Kisten")
    merged(home, beer, "beer", unit=" kisten")
    assert home.item(beer)["unit"] == "Kisten"


def test_where_units_differ_it_is_an_item_of_its_own_and_nothing_is_converted() -> None:
    home = Household()
    kilos = home.add("flour", quantity=1, unit="kg")
    grams = home.add("flour", quantity=500, unit="g")
    none = home.add("flour")
    assert len({kilos, grams, none}) == 3
    merged(home, grams, "flour", quantity=250, unit="гр")
    merged(home, none, "flour")
    assert [home.item(item)["quantity"] for item in (kilos, grams, none)] == [1, 750, 2]


def test_a_unit_that_is_set_becomes_its_code_too() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("set", milk, unit="литра")
    assert home.change.items == {milk: {"unit": "l"}}
    home.do("set", milk, unit="pcs")
    assert home.change.items == {milk: {"unit": None}}


def test_of_several_such_items_the_first_by_position_then_id_takes_it_in() -> None:
    home = Household()
    last = home.add("a", ItemId("30000000-0000-4000-8000-000000000000"), position="a5")
    second = home.add("b", ItemId("20000000-0000-4000-8000-000000000000"), position="a3")
    first = home.add("c", ItemId("10000000-0000-4000-8000-000000000000"), position="a3")
    for item in (last, second, first):
        home.do("set", item, text="milk")
    merged(home, first, "milk")
    home.do("remove", first)
    merged(home, second, "milk")
    home.do("set", last, position="Zz")
    merged(home, last, "milk")


def test_where_the_sum_with_that_first_item_passes_the_limit_it_is_an_item_of_its_own() -> None:
    home = Household()
    first = home.add("salt", quantity=999_999.5)
    assert home.add("salt", quantity=0.501) != first
    # The second has room, but the first is the one that counts.
    assert len({home.add("salt", quantity=1), home.add("salt", quantity=0.6), first}) == 3
    merged(home, first, "salt", quantity=0.5)


@pytest.mark.parametrize("how", ["ticked", "removed"])
def test_only_what_is_open_takes_in(how: str) -> None:
    home = Household()
    milk = home.add("milk")
    home.do("tick", milk, ticked=True) if how == "ticked" else home.do("remove", milk)
    assert home.add("milk") != milk
    assert home.item(milk)["quantity"] is None


def test_set_and_untick_do_not_merge() -> None:
    home = Household()
    milk, bread = home.add("milk"), home.add("bread")
    home.do("tick", milk, ticked=True)
    again = home.add("milk")
    home.do("tick", milk, ticked=False)
    home.do("set", bread, text="milk")
    assert home.state.total == 3
    merged(home, milk, "milk")
    assert home.item(again)["quantity"] is None


def test_note_category_price_and_picture_fill_only_what_is_empty_whatever_the_at() -> None:
    home = Household()
    milk = home.add("milk", note="mine", at=-10)
    merged(home, milk, "milk", note="theirs", category="dairy", price=2.0, picture="p", at=-1_000, seen=0)
    assert home.change.items == {milk: {"quantity": 2, "category": "dairy", "price": 2, "picture": "p"}}
    assert home.item(milk)["note"] == "mine"


def test_position_of_a_merged_add_moves_nothing() -> None:
    home = Household()
    milk = home.add("milk")
    home.add("bread")
    merged(home, milk, "milk", position="b00")
    assert home.texts() == ["milk", "bread"]


def test_sums_count_whatever_the_at_and_the_quantitys_time_is_the_later_of_both() -> None:
    home = Household()
    milk = home.add("milk", at=-1_000)
    home.do("set", milk, at=-100, quantity=5)
    merged(home, milk, "milk", at=-500, seen=1)
    assert home.item(milk)["quantity"] == 6
    assert home.item(milk)["updated_at"] == START - 500
    assert home.do("set", milk, at=-300, seen=2, quantity=1).status == "superseded"
    merged(home, milk, "milk", at=-50, seen=1)
    assert home.do("set", milk, at=-80, seen=3, quantity=1).status == "superseded"
    assert home.do("set", milk, at=-40, seen=3, quantity=1).status == "applied"


def test_the_id_of_a_merged_add_is_another_name_of_the_item_for_every_edit_also_after_a_restart() -> None:
    home = Household()
    milk = home.add("milk")
    other = merged(home, milk, "milk")
    home.state = reread(home.state)
    home.do("set", other, note="offline")
    assert home.change.items == {milk: {"note": "offline"}}
    home.do("tick", [other, milk], ticked=True)
    assert list(home.change.items) == [milk]
    home.do("tick", other, ticked=False)
    third = merged(home, milk, "milk")
    home.do("remove", milk)
    home.do("restore", third)
    assert home.change.items[milk]["removed"] is False


def test_a_name_and_its_item_are_one_for_an_unknown_id_too() -> None:
    home = Household()
    milk = home.add("milk")
    other = merged(home, milk, "milk")
    assert home.do("tick", [home.item_id(), other], ticked=True).status == "applied"


# --- taking a merged add back ---------------------------------------------------------------------------------------


def test_a_remove_that_names_an_item_by_a_merged_adds_id_takes_back_what_that_add_brought() -> None:
    home = Household()
    milk = home.add("milk", quantity=2)
    other = merged(home, milk, "milk", by=BOB, quantity=3, note="fresh")
    result = home.do("remove", other, by=BOB)
    assert result.status == "applied"
    assert home.change.items == {milk: {"note": None, "quantity": 2}}
    assert home.texts() == ["milk"]


def test_an_absent_quantity_is_absent_again_if_nothing_came_since() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("remove", merged(home, milk, "milk"))
    assert home.item(milk)["quantity"] is None


def test_nobodys_undo_takes_anothers_milk() -> None:
    home = Household()
    milk = home.add("milk", quantity=1)
    mine = merged(home, milk, "milk", quantity=2)
    theirs = merged(home, milk, "milk", by=BOB, quantity=4)
    home.do("remove", mine)
    assert home.item(milk)["quantity"] == 5
    home.do("remove", theirs, by=BOB)
    assert home.item(milk)["quantity"] == 1


def test_nothing_left_to_take_back_is_superseded() -> None:
    home = Household()
    milk = home.add("milk")
    other = merged(home, milk, "milk")
    assert home.do("remove", other).status == "applied"
    assert home.do("remove", other).status == "superseded"
    assert home.item(milk)["quantity"] is None


def test_a_quantity_that_someone_has_set_since_stays() -> None:
    home = Household()
    milk = home.add("milk")
    other = merged(home, milk, "milk", note="fresh")
    home.do("set", milk, quantity=7)
    assert home.do("remove", other).status == "applied"
    assert home.change.items == {milk: {"note": None}}
    assert home.do("remove", other).status == "superseded"
    bare = merged(home, milk, "milk")
    home.do("set", milk, quantity=9)
    assert home.do("remove", bare).status == "superseded"
    assert home.item(milk)["quantity"] == 9


def test_what_someone_changed_since_of_what_it_filled_stays() -> None:
    home = Household()
    milk = home.add("milk")
    other = merged(home, milk, "milk", note="fresh", category="dairy")
    home.do("set", milk, by=BOB, note="very fresh")
    home.do("remove", other)
    assert home.change.items == {milk: {"category": None, "quantity": None}}


def test_taking_back_several_adds_at_once_takes_back_the_sum() -> None:
    home = Household()
    milk = home.add("milk", quantity=1)
    names = [merged(home, milk, "milk", quantity=quantity) for quantity in (2, 4, 8)]
    home.do("remove", [names[0], home.item_id(), names[2]])
    assert home.change.items == {milk: {"quantity": 5}}
    assert home.do("remove", names).status == "applied"
    assert home.item(milk)["quantity"] == 1


def test_the_item_and_one_of_its_names_together_remove_the_item_and_take_that_add_back() -> None:
    home = Household()
    milk = home.add("milk", quantity=1)
    other = merged(home, milk, "milk", quantity=2)
    home.do("remove", [milk, other])
    assert home.change.items == {milk: {"removed": True, "quantity": 1}}
    assert home.texts() == []


def test_taken_back_the_quantitys_time_is_the_later_of_both_too() -> None:
    home = Household()
    milk = home.add("milk", at=-1_000)
    other = merged(home, milk, "milk", at=-100)
    assert home.do("remove", other, at=-500, seen=0).status == "applied"
    assert home.item(milk)["quantity"] is None
    assert home.do("set", milk, at=-200, seen=2, quantity=5).status == "superseded"
    assert home.do("set", milk, at=-50, seen=2, quantity=5).status == "applied"


def test_what_was_brought_can_be_taken_back_from_a_ticked_or_removed_item_and_after_a_restart() -> None:
    home = Household()
    milk = home.add("milk", quantity=1)
    first, second = merged(home, milk, "milk", quantity=2), merged(home, milk, "milk", quantity=4)
    home.do("tick", milk, ticked=True)
    home.do("remove", first)
    home.do("remove", milk)
    home.state = reread(home.state)
    home.do("remove", second)
    home.do("restore", milk)
    assert home.change.items[milk]["quantity"] == 1


def test_a_merged_add_is_never_counted_as_an_item() -> None:
    home = Household()
    milk = home.add("milk")
    merged(home, milk, "milk")
    assert (home.state.total, home.state.open) == (1, 1)
    assert everything(reread(home.state))["names"] == everything(home.state)["names"]
