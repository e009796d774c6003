"""What a list holds, and a draft over it: how a change is applied, and tried before it is stored."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from shoplist_appliance.domain.ids import ItemId
from shoplist_appliance.domain.list_item import FILLED, NAME_BYTES, Item, OtherName, Stamp
from shoplist_appliance.domain.lists import Change
from shoplist_appliance.domain.positions import key_between

REMOVED_KEPT = 4_000
REMOVED_KEPT_MS = 90 * 24 * 3600 * 1000
SHOPS_FORGOTTEN_KEPT = 200
# Over this length an end of the list is looked for again: a key that made it so long may have gone meanwhile.
LONG_POSITION = 100

_COUNTED = frozenset(("text", "unit", "ticked", "removed"))


class Shop(NamedTuple):
    """The order of categories in one shop; without any, the shop is forgotten but its stamp is not."""

    categories: Sequence[str]
    stamp: Stamp


def live_shops(shops: Mapping[str, Shop]) -> dict[str, list[str]]:
    """The shops that are not forgotten, with their categories."""
    return {name: list(shop.categories) for name, shop in shops.items() if shop.categories}


class Contents:
    """What a list holds at a revision: all of it is what its changes made, nothing else."""

    __slots__ = (
        "by_id",
        "forgotten",
        "last",
        "names",
        "open",
        "open_by_key",
        "removed",
        "revision",
        "shops",
        "size",
        "title",
        "title_stamp",
        "total",
        "updated_at",
    )

    def __init__(self, title: str, at: int) -> None:
        self.revision = 0
        self.title = title
        self.title_stamp: Stamp = (at, 0, 0)
        self.updated_at = at
        self.shops: dict[str, Shop] = {}
        self.by_id: dict[ItemId, Item] = {}
        self.names: dict[ItemId, OtherName] = {}
        self.open_by_key: dict[str, tuple[ItemId, ...]] = {}
        self.removed: dict[ItemId, int] = {}  # the server's time of each removal, the oldest first
        self.total = 0
        self.open = 0
        self.last: str | None = None  # no item has come after this position yet
        self.forgotten = 0  # the last revision of an item that was forgotten
        self.size = 2_000

    def put_item(self, item: Item, removed_at: int | None) -> None:
        """Put in an item as it is read, removed at the server's time given; removed ones come in that order."""
        self.by_id[item.id] = item
        self.size += item.size()
        position = item.fields["position"]
        if self.last is None or position > self.last:
            self.last = position
        if removed_at is not None:
            self.removed[item.id] = removed_at
            return
        self.total += 1
        if item.is_open:
            self.open += 1
            self.open_by_key[item.key] = (*self.open_by_key.get(item.key, ()), item.id)

    def put_shop(self, name: str, shop: Shop) -> None:
        """Put in a shop as it is read."""
        self.shops[name] = shop
        self.size += shop_bytes(shop.categories)


