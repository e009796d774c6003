"""One list in memory: what it shows, what changed since a revision, and its way to disk and back."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, cast

from shoplist_appliance.domain.ids import ItemId, PersonId
from shoplist_appliance.domain.list_draft import Contents, Draft, Shop, live_shops
from shoplist_appliance.domain.list_item import Item
from shoplist_appliance.domain.list_rules import Unit
from shoplist_appliance.domain.list_snapshot import contents_of, encoded, pieces_of
from shoplist_appliance.domain.lists import Change, Summary

SNAPSHOT_AFTER = 200


class SnapshotPieces(Protocol):
    """A stored snapshot, as far as this module reads it."""

    @property
    def pieces(self) -> Sequence[bytes]: ...


class ListState(Contents):
    """One list in memory. Only ``take`` and ``replay`` change it, by whole changes in order."""

    __slots__ = ("_changes_unsaved",)

    def __init__(self, title: str, at: int) -> None:
        super().__init__(title, at)
        self._changes_unsaved = 0

    # --- making

    @classmethod
    def new(
        cls,
        title: str,
        at: int,
        categories: Mapping[str, Sequence[str]] | None = None,
        items: Iterable[Mapping[str, object]] = (),
    ) -> "ListState":
        """A list of revision 0, with items as the contract shows them."""
        state = cls(title, at)
        for shop, names in (categories or {}).items():
            state.put_shop(shop, Shop(list(names), (at, 0, 0)))
        for fields in items:
            state.put_item(Item.new(fields, at, 0), None)
        # Whoever says to have seen revision 0 may have seen it empty.
        state.forgotten = 1 if state.by_id else 0
        return state

    def copied(self, title: str, at: int, by: PersonId, ids: Callable[[ItemId], ItemId]) -> "ListState":
        """A new list with the categories and the items of this one, unticked, under ids that follow from theirs."""
        items = [
            {**item.fields, "id": ids(item.id), "ticked": False, "ticked_by": None, "added_by": by}
            for item in self.by_id.values()
            if not item.removed
        ]
        return ListState.new(title, at, self.categories, items)

    @classmethod
    def from_snapshot(cls, snapshot: SnapshotPieces, decode: Callable[[bytes], object] = json.loads) -> "ListState":
        """The list as it was when the snapshot was made."""
        state = cls("", 0)
        contents_of(snapshot.pieces, state, decode)
        return state

    # --- reading

    @property
    def categories(self) -> Mapping[str, Sequence[str]]:
        """The order of categories by shop; the shop without a name stands for every shop."""
        return live_shops(self.shops)

    def summary(self) -> Summary:
        """What an index shows of it."""
        return Summary(self.title, self.categories, self.revision, self.open, self.total, self.updated_at)

    def items(self) -> list[dict[str, object]]:
        """All items that are on the list, ticked ones too."""
        return [item.fields.copy() for item in self.by_id.values() if not item.removed]

    def items_since(self, since: int) -> list[dict[str, object]] | None:
        """The items changed after that revision, removed ones too; None where only the whole list will do.

        That is where the revision is ahead of this log, or something removed after it has been forgotten.
        """
        if since > self.revision or since < self.forgotten:
            return None
        return [item.fields.copy() for item in self.by_id.values() if item.revision > since]

    def people(self) -> set[PersonId]:
        """Everyone whom its items name."""
        return people_of(item.fields for item in self.by_id.values())

    # --- changing

    def take(self, unit: Unit) -> None:
        """Become what was decided, once its changes are stored."""
        assert unit.draft.is_of(self)
        if unit.changes:
            assert unit.changes[0].revision == self.revision + 1
            unit.draft.commit()
            self._changes_unsaved += len(unit.changes)

    def replay(self, change: Change) -> None:
        """Do again what a stored change did; they come in order, without gaps."""
        if change.revision != self.revision + 1:
            raise ValueError(f"revision {change.revision} does not follow {self.revision}")
        draft = Draft(self)
        draft.apply(change)
        draft.commit()
        self._changes_unsaved += 1

    # --- to disk

    def snapshot_due(self) -> bool:
        """Whether as many changes have come since the last snapshot as the list has items, and 200 at least."""
        return self._changes_unsaved >= max(SNAPSHOT_AFTER, len(self.by_id))

    def snapshot(self, encode: Callable[[object], bytes] = encoded) -> Iterator[bytes]:
        """The list at this moment as pieces of JSON text, each far under 1 MiB and under 1 ms of work when drawn.

        The list may change while they are drawn: that does not show in them. ``encode`` makes JSON text, faster than
        the standard library perhaps.
        """
        self._changes_unsaved = 0
        return pieces_of(self, encode)


def people_of(items: Iterable[Mapping[str, object]]) -> set[PersonId]:
    """Everyone whom these items, or the fields of them that a change tells, name as who added or ticked them."""
    named = {fields.get(field) for fields in items for field in ("added_by", "ticked_by")}
    return cast("set[PersonId]", named - {None})


def people_in(changes: Sequence[Change]) -> set[PersonId]:
    """Everyone whom the changes name: also who made them."""
    people = people_of(fields for change in changes for fields in change.items.values())
    people.update(change.by for change in changes if change.by is not None)
    return people
