"""Who may call what: every operation of the table, by everyone. A new operation without a row fails here."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from shoplist_appliance.web.operations import TABLE
from tests.clients.http import Http, check_problem
from tests.clients.live import Live
from tests.clients.making import PASSWORD, Json, add, new_id
from tests.clients.person import Person
from tests.clients.process import Process, create_admin

CALLERS = ("nobody", "stranger", "viewer", "editor", "owner", "revoked", "reader", "admin")

# A payload that is good for the owner, and what each caller hears, in the order of CALLERS. "reader" is a token of the
# owner made by tokens.create with the scope read. "ok" is success. What follows a name tells its payloads apart.
# fmt: off
MATRIX: dict[str, tuple[Json, str]] = {
    #                                                        nobody stranger viewer editor owner revoked reader admin
    "accounts.register":        ({"email": "NEW", "password": PASSWORD, "name": "N"},
                                                             "ok  ok  ok  ok  ok  ok  ok  ok"),
    "accounts.sign_in":         ({"email": "OWNER", "password": PASSWORD},
                                                             "ok  ok  ok  ok  ok  ok  ok  ok"),
    "accounts.me":              ({},                         "401 ok  ok  ok  ok  401 ok  ok"),
    "accounts.update":          ({"theme": "dark"},          "401 ok  ok  ok  ok  401 403 ok"),
    "accounts.change_password": ({"password": PASSWORD, "new_password": PASSWORD},
                                                             "401 ok  ok  ok  ok  401 403 ok"),
    "accounts.export":          ({},                         "401 ok  ok  ok  ok  401 403 ok"),
    "accounts.delete":          ({"password": "a wrong password"},
                                                             "401 401 401 401 401 401 403 401"),
    "accounts.verify_email":    ({"token": "no-such-link"},  "404 404 404 404 404 404 404 404"),
    "accounts.resend_verification": ({},                     "401 ok  ok  ok  ok  401 403 ok"),
    "accounts.request_reset":   ({"email": "OWNER"},         "ok  ok  ok  ok  ok  ok  ok  ok"),
    "accounts.reset_password":  ({"token": "no-such-link", "password": PASSWORD},
                                                             "404 404 404 404 404 404 404 404"),
    "accounts.sign_out":        ({},                         "401 ok  ok  ok  ok  401 ok  ok"),
    "totp.confirm":             ({"code": "no code"},        "401 409 409 409 409 401 403 409"),
    "totp.disable":             ({"password": PASSWORD, "totp": "no code"},
                                                             "401 409 409 409 409 401 403 409"),
    "totp.begin":               ({},                         "401 ok  ok  ok  ok  401 403 ok"),
    "tokens.list":              ({},                         "401 ok  ok  ok  ok  401 403 ok"),
    "tokens.create":            ({"name": "t", "scopes": ["read"]},
                                                             "401 ok  ok  ok  ok  401 403 ok"),
    "tokens.revoke":            ({"id": "TOKEN"},            "401 404 404 404 ok  401 403 404"),
    "tokens.revoke_others":     ({},                         "401 ok  ok  ok  ok  401 403 ok"),
    "lists.create":             ({"title": "New"},           "401 ok  ok  ok  ok  401 403 ok"),
    "lists.index":              ({},                         "401 ok  ok  ok  ok  401 ok  ok"),
    "lists.get":                ({"list": "LIST"},           "401 404 ok  ok  ok  401 ok  404"),
    "lists.edit":               ({"list": "LIST", "edits": "EDITS"},
                                                             "401 404 403 ok  ok  401 403 404"),
    "lists.history":            ({"list": "LIST"},           "401 404 ok  ok  ok  401 ok  404"),
    "lists.undo":               ({"list": "LIST", "revision": "REVISION", "id": "ID"},
                                                             "401 404 403 ok  ok  401 403 404"),
    "lists.copy":               ({"list": "LIST", "id": "ID"},
                                                             "401 404 ok  ok  ok  401 403 404"),
    "lists.parse":              ({"text": "2 kg potatoes"},  "401 ok  ok  ok  ok  401 ok  ok"),
    "lists.archive":            ({"list": "LIST", "archived": True},
                                                             "401 404 403 403 ok  401 403 404"),
    "lists.delete":             ({"list": "LIST"},           "401 404 403 403 ok  401 403 404"),
    "lists.restore":            ({"list": "DELETED"},        "401 404 403 403 ok  401 403 404"),
    "members.list":             ({"list": "LIST"},           "401 404 ok  ok  ok  401 ok  404"),
    "members.invite":           ({"list": "LIST", "role": "viewer", "link": True},
                                                             "401 404 403 403 ok  401 403 404"),
    "members.invite by mail":   ({"list": "LIST", "role": "viewer", "email": "NEW"},
                                                             "401 404 403 403 ok  401 403 404"),
    "members.invitations":      ({"list": "LIST"},           "401 404 403 403 ok  401 403 404"),
    "members.uninvite":         ({"list": "LIST", "id": "INVITATION"},
                                                             "401 404 403 403 ok  401 403 404"),
    "members.accept":           ({"code": "CODE"},           "401 ok  ok  ok  ok  401 403 ok"),
    "members.leave":            ({"list": "LIST"},           "401 404 ok  ok  409 401 403 404"),
    "members.set_role":         ({"list": "LIST", "person": "EDITOR", "role": "viewer"},
                                                             "401 404 403 403 ok  401 403 404"),
    "members.remove":           ({"list": "LIST", "person": "NOBODY"},
                                                             "401 404 403 403 404 401 403 404"),
    "shares.create":            ({"list": "LIST", "right": "view"},
                                                             "401 404 403 403 ok  401 403 404"),
    "shares.list":              ({"list": "LIST"},           "401 404 403 403 ok  401 403 404"),
    "shares.revoke":            ({"list": "LIST", "id": "SHARE"},
                                                             "401 404 403 403 ok  401 403 404"),
    "admin.users":              ({},                         "401 403 403 403 403 401 403 ok"),
    "admin.block":              ({"person": "NOBODY", "blocked": True},
                                                             "401 403 403 403 403 401 403 404"),
    "admin.alerts":             ({},                         "401 403 403 403 403 401 403 ok"),
    "lists.open":               ({"list": "LIST"},           "401 404 ok  ok  ok  401 ok  404"),
    "lists.close":              ({"list": "LIST"},           "401 ok  ok  ok  ok  401 ok  ok"),
    "clock":                    ({},                         "401 ok  ok  ok  ok  401 ok  ok"),
}
# fmt: on
LIVE_ONLY = {"lists.open", "lists.close", "clock"}


def test_every_operation_of_the_table_has_its_row_here() -> None:
    assert {name.split()[0] for name in MATRIX} == set(TABLE)
    assert {name for name, row in TABLE.items() if row.live_only} == LIVE_ONLY
    assert all(len(expected.split()) == len(CALLERS) for _, expected in MATRIX.values())


@dataclass
class World:
    """A list of an owner with an editor and a viewer, another that is deleted, and those who have no part in them."""

    callers: dict[str, Person | None]
    names: dict[str, Any]
    revisions: Iterator[int]  # of changes that nobody has undone yet

    def payload(self, row: Json) -> Json:
        fresh = {"NEW": f"{new_id()}@example.test", "ID": new_id(), "EDITS": [add(f"item {new_id()}")],
                 "REVISION": next(self.revisions)}  # fmt: skip
        known = {**self.names, **fresh}
        return {key: known.get(value, value) if isinstance(value, str) else value for key, value in row.items()}


@pytest.fixture(scope="module")
def household(server: Process) -> dict[str, tuple[Json, str]]:
    """User and token of each: four who registered, and an admin made by the command line beside the running server."""
    email = f"{new_id()}@example.test"
    made = create_admin(server, email, "Admin", PASSWORD)
    assert made.returncode == 0, made.stderr

    async def move_in() -> dict[str, tuple[Json, str]]:
        async with Http(server.url) as http:
            answer = (await http.call("accounts.sign_in", {"email": email, "password": PASSWORD})).ok()
            assert answer["user"]["role"] == "admin"
            names = ("Owner", "Editor", "Viewer", "Stranger")
            people = {name: await Person.registered(http, name) for name in names}
            return {name: (person.user, person.token) for name, person in people.items()} | {
                "Admin": (answer["user"], answer["token"])
            }

    return asyncio.run(move_in())


@pytest_asyncio.fixture
async def world(http: Http, household: dict[str, tuple[Json, str]]) -> AsyncIterator[World]:
    owner, editor, viewer, stranger, admin = [
        Person(http, *household[name]) for name in ("Owner", "Editor", "Viewer", "Stranger", "Admin")
    ]
    live_list, deleted = await owner.new_list("Live"), await owner.new_list("Deleted")
    await owner.done(live_list, *[add(f"item {n}") for n in range(20)])
    for list_id in (live_list, deleted):
        await owner.shares_with(list_id, editor, "editor")
        await owner.shares_with(list_id, viewer, "viewer")
    await owner.call("lists.delete", list=deleted)
    program = await owner.call("tokens.create", name="one", scopes=["read"])
    ended = await owner.call("tokens.create", name="two", scopes=["read", "write"])
    await owner.call("tokens.revoke", id=ended["id"])
    code = await owner.invitation(live_list, "viewer")
    invitation = (await owner.call("members.invitations", list=live_list))["invitations"][-1]["id"]
    share = (await owner.call("shares.create", list=live_list, right="tick"))["id"]
    yield World(
        callers={
            "nobody": None, "stranger": stranger, "viewer": viewer, "editor": editor, "owner": owner,
            "revoked": Person(http, owner.user, ended["token"]), "reader": await owner.program("read"), "admin": admin,
        },
        names={
            "LIST": live_list, "DELETED": deleted, "OWNER": owner.email, "TOKEN": program["id"],
            "CODE": code, "INVITATION": invitation, "EDITOR": editor.id, "SHARE": share,
        },
        revisions=iter(range(1, 20)),
    )  # fmt: skip


@pytest.mark.parametrize("name", MATRIX)
async def test_an_operation_answers_each_caller_as_the_matrix_says(world: World, http: Http, name: str) -> None:
    row, expected = MATRIX[name]
    name = name.split()[0]
    # The owner comes last: until then the list is there, undeleted, and as it was.
    order = sorted(zip(CALLERS, expected.split(), strict=True), key=lambda pair: pair[0] == "owner")
    heard = {}
    for caller, _ in order:
        person = world.callers[caller]
        if name == "accounts.sign_out" and person and caller not in ("revoked", "reader"):
            person = await person.again()  # the household's tokens serve the next test too
        heard[caller] = await (called_live if name in LIVE_ONLY else called)(http, person, name, world.payload(row))
    assert heard == dict(order)


async def called(http: Http, person: Person | None, name: str, payload: Json) -> str:
    answer = await http.call(name, payload, person.token if person else None)
    if answer.status == 200:
        return "ok"
    answer.problem(answer.body["code"])
    return str(answer.status)


async def called_live(http: Http, person: Person | None, name: str, payload: Json) -> str:
    async with Live(http.url) as live:
        try:
            await live.connect({"token": person.token} if person else None)
        except Exception:
            check_problem(live.refusal["data"], "unauthenticated")
            return "401"
        answer = await live.ask(name, payload)
    if answer["ok"]:
        return "ok"
    return str(check_problem(answer["error"], answer["error"]["code"])["status"])
