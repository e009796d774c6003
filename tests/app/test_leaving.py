"""Taking everything along, and going: what an export holds, and what remains of an account that was deleted."""

import asyncio
import io
import sqlite3
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
import pytest

from shoplist_appliance.adapters.sealed_blobs import SealedBlobs
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.ports import Blob, Store
from tests.app.test_hunt import found, word
from tests.clients.house import house
from tests.clients.http import Http
from tests.clients.live import Live
from tests.clients.making import PASSWORD, Json, add, new_id, tick
from tests.clients.person import Person
from tests.clients.process import Process


def path_of(url: str) -> str:
    return urlsplit(url).path


async def exported(http: Http, person: Person) -> dict[str, Json]:
    answer = await http.get(path_of((await person.call("accounts.export"))["url"]))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        return {name: orjson.loads(archive.read(name)) for name in archive.namelist()}


# --- the export ---


async def test_an_export_holds_the_account_its_devices_and_its_lists(http: Http) -> None:
    anna = await Person.registered(http, "Анна Ёлкина", device="Телефон")
    boris = await Person.registered(http, "Boris")
    list_id = await anna.new_list("Дача: хлеб/соль")
    await anna.shares_with(list_id, boris, "editor")
    milk, bread = add("молоко", quantity=2.0), add("bread")
    await anna.done(list_id, milk, bread)
    await boris.done(list_id, tick(milk["item"]), add("salt"))
    archived = await anna.new_list("Archived")
    await anna.answered_list("lists.archive", list=archived, archived=True)
    files = await exported(http, anna)
    account = files.pop("account.json")
    assert (account["name"], account["email"]) == ("Анна Ёлкина", anna.email)
    assert [token["name"] for token in account["tokens"]] == ["Телефон"]
    assert len(files) == 2
    content = next(content for content in files.values() if content["id"] == list_id)
    assert content["title"] == "Дача: хлеб/соль"
    assert {item["text"] for item in content["items"]} == {"молоко", "bread", "salt"}
    assert content["people"][boris.id] == "Boris"
    assert [change["kind"] for change in content["my_changes"]] == ["add", "add"], "others' deeds are theirs"
    assert anna.token not in orjson.dumps([account, files]).decode()


async def test_it_holds_what_an_owner_alone_knows_and_no_key_of_it(http: Http) -> None:
    anna, boris = await Person.registered(http), await Person.registered(http)
    list_id, ended = await anna.new_list("Kept"), await anna.new_list("Ended")
    of_boris = await boris.new_list("Of Boris")
    await boris.shares_with(of_boris, anna, "editor")
    shared = await anna.call("shares.create", list=list_id, right="tick", name="Neighbours")
    withdrawn = await anna.call("shares.create", list=list_id, right="view", name="Withdrawn")
    await anna.call("shares.revoke", list=list_id, id=withdrawn["id"])
    code = await anna.invitation(list_id, "viewer")
    await anna.done(ended, add("milk"))
    await anna.call("lists.delete", list=ended)
    await boris.call("shares.create", list=of_boris, right="view")
    await anna.call("accounts.update", email="next@example.org")
    files = await exported(http, anna)
    assert files["account.json"]["new_email"] == "next@example.org"
    lists = {file["id"]: file for name, file in files.items() if name != "account.json"}
    assert set(lists) == {list_id, ended, of_boris}
    mine = lists[list_id]
    assert [(share["name"], share["right"], share["last_used"]) for share in mine["shares"]] == [
        ("Neighbours", "tick", None)
    ]
    assert [(one["role"], one["email"]) for one in mine["invitations"]] == [("viewer", None)]
    assert "shares" not in lists[of_boris]
    assert lists[ended]["deleted_at"]
    assert [item["text"] for item in lists[ended]["items"]] == ["milk"]
    assert [change["kind"] for change in lists[ended]["my_changes"]] == ["add"]
    await anna.problem("gone", "lists.get", list=ended)
    for secret in (shared["key"], code):
        assert secret not in orjson.dumps(files).decode()


async def test_a_link_serves_once_and_a_look_does_not_count(http: Http, anna: Person) -> None:
    path = path_of((await anna.call("accounts.export"))["url"])
    assert (await http.send("HEAD", path)).status == 405
    assert (await http.get(path)).status == 200
    (await http.get(path)).problem("gone")
    (await http.get("/files/export/" + "A" * 43)).problem("not_found")


