"""Undo: putting back what a change replaced, as far as nobody has changed it since; and taking back a merged add."""

from collections.abc import Mapping
from typing import Any, cast

from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.domain.ids import ItemId
from shoplist_appliance.domain.list_deed import Deed
from shoplist_appliance.domain.list_item import QUANTITY_LIMIT, Item, OtherName, quantity_of, thousandths
from shoplist_appliance.domain.lists import Change


def undo(deed: Deed, change: Change) -> None:
    """Gather what puts the change back.

    Raises ``Conflict`` where nothing is left to put back, ``Full`` where it would bring back the item too many.
    """
    memory = cast(Mapping[str, Any], change.memory)
    was: Mapping[ItemId, Mapping[str, object]] = memory.get("was", {})
    plus: Mapping[ItemId, int] = memory.get("plus", {})
    returning = []
    for item_id in change.items:
        item = deed.draft.item(item_id)
        if item is None:
            continue
        if item_id not in was:
            _take_away(deed, item, change)
        elif _put_back(deed, item, was[item_id], change, bool(plus)):
            returning.append(item)
    for other_id in plus:
        _turn(deed, other_id, change)
    if returning:
        deed.bring_back(*returning)
    if change.list is not None:
        _put_back_list(deed, memory, change)
    if not deed.did_something():
        raise Conflict("nothing_to_undo")


def take_back(deed: Deed, other_id: ItemId, other: OtherName) -> None:
    """Gather what takes back the merged add of this id: its quantity, and what it filled, if that is still there."""
    item = deed.draft.item(other.item)
    if item is None or other.taken:
        return
    for field in other.filled:
        if item.given(field) == other.revision:
            deed.act(item, field, None)
    amount = _lower(deed, item, other)
    if amount or item.id in deed.told:
        deed.plus[other_id] = -amount


def _take_away(deed: Deed, item: Item, change: Change) -> None:
    """Remove the item that this change added."""
    if item.first[1] == change.revision and not item.removed:
        deed.act(item, "removed", True)


def _put_back(deed: Deed, item: Item, was: Mapping[str, object], change: Change, counted: bool) -> bool:
    """Put back each field that this change gave its present value; whether the item comes back by that."""
    returns = False
    for field, value in was.items():
        # `ticked_by` goes with `ticked`, and sums are not put back but lowered.
        if field == "ticked_by" or (field == "quantity" and counted) or item.given(field) != change.revision:
            continue
        if field == "removed" and value is False:
            returns = True
            continue
        deed.act(item, field, value)
        if field == "ticked":
            deed.act(item, "ticked_by", was["ticked_by"])
    return returns


def _turn(deed: Deed, other_id: ItemId, change: Change) -> None:
    """Take back what a merged add brought by this change, or give back what this change took."""
    other = deed.other_name(other_id)
    if other is None or other.revision != change.revision:
        return
    item = cast(Item, deed.draft.item(other.item))
    amount = _raise(deed, item, other) if other.taken else _lower(deed, item, other)
    if amount or item.id in deed.told:
        deed.plus[other_id] = amount if other.taken else -amount


def _lower(deed: Deed, item: Item, other: OtherName) -> int:
    """Take away what the add brought, in thousandths; 0 where someone has set the quantity since: that stays."""
    if item.counted > other.revision or not other.amount:
        return 0
    if other.bare and item.stamp("quantity")[1] == other.revision:
        deed.count(item, None)
    else:
        deed.count(item, quantity_of(thousandths(deed.value(item, "quantity")) - other.amount))
    return other.amount


def _raise(deed: Deed, item: Item, other: OtherName) -> int:
    """Give back what was taken away; 0 where someone has set the quantity since, or it would pass the limit."""
    total = thousandths(deed.value(item, "quantity")) + other.amount
    if item.counted > other.revision or not other.amount or total > QUANTITY_LIMIT * 1000:
        return 0
    deed.count(item, quantity_of(total))
    return other.amount


def _put_back_list(deed: Deed, memory: Mapping[str, Any], change: Change) -> None:
    if "title" in memory:
        if deed.draft.title_stamp[2] == change.revision:
            deed.put_title(memory["title"])
    elif (shop := deed.draft.shops.get(memory["shop"])) is not None and shop.stamp[2] == change.revision:
        deed.put_shop(memory["shop"], list(memory["categories"]))
