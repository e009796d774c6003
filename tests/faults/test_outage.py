"""The storage out of reach for a while, or unable to say what became of a write: what callers and rooms hear of it."""

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shoplist_appliance.domain.errors import Conflict, OutcomeUnknown, Unavailable
from shoplist_appliance.domain.ids import ListId
from shoplist_appliance.domain.lists import Change
from shoplist_appliance.ports import Store
from tests.clients.house import house
from tests.clients.making import Json, add, new_id, remove, tick
from tests.clients.person import Person


class Outage:
    """Stands before the real store and, while a test says so, is like a network that drops what passes it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.before = False  # nothing passes
        self.after = False  # appends pass, their answers do not
        self.late: float | None = None  # appends pass so many seconds after they were given up

    def __getattr__(self, name: str) -> Any:
        passed = getattr(self._store, name)

        async def guarded(*args: Any, **named: Any) -> Any:
            if self.before and name != "close":
                raise Unavailable
            return await passed(*args, **named)

        return guarded

    async def append(self, list_id: ListId, expected: int, changes: Sequence[Change]) -> None:
        if self.before:
            raise Unavailable
        if self.late is not None:
            self.landing = asyncio.get_running_loop().create_task(self._land(list_id, expected, changes, self.late))
            raise OutcomeUnknown
        await self._store.append(list_id, expected, changes)
        if self.after:
            raise OutcomeUnknown

    async def _land(self, list_id: ListId, expected: int, changes: Sequence[Change], seconds: float) -> None:
        await asyncio.sleep(seconds)
        with contextlib.suppress(Conflict):  # the same call was made again meanwhile, and stored
            await self._store.append(list_id, expected, changes)


class Away:
    """The outage of one house, once it is built."""

    outage: Outage

    def around(self, store: Store) -> Outage:
        self.outage = Outage(store)
        return self.outage


def once(edits: list[Json], changes: list[Json]) -> None:
    """Each of the edits is there exactly once, and the revisions have no gap."""
    assert sorted(change["edit"] for change in changes) == sorted(sent["id"] for sent in edits)
    assert [change["revision"] for change in changes] == list(range(1, len(changes) + 1))


async def test_while_the_storage_is_away_edits_are_503_and_go_through_when_it_is_back(tmp_path: Path) -> None:
    away = Away()
    async with house(tmp_path / "data", around=away.around) as http:
        anna = await Person.registered(http)
        list_id = await anna.new_list()
        milk, bread = add("milk"), add("bread")
        async with await anna.live() as live:
            await live.call("lists.open", list=list_id)
            await anna.done(list_id, milk)
            away.outage.before = True
            (await anna.ask("lists.edit", {"list": list_id, "edits": [bread]})).problem("unavailable")
            await live.problem("unavailable", "lists.edit", list=list_id, edits=[bread])
            assert (await http.get("/readyz")).status == 503
            away.outage.before = False
            assert (await http.get("/readyz")).status == 200
            await live.call("lists.edit", list=list_id, edits=[bread])
            once([milk, bread], live.changes(list_id))
        once([milk, bread], await anna.history(list_id))


async def test_a_write_that_landed_unseen_is_answered_as_stored_or_503_and_told_all_the_same(tmp_path: Path) -> None:
    away = Away()
    async with house(tmp_path / "data", around=away.around) as http:
        anna = await Person.registered(http)
        list_id = await anna.new_list()
        async with await anna.live() as phone:
            await phone.call("lists.open", list=list_id)
            edits = [add("milk")]
            await anna.done(list_id, edits[0])
            away.outage.after = True
            edits.append(add("bread"))
            answer = await anna.ask("lists.edit", {"list": list_id, "edits": [edits[1]]})
            assert_stored_or_503(answer, revision=2)
            away.outage.after = False
            await phone.until(lambda: len(phone.changes(list_id)) == 2)  # without anybody asking
            again = (await anna.edit(list_id, edits[1]))["results"][0]
            assert (again["status"], again["revision"]) == ("duplicate", 2)
            once(edits, phone.changes(list_id))
        once(edits, await anna.history(list_id))


def assert_stored_or_503(answer: Any, revision: int) -> None:
    if answer.status == 200:
        assert answer.body["results"][0]["revision"] == revision
    else:
        answer.problem("unavailable")


async def test_a_write_given_up_for_lost_that_lands_late_is_never_answered_as_refused(tmp_path: Path) -> None:
    """The remove lands after it was given up; its repeat must find it, not hear that there is no such item."""
    away = Away()
    async with house(tmp_path / "data", around=away.around) as http:
        anna = await Person.registered(http)
        list_id = await anna.new_list()
        milk = add("milk")
        await anna.done(list_id, milk)
        async with await anna.live() as phone:
            await phone.call("lists.open", list=list_id)
            undo = new_id()
            away.outage.late = 0.3
            first = await anna.ask("lists.undo", {"list": list_id, "revision": 1, "id": undo})
            assert_stored_or_503(first, revision=2)
            away.outage.late = None
            await away.outage.landing
            again = await anna.ask("lists.undo", {"list": list_id, "revision": 1, "id": undo})
            assert again.ok()["results"][0]["status"] == "duplicate"
            assert again.ok()["results"][0]["revision"] == 2
            await phone.until(lambda: len(phone.changes(list_id)) == 1)
            assert phone.changes(list_id)[0]["edit"] == undo
        assert len(await anna.history(list_id)) == 2


async def test_edits_that_waited_behind_the_lost_write_are_decided_again_on_what_is_stored(tmp_path: Path) -> None:
    away = Away()
    async with house(tmp_path / "data", around=away.around) as http:
        anna = await Person.registered(http)
        list_id = await anna.new_list()
        milk = add("milk")
        edits = [milk, tick(milk["item"]), add("bread"), remove(milk["item"]), add("tea")]
        async with await anna.live() as live:
            await live.call("lists.open", list=list_id)
            away.outage.after = True
            flying = [await live.send("lists.edit", {"list": list_id, "edits": [sent]}) for sent in edits]
            answers = await asyncio.wait_for(asyncio.gather(*flying), 60)
            away.outage.after = False
            for sent, answer in zip(edits, answers, strict=True):
                if not answer["ok"]:
                    assert answer["error"]["code"] == "unavailable", answer
                    await live.call("lists.edit", list=list_id, edits=[sent])
            await live.until(lambda: len(live.changes(list_id)) == 5)
            once(edits, live.changes(list_id))
        once(edits, await anna.history(list_id))


async def test_a_room_that_opened_during_the_outage_is_refused_and_hears_all_after_it(tmp_path: Path) -> None:
    away = Away()
    async with house(tmp_path / "data", around=away.around) as http:
        anna = await Person.registered(http)
        lists = [await anna.new_list() for _ in range(3)]
        await asyncio.gather(*[anna.done(list_id, add("milk")) for list_id in lists])
        async with await anna.live() as live:
            away.outage.before = True
            for list_id in lists:
                answer = await live.ask("lists.open", {"list": list_id})
                assert answer["ok"] or answer["error"]["code"] == "unavailable"
            away.outage.before = False
            for list_id in lists:
                opened = await live.call("lists.open", list=list_id)
                await anna.done(list_id, add("bread"))
                await live.until(lambda: live.changes(list_id))  # noqa: B023
                assert [told["revision"] for told in live.changes(list_id)] == [opened["list"]["revision"] + 1]


@pytest.mark.parametrize("operation", ["lists.create", "accounts.update", "members.invite", "tokens.create"])
async def test_whatever_writes_is_503_while_the_storage_is_away(tmp_path: Path, operation: str) -> None:
    away = Away()
    async with house(tmp_path / "data", around=away.around) as http:
        anna = await Person.registered(http)
        list_id = await anna.new_list()
        payload: dict[str, Json] = {
            "lists.create": {"title": "x"},
            "accounts.update": {"name": "x"},
            "members.invite": {"list": list_id, "role": "viewer", "link": True},
            "tokens.create": {"name": "x", "scopes": ["read"]},
        }
        away.outage.before = True
        (await anna.ask(operation, payload[operation])).problem("unavailable")
        away.outage.before = False
        (await anna.ask(operation, payload[operation])).ok()
