"""Codes that mails carry: each for one account and one address, once, for a while, and through few wrong tries."""

import asyncio
import contextlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

import pytest

from shoplist_appliance.adapters.passwords import Argon2Passwords
from shoplist_appliance.domain.errors import (
    Conflict,
    DomainError,
    Gone,
    NotFound,
    OutcomeUnknown,
    TooManyRequests,
    Unavailable,
    WrongCredentials,
)
from shoplist_appliance.domain.ids import PersonId
from shoplist_appliance.domain.people import Person
from shoplist_appliance.usecases.codes import ASKED, MOST_TRIES, RESET, VALIDATION, Codes
from shoplist_appliance.usecases.limits import Limits
from shoplist_appliance.usecases.mail import Mail
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.people import People
from tests.usecases.conftest import House


class Postbox:
    """Mails as they were handed in."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str, Mapping[str, Any]]] = []
        self.trouble: Exception | None = None

    async def send(self, to: str, template: str, language: str, values: Mapping[str, Any], owner: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.mails.append((to, template, values))

    def templates(self) -> list[str]:
        return [template for _, template, _ in self.mails]

    def last(self, template: str) -> tuple[str, Mapping[str, Any]]:
        return next((to, values) for to, name, values in reversed(self.mails) if name == template)

    def code(self) -> str:
        return str(self.last("verify")[1]["code"])

    def secret(self, template: str) -> str:
        return str(self.last(template)[1]["url"]).rpartition("/")[2]


class Office:
    """The codes of a house, and its postbox."""

    def __init__(self, house: House, factor: float = 0) -> None:
        self.house, self.post = house, Postbox()
        self.people = People(house.store, Argon2Passwords(), house.rooms, house.clock, Names(house.store))
        limits = Limits(factor, lambda: house.clock.now() / 1000)
        mail = cast(Mail, self.post)
        self.codes = Codes(house.store, self.people, mail, limits, house.clock, lambda: "http://house")

    async def account(self) -> Person:
        """Somebody whose address waits."""
        return await self.people.me(await self.house.person())

    async def now(self, person: Person) -> Person:
        return await self.people.me(person.id)

    def wrong(self) -> str:
        return f"{(int(self.post.code()) + 1) % 10**6:06}"


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


async def test_an_address_is_validated_by_the_code_of_its_mail_once(office: Office) -> None:
    ann = await office.account()
    await office.codes.welcome(ann)
    to, values = office.post.last("verify")
    assert to == ann.email
    assert len(values["code"]) == 6
    assert values["url"].startswith("http://house/verify/")
    await office.codes.validate(ann.id, values["code"])
    assert (await office.now(ann)).email_verified
    with pytest.raises(Gone):
        await office.codes.validate(ann.id, values["code"])
    with pytest.raises(Gone):
        await office.codes.validate_by_link(office.post.secret("verify"))
    with pytest.raises(NotFound):
        await office.codes.validate(ann.id, office.wrong())
    with pytest.raises(Conflict):
        await office.codes.resend(ann.id)
    assert office.post.templates() == ["verify"]


async def test_an_address_is_validated_by_the_link_of_its_mail_whoever_follows_it(office: Office) -> None:
    ann = await office.account()
    await office.codes.welcome(ann)
    with pytest.raises(NotFound):
        await office.codes.validate_by_link("no-such-link")
    await office.codes.validate_by_link(office.post.secret("verify"))
    assert (await office.now(ann)).email_verified
    with pytest.raises(Gone):
        await office.codes.validate_by_link(office.post.secret("verify"))


async def test_a_code_is_for_its_own_account(office: Office) -> None:
    ann, bob = await office.account(), await office.account()
    await office.codes.welcome(ann)
    code = office.post.code()
    with pytest.raises(NotFound):
        await office.codes.validate(bob.id, code)
    assert not (await office.now(bob)).email_verified


async def test_a_newer_mail_withdraws_those_before(office: Office) -> None:
    ann = await office.account()
    await office.codes.welcome(ann)
    first, link = office.post.code(), office.post.secret("verify")
    await office.codes.resend(ann.id)
    if first != office.post.code():  # one in a million times it is
        with pytest.raises(Gone):
            await office.codes.validate(ann.id, first)
    with pytest.raises(Gone):
        await office.codes.validate_by_link(link)
    assert not (await office.now(ann)).email_verified
    await office.codes.validate(ann.id, office.post.code())


async def test_wrong_codes_make_the_right_one_worthless_also_many_at_once(office: Office) -> None:
    ann = await office.account()
    await office.codes.welcome(ann)
    right, wrong = office.post.code(), office.wrong()
    outcomes = await asyncio.gather(
        *(office.codes.validate(ann.id, wrong) for _ in range(3 * MOST_TRIES)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == (
        ["Gone"] * (2 * MOST_TRIES) + ["NotFound"] * MOST_TRIES
    )
    with pytest.raises(Gone):
        await office.codes.validate(ann.id, right)
    assert not (await office.now(ann)).email_verified
    await office.codes.resend(ann.id)
    await office.codes.validate(ann.id, office.post.code())
    assert (await office.now(ann)).email_verified


async def test_the_last_try_may_be_right(office: Office) -> None:
    ann = await office.account()
    await office.codes.welcome(ann)
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(NotFound):
            await office.codes.validate(ann.id, office.wrong())
    await office.codes.validate(ann.id, office.post.code())


async def test_codes_end_after_a_day_and_are_forgotten_after_a_month(office: Office) -> None:
    ann = await office.account()
    await office.codes.welcome(ann)
    office.house.clock.advance(seconds=24 * 3600)
    with pytest.raises(Gone):
        await office.codes.validate(ann.id, office.post.code())
    with pytest.raises(Gone):
        await office.codes.validate_by_link(office.post.secret("verify"))
    await office.codes.when_due()
    assert len(await office.house.store.records_of(VALIDATION, ann.id)) == 1
    office.house.clock.advance(seconds=29 * 24 * 3600)
    await office.codes.when_due()
    assert not await office.house.store.records_of(VALIDATION, ann.id)
    with pytest.raises(NotFound):
        await office.codes.validate_by_link(office.post.secret("verify"))


async def test_an_address_moves_once_the_new_one_is_validated_and_the_old_one_hears_of_it(office: Office) -> None:
    ann = await office.account()
    await office.codes.welcome(ann)
    await office.codes.validate(ann.id, office.post.code())
    changed = await office.codes.change_address(ann.id, "new@example.org")
    assert (changed.email, changed.new_email, changed.email_verified) == (ann.email, "new@example.org", True)
    assert [(to, template) for to, template, _ in office.post.mails[1:]] == [
        ("new@example.org", "verify"),
        (ann.email, "address_asked"),
    ]
    assert await office.house.store.person_by_email("new@example.org") is None
    await office.codes.validate(ann.id, office.post.code())
    now = await office.now(ann)
    assert (now.email, now.new_email, now.email_verified) == ("new@example.org", None, True)
    assert office.post.mails[-1][:2] == (ann.email, "address_changed")
    assert await office.house.store.person_by_email(ann.email) is None


async def test_the_present_address_again_gives_up_a_change(office: Office) -> None:
    ann = await office.account()
    await office.codes.change_address(ann.id, "new@example.org")
    back = await office.codes.change_address(ann.id, ann.email.upper())
    assert (back.email, back.new_email) == (ann.email.upper(), None)
    with pytest.raises(Gone):
        await office.codes.validate(ann.id, office.post.code())
    with pytest.raises(Gone):
        await office.codes.validate_by_link(office.post.secret("verify"))
    assert (await office.now(ann)).email == ann.email.upper()


async def test_another_change_withdraws_the_one_before(office: Office) -> None:
    ann = await office.account()
    await office.codes.change_address(ann.id, "first@example.org")
    link = office.post.secret("verify")
    await office.codes.change_address(ann.id, "second@example.org")
    with pytest.raises(Gone):
        await office.codes.validate_by_link(link)
    await office.codes.validate_by_link(office.post.secret("verify"))
    assert (await office.now(ann)).email == "second@example.org"


async def test_who_asks_for_anothers_address_learns_nothing_and_gets_no_code(office: Office) -> None:
    ann, bob = await office.account(), await office.account()
    taken = await office.codes.change_address(ann.id, bob.email)
    assert (taken.email, taken.new_email) == (ann.email, bob.email)
    assert [(to, template) for to, template, _ in office.post.mails] == [
        (bob.email, "address_taken"),
        (ann.email, "address_asked"),
    ]
    assert "code" not in office.post.last("address_taken")[1]
    with pytest.raises(NotFound):
        await office.codes.validate(ann.id, "000000")
    assert (await office.now(bob)).email == bob.email


async def test_an_address_that_was_taken_meanwhile_is_a_conflict_and_nothing_moves(office: Office) -> None:
    ann, bob = await office.account(), await office.account()
    await office.codes.change_address(ann.id, "new@example.org")
    code = office.post.code()
    moved = replace(bob, email="NEW@example.org", version=bob.version + 1)
    await office.house.store.put_person(moved, bob.version)
    with pytest.raises(Conflict):
        await office.codes.validate(ann.id, code)
    assert (await office.now(ann)).email == ann.email


async def test_an_account_that_is_changed_at_the_same_time_keeps_both_changes(office: Office) -> None:
    ann = await office.account()
    await office.codes.welcome(ann)
    code = office.post.code()
    await asyncio.gather(office.codes.validate(ann.id, code), office.people.update(ann.id, "Anna", None, None))
    now = await office.now(ann)
    assert (now.name, now.email_verified) == ("Anna", True)


async def reset_asked(office: Office, email: str) -> None:
    await office.codes.request_reset(email)
    await office.codes.when_due()


async def test_a_password_is_set_by_the_link_of_a_mail_once_and_all_sessions_end(office: Office) -> None:
    signed_in = await office.people.register("ann@example.org", "an old password", "Ann", "en", None)
    await office.codes.change_address(signed_in.person.id, "thief@example.org")
    await reset_asked(office, "ANN@example.org")
    assert office.post.last("reset")[0] == "ann@example.org"
    secret = office.post.secret("reset")
    await office.codes.reset(secret, "a new password")
    assert office.people.cached(signed_in.secret) is None
    assert not await office.people.tokens(signed_in.person.id)
    await office.people.sign_in("ann@example.org", "a new password", None)
    with pytest.raises(DomainError):
        await office.people.sign_in("ann@example.org", "an old password", None)
    with pytest.raises(Gone):
        await office.codes.reset(secret, "another password")
    now = await office.people.me(signed_in.person.id)
    assert (now.email_verified, now.new_email) == (True, None), "the link was read there"
    with pytest.raises(Gone):
        await office.codes.validate(now.id, office.post.code())


async def test_whoever_changes_a_password_its_owner_hears_of_it(house: House) -> None:
    office = Office(house, factor=1)
    email, passwords = "ann@example.org", ["a good password", "another password"]
    signed_in = await office.people.register(email, passwords[0], "Ann", "ru", None)
    me = await office.people.authenticate(signed_in.secret)
    with pytest.raises(WrongCredentials):
        await office.codes.change_password(me, "a wrong password", passwords[1])
    assert office.post.mails == []
    await office.codes.change_password(me, *passwords)
    assert office.post.mails == [(email, "password_changed", {"url": "http://house/reset"})]
    for _ in range(10):
        with contextlib.suppress(TooManyRequests):
            await office.codes.resend(me.person)
    sent = len(office.post.mails)
    await office.codes.change_password(me, *reversed(passwords))
    assert len(office.post.mails) == sent, "nobody validated the address: it may be a stranger's"
    await reset_asked(office, email)
    await office.codes.reset(office.post.secret("reset"), "a third password")
    assert office.post.templates()[-2:] == ["reset", "password_changed"]
    me = await office.people.authenticate((await office.people.sign_in(email, "a third password", None)).secret)
    await office.codes.change_password(me, "a third password", "a fourth password")
    assert office.post.templates()[-2:] == ["password_changed"] * 2
    office.post.trouble = Unavailable("storage")
    await office.codes.change_password(me, "a fourth password", "a fifth password")
    await office.people.sign_in(email, "a fifth password", None)


async def test_of_two_who_follow_one_link_at_once_one_sets_the_password(office: Office) -> None:
    await office.people.register("ann@example.org", "an old password", "Ann", "en", None)
    await reset_asked(office, "ann@example.org")
    secret = office.post.secret("reset")
    outcomes = await asyncio.gather(
        *(office.codes.reset(secret, f"new password {n}") for n in range(2)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Gone", "NoneType"]


async def test_an_unknown_address_gets_no_mail_and_leaves_nothing(office: Office) -> None:
    await reset_asked(office, "nobody@example.org")
    assert office.post.mails == []
    with pytest.raises(NotFound):
        await office.codes.reset("no-such-link", "a new password")


async def test_links_end_after_an_hour_with_the_password_and_with_the_address(office: Office) -> None:
    async def linked(person: PersonId) -> str:
        await reset_asked(office, (await office.people.me(person)).email)
        return office.post.secret("reset")

    async def is_gone(secret: str) -> None:
        with pytest.raises(Gone):
            await office.codes.reset(secret, "a thief's password")

    signed_in = await office.people.register("ann@example.org", "an old password", "Ann", "en", None)
    ann, late = signed_in.person.id, ""
    late = await linked(ann)
    office.house.clock.advance(seconds=3600)
    await is_gone(late)
    before = await linked(ann)
    principal = await office.people.authenticate(signed_in.secret)
    await office.people.change_password(principal, "an old password", "a new password")
    await is_gone(before)
    before = await linked(ann)
    await office.codes.change_address(ann, "new@example.org")
    await office.codes.validate(ann, office.post.code())
    await is_gone(before)
    await office.codes.change_address(ann, "ann@example.org")
    await office.codes.validate(ann, office.post.code())
    await is_gone(before)
    first, second = await linked(ann), await linked(ann)
    await office.codes.reset(first, "a third password")
    await is_gone(second)


async def test_what_was_asked_for_before_a_restart_is_sent_after_it(office: Office) -> None:
    await office.people.register("ann@example.org", "an old password", "Ann", "en", None)
    await office.codes.request_reset("ann@example.org")
    again = Office(office.house)
    await again.codes.when_due()
    await again.codes.when_due()
    assert again.post.templates() == ["reset"]


async def test_what_was_asked_for_while_the_store_is_away_is_sent_when_it_is_back(house: House) -> None:
    office = Office(house, factor=1)
    await office.people.register("ann@example.org", "an old password", "Ann", "en", None)
    office.post.trouble = Unavailable()
    await office.codes.request_reset("ann@example.org")
    for _ in range(20):  # which are more than one mailbox may get in an hour
        await office.codes.when_due()
    office.post.trouble = None
    await office.codes.when_due()
    await office.codes.when_due()
    assert office.post.templates() == ["reset"]


async def test_one_that_may_have_been_sent_counts_and_is_not_tried_for_ever(house: House) -> None:
    office = Office(house, factor=1)
    await office.people.register("ann@example.org", "an old password", "Ann", "en", None)
    office.post.trouble = OutcomeUnknown()
    await office.codes.request_reset("ann@example.org")
    for _ in range(20):
        await office.codes.when_due()
    assert await house.store.count_records(ASKED) == 0


async def test_a_link_that_cannot_be_sent_holds_up_none_behind_it(office: Office) -> None:
    await office.people.register("ann@example.org", "an old password", "Ann", "en", None)
    office.post.trouble = KeyError("reset")
    await reset_asked(office, "ann@example.org")
    office.post.trouble = None
    await reset_asked(office, "ann@example.org")
    assert office.post.templates() == ["reset"]


async def test_mails_to_one_address_and_by_one_account_are_few(house: House) -> None:
    office = Office(house, factor=1)
    ann = await office.account()
    await office.codes.welcome(ann)
    tries = [office.codes.resend(ann.id) for _ in range(50)]
    refused = [error for error in await asyncio.gather(*tries, return_exceptions=True) if error]
    assert all(isinstance(error, TooManyRequests) and error.retry_after for error in refused)
    sent = len(office.post.mails)
    assert 3 <= sent <= 20
    with pytest.raises(TooManyRequests):
        await office.codes.change_address(ann.id, "other@example.org")
    assert (await office.now(ann)).new_email is None
    bob = await office.account()
    await office.codes.change_address(bob.id, "third@example.org")
    for _ in range(50):
        await reset_asked(office, bob.email)
    assert 3 <= office.post.templates().count("reset") <= 10


async def test_all_spellings_of_a_mailbox_share_what_may_be_sent_there(house: House) -> None:
    office = Office(house, factor=1)
    spellings = ["ann@пример.рф", "Ann@ПРИМЕР.рф", "ann@xn--e1afmkfd.xn--p1ai", "ann@xn--e1afmkfd.рф"]
    await office.people.register(spellings[0], "a good password", "Ann", "en", None)
    for spelling in spellings * 5:
        await reset_asked(office, spelling)
    assert office.post.templates() == ["reset"] * 5
    bob = await office.account()
    for number in range(20):
        with contextlib.suppress(TooManyRequests):
            await office.codes.change_address(bob.id, f"new@{('пример.рф', 'xn--e1afmkfd.xn--p1ai')[number % 2]}")
    assert office.post.templates().count("verify") == 10


async def test_another_spelling_of_the_present_address_is_no_move(office: Office) -> None:
    ann = (await office.people.register("ann@пример.рф", "a good password", "Ann", "en", None)).person
    now = await office.codes.change_address(ann.id, "ann@xn--e1afmkfd.xn--p1ai")
    assert (now.email, now.new_email, office.post.mails) == ("ann@xn--e1afmkfd.xn--p1ai", None, [])


async def test_strangers_keep_nobody_from_validating_an_address_and_mails_to_it_are_bounded(house: House) -> None:
    office, address = Office(house, factor=1), "victim@example.org"
    for _ in range(8):
        stranger = await office.account()
        for _ in range(20):
            with suppress(TooManyRequests):
                await office.codes.change_address(stranger.id, address)
    assert 50 <= len([to for to, _, _ in office.post.mails if to == address]) <= 60
    victim = (await office.people.register(address, "a good password", "Victim", "en", None)).person
    await office.codes.welcome(victim)
    await office.codes.resend(victim.id)
    assert office.post.last("verify")[0] == address
    await office.codes.validate(victim.id, office.post.code())
    assert (await office.now(victim)).email_verified


async def test_no_code_lies_in_the_store_as_it_is(office: Office) -> None:
    ann = await office.account()
    await office.codes.welcome(ann)
    await reset_asked(office, ann.email)
    for kind, template in ((VALIDATION, "verify"), (RESET, "reset")):
        (record,) = await office.house.store.records_of(kind, ann.id)
        kept = record.content + record.key
        assert office.post.secret(template).encode() not in kept
        assert office.post.code().encode() not in kept
        assert ann.email.encode() not in kept
