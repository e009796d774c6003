"""Invitations by mail: one person each, a code that only the mail knows, and what is kept of them."""

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest

from shoplist_appliance.adapters.passwords import Argon2Passwords
from shoplist_appliance.domain.errors import Conflict, Forbidden, Gone, NotFound
from shoplist_appliance.domain.ids import ListId, PersonId
from shoplist_appliance.domain.lists import Role
from shoplist_appliance.usecases.mail import MAIL
from shoplist_appliance.usecases.members import INVITATIONS_A_LIST
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.people import People
from tests.usecases.conftest import House

DORA = "Dora@Example.test"


async def invited(house: House, owner: PersonId, list_id: ListId, role: Role = "editor", email: str = DORA) -> str:
    """The code that the mail ends in."""
    await house.members.invite_by_mail(owner, list_id, role, email, "en", lambda code: f"https://a.test/join/{code}")
    mail = (await mails(house))[-1]
    assert (mail["to"], mail["template"], mail["language"]) == (email, "invitation", "en")
    return str(mail["values"]["link"].removeprefix("https://a.test/join/"))


async def mails(house: House) -> list[dict[str, Any]]:
    """What waits to be sent, the oldest first."""
    house.clock.advance(seconds=1)
    return [orjson.loads(record.content) for record in await house.store.records_due(MAIL, house.clock.now(), 1000)]


async def a_list(house: House, owner: PersonId, title: str = "Groceries") -> ListId:
    return (await house.lists.create(owner, title, None)).header.id


@pytest.mark.parametrize("validated", [True, False])
async def test_an_invitation_that_waits_goes_with_the_account_that_reads_the_mailbox_not_with_one_that_says_so(
    house: House, validated: bool
) -> None:
    ann, dora = await house.person("Ann"), await house.store.person(await house.person("Dora"))
    assert dora
    await house.store.put_person(replace(dora, email_verified=validated, version=2), dora.version)
    await invited(house, ann, await a_list(house, ann), email=dora.email)
    await house.store.remove_records_of(dora.id)
    assert len(await mails(house)) == (0 if validated else 1)


async def test_the_mail_says_who_invites_to_what(house: House) -> None:
    ann = await house.person("Ann")
    list_id = await a_list(house, ann)
    code = await invited(house, ann, list_id, "viewer")
    (mail,) = await mails(house)
    assert mail["values"] == {
        "inviter": "Ann",
        "list": "Groceries",
        "role": "viewer",
        "link": f"https://a.test/join/{code}",
    }


async def test_the_mail_is_in_the_language_of_whose_address_it_is(house: House) -> None:
    ann, ben = await house.person("Ann"), await house.person("Ben")
    list_id = await a_list(house, ann)
    account = await house.store.person(ben)
    assert account is not None
    await house.store.put_person(replace(account, language="ru", version=2), 1)
    await house.members.invite_by_mail(ann, list_id, "viewer", account.email.upper(), "en", str)
    assert [mail["language"] for mail in await mails(house)] == ["ru"]


async def test_a_mail_is_for_one_person_and_to_them_it_answers_the_list_again(house: House) -> None:
    ann, ben, eve = [await house.person(name) for name in ("Ann", "Ben", "Eve")]
    list_id = await a_list(house, ann)
    code = await invited(house, ann, list_id, "viewer")
    assert await house.members.check(code) == DORA
    for _ in range(2):
        assert (await house.members.accept(ben, code)).role == "viewer"
    for dead in (house.members.accept(eve, code), house.members.accept(ann, code), house.members.check(code)):
        with pytest.raises(Gone):
            await dead
    assert await house.members.invitations(ann, list_id) == []
    await house.members.leave(ben, list_id)
    with pytest.raises(Gone):
        await house.members.accept(ben, code)


