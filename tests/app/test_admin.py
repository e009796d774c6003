"""What an admin sees of accounts, and how one is blocked."""

import asyncio
from urllib.parse import urlsplit

import pytest_asyncio

from shoplist_appliance import __version__
from tests.clients.http import Http
from tests.clients.making import PASSWORD, Json, add, new_id, now_ms, wire_time
from tests.clients.person import Person
from tests.clients.process import Process, create_admin


@pytest_asyncio.fixture
async def admin(server: Process, http: Http) -> Person:
    email = f"{new_id()}@example.test"
    made = await asyncio.to_thread(create_admin, server, email, "Admin", PASSWORD)
    assert made.returncode == 0, made.stderr
    answer = (await http.call("accounts.sign_in", {"email": email, "password": PASSWORD})).ok()
    return Person(http, answer["user"], answer["token"])


async def all_users(admin: Person, limit: int) -> list[Json]:
    users: list[Json] = []
    while True:
        after = {"after": users[-1]["id"]} if users else {}
        page = await admin.call("admin.users", limit=limit, **after)
        users += page["users"]
        if not page["more"]:
            return users
        assert len(page["users"]) == limit


async def test_all_accounts_are_seen_page_by_page(admin: Person, http: Http) -> None:
    people = [await Person.registered(http, f"Person {number}") for number in range(5)]
    by_id = {user["id"]: user for user in await all_users(admin, 2)}
    assert by_id.keys() == {user["id"] for user in await all_users(admin, 100)}
    for person in people:
        user = by_id[person.id]
        assert (user["email"], user["role"], user["blocked"]) == (person.email, "user", False)
        assert user["last_seen"] is not None
    assert by_id[admin.id]["role"] == "admin"
    assert "password" not in str(by_id)


async def test_who_is_blocked_is_out_at_once_and_stays_out_until_let_in(admin: Person, http: Http) -> None:
    anna = await Person.registered(http)
    payload = {"email": anna.email, "password": PASSWORD}
    export = urlsplit((await anna.call("accounts.export"))["url"]).path
    async with await anna.live() as live:
        await admin.call("admin.block", person=anna.id, blocked=True)
        assert (await live.hear("signed_out"))["reason"] == "blocked"
    (await http.get(export)).problem("gone")
    await anna.problem("unauthenticated", "accounts.me")
    (await http.call("accounts.sign_in", payload)).problem("forbidden")
    (await http.call("accounts.sign_in", {**payload, "password": "wrong password"})).problem("wrong_credentials")
    await admin.call("admin.block", person=anna.id, blocked=True)
    await admin.call("admin.block", person=anna.id, blocked=False)
    answer = (await http.call("accounts.sign_in", payload)).ok()
    assert answer["user"]["id"] == anna.id
    await anna.problem("unauthenticated", "accounts.me")


async def test_nobody_hands_a_list_over_to_who_is_blocked(admin: Person, http: Http) -> None:
    anna, boris = await Person.registered(http), await Person.registered(http)
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    await admin.call("admin.block", person=boris.id, blocked=True)
    hand_over: Json = {"list": list_id, "person": boris.id, "role": "owner"}
    refused = await anna.problem("conflict", "members.set_role", **hand_over)
    assert refused["detail"].startswith("An admin has blocked this account.")
    await anna.call("members.set_role", **{**hand_over, "role": "viewer"})
    await admin.call("admin.block", person=boris.id, blocked=False)
    await anna.call("members.set_role", **hand_over)


async def test_an_admin_blocks_neither_themselves_nor_nobody(admin: Person) -> None:
    await admin.problem("conflict", "admin.block", person=admin.id, blocked=True)
    await admin.problem("not_found", "admin.block", person="nobody", blocked=True)
    await admin.problem("invalid", "admin.block", person="nobody", blocked="yes")
    await admin.problem("invalid", "admin.users", limit=0)
    assert (await admin.call("accounts.me"))["user"]["role"] == "admin"


async def test_an_admin_sees_how_much_there_is_and_how_it_is_doing(admin: Person, http: Http) -> None:
    async with asyncio.timeout(60):  # connections of the tests before this one are on their way out
        while (before := await admin.call("admin.stats"))["connections"]:
            await asyncio.sleep(0.05)
    anna = await Person.registered(http)
    list_id = await anna.new_list()
    await anna.done(list_id, add("milk"), add("bread"))
    async with await anna.live(), await anna.live():
        stats = await admin.call("admin.stats")
    grown = {name: stats[name] - before[name] for name in ("people", "lists", "changes", "connections")}
    assert grown == {"people": 1, "lists": 1, "changes": 2, "connections": 2}
    assert stats["store_bytes"] is None or stats["store_bytes"] > 0
    assert stats["disk_free_bytes"] > 0
    assert before["started_at"] == stats["started_at"] < wire_time(now_ms())
    assert stats["version"] == __version__
    assert anna.email not in str(stats)
    async with asyncio.timeout(60):  # hers, with a code, is on its way
        while (await admin.call("admin.stats"))["mails_waiting"]:
            await asyncio.sleep(0.05)
