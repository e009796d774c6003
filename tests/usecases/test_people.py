"""What the use cases of accounts keep in memory, and what becomes of it where the store is in trouble."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from shoplist_appliance.adapters.passwords import Argon2Passwords
from shoplist_appliance.domain.errors import Conflict, Forbidden, OutcomeUnknown, Unauthenticated, Unavailable
from shoplist_appliance.domain.ids import TokenId
from shoplist_appliance.domain.people import Token
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.people import PROGRAMS_A_PERSON, People
from tests.usecases.conftest import House


async def test_when_tokens_were_seen_is_kept_when_the_store_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People(house.store, Argon2Passwords(), house.rooms, house.clock, Names(house.store))
    ann = await house.person()
    token, secret = await people.create_token(ann, "Kitchen display", frozenset({"read"}))
    house.clock.advance(seconds=60)
    seen = house.clock.now()
    await people.authenticate(secret)

    async def away(tokens: Mapping[TokenId, int]) -> None:
        raise Unavailable("storage")

    monkeypatch.setattr(house.store, "touch_tokens", away, raising=False)
    with pytest.raises(Unavailable):
        await people.keep_seen()
    assert [one.last_seen for one in await people.tokens(ann)] == [seen]
    monkeypatch.undo()
    await people.keep_seen()
    assert [(one.id, one.last_seen) for one in await house.store.tokens_of(ann)] == [(token.id, seen)]


async def test_each_call_of_a_live_connection_is_a_sign_of_its_device(house: House) -> None:
    people = People(house.store, Argon2Passwords(), house.rooms, house.clock, Names(house.store))
    ann = await house.person()
    token, secret = await people.create_token(ann, "Kitchen display", frozenset({"read"}))
    await people.authenticate(secret)
    house.clock.advance(seconds=3600)
    assert people.is_live(token.id)
    [seen] = await people.tokens(ann)
    assert seen.last_seen == house.clock.now()


async def test_an_account_has_so_many_programs_and_no_more_also_where_two_are_made_at_once(house: House) -> None:
    people = People(house.store, Argon2Passwords(), house.rooms, house.clock, Names(house.store))
    ann = await house.person()
    made = [people.create_token(ann, "Kitchen display", frozenset({"read"})) for _ in range(PROGRAMS_A_PERSON + 2)]
    answers = await asyncio.gather(*made, return_exceptions=True)
    assert [type(answer) for answer in answers[PROGRAMS_A_PERSON:]] == [Conflict, Conflict]
    first, *others = await people.tokens(ann)
    assert len(others) == PROGRAMS_A_PERSON - 1
    await people.revoke(ann, first.id)
    await people.create_token(ann, "Kitchen display", frozenset({"read"}))
    await people.create_token(await house.person("Bob"), "Kitchen display", frozenset({"read"}))
    signed_in = (await people.register("carol@example.org", "a good password", "Carol", "en", None)).person.id
    for _ in range(PROGRAMS_A_PERSON):  # being signed in counts for none
        await people.create_token(signed_in, "Kitchen display", frozenset({"read"}))


async def test_a_sign_in_that_a_new_password_ended_before_it_was_answered_lets_nobody_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People(house.store, Argon2Passwords(), house.rooms, house.clock, Names(house.store))
    first = await people.register("ann@example.org", "an old password", "Ann", "en", None)
    principal = await people.authenticate(first.secret)
    real = house.store.add_token

    async def overtaken(token: Token) -> None:
        await real(token)
        await people.change_password(principal, "an old password", "a new password")

    monkeypatch.setattr(house.store, "add_token", overtaken, raising=False)
    second = await people.sign_in("ann@example.org", "an old password", None)
    assert people.cached(second.secret) is None
    with pytest.raises(Unauthenticated):
        await people.authenticate(second.secret)


async def test_what_is_withheld_is_so_until_the_address_is_validated(house: House) -> None:
    people = People(
        house.store, Argon2Passwords(), house.rooms, house.clock, Names(house.store), withheld=frozenset({"invite"})
    )
    ann = (await people.register("ann@example.org", "a good password", "Ann", "en", None)).person
    with pytest.raises(Forbidden):
        await people.require_verified(ann.id, "invite")
    await people.require_verified(ann.id, "chat")
    await house.store.put_person(replace(ann, email_verified=True, version=2), 1)
    await people.require_verified(ann.id, "invite")


def in_doubt(real: Callable[..., Awaitable[Any]], landed: bool) -> Callable[..., Awaitable[None]]:
    """A call of which nobody can say whether it was done; which of the two it was the test knows."""

    async def doubtful(*given: Any) -> None:
        if landed:
            await real(*given)
        raise OutcomeUnknown("storage")

    return doubtful


@pytest.mark.parametrize("how", ["revoke", "revoke_others", "sign_out", "change_password", "block"])
@pytest.mark.parametrize("landed", [True, False])
async def test_whoever_is_to_be_out_is_out_also_where_nobody_can_say_whether_that_was_stored(
    house: House, monkeypatch: pytest.MonkeyPatch, how: str, landed: bool
) -> None:
    people = People(house.store, Argon2Passwords(), house.rooms, house.clock, Names(house.store))
    signed_in = await people.register("ann@example.org", "an old password", "Ann", "en", None)
    ann = await people.authenticate(signed_in.secret)
    other, secret = await people.create_token(ann.person, "Phone", frozenset({"read"}))
    phone = await people.authenticate(secret)
    stranger = await people.authenticate(
        (await people.register("bob@example.org", "password", "Bob", "en", None)).secret
    )

    endings: dict[str, Callable[[], Awaitable[object]]] = {
        "revoke": lambda: people.revoke(ann.person, other.id),
        "revoke_others": lambda: people.revoke_others(ann),
        "sign_out": lambda: people.sign_out(phone),
        "change_password": lambda: people.change_password(ann, "an old password", "a new password"),
        "block": lambda: people.block(stranger.person, ann.person, True),
    }
    for name in ("remove_tokens", "put_credentials"):
        monkeypatch.setattr(house.store, name, in_doubt(getattr(house.store, name), landed), raising=False)
    with pytest.raises(OutcomeUnknown):
        await endings[how]()
    assert not people.is_live(other.id)
    assert people.cached(secret) is None
    with pytest.raises(Unauthenticated):
        await people.authenticate(secret)
    assert people.is_live(ann.token) is (how != "block")
    with pytest.raises(OutcomeUnknown):
        await people.revoke(ann.person, stranger.token)
    assert people.is_live(stranger.token)
