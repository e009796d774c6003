"""The house in small, for clients that speak JSON: one list, its turn, its log as text, its room. No network, no disk.

Each step of a turn is a method of its own, so that a test can break one on purpose.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from shoplist_appliance.domain.access import require
from shoplist_appliance.domain.errors import DomainError
from shoplist_appliance.domain.ids import EditId, ItemId, ListId, PersonId
from shoplist_appliance.domain.list_rules import Edited, Unit, decide
from shoplist_appliance.domain.list_state import ListState
from shoplist_appliance.domain.lists import Call, Change, Edit, Header, Known, Result, Role, Undo
from tests.domain.clients import time_text
from tests.domain.household import Pieces

Json = dict[str, Any]
CHANGE_FIELDS = [one.name for one in fields(Change)]


class Crash(Exception):
    """The process died in the middle of a turn."""


@dataclass(eq=False)
class Line:
    """One connection: whose it is, and what was put into it for the client, heard or not."""

    person: PersonId
    down: list[Json] = field(default_factory=list)
    sent: list[Json] = field(default_factory=list)

    def put(self, message: Json) -> None:
        text = json.dumps(message)
        self.down.append(json.loads(text))
        self.sent.append(json.loads(text))


@dataclass
class Deed:
    """What was asked when a change was decided: for whoever wants to know what it should have come to."""

    edit: Json
    by: str
    same_epoch: bool
    now: int


@dataclass
class Backup:
    """What a backup holds: a log, and the newest snapshot."""

    rows: list[str]
    deeds: list[Deed]
    snapshot: Pieces


class Server:
    """One list and those who hear it. ``crash`` says whether the next turn dies before or after it has stored."""

    def __init__(self, members: Mapping[str, Role], now: int) -> None:
        people = {PersonId(person): role for person, role in members.items()}
        self.now = now
        self.header = Header(ListId("list"), people, PersonId("ann"), now, epoch="epoch 0")
        self.state = ListState.new("Food", now)
        self.snapshot = self.first = Pieces(self.state.snapshot())
        self.rows: list[str] = []
        self.index: dict[EditId, Known] = {}
        self.deeds: list[Deed] = []
        self.waiting: list[tuple[Line, Json]] = []
        self.room: list[Line] = []
        self.crash = ""

    # --- a turn: decide, store, tell, acknowledge

    def arrive(self, line: Line, message: Json) -> None:
        """A call has come in: one that opens the list is answered at once, an edit waits for its turn."""
        if message["name"] == "lists.open":
            self._open(line, message)
        else:
            self.waiting.append((line, message))

    def turn(self) -> None:
        """Serve all who wait, as one unit."""
        waiting, self.waiting = self.waiting, []
        unit = self.decide([self._call_of(line, message) for line, message in waiting])
        self.make_true(unit, self._deeds_of(waiting, unit))
        self.answer(waiting, unit)

    def make_true(self, unit: Unit, deeds: Sequence[Deed]) -> None:
        """Store, then tell."""
        self.store(unit.changes, deeds)
        self.state.take(unit)
        self.tell(unit.changes)

    def decide(self, calls: Sequence[Call]) -> Unit:
        """As a use case does it: what may be a repeat is looked up, and all is decided again."""
        known: dict[EditId, Known] = {}
        looked_up: set[EditId] = set()
        while True:
            unit = decide(self.state, self.header, calls, now=self.now, known=known, looked_up=looked_up)
            # A store's unique index says so where the log has an edit of a change that was to be stored.
            repeated = self.known([change.edit for change in unit.changes])
            found = repeated | self.known(unit.doubtful)
            looked_up.update(unit.doubtful)
            if not found:
                return unit
            known |= found

    def known(self, edits: Iterable[EditId]) -> dict[EditId, Known]:
        return {edit: self.index[edit] for edit in edits if edit in self.index}

    def store(self, changes: Sequence[Change], deeds: Sequence[Deed]) -> None:
        if self.crash == "before":
            raise Crash
        for change in changes:
            self.rows.append(json.dumps({name: getattr(change, name) for name in CHANGE_FIELDS}))
            self.index[change.edit] = Known(change.revision, change.item)
        self.deeds += deeds
        if self.crash == "after":
            raise Crash

    def tell(self, changes: Sequence[Change]) -> None:
        if changes:
            told = [change_json(change) for change in changes]
            payload = {"list": "list", "revision": changes[-1].revision, "changes": told, "people": []}
            for line in self.room:
                line.put({"name": "list.changed", "payload": payload})

    def answer(self, waiting: Sequence[tuple[Line, Json]], unit: Unit) -> None:
        for (line, message), outcome in zip(waiting, unit.outcomes, strict=True):
            line.put({"name": message["name"], "call": message["call"], **outcome_json(outcome)})

    # --- reading

    def _call_of(self, line: Line, message: Json) -> Call:
        payload = message["payload"]
        if message["name"] == "lists.undo":
            rows = self.rows[payload["revision"] - 1 : payload["revision"]]
            undone = change_of(rows[0]) if rows else None
            return Call(line.person, [Undo(payload["id"], payload["revision"], undone)])
        return Call(line.person, [edit_of(edit) for edit in payload["edits"]], payload.get("epoch"))

    def _deeds_of(self, waiting: Sequence[tuple[Line, Json]], unit: Unit) -> list[Deed]:
        deeds = []
        for (line, message), outcome in zip(waiting, unit.outcomes, strict=True):
            payload = message["payload"]
            edits = payload.get("edits", [{"kind": "undo"}])
            same = payload.get("epoch") in (None, self.header.epoch)
            results = outcome.results if isinstance(outcome, Edited) else ()
            for edit, result in zip(edits, results, strict=False):
                if result.status in ("applied", "superseded"):
                    deeds.append(Deed(edit, line.person, same, self.now))
        return deeds

    def _open(self, line: Line, message: Json) -> None:
        try:
            require(self.header, line.person, "read")
        except DomainError as error:
            line.put({"name": "lists.open", "call": message["call"], "ok": False, "error": {"code": error.code}})
            return
        shown = self.shown(**message["payload"])
        self.room.append(line)
        line.put({"name": "lists.open", "call": message["call"], "ok": True, "result": shown})

    def shown(self, since: int | None = None, epoch: str | None = None) -> Json:
        """What `lists.get` answers."""
        state = self.state
        items = None
        if since is not None and epoch in (None, self.header.epoch):
            items = state.items_since(since)
        return {
            "list": {
                "title": state.title,
                "categories": state.categories,
                "revision": state.revision,
                "epoch": self.header.epoch,
            },
            "whole": items is None,
            "items": [item_json(item) for item in (state.items() if items is None else items)],
        }

    def log(self) -> list[Change]:
        return [change_of(row) for row in self.rows]

    # --- what else happens to a house

    def save(self) -> None:
        """Store a snapshot."""
        self.snapshot = Pieces(self.state.snapshot())

    def restart(self) -> None:
        """All connections and waiting calls are gone; the list is read from its snapshot and its log."""
        self.crash = ""
        self.waiting.clear()
        self.room.clear()
        self.state = ListState.from_snapshot(self.snapshot)
        for change in self.log()[self.state.revision :]:
            assert change.revision == self.state.revision + 1, "the log is without gaps"
            self.state.replay(change)

    def back_up(self) -> Backup:
        return Backup(list(self.rows), list(self.deeds), self.snapshot)

    def restore(self, backup: Backup) -> None:
        """What came after the backup is lost, and everyone learns by the epoch that it is another history."""
        self.rows, self.deeds, self.snapshot = list(backup.rows), list(backup.deeds), backup.snapshot
        self.index = {change.edit: Known(change.revision, change.item) for change in self.log()}
        number = int(self.header.epoch.split()[1]) + 1
        self.header = replace(self.header, epoch=f"epoch {number}")
        self.restart()

    def put_role(self, person: str, role: Role | None) -> None:
        """Change who may do what. Who may not read any longer is out of the room."""
        members = {one: its for one, its in self.header.members.items() if one != person}
        if role is not None:
            members[PersonId(person)] = role
        else:
            gone = [line for line in self.room if line.person == person]
            self.room = [line for line in self.room if line.person != person]
            for line in gone:
                line.put({"name": "list.gone", "payload": {"list": "list", "reason": "removed"}})
        self.header = replace(self.header, members=members)


# --- the door: JSON in, JSON out ------------------------------------------------------------------------------------


def edit_of(edit: Json) -> Edit:
    """An edit as the door hands it on."""
    carried = {name: value for name, value in edit.items() if name not in ("id", "kind", "at", "seen", "item", "items")}
    items = edit["items"] if "items" in edit else [edit["item"]] if "item" in edit else []
    at = round(datetime.fromisoformat(edit["at"]).timestamp() * 1000)
    return Edit(EditId(edit["id"]), edit["kind"], [ItemId(item) for item in items], at, edit["seen"], carried)


def change_of(row: str) -> Change:
    return Change(**json.loads(row))


def change_json(change: Change) -> Json:
    """A change as it is told."""
    at = time_text(change.at)
    told: Json = {
        "revision": change.revision,
        "edit": change.edit,
        "by": change.by,
        "at": at,
        "items": {item: {**fields, "updated_at": at} for item, fields in change.items.items()},
    }
    return told if change.list is None else {**told, "list": change.list}


def item_json(item: Mapping[str, Any]) -> Json:
    return {**item, "updated_at": time_text(item["updated_at"])}


def outcome_json(outcome: Edited | DomainError) -> Json:
    if isinstance(outcome, DomainError):
        return {"ok": False, "error": {"code": outcome.code}}
    results = [result_json(result) for result in outcome.results]
    return {"ok": True, "result": {"revision": outcome.revision, "results": results}}


def result_json(result: Result) -> Json:
    answer: Json = {"edit": result.edit, "status": result.status, "revision": result.revision}
    if result.item is not None:
        answer["item"] = result.item
    if result.error is not None:
        answer["error"] = {"code": result.error.code}
    return answer
