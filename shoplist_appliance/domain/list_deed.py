"""One edit as it is being decided: who asks and when, and what its change will tell and remember."""

from typing import Any

from shoplist_appliance.domain.errors import Full
from shoplist_appliance.domain.ids import EditId, ItemId, PersonId
from shoplist_appliance.domain.list_draft import Draft, live_shops
from shoplist_appliance.domain.list_item import Item, OtherName
from shoplist_appliance.domain.lists import Change, Kind

ITEMS_LIMIT = 2_000
SHOPS_LIMIT = 50


class Deed:
    """Gathers one change over a draft, which it only reads.

    ``told`` are the new values by item and field; ``was`` the values they replace: its fields are those acted on, also
    where an item that comes back is told whole. ``ats`` are times that differ from the change's; ``plus`` says by the
    id of each merged add how many thousandths it brings (or, negative, gives back); ``list`` and ``list_was`` are the
    same for title and categories.
    """

    __slots__ = (
        "ats",
        "by",
        "draft",
        "list",
        "list_was",
        "now",
        "plus",
        "seen",
        "told",
        "was",
        "when",
    )

    def __init__(self, draft: Draft, by: PersonId | None, at: int, seen: int, now: int) -> None:
        self.draft = draft
        self.by = by
        self.when = min(at, now)
        # One above the list's revision counts as that revision, and does: no field has been changed later than now.
        self.seen = seen
        self.now = now
        self.told: dict[ItemId, dict[str, object]] = {}
        self.was: dict[ItemId, dict[str, object]] = {}
        self.ats: dict[ItemId, dict[str, int]] = {}
        self.plus: dict[ItemId, int] = {}
        self.list: dict[str, object] | None = None
        self.list_was: dict[str, object] = {}

    # --- rule 2

    def wins(self, stamp: tuple[int, ...]) -> bool:
        """Whether this edit stands against a change of that time: it is later, or its author had it on the screen."""
        return stamp[0] <= self.when or stamp[1] <= self.seen

    # --- reading

    def find(self, item_id: ItemId) -> Item | None:
        """The item of this id or of this other name."""
        item = self.draft.item(item_id)
        if item is None and (other := self.draft.name(item_id)) is not None:
            item = self.draft.item(other.item)
        return item

    def other_name(self, item_id: ItemId) -> OtherName | None:
        """What is known of the id of a merged add whose item is still known."""
        other = self.draft.name(item_id)
        return other if other is not None and self.draft.item(other.item) is not None else None

    def value(self, item: Item, field: str) -> Any:
        """The field as this deed leaves it so far."""
        told = self.told.get(item.id)
        return told[field] if told is not None and field in told else item.fields[field]

    # --- gathering

    def act(self, item: Item, field: str, value: object) -> None:
        """Give the field a value, be it the one it has."""
        item_id = item.id
        if item_id in self.told:
            self.told[item_id][field] = value
            self.was[item_id].setdefault(field, item.fields[field])
        else:
            self.told[item_id] = {field: value}
            self.was[item_id] = {field: item.fields[field]}

    def count(self, item: Item, quantity: float | None) -> None:
        """Give the quantity another value because something was added or taken away: its time is the later of both."""
        self.act(item, "quantity", quantity)
        if (at := item.stamp("quantity")[0]) > self.when:
            self.ats[item.id] = {"quantity": at}

    def bring_back(self, *items: Item) -> None:
        """Tell removed items whole, as on the list again. Raises ``Full`` where that is more than may be."""
        if self.draft.total + len(items) > ITEMS_LIMIT:
            raise Full("items")
        for item in items:
            self.act(item, "removed", False)
            whole = {**item.fields, **self.told[item.id]}
            del whole["updated_at"]
            self.told[item.id] = whole

    def put_shop(self, shop: str, categories: list[str]) -> None:
        """Give a shop its categories, none to forget it. Raises ``Full`` where it is a shop too many."""
        shops = live_shops(self.draft.shops)
        old = shops.pop(shop, [])
        if categories:
            if not old and shop and len(shops) - ("" in shops) >= SHOPS_LIMIT:
                raise Full("shops")
            shops[shop] = categories
        self.list = {"categories": shops}
        self.list_was = {"shop": shop, "categories": old}

    def put_title(self, title: str) -> None:
        """Give the list another title."""
        self.list = {"title": title}
        self.list_was = {"title": self.draft.title}

    # --- the result

    def did_something(self) -> bool:
        """Whether anything was gathered."""
        return bool(self.told) or self.list is not None

    def change(self, edit: EditId, kind: Kind, item: ItemId | None = None) -> Change:
        """What was gathered, as a change; superseded where that is nothing."""
        applied = self.did_something()
        return Change(
            self.draft.revision + 1,
            edit,
            kind,
            "applied" if applied else "superseded",
            self.by,
            self.when,
            self.told,
            self.list,
            item,
            self._memory(),
            self.now,
        )

    def _memory(self) -> dict[str, object]:
        memory = self.list_was
        if self.was:
            memory["was"] = self.was
        if self.ats:
            memory["ats"] = self.ats
        if self.plus:
            memory["plus"] = self.plus
        return memory
