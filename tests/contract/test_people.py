"""Every store keeps accounts and tokens as ``ports.PeopleStore`` says."""

import asyncio
from dataclasses import replace

import pytest

from shoplist_appliance.adapters import codec
from shoplist_appliance.domain.addresses import earlier_email_key
from shoplist_appliance.domain.errors import Conflict, DomainError
from shoplist_appliance.domain.ids import PersonId, TokenId, new_uuid
from shoplist_appliance.domain.people import Person, Totp
from shoplist_appliance.ports import Store
from tests.contract.making import NOW, a_person, a_token
from tests.contract.places import Place


async def with_new_credentials(store: Store, person: Person, keep: TokenId | None = None) -> Person:
    changed = replace(person, credentials=person.credentials + 1, version=person.version + 1, password="another")
    await store.put_credentials(changed, person.version, keep)
    return changed


async def test_an_account_is_read_as_it_was_stored(store: Store) -> None:
    person = a_person(email_verified=True)
    await store.add_person(person)
    assert await store.person(person.id) == person


async def test_who_is_not_there_is_none(store: Store) -> None:
    assert await store.person(PersonId(new_uuid())) is None
    assert await store.person_by_email("nobody@example.org") is None
    assert await store.token(b"0" * 32) is None
    assert await store.tokens_of(PersonId(new_uuid())) == []


@pytest.mark.parametrize("asked", ["anna@example.org", "ANNA@EXAMPLE.ORG", " Anna@example.org "])
async def test_an_address_is_found_without_regard_to_case(store: Store, asked: str) -> None:
    person = a_person("Anna@Example.org")
    await store.add_person(person)
    assert await store.person_by_email(asked) == person


async def test_an_address_is_taken_once_whatever_its_case(store: Store) -> None:
    await store.add_person(a_person("Иван@почта.рф"))
    late = a_person("иван@ПОЧТА.рф")
    with pytest.raises(Conflict):
        await store.add_person(late)
    assert await store.person(late.id) is None


SPELLINGS = ["ann@пример.рф", "Ann@ПРИМЕР.рф", "ann@xn--e1afmkfd.xn--p1ai", "ANN@XN--E1AFMKFD.рф"]


@pytest.mark.parametrize("asked", SPELLINGS)
async def test_an_address_is_one_in_every_spelling(store: Store, asked: str) -> None:
    ann = a_person(SPELLINGS[0])
    await store.add_person(ann)
    assert await store.person_by_email(asked) == ann
    with pytest.raises(Conflict):
        await store.add_person(a_person(asked))


async def test_two_mailboxes_that_look_alike_are_two(store: Store) -> None:
    people = [a_person(email) for email in ("straße@example.org", "strasse@example.org", "ann@straße.example")]
    for person in people:
        await store.add_person(person)
    for person in people:
        assert await store.person_by_email(person.email) == person
    assert await store.person_by_email("ann@strasse.example") is None


async def stored_before(store: Store, *emails: str) -> list[Person]:
    """Accounts of a time when addresses had another form."""
    people = [a_person(email) for email in emails]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "email_key", earlier_email_key)
        for person in people:
            await store.add_person(person)
    return people


async def test_an_account_that_was_stored_by_the_earlier_form_is_found_at_once_and_then_in_every_spelling(
    store: Store,
) -> None:
    ann, ben = await stored_before(store, SPELLINGS[0], "straße@example.org")
    for person in (ann, ben):
        assert await store.person_by_email(person.email) == person
        with pytest.raises(Conflict):
            await store.add_person(a_person(person.email))
    assert await store.person_by_email("strasse@example.org") is None
    assert (await store.reseal_people()).changed == 2
    assert (await store.reseal_people()).changed == 0
    for spelling in SPELLINGS:
        assert await store.person_by_email(spelling) == ann
        with pytest.raises(Conflict):
            await store.add_person(a_person(spelling))
    await store.add_person(a_person("strasse@example.org"))
    assert await store.person_by_email(ben.email) == ben