async def test_a_new_export_withdraws_the_one_before(http: Http, anna: Person) -> None:
    first, second = [path_of((await anna.call("accounts.export"))["url"]) for _ in range(2)]
    (await http.get(first)).problem("gone")
    assert (await http.get(second)).status == 200


async def test_a_download_that_breaks_off_has_nothing_but_the_file_in_it_and_can_be_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = SealedBlobs.get

    @asynccontextmanager
    async def away_in_the_middle(self: SealedBlobs, name: str) -> AsyncIterator[Blob]:
        async with real(self, name) as blob:

            async def pieces() -> AsyncIterator[bytes]:
                yield (await anext(blob.pieces))[:100]
                raise Unavailable("storage")

            yield Blob(blob.size, pieces())

    async with house(tmp_path / "data") as http:
        anna = await Person.registered(http)
        url = urlsplit((await anna.call("accounts.export"))["url"])
        with monkeypatch.context() as patched:
            patched.setattr(SealedBlobs, "get", away_in_the_middle)
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
            writer.write(f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
            head, _, body = (await asyncio.wait_for(reader.read(), 60)).partition(b"\r\n\r\n")
            writer.close()
        assert b" 200 " in head
        assert len(body) == 100
        assert body.startswith(b"PK")
        assert (await http.get(url.path)).status == 200
        (await http.get(url.path)).problem("gone")


# --- the end ---


async def test_deleting_an_account_asks_for_its_password(http: Http, anna: Person) -> None:
    wrong = await anna.problem("wrong_credentials", "accounts.delete", password="a wrong password")
    assert wrong["detail"] == "The password is not right. Please check it.", "the address was not asked for"
    await anna.problem("invalid", "accounts.delete")
    assert (await anna.call("accounts.me"))["user"]["id"] == anna.id


async def test_after_it_no_token_and_no_password_counts_and_the_address_is_free(http: Http) -> None:
    anna = await Person.registered(http)
    phone = await anna.again()
    async with await phone.live() as live:
        await anna.call("accounts.delete", password=PASSWORD)
        assert (await live.hear("signed_out"))["reason"] == "deleted"
    for device in (anna, phone):
        await device.problem("unauthenticated", "accounts.me")
    payload = {"email": anna.email, "password": PASSWORD}
    (await http.call("accounts.sign_in", payload)).problem("wrong_credentials")
    (await http.call("accounts.register", {**payload, "name": "Another"})).ok()


@pytest.mark.parametrize(
    ("roles", "heir"), [(["viewer", "editor", "editor"], 1), (["viewer", "viewer"], 0), (["editor"], 0)]
)
async def test_a_list_goes_to_the_editor_who_joined_first_else_viewer(http: Http, roles: list[str], heir: int) -> None:
    owner = await Person.registered(http, "Owner")
    list_id = await owner.new_list("Shared")
    others = [await Person.registered(http, f"Member {number}") for number in range(len(roles))]
    for other, role in zip(others, roles, strict=True):
        await owner.shares_with(list_id, other, role)
    milk = add("milk")
    await owner.done(list_id, milk)
    async with await others[heir].live() as live:
        await live.call("lists.open", list=list_id)
        await owner.call("accounts.delete", password=PASSWORD)
        await live.hear("lists.changed")
    roles[heir] = "owner"
    for other, role in zip(others, roles, strict=True):
        opened = await other.call("lists.get", list=list_id)
        assert opened["list"]["role"] == role
        assert opened["people"] == [{"id": owner.id, "name": None}], "a former member has no name"
        assert [item["text"] for item in opened["items"]] == ["milk"]
    members = (await others[0].call("members.list", list=list_id))["members"]
    assert owner.id not in {member["person"]["id"] for member in members}


async def test_what_nobody_else_is_on_is_removed_and_a_member_just_leaves(http: Http, boris: Person) -> None:
    anna = await Person.registered(http, "Anna")
    alone, deleted = await anna.new_list("Alone"), await anna.new_list("Deleted")
    await anna.call("lists.delete", list=deleted)
    shared = await boris.new_list("Of Boris")
    await boris.shares_with(shared, anna, "editor")
    await anna.call("accounts.delete", password=PASSWORD)
    for gone in (alone, deleted):
        await boris.problem("not_found", "lists.get", list=gone)
    members = (await boris.call("members.list", list=shared))["members"]
    assert [member["person"]["id"] for member in members] == [boris.id]


class Holding:
    """Makes a store in which, while not ``free``, lists that are new wait before they are stored."""

    def __init__(self) -> None:
        self.free, self.waits = asyncio.Event(), asyncio.Event()
        self.free.set()

    def __call__(self, store: Store) -> Any:
        async def add_list(*arguments: Any) -> None:
            self.waits.set()
            await self.free.wait()
            await store.add_list(*arguments)

        class Held:
            def __getattr__(self, name: str) -> Any:
                return add_list if name == "add_list" else getattr(store, name)

        return Held()


def members_of(data: Path) -> dict[str, int]:
    """How many members each stored list has."""
    connection = sqlite3.connect(data / "shoplist.db")
    try:
        rows = connection.execute(
            "SELECT l.id, count(m.list) FROM lists l LEFT JOIN members m ON m.list = l.id GROUP BY l.id"
        )
        return {str(UUID(bytes=id)): count for id, count in rows}
    finally:
        connection.close()


async def test_calls_under_way_while_an_account_ends_leave_nobody_behind(tmp_path: Path) -> None:
    holding = Holding()
    async with house(tmp_path / "data", around=holding) as http:
        owner, anna = await Person.registered(http, "Owner"), await Person.registered(http, "Anna")
        copied = await owner.new_list("Copied")
        await owner.shares_with(copied, anna, "viewer")
        shared = [await owner.new_list(f"Shared {number}") for number in range(3)]
        calls = [anna.ask("lists.create", {"title": "Late"}) for _ in range(3)]
        calls += [anna.ask("lists.copy", {"list": copied, "id": new_id()})]
        calls += [anna.ask("members.accept", {"code": await owner.invitation(list_id)}) for list_id in shared]
        holding.free.clear()
        holding.waits.clear()
        under_way = [asyncio.create_task(calls[0])]
        await asyncio.wait_for(holding.waits.wait(), 30)
        under_way += [asyncio.create_task(call) for call in calls[1:]]
        await asyncio.sleep(0.5)  # all of them are past the door by then
        end = asyncio.create_task(anna.ask("accounts.delete", {"password": PASSWORD}))
        async with asyncio.timeout(60):
            while (await anna.ask("accounts.me")).status == 200:
                await asyncio.sleep(0.01)
        await asyncio.wait([end], timeout=0.2)
        holding.free.set()
        statuses = [answer.status for answer in await asyncio.gather(*under_way)]
        (await end).ok()
    assert members_of(tmp_path / "data") == dict.fromkeys([*shared, copied], 1)
    assert sorted(statuses) == [200] + [401] * 6, "one was being made; the others come after the end"


async def test_guests_of_a_list_that_ends_with_its_account_are_told_and_out(http: Http) -> None:
    anna = await Person.registered(http, "Anna")
    list_id = await anna.new_list("Alone")
    key = (await anna.call("shares.create", list=list_id, right="edit"))["key"]
    async with await Live(http.url).connect({"key": key}) as guest:
        await guest.call("lists.open", list=list_id)
        await anna.call("accounts.delete", password=PASSWORD)
        assert await guest.hear("list.gone") == {"list": list_id, "reason": "deleted"}
        assert not (await guest.ask("lists.edit", {"list": list_id, "edits": [add("milk")]}))["ok"]


async def test_nothing_of_it_is_left_at_rest(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    with Process(data, log, LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            anna = await Person.registered(http, word("name"), device=word("device"))
            list_id = await anna.new_list(word("title"))
            await anna.done(list_id, *[add(f"item {new_id()}") for _ in range(250)])
            await anna.call("accounts.export")
            await anna.call("accounts.delete", password=PASSWORD)
    with sqlite3.connect(data / "shoplist.db") as connection:
        counts = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("people", "tokens", "lists", "members", "records")
        }
    connection.close()
    assert counts == dict.fromkeys(counts, 0)
    assert not [path for path in (data / "blobs").rglob("*") if path.is_file() and "exports" in path.parts]
    assert not found(data, {"name": anna.user["name"]})
