"""Passwords are hashed beside the loop, a few at a time, and tell nothing by the time that it takes."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from shoplist_appliance.adapters.passwords import Argon2Passwords
from shoplist_appliance.domain.errors import Unavailable


@pytest.fixture
def passwords() -> Iterator[Argon2Passwords]:
    passwords = Argon2Passwords()
    yield passwords
    passwords.close()


async def test_only_the_password_that_made_a_hash_matches_it(passwords: Argon2Passwords) -> None:
    phc = await passwords.hash("correct horse battery")
    assert await passwords.verify("correct horse battery", phc)
    assert not await passwords.verify("correct horse batterz", phc)
    assert phc != await passwords.hash("correct horse battery"), "every hash has a salt of its own"


async def test_the_hash_is_owasps_smaller_argon2id(passwords: Argon2Passwords) -> None:
    assert (await passwords.hash("password")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_a_letter_matches_however_a_keyboard_composes_it(passwords: Argon2Passwords) -> None:
    assert await passwords.verify("ключи\u0306", await passwords.hash("ключй"))


async def test_nobody_matches_and_takes_as_long(passwords: Argon2Passwords) -> None:
    phc = await passwords.hash("password")
    times: dict[str | None, list[float]] = {phc: [], None: []}
    for _ in range(5):
        for account, taken in times.items():
            began = time.process_time()  # of a busy machine, our share only
            assert not await passwords.verify("another one", account)
            taken.append(time.process_time() - began)
    known, unknown = min(times[phc]), min(times[None])
    assert 0.4 < unknown / known < 2.5


async def test_the_loop_goes_on_meanwhile(passwords: Argon2Passwords) -> None:
    hashing = [asyncio.ensure_future(passwords.hash("password")) for _ in range(5)]
    turns = 0
    while not all(job.done() for job in hashing):
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 10


async def test_who_comes_when_too_many_wait_is_told_that_we_are_busy() -> None:
    passwords = Argon2Passwords(threads=1, waiting=2)
    first = [asyncio.ensure_future(passwords.hash("password")) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refusal:
        await passwords.verify("password", None)
    assert refusal.value.reason == "busy"
    await asyncio.gather(*first)
    assert not await passwords.verify("password", None)
    passwords.close()


async def test_callers_who_leave_do_not_make_the_queue_longer() -> None:
    passwords = Argon2Passwords(threads=1, waiting=1)
    first = [asyncio.ensure_future(passwords.hash("password")) for _ in range(2)]
    await asyncio.sleep(0)
    for job in first:
        job.cancel()
    await asyncio.gather(*first, return_exceptions=True)
    with pytest.raises(Unavailable):
        await passwords.hash("password")
    async with asyncio.timeout(60):
        while True:
            try:
                await passwords.hash("password")
            except Unavailable:
                await asyncio.sleep(0.01)
            else:
                break
    passwords.close()