async def test_two_accounts_that_an_earlier_form_gave_one_mailbox_stay_what_they_are(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    ann, twin = await stored_before(store, SPELLINGS[0], SPELLINGS[2])
    assert (await store.reseal_people()).changed == 0
    assert "stays by an old key" in caplog.text
    for person in (ann, twin):
        assert await store.person_by_email(person.email) == person
        renamed = replace(person, name="Ann", version=2)
        await store.put_person(renamed, 1)
        now = await with_new_credentials(store, renamed)
        assert await store.person_by_email(person.email) == now
    with pytest.raises(Conflict):
        await store.put_person(replace(ann, email=SPELLINGS[2], version=4), 3)


async def test_of_twenty_who_register_one_address_at_once_one_gets_it(store: Store) -> None:
    people = [a_person("same@example.org") for _ in range(20)]
    outcomes = await asyncio.gather(*(store.add_person(person) for person in people), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 19 + ["NoneType"]
    winner = people[outcomes.index(None)]
    assert await store.person_by_email("same@example.org") == winner


async def test_an_id_is_taken_once(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    with pytest.raises(Conflict):
        await store.add_person(replace(person, email="other@example.org"))


async def test_those_who_exist_are_found_together(store: Store) -> None:
    anna, boris = a_person(), a_person()
    await store.add_person(anna)
    await store.add_person(boris)
    found = await store.people([anna.id, PersonId("nobody"), boris.id, anna.id])
    assert found == {anna.id: anna, boris.id: boris}


async def test_an_account_is_replaced_where_its_version_is_the_expected_one(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    changed = replace(person, name="Анна", language="en", theme="auto", version=2)
    await store.put_person(changed, 1)
    assert await store.person(person.id) == changed
    with pytest.raises(Conflict):
        await store.put_person(replace(changed, name="late", version=2), 1)
    assert await store.person(person.id) == changed


async def test_of_ten_replacements_at_once_one_stands(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    wishes = [replace(person, name=f"name {number}", version=2) for number in range(10)]
    outcomes = await asyncio.gather(*(store.put_person(wish, 1) for wish in wishes), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(Conflict) == 9
    assert await store.person(person.id) == wishes[outcomes.index(None)]


async def test_nobody_is_replaced_who_is_not_there(store: Store) -> None:
    person = a_person()
    with pytest.raises(Conflict):
        await store.put_person(replace(person, version=2), 1)
    assert await store.person(person.id) is None


async def test_a_replaced_account_keeps_its_password_and_its_count_of_credentials(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    await store.put_person(replace(person, password="stolen", credentials=7, name="Анна", version=2), 1)
    assert await store.person(person.id) == replace(person, name="Анна", version=2)


async def test_an_address_moves_and_leaves_the_old_one_free(store: Store) -> None:
    person = a_person("old@example.org")
    await store.add_person(person)
    await store.add_person(a_person("taken@example.org"))
    with pytest.raises(Conflict):
        await store.put_person(replace(person, email="TAKEN@example.org", version=2), 1)
    moved = replace(person, email="new@example.org", version=2)
    await store.put_person(moved, 1)
    assert await store.person_by_email("new@example.org") == moved
    assert await store.person_by_email("old@example.org") is None


async def test_an_admin_is_known(store: Store) -> None:
    await store.add_person(a_person())
    assert not await store.has_admin()
    await store.add_person(a_person(role="admin"))
    assert await store.has_admin()


# --- tokens ---


async def test_a_token_is_found_by_its_hash_with_its_account(store: Store) -> None:
    person = a_person()
    token = replace(a_token(person), scopes=frozenset({"read"}), session=False)
    await store.add_person(person)
    await store.add_token(token)
    assert await store.token(token.hash) == (token, person)
    assert await store.token(token.hash[::-1]) is None


async def test_tokens_are_listed_oldest_first(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    await store.add_person(other := a_person())
    tokens = [a_token(person, NOW + age) for age in (3, 1, 2)]
    for token in [*tokens, a_token(other)]:
        await store.add_token(token)
    assert await store.tokens_of(person.id) == [tokens[1], tokens[2], tokens[0]]


async def test_no_token_is_stored_for_credentials_of_before(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    late = a_token(person)
    await with_new_credentials(store, person)
    with pytest.raises(Conflict):
        await store.add_token(late)
    assert await store.token(late.hash) is None


async def test_no_token_is_stored_for_nobody(store: Store) -> None:
    with pytest.raises(Conflict):
        await store.add_token(a_token(a_person()))


async def test_new_credentials_end_all_tokens_but_the_kept_one(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    await store.add_person(other := a_person())
    kept, ended, foreign = a_token(person), a_token(person), a_token(other)
    for token in (kept, ended, foreign):
        await store.add_token(token)
    changed = replace(person, credentials=2, version=2, password="another")
    assert await store.put_credentials(changed, 1, kept.id) == [ended.id]
    assert await store.person(person.id) == changed
    assert await store.token(kept.hash) == (replace(kept, credentials=2), changed)
    assert await store.token(ended.hash) is None
    assert await store.token(foreign.hash) == (foreign, other)


async def test_new_credentials_can_end_them_all(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    tokens = [a_token(person), a_token(person)]
    for token in tokens:
        await store.add_token(token)
    ended = await store.put_credentials(replace(person, credentials=2, version=2), 1, None)
    assert sorted(ended) == sorted(token.id for token in tokens)
    assert await store.tokens_of(person.id) == []


async def test_new_credentials_lose_against_another_version_and_end_nothing(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    await store.add_token(token := a_token(person))
    renamed = replace(person, name="Анна", version=2)
    await store.put_person(renamed, 1)
    with pytest.raises(Conflict):
        await with_new_credentials(store, person)
    assert await store.token(token.hash) == (token, renamed)


@pytest.mark.parametrize("first", ["sign-in", "change"])
async def test_a_sign_in_does_not_outlive_the_change_of_password_that_races_it(store: Store, first: str) -> None:
    for _ in range(20):
        person = a_person()
        await store.add_person(person)
        token = a_token(person)  # its password was checked before the change
        race = [store.add_token(token), with_new_credentials(store, person)]
        outcomes = await asyncio.gather(*(race if first == "sign-in" else reversed(race)), return_exceptions=True)
        errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert all(isinstance(error, Conflict) for error in errors)
        assert len(errors) == (0 if first == "sign-in" else 1)
        assert await store.token(token.hash) is None
        assert await store.tokens_of(person.id) == []


async def test_tokens_are_ended_by_their_account_only(store: Store) -> None:
    person, other = a_person(), a_person()
    await store.add_person(person)
    await store.add_person(other)
    mine, foreign = a_token(person), a_token(other)
    await store.add_token(mine)
    await store.add_token(foreign)
    assert await store.remove_tokens(person.id, [mine.id, foreign.id, TokenId("none")]) == [mine.id]
    assert await store.remove_tokens(person.id, [mine.id]) == []
    assert await store.token(mine.hash) is None
    assert await store.token(foreign.hash) is not None


async def test_a_token_is_seen_later_never_earlier(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    await store.add_token(token := a_token(person))
    await store.touch_tokens({token.id: NOW + 10, TokenId("none"): NOW})
    await store.touch_tokens({token.id: NOW + 5})
    assert [found.last_seen for found in await store.tokens_of(person.id)] == [NOW + 10]


async def test_accounts_and_tokens_are_there_after_a_restart(place: Place) -> None:
    store = place.open()
    person = a_person(role="admin")
    token = a_token(person)
    await store.add_person(person)
    await store.add_token(token)
    await store.close()
    store = place.open()
    try:
        assert await store.token(token.hash) == (token, person)
        assert await store.person_by_email(person.email.upper()) == person
        assert await store.has_admin()
    finally:
        await store.close()


async def test_a_refusal_is_of_the_kind_that_the_doors_can_answer(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    with pytest.raises(DomainError) as refusal:
        await store.add_person(person)
    assert refusal.value.code == "conflict"


async def test_a_removed_account_is_gone_with_its_tokens(store: Store) -> None:
    person, other = a_person(), a_person()
    tokens = [a_token(person), a_token(person), a_token(other)]
    for one in (person, other):
        await store.add_person(one)
    for token in tokens:
        await store.add_token(token)
    assert set(await store.remove_person(person.id, 1)) == {tokens[0].id, tokens[1].id}
    assert await store.person(person.id) is None
    assert await store.person_by_email(person.email) is None
    assert await store.token(tokens[0].hash) is None
    assert await store.token(tokens[2].hash) == (tokens[2], other)
    with pytest.raises(Conflict):
        await store.remove_person(person.id, 1)
    await store.add_person(a_person(person.email))


async def test_an_account_that_changed_meanwhile_is_not_removed(store: Store) -> None:
    person = a_person()
    await store.add_person(person)
    token = a_token(person)
    await store.add_token(token)
    changed = replace(person, name="Анна", version=2)
    await store.put_person(changed, 1)
    with pytest.raises(Conflict):
        await store.remove_person(person.id, 1)
    assert await store.person(person.id) == changed
    assert await store.token(token.hash) == (token, changed)


async def test_all_accounts_come_page_by_page(store: Store) -> None:
    people = sorted((a_person() for _ in range(5)), key=lambda person: person.id)
    for person in reversed(people):
        await store.add_person(person)
    assert await store.page_of_people(None, 3) == people[:3]
    assert await store.page_of_people(people[2].id, 3) == people[3:]
    assert await store.page_of_people(people[4].id, 3) == []


async def test_all_of_an_account_is_read_as_it_was_stored(store: Store) -> None:
    totp = Totp("JBSWY3DPEHPK3PXP", True, 58_801_920, (b"\1" * 32, b"\2" * 32), b"\3" * 32, 4, NOW)
    person = a_person(blocked=True, totp=totp, devices=(b"\4" * 32,))
    await store.add_person(person)
    assert await store.person(person.id) == person


async def test_the_admins_are_found_the_oldest_first(store: Store) -> None:
    assert await store.admins() == []
    people = [a_person(role="admin", created_at=NOW + 1), a_person(), a_person(role="admin", created_at=NOW)]
    for person in people:
        await store.add_person(person)
    assert await store.admins() == [people[2], people[0]]
