"""What a list in memory shows, what it forgets, and its way to disk and back."""

import json

import orjson
import pytest

from shoplist_appliance.domain.errors import Conflict, NotFound
from shoplist_appliance.domain.ids import ItemId
from shoplist_appliance.domain.list_draft import REMOVED_KEPT_MS
from shoplist_appliance.domain.list_rules import decide
from shoplist_appliance.domain.list_state import ListState, people_of
from shoplist_appliance.domain.lists import Call, Edit
from tests.domain.household import ANN, BOB, START, Household, Pieces, everything, reread

DAY = 24 * 3600 * 1000


def changed_since(home: Household, since: int) -> dict[object, object] | None:
    """The ids of what changed and whether it is removed; None where only the whole list will do."""
    items = home.state.items_since(since)
    return None if items is None else {item["id"]: item["removed"] for item in items}


# --- reading --------------------------------------------------------------------------------------------------------


def test_what_changed_since_a_revision_is_shown_with_what_was_removed() -> None:
    home = Household()
    milk, bread, eggs = home.add("milk"), home.add("bread"), home.add("eggs")
    home.do("remove", bread)
    home.do("tick", eggs, ticked=True)
    assert changed_since(home, 5) == {}
    assert changed_since(home, 3) == {bread: True, eggs: False}
    assert changed_since(home, 0) == {milk: False, bread: True, eggs: False}


def test_whoever_is_ahead_gets_the_whole_list() -> None:
    home = Household()
    home.add("milk")
    assert changed_since(home, 1) == {}
    assert changed_since(home, 2) is None


def test_what_is_shown_is_a_copy() -> None:
    home = Household()
    milk = home.add("milk")
    home.state.items()[0]["text"] = "spoilt"
    (home.state.items_since(0) or [])[0]["text"] = "spoilt"
    assert home.item(milk)["text"] == "milk"


def test_the_people_are_those_who_added_or_ticked() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("tick", milk, by=BOB, ticked=True)
    assert home.state.people() == {ANN, BOB}
    assert people_of([{"ticked_by": None}, {"text": "x"}, {"added_by": BOB}]) == {BOB}


# --- copying --------------------------------------------------------------------------------------------------------


def test_a_copy_has_the_categories_and_the_items_unticked_under_new_ids() -> None:
    home = Household()
    milk, bread = home.add("milk", quantity=2, note="x", by=BOB), home.add("bread")
    gone = home.add("gone")
    home.do("tick", milk, ticked=True)
    home.do("remove", gone)
    home.do("arrange", shop="Lidl", categories=["a"])
    copy = home.state.copied("Again", START + 5, BOB, lambda item: ItemId(f"copy of {item}"))
    assert (copy.revision, copy.title, copy.updated_at) == (0, "Again", START + 5)
    assert copy.categories == {"Lidl": ["a"]}
    assert {
        item["id"]: (item["text"], item["ticked"], item["ticked_by"], item["added_by"]) for item in copy.items()
    } == {
        f"copy of {milk}": ("milk", False, None, BOB),
        f"copy of {bread}": ("bread", False, None, BOB),
    }
    assert (copy.total, copy.open) == (2, 2)
    assert copy.items_since(0) is None, "its items were there before its first change"
    assert everything(reread(copy)) == everything(copy)


def test_a_copy_merges_and_orders_as_any_list() -> None:
    home = Household()
    home.add("milk", position="b00")
    copy = Household(home.state.copied("Again", START, ANN, lambda item: ItemId(item[:-1] + "f")))
    milk = copy.add("Milk")
    assert copy.item(milk)["quantity"] == 2
    copy.add("bread")
    assert copy.texts() == ["milk", "bread"]
    assert home.texts() == ["milk"]


