"""A client of the contract, which speaks its JSON and knows no rule: it edits, hears changes, and applies them.

Nothing here is imported from the product: this is what someone writes who has only the contract.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

Json = dict[str, Any]
START_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)

ITEM_FIELDS = {
    "id",
    "text",
    "quantity",
    "unit",
    "note",
    "category",
    "price",
    "picture",
    "position",
    "ticked",
    "removed",
    "added_by",
    "ticked_by",
    "updated_at",
}


def time_text(ms: int) -> str:
    """A time as the contract writes it: RFC 3339, UTC, milliseconds."""
    return (START_OF_TIME + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Client:
    """A device: what it knows for sure, and a queue of edits that it has not seen acknowledged.

    ``ids`` makes UUIDs; ``slow`` is by how many ms its clock is wrong. Connected, it has a ``connection`` that takes
    calls; answers and events come to ``hear``. Cut off, it forgets what was in flight and later sends it again.
    """

    def __init__(self, person: str, ids: Callable[[], str], slow: int = 0) -> None:
        self.person = person
        self._ids = ids
        self.slow = slow
        self._last_at = -(10**15)
        self.items: dict[str, Json] = {}
        self.title: str | None = None
        self.categories: Json = {}
        self.revision: int | None = None
        self.epoch: str | None = None
        self.queue: list[Json] = []
        self.in_flight: dict[int, list[str]] = {}
        self._calls = 0
        self.connected = False
        self.opening = False
        self.opened = False
        self.results: dict[str, Json] = {}
        self.changes_heard: dict[int, Json] = {}

    # --- editing

    def edit(self, now: int, kind: str, **carried: Any) -> str:
        """Put an edit in the queue; its ``at`` always grows, by 1 ms at least, whatever the clock does."""
        self._last_at = max(now + self.slow, self._last_at + 1)
        edit = {
            "id": self._ids(),
            "kind": kind,
            "at": time_text(self._last_at),
            "seen": self.revision or 0,
            **carried,
        }
        self.queue.append(edit)
        return str(edit["id"])

    def undo(self, revision: int) -> None:
        """Wish to undo a change; it is sent in its turn, again and again under the same id, until it is answered."""
        self.queue.append({"id": self._ids(), "kind": "undo", "revision": revision})

    # --- sending

    def call(self, size: int) -> Json | None:
        """The next call: edits from the oldest on that are not in flight; None where there are none."""
        flying = {edit for edits in self.in_flight.values() for edit in edits}
        waiting = [edit for edit in self.queue if edit["id"] not in flying]
        if not self.connected or not waiting:
            return None
        if waiting[0]["kind"] == "undo":
            wish = waiting[0]
            return self._sent("lists.undo", {"revision": wish["revision"], "id": wish["id"]}, [wish])
        edits = list(takewhile(lambda edit: edit["kind"] != "undo", waiting))[:size]
        epoch = {} if self.epoch is None else {"epoch": self.epoch}
        return self._sent("lists.edit", {"edits": edits, **epoch}, edits)

    def _sent(self, name: str, payload: Json, edits: Sequence[Json]) -> Json:
        self._calls += 1
        self.in_flight[self._calls] = [edit["id"] for edit in edits]
        return {"call": self._calls, "name": name, "payload": payload}

    def open(self) -> Json:
        """The call that opens the list: from what is known on, or whole."""
        self.connected = self.opening = True
        payload: Json = {}
        if self.revision is not None:
            payload = {"since": self.revision, "epoch": self.epoch}
        self._calls += 1
        return {"call": self._calls, "name": "lists.open", "payload": payload}

    def cut(self) -> None:
        """The connection is gone, with whatever was on its way."""
        self.connected = self.opening = self.opened = False
        self.in_flight.clear()

    # --- hearing

    def hear(self, message: Json) -> None:
        """An answer to a call, or an event."""
        if message["name"] == "list.changed":
            self._changed(message["payload"])
        elif message["name"] == "list.gone":
            self.opened = False
        elif message["name"] == "lists.open":
            self.opening = False
            if message["ok"]:
                self._opened(message["result"])
        else:
            edits = self.in_flight.pop(message["call"])
            if message["ok"]:
                self._answered(edits, message["result"])
            elif message["name"] == "lists.undo" and message["error"]["code"] in ("conflict", "not_found"):
                self._drop(edits)

    def _answered(self, edits: Sequence[str], result: Json) -> None:
        assert [one["edit"] for one in result["results"]] == edits, "one result for each edit, in order"
        for one in result["results"]:
            assert one["status"] in ("applied", "duplicate", "superseded", "refused")
            assert (one["revision"] is None) == (one["status"] == "refused")
            assert ("error" in one) == (one["status"] == "refused")
            self.results[one["edit"]] = one
            if self.opened and one["status"] in ("applied", "superseded"):
                assert self.revision is not None
                assert one["revision"] <= self.revision, "the author hears the change before the acknowledgement"
        self._drop(edits)

    def _drop(self, edits: Sequence[str]) -> None:
        self.queue = [edit for edit in self.queue if edit["id"] not in edits]

    def _opened(self, result: Json) -> None:
        shown = result["list"]
        if result["whole"]:
            self.items = {}
        for item in result["items"]:
            assert set(item) == ITEM_FIELDS
            assert not (result["whole"] and item["removed"])
            self._put(item["id"], item)
        self.title, self.categories = shown["title"], shown["categories"]
        self.revision, self.epoch = shown["revision"], shown["epoch"]
        self.opened = True

    def _changed(self, payload: Json) -> None:
        assert payload["changes"], "an event tells something"
        for change in payload["changes"]:
            assert self.revision is not None
            assert change["revision"] == self.revision + 1, "changes come without gaps"
            self.changes_heard[change["revision"]] = change
            for item_id, fields in change["items"].items():
                self._put(item_id, fields)
            self.title = change.get("list", {}).get("title", self.title)
            self.categories = change.get("list", {}).get("categories", self.categories)
            self.revision = change["revision"]
        assert payload["revision"] == self.revision

    def _put(self, item_id: str, fields: Mapping[str, Any]) -> None:
        """Apply fields. Those of an item that is not here are ignored, but all of them mean that it is new or back."""
        if item_id in self.items:
            self.items[item_id].update(fields)
        elif set(fields) == ITEM_FIELDS:
            self.items[item_id] = dict(fields)
        if fields.get("removed"):
            self.items.pop(item_id, None)

    def sees(self) -> Json:
        """What is on its screen when nothing waits."""
        return {"items": self.items, "title": self.title, "categories": self.categories, "revision": self.revision}
