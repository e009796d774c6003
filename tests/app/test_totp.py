"""Two-factor sign-in: setting it up, what it asks for at the door, what each code is good for, and giving it up."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pyotp
import pytest
import pytest_asyncio

from shoplist_appliance.app import create_admin, disable_totp
from shoplist_appliance.config import load
from tests.clients.house import HandClock, house
from tests.clients.http import Answer, Http
from tests.clients.mailed import mailed
from tests.clients.making import PASSWORD
from tests.clients.person import Person
from tests.clients.process import Process, command

WRONG = "wrong_credentials"


class Guarded:
    """Somebody with a second factor, and the authenticator on her phone, which goes by the clock of the house."""

    def __init__(self, person: Person, clock: HandClock, secret: str, recovery: list[str]) -> None:
        self.person, self.clock, self.secret, self.recovery = person, clock, secret, recovery

    @classmethod
    async def of(cls, person: Person, clock: HandClock) -> "Guarded":
        secret = (await person.call("totp.begin"))["secret"]
        code = pyotp.TOTP(secret).at(clock.now() // 1000)
        codes = (await person.call("totp.confirm", code=code))["recovery_codes"]
        clock.advance(seconds=30)  # the next code has not been used
        return cls(person, clock, secret, codes)

    def code(self, steps: int = 0) -> str:
        """What the app shows, now or so many steps later."""
        return pyotp.TOTP(self.secret).at(self.clock.now() // 1000, counter_offset=steps)

    def wrong(self) -> str:
        """Six digits that are no code of these minutes."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777")
                    if code not in near)  # fmt: skip

    async def sign_in(self, code: str | None = None, password: str = PASSWORD, browser: str | None = None) -> Answer:
        payload = {"email": self.person.email, "password": password}
        headers = {"Cookie": f"shoplist_device={browser}", "Sec-Fetch-Site": "same-origin"} if browser else None
        sent = payload if code is None else {**payload, "totp": code}
        return await self.person.http.call("accounts.sign_in", sent, headers=headers)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest_asyncio.fixture
async def home(tmp_path: Path, clock: HandClock) -> AsyncIterator[Http]:
    async with house(tmp_path / "data", clock=clock) as http:
        yield http


@pytest_asyncio.fixture
async def ann(home: Http, clock: HandClock) -> Guarded:
    return await Guarded.of(await Person.registered(home), clock)


async def test_a_secret_is_given_as_text_as_address_and_as_picture(home: Http) -> None:
    anna = await Person.registered(home)
    begun = await anna.call("totp.begin")
    assert set(begun) == {"secret", "uri", "qr"}
    address = urlsplit(begun["uri"])
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path).endswith(f":{anna.email}")
    assert parse_qs(address.query)["secret"] == [begun["secret"]]
    picture = ElementTree.fromstring(begun["qr"])
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert picture.get("viewBox")
    assert {part.tag.rpartition("}")[2] for part in picture.iter()} == {"svg", "path"}
    assert not any("style" in part.attrib for part in picture.iter())  # our pages allow none


async def test_a_long_address_in_any_script_still_fits_the_picture(home: Http) -> None:
    email = f"{'漢' * 200}@example.test"
    anna = await Person.registered(home, email=email)
    assert (await anna.call("totp.begin"))["qr"].startswith("<svg")