# --- to disk and back -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["a", "щ", "😀", "\x01"])
def test_a_snapshot_comes_in_pieces_of_json_under_1_mib_whatever_the_list(letter: str) -> None:
    home = Household()
    edits = [
        Edit(home.edit_id(), "add", [home.item_id()], START, 0, {"text": f"{n}" + letter * 490, "note": letter * 2_000})
        for n in range(100)
    ]
    shops = [
        Edit(home.edit_id(), "arrange", [], START, 0, {"shop": f"shop {shop}", "categories": [letter * 100] * 200})
        for shop in range(20)
    ]
    home.state.take(decide(home.state, home.header, [Call(ANN, edits + shops)], now=START, known={}))
    pieces = Pieces(home.state.snapshot()).pieces
    assert len(pieces) > 10
    assert max(map(len, pieces)) < 512 * 1024
    assert all(isinstance(json.loads(piece), list) for piece in pieces)
    assert everything(reread(home.state)) == everything(home.state)


def test_a_snapshot_is_the_same_by_any_writer_of_json() -> None:
    home = Household()
    milk = home.add("молоко", quantity=0.3, note='"\\\n')
    home.add("молоко", quantity=0.4)
    home.do("tick", milk, ticked=True)
    fast = Pieces(home.state.snapshot(orjson.dumps))
    assert everything(ListState.from_snapshot(fast, orjson.loads)) == everything(home.state)
    assert everything(ListState.from_snapshot(fast)) == everything(home.state)
    assert fast.pieces == Pieces(home.state.snapshot()).pieces


def test_what_changes_while_a_snapshot_is_drawn_does_not_show_in_it() -> None:
    home = Household()
    milk = home.add("milk")
    home.add("milk")
    home.do("arrange", categories=["a"])
    was = everything(home.state)
    drawn = home.state.snapshot()
    home.do("set", milk, text="changed", position="Zz")
    home.add("new")
    home.do("remove", milk)
    home.do("arrange", categories=["b"])

    assert everything(ListState.from_snapshot(Pieces(drawn))) == was


def test_a_snapshot_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 2"):
        ListState.from_snapshot(Pieces([b'[["list",2,0,"t",[0,0,0],0,null,0]]']))


def test_a_snapshot_falls_due_after_as_many_changes_as_items_and_200_at_least() -> None:
    home = Household()
    milk = home.add("milk")

    def tick(times: int) -> None:
        edits = [Edit(home.edit_id(), "tick", [milk], START, 0, {"ticked": True}) for _ in range(times)]
        home.state.take(decide(home.state, home.header, [Call(ANN, edits)], now=START, known={}))

    home.state.snapshot()
    tick(199)
    assert not home.state.snapshot_due()
    tick(1)
    assert home.state.snapshot_due()
    home.state.snapshot()
    assert not home.state.snapshot_due()
    adds = [Edit(home.edit_id(), "add", [home.item_id()], START, 0, {"text": f"{n}"}) for n in range(299)]
    home.state.take(decide(home.state, home.header, [Call(ANN, adds)], now=START, known={}))
    assert not home.state.snapshot_due()
    tick(1)
    assert home.state.snapshot_due()


def test_changes_are_replayed_in_order_without_gaps() -> None:
    home = Household()
    home.add("milk")
    home.add("bread")
    fresh = ListState.new("Food", START)
    with pytest.raises(ValueError, match="does not follow"):
        fresh.replay(home.log[1])
    fresh.replay(home.log[0])
    with pytest.raises(ValueError, match="does not follow"):
        fresh.replay(home.log[0])


def test_the_estimated_size_grows_and_shrinks_with_what_the_list_holds() -> None:
    home = Household()
    empty = home.state.size
    milk = home.add("milk", note="x" * 1_000)
    assert home.state.size > empty + 2_000
    big = home.state.size
    home.do("set", milk, note=None)
    assert empty < home.state.size < big - 1_000
    home.do("arrange", categories=["c" * 100] * 200)
    assert home.state.size > big
    home.do("arrange", categories=[])
    home.do("remove", milk)
    home.now += REMOVED_KEPT_MS + 1
    home.do("rename", title="later")
    assert home.state.size == empty


# --- forgetting what was removed ------------------------------------------------------------------------------------


def test_what_was_removed_over_90_days_ago_is_forgotten_by_the_servers_clock() -> None:
    home = Household()
    milk, bread = home.add("milk", at=-365 * DAY), home.add("bread")
    home.do("remove", milk, at=-364 * DAY)
    home.now += 90 * DAY
    assert home.do("set", milk, at=0, seen=0, note="still known").status == "applied"
    home.do("remove", bread)
    home.do("remove", milk)
    home.now += 90 * DAY + 1
    for kind, fields in (("set", {"note": "x"}), ("tick", {"ticked": True}), ("remove", {}), ("restore", {})):
        refused = home.do(kind, milk, **fields)
        assert isinstance(refused.error, NotFound), kind