class Draft:
    """A list as it would be after some changes; the list itself stays as it is until ``commit``."""

    __slots__ = (
        "_base",
        "_by_id",
        "_names",
        "_oldest",
        "_open_by_key",
        "_removals",
        "_removed",
        "_returned",
        "forgotten",
        "last",
        "open",
        "revision",
        "shops",
        "size",
        "title",
        "title_stamp",
        "total",
        "updated_at",
    )

    def __init__(self, base: Contents) -> None:
        self._base = base
        self.revision = base.revision
        self.title = base.title
        self.title_stamp = base.title_stamp
        self.updated_at = base.updated_at
        self.shops = base.shops
        self.total = base.total
        self.open = base.open
        self.last = base.last
        self.forgotten = base.forgotten
        self.size = base.size
        # What differs from the base; None where it has gone.
        self._by_id: dict[ItemId, Item | None] = {}
        self._names: dict[ItemId, OtherName | None] = {}
        self._open_by_key: dict[str, tuple[ItemId, ...]] = {}
        self._removed: dict[ItemId, int] = {}
        self._returned: set[ItemId] = set()
        self._removals = iter(base.removed.items())
        self._oldest = next(self._removals, None)  # that the base knows and that has not returned

    # --- reading

    def item(self, item_id: ItemId) -> Item | None:
        """The item of this very id, removed ones too; None where it is unknown or forgotten."""
        if item_id in self._by_id:
            return self._by_id[item_id]
        return self._base.by_id.get(item_id)

    def name(self, item_id: ItemId) -> OtherName | None:
        """What is known of the id of a merged add."""
        if item_id in self._names:
            return self._names[item_id]
        return self._base.names.get(item_id)

    def first_open(self, key: str) -> Item | None:
        """Of the open items of this key, the first by position, then id."""
        ids = self._with_key(key)
        if not ids:
            return None
        items = [item for item_id in ids if (item := self.item(item_id))]
        return items[0] if len(items) == 1 else min(items, key=lambda item: (item.fields["position"], item.id))

    def position_after_all(self) -> str:
        """A position that comes last."""
        key = key_between(self.last, None)
        if len(key) > LONG_POSITION:
            on_list = (item.fields["position"] for item in self._all_items() if not item.removed)
            key = key_between(max(on_list, default=None), None)
        return key

    def _with_key(self, key: str) -> tuple[ItemId, ...]:
        ids = self._open_by_key.get(key)
        return self._base.open_by_key.get(key, ()) if ids is None else ids

    def _all_items(self) -> Iterable[Item]:
        for item in self._by_id.values():
            if item is not None:
                yield item
        for item_id, item in self._base.by_id.items():
            if item_id not in self._by_id:
                yield item

    # --- applying

    def apply(self, change: Change) -> None:
        """Do what a change says; the only place where what a list holds becomes another.

        A stored change, read again, does exactly what it did when it was decided.
        """
        memory: Mapping[str, Any] = change.memory
        self.forget(change.stored_at)
        self.revision = change.revision
        self.updated_at = change.stored_at
        was: Mapping[ItemId, Mapping[str, object]] = memory.get("was", {})
        plus: Mapping[ItemId, int] = memory.get("plus", {})
        added_to = {self._named(other, change) for other in plus} if plus else ()
        for item_id, told in change.items.items():
            if item_id in was:
                ats = memory["ats"].get(item_id, {}) if "ats" in memory else {}
                self._change_item(item_id, told, was[item_id], ats, change, item_id in added_to)
            else:
                self._add_item(Item.new(told, change.at, change.revision))
        for other in plus:
            self._turn_name(other, abs(plus[other]), was, change)
        if change.list is not None:
            self._change_list(change.list, memory, change)
        if self._removed:
            self._forget_beyond(REMOVED_KEPT)

    def _add_item(self, item: Item) -> None:
        self._by_id[item.id] = item
        self.size += item.size()
        self._count(item)
        self._stretch(item.fields["position"])

    def _change_item(
        self,
        item_id: ItemId,
        told: Mapping[str, object],
        was: Mapping[str, object],
        ats: Mapping[str, int],
        change: Change,
        added_to: bool,
    ) -> None:
        item = self._own(item_id)
        recount = not _COUNTED.isdisjoint(was)
        if recount:
            self._uncount(item)
        if "text" in was or "note" in was:
            self.size -= item.size()
        _write(item, told, was, ats, change)
        if "text" in was or "note" in was:
            self.size += item.size()
        if "quantity" in was and not added_to:
            item.counted = change.revision
        if change.kind == "set" or (change.kind == "add" and change.item == item_id):
            item.note_set(change.at, change.revision)
        if "position" in was:
            self._stretch(item.fields["position"])
        if "removed" in was:
            self._move_removal(item, change.stored_at)
        if recount:
            self._count(item)

    def _own(self, item_id: ItemId) -> Item:
        item = self._by_id.get(item_id)
        if item is None:
            item = self._by_id[item_id] = self._base.by_id[item_id].copy()
        return item

    def _count(self, item: Item) -> None:
        if not item.removed:
            self.total += 1
            if not item.fields["ticked"]:
                self.open += 1
                self._open_by_key[item.key] = (*self._with_key(item.key), item.id)

    def _uncount(self, item: Item) -> None:
        if not item.removed:
            self.total -= 1
            if not item.fields["ticked"]:
                self.open -= 1
                ids = self._with_key(item.key)
                self._open_by_key[item.key] = tuple([other for other in ids if other != item.id])

    def _stretch(self, position: str) -> None:
        if self.last is None or position > self.last:
            self.last = position

    # --- the other names of items

    def _named(self, other_id: ItemId, change: Change) -> ItemId | None:
        other = self.name(other_id)
        return change.item if other is None else other.item

    def _turn_name(
        self, other_id: ItemId, amount: int, was: Mapping[ItemId, Mapping[str, object]], change: Change
    ) -> None:
        """What an add brought came, or goes, or comes again."""
        other = self.name(other_id)
        item_id = cast(ItemId, change.item) if other is None else other.item
        before = was.get(item_id, {})
        if other is None:
            item = self._own(item_id)
            older, item.newest_name = item.newest_name, other_id
            self.size += NAME_BYTES
        else:
            older = other.older
        bare = "quantity" in before and before["quantity"] is None
        filled = tuple(field for field in FILLED if field in before)
        taken = other is not None and not other.taken
        self._names[other_id] = OtherName(item_id, change.revision, amount, bare, filled, taken, older)

    # --- title and shops

    def _change_list(self, told: Mapping[str, object], memory: Mapping[str, Any], change: Change) -> None:
        if "title" in told:
            self.title_stamp = _stamped(self.title_stamp, self.title == told["title"], change.at, change.revision)
            self.title = cast(str, told["title"])
        else:
            name = cast(str, memory["shop"])
            old = self.shops.get(name)
            new = list(cast("Mapping[str, Sequence[str]]", told["categories"]).get(name, ()))
            stamp = (change.at, change.revision, change.revision)
            if old is not None:
                stamp = _stamped(old.stamp, list(old.categories) == new, change.at, change.revision)
            self.size += shop_bytes(new) - (0 if old is None else shop_bytes(old.categories))
            self.shops = _without_the_longest_forgotten({**self.shops, name: Shop(new, stamp)})

    # --- removed items, which are not kept for ever

    def forget(self, now: int) -> None:
        """Let go of what was removed too long ago; whoever has seen less than that gets the whole list."""
        while (oldest := self._oldest_removal()) and oldest[1] < now - REMOVED_KEPT_MS:
            self._drop(oldest[0])

    def _forget_beyond(self, kept: int) -> None:
        while self._removed_count() > kept and (oldest := self._oldest_removal()):
            self._drop(oldest[0])

    def _removed_count(self) -> int:
        return len(self._base.removed) - len(self._returned) + len(self._removed)

    def _oldest_removal(self) -> tuple[ItemId, int] | None:
        # What has returned stays so in a draft: passed over once, and not again for each item that is let go of.
        while self._oldest is not None and self._oldest[0] in self._returned:
            self._oldest = next(self._removals, None)
        return self._oldest or next(iter(self._removed.items()), None)

    def _move_removal(self, item: Item, now: int) -> None:
        self._unlist_removal(item.id)
        if item.removed:
            self._removed[item.id] = now

    def _unlist_removal(self, item_id: ItemId) -> None:
        self._removed.pop(item_id, None)
        if item_id in self._base.removed:
            self._returned.add(item_id)

    def _drop(self, item_id: ItemId) -> None:
        item = cast(Item, self.item(item_id))
        self._unlist_removal(item_id)
        self._by_id[item_id] = None
        self.forgotten = max(self.forgotten, item.revision)
        self.size -= item.size()
        name = item.newest_name
        while name is not None:
            older = cast(OtherName, self.name(name)).older
            self._names[name] = None
            self.size -= NAME_BYTES
            name = older

    # --- becoming true

    def is_of(self, contents: Contents) -> bool:
        """Whether this is a draft over that, as it is now."""
        return self._base is contents

    def commit(self) -> None:
        """Make the list what this draft says it would be."""
        base = self._base
        base.revision = self.revision
        base.title = self.title
        base.title_stamp = self.title_stamp
        base.updated_at = self.updated_at
        base.shops = self.shops
        base.total = self.total
        base.open = self.open
        base.last = self.last
        base.forgotten = self.forgotten
        base.size = self.size
        _overlay(base.by_id, self._by_id)
        _overlay(base.names, self._names)
        _overlay(base.open_by_key, {key: ids or None for key, ids in self._open_by_key.items()})
        for item_id in self._returned:
            del base.removed[item_id]
        base.removed.update(self._removed)


