"""What a household remembers of a night of crashes, and how that is held against what the server kept."""

from collections import Counter
from dataclasses import dataclass, field

from tests.clients.making import Json
from tests.clients.person import Person


@dataclass
class Ledger:
    """All that was sent, answered and told for some lists; ``check`` compares it with histories read afterwards."""

    sent: dict[str, tuple[str, Json]] = field(default_factory=dict)  # edit id → list, edit
    answered: dict[str, Json] = field(default_factory=dict)  # edit id → its first result
    told: dict[tuple[str, int], Json] = field(default_factory=dict)  # list, revision → change
    histories: dict[str, list[Json]] = field(default_factory=dict)  # as far as read, the oldest first

    def send(self, list_id: str, edit: Json) -> None:
        self.sent[edit["id"]] = (list_id, edit)

    def answer(self, result: Json) -> None:
        """Note a result. A repeat must be answered as the first was, unless that was a refusal."""
        first = self.answered.setdefault(result["edit"], result)
        if first is not result and first["status"] != "refused":
            assert result["status"] == "duplicate", (first, result)
            assert result["revision"] == first["revision"], (first, result)
        elif first["status"] == "refused":
            self.answered[result["edit"]] = result

    def tell(self, event: Json) -> None:
        """Note what a room heard. Nobody is told two different things of one revision."""
        for change in event["changes"]:
            assert self.told.setdefault((event["list"], change["revision"]), change) == change

    def waiting(self) -> list[tuple[str, Json]]:
        """What was sent and never answered: the queue that a phone sends again."""
        return [sent for edit, sent in self.sent.items() if edit not in self.answered]

    async def check(self, person: Person, list_id: str) -> None:
        """Assert that all acknowledged and all told is stored, exactly once, and makes up what the list now is."""
        history = await self._read_on(person, list_id)
        assert [change["revision"] for change in history] == list(range(1, len(history) + 1))
        counts = Counter(change["edit"] for change in history)
        assert max(counts.values(), default=1) == 1, "an edit is stored twice"
        assert set(counts) <= set(self.sent), "something is stored that nobody sent"
        for edit, result in self.answered.items():
            if self.sent[edit][0] != list_id:
                continue
            if result["status"] == "refused":
                assert edit not in counts, "what was refused is stored"
            else:
                stored = history[result["revision"] - 1]["edit"] if result["revision"] <= len(history) else None
                assert stored == edit, "an acknowledged edit is not there"
        for (where, revision), told in self.told.items():
            if where == list_id:
                assert revision <= len(history), "something was told that is not stored"
                kept = history[revision - 1]
                assert {key: kept[key] for key in told} == told, "what was told is not what is stored"
        got = await person.get(list_id)
        assert got["list"]["revision"] == len(history)
        assert {item["id"]: item for item in got["items"]} == on_list(history)

    async def _read_on(self, person: Person, list_id: str) -> list[Json]:
        known = self.histories.setdefault(list_id, [])
        newer: list[Json] = []
        more: dict[str, int] = {}
        while True:
            page = await person.call("lists.history", list=list_id, limit=200, **more)
            newer += [change for change in page["changes"] if change["revision"] > len(known)]
            if not page["more"] or page["changes"][-1]["revision"] <= len(known) + 1:
                break
            more = {"before": page["changes"][-1]["revision"]}
        known += newer[::-1]
        return known


def on_list(history: list[Json]) -> dict[str, Json]:
    """The items that a client has who applied every change and knows no rule."""
    items: dict[str, Json] = {}
    for change in history:
        for item, fields in change["items"].items():
            items.setdefault(item, {"id": item}).update(fields)
    return {item: fields for item, fields in items.items() if not fields["removed"]}