def test_whoever_saw_less_than_what_is_forgotten_gets_the_whole_list() -> None:
    home = Household()
    milk, bread = home.add("milk"), home.add("bread")
    home.do("remove", milk)
    home.now += 90 * DAY + 1
    home.do("tick", bread, ticked=True)
    assert changed_since(home, 2) is None
    assert changed_since(home, 3) == {bread: False}
    home.state = reread(home.state)
    assert changed_since(home, 2) is None


def test_a_restored_item_is_kept_however_old_and_its_next_removal_counts_anew() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("remove", milk)
    home.now += 80 * DAY
    home.do("restore", milk)
    home.now += 80 * DAY
    home.do("remove", milk)
    home.now += 80 * DAY
    assert home.do("restore", milk).status == "applied"


def test_with_an_item_go_its_other_names_and_its_id_is_free_again() -> None:
    home = Household()
    milk = home.add("milk")
    names = [home.item_id(), home.item_id()]
    for name in names:
        home.add("milk", name)
    home.do("remove", milk)
    home.now += 90 * DAY + 1
    for name in names:
        assert isinstance(home.do("set", name, note="x").error, NotFound)
    again = home.add("other", milk)
    assert again == milk
    assert isinstance(home.do("set", names[0], note="x").error, NotFound)
    assert home.add("milk", names[0]) == names[0]


def test_beyond_4000_removed_items_the_longest_removed_are_forgotten() -> None:
    home = Household()
    ids = [home.item_id() for _ in range(4_010)]
    for start in (0, 2_000, 4_000):
        batch = ids[start : start + 2_000]
        edits = [Edit(home.edit_id(), "add", [item], home.now, 0, {"text": item}) for item in batch]
        edits.append(Edit(home.edit_id(), "remove", batch, home.now, home.state.revision + 2_000, {}))
        unit = decide(home.state, home.header, [Call(ANN, edits)], now=home.now, known={})
        home.state.take(unit)
    assert len(home.state.removed) == 4_000
    assert home.state.by_id.keys() == set(ids[10:])
    assert changed_since(home, 2_000) is None
    assert changed_since(home, home.state.revision) == {}
    live = everything(home.state)
    assert everything(reread(home.state)) == live
    assert isinstance(refusal(home, ids[9]), NotFound)
    assert refusal(home, ids[10]) is None


def refusal(home: Household, item: ItemId) -> Exception | None:
    """What refuses an edit of the item."""
    edit = Edit(home.edit_id(), "tick", [item], home.now, 0, {"ticked": True})
    outcome = decide(home.state, home.header, [Call(ANN, [edit])], now=home.now, known={}).outcomes[0]
    assert not isinstance(outcome, Exception)
    return outcome.results[0].error


def test_an_undo_of_what_is_forgotten_has_nothing_to_put_back() -> None:
    home = Household()
    milk, bread = home.add("milk"), home.add("bread")
    home.do("remove", [milk, bread])
    home.do("restore", bread)
    home.do("remove", bread)
    home.now += 90 * DAY + 1
    for revision in (3, 5):
        with pytest.raises(Conflict):
            home.undo(revision)


def test_an_undo_of_an_add_leaves_an_item_that_got_the_forgotten_ones_id() -> None:
    home = Household()
    milk = home.add("milk")
    home.do("remove", milk)
    home.now += 90 * DAY + 1
    home.add("bread", milk)
    with pytest.raises(Conflict):
        home.undo(1)
    assert home.texts() == ["bread"]


def test_what_is_forgotten_counts_by_its_last_change_not_by_its_removal() -> None:
    home = Household()
    milk, bread = home.add("milk"), home.add("bread")
    home.do("remove", milk)
    home.do("remove", bread)
    home.do("tick", milk, ticked=True)
    home.now += 90 * DAY + 1
    home.add("eggs")
    assert changed_since(home, 4) is None
    assert changed_since(home, 5) is not None
