"""SIGKILL and SIGTERM under twenty clients that edit: nothing acknowledged, and nothing told, is lost or doubled."""

import asyncio
import random
import time
from pathlib import Path

from tests.clients.http import Http
from tests.clients.person import Person
from tests.clients.process import Process
from tests.faults.household import Household
from tests.faults.ledger import Ledger


async def moved_in(process: Process, ledger: Ledger, chance: random.Random) -> Household:
    async with Http(process.url) as http:
        anna = await Person.registered(http)
        return Household(anna, [await anna.new_list(f"list {n}") for n in range(3)], ledger, chance)


async def check(process: Process, household: Household, ledger: Ledger) -> None:
    """Hold everything known against what is stored, send again what waits, and hold it once more."""
    async with Http(process.url) as http:
        person = Person(http, household.person.user, household.person.token)
        for list_id in household.lists:
            await ledger.check(person, list_id)
        await household.resend(http)
        assert not ledger.waiting()
        for list_id in household.lists:
            await ledger.check(person, list_id)


async def test_sigkill_loses_nothing_acknowledged_and_nothing_told(tmp_path: Path, long: bool) -> None:
    rounds = 60 if long else 6
    chance, ledger = random.Random(5), Ledger()
    process = Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0").start()
    household = await moved_in(process, ledger, chance)
    in_flight, landed, answers = 0, 0, 0
    for _ in range(rounds):
        async with household.alive(process.url):
            begun = household.answers
            await until_answers(household, begun + chance.randrange(1, 400))
            process.kill()
        unanswered = {sent["id"] for _, sent in ledger.waiting()}
        in_flight += bool(unanswered)
        household.flying = 0
        process.start()
        await check(process, household, ledger)
        landed += len(unanswered & {kept["edit"] for kept_list in ledger.histories.values() for kept in kept_list})
    answers = household.answers
    process.stop()
    print(f"{rounds} kills, {in_flight} while calls were in flight; {answers} calls answered before a kill")
    assert in_flight * 2 >= rounds, "too few kills fell while calls were in flight"
    assert answers > rounds * 50
    assert "Traceback" not in process.logged()


async def until_answers(household: Household, count: int) -> None:
    """Wait until so many calls were answered in all: a kill by work done falls anywhere in a commit."""
    end = time.monotonic() + 60
    while household.answers < count:
        assert time.monotonic() < end, "the clients are not answered"
        await asyncio.sleep(0.001)


def ended_at(process: Process) -> tuple[int, float]:
    """Its status, and when it ended: looked at beside the loop, which is busy with what its clients hear."""
    return process.ended(30), time.monotonic()


async def test_sigterm_ends_within_10_s_with_status_0_and_everything_acknowledged_stored(tmp_path: Path) -> None:
    chance, ledger = random.Random(6), Ledger()
    process = Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0").start()
    household = await moved_in(process, ledger, chance)
    for _ in range(3):
        async with household.alive(process.url):
            await until_answers(household, household.answers + 300)
            start = time.monotonic()
            process.terminate()
            status, ended = await asyncio.to_thread(ended_at, process)
        assert (status, ended - start < 10) == (0, True), ended - start
        household.flying = 0
        process.start()
        await check(process, household, ledger)
    process.stop()
    assert "Traceback" not in process.logged()


async def test_sigterm_does_not_wait_for_clients_that_do_nothing(tmp_path: Path) -> None:
    process = Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0").start()
    async with Http(process.url) as http:
        anna = await Person.registered(http)
        lives = [await anna.live((transport,)) for transport in ("websocket", "polling") for _ in range(3)]
        host, port = process.url.removeprefix("http://").split(":")
        _, silent = await asyncio.open_connection(host, int(port))
        silent.write(b"POST /api/accounts.me HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n")
        start = time.monotonic()
        process.terminate()
        status, ended = await asyncio.to_thread(ended_at, process)
        assert (status, ended - start < 10) == (0, True), ended - start
        for live in lives:
            await live.until(lambda: live.events("disconnected"))  # noqa: B023
        silent.close()
