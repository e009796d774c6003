"""Accounts and tokens: registering, signing in, changing, and ending what should no longer act."""

import asyncio
import re

import pytest

from tests.clients.http import Http
from tests.clients.making import PASSWORD, new_id
from tests.clients.person import Person
from tests.clients.process import Process, create_admin

USER = {
    "id", "name", "email", "email_verified", "language", "theme", "role", "totp", "telegram", "created_at",
}  # fmt: skip
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def test_registering_answers_the_user_and_a_token_that_acts(http: Http) -> None:
    email = f"{new_id()}@example.test"
    answer = (
        await http.call("accounts.register", {"email": email, "password": PASSWORD, "name": "Анна", "language": "ru"})
    ).ok()
    assert set(answer) == {"user", "token"}
    user = answer["user"]
    assert set(user) == USER
    assert TIME.fullmatch(user.pop("created_at"))
    assert user.pop("id")
    assert user == {
        "name": "Анна",
        "email": email,
        "email_verified": False,
        "language": "ru",
        "theme": "auto",
        "role": "user",
        "totp": False,
        "telegram": False,
    }
    assert (await http.call("accounts.me", {}, answer["token"])).ok()["user"]["email"] == email


@pytest.mark.parametrize(
    ("accept", "language"),
    [("ru-RU,ru;q=0.9,en;q=0.8", "ru"), ("en-GB", "en"), ("de", "en"), ("de, ru;q=0.5", "ru"), ("en;q=0.1, ru", "ru")],
)
async def test_a_new_account_speaks_the_language_of_its_caller(http: Http, accept: str, language: str) -> None:
    payload = {"email": f"{new_id()}@example.test", "password": PASSWORD, "name": "Anna"}
    answer = await http.call("accounts.register", payload, headers={"Accept-Language": accept})
    assert answer.ok()["user"]["language"] == language


async def test_an_address_is_taken_whatever_its_case(http: Http, anna: Person) -> None:
    payload = {"email": anna.email.upper(), "password": PASSWORD, "name": "Other"}
    (await http.call("accounts.register", payload)).problem("conflict")


async def test_an_address_is_one_account_however_its_domain_is_written(http: Http) -> None:
    user = new_id()
    ann = await Person.registered(http, email=f"{user}@Почта.пример")
    payload = {"email": f"{user}@xn--80a1acny.xn--e1afmkfd", "password": PASSWORD}
    (await http.call("accounts.register", payload | {"name": "Other"})).problem("conflict")
    assert (await http.call("accounts.sign_in", payload)).ok()["user"]["id"] == ann.id


async def test_signing_in_finds_the_address_in_any_case_and_gives_each_device_its_token(
    http: Http, anna: Person
) -> None:
    payload = {"email": anna.email.upper(), "password": PASSWORD, "device": "Phone"}
    answer = (await http.call("accounts.sign_in", payload)).ok()
    assert set(answer) == {"user", "token"}
    assert answer["user"]["id"] == anna.id
    assert answer["token"] != anna.token
    assert (await http.call("accounts.me", {}, answer["token"])).ok()["user"] == anna.user


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(http: Http, anna: Person) -> None:
    wrong = await http.call("accounts.sign_in", {"email": anna.email, "password": "wrong password"})
    unknown = await http.call("accounts.sign_in", {"email": f"{new_id()}@example.test", "password": "wrong password"})
    first, second = wrong.problem("wrong_credentials"), unknown.problem("wrong_credentials")
    assert {**first, "request_id": ""} == {**second, "request_id": ""}


async def test_a_password_counts_as_typed(http: Http) -> None:
    anna = await Person.registered(http, password="  пароль с краями  ")
    assert (await anna.again()).id == anna.id
    payload = {"email": anna.email, "password": anna.password.strip()}
    (await http.call("accounts.sign_in", payload)).problem("wrong_credentials")


async def test_me_is_the_account_and_needs_one(http: Http, anna: Person) -> None:
    assert (await anna.call("accounts.me")) == {"user": anna.user}
    (await http.call("accounts.me")).problem("unauthenticated")
    (await http.call("accounts.me", {}, "no-such-token")).problem("unauthenticated")


async def test_name_language_and_theme_can_be_changed_each_alone(anna: Person) -> None:
    assert (await anna.call("accounts.update", name="Аня"))["user"]["name"] == "Аня"
    assert (await anna.call("accounts.update", language="ru"))["user"]["language"] == "ru"
    assert (await anna.call("accounts.update", theme="dark"))["user"]["theme"] == "dark"
    user = (await anna.call("accounts.me"))["user"]
    assert user == {**anna.user, "name": "Аня", "language": "ru", "theme": "dark"}
    assert (await anna.call("accounts.update"))["user"] == user


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": 5}, "name"),
        ({"language": "de"}, "language"),
        ({"theme": "blue"}, "theme"),
        ({"role": "admin"}, "role"),
        ({"nom": "x"}, "nom"),
    ],
)
async def test_an_update_that_makes_no_sense_names_its_field(
    anna: Person, payload: dict[str, object], field: str
) -> None:
    problem = (await anna.ask("accounts.update", payload)).problem("invalid")
    assert list(problem["fields"]) == [field]
    assert (await anna.call("accounts.me"))["user"] == anna.user


