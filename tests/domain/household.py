"""Two people and their list, for tests of one rule each: every change is also read again, as from the store."""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shoplist_appliance.domain.errors import DomainError
from shoplist_appliance.domain.ids import EditId, ItemId, ListId, PersonId
from shoplist_appliance.domain.list_draft import Contents
from shoplist_appliance.domain.list_rules import Edited, Unit, decide
from shoplist_appliance.domain.list_state import ListState
from shoplist_appliance.domain.lists import Call, Change, Edit, Header, Known, Result, Undo

ANN, BOB, VERA = PersonId("ann"), PersonId("bob"), PersonId("vera")
START = 1_764_000_000_000


class Pieces:
    """A snapshot as a store gives it back."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = list(pieces)


class Household:
    """A list with an owner, an editor and a viewer. Time stands still unless told: ``now`` is the server's."""

    def __init__(self, state: ListState | None = None) -> None:
        self.now = START
        self.header = Header(
            ListId("list"), {ANN: "owner", BOB: "editor", VERA: "viewer"}, ANN, START, epoch="first", version=1
        )
        self.state = state or ListState.new("Food", START)
        self.log: list[Change] = []
        self._twin = reread(self.state)
        self._ids = itertools.count(1)

    # --- doing

    def do(
        self,
        kind: Any,
        items: ItemId | Iterable[ItemId] = (),
        *,
        by: PersonId = ANN,
        at: int | None = None,
        seen: int | None = None,
        id: EditId | None = None,
        epoch: str | None = None,
        **fields: object,
    ) -> Result:
        """One edit in a call of its own; ``at`` counts from START, and is now if not said; all is seen if not said."""
        edit = Edit(
            id or self.edit_id(),
            kind,
            [items] if isinstance(items, str) else list(items),
            self.now if at is None else START + at,
            self.state.revision if seen is None else seen,
            fields,
        )
        return self.call([edit], by=by, epoch=epoch)[0]

    def add(self, text: str, item: ItemId | None = None, **rest: Any) -> ItemId:
        """Add, and say under which id the thing is on the list now."""
        item = item or self.item_id()
        result = self.do("add", item, text=text, **rest)
        assert result.status == "applied", result
        return result.item or item

    def undo(self, revision: int, *, by: PersonId = ANN, id: EditId | None = None) -> Result:
        """Undo the change of that revision; raises what the call is refused with."""
        change = next((change for change in self.log if change.revision == revision), None)
        return self.call([Undo(id or self.edit_id(), revision, change)], by=by)[0]

    def call(self, edits: Sequence[Edit | Undo], *, by: PersonId = ANN, epoch: str | None = None) -> Sequence[Result]:
        """A whole call, decided and taken; raises what the call is refused with."""
        outcome = self.unit([Call(by, edits, epoch)]).outcomes[0]
        if isinstance(outcome, DomainError):
            raise outcome
        assert isinstance(outcome, Edited)
        return outcome.results

    def unit(self, calls: Sequence[Call]) -> Unit:
        """A turn's calls, decided with all that the log knows, taken, and read again from what was stored."""
        known = {change.edit: Known(change.revision, change.item) for change in self.log}
        before = everything(self.state)
        unit = decide(self.state, self.header, calls, now=self.now, known=known)
        assert everything(self.state) == before, "deciding changed the list"
        self.state.take(unit)
        for change in unit.changes:
            self.log.append(stored(change))
            self._twin.replay(self.log[-1])
        assert everything(self._twin) == everything(self.state), "the log says otherwise than what was decided"
        assert everything(reread(self.state)) == everything(self.state), "the snapshot says otherwise than the list"
        return unit

    # --- seeing

    @property
    def change(self) -> Change:
        """The last change."""
        return self.log[-1]

    def item(self, item: ItemId) -> Mapping[str, Any]:
        """The item as it is, removed or not."""
        return self.state.by_id[item].fields

    def texts(self) -> Sequence[str]:
        """What is on the list, in its order."""
        return [str(item["text"]) for item in sorted(self.state.items(), key=lambda item: str(item["position"]))]

    def edit_id(self) -> EditId:
        return EditId(f"00000000-0000-4000-8000-{next(self._ids):012x}")

    def item_id(self) -> ItemId:
        return ItemId(f"00000000-0000-4000-9000-{next(self._ids):012x}")


def stored(change: Change) -> Change:
    """The change as it comes back from a store: through JSON text."""
    return Change(**json.loads(json.dumps(asdict(change))))


def reread(state: ListState) -> ListState:
    """The list as it comes back from its snapshot."""
    return ListState.from_snapshot(Pieces(state.snapshot()))


def everything(state: Contents) -> Mapping[str, object]:
    """All that a list holds, to be compared; the order of dictionaries that says nothing is left out."""
    return {
        "items": {
            item_id: (item.fields, item.first, item.later, item.sets, item.counted, item.newest_name, item.revision)
            for item_id, item in state.by_id.items()
        },
        "keys": {item_id: item.key for item_id, item in state.by_id.items()},
        "open_by_key": {key: sorted(ids) for key, ids in state.open_by_key.items()},
        "removed": list(state.removed.items()),
        "shops": {name: (list(shop.categories), shop.stamp) for name, shop in state.shops.items()},
        "names": dict(state.names),
        "rest": (
            state.revision,
            state.title,
            state.title_stamp,
            state.updated_at,
            state.total,
            state.open,
            state.last,
            state.forgotten,
            state.size,
        ),
    }
