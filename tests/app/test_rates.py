"""Rate limits as they are without any setting: generous to who is signed in, patient with nobody who guesses."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.clients.http import Http, check_problem
from tests.clients.making import PASSWORD, add, new_id
from tests.clients.person import Person
from tests.clients.process import Process


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("limited")
    with Process(folder / "data", folder / "log", PROXIES="127.0.0.1") as process:
        yield process


@pytest_asyncio.fixture
async def http(limited: Process) -> AsyncIterator[Http]:
    async with Http(limited.url) as caller:
        yield caller


def at(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


async def registered_at(http: Http, address: str) -> Person:
    payload = {"email": f"{new_id()}@example.test", "password": PASSWORD, "name": "A"}
    answer = (await http.call("accounts.register", payload, headers=at(address))).ok()
    return Person(http, answer["user"], answer["token"])


async def test_guessing_passwords_is_slowed_by_address_and_by_no_other(http: Http) -> None:
    anna = await registered_at(http, "198.51.100.1")
    guess = {"email": anna.email, "password": "not this one"}
    codes = []
    for _ in range(200):
        answer = await http.call("accounts.sign_in", guess, headers=at("198.51.100.66"))
        codes.append(answer.status)
        if answer.status == 429:
            answer.problem("too_many_requests")
            assert answer.body["retry_after"] == int(answer.headers["Retry-After"])
            break
    assert codes[-1] == 429, "two hundred guesses in a row were let through"
    malformed = await http.send(
        "POST", "/api/accounts.sign_in", b"{", {"Content-Type": "text/plain", **at("198.51.100.66")}
    )
    malformed.problem("unsupported_type")
    (await http.raw("accounts.sign_in", b"{", headers=at("198.51.100.66"))).problem("too_many_requests")
    right = {"email": anna.email, "password": PASSWORD}
    (await http.call("accounts.sign_in", right, headers=at("198.51.100.2"))).ok()
    (await http.call("accounts.me", {}, anna.token, at("198.51.100.66"))).ok()


async def test_registering_is_slowed_by_address(http: Http) -> None:
    for _ in range(200):
        payload = {"email": f"{new_id()}@example.test", "password": PASSWORD, "name": "A"}
        answer = await http.call("accounts.register", payload, headers=at("198.51.100.67"))
        if answer.status == 429:
            answer.problem("too_many_requests")
            break
    else:
        raise AssertionError("two hundred accounts in a row were made from one address")
    await registered_at(http, "198.51.100.3")


async def test_fifty_edits_a_second_pass_for_a_token_and_a_storm_does_not(http: Http) -> None:
    anna = await registered_at(http, "198.51.100.4")
    list_id = await anna.new_list()
    async with await anna.live() as live:
        for _ in range(3):
            start = time.monotonic()
            flying = [
                await live.send("lists.edit", {"list": list_id, "edits": [add(f"{new_id()}")]}) for _ in range(50)
            ]
            answers = await asyncio.gather(*flying)
            assert all(answer["ok"] for answer in answers), answers
            await asyncio.sleep(max(0, start + 1 - time.monotonic()))
        flying = [await live.send("lists.edit", {"list": list_id, "edits": [add(f"{new_id()}")]}) for _ in range(1000)]
        answers = await asyncio.gather(*flying)
    refused = [answer["error"] for answer in answers if not answer["ok"]]
    assert refused, "a thousand calls at once were let through"
    for problem in refused:
        check_problem(problem, "too_many_requests")
        assert problem["retry_after"] >= 1
    stored = (await anna.get(list_id))["list"]["revision"]
    assert stored == 150 + len(answers) - len(refused)


async def test_6000_edits_a_minute_pass_for_a_person_and_the_next_ones_do_not(http: Http) -> None:
    anna = await registered_at(http, "198.51.100.5")
    list_id = await anna.new_list()
    queue = [add(f"item {n}") for n in range(500)]
    for _ in range(12):
        (await anna.ask("lists.edit", {"list": list_id, "edits": queue})).ok()
    codes = [(await anna.ask("lists.edit", {"list": list_id, "edits": queue})).status for _ in range(20)]
    assert 429 in codes, "repeats are counted too"


async def test_twenty_phones_behind_one_address_are_not_limited_by_it(http: Http) -> None:
    phones = [await registered_at(http, f"198.51.101.{n}") for n in range(20)]
    lists = [await phone.new_list() for phone in phones]
    for _ in range(3):
        start = time.monotonic()
        answers = await asyncio.gather(
            *[
                phone.ask("lists.edit", {"list": list_id, "edits": [add(new_id())]})
                for phone, list_id in zip(phones, lists, strict=True)
                for _ in range(25)
            ]
        )
        assert {answer.status for answer in answers} == {200}
        await asyncio.sleep(max(0, start + 1 - time.monotonic()))