async def test_changing_the_password_ends_all_other_sessions_and_programs(http: Http, anna: Person) -> None:
    phone, program = await anna.again("Phone"), await anna.program("read", "write")
    await anna.problem("wrong_credentials", "accounts.change_password", password="not mine", new_password="another one")
    await anna.call("accounts.change_password", password=PASSWORD, new_password="another one")
    await anna.call("accounts.me")
    await phone.problem("unauthenticated", "accounts.me")
    await program.problem("unauthenticated", "accounts.me")
    (await http.call("accounts.sign_in", {"email": anna.email, "password": PASSWORD})).problem("wrong_credentials")
    (await http.call("accounts.sign_in", {"email": anna.email, "password": "another one"})).ok()


async def test_signing_out_ends_this_token_alone(anna: Person) -> None:
    phone = await anna.again()
    await phone.call("accounts.sign_out")
    await phone.problem("unauthenticated", "accounts.me")
    await phone.problem("unauthenticated", "accounts.sign_out")
    await anna.call("accounts.me")


async def test_tokens_are_listed_with_name_scopes_times_which_is_mine_and_which_are_programs(anna: Person) -> None:
    phone = await anna.again("Анин телефон")
    await anna.call("tokens.create", name="script", scopes=["read"])
    tokens = (await phone.call("tokens.list"))["tokens"]
    fields = {"id", "name", "scopes", "session", "created_at", "last_seen", "current"}
    assert all(set(token) == fields for token in tokens)
    assert all(TIME.fullmatch(token["created_at"]) and TIME.fullmatch(token["last_seen"]) for token in tokens)
    by_name = {token["name"]: token for token in tokens}
    assert len(tokens) == 3
    assert sorted(by_name["Анин телефон"]["scopes"]) == ["read", "write"]
    assert by_name["script"]["scopes"] == ["read"]
    assert [token["name"] for token in tokens if not token["session"]] == ["script"]
    assert [token["name"] for token in tokens if token["current"]] == ["Анин телефон"]


async def test_a_device_that_does_not_name_itself_is_named_after_browser_and_system(http: Http, anna: Person) -> None:
    agent = "Mozilla/5.0 (Linux; Android 15; SM-S928B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile"
    sign_in = {"email": anna.email, "password": PASSWORD}
    for language in ("en", "ru"):
        headers = {"User-Agent": agent, "Accept-Language": language}
        (await http.call("accounts.sign_in", sign_in, headers=headers)).ok()
    (await http.call("accounts.sign_in", {**sign_in, "device": "Mine"}, headers={"User-Agent": agent})).ok()
    (await http.call("accounts.sign_in", sign_in, headers={"User-Agent": "curl/8.14.1"})).ok()
    async with await anna.live() as live:
        (await live.call("accounts.sign_in", **sign_in))
    names = [token["name"] for token in (await anna.call("tokens.list"))["tokens"]][1:]
    assert names[:4] == ["Chrome on Android", "Chrome, Android", "Mine", "curl"]
    assert names[4].startswith("Python")


async def test_a_token_is_shown_once_and_works_until_it_is_revoked(anna: Person) -> None:
    made = await anna.call("tokens.create", name="script", scopes=["read", "write"])
    assert set(made) == {"id", "token"}
    script = Person(anna.http, anna.user, made["token"])
    await script.call("accounts.me")
    assert made["token"] not in str(await anna.call("tokens.list"))
    await anna.call("tokens.revoke", id=made["id"])
    await script.problem("unauthenticated", "accounts.me")
    await anna.problem("not_found", "tokens.revoke", id=made["id"])


async def test_nobody_revokes_anothers_token(anna: Person, boris: Person) -> None:
    theirs = (await boris.call("tokens.list"))["tokens"][0]["id"]
    await anna.problem("not_found", "tokens.revoke", id=theirs)
    await boris.call("accounts.me")


async def test_revoking_the_others_leaves_this_one(anna: Person) -> None:
    phone, program = await anna.again(), await anna.program("read")
    await phone.call("tokens.revoke_others")
    await anna.problem("unauthenticated", "accounts.me")
    await program.problem("unauthenticated", "accounts.me")
    assert [token["current"] for token in (await phone.call("tokens.list"))["tokens"]] == [True]


