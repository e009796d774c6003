"""What a list knows outlives the memory that holds it: a restart, a kill, and making room for other lists."""

import asyncio
from pathlib import Path

import pytest

from tests.clients.http import Http
from tests.clients.making import Json, add, change, edit, new_id, remove, tick
from tests.clients.person import Person
from tests.clients.process import Process

OUTLIVING = ("restart", "kill", "leaving memory")


async def forget(process: Process, person: Person, how: str) -> None:
    """Make the process lose what it holds in memory of all lists made before."""
    if how == "leaving memory":
        others = [await person.new_list(f"other {n}") for n in range(5)]
        for other in others:
            await person.done(other, add("takes room"))
        await asyncio.sleep(1.5)  # lists are put away when nobody has used them for a moment
        return
    if how == "kill":
        process.kill()
    else:
        process.stop()
    process.start()
    person.http.url = process.url


@pytest.mark.parametrize("how", OUTLIVING)
@pytest.mark.parametrize("size", [5, 600])
async def test_a_list_is_what_it_was_and_goes_on(tmp_path: Path, how: str, size: int) -> None:
    """With 600 items a snapshot lies beneath the log."""
    process = Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0", LISTS_MEMORY="1K").start()
    async with Http(process.url) as http:
        anna = await Person.registered(http, "Anna")
        boris = await Person.registered(http, "Борис")
        list_id = await anna.new_list("Before")
        code = await anna.invitation(list_id, "viewer")
        queue = await filled(anna, list_id, size)
        before, history, index = await anna.get(list_id), await anna.history(list_id), await anna.index()
        await forget(process, anna, how)

        after = await anna.get(list_id)
        assert {**after, "now": 0} == {**before, "now": 0}
        assert await anna.history(list_id) == history
        if how != "leaving memory":
            assert await anna.index() == index
        await goes_on(anna, list_id, queue, len(history))
        assert (await boris.answered_list("members.accept", code=code))["id"] == list_id
    process.stop()


async def filled(anna: Person, list_id: str, size: int) -> list[Json]:
    """A little of everything; the edits, of which the first is an add, and the last a merged one."""
    many = [add(f"item {number}") for number in range(size)]
    for start in range(0, size, 500):
        await anna.done(list_id, *many[start : start + 500])
    milk, tea, merged = add("milk", quantity=2), add("tea"), add("Milk", quantity=3)
    queue = [
        milk,
        tea,
        tick(tea["item"]),
        remove(many[0]["item"]),
        change(many[1]["item"], note="x", at=1_700_000_000_000, seen=0),
        edit("rename", title="After"),
        edit("arrange", shop="Market", categories=["Dairy"]),
        merged,
    ]
    answer = await anna.edit(list_id, *queue)
    assert {result["status"] for result in answer["results"]} == {"applied", "superseded"}
    return queue


async def goes_on(anna: Person, list_id: str, queue: list[Json], revision: int) -> None:
    """Repeats are repeats, other names are other names, stamps are stamps, and undo knows what was there."""
    milk, merged = queue[0], queue[-1]
    repeated = (await anna.edit(list_id, *queue))["results"]
    assert [result["status"] for result in repeated] == ["duplicate"] * len(queue)
    assert [result["revision"] for result in repeated] == list(range(revision - len(queue) + 1, revision + 1))
    assert repeated[-1]["item"] == milk["item"]
    since = await anna.get(list_id, since=revision - 1)
    assert (since["whole"], [item["id"] for item in since["items"]]) == (False, [milk["item"]])
    (stale,) = (await anna.edit(list_id, change(milk["item"], quantity=9, at=1_700_000_000_000, seen=0)))["results"]
    assert stale["status"] == "superseded"
    (renamed,) = await anna.done(list_id, change(merged["item"], note="by its other name", seen=revision + 1))
    assert renamed["revision"] == revision + 2
    assert (await anna.items(list_id))[milk["item"]]["note"] == "by its other name"
    await anna.call("lists.undo", list=list_id, revision=revision, id=new_id())
    assert (await anna.items(list_id))[milk["item"]]["quantity"] == 2
    (reused,) = (await anna.edit(list_id, {**add("another"), "item": merged["item"]}))["results"]
    assert reused["error"]["code"] == "conflict"


@pytest.mark.parametrize("how", ["restart", "kill"])
async def test_accounts_tokens_and_copies_are_what_they_were(tmp_path: Path, how: str) -> None:
    process = Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0").start()
    async with Http(process.url) as http:
        anna = await Person.registered(http, "Анна", language="ru")
        phone, revoked = await anna.again("phone"), await anna.again()
        await revoked.call("accounts.sign_out")
        await anna.call("accounts.update", theme="dark")
        list_id, copy_id, deleted = await anna.new_list(), new_id(), await anna.new_list()
        await anna.done(list_id, add("milk"))
        copy = await anna.answered_list("lists.copy", list=list_id, id=copy_id)
        await anna.call("lists.delete", list=deleted)
        user = (await anna.call("accounts.me"))["user"]
        await forget(process, anna, how)

        assert (await phone.call("accounts.me"))["user"] == user
        await revoked.problem("unauthenticated", "accounts.me")
        assert sorted(token["name"] or "" for token in (await phone.call("tokens.list"))["tokens"])[-1] == "phone"
        assert await anna.answered_list("lists.copy", list=list_id, id=copy_id) == copy
        await anna.problem("gone", "lists.get", list=deleted)
        assert [listed["id"] for listed in await anna.index(deleted=True)] == [deleted]
        await anna.again()
    process.stop()
