"""A session lasts: through restarts and months, with another tab, after a lost answer, under another address."""

import asyncio
import time
from pathlib import Path
from statistics import median

from shoplist_appliance.usecases.people import PROGRAMS_A_PERSON
from shoplist_appliance.web.auth import COOKIE_SECONDS
from tests.clients.house import HandClock, house
from tests.clients.http import Answer, Http
from tests.clients.making import PASSWORD, add
from tests.clients.person import Person
from tests.clients.process import Process
from tests.clients.wire import Wire


class Browser:
    """A browser's tabs: one cookie, of whichever answer set it last."""

    def __init__(self, http: Http, cookie: str = "") -> None:
        self.http, self.cookie = http, cookie

    async def call(self, name: str, payload: object = None) -> Answer:
        headers = {"Cookie": f"shoplist={self.cookie}", "Sec-Fetch-Site": "same-origin"}
        answer = await self.http.call(name, payload, headers=headers)
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.cookie()
        return answer

    async def sign_in(self, person: Person) -> Answer:
        return await self.call("accounts.sign_in", {"email": person.email, "password": PASSWORD})

    async def live(self) -> Wire:
        """A connection of a tab, with the headers of one."""
        headers = {"Cookie": f"shoplist={self.cookie}", "Origin": self.http.url}
        wire, packet = await Wire.live(self.http.url, None, headers=headers)
        assert packet.startswith("40/live,"), packet
        return wire


async def test_a_session_goes_on_after_a_restart_under_another_address(tmp_path: Path) -> None:
    folders = (tmp_path / "data", tmp_path / "log")
    with Process(*folders, LIMITS_RATE="0", URL="https://old.example.test") as process:
        async with Http(process.url) as http:
            anna = await Person.registered(http)
            browser = Browser(http)
            (await browser.sign_in(anna)).ok()
            list_id = await anna.new_list()
    with Process(*folders, LIMITS_RATE="0", URL="http://new.example.test:8443") as process:
        async with Http(process.url) as http:
            browser.http = anna.http = http
            (await browser.call("lists.get", {"list": list_id})).ok()
            async with await browser.live():
                await anna.done(list_id, add("milk"))
            renewed = await browser.call("accounts.me")
            assert f"max-age={COOKIE_SECONDS}" in renewed.cookie_line().lower()
            assert renewed.ok()["user"]["id"] == anna.id


async def test_a_session_lasts_through_more_than_a_year_of_silence(tmp_path: Path) -> None:
    clock = HandClock()
    async with house(tmp_path / "data", clock=clock) as http:
        browser = Browser(http)
        (await browser.sign_in(await Person.registered(http))).ok()
    clock.advance(days=399)
    async with house(tmp_path / "data", clock=clock) as http:
        browser.http = http
        (await browser.call("accounts.me")).ok()
        (await browser.call("tokens.list")).ok()


async def test_two_tabs_that_signed_in_each_go_on_both(http: Http, anna: Person) -> None:
    """The second takes the place of the first in their cookie; the connection of the first stays what it was."""
    browser = Browser(http)
    (await browser.sign_in(anna)).ok()
    async with await browser.live() as first:
        (await browser.sign_in(anna)).ok()
        async with await browser.live() as second:
            for wire in (first, second):
                wire.emit("accounts.me", {}, 1)
                assert (await wire.answer(1))["ok"] is True
            (await browser.call("accounts.me")).ok()


async def test_whoever_lost_the_answer_asks_again(http: Http, anna: Person) -> None:
    browser = Browser(http)
    lost = (await http.call("accounts.sign_in", {"email": anna.email, "password": PASSWORD})).ok()["token"]
    (await browser.sign_in(anna)).ok()
    passwords = {"password": PASSWORD, "new_password": "another password"}
    (await browser.call("accounts.change_password", passwords)).ok()
    (await http.call("accounts.me", {}, lost)).problem("unauthenticated")
    wrong = (await browser.call("accounts.change_password", passwords)).problem("wrong_credentials")
    assert wrong["detail"].startswith("The password is not right.")
    (await browser.call("accounts.me")).ok()  # it was done, and this session is the one that stays
    kept = browser.cookie
    (await browser.call("accounts.sign_out")).ok()
    again = Browser(http, kept)
    (await again.call("accounts.sign_out")).problem("unauthenticated")
    assert again.cookie in ("", '""')


async def closed_at(wire: Wire) -> float:
    await wire.closed(60)
    return time.monotonic()


async def test_a_device_among_many_hears_of_its_end_within_a_second(tmp_path: Path, long: bool) -> None:
    """And nobody else does: a thousand devices of a few accounts are there, and one after another is revoked."""
    count = 1_000 if long else 100
    with Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            owners = [await Person.registered(http) for _ in range(count // PROGRAMS_A_PERSON)]
            made = [
                await owner.call("tokens.create", name=f"{n}", scopes=["read"])
                for owner in owners
                for n in range(PROGRAMS_A_PERSON)
            ]
            opened = [await Wire.live(http.url, {"token": token["token"]}) for token in made]
            wires = [wire for wire, _ in opened]
            try:
                took = []
                for number in range(0, count, count // 10):
                    await owners[number // PROGRAMS_A_PERSON].call("tokens.revoke", id=made[number]["id"])
                    start = time.monotonic()
                    await wires[number].closed()
                    took.append(time.monotonic() - start)
                assert median(took) < 1, took
                left = [wire for number, wire in enumerate(wires) if number % (count // 10)]
                for wire in left:
                    wire.emit("clock", {}, 1)
                for wire in left:
                    assert (await wire.answer(1))["ok"] is True
                hearing = [asyncio.ensure_future(closed_at(wire)) for wire in left]
                await asyncio.gather(*(owner.call("tokens.revoke_others") for owner in owners))
                times = sorted(await asyncio.gather(*hearing))
                assert times[len(times) * 9 // 10] - times[0] < 1, "they end in one step"
            finally:
                for wire in wires:
                    wire.close()
