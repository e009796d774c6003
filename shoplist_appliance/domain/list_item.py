"""An item as the rules see it: its fields, when each was last changed, and the other names it goes by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplist_appliance.domain.ids import ItemId
from shoplist_appliance.domain.units import fold, unit_key

# When a field was last changed: the `at` and the revision of that change, and the revision that gave the present
# value, which is an older one where the last change left the value as it was.
Stamp = tuple[int, int, int]

TYPED = ("text", "quantity", "unit", "note", "category", "price", "picture", "position")
FILLED = ("note", "category", "price", "picture")  # what a merged add fills where it is empty
FIELDS = ("id", *TYPED, "ticked", "removed", "added_by", "ticked_by", "updated_at")

QUANTITY_LIMIT = 1_000_000
_ITEM_BYTES = 1_250  # measured: an item with short texts and its places in the indexes
NAME_BYTES = 300  # measured likewise


class Item:
    """One item. Once it belongs to a list it never changes: a change works on a copy, so that a reader sees one moment.

    ``fields`` are exactly those of the contract, ``updated_at`` in ms. ``first`` is the stamp of the change that made
    the item, and stands for every field without a ``later`` one.
    """

    __slots__ = ("_key", "counted", "fields", "first", "later", "newest_name", "revision", "sets")

    def __init__(
        self,
        fields: dict[str, Any],
        first: Stamp,
        later: dict[str, Stamp],
        sets: tuple[tuple[int, int], ...],
        counted: int,
        newest_name: ItemId | None,
        revision: int,
    ) -> None:
        self.fields = fields
        self.first = first
        self.later = later
        self.sets = sets  # `at` and revision of each set that a later one with a later `at` did not follow
        self.counted = counted  # the revision at which someone last said the quantity, rather than added to it
        self.newest_name = newest_name  # the first of a chain through `OtherName.older`
        self.revision = revision  # of the last change that told something of this item
        self._key: str | None = None

    @classmethod
    def new(cls, fields: Mapping[str, object], at: int, revision: int) -> "Item":
        """An item as an add makes it: the first change of every field, given or not."""
        return cls({**fields, "updated_at": at}, (at, revision, revision), {}, (), revision, None, revision)

    def copy(self) -> "Item":
        """An equal item that may be changed."""
        copy = Item(
            self.fields.copy(), self.first, self.later.copy(), self.sets, self.counted, self.newest_name, self.revision
        )
        copy._key = self._key
        return copy

    @property
    def id(self) -> ItemId:
        return self.fields["id"]  # type: ignore[no-any-return]

    @property
    def removed(self) -> bool:
        return self.fields["removed"]  # type: ignore[no-any-return]

    @property
    def is_open(self) -> bool:
        """Neither ticked nor removed: what an add of the same thing merges into."""
        return not (self.fields["ticked"] or self.fields["removed"])

    def stamp(self, field: str) -> Stamp:
        """When the field was last changed."""
        return self.later.get(field, self.first)

    def given(self, field: str) -> int:
        """The revision of the change that gave the field its present value."""
        return self.later.get(field, self.first)[2]

    @property
    def key(self) -> str:
        """Equal for items of which an add would make one: the text and the unit as people mean them."""
        if self._key is None:
            self._key = thing_key(self.fields["text"], self.fields["unit"])
        return self._key

    def forget_key(self) -> None:
        """Text or unit is another now."""
        self._key = None

    def note_set(self, at: int, revision: int) -> None:
        """Remember that a set arrived, so that a remove older than it finds out."""
        # Of the sets, one that is older by `at` and by revision decides nothing any more. Clocks that run backwards
        # could make this long: 32 are more than a household's, and bound what a hostile one costs.
        self.sets = (*[said for said in self.sets if said[0] > at][-31:], (at, revision))

    def size(self) -> int:
        """Estimated bytes in memory."""
        fields = self.fields
        return _ITEM_BYTES + 4 * len(fields["text"]) + 2 * len(fields["note"] or "")


@dataclass(frozen=True, slots=True)
class OtherName:
    """The id of a merged add, from then on another name of the item that took it in; and what that add brought.

    ``revision`` is that of the change which last brought it or took it back (``taken``); ``bare`` whether the item had
    no quantity before; ``filled`` the fields that were empty before; ``older`` the item's next other name.
    """

    item: ItemId
    revision: int
    amount: int  # thousandths; 0 where there is no quantity to take back or to give back any more
    bare: bool
    filled: tuple[str, ...]
    taken: bool
    older: ItemId | None


def thing_key(text: str, unit: str | None) -> str:
    """Equal where the same thing in the same unit is meant; NUL is in no text."""
    return f"{fold(text)}\0{unit_key(unit)}" if unit is not None else fold(text) + "\0"


def thousandths(quantity: float | None) -> int:
    """A quantity as a whole number; an absent one counts as 1."""
    return 1000 if quantity is None else round(quantity * 1000)


def quantity_of(thousandths: int) -> float:
    """The quantity as JSON has it: an integer where it is whole."""
    return thousandths // 1000 if thousandths % 1000 == 0 else thousandths / 1000


def plain_number(number: Any) -> Any:
    """2.0 as 2: numbers are told as they would be written; what is no number stays as it is."""
    return int(number) if isinstance(number, float) and number.is_integer() else number
