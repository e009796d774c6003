"""What a list holds at most, and what is refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from shoplist_appliance.domain.errors import Conflict, Full
from shoplist_appliance.domain.ids import ItemId
from shoplist_appliance.domain.lists import Call, Edit
from tests.domain.household import ANN, START, Household

# --- limits -----------------------------------------------------------------------------------------------------------


def full_house() -> Household:
    """A list with 1,999 items and its household, which may still add one."""
    home = Household()
    edits = [
        Edit(home.edit_id(), "add", [ItemId(home.item_id())], START, 0, {"text": f"thing {number}"})
        for number in range(1_999)
    ]
    home.unit([Call(ANN, edits)])
    return home


def test_a_list_holds_2000_items_ticked_ones_too_and_no_more() -> None:
    home = full_house()
    last = home.add("the last")
    home.do("tick", last, ticked=True)
    refused = home.do("add", home.item_id(), text="one too many")
    assert refused.status == "refused"
    assert isinstance(refused.error, Full)
    assert home.add("Thing 7") != last, "a merged add is never full"
    home.do("remove", last)
    home.add("in its place")
    returning: Sequence[tuple[str, Mapping[str, Any]]] = (("restore", {}), ("set", {"note": "x"}))
    for kind, fields in returning:
        refused = home.do(kind, last, **fields)
        assert isinstance(refused.error, Full), kind
    assert home.item(last)["removed"]
    assert home.item(last)["note"] is None
    with_one_place = home.do("remove", home.state.items()[0]["id"])  # type: ignore[arg-type]
    assert with_one_place.status == "applied"
    assert home.do("set", last, note="x").status == "applied"
    assert home.state.total == 2_000


def test_a_restore_of_many_is_refused_whole_where_one_of_them_is_too_many() -> None:
    home = full_house()
    one, other = home.add("one"), home.state.items()[0]["id"]
    home.do("remove", [one, other])  # type: ignore[list-item]
    home.add("new")
    refused = home.do("restore", [one, other])  # type: ignore[list-item]
    assert isinstance(refused.error, Full)
    assert home.state.total == 1_999


def test_a_set_that_leaves_a_removed_item_removed_is_not_full() -> None:
    home = full_house()
    gone = home.add("gone", at=-100)
    home.do("remove", gone, at=-10)
    home.add("new")
    assert home.do("set", gone, at=-50, seen=2_000, note="x").status == "applied"


def test_the_51st_shop_is_refused_the_nameless_one_is_none_of_them_and_no_categories_forget_one() -> None:
    home = Household()
    for number in range(50):
        home.do("arrange", shop=f"shop {number}", categories=["a", "b"])
    home.do("arrange", categories=["for every shop"])
    refused = home.do("arrange", shop="one more", categories=["a"])
    assert refused.status == "refused"
    assert isinstance(refused.error, Full)
    assert home.do("arrange", shop="shop 3", categories=["c"]).status == "applied"
    assert home.do("arrange", shop="never was", categories=[]).status == "applied"
    assert home.do("arrange", shop="shop 4", categories=[]).status == "applied"
    assert "shop 4" not in home.state.categories
    assert home.do("arrange", shop="one more", categories=["a"]).status == "applied"
    assert len(home.state.categories) == 51
    assert home.change.list == {"categories": home.state.categories}, "told whole"


def test_a_superseded_arrange_of_a_51st_shop_is_superseded_not_refused() -> None:
    home = Household()
    home.do("arrange", shop="old", categories=["a"])
    home.do("arrange", shop="old", categories=[])
    for number in range(50):
        home.do("arrange", shop=f"shop {number}", categories=["a"])
    assert home.do("arrange", at=-50, seen=1, shop="old", categories=["a"]).status == "superseded"
    assert isinstance(home.do("arrange", shop="old", categories=["a"]).error, Full)


def test_only_so_many_forgotten_shops_are_remembered() -> None:
    home = Household()
    for number in range(205):
        home.do("arrange", shop=f"shop {number}", categories=["a"])
        home.do("arrange", shop=f"shop {number}", categories=[])
    assert len(home.state.shops) == 200
    assert home.state.categories == {}


def test_an_item_id_reused_by_a_different_add_is_a_conflict() -> None:
    home = Household()
    milk = home.add("milk")
    also = home.item_id()
    home.add("milk", also)
    gone = home.add("gone")
    home.do("remove", gone)
    for taken in (milk, also, gone):
        refused = home.do("add", taken, text="milk")
        assert refused.status == "refused"
        assert isinstance(refused.error, Conflict)
    assert home.item(milk)["quantity"] == 2
