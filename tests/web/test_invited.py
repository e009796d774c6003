"""Coming in by an invitation: whose address is known by it, and who is left outside where nobody else may come in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shoplist_appliance.app import App, build_app, running
from shoplist_appliance.config import Registration, Settings
from shoplist_appliance.domain.ids import ListId
from tests.clients.http import Http
from tests.clients.making import PASSWORD, Json, new_id
from tests.clients.person import Person


@asynccontextmanager
async def inviting(data: Path, registration: Registration) -> AsyncIterator[tuple[App, Http, Person, str]]:
    """An app with an owner, made by the command line's use case, and a list of hers."""
    settings = Settings(data=data, listen="127.0.0.1:0", registration=registration)
    async with running(build_app(settings)) as app, Http(app.url) as http:
        await app.services.people.create_admin("ann@example.test", "Ann", PASSWORD)
        answer = (await http.call("accounts.sign_in", {"email": "ann@example.test", "password": PASSWORD})).ok()
        ann = Person(http, answer["user"], answer["token"])
        yield app, http, ann, await ann.new_list()


async def mailed(app: App, owner: Person, list_id: str, email: str) -> str:
    """The code of an invitation by mail, which nobody but its receiver is told."""
    codes: list[str] = []

    def link(code: str) -> str:
        codes.append(code)
        return code

    account = await app.services.people.me(owner.user["id"])
    await app.services.members.invite_by_mail(account.id, ListId(list_id), "editor", email, "en", link)
    return codes[0]


def account(code: str, email: str | None = None) -> Json:
    return {"email": email or f"{new_id()}@example.test", "password": PASSWORD, "name": "New", "invitation": code}


async def test_who_comes_by_a_mail_to_the_very_address_has_validated_it(tmp_path: Path) -> None:
    async with inviting(tmp_path / "data", "open") as (app, http, ann, list_id):
        code = await mailed(app, ann, list_id, "Dora@example.test")
        dora = (await http.call("accounts.register", account(code, "dora@Example.test"))).ok()
        assert dora["user"]["email_verified"] is True
        assert (await Person(http, dora["user"], dora["token"]).get(list_id))["list"]["role"] == "editor"
        for code in (await mailed(app, ann, list_id, "dora@example.test"), await ann.invitation(list_id)):
            other = (await http.call("accounts.register", account(code))).ok()
            assert other["user"]["email_verified"] is False
            await Person(http, other["user"], other["token"]).get(list_id)


async def test_of_two_who_register_by_one_mail_at_once_one_comes_in_where_it_is_needed(tmp_path: Path) -> None:
    async with inviting(tmp_path / "data", "invitation") as (app, http, ann, list_id):
        code = await mailed(app, ann, list_id, "dora@example.test")
        payloads = [account(code) for _ in range(3)]
        answers = await asyncio.gather(*[http.call("accounts.register", payload) for payload in payloads])
        assert sorted(answer.status for answer in answers) == [200, 410, 410]
        assert len((await ann.call("members.list", list=list_id))["members"]) == 2
        for payload, answer in zip(payloads, answers, strict=True):
            sign_in = await http.call("accounts.sign_in", {name: payload[name] for name in ("email", "password")})
            assert sign_in.status == (200 if answer.status == 200 else 401)
        # Who was left outside has left nothing: the address is free for another invitation.
        again = next(payload for payload, answer in zip(payloads, answers, strict=True) if answer.status == 410)
        (await http.call("accounts.register", {**again, "invitation": await ann.invitation(list_id)})).ok()


async def test_where_anyone_may_come_in_the_account_is_made_whatever_became_of_the_mail(tmp_path: Path) -> None:
    async with inviting(tmp_path / "data", "open") as (app, http, ann, list_id):
        code = await mailed(app, ann, list_id, "dora@example.test")
        answers = await asyncio.gather(*[http.call("accounts.register", account(code)) for _ in range(3)])
        people = [Person(http, made["user"], made["token"]) for made in (answer.ok() for answer in answers)]
        assert sorted([len(await person.index()) for person in people]) == [0, 0, 1]


async def test_whoever_lost_the_answer_hears_that_there_is_an_account_and_not_that_the_mail_is_used(
    tmp_path: Path,
) -> None:
    """Their page then signs them in by the words they typed, and accepting answers the list."""
    async with inviting(tmp_path / "data", "invitation") as (app, http, ann, list_id):
        code = await mailed(app, ann, list_id, "dora@example.test")
        payload = account(code, "dora@example.test")
        (await http.call("accounts.register", payload)).ok()
        (await http.call("accounts.register", payload)).problem("conflict")
        (await http.call("accounts.register", account(code))).problem("gone")
        signed_in = await http.call("accounts.sign_in", {name: payload[name] for name in ("email", "password")})
        accepted = await http.call("members.accept", {"code": code}, signed_in.ok()["token"])
        assert accepted.ok()["list"]["id"] == list_id