async def test_of_two_who_accept_at_once_one_joins(house: House) -> None:
    ann = await house.person("Ann")
    others = [await house.person(f"Other {n}") for n in range(5)]
    list_id = await a_list(house, ann)
    code = await invited(house, ann, list_id)
    answers = await asyncio.gather(*[house.members.accept(one, code) for one in others], return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Gone"] * 4 + ["ListView"]
    assert len(await house.members.list(ann, list_id)) == 2


async def test_a_mail_to_a_member_may_raise_the_role_never_lowers_it_and_is_used_up(house: House) -> None:
    ann, ben, eve = [await house.person(name) for name in ("Ann", "Ben", "Eve")]
    list_id = await a_list(house, ann)
    assert (await house.members.accept(ben, await invited(house, ann, list_id, "viewer"))).role == "viewer"
    as_editor, as_viewer = await invited(house, ann, list_id), await invited(house, ann, list_id, "viewer", "b@c.test")
    assert (await house.members.accept(ben, as_editor)).role == "editor"
    assert (await house.members.accept(ben, as_viewer)).role == "editor"
    await house.members.set_role(ann, list_id, ben, "viewer")
    assert (await house.members.accept(ben, as_editor)).role == "viewer"
    with pytest.raises(Gone):
        await house.members.accept(eve, as_viewer)


async def test_the_owner_sees_the_address_and_nobody_the_code(house: House) -> None:
    ann = await house.person("Ann")
    list_id = await a_list(house, ann)
    code = await invited(house, ann, list_id)
    (seen,) = await house.members.invitations(ann, list_id)
    assert (seen.email, seen.role, seen.code) == (DORA, "editor", "")
    header = await house.store.header(list_id)
    assert code not in repr(header)


async def test_an_address_is_forgotten_when_its_invitation_has_ended(house: House) -> None:
    ann, ben = await house.person("Ann"), await house.person("Ben")
    list_id = await a_list(house, ann)
    code = await invited(house, ann, list_id)
    await house.members.accept(ben, code)
    await invited(house, ann, list_id)
    (second,) = await house.members.invitations(ann, list_id)
    await house.members.uninvite(ann, list_id, second.id)
    assert DORA not in repr(await house.store.header(list_id))


async def test_a_second_mail_to_an_address_takes_the_place_of_the_first(house: House) -> None:
    ann, ben = await house.person("Ann"), await house.person("Ben")
    list_id = await a_list(house, ann)
    first = await invited(house, ann, list_id, "viewer")
    other = await invited(house, ann, list_id, "viewer", "eve@example.test")
    second = await invited(house, ann, list_id, "editor", DORA.upper())
    assert len(await house.members.invitations(ann, list_id)) == 2
    with pytest.raises(Gone):
        await house.members.accept(ben, first)
    assert (await house.members.accept(ben, other)).role == "viewer"
    assert (await house.members.accept(ben, second)).role == "editor"


@pytest.mark.parametrize(
    ("email", "is_proved"), [("straße@Пример.рф", True), ("Straße@xn--e1afmkfd.рф", True), ("strasse@Пример.рф", False)]
)
async def test_a_mail_validates_the_address_it_went_to_in_any_spelling_and_no_other(
    house: House, email: str, is_proved: bool
) -> None:
    ann = await house.person("Ann")
    list_id = await a_list(house, ann)
    first = await invited(house, ann, list_id, email="straße@xn--e1afmkfd.xn--p1ai")
    code = await invited(house, ann, list_id, email="straße@Пример.рф")
    with pytest.raises(Gone):
        await house.members.check(first)
    people = People(house.store, Argon2Passwords(), house.rooms, house.clock, Names(house.store))
    made = await people.register(email, "a good password", "Dora", "en", None, lambda: house.members.check(code))
    assert made.person.email_verified == is_proved


async def test_a_withdrawn_or_old_mail_lets_nobody_in(house: House) -> None:
    ann, ben = await house.person("Ann"), await house.person("Ben")
    list_id = await a_list(house, ann)
    code = await invited(house, ann, list_id)
    (invitation,) = await house.members.invitations(ann, list_id)
    await house.members.uninvite(ann, list_id, invitation.id)
    old = await invited(house, ann, list_id)
    house.clock.advance(seconds=7 * 86_400)
    for dead in (code, old):
        with pytest.raises(Gone):
            await house.members.accept(ben, dead)
    assert await house.members.invitations(ann, list_id) == []


async def test_nobody_but_the_owner_sends_a_mail(house: House) -> None:
    ann, ben, eve = [await house.person(name) for name in ("Ann", "Ben", "Eve")]
    list_id = await a_list(house, ann)
    await house.members.accept(ben, (await house.members.invite(ann, list_id, "editor")).code)
    for person, refused in ((ben, Forbidden), (eve, NotFound)):
        with pytest.raises(refused):
            await house.members.invite_by_mail(person, list_id, "viewer", DORA, "en", str)
    assert await mails(house) == []


async def test_mails_and_links_together_have_a_limit(house: House) -> None:
    ann = await house.person("Ann")
    list_id = await a_list(house, ann)
    await invited(house, ann, list_id)
    for _ in range(INVITATIONS_A_LIST - 1):
        await house.members.invite(ann, list_id, "viewer")
    with pytest.raises(Conflict):
        await invited(house, ann, list_id, "viewer", "eve@example.test")
    assert len(await mails(house)) == 1
    await invited(house, ann, list_id)  # in the place of the one before
