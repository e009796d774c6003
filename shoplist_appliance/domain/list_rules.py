"""The rules by which edits become numbered changes: pure functions of a list and the calls that wait for its turn."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, cast

from shoplist_appliance.domain.access import Grant, grant, require_kind
from shoplist_appliance.domain.errors import Conflict, DomainError, Full, NotFound
from shoplist_appliance.domain.ids import EditId, PersonId
from shoplist_appliance.domain.list_deed import ITEMS_LIMIT, Deed
from shoplist_appliance.domain.list_draft import Contents, Draft
from shoplist_appliance.domain.list_item import (
    FILLED,
    QUANTITY_LIMIT,
    Item,
    plain_number,
    quantity_of,
    thing_key,
    thousandths,
)
from shoplist_appliance.domain.list_undo import take_back, undo
from shoplist_appliance.domain.lists import Call, Change, Edit, Guest, Header, Known, Result, Undo
from shoplist_appliance.domain.records import record
from shoplist_appliance.domain.units import canonical_unit


@record
class Edited:
    """The answer to a call: the list's revision after it, and one result for each edit, in order."""

    revision: int
    results: Sequence[Result]


Outcome = Edited | DomainError


@dataclass(slots=True)
class Unit:
    """What the calls of one turn come to. Nothing of it is true before ``changes`` are stored and the list took it.

    ``outcomes`` are one for each call, in order. ``doubtful`` are the ids of edits that came out refused and might be
    repeats that the log knows: look them up, and decide again with what was found, before anyone is told.
    """

    changes: Sequence[Change]
    outcomes: Sequence[Outcome]
    doubtful: Sequence[EditId]
    draft: Draft = field(repr=False)


def decide(
    state: Contents,
    header: Header,
    calls: Sequence[Call],
    *,
    now: int,
    known: Mapping[EditId, Known],
    looked_up: Set[EditId] = frozenset(),
) -> Unit:
    """Decide calls in order, rights included; changes nothing.

    ``known`` are edits that are stored already, ``looked_up`` those that the log has been asked about. A call that is
    refused as a whole (rights, an undo of what is not there) has its error as its outcome. An ``Undo`` is alone in its
    call.
    """
    draft = Draft(state)
    draft.forget(now)
    turn = _Turn(draft, header, now, known, looked_up)
    outcomes = [turn.outcome(call) for call in calls]
    return Unit(turn.changes, outcomes, turn.doubtful, draft)


class _Turn:
    """The calls of one turn, as they are decided one after another."""

    __slots__ = ("_draft", "_header", "_known", "_looked_up", "_made", "_now", "changes", "doubtful")

    def __init__(
        self, draft: Draft, header: Header, now: int, known: Mapping[EditId, Known], looked_up: Set[EditId]
    ) -> None:
        self._draft = draft
        self._header = header
        self._now = now
        self._known = known
        self._looked_up = looked_up
        self._made: dict[EditId, Change] = {}
        self.changes: list[Change] = []
        self.doubtful: list[EditId] = []

    def outcome(self, call: Call) -> Outcome:
        try:
            granted = grant(self._header, call.by, "tick", self._now)
            # What the author saw of another epoch says nothing about this log.
            same_log = call.epoch is None or call.epoch == self._header.epoch
            results = [self._result(call, edit, same_log, granted) for edit in call.edits]
        except DomainError as error:
            return error
        return Edited(self._draft.revision, results)

    def _result(self, call: Call, edit: Edit | Undo, same_log: bool, granted: Grant) -> Result:
        """Rule 1 first: a repeat is found before anything is decided. Raises what an undo cannot do."""
        repeat = self._known.get(edit.id) or self._made.get(edit.id)
        if repeat is not None:
            return Result(edit.id, "duplicate", repeat.revision, repeat.item)
        try:
            require_kind(granted, "undo" if isinstance(edit, Undo) else edit.kind)
            change = self._undone(call, edit) if isinstance(edit, Undo) else self._edited(call, edit, same_log)
        except DomainError as error:
            if edit.id not in self._looked_up:
                self.doubtful.append(edit.id)
            if isinstance(edit, Undo) and not isinstance(error, Full):
                raise
            return Result(edit.id, "refused", None, None, error.with_traceback(None))
        self._draft.apply(change)
        self.changes.append(change)
        self._made[edit.id] = change
        return Result(edit.id, change.status, change.revision, change.item)

    def _edited(self, call: Call, edit: Edit, same_log: bool) -> Change:
        deed = Deed(self._draft, _author(call), edit.at, edit.seen if same_log else 0, self._now)
        return _RULES[edit.kind](deed, edit)

    def _undone(self, call: Call, edit: Undo) -> Change:
        """Rule 7: an action of now, whose author has seen all there is."""
        change = edit.change or next((made for made in self.changes if made.revision == edit.revision), None)
        if change is None:
            raise NotFound("revision")
        deed = Deed(self._draft, _author(call), self._now, self._draft.revision, self._now)
        undo(deed, change)
        return deed.change(edit.id, "undo")


def _author(call: Call) -> PersonId | None:
    """Whose name its changes bear; guests have none."""
    return None if isinstance(call.by, Guest) else call.by


# --- one rule for each kind of edit -------------------------------------------------------------------------------


