"""The second factor on each kind of store: what it decides holds however many ask at once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import orjson
import pyotp
import pytest

from shoplist_appliance.adapters.passwords import Argon2Passwords
from shoplist_appliance.domain.errors import Conflict, TooManyRequests, TotpRequired, Unavailable, WrongCredentials
from shoplist_appliance.domain.people import Person, Token
from shoplist_appliance.usecases.mail import MAIL, Mail
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.people import People, Principal
from shoplist_appliance.usecases.second_factor import SecondFactor
from tests.usecases.conftest import House

EMAIL, PASSWORD = "ann@example.org", "a long password"


class Ann:
    """Somebody with a second factor, and the use cases that look after it."""

    def __init__(self, house: House) -> None:
        self.house = house
        passwords = Argon2Passwords()
        self.people = People(house.store, passwords, house.rooms, house.clock, Names(house.store))
        mail = Mail(house.store, house.clock, is_configured=False)
        self.factor = SecondFactor(house.store, passwords, house.clock, self.people, mail, lambda: "http://house")
        self.secret = ""
        self.me: Principal

    async def set_up(self) -> "Ann":
        signed_in = await self.people.register(EMAIL, PASSWORD, "Ann", "en", None)
        self.me = await self.people.authenticate(signed_in.secret)
        self.secret = (await self.factor.begin(self.me.person)).secret
        await self.factor.confirm(self.me.person, self.code())
        self.house.clock.advance(seconds=30)
        return self

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.house.clock.now() // 1000)

    async def validated(self) -> None:
        """Her address is, from now on."""
        me = await self.people.me(self.me.person)
        await self.house.store.put_person(replace(me, email_verified=True, version=me.version + 1), me.version)

    async def mails(self) -> list[dict[str, Any]]:
        """What waits to be sent, the oldest first."""
        return [orjson.loads(record.content) for record in await self.house.store.records_due(MAIL, 2**62, 100)]

    async def sign_in(self, code: str | None) -> str:
        """What comes of it: ``in``, or the name of the refusal."""
        try:
            await self.people.sign_in(EMAIL, PASSWORD, None, code)
        except (TotpRequired, WrongCredentials, TooManyRequests) as error:
            return error.code
        return "in"


@pytest.fixture
async def ann(house: House) -> Ann:
    return await Ann(house).set_up()


async def test_a_code_lets_in_one_of_many_who_send_it_at_once(ann: Ann) -> None:
    code = ann.code()
    outcomes = await asyncio.gather(*[ann.sign_in(code) for _ in range(5)])
    assert sorted(outcomes) == ["in"] + ["wrong_credentials"] * 4
    assert len(await ann.people.tokens(ann.me.person)) == 2


async def test_guesses_at_once_are_each_counted(ann: Ann) -> None:
    outcomes = await asyncio.gather(*[ann.sign_in("no code") for _ in range(12)])
    assert outcomes == ["wrong_credentials"] * 12
    assert await ann.sign_in(ann.code()) == "too_many_requests"
    assert await ann.sign_in(None) == "totp_required"


async def test_what_else_of_the_account_changes_meanwhile_is_kept(ann: Ann, house: House) -> None:
    names = [f"Ann {n}" for n in range(5)]
    code, changes = ann.code(), [ann.people.update(ann.me.person, name, None, "dark") for name in names]
    outcome, *_ = await asyncio.gather(ann.sign_in(code), *changes)
    assert outcome == "in"
    account = await ann.people.me(ann.me.person)
    assert account.name in names
    assert account.theme == "dark"
    assert account.has_totp
    assert await ann.sign_in(code) == "wrong_credentials"


async def test_a_password_that_changes_before_the_code_is_stored_lets_nobody_in(
    ann: Ann, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = house.store.put_person

    async def overtaken(person: Person, expected: int) -> None:
        monkeypatch.undo()
        await ann.people.change_password(ann.me, PASSWORD, "another password")
        await real(person, expected)

    monkeypatch.setattr(house.store, "put_person", overtaken, raising=False)
    assert await ann.sign_in(ann.code()) == "wrong_credentials"
    assert len(await ann.people.tokens(ann.me.person)) == 1


async def test_a_password_that_changes_after_the_code_is_stored_lets_nobody_in(
    ann: Ann, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = house.store.add_token

    async def overtaken(token: Token) -> None:
        monkeypatch.undo()
        await ann.people.change_password(ann.me, PASSWORD, "another password")
        await real(token)

    monkeypatch.setattr(house.store, "add_token", overtaken, raising=False)
    assert await ann.sign_in(ann.code()) == "wrong_credentials"
    assert len(await ann.people.tokens(ann.me.person)) == 1


async def turn_off(ann: Ann) -> None:
    await ann.factor.disable(ann.me.person, PASSWORD, ann.code())


async def lose(ann: Ann) -> None:
    await ann.factor.take_away(EMAIL)


@pytest.mark.parametrize("off", [turn_off, lose])
async def test_its_owner_hears_by_mail_when_it_is_turned_on_or_off(
    ann: Ann, off: Callable[[Ann], Awaitable[None]]
) -> None:
    await ann.validated()
    assert await ann.mails() == []
    await off(ann)
    ann.house.clock.advance(seconds=30)
    with pytest.raises(Conflict):
        await off(ann)
    ann.secret = (await ann.factor.begin(ann.me.person)).secret
    with pytest.raises(WrongCredentials):
        await ann.factor.confirm(ann.me.person, "000000")
    assert [mail["template"] for mail in await ann.mails()] == ["totp_off"]
    await ann.factor.confirm(ann.me.person, ann.code())
    told = {"to": EMAIL, "language": "en", "values": {"url": "http://house/account"}}
    assert await ann.mails() == [{"template": "totp_off", **told}, {"template": "totp_on", **told}]


async def test_to_an_address_that_nobody_validated_no_mail_is_sent(ann: Ann) -> None:
    await turn_off(ann)
    assert await ann.mails() == []


async def test_recovery_codes_are_told_though_no_mail_can_be_accepted(
    ann: Ann, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(record: object) -> None:
        raise Unavailable("the store")

    await ann.validated()
    await turn_off(ann)
    ann.house.clock.advance(seconds=30)
    ann.secret = (await ann.factor.begin(ann.me.person)).secret
    monkeypatch.setattr(ann.house.store, "add_record", away, raising=False)
    assert len(await ann.factor.confirm(ann.me.person, ann.code())) == 10


async def test_two_tabs_that_confirm_at_once_have_one_set_of_recovery_codes(house: House) -> None:
    ann = await Ann(house).set_up()
    person = ann.me.person
    await ann.factor.disable(person, PASSWORD, ann.code())
    house.clock.advance(seconds=30)
    ann.secret = (await ann.factor.begin(person)).secret
    code = ann.code()
    outcomes = await asyncio.gather(*[ann.factor.confirm(person, code) for _ in range(3)], return_exceptions=True)
    (codes,) = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 2
    assert [await ann.sign_in(one) for one in codes] == ["in"] * 10
