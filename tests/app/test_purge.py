"""A deleted list can be brought back for 30 days; after that the clock alone removes every row of it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from shoplist_appliance.adapters.codec import pack
from tests.clients.house import HandClock, house
from tests.clients.making import add, tick
from tests.clients.person import Person

# A run follows within a second of its time; a loaded machine may take longer.
SOON_SECONDS = 60


def rows(data: Path, list_id: str) -> dict[str, int]:
    """How many rows of each table name the list in any of their columns, as they lie in the file."""
    with closing(sqlite3.connect(f"file:{data / 'shoplist.db'}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        held = {table: _naming(connection, table, pack(list_id)) for table in tables}
    return {table: count for table, count in held.items() if count}


def _naming(connection: sqlite3.Connection, table: str, raw: bytes) -> int:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    where = " OR ".join(f"{column} = ?" for column in columns)
    count = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}", [raw] * len(columns)).fetchone()
    return int(count[0])


async def until_purged(person: Person, list_id: str) -> None:
    async with asyncio.timeout(SOON_SECONDS):
        while (await person.ask("lists.get", {"list": list_id})).status != 404:
            await asyncio.sleep(0.05)


async def until_no_rows(data: Path, list_id: str) -> None:
    async with asyncio.timeout(SOON_SECONDS):
        while rows(data, list_id):
            await asyncio.sleep(0.05)


async def a_lived_in_list(anna: Person, boris: Person) -> tuple[str, str]:
    """Shared, edited and looked at, with an invitation that is still open."""
    list_id = await anna.new_list("Дача")
    await anna.shares_with(list_id, boris)
    code = await anna.invitation(list_id)
    milk = add("milk")
    await anna.done(list_id, milk, *(add(f"thing {number}") for number in range(250)))
    await boris.done(list_id, tick(milk["item"]))
    return list_id, code


async def test_31_days_after_its_deletion_nothing_is_left_of_a_list(tmp_path: Path) -> None:
    clock, data = HandClock(), tmp_path / "data"
    async with house(data, clock=clock) as http:
        anna, boris = await Person.registered(http, "Anna"), await Person.registered(http, "Boris")
        list_id, code = await a_lived_in_list(anna, boris)
        kept = await anna.new_list("Kept")
        await anna.done(kept, add("tea"))
        of_kept = rows(data, kept)
        await anna.call("lists.delete", list=list_id)
        before = rows(data, list_id)
        assert before["changes"] == 252
        assert {"lists", "members", "invitations", "snapshots"} <= set(before)

        clock.advance(days=31)
        await until_purged(anna, list_id)
        for person in (anna, boris):
            for operation in ("lists.get", "lists.history", "lists.restore", "members.list"):
                await person.problem("not_found", operation, list=list_id)
            await person.problem("not_found", "lists.edit", list=list_id, edits=[add("late")])
            assert await person.index(deleted=True) == []
        await boris.problem("not_found", "members.accept", code=code)
        await until_no_rows(data, list_id)

        assert rows(data, kept) == of_kept
        assert [item["text"] for item in (await anna.items(kept)).values()] == ["tea"]


async def test_a_list_whose_time_ran_out_while_the_house_was_down_is_removed_at_the_next_start(tmp_path: Path) -> None:
    clock, data = HandClock(), tmp_path / "data"
    async with house(data, clock=clock) as http:
        anna, boris = await Person.registered(http, "Anna"), await Person.registered(http, "Boris")
        list_id, _ = await a_lived_in_list(anna, boris)
        await anna.call("lists.delete", list=list_id)
    clock.advance(days=31)
    async with house(data, clock=clock):
        await until_no_rows(data, list_id)


async def test_a_list_restored_on_day_29_keeps_everything(tmp_path: Path) -> None:
    clock, data = HandClock(), tmp_path / "data"
    async with house(data, clock=clock) as http:
        anna, boris = await Person.registered(http, "Anna"), await Person.registered(http, "Boris")
        list_id, code = await a_lived_in_list(anna, boris)
        doomed = await anna.new_list("Doomed")
        items, history = await anna.items(list_id), await anna.history(list_id)
        for deleted in (list_id, doomed):
            await anna.call("lists.delete", list=deleted)
        clock.advance(days=29)
        await anna.call("lists.restore", list=list_id)
        clock.advance(days=2)
        await until_purged(anna, doomed)  # so there was a run
        clock.advance(days=90)
        await anna.problem("not_found", "lists.get", list=doomed)
        assert await anna.items(list_id) == items
        assert await anna.history(list_id) == history
        assert [listed["id"] for listed in await boris.index()] == [list_id]
        await boris.done(list_id, add("bread"))
        await anna.problem("gone", "members.accept", code=code)  # it has expired, and is remembered
