"""A test of the tests: a server that forgets, doubles, renumbers or speaks too soon does not get past the ledger."""

from typing import Any

import pytest

from tests.clients.making import Json, add
from tests.faults.ledger import Ledger, on_list

LIST = "a list"


class Remembering:
    """Answers reads from a history that a test wrote, in the contract's form."""

    def __init__(self, history: list[Json], items: list[Json] | None = None) -> None:
        self.history = history
        self.items = list(on_list(history).values()) if items is None else items

    async def call(self, name: str, /, **payload: Any) -> Json:
        assert name == "lists.history"
        newest = [kept for kept in reversed(self.history) if kept["revision"] < payload.get("before", 10**9)]
        return {"changes": newest[: payload["limit"]], "more": len(newest) > payload["limit"]}

    async def get(self, list_id: str) -> Json:
        return {"list": {"revision": len(self.history)}, "items": self.items}


def night(count: int) -> tuple[Ledger, list[Json]]:
    """A ledger of so many adds that were all answered and told, and the history that a right server has of them."""
    ledger, history = Ledger(), []
    for revision in range(1, count + 1):
        sent = add(f"item {revision}")
        fields = {"text": sent["text"], "removed": False}
        change = {"revision": revision, "edit": sent["id"], "by": "me", "at": "t", "items": {sent["item"]: fields}}
        ledger.send(LIST, sent)
        ledger.answer({"edit": sent["id"], "status": "applied", "revision": revision})
        ledger.tell({"list": LIST, "changes": [change]})
        history.append({**change, "kind": "add"})
    return ledger, history


async def check(ledger: Ledger, history: list[Json], items: list[Json] | None = None) -> None:
    await ledger.check(Remembering(history, items), LIST)  # type: ignore[arg-type]


async def test_a_right_server_gets_past_it_page_after_page() -> None:
    ledger, history = night(450)
    await check(ledger, history[:450])
    sent = add("more")
    ledger.send(LIST, sent)
    more = {**history[0], "revision": 451, "edit": sent["id"], "items": {sent["item"]: {"removed": False}}}
    await check(ledger, [*history, more])


async def test_a_lost_acknowledged_edit_is_found() -> None:
    ledger, history = night(5)
    with pytest.raises(AssertionError):
        await check(ledger, history[:4])


async def test_a_lost_edit_that_was_only_told_is_found() -> None:
    ledger, history = night(5)
    ledger.answered.clear()
    with pytest.raises(AssertionError, match="told that is not stored"):
        await check(ledger, history[:4])


async def test_a_doubled_edit_is_found() -> None:
    ledger, history = night(5)
    with pytest.raises(AssertionError, match="stored twice"):
        await check(ledger, [*history, {**history[4], "revision": 6}])


async def test_a_gap_is_found() -> None:
    ledger, history = night(5)
    with pytest.raises(AssertionError):
        await check(ledger, history[:2] + history[3:])


async def test_an_edit_under_another_revision_is_found() -> None:
    ledger, history = night(5)
    history[1], history[2] = {**history[2], "revision": 2}, {**history[1], "revision": 3}
    with pytest.raises(AssertionError, match="not there"):
        await check(ledger, history)


async def test_a_change_that_is_not_what_was_told_is_found() -> None:
    ledger, history = night(5)
    history[3] = {**history[3], "by": "another"}
    with pytest.raises(AssertionError, match="not what is stored"):
        await check(ledger, history)


async def test_items_that_the_changes_do_not_make_are_found() -> None:
    ledger, history = night(5)
    with pytest.raises(AssertionError):
        await check(ledger, history, list(on_list(history[:4]).values()))


def test_a_repeat_that_is_applied_again_or_renumbered_is_found() -> None:
    ledger, history = night(1)
    for wrong in ({"status": "applied", "revision": 2}, {"status": "duplicate", "revision": 2}, {"status": "refused"}):
        with pytest.raises(AssertionError):
            ledger.answer({"edit": history[0]["edit"], "revision": None, **wrong})


def test_two_stories_about_one_revision_are_found() -> None:
    ledger, history = night(1)
    with pytest.raises(AssertionError):
        ledger.tell({"list": LIST, "changes": [{**history[0], "by": "another"}]})
