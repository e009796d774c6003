"""The second factor on each kind of store: what it decides holds however many ask at once."""

import asyncio

import pyotp
import pytest

from shoplist_appliance.adapters.passwords import Argon2Passwords
from shoplist_appliance.domain.errors import Conflict, TooManyRequests, TotpRequired, WrongCredentials
from shoplist_appliance.domain.people import Person, Token
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
        self.factor = SecondFactor(house.store, passwords, house.clock, self.people)
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
