"""Rate limits over restarts: who was held up is still held up, for no longer than before."""

from collections.abc import Hashable, Iterable

import pytest

from shoplist_appliance.domain.errors import TooManyRequests, Unavailable
from shoplist_appliance.ports import Record
from shoplist_appliance.usecases.kept_limits import LIMIT, KeptLimits
from shoplist_appliance.usecases.limits import Limits, Rate
from tests.usecases.conftest import House

GUESSES = Rate("guesses", burst=10, per_second=1 / 60, kept=True)
CALLS = Rate("calls", burst=10, per_second=1 / 60)
THEM = ("192.0.2.1", "ann@example.org")


class Life:
    """The limits of one process on the house's store."""

    def __init__(self, house: House, factor: float = 1) -> None:
        self.limits = Limits(factor, lambda: house.clock.now() / 1000)
        self.kept = KeptLimits(house.store, self.limits, house.clock)

    def passed(self, tries: int, key: Hashable = THEM, rate: Rate = GUESSES) -> int:
        done = 0
        for _ in range(tries):
            try:
                self.limits.take(rate, key)
            except TooManyRequests as refused:
                self.retry_after = refused.retry_after
            else:
                done += 1
        return done


async def rows(house: House) -> list[Record]:
    return list(await house.store.records_due(LIMIT, 2**53, 1000))


async def test_who_is_held_up_is_so_after_a_restart_and_as_long(house: House) -> None:
    before = Life(house)
    assert before.passed(20) == 10
    assert before.passed(4, "another") == 4
    await before.kept.keep()
    house.clock.advance(seconds=30)
    after = Life(house)
    await after.kept.load()
    assert after.passed(1) == 0
    assert after.retry_after == 30
    assert after.passed(20, "another") == 6
    house.clock.advance(seconds=30)
    assert after.passed(1) == 1


async def test_what_comes_later_is_kept_in_the_same_row(house: House) -> None:
    life = Life(house)
    for _ in range(3):
        assert life.passed(3) == 3
        await life.kept.keep()
    (row,) = await rows(house)
    assert row.version == 3
    again = Life(house)
    await again.kept.load()
    assert again.passed(20) == 1
    await again.kept.keep()
    assert len(await rows(house)) == 1


async def test_a_slip_is_not_worth_a_row_and_what_is_not_to_be_kept_is_not(house: House) -> None:
    life = Life(house)
    assert life.passed(1) == 1
    life.limits.give_back(GUESSES, THEM)
    assert life.passed(20, rate=CALLS) == 10
    await life.kept.keep()
    assert await rows(house) == []


async def test_what_is_full_again_is_forgotten(house: House) -> None:
    life = Life(house)
    life.passed(10)
    await life.kept.when_due()
    assert len(await rows(house)) == 1
    house.clock.advance(seconds=600)
    await life.kept.when_due()
    assert await rows(house) == []
    assert life.passed(10) == 10
    await life.kept.when_due()
    assert len(await rows(house)) == 1


async def test_what_was_given_back_is_not_held_against_anyone_later(house: House) -> None:
    life = Life(house)
    life.passed(10)
    await life.kept.keep()
    life.limits.give_back(GUESSES, THEM, 9)
    await life.kept.keep()
    again = Life(house)
    await again.kept.load()
    assert again.passed(20) == 9


async def test_while_the_store_is_away_it_waits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("storage")

    life = Life(house)
    await life.kept.load()
    life.passed(10)
    life.passed(5, "another")
    monkeypatch.setattr(house.store, "add_record", away, raising=False)
    with pytest.raises(Unavailable):
        await life.kept.keep()
    await life.kept.when_due()
    monkeypatch.undo()
    await life.kept.keep()
    assert len(await rows(house)) == 2


async def test_a_row_that_another_forgot_is_written_anew(house: House) -> None:
    life = Life(house)
    life.passed(5)
    await life.kept.keep()
    await forget(house, await rows(house))
    life.passed(1)
    await life.kept.keep()
    assert len(await rows(house)) == 1


async def forget(house: House, records: Iterable[Record]) -> None:
    for record in records:
        await house.store.remove_record(LIMIT, record.key)


async def test_where_limits_are_off_nobody_is_held_up_by_what_was(house: House) -> None:
    life = Life(house)
    life.passed(10)
    await life.kept.keep()
    off = Life(house, factor=0)
    await off.kept.load()
    assert off.passed(50) == 50
    await off.kept.keep()
    assert len(await rows(house)) == 1


async def test_no_address_lies_in_the_store_as_it_is(house: House) -> None:
    """The contents are sealed; what is plain names nobody."""
    life = Life(house)
    life.passed(10)
    await life.kept.keep()
    (row,) = await rows(house)
    assert (row.kind, row.owner, len(row.key)) == ("limit", "", 32)
