"""Guessing is held up, over restarts too, and nobody who signed in before is held up by strangers who guess."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio

from shoplist_appliance.web.ops.accounts import SIGNING_IN
from tests.clients.http import Answer, Http
from tests.clients.making import PASSWORD, new_id
from tests.clients.person import Person
from tests.clients.process import Process

WRONG = "not this one"


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("limited")
    with Process(folder / "data", folder / "log", PROXIES="127.0.0.1") as process:
        yield process


@pytest_asyncio.fixture
async def http(limited: Process) -> AsyncIterator[Http]:
    async with Http(limited.url) as caller:
        yield caller


class Browser:
    """A browser somewhere, with its cookies."""

    def __init__(self, http: Http, address: str) -> None:
        self.http, self.address = http, address
        self.cookies: dict[str, str] = {}

    async def send(self, name: str, /, **payload: object) -> Answer:
        headers = {"X-Forwarded-For": self.address, "Origin": self.http.url}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self.http.call(name, payload, headers=headers)
        for line in answer.headers.getall("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    async def register(self) -> str:
        """The address of a new account."""
        email = f"{new_id()}@example.test"
        (await self.send("accounts.register", email=email, password=PASSWORD, name="A")).ok()
        return email

    async def sign_in(self, email: str, password: str = PASSWORD, **more: str) -> Answer:
        return await self.send("accounts.sign_in", email=email, password=password, **more)

    async def guesses(self, email: str, most: int = 100) -> int:
        """How many wrong passwords it may try before it is held up."""
        for tried in range(most):
            answer = await self.sign_in(email, WRONG)
            if answer.status == 429:
                answer.problem("too_many_requests")
                return tried
            answer.problem("wrong_credentials")
        return most


async def test_a_browser_that_signed_in_before_is_not_held_up_by_who_guesses_beside_it(http: Http) -> None:
    home = "198.51.100.10"
    anna, thief = Browser(http, home), Browser(http, home)
    email = await anna.register()
    (await anna.send("accounts.sign_out")).ok()
    assert await thief.guesses(email) < 60
    (await Browser(http, home).sign_in(email)).problem("too_many_requests")
    (await anna.sign_in(email)).ok()
    (await anna.send("accounts.me")).ok()


async def test_a_browser_that_is_known_elsewhere_only_is_a_stranger(http: Http) -> None:
    anna, thief = Browser(http, "198.51.100.11"), Browser(http, "198.51.100.12")
    email = await anna.register()
    await thief.register()
    assert "shoplist_device" in thief.cookies
    assert await thief.guesses(email) < 60
    made_up = Browser(http, thief.address)
    made_up.cookies["shoplist_device"] = "x" * 43
    (await made_up.sign_in(email, WRONG)).problem("too_many_requests")


async def test_a_known_browser_does_not_guess_without_end_either(http: Http) -> None:
    thief = Browser(http, "198.51.100.13")
    email = await thief.register()
    assert 20 <= await thief.guesses(email, 200) < 200


async def test_guessing_at_many_addresses_locks_nobody_out(http: Http) -> None:
    email = await Browser(http, "198.51.100.14").register()
    guesses = [Browser(http, f"203.0.113.{n}").sign_in(email, WRONG) for n in range(50) for _ in range(3)]
    for start in range(0, len(guesses), 30):
        answers = await asyncio.gather(*guesses[start : start + 30])
        assert {answer.status for answer in answers} == {401}
    (await Browser(http, "198.51.100.15").sign_in(email)).ok()


async def test_who_knows_the_password_guesses_few_second_factors_from_all_addresses_together(
    http: Http, long: bool
) -> None:
    anna = Browser(http, "198.51.100.18")
    email = await anna.register()
    app = pyotp.TOTP((await anna.send("totp.begin")).ok()["secret"])
    (await anna.send("totp.confirm", code=app.now())).ok()
    near = {app.at(int(time.time()), counter_offset=steps) for steps in range(-3, 10)}
    wrong = [code for code in (f"{number:06}" for number in range(10_100 if long else 130)) if code not in near]
    heard: dict[int, int] = {}
    for start in range(0, len(wrong), 30):
        sent = [
            Browser(http, f"203.0.{start // 7500}.{start // 30 % 250}").sign_in(email, totp=code)
            for code in wrong[start : start + 30]
        ]
        for answer in await asyncio.gather(*sent):
            heard[answer.status] = heard.get(answer.status, 0) + 1
    assert set(heard) == {401, 429}
    assert heard[401] <= 60
    stranger = Browser(http, "198.51.100.19")
    (await stranger.sign_in(email, totp=app.at(int(time.time()), counter_offset=1))).problem("too_many_requests")
    (await anna.sign_in(email, totp=app.at(int(time.time()), counter_offset=1))).ok()


async def test_two_who_share_a_browser_are_both_known_by_it(http: Http) -> None:
    shared = Browser(http, "198.51.100.16")
    anna = await shared.register()
    secret = shared.cookies["shoplist_device"]
    boris = await shared.register()
    assert shared.cookies["shoplist_device"] == secret
    thief = Browser(http, shared.address)
    for email in (anna, boris):
        await thief.guesses(email)
        (await shared.sign_in(email)).ok()


async def test_the_secret_of_a_browser_lets_nobody_in_and_no_script_sees_it(http: Http) -> None:
    anna = Browser(http, "198.51.100.17")
    email = f"{new_id()}@example.test"
    answer = await anna.send("accounts.register", email=email, password=PASSWORD, name="A")
    line = answer.cookie_line("shoplist_device").lower()
    assert "httponly" in line
    assert "samesite=lax" in line
    assert "max-age=34560000" in line
    secret = answer.cookie("shoplist_device")
    assert secret not in str(answer.body)
    (await http.call("accounts.me", {}, secret)).problem("unauthenticated")
    nobody = {"Cookie": f"shoplist_device={secret}", "Origin": http.url}
    (await http.call("accounts.me", {}, headers=nobody)).problem("unauthenticated")
    await anna.send("accounts.sign_out")
    assert anna.cookies["shoplist_device"] == secret, "it is still known after signing out"


async def test_who_was_held_up_is_so_after_a_kill_and_who_was_known_is_known(tmp_path: Path) -> None:
    process = Process(tmp_path / "data", tmp_path / "log", PROXIES="127.0.0.1").start()
    async with Http(process.url) as http:
        anna = Browser(http, "198.51.100.20")
        email = await anna.register()
        thief = Browser(http, "198.51.100.21")
        assert await thief.guesses(email) < 60
        held_up = time.monotonic()
    process.kill()
    with process:
        async with Http(process.url) as http:
            for browser in (thief, anna):
                browser.http = http
            guesses = await thief.guesses(email)
            more = SIGNING_IN.per_second * (time.monotonic() - held_up)
            assert guesses <= 2 + more, "a restart forgave what was guessed before"
            anna.address = thief.address
            (await anna.sign_in(email)).ok()


async def test_thousands_of_wrong_codes_from_many_addresses_validate_nothing(tmp_path: Path, long: bool) -> None:
    """Without rate limits: what bears wrong tries then is the code itself."""
    codes = [f"{number:06}" for number in range(10_000 if long else 500)]
    with Process(tmp_path / "data", tmp_path / "log", PROXIES="127.0.0.1", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            anna = await Person.registered(http)
            heard: dict[int, int] = {}
            for start in range(0, len(codes), 50):
                sent = [
                    anna.ask("accounts.verify_email", {"code": code}, {"X-Forwarded-For": f"203.0.113.{n}"})
                    for n, code in enumerate(codes[start : start + 50])
                ]
                for answer in await asyncio.gather(*sent):
                    heard[answer.status] = heard.get(answer.status, 0) + 1
            assert heard == {404: 5, 410: len(codes) - 5}
            assert not (await anna.call("accounts.me"))["user"]["email_verified"]


async def times_of(http: Http, operation: str, known: str, tries: int) -> dict[str, list[float]]:
    """How long it took in ms, for the known address and for unknown ones, in turn."""
    more = {"password": WRONG} if operation == "accounts.sign_in" else {}
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(tries + 5):
        for kind in sorted(took, reverse=number % 2 == 1):
            email = known if kind == "known" else f"{new_id()}@example.test"
            start = time.perf_counter()
            answer = await http.call(operation, {"email": email, **more})
            took[kind].append((time.perf_counter() - start) * 1000)
            assert answer.status in (200, 401)
    return {kind: times[5:] for kind, times in took.items()}  # the first ones warm up


@pytest.mark.parametrize("operation", ["accounts.sign_in", "accounts.request_reset"])
async def test_time_does_not_tell_which_addresses_are_known(tmp_path: Path, long: bool, operation: str) -> None:
    """Medians of many tries each, known and unknown in turn, within what two halves of the same differ by."""
    tries = 200 if long else 40
    with Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            anna = await Person.registered(http)
            for _ in range(3):  # what differs on a busy machine by chance differs the other way the next time
                took = await times_of(http, operation, anna.email, tries)
                medians = {kind: statistics.median(times) for kind, times in took.items()}
                spread = statistics.median(abs(one - medians[kind]) for kind, times in took.items() for one in times)
                told = f"{operation}: " + ", ".join(f"{kind} {median:.2f} ms" for kind, median in medians.items())
                print(f"{told}, typical deviation {spread:.2f} ms, {tries} tries each")
                if alike := abs(medians["known"] - medians["unknown"]) < max(0.5, 2 * spread):
                    break
    assert alike, told