async def test_nothing_counts_before_it_is_confirmed(home: Http, clock: HandClock) -> None:
    anna = await Person.registered(home)
    first = (await anna.call("totp.begin"))["secret"]
    second = (await anna.call("totp.begin"))["secret"]
    assert first != second
    assert (await anna.again()).user["totp"] is False
    for code in ("12345", "abcdef", pyotp.TOTP(first).at(clock.now() // 1000)):
        await anna.problem(WRONG, "totp.confirm", code=code)
    assert (await anna.again()).user["totp"] is False
    codes = (await anna.call("totp.confirm", code=pyotp.TOTP(second).at(clock.now() // 1000)))["recovery_codes"]
    assert len(set(codes)) == 10
    assert (await anna.call("accounts.me"))["user"]["totp"] is True


async def test_what_makes_no_sense_now_is_a_conflict(ann: Guarded, home: Http) -> None:
    await ann.person.problem("conflict", "totp.begin")
    await ann.person.problem("conflict", "totp.confirm", code=ann.code())
    boris = await Person.registered(home)
    await boris.problem("conflict", "totp.confirm", code="123456")
    await boris.problem("conflict", "totp.disable", password=PASSWORD, totp="123456")
    await boris.call("totp.begin")
    await boris.problem("conflict", "totp.disable", password=PASSWORD, totp="123456")


async def test_signing_in_asks_for_the_code_only_once_the_password_is_right(ann: Guarded) -> None:
    (await ann.sign_in()).problem("totp_required")
    (await ann.sign_in(ann.code(), "another password")).problem(WRONG)
    (await ann.sign_in(None, "another password")).problem(WRONG)
    (await ann.sign_in(ann.wrong())).problem(WRONG)
    answer = (await ann.sign_in(ann.code())).ok()
    assert answer["user"]["totp"] is True
    assert answer["user"]["id"] == ann.person.id


async def test_who_has_no_second_factor_needs_no_code_and_may_send_one(home: Http) -> None:
    anna = await Person.registered(home)
    payload = {"email": anna.email, "password": PASSWORD, "totp": "123456"}
    (await home.call("accounts.sign_in", payload)).ok()


async def test_a_time_step_is_good_once_and_none_before_it_after_it(ann: Guarded) -> None:
    earlier = ann.code(-1)
    (await ann.sign_in(ann.code())).ok()
    (await ann.sign_in(ann.code())).problem(WRONG)
    (await ann.sign_in(earlier)).problem(WRONG)
    ann.clock.advance(seconds=30)
    (await ann.sign_in(ann.code())).ok()


async def test_a_wrong_code_is_spoken_of_as_what_it_is(ann: Guarded) -> None:
    for code, words in ((ann.wrong(), "The code is not right"), ("0000-0000-0000", "The recovery code is not right")):
        assert (await ann.sign_in(code)).problem(WRONG)["detail"].startswith(words)
        disabling = await ann.person.problem(WRONG, "totp.disable", password=PASSWORD, totp=code)
        assert disabling["detail"].startswith(words)
    wrong = await ann.person.problem(WRONG, "totp.disable", password="another password", totp=ann.code())
    assert wrong["detail"].startswith("The password is not right.")


async def test_the_code_that_confirmed_does_not_sign_in_as_well(home: Http, clock: HandClock) -> None:
    anna = await Person.registered(home)
    code = pyotp.TOTP((await anna.call("totp.begin"))["secret"]).at(clock.now() // 1000)
    await anna.call("totp.confirm", code=code)
    (await home.call("accounts.sign_in", {"email": anna.email, "password": PASSWORD, "totp": code})).problem(WRONG)


async def test_a_clock_may_be_wrong_by_one_step_either_way(ann: Guarded) -> None:
    ann.clock.advance(seconds=300)
    for steps, good in ((-2, False), (2, False), (-1, True), (1, True)):
        answer = await ann.sign_in(ann.code(steps))
        answer.ok() if good else answer.problem(WRONG)


async def test_a_code_is_read_as_people_type_it(ann: Guarded) -> None:
    code = ann.code()
    (await ann.sign_in(f" {code[:3]} {code[3:]} ")).ok()


async def test_one_code_sent_twice_at_once_lets_one_in(ann: Guarded) -> None:
    code = ann.code()
    answers = await asyncio.gather(*[ann.sign_in(code) for _ in range(4)])
    assert sorted(answer.status for answer in answers) == [200, 401, 401, 401]


async def test_each_recovery_code_signs_in_once(ann: Guarded) -> None:
    for number, code in enumerate(ann.recovery):
        typed = code.upper().replace("-", " ") if number % 2 else code
        (await ann.sign_in(typed)).ok()
        (await ann.sign_in(code)).problem(WRONG)
    (await ann.sign_in(ann.code())).ok()


async def test_it_is_given_up_with_password_and_code(ann: Guarded) -> None:
    anna = ann.person
    await anna.problem(WRONG, "totp.disable", password="another password", totp=ann.code())
    await anna.problem(WRONG, "totp.disable", password=PASSWORD, totp=ann.wrong())
    (await ann.sign_in()).problem("totp_required")
    await anna.call("totp.disable", password=PASSWORD, totp=ann.code())
    assert (await ann.sign_in()).ok()["user"]["totp"] is False
    again = await Guarded.of(anna, ann.clock)
    assert not set(again.recovery) & set(ann.recovery)
    (await again.sign_in(ann.recovery[0])).problem(WRONG)
    await anna.call("totp.disable", password=PASSWORD, totp=again.recovery[0])


async def test_another_password_leaves_the_second_factor(ann: Guarded) -> None:
    await ann.person.call("accounts.change_password", password=PASSWORD, new_password="another password")
    (await ann.sign_in(None, "another password")).problem("totp_required")
    (await ann.sign_in(ann.code(), "another password")).ok()


async def test_a_live_connection_is_asked_for_the_code_as_well(ann: Guarded) -> None:
    payload = {"email": ann.person.email, "password": PASSWORD}
    async with await ann.person.live() as live:
        assert (await live.ask("accounts.sign_in", payload))["error"]["code"] == "totp_required"
        assert (await live.ask("accounts.sign_in", {**payload, "totp": ann.code()}))["ok"]


# --- guessing


async def guess(guarded: Guarded, times: int) -> None:
    for _ in range(times):
        (await guarded.sign_in(guarded.wrong())).problem(WRONG)


async def test_after_ten_wrong_codes_the_next_has_to_wait_also_after_a_restart(
    tmp_path: Path, clock: HandClock
) -> None:
    async with house(tmp_path / "data", clock=clock, limits_rate="1") as http:
        guarded = await Guarded.of(await Person.registered(http), clock)
        await guess(guarded, 10)
        waiting = (await guarded.sign_in(guarded.code())).problem("too_many_requests")
        assert 25 <= waiting["retry_after"] <= 30
    async with house(tmp_path / "data", clock=clock, limits_rate="1") as http:
        guarded.person.http = http
        (await guarded.sign_in(guarded.code())).problem("too_many_requests")
        (await guarded.sign_in(None)).problem("totp_required")
        (await guarded.sign_in(guarded.recovery[0])).ok()  # nobody guesses these
        (await guarded.sign_in(guarded.code())).ok()  # and what was wrong before it counts no longer
        clock.advance(seconds=30)
        await guess(guarded, 10)
        clock.advance(seconds=31)
        await guess(guarded, 1)
        waiting = (await guarded.sign_in(guarded.code())).problem("too_many_requests")
        assert 55 <= waiting["retry_after"] <= 60
        clock.advance(seconds=61)
        (await guarded.sign_in(guarded.code())).ok()


async def test_a_browser_that_signed_in_before_does_not_wait_for_who_guesses(tmp_path: Path, clock: HandClock) -> None:
    async with house(tmp_path / "data", clock=clock, limits_rate="1") as http:
        guarded = await Guarded.of(await Person.registered(http), clock)
        known = (await guarded.sign_in(guarded.code())).cookie("shoplist_device")
        clock.advance(seconds=30)
        await guess(guarded, 10)
        (await guarded.sign_in(guarded.code())).problem("too_many_requests")
        (await guarded.sign_in(guarded.code(), browser="x" * len(known))).problem("too_many_requests")
        (await guarded.sign_in(guarded.wrong(), browser=known)).problem(WRONG)
        (await guarded.sign_in(guarded.code(), browser=known)).ok()


async def test_guesses_that_come_at_once_count_each(tmp_path: Path, clock: HandClock) -> None:
    async with house(tmp_path / "data", clock=clock, limits_rate="1") as http:
        guarded = await Guarded.of(await Person.registered(http), clock)
        wrong = guarded.wrong()
        answers = await asyncio.gather(*[guarded.sign_in(wrong) for _ in range(20)])
        assert sorted(answer.status for answer in answers) == [401] * 10 + [429] * 10


# --- admins


async def test_whoever_keeps_the_server_helps_who_has_lost_it_while_the_server_runs(
    server: Process, http: Http
) -> None:
    anna = await Person.registered(http)
    code = await asyncio.to_thread(mailed, server.data, anna.email, r"\b(\d{6})\b")
    await anna.call("accounts.verify_email", code=code)
    guarded = await Guarded.of(anna, HandClock())
    (await guarded.sign_in()).problem("totp_required")
    assert await asyncio.to_thread(mailed, server.data, anna.email, r"was\s+turned\s+(on)\s+for\s+your\s+account")
    told = ("admin", "disable-totp", "--data", str(server.data), "--email")
    store = server.settings.get("STORE", "")
    done = command(*told, anna.email.upper(), STORE=store)
    assert (done.returncode, done.stdout) == (0, "Anna signs in with the password alone\n"), done.stderr
    assert (await guarded.sign_in()).ok()["user"]["totp"] is False
    await Person.registered(http)  # whose mail has the others looked for at once
    assert await asyncio.to_thread(mailed, server.data, anna.email, r"was\s+turned\s+(off)\s+for\s+your\s+account")
    again = command(*told, anna.email, STORE=store)
    assert again.returncode == 1
    assert again.stderr.endswith(f"the account with the address {anna.email} has no second factor\n")
    nobody = command(*told, "nobody@example.test", STORE=store)
    assert nobody.returncode == 1
    assert "no account" in nobody.stderr


async def test_the_role_of_admin_can_be_made_to_need_it(tmp_path: Path, clock: HandClock) -> None:
    async with house(tmp_path / "data", clock=clock, admin_totp="required") as http:
        settings = load({"data": str(tmp_path / "data")}, {}, None)
        await create_admin(settings, "root@example.test", "Root", PASSWORD)
        answer = (await http.call("accounts.sign_in", {"email": "root@example.test", "password": PASSWORD})).ok()
        root = Person(http, answer["user"], answer["token"])
        async with await root.live() as live:
            problem = await root.problem("forbidden", "admin.alerts")
            assert "second factor" in problem["detail"]
            assert (await live.ask("admin.alerts", {}))["error"]["code"] == "forbidden"
            await root.call("lists.index")  # all else is as for anyone
            guarded = await Guarded.of(root, clock)
            await root.call("admin.alerts")
            assert (await live.ask("admin.alerts", {}))["ok"]
            await root.call("totp.disable", password=PASSWORD, totp=guarded.code())
            await root.problem("forbidden", "admin.alerts")
            await Guarded.of(root, clock)
            await root.call("admin.alerts")
            await disable_totp(settings, "root@example.test")
            await root.problem("forbidden", "admin.alerts")
            assert (await live.ask("admin.alerts", {}))["error"]["code"] == "forbidden"


@pytest.mark.parametrize("operation", ["totp.begin", "accounts.me", "accounts.sign_in", "tokens.list"])
async def test_nothing_of_it_is_told_afterwards(ann: Guarded, operation: str) -> None:
    payload = {"email": ann.person.email, "password": PASSWORD, "totp": ann.code()}
    answer = await ann.person.ask(operation, payload if operation == "accounts.sign_in" else {})
    assert ann.secret not in str(answer.body)
    assert not any(code in str(answer.body) for code in ann.recovery)
