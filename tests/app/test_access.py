"""Who may call what: every operation of the table, by everyone. A new operation without a row fails here."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from socketio.exceptions import ConnectionError as Refused  # type: ignore[import-untyped]

from shoplist_appliance.web.operations import TABLE
from tests.clients.http import Http, check_problem
from tests.clients.live import Live
from tests.clients.making import PASSWORD, Json, add, new_id
from tests.clients.person import Person
from tests.clients.process import Process, create_admin

CALLERS = (
    "nobody", "stranger", "viewer", "editor", "owner", "revoked", "reader", "admin", "blocked",
    "views", "ticks", "edits", "late",
)  # fmt: skip

# A payload that is good for the owner, and what each caller hears, in the order of CALLERS. "reader" is a token of the
# owner made by tokens.create with the scope read; "blocked" had an account until an admin blocked it. The last four are
# guests who show the key of a share: of the list with each right, and "late" of the list that is deleted.
# "ok" is success, "no" an answer in which every edit is refused. What follows a name tells its payloads apart.
# fmt: off
MATRIX: dict[str, tuple[Json, str]] = {
    #                                                        nobody stranger viewer editor owner revoked reader admin
    #                                                                            blocked; guests: views ticks edits late
    "accounts.register":        ({"email": "NEW", "password": PASSWORD, "name": "N"},
                                                             "ok  ok  ok  ok  ok  ok  ok  ok  ok  401 401 401 401"),
    "accounts.sign_in":         ({"email": "MINE", "password": PASSWORD},
                                                             "ok  ok  ok  ok  ok  ok  ok  ok  403 401 401 401 401"),
    "accounts.me":              ({},                         "401 ok  ok  ok  ok  401 ok  ok  401 401 401 401 401"),
    "accounts.update":          ({"theme": "dark"},          "401 ok  ok  ok  ok  401 403 ok  401 401 401 401 401"),
    "accounts.change_password": ({"password": PASSWORD, "new_password": PASSWORD},
                                                             "401 ok  ok  ok  ok  401 403 ok  401 401 401 401 401"),
    "accounts.export":          ({},                         "401 ok  ok  ok  ok  401 403 ok  401 401 401 401 401"),
    "accounts.delete":          ({"password": "a wrong password"},
                                                             "401 401 401 401 401 401 403 401 401 401 401 401 401"),
    "accounts.verify_email":    ({"token": "no-such-link"},  "404 404 404 404 404 404 404 404 404 401 401 401 401"),
    "accounts.resend_verification": ({},                     "401 ok  ok  ok  ok  401 403 ok  401 401 401 401 401"),
    "accounts.request_reset":   ({"email": "MINE"},          "ok  ok  ok  ok  ok  ok  ok  ok  ok  401 401 401 401"),
    "accounts.reset_password":  ({"token": "no-such-link", "password": PASSWORD},
                                                             "404 404 404 404 404 404 404 404 404 401 401 401 401"),
    "accounts.sign_out":        ({},                         "401 ok  ok  ok  ok  401 ok  ok  401 401 401 401 401"),
    "totp.confirm":             ({"code": "no code"},        "401 409 409 409 409 401 403 409 401 401 401 401 401"),
    "totp.disable":             ({"password": PASSWORD, "totp": "no code"},
                                                             "401 409 409 409 409 401 403 409 401 401 401 401 401"),
    "totp.begin":               ({},                         "401 ok  ok  ok  ok  401 403 ok  401 401 401 401 401"),
    "tokens.list":              ({},                         "401 ok  ok  ok  ok  401 403 ok  401 401 401 401 401"),
    "tokens.create":            ({"name": "t", "scopes": ["read"]},
                                                             "401 ok  ok  ok  ok  401 403 ok  401 401 401 401 401"),
    "tokens.revoke":            ({"id": "TOKEN"},            "401 404 404 404 ok  401 403 404 401 401 401 401 401"),
    "tokens.revoke_others":     ({},                         "401 ok  ok  ok  ok  401 403 ok  401 401 401 401 401"),
    "lists.create":             ({"title": "New"},           "401 ok  ok  ok  ok  401 403 ok  401 401 401 401 401"),
    "lists.index":              ({},                         "401 ok  ok  ok  ok  401 ok  ok  401 401 401 401 401"),
    "lists.get":                ({"list": "LIST"},           "401 404 ok  ok  ok  401 ok  404 401 ok  ok  ok  404"),
    "lists.edit":               ({"list": "LIST", "edits": "EDITS"},
                                                             "401 404 403 ok  ok  401 403 404 401 403 no  ok  404"),
    "lists.get what is deleted": ({"list": "DELETED"},       "401 404 410 410 410 401 410 404 401 404 404 404 410"),
    "lists.edit what is deleted": ({"list": "DELETED", "edits": "EDITS"},
                                                             "401 404 410 410 410 401 403 404 401 404 404 404 410"),
    "lists.history":            ({"list": "LIST"},           "401 404 ok  ok  ok  401 ok  404 401 401 401 401 401"),
    "lists.undo":               ({"list": "LIST", "revision": "REVISION", "id": "ID"},
                                                             "401 404 403 ok  ok  401 403 404 401 401 401 401 401"),
    "lists.copy":               ({"list": "LIST", "id": "ID"},
                                                             "401 404 ok  ok  ok  401 403 404 401 401 401 401 401"),
    "lists.parse":              ({"text": "2 kg potatoes"},  "401 ok  ok  ok  ok  401 ok  ok  401 401 401 401 401"),
    "lists.archive":            ({"list": "LIST", "archived": True},
                                                             "401 404 403 403 ok  401 403 404 401 401 401 401 401"),
    "lists.delete":             ({"list": "LIST"},           "401 404 403 403 ok  401 403 404 401 401 401 401 401"),
    "lists.restore":            ({"list": "DELETED"},        "401 404 403 403 ok  401 403 404 401 401 401 401 401"),
    "members.list":             ({"list": "LIST"},           "401 404 ok  ok  ok  401 ok  404 401 401 401 401 401"),
    "members.invite":           ({"list": "LIST", "role": "viewer", "link": True},
                                                             "401 404 403 403 ok  401 403 404 401 401 401 401 401"),
    "members.invite by mail":   ({"list": "LIST", "role": "viewer", "email": "NEW"},
                                                             "401 404 403 403 ok  401 403 404 401 401 401 401 401"),
    "members.invitations":      ({"list": "LIST"},           "401 404 403 403 ok  401 403 404 401 401 401 401 401"),
    "members.uninvite":         ({"list": "LIST", "id": "INVITATION"},
                                                             "401 404 403 403 ok  401 403 404 401 401 401 401 401"),
    "members.accept":           ({"code": "CODE"},           "401 ok  ok  ok  ok  401 403 ok  401 401 401 401 401"),
    "members.leave":            ({"list": "LIST"},           "401 404 ok  ok  409 401 403 404 401 401 401 401 401"),
    "members.set_role":         ({"list": "LIST", "person": "EDITOR", "role": "viewer"},
                                                             "401 404 403 403 ok  401 403 404 401 401 401 401 401"),
    "members.remove":           ({"list": "LIST", "person": "NOBODY"},
                                                             "401 404 403 403 404 401 403 404 401 401 401 401 401"),
    "shares.create":            ({"list": "LIST", "right": "view"},
                                                             "401 404 403 403 ok  401 403 404 401 401 401 401 401"),
    "shares.list":              ({"list": "LIST"},           "401 404 403 403 ok  401 403 404 401 401 401 401 401"),
    "shares.revoke":            ({"list": "LIST", "id": "SHARE"},
                                                             "401 404 403 403 ok  401 403 404 401 401 401 401 401"),
    "admin.users":              ({},                         "401 403 403 403 403 401 403 ok  401 401 401 401 401"),
    "admin.block":              ({"person": "NOBODY", "blocked": True},
                                                             "401 403 403 403 403 401 403 404 401 401 401 401 401"),
    "admin.alerts":             ({},                         "401 403 403 403 403 401 403 ok  401 401 401 401 401"),
    "admin.stats":              ({},                         "401 403 403 403 403 401 403 ok  401 401 401 401 401"),
    "lists.open":               ({"list": "LIST"},           "401 404 ok  ok  ok  401 ok  404 401 ok  ok  ok  410"),
    "lists.open what is deleted": ({"list": "DELETED"},      "401 404 410 410 410 401 410 404 401 404 404 404 410"),
    "lists.close":              ({"list": "LIST"},           "401 ok  ok  ok  ok  401 ok  ok  401 ok  ok  ok  410"),
    "clock":                    ({},                         "401 ok  ok  ok  ok  401 ok  ok  401 ok  ok  ok  410"),
}
# fmt: on
LIVE_ONLY = {"lists.open", "lists.close", "clock"}
NO_SESSION = {"revoked", "reader", "blocked"}


def test_every_operation_of_the_table_has_its_row_here() -> None:
    assert {name.split()[0] for name in MATRIX} == set(TABLE)
    assert {name for name, row in TABLE.items() if row.live_only} == LIVE_ONLY
    assert all(len(expected.split()) == len(CALLERS) for _, expected in MATRIX.values())


@dataclass(frozen=True)
class Guest:
    """Whoever holds the key of a share."""

    key: str


Someone = Person | Guest | None


@dataclass
class World:
    """A list of an owner with an editor and a viewer, another that is deleted, and those who have no part in them."""

    callers: dict[str, Someone]
    names: dict[str, Any]
    revisions: Iterator[int]  # of changes that nobody has undone yet

    def payload(self, row: Json, caller: Someone) -> Json:
        fresh = {"NEW": f"{new_id()}@example.test", "ID": new_id(), "EDITS": [add(f"item {new_id()}")],
                 "REVISION": next(self.revisions)}  # fmt: skip
        known = {**self.names, **fresh, "MINE": caller.email if isinstance(caller, Person) else self.names["OWNER"]}
        return {key: known.get(value, value) if isinstance(value, str) else value for key, value in row.items()}


@pytest.fixture(scope="module")
def household(server: Process) -> dict[str, tuple[Json, str]]:
    """User and token of each: five who registered, one of them blocked since, and an admin made by the command line
    beside the running server."""
    email = f"{new_id()}@example.test"
    made = create_admin(server, email, "Admin", PASSWORD)
    assert made.returncode == 0, made.stderr

    async def move_in() -> dict[str, tuple[Json, str]]:
        async with Http(server.url) as http:
            answer = (await http.call("accounts.sign_in", {"email": email, "password": PASSWORD})).ok()
            assert answer["user"]["role"] == "admin"
            admin = Person(http, answer["user"], answer["token"])
            names = ("Owner", "Editor", "Viewer", "Stranger", "Blocked")
            people = {name: await Person.registered(http, name) for name in names} | {"Admin": admin}
            await admin.call("admin.block", person=people["Blocked"].id, blocked=True)
            return {name: (person.user, person.token) for name, person in people.items()}

    return asyncio.run(move_in())


@pytest_asyncio.fixture
async def world(http: Http, household: dict[str, tuple[Json, str]]) -> AsyncIterator[World]:
    owner, editor, viewer, stranger, blocked, admin = [
        Person(http, *household[name]) for name in ("Owner", "Editor", "Viewer", "Stranger", "Blocked", "Admin")
    ]
    live_list, deleted = await owner.new_list("Live"), await owner.new_list("Deleted")
    await owner.done(live_list, *[add(f"item {n}") for n in range(20)])
    for list_id in (live_list, deleted):
        await owner.shares_with(list_id, editor, "editor")
        await owner.shares_with(list_id, viewer, "viewer")
    late = await owner.call("shares.create", list=deleted, right="edit")
    await owner.call("lists.delete", list=deleted)
    shares = [await owner.call("shares.create", list=live_list, right=right) for right in ("view", "tick", "edit")]
    program = await owner.call("tokens.create", name="one", scopes=["read"])
    ended = await owner.call("tokens.create", name="two", scopes=["read", "write"])
    await owner.call("tokens.revoke", id=ended["id"])
    code = await owner.invitation(live_list, "viewer")
    invitation = (await owner.call("members.invitations", list=live_list))["invitations"][-1]["id"]
    yield World(
        callers={
            "nobody": None, "stranger": stranger, "viewer": viewer, "editor": editor, "owner": owner,
            "revoked": Person(http, owner.user, ended["token"]), "reader": await owner.program("read"), "admin": admin,
            "blocked": blocked, "late": Guest(late["key"]),
            **{name: Guest(share["key"]) for name, share in zip(("views", "ticks", "edits"), shares, strict=True)},
        },
        names={
            "LIST": live_list, "DELETED": deleted, "OWNER": owner.email, "TOKEN": program["id"],
            "CODE": code, "INVITATION": invitation, "EDITOR": editor.id, "SHARE": shares[0]["id"],
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
        someone = world.callers[caller]
        if name == "accounts.sign_out" and isinstance(someone, Person) and caller not in NO_SESSION:
            someone = await someone.again()  # the household's tokens serve the next test too
        payload = world.payload(row, someone)
        heard[caller] = await (called_live if name in LIVE_ONLY else called)(http, someone, name, payload)
    assert heard == dict(order)


async def called(http: Http, someone: Someone, name: str, payload: Json) -> str:
    """What an operation answers over HTTP: to a guest, who shows the key in the payload, too."""
    if isinstance(someone, Guest):
        payload = {**payload, "key": someone.key}
    answer = await http.call(name, payload, someone.token if isinstance(someone, Person) else None)
    if answer.status == 200:
        refused = [result["status"] == "refused" for result in answer.body.get("results", ())]
        return "no" if refused and all(refused) else "ok"
    answer.problem(answer.body["code"])
    return str(answer.status)


async def called_live(http: Http, someone: Someone, name: str, payload: Json) -> str:
    auth = {"key": someone.key} if isinstance(someone, Guest) else {"token": someone.token} if someone else None
    async with Live(http.url) as live:
        try:
            await live.connect(auth)
        except Refused:
            return str(check_problem(live.refusal["data"], live.refusal["data"]["code"])["status"])
        answer = await live.ask(name, payload)
    if answer["ok"]:
        return "ok"
    return str(check_problem(answer["error"], answer["error"]["code"])["status"])
