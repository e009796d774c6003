"""One table, two transports: the same payload gives the same answer over POST and over the socket."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.clients.http import Http
from tests.clients.making import PASSWORD, Json, add, edit, new_id, remove, tick
from tests.clients.person import Person

ID = "8d7f2c1e-5a53-4f0e-9f43-1d2a6c0b7e11"
OTHER = "8d7f2c1e-5a53-4f0e-9f43-1d2a6c0b7e12"
ADD = {"id": ID, "kind": "add", "item": ID, "at": "2026-01-01T00:00:00Z", "text": "milk", "quantity": 2, "unit": "kg"}

# Payloads that change nothing, or are refused: each transport is asked once, of the same server and the same account.
SAME: list[tuple[str, Any]] = [
    ("accounts.me", {}),
    ("accounts.me", {"x": 1}),
    ("accounts.update", {}),
    ("accounts.update", {"theme": "blue"}),
    ("accounts.update", {"name": "  "}),
    ("accounts.register", {"email": "MINE", "password": PASSWORD, "name": "A"}),
    ("accounts.register", {"email": "x", "password": "short", "name": ""}),
    ("accounts.sign_in", {"email": "MINE", "password": "not this one"}),
    ("accounts.sign_in", {"email": "MINE"}),
    ("accounts.change_password", {"password": "not this one", "new_password": "another one"}),
    ("accounts.change_password", {}),
    ("tokens.list", {}),
    ("tokens.create", {"name": "", "scopes": []}),
    ("tokens.revoke", {"id": "no-such"}),
    ("lists.create", {"title": "again", "id": "LIST"}),
    ("lists.create", {"title": "theirs", "id": "THEIRS"}),
    ("lists.create", {}),
    ("lists.index", {}),
    ("lists.index", {"archived": "yes"}),
    ("lists.get", {"list": "LIST"}),
    ("lists.get", {"list": "LIST", "since": 1}),
    ("lists.get", {"list": "LIST", "since": "1"}),
    ("lists.get", {"list": "THEIRS"}),
    ("lists.get", {"list": "GONE"}),
    ("lists.get", {"list": 5}),
    ("lists.get", {"list": "LIST", "extra": None}),
    ("lists.edit", {"list": "LIST", "edits": []}),
    ("lists.edit", {"list": "LIST", "edits": [{**ADD, "quantity": 0}]}),
    ("lists.edit", {"list": "LIST", "edits": [{**ADD, "kind": "paint"}, 5, None]}),
    ("lists.edit", {"list": "THEIRS", "edits": [ADD]}),
    ("lists.edit", {"list": "VIEWED", "edits": [ADD]}),
    ("lists.edit", {"list": "LIST", "edits": [{**tick(OTHER), "id": ID, "at": ADD["at"]}]}),
    ("lists.history", {"list": "LIST"}),
    ("lists.history", {"list": "LIST", "limit": 1, "before": 3}),
    ("lists.history", {"list": "LIST", "limit": 201}),
    ("lists.undo", {"list": "LIST", "revision": 99, "id": ID}),
    ("lists.undo", {"list": "LIST", "revision": 1}),
    ("lists.copy", {"list": "LIST", "id": "THEIRS"}),
    ("lists.copy", {"list": "LIST"}),
    ("lists.archive", {"list": "VIEWED", "archived": True}),
    ("lists.archive", {"list": "LIST", "archived": 1}),
    ("lists.delete", {"list": "THEIRS"}),
    ("lists.delete", {"list": "VIEWED"}),
    ("lists.restore", {"list": "THEIRS"}),
    ("members.list", {"list": "LIST"}),
    ("members.invite", {"list": "LIST", "role": "owner", "link": True}),
    ("members.invite", {"list": "VIEWED", "role": "editor", "link": True}),
    ("members.invite", {"list": "LIST", "role": "editor", "link": True, "email": "c@example.test"}),
    ("members.invitations", {"list": "LIST"}),
    ("members.invitations", {"list": "VIEWED"}),
    ("members.uninvite", {"list": "LIST", "id": "no-such-invitation"}),
    ("members.accept", {"code": "no-such-code"}),
    ("members.set_role", {"list": "LIST", "person": "nobody", "role": "viewer"}),
    ("members.set_role", {"list": "LIST", "person": "ME", "role": "viewer"}),
    ("members.set_role", {"list": "VIEWED", "person": "ME", "role": "owner"}),
    ("members.leave", {"list": "LIST"}),
    ("members.remove", {"list": "LIST", "person": "nobody"}),
    ("members.remove", {"list": "VIEWED", "person": "nobody"}),
    ("chat.send", {"id": ID, "text": "later"}),
    ("no.such", {}),
    ("lists.get", []),
    ("lists.get", "x"),
    ("lists.get", 5),
]


async def household(anna: Person, boris: Person) -> dict[str, str]:
    mine, gone = await anna.new_list("Mine"), await anna.new_list("Gone")
    theirs, viewed = await boris.new_list("Theirs"), await boris.new_list("Viewed")
    milk = add("milk")
    await anna.done(mine, milk, add("bread"), tick(milk["item"]))
    await anna.call("lists.delete", list=gone)
    await boris.shares_with(viewed, anna, "viewer")
    return {"LIST": mine, "THEIRS": theirs, "VIEWED": viewed, "GONE": gone, "MINE": anna.email, "ME": anna.id}


def filled(payload: Any, names: dict[str, str]) -> Any:
    """The payload with names of the household replaced by ids."""
    if not isinstance(payload, dict):
        return payload
    return {key: names.get(value, value) if isinstance(value, str) else value for key, value in payload.items()}


def timeless(value: Any) -> Any:
    """Without what differs between any two calls: the request's id and the server's time."""
    if isinstance(value, dict):
        return {key: timeless(held) for key, held in value.items() if key not in ("request_id", "now", "last_seen")}
    return [timeless(held) for held in value] if isinstance(value, list) else value


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_the_same_payload_gives_the_same_answer(anna: Person, boris: Person, transport: str) -> None:
    names = await household(anna, boris)
    differ = []
    async with await anna.live((transport,)) as live:
        for name, payload in SAME:
            sent = filled(payload, names)
            posted = await anna.ask(name, sent)
            emitted = await live.ask(name, sent)
            assert emitted["ok"] is (posted.status == 200), (name, sent, posted.body, emitted)
            told = emitted["result"] if emitted["ok"] else emitted["error"]
            if timeless(told) != timeless(posted.body):
                differ.append((name, sent, posted.body, told))
            if not emitted["ok"]:
                assert told["status"] == posted.status
                assert told["request_id"]
    assert not differ


async def test_russian_is_russian_on_both(anna: Person) -> None:
    payload = {"list": "nonsense", "edits": [{}]}
    posted = (await anna.ask("lists.edit", payload, {"Accept-Language": "ru"})).body
    async with await anna.live(language="ru") as live:
        emitted = (await live.ask("lists.edit", payload))["error"]
    assert timeless(posted) == timeless(emitted)


async def test_a_whole_evening_over_either_transport_comes_to_the_same(http: Http) -> None:
    """Two accounts do the same with fresh lists, one by POST, one by socket; ids and times aside the answers agree."""
    poster, emitter = [await Person.registered(http, "Same") for _ in range(2)]
    async with await emitter.live() as live:
        by_post = await evening(poster.call)
        by_socket = await evening(live.call)
    assert [sorted(answer) for answer in by_post] == [sorted(answer) for answer in by_socket]
    assert [shape(answer) for answer in by_post] == [shape(answer) for answer in by_socket]


async def evening(call: Callable[..., Any]) -> list[Json]:
    list_id, copy_id = new_id(), new_id()
    milk, tea = add("milk", quantity=2), add("tea")
    return [
        await call("accounts.update", name="Аня", theme="dark"),
        await call("tokens.create", name="script", scopes=["read"]),
        await call("lists.create", title="Tonight", id=list_id),
        await call("lists.edit", list=list_id, edits=[milk, tea, add("Milk"), tick(tea["item"]), tick(new_id())]),
        await call("lists.edit", list=list_id, edits=[milk, remove(milk["item"]), edit("rename", title="Later")]),
        await call("lists.get", list=list_id),
        await call("lists.undo", list=list_id, revision=5, id=new_id()),
        await call("lists.history", list=list_id),
        await call("lists.copy", list=list_id, id=copy_id, title="Copy"),
        await call("lists.archive", list=copy_id, archived=True),
        await call("lists.delete", list=copy_id),
        await call("lists.index", deleted=True),
        await call("lists.restore", list=copy_id),
        await call("members.invite", list=list_id, role="viewer", link=True),
        await call("members.list", list=list_id),
        await call("lists.delete", list=list_id),
        await call("lists.index"),
        await call("tokens.list"),
        await call("tokens.revoke_others"),
        await call("accounts.me"),
    ]


FREE = {"id", "edit", "item", "epoch", "token", "code", "url", "email", "by", "added_by", "ticked_by",
        "request_id", "at", "now"}  # fmt: skip


def shape(value: Any) -> Any:
    """What two households have in common: everything but ids, secrets, times, and the order that ids give."""
    if isinstance(value, dict):
        if value and all(len(key) == 36 for key in value):
            return sorted(repr(shape(held)) for held in value.values())
        return {
            key: shape(held) for key, held in value.items() if key not in FREE and not key.endswith(("_at", "_seen"))
        }
    return [shape(held) for held in value] if isinstance(value, list) else value
