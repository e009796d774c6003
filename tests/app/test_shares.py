"""Shares: links by which guests see a list, tick its items or edit it, live too, until they end."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shoplist_appliance.web.operations import TABLE
from tests.clients.http import Http, check_problem
from tests.clients.live import Live
from tests.clients.making import add, change, edit, new_id, tick
from tests.clients.person import Person
from tests.clients.process import Process

NEVER_MADE = "no-such-key-was-ever-made-in-this-whole-world"


async def guest(http: Http, key: str) -> Live:
    return await Live(http.url).connect({"key": key})


async def test_each_right_lets_guests_do_what_it_says_and_no_more(anna: Person, http: Http) -> None:
    list_id = await anna.new_list()
    milk = add("milk")
    await anna.done(list_id, milk)
    keys = {right: (await anna.call("shares.create", list=list_id, right=right))["key"] for right in RIGHTS}
    for right, key in keys.items():
        got = (await http.call("lists.get", {"list": list_id, "key": key})).ok()
        assert (got["list"]["role"], got["list"]["right"]) == ("guest", right)
        assert [item["text"] for item in got["items"]] == ["milk"]
        assert got["people"] == [{"id": anna.id, "name": anna.user["name"]}]

    def edits(*made: object) -> dict[str, object]:
        return {"list": list_id, "edits": [tick(milk["item"]), *made]}

    (await http.call("lists.edit", edits() | {"key": keys["view"]})).problem("forbidden")
    mixed = (await http.call("lists.edit", edits(add("tea")) | {"key": keys["tick"]})).ok()["results"]
    assert [result["status"] for result in mixed] == ["applied", "refused"]
    check_problem(mixed[1]["error"], "forbidden")
    whole = (await http.call("lists.edit", edits(add("tea")) | {"key": keys["edit"]})).ok()["results"]
    assert [result["status"] for result in whole] == ["applied", "applied"]
    items = {item["text"]: item for item in (await anna.get(list_id))["items"]}
    assert items["milk"]["ticked"]
    assert items["milk"]["ticked_by"] is None
    assert items["tea"]["added_by"] is None
    assert (await anna.history(list_id))[-1]["by"] is None


RIGHTS = ("view", "tick", "edit")


async def test_a_key_opens_one_list_and_wins_over_a_token(anna: Person, boris: Person, http: Http) -> None:
    shared, other = await anna.new_list("Shared"), await anna.new_list("Other")
    key = (await anna.call("shares.create", list=shared, right="view"))["key"]
    await anna.problem("not_found", "lists.get", list=other, key=key)
    assert (await anna.get(shared, key=key))["list"]["role"] == "guest"
    await anna.problem("forbidden", "lists.edit", list=shared, edits=[add("milk")], key=key)
    await boris.problem("not_found", "lists.get", list=shared)
    assert (await boris.get(shared, key=key))["list"]["right"] == "view"
    (await http.call("lists.get", {"list": shared, "key": NEVER_MADE})).problem("not_found")
    (await http.call("lists.get", {"list": shared, "key": 7})).problem("unauthenticated")
    (await http.call("lists.get", {"list": shared, "key": None})).problem("unauthenticated")
    (await http.raw("lists.get", b'{"list": "%s", "\\u006bey": "%s"}' % (shared.encode(), key.encode()))).ok()
    (await http.call("lists.history", {"list": shared, "key": key})).problem("unauthenticated")
    await anna.call("lists.delete", list=shared)
    (await http.call("lists.get", {"list": shared, "key": key})).problem("gone")
    await anna.problem("not_found", "lists.get", list=other, key=key)


async def test_whatever_is_called_with_a_key_is_called_by_its_guest(anna: Person, http: Http) -> None:
    shared = await anna.new_list()
    key = (await anna.call("shares.create", list=shared, right="edit"))["key"]
    for name in ("accounts.me", "lists.create", "lists.delete", "accounts.sign_in", "accounts.register"):
        await anna.problem("unauthenticated", name, key=key)
    await anna.problem("invalid", "lists.create", title="Theirs", key=None)
    own_page = {"Cookie": f"shoplist={anna.token}", "Sec-Fetch-Site": "same-origin"}
    signed_out = await http.call("accounts.sign_out", {"key": key}, headers=own_page)
    signed_out.problem("unauthenticated")
    assert "Set-Cookie" not in signed_out.headers
    async with await anna.live() as live:
        await live.problem("unauthenticated", "lists.create", title="Theirs", key=key)
        assert (await live.call("lists.get", list=shared, key=key))["list"]["role"] == "guest"
    assert [one["id"] for one in await anna.index()] == [shared]


async def test_the_link_answers_the_list_and_is_kept_from_others(anna: Person, http: Http) -> None:
    list_id = await anna.new_list()
    await anna.done(list_id, add("milk"))
    made = await anna.call("shares.create", list=list_id, right="view", name="Neighbours")
    assert made["url"].endswith(f"/s/{made['key']}")
    answer = await http.get(f"/api/shared/{made['key']}")
    assert answer.ok().keys() == (await anna.get(list_id)).keys()
    assert answer.body["list"]["role"] == "guest"
    for got in (answer, await http.get(f"/s/{made['key']}"), await http.get(f"/api/shared/{NEVER_MADE}")):
        assert got.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in got.headers["X-Robots-Tag"]
    (await http.get(f"/api/shared/{NEVER_MADE}")).problem("not_found")
    (await http.send("POST", f"/api/shared/{made['key']}")).problem("method_not_allowed")
    await anna.call("shares.revoke", list=list_id, id=made["id"])
    ended = (await http.get(f"/api/shared/{made['key']}")).problem("gone")
    assert ended["detail"].startswith("The link to this list was withdrawn.")


async def test_the_owner_copies_a_link_again_and_sees_when_it_was_used(anna: Person, http: Http) -> None:
    list_id = await anna.new_list()
    until = "2099-01-01T00:00:00.000Z"
    made = await anna.call("shares.create", list=list_id, right="tick", name="Neighbours", expires_at=until)
    (listed,) = (await anna.call("shares.list", list=list_id))["shares"]
    assert listed["created_at"]
    assert listed | {"created_at": None} == {
        "id": made["id"], "name": "Neighbours", "right": "tick", "url": made["url"], "expires_at": until,
        "created_at": None, "last_used": None,
    }  # fmt: skip
    (await http.call("lists.get", {"list": list_id, "key": made["key"]})).ok()
    (listed,) = (await anna.call("shares.list", list=list_id))["shares"]
    assert listed["last_used"] >= listed["created_at"]
    await anna.call("shares.revoke", list=list_id, id=made["id"])
    await anna.call("shares.revoke", list=list_id, id=made["id"])
    await anna.problem("not_found", "shares.revoke", list=list_id, id="none")
    assert (await anna.call("shares.list", list=list_id))["shares"] == []
    problem = await anna.problem(
        "invalid", "shares.create", list=list_id, right="view", expires_at="2020-01-01T00:00:00Z"
    )
    assert set(problem["fields"]) == {"expires_at"}


async def test_guests_are_live_and_leave_the_room_at_once_when_revoked(anna: Person, http: Http) -> None:
    list_id = await anna.new_list()
    one, other = [await anna.call("shares.create", list=list_id, right="edit") for _ in range(2)]
    async with await guest(http, one["key"]) as gone, await guest(http, other["key"]) as stays:
        for live in (gone, stays):
            opened = await live.ask("lists.open", {"list": list_id})
            assert opened["result"]["list"]["role"] == "guest"
        milk = add("milk")
        assert (await gone.ask("lists.edit", {"list": list_id, "edits": [milk]}))["ok"]
        await stays.hear("list.changed")
        assert (await gone.ask("clock", {}))["ok"]
        for name, payload in (("lists.index", {}), ("accounts.sign_in", {}), ("lists.history", {"list": list_id})):
            check_problem((await gone.ask(name, payload))["error"], "unauthenticated")
        before = asyncio.get_running_loop().time()
        await anna.call("shares.revoke", list=list_id, id=one["id"])
        assert await gone.hear("list.gone") == {"list": list_id, "reason": "revoked"}
        assert asyncio.get_running_loop().time() - before < 1
        check_problem((await gone.ask("lists.edit", {"list": list_id, "edits": [add("tea")]}))["error"], "gone")
        check_problem((await gone.ask("lists.open", {"list": list_id}))["error"], "gone")
        await anna.done(list_id, change(milk["item"], note="whole"))
        assert (await stays.ask("lists.get", {"list": list_id}))["ok"]
        assert [name for name, _ in stays.heard].count("list.changed") == 2
        assert [name for name, _ in gone.heard].count("list.changed") == 1
        assert "list.gone" not in [name for name, _ in stays.heard]
    await Live(http.url).refused({"key": one["key"]}, "gone")
    await Live(http.url).refused({"key": NEVER_MADE, "token": anna.token}, "not_found")


async def test_a_guest_is_out_when_the_link_expires(anna: Person, http: Http) -> None:
    list_id = await anna.new_list()
    until = datetime.now(UTC) + timedelta(seconds=1.5)
    made = await anna.call("shares.create", list=list_id, right="edit", expires_at=until.isoformat()[:23] + "Z")
    async with await guest(http, made["key"]) as live:
        assert (await live.ask("lists.open", {"list": list_id}))["ok"]
        assert await live.hear("list.gone") == {"list": list_id, "reason": "expired"}
        assert 0 <= (datetime.now(UTC) - until).total_seconds() < 1
        check_problem((await live.ask("lists.get", {"list": list_id}))["error"], "gone")
    told = {
        language: await http.get(f"/api/shared/{made['key']}", {"Accept-Language": language})
        for language in ["en", "ru"]
    }
    assert told["en"].problem("gone")["detail"].startswith("The link to this list has expired.")
    assert told["ru"].problem("gone")["detail"].startswith("Ссылка на этот список устарела.")
    assert (await anna.call("shares.list", list=list_id))["shares"] == []


async def test_who_guesses_keys_is_held_up_and_who_holds_one_is_not(tmp_path: Path) -> None:
    with Process(tmp_path / "data", tmp_path / "log") as process:
        async with Http(process.url) as http:
            anna = await Person.registered(http, "Anna")
            list_id = await anna.new_list()
            key = (await anna.call("shares.create", list=list_id, right="view"))["key"]
            (await http.get(f"/api/shared/{key}")).ok()
            statuses = [(await http.get(f"/api/shared/{new_id()}")).status for _ in range(70)]
            assert statuses[:50] == [404] * 50
            assert statuses[-1] == 429
            (await http.call("lists.get", {"list": list_id, "key": new_id()})).problem("too_many_requests")
            (await http.get(f"/api/shared/{key}")).ok()


@pytest.mark.parametrize("right", RIGHTS)
async def test_a_guest_calls_what_the_contract_names_and_nothing_else(anna: Person, http: Http, right: str) -> None:
    list_id = await anna.new_list()
    key = (await anna.call("shares.create", list=list_id, right=right))["key"]
    for_guests = {"lists.get", "lists.edit", "lists.open", "lists.close", "clock"}
    assert {name for name, row in TABLE.items() if row.guests} == for_guests
    async with await guest(http, key) as live:
        for name in set(TABLE) - for_guests:
            check_problem((await live.ask(name, {"list": list_id}))["error"], "unauthenticated")
        answers = {
            "lists.get": await live.ask("lists.get", {"list": list_id}),
            "lists.open": await live.ask("lists.open", {"list": list_id}),
            "lists.close": await live.ask("lists.close", {"list": list_id}),
            "clock": await live.ask("clock", {}),
        }
        assert all(answer["ok"] for answer in answers.values())
        edited = await live.ask("lists.edit", {"list": list_id, "edits": [edit("rename", title="Theirs")]})
        status = "forbidden" if right == "view" else edited["result"]["results"][0]["status"]
        assert status == {"view": "forbidden", "tick": "refused", "edit": "applied"}[right]