@pytest.mark.parametrize("scopes", [[], ["admin"], "read", None, ["read", 1]])
async def test_scopes_that_are_none_are_invalid(anna: Person, scopes: object) -> None:
    problem = await anna.problem("invalid", "tokens.create", name="script", scopes=scopes)
    assert next(iter(problem["fields"])).split(".")[0] == "scopes"


async def test_a_program_reads_and_writes_as_its_scopes_say(anna: Person) -> None:
    reader, writer = await anna.program("read"), await anna.program("write")
    list_id = await anna.new_list()
    await reader.call("lists.get", list=list_id)
    await reader.problem("forbidden", "lists.create", title="No")
    await reader.problem("forbidden", "accounts.update", name="No")
    await writer.call("lists.create", title="Yes")
    await writer.problem("forbidden", "lists.get", list=list_id)
    assert [lists["title"] for lists in await anna.index()].count("No") == 0


@pytest.mark.parametrize(
    ("operation", "payload"),
    [
        ("tokens.list", {}),
        ("tokens.create", {"name": "more", "scopes": ["read"]}),
        ("tokens.revoke", {"id": "x"}),
        ("tokens.revoke_others", {}),
        ("accounts.change_password", {"password": PASSWORD, "new_password": "another one"}),
        ("members.invite", {"list": "LIST", "role": "editor", "link": True}),
        ("members.invitations", {"list": "LIST"}),
        ("members.uninvite", {"list": "LIST", "id": "x"}),
        ("members.set_role", {"list": "LIST", "person": "x", "role": "viewer"}),
        ("members.leave", {"list": "LIST"}),
        ("members.remove", {"list": "LIST", "person": "x"}),
    ],
)
async def test_a_program_manages_neither_tokens_nor_password_nor_members(
    anna: Person, operation: str, payload: dict[str, object]
) -> None:
    program, list_id = await anna.program("read", "write"), await anna.new_list()
    sent = {name: list_id if value == "LIST" else value for name, value in payload.items()}
    await program.problem("forbidden", operation, **sent)
    await program.call("accounts.me")


async def test_a_sign_in_under_way_does_not_outlive_a_change_of_password(http: Http) -> None:
    """Whichever of the two is later: no token made by the old password acts afterwards."""
    for _ in range(5):
        anna = await Person.registered(http)
        sign_in = {"email": anna.email, "password": PASSWORD}
        attempts = [asyncio.ensure_future(http.call("accounts.sign_in", sign_in)) for _ in range(3)]
        await anna.call("accounts.change_password", password=PASSWORD, new_password="another one")
        for answer in await asyncio.gather(*attempts):
            if answer.status == 200:
                (await http.call("accounts.me", {}, answer.body["token"])).problem("unauthenticated")
            else:
                assert answer.status in (401, 409, 503), answer.body


async def test_the_first_admin_is_made_by_the_command_line_beside_the_running_server(
    server: Process, http: Http
) -> None:
    email = f"{new_id()}@example.test"
    ended = create_admin(server, email, "Root", "a long password")
    assert ended.returncode == 0, ended.stderr
    answer = (await http.call("accounts.sign_in", {"email": email, "password": "a long password"})).ok()
    assert answer["user"]["role"] == "admin"


async def made_admin(process: Process, http: Http) -> Person:
    """Somebody who is there although nobody can register: made by the command, beside the running server."""
    made = create_admin(process, "a@example.test", "A", "password 1")
    assert made.returncode == 0, made.stderr
    signed_in = (await http.call("accounts.sign_in", {"email": "a@example.test", "password": "password 1"})).ok()
    return Person(http, signed_in["user"], signed_in["token"])


async def test_registration_can_be_closed(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("closed")
    with Process(folder / "data", folder / "log", REGISTRATION="closed", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            payload = {"email": "b@example.test", "password": PASSWORD, "name": "B"}
            (await http.call("accounts.register", payload)).problem("forbidden")
            admin = await made_admin(process, http)
            code = await admin.invitation(await admin.new_list())
            (await http.call("accounts.register", {**payload, "invitation": code})).problem("forbidden")


async def test_registration_by_invitation_needs_one_and_joins_its_list(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("invited")
    with Process(folder / "data", folder / "log", REGISTRATION="invitation", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            payload = {"email": "b@example.test", "password": PASSWORD, "name": "B"}
            (await http.call("accounts.register", payload)).problem("forbidden")
            (await http.call("accounts.register", {**payload, "invitation": "no-such-code"})).problem("not_found")
            admin = await made_admin(process, http)
            list_id = await admin.new_list()
            code = await admin.invitation(list_id, "viewer")
            guest = (await http.call("accounts.register", {**payload, "invitation": code})).ok()
            member = Person(http, guest["user"], guest["token"])
            assert (await member.get(list_id))["list"]["role"] == "viewer"
