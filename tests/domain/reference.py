"""The rules once more, as slowly and plainly as the contract says them, to hold the fast ones against.

It speaks the contract's JSON and imports nothing from the product. It knows no undo, no limits and no forgetting.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

UNITS = {"kg": "kg", "кг.": "kg", "pcs": None}
TYPED = ("text", "quantity", "unit", "note", "category", "price", "picture", "position")


@dataclass
class Cell:
    """The value of a field, the time and revision of its last change, and the revision that gave it this value."""

    value: Any
    at: int
    revision: int
    given: int


@dataclass
class Thing:
    """An item with all that ever happened to it that a rule may ask for."""

    id: str
    cells: dict[str, Cell]
    added_by: str
    ticked_by: str | None = None
    sets: list[tuple[int, int]] = field(default_factory=list)
    last_said: int = 0  # the revision at which someone last said the quantity

    def value(self, name: str) -> Any:
        return self.cells[name].value


@dataclass
class Merged:
    """An add that an item took in."""

    into: Thing
    revision: int
    brought: Decimal
    quantity_was: Any
    filled: list[str]
    taken_back: bool = False


class Reference:
    """The list that the edits make, told one by one in the order of their revisions."""

    def __init__(self, title: str, now: int) -> None:
        self.things: dict[str, Thing] = {}
        self.merged: dict[str, Merged] = {}
        self.title = Cell(title, now, 0, 0)
        self.shops: dict[str, Cell] = {}
        self.revision = 0

    def edit(self, edit: Json, at: int, by: str, same_epoch: bool, now: int, position: str | None) -> Json | None:
        """What the next edit comes to: the items and fields told, None where superseded.

        ``at`` is the edit's in ms; ``position`` the one that an add without one was given.
        """
        self.revision += 1
        self.at, self.by = min(at, now), by
        self.seen = min(edit["seen"], self.revision - 1) if same_epoch else 0
        told: Json = getattr(self, "_" + edit["kind"])(edit, position)
        return told or None

    def _stands(self, at: int, revision: int) -> bool:
        """Whether something done then stands against this edit."""
        return at > self.at and revision > self.seen

    def _write(self, thing: Thing, name: str, value: Any, at: int | None = None) -> None:
        old = thing.cells[name]
        given = old.given if old.value == value else self.revision
        thing.cells[name] = Cell(value, self.at if at is None else at, self.revision, given)

    def _first(self, value: Any) -> Cell:
        return Cell(value, self.at, self.revision, self.revision)

    def _whole(self, thing: Thing) -> Json:
        people = {"added_by": thing.added_by, "ticked_by": thing.ticked_by}
        return {"id": thing.id, **{name: cell.value for name, cell in thing.cells.items()}, **people}

    def _find(self, item: str) -> Thing | None:
        return self.things.get(item) or (self.merged[item].into if item in self.merged else None)

    def _named(self, edit: Json) -> Iterable[Thing]:
        found = [self._find(item) for item in edit.get("items", [edit.get("item")])]
        return {thing.id: thing for thing in found if thing is not None}.values()

    # --- the kinds

    def _add(self, edit: Json, position: str | None) -> Json:
        quantity, unit = edit.get("quantity"), known_unit(edit.get("unit"))
        same = [
            thing
            for thing in self.things.values()
            if not thing.value("ticked")
            and not thing.value("removed")
            and plain(thing.value("text")) == plain(edit["text"])
            and comparable(thing.value("unit")) == comparable(unit)
        ]
        if same:
            first = min(same, key=lambda thing: (thing.value("position"), thing.id))
            if total(first.value("quantity"), quantity) <= 1_000_000:
                return self._merge(edit, first)
        given = {**edit, "unit": unit}
        cells = {name: self._first(given.get(name)) for name in TYPED}
        cells |= {name: self._first(False) for name in ("ticked", "removed")}
        thing = self.things[edit["item"]] = Thing(edit["item"], cells, self.by, last_said=self.revision)
        if "position" not in edit:
            on_list = [one.value("position") for one in self.things.values() if one is not thing]
            assert position is not None
            assert all(position > other for other in on_list), "an add without a position comes last"
            thing.cells["position"].value = position
        return {thing.id: self._whole(thing)}

    def _merge(self, edit: Json, thing: Thing) -> Json:
        was, old_at = thing.value("quantity"), thing.cells["quantity"].at
        sum_of_both = total(was, edit.get("quantity"))
        filled = [
            name
            for name in ("note", "category", "price", "picture")
            if edit.get(name) is not None and thing.value(name) is None
        ]
        for name in filled:
            self._write(thing, name, edit[name])
        self._write(thing, "quantity", float(sum_of_both), max(self.at, old_at))
        thing.sets.append((self.at, self.revision))
        brought = exact(edit.get("quantity"))
        self.merged[edit["item"]] = Merged(thing, self.revision, brought, was, filled)
        return {thing.id: {name: thing.value(name) for name in ["quantity", *filled]}}

    def _set(self, edit: Json, _: object) -> Json:
        (thing,) = self._named(edit)
        won = {
            name: known_unit(edit[name]) if name == "unit" else edit[name]
            for name in TYPED
            if name in edit and not self._stands(thing.cells[name].at, thing.cells[name].revision)
        }
        if not won:
            return {}
        for name, value in won.items():
            self._write(thing, name, value)
        if "quantity" in won:
            thing.last_said = self.revision
        thing.sets.append((self.at, self.revision))
        removed = thing.cells["removed"]
        if removed.value and not self._stands(removed.at, removed.revision):
            self._write(thing, "removed", False)
            return {thing.id: self._whole(thing)}
        return {thing.id: won}

    def _tick(self, edit: Json, _: object) -> Json:
        told = {}
        for thing in self._named(edit):
            old = thing.cells["ticked"]
            if not self._stands(old.at, old.revision):
                if old.value != edit["ticked"]:
                    thing.ticked_by = self.by if edit["ticked"] else None
                self._write(thing, "ticked", edit["ticked"])
                told[thing.id] = {"ticked": edit["ticked"], "ticked_by": thing.ticked_by}
        return told

    def _remove(self, edit: Json, _: object) -> Json:
        told: Json = {}
        for item in dict.fromkeys(edit.get("items", [edit.get("item")])):
            if item in self.merged:
                self._take_back(self.merged[item], told)
            elif item in self.things:
                thing = self.things[item]
                removed = thing.cells["removed"]
                if not any(self._stands(*when) for when in [(removed.at, removed.revision), *thing.sets]):
                    self._write(thing, "removed", True)
                    told.setdefault(thing.id, {})["removed"] = True
        return told

    def _take_back(self, merged: Merged, told: Json) -> None:
        thing = merged.into
        if merged.taken_back:
            return
        put_back = {name: None for name in merged.filled if thing.cells[name].given == merged.revision}
        for name in put_back:
            self._write(thing, name, None)
        quantity = thing.cells["quantity"]
        if thing.last_said < merged.revision:
            lowered: Any = float(exact(quantity.value) - merged.brought)
            if quantity.revision == merged.revision:
                lowered = merged.quantity_was
            self._write(thing, "quantity", lowered, max(self.at, quantity.at))
            put_back["quantity"] = lowered
        if put_back:
            merged.taken_back = True
            told.setdefault(thing.id, {}).update(put_back)

    def _restore(self, edit: Json, _: object) -> Json:
        told = {}
        for thing in self._named(edit):
            removed = thing.cells["removed"]
            if not self._stands(removed.at, removed.revision):
                comes_back = removed.value
                self._write(thing, "removed", False)
                told[thing.id] = self._whole(thing) if comes_back else {"removed": False}
        return told

    def _rename(self, edit: Json, _: object) -> Json:
        if self._stands(self.title.at, self.title.revision):
            return {}
        self.title = self._first(edit["title"])
        return {"title": edit["title"]}

    def _arrange(self, edit: Json, _: object) -> Json:
        name = edit.get("shop", "")
        if name in self.shops and self._stands(self.shops[name].at, self.shops[name].revision):
            return {}
        self.shops[name] = self._first(edit["categories"])
        return {"categories": {shop: cell.value for shop, cell in self.shops.items() if cell.value}}


def plain(text: str) -> Sequence[str]:
    """What is the same in texts that mean the same thing."""
    return unicodedata.normalize("NFC", text).casefold().replace("ё", "е").split()


def known_unit(unit: str | None) -> str | None:
    return UNITS.get(unit.casefold(), unit) if unit is not None else None


def comparable(unit: str | None) -> Sequence[str]:
    return (unit or "").casefold().split()


def exact(quantity: float | None) -> Decimal:
    return Decimal(1) if quantity is None else Decimal(str(quantity))


def total(one: float | None, other: float | None) -> Decimal:
    return exact(one) + exact(other)