def _add(deed: Deed, edit: Edit) -> Change:
    """Rule 4: the same thing twice is one thing; else a new item, last on the list where no position is given."""
    draft, item_id = deed.draft, edit.items[0]
    given: Mapping[str, Any] = edit.fields
    if deed.find(item_id) is not None:
        raise Conflict("item_id")
    text, unit, quantity = given["text"], canonical_unit(given.get("unit")), plain_number(given.get("quantity"))
    into = draft.first_open(thing_key(text, unit))
    if into is not None:
        amount = thousandths(quantity)
        total = thousandths(into.fields["quantity"]) + amount
        if total <= QUANTITY_LIMIT * 1000:
            return _merge(deed, edit, into, amount, quantity_of(total))
    if draft.total >= ITEMS_LIMIT:
        raise Full("items")
    deed.told[item_id] = {
        "id": item_id,
        "text": text,
        "quantity": quantity,
        "unit": unit,
        "note": given.get("note"),
        "category": given.get("category"),
        "price": plain_number(given.get("price")),
        "picture": given.get("picture"),
        "position": given.get("position") or draft.position_after_all(),
        "ticked": False,
        "removed": False,
        "added_by": deed.by,
        "ticked_by": None,
    }
    return deed.change(edit.id, "add")


def _merge(deed: Deed, edit: Edit, into: Item, amount: int, total: float) -> Change:
    """Sums count whatever the ``at``, and so does what fills an empty field."""
    deed.count(into, total)
    for name in FILLED:
        value = edit.fields.get(name)
        if value is not None and into.fields[name] is None:
            deed.act(into, name, plain_number(value))
    deed.plus[edit.items[0]] = amount
    return deed.change(edit.id, "add", into.id)


def _set(deed: Deed, edit: Edit) -> Change:
    """Rules 2 and 3: each field for itself; what was typed after a removal brings the item back."""
    item = _one(deed, edit)
    for name, value in edit.fields.items():
        if deed.wins(item.stamp(name)):
            deed.act(item, name, _arrived(name, value))
    if deed.told and item.removed and deed.wins(item.stamp("removed")):
        deed.bring_back(item)
    return deed.change(edit.id, "set")


def _tick(deed: Deed, edit: Edit) -> Change:
    """A tick of what is ticked changes nothing, not even whose tick it is."""
    ticked = edit.fields["ticked"]
    for item in _items(deed, edit):
        if deed.wins(item.stamp("ticked")):
            same = item.fields["ticked"] == ticked
            deed.act(item, "ticked", ticked)
            deed.act(item, "ticked_by", item.fields["ticked_by"] if same else deed.by if ticked else None)
    return deed.change(edit.id, "tick")


def _remove(deed: Deed, edit: Edit) -> Change:
    """Rules 3 and 4: older than what someone typed, it is superseded; by a merged add's id it takes back that add."""
    named = [(item_id, deed.other_name(item_id)) for item_id in dict.fromkeys(edit.items)]
    if not any(other is not None or deed.draft.item(item_id) is not None for item_id, other in named):
        raise NotFound("item")
    for item_id, other in named:
        if other is not None:
            take_back(deed, item_id, other)
        else:
            _remove_one(deed, deed.draft.item(item_id))
    return deed.change(edit.id, "remove")


def _remove_one(deed: Deed, item: Item | None) -> None:
    if item is not None and deed.wins(item.stamp("removed")) and all(deed.wins(said) for said in item.sets):
        deed.act(item, "removed", True)


def _restore(deed: Deed, edit: Edit) -> Change:
    returning = []
    for item in _items(deed, edit):
        if not deed.wins(item.stamp("removed")):
            continue
        if item.removed:
            returning.append(item)
        else:
            deed.act(item, "removed", False)
    if returning:
        deed.bring_back(*returning)
    return deed.change(edit.id, "restore")


def _rename(deed: Deed, edit: Edit) -> Change:
    if deed.wins(deed.draft.title_stamp):
        deed.put_title(cast(str, edit.fields["title"]))
    return deed.change(edit.id, "rename")


def _arrange(deed: Deed, edit: Edit) -> Change:
    """The order of categories in one shop; the shop without a name stands for every shop."""
    name = cast(str, edit.fields.get("shop") or "")
    shop = deed.draft.shops.get(name)
    if shop is None or deed.wins(shop.stamp):
        deed.put_shop(name, list(cast("Sequence[str]", edit.fields["categories"])))
    return deed.change(edit.id, "arrange")


_RULES: Mapping[str, Callable[[Deed, Edit], Change]] = {
    "add": _add,
    "set": _set,
    "tick": _tick,
    "remove": _remove,
    "restore": _restore,
    "rename": _rename,
    "arrange": _arrange,
}


def _one(deed: Deed, edit: Edit) -> Item:
    item = deed.find(edit.items[0])
    if item is None:
        raise NotFound("item")
    return item


def _items(deed: Deed, edit: Edit) -> Sequence[Item]:
    """The items named, each once; ids that the list does not know are skipped."""
    found = {item.id: item for item_id in edit.items if (item := deed.find(item_id)) is not None}
    if not found:
        raise NotFound("item")
    return list(found.values())


def _arrived(name: str, value: object) -> object:
    """A value as the list keeps it."""
    return canonical_unit(cast("str | None", value)) if name == "unit" else plain_number(value)
