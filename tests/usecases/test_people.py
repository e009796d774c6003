"""What the use cases of accounts keep in memory, and what becomes of it where the store is in trouble."""

from collections.abc import Mapping

import pytest

from shoplist_appliance.adapters.passwords import Argon2Passwords
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.domain.ids import TokenId
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.people import People
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