def _overlay(base: dict[Any, Any], over: Mapping[Any, Any]) -> None:
    for key, value in over.items():
        if value is None:
            base.pop(key, None)
        else:
            base[key] = value


def _stamped(old: Stamp, same: bool, at: int, revision: int) -> Stamp:
    return at, revision, old[2] if same else revision


def _write(
    item: Item, told: Mapping[str, object], was: Mapping[str, object], ats: Mapping[str, int], change: Change
) -> None:
    """Write the fields acted on, which are those remembered; an item that comes back is told with all its fields."""
    fields, later, revision = item.fields, item.later, change.revision
    for field in was:
        value = told[field]
        if field != "ticked_by":
            given = item.stamp(field)[2] if fields[field] == value else revision
            later[field] = (ats.get(field, change.at), revision, given)
        fields[field] = value
    fields["updated_at"] = change.at
    item.revision = revision
    if "text" in was or "unit" in was:
        item.forget_key()


def shop_bytes(categories: Sequence[str]) -> int:
    """Estimated bytes of a shop's categories, in memory and on disk."""
    return 100 * len(categories) + 2 * sum(map(len, categories))


def _without_the_longest_forgotten(shops: dict[str, Shop]) -> dict[str, Shop]:
    """Stamps of forgotten shops hold off older edits; only so many are kept, or they would grow for ever."""
    forgotten = [name for name, shop in shops.items() if not shop.categories]
    if len(forgotten) > SHOPS_FORGOTTEN_KEPT:
        del shops[min(forgotten, key=lambda name: shops[name].stamp[1])]
    return shops
