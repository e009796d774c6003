"""Mails leave in their order, once each; what cannot be taken now waits and holds up nothing that need not wait."""

import asyncio
import errno
import logging
from pathlib import Path
from typing import cast

import pytest

from shoplist_appliance.adapters.letters import Letters
from shoplist_appliance.adapters.mail_folder import MailFolder
from shoplist_appliance.adapters.smtp import Smtp
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.ops.metrics import Counters
from shoplist_appliance.ports import Letter, MailAway, MailDeferred, MailRefused
from shoplist_appliance.usecases import outbox
from shoplist_appliance.usecases.mail import MAIL, Mail
from shoplist_appliance.usecases.outbox import (
    FIRST_HOLD,
    GIVEN_UP_MS,
    LONGEST_PAUSE,
    MOST_STRIKES,
    TOLD_AFTER,
    Outbox,
)
from tests.clients.mail_server import MailServer
from tests.usecases.conftest import House


class Round:
    """A postman in the test's hand: ``trouble`` by mailbox, or under ``""`` for all."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.tries = 0
        self.rests = 0
        self.trouble: dict[str, Exception] = {}

    async def deliver(self, letter: Letter) -> None:
        self.tries += 1
        if trouble := self.trouble.get("") or self.trouble.get(letter.to):
            raise trouble
        self.letters.append(letter)

    async def rest(self) -> None:
        self.rests += 1

    @property
    def told(self) -> list[str]:
        return [f"{letter.to} {letter.values['number']}" for letter in self.letters]


class Office:
    """An outbox whose seconds a test counts."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.mail = Mail(house.store, house.clock, is_configured=True)
        self.postman = Round()
        self.counters = Counters()
        self.seconds = 1000.0
        self.outbox = self.another()

    def another(self) -> Outbox:
        """As after a restart."""
        return Outbox(
            self.house.store, self.mail, self.postman, self.house.clock, self.counters, monotonic=lambda: self.seconds
        )

    async def accept(self, number: int, to: str = "ann@example.org") -> None:
        await self.mail.send(to, "reset", "en", {"number": number})

    async def waiting(self) -> int:
        return len(await self.house.store.records_due(MAIL, 2**62, 1000))


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


async def test_mails_leave_in_the_order_of_acceptance_and_are_gone(office: Office) -> None:
    for number in range(250):
        await office.accept(number, f"p{number % 7}@example.org")
    assert await office.outbox.send_due() is None
    assert [letter.values["number"] for letter in office.postman.letters] == list(range(250))
    assert len({letter.id for letter in office.postman.letters}) == 250
    assert (await office.waiting(), office.postman.rests) == (0, 1)
    await office.another().send_due()
    assert len(office.postman.letters) == 250
    assert office.counters.count("mails", outcome="sent") == 250


async def test_a_mail_for_which_the_machine_had_no_room_is_sent_once_it_has(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.postman.trouble[""] = OSError(errno.EMFILE, "Too many open files")
    await office.accept(1)
    assert await office.outbox.send_due() == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING or record.exc_info]
    del office.postman.trouble[""]
    office.seconds += 1
    assert await office.outbox.send_due() is None
    assert office.postman.told == ["ann@example.org 1"]


async def test_what_was_accepted_while_the_server_was_away_is_sent_when_it_is_back(office: Office) -> None:
    office.postman.trouble[""] = MailAway("nobody answers")
    waits = []
    for number in range(12):
        await office.accept(number)
        wait = await office.outbox.send_due()
        assert wait is not None
        waits.append(wait)
        office.seconds += wait
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == LONGEST_PAUSE
    assert office.postman.tries == 12, "one mail a try, and the first of them"
    office.postman.trouble.clear()
    await office.another().send_due()
    assert office.postman.told == [f"ann@example.org {number}" for number in range(12)]


async def test_a_new_mail_does_not_shorten_the_wait_for_the_server(office: Office) -> None:
    office.postman.trouble[""] = MailAway("the log-in is refused", retry_after=300)
    await office.accept(1)
    assert await office.outbox.send_due() == 300
    await office.accept(2)
    office.seconds += 200
    assert await office.outbox.send_due() == 100
    assert office.postman.tries == 1


async def test_a_full_mailbox_holds_up_itself_alone_and_keeps_its_order(office: Office) -> None:
    office.postman.trouble["ann@example.org"] = MailDeferred("450")
    for number in range(3):
        await office.accept(number, "ann@example.org" if number else "Ann@Example.org")
    office.postman.trouble["Ann@Example.org"] = office.postman.trouble["ann@example.org"]
    await office.accept(3, "ben@example.org")
    assert await office.outbox.send_due() == FIRST_HOLD
    assert office.postman.told == ["ben@example.org 3"]
    assert office.postman.tries == 2
    office.seconds += FIRST_HOLD
    assert await office.outbox.send_due() == 2 * FIRST_HOLD
    office.postman.trouble.clear()
    office.seconds += 2 * FIRST_HOLD
    assert await office.outbox.send_due() is None
    assert office.postman.told[1:] == ["Ann@Example.org 0", "ann@example.org 1", "ann@example.org 2"]


async def test_a_mail_over_which_the_server_goes_away_does_not_hold_up_those_behind_it(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    async with MailServer() as server:
        smtp = Smtp(Letters("", "shoplist@example.org"), "127.0.0.1", server.port, "none")
        office.postman = cast(Round, smtp)
        outbox = office.another()
        server.drops.add("ann@example.org")
        for name in ("ann", "ben", "cora"):
            await office.mail.send(f"{name}@example.org", "reset", "en", {"url": "http://house/reset/x"})
        waits = []
        for _ in range(MOST_STRIKES):
            assert not server.received, "it may be the server"
            waits.append(await outbox.send_due() or 0)
            office.seconds += waits[-1]
        assert waits == [1, 2, FIRST_HOLD]
        assert [one.to for one in server.received] == ["ben@example.org", "cora@example.org"]
        assert await outbox.send_due() == 2 * FIRST_HOLD
        await office.mail.send("dora@example.org", "reset", "en", {"url": "http://house/reset/x"})
        await outbox.send_due()
        assert server.received[-1].to == "dora@example.org", "it holds up nothing later either"
        server.drops.clear()
        office.seconds += 2 * FIRST_HOLD
        assert await outbox.send_due() is None
        assert server.received[-1].to == "ann@example.org"
    assert "ann@" not in caplog.text


async def test_a_server_that_goes_away_over_every_mail_is_waited_for_and_told_of(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    office.postman.trouble[""] = MailAway("it ends the connection", at_letter=True)
    for number in range(50):
        await office.accept(number, f"p{number}@example.org")
    began = office.seconds
    while office.seconds - began < 600:
        office.seconds += await office.outbox.send_due() or 0
    assert office.postman.tries < 100
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    office.postman.trouble.clear()
    while (wait := await office.outbox.send_due()) is not None:
        office.seconds += wait
    assert sorted(office.postman.told) == sorted(f"p{number}@example.org {number}" for number in range(50))


async def test_many_mails_that_wait_do_not_hide_the_one_behind_them(office: Office) -> None:
    office.postman.trouble["ann@example.org"] = MailDeferred("450")
    for number in range(230):
        await office.accept(number)
    await office.accept(0, "ben@example.org")
    await office.outbox.send_due()
    assert office.postman.told == ["ben@example.org 0"]


async def test_a_mailbox_that_takes_nothing_for_five_days_is_given_up(office: Office) -> None:
    office.postman.trouble["ann@example.org"] = MailDeferred("450")
    await office.accept(1)
    office.house.clock.advance(seconds=GIVEN_UP_MS / 1000 - 1)
    await office.outbox.send_due()
    assert await office.waiting() == 1
    office.house.clock.advance(seconds=2)
    office.seconds += 3600
    await office.outbox.send_due()
    assert (await office.waiting(), office.counters.count("mails", outcome="refused")) == (0, 1)


@pytest.mark.parametrize(("is_ours", "level"), [(True, "ERROR"), (False, "WARNING")])
async def test_a_mail_that_is_refused_for_good_is_dropped_and_the_next_one_goes(
    office: Office, caplog: pytest.LogCaptureFixture, is_ours: bool, level: str
) -> None:
    office.postman.trouble["nobody@example.org"] = MailRefused("550", is_ours=is_ours)
    await office.accept(1, "nobody@example.org")
    await office.accept(2)
    assert await office.outbox.send_due() is None
    assert office.postman.told == ["ann@example.org 2"]
    assert await office.waiting() == 0
    assert [record.levelname for record in caplog.records] == [level]
    assert "nobody" not in caplog.text


async def test_a_mail_that_cannot_be_written_is_kept_and_holds_up_nothing_for_the_same_mailbox_either(
    office: Office,
) -> None:
    office.postman.trouble["Ann@example.org"] = KeyError("inviter")
    await office.accept(1, "Ann@example.org")
    await office.accept(2)
    assert await office.outbox.send_due() == 2 * FIRST_HOLD
    assert office.postman.told == ["ann@example.org 2"]
    office.postman.trouble.clear()
    await office.another().send_due()
    assert office.postman.told == ["ann@example.org 2", "Ann@example.org 1"]


@pytest.mark.parametrize(
    ("trouble", "levels"),
    [
        (KeyError("inviter"), ["ERROR", "WARNING"]),
        (MailAway("the server ended the connection", at_letter=True), ["ERROR"]),
    ],
)
async def test_a_mail_that_is_itself_the_trouble_is_given_up_after_five_days_and_told_of_once(
    office: Office, caplog: pytest.LogCaptureFixture, trouble: Exception, levels: list[str]
) -> None:
    caplog.set_level(logging.WARNING)
    office.postman.trouble["ann@example.org"] = trouble
    await office.accept(1)
    days = 0.0
    while await office.waiting():
        await office.accept(2, "ben@example.org")
        wait = await office.outbox.send_due() or 0
        office.seconds += wait
        office.house.clock.advance(seconds=wait)
        days += wait / 86_400
        assert days < 5.1
    assert days > 5
    assert 120 < office.postman.tries - len(office.postman.letters) < 140, "once an hour"
    assert {letter.to for letter in office.postman.letters} == {"ben@example.org"}
    assert [record.levelname for record in caplog.records] == levels
    assert office.counters.count("mails", outcome="refused") == 1


async def test_a_file_that_cannot_be_written_does_not_hold_up_the_others(office: Office, tmp_path: Path) -> None:
    letters = Letters("", "shoplist@example.org")
    office.postman = cast(Round, MailFolder(tmp_path / "mail", letters))
    outbox = office.another()
    for name in ("ann", "ben"):
        await office.mail.send(f"{name}@example.org", "reset", "en", {"url": "http://house/reset/x"})
    first = (await office.house.store.records_due(MAIL, 2**62, 1))[0]
    (tmp_path / "mail" / f".{first.key.hex()[:32]}").mkdir(parents=True)
    for _ in range(MOST_STRIKES):
        office.seconds += await outbox.send_due() or 0
    (mail,) = (tmp_path / "mail").glob("*.eml")
    assert b"ben@example.org" in mail.read_bytes()


async def test_a_mail_handed_over_is_not_sent_again_when_the_store_is_away_just_then(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise Unavailable("storage")

    await office.accept(1)
    await office.accept(2)
    with monkeypatch.context() as patch:
        patch.setattr(office.house.store, "remove_record", away, raising=False)
        wait = await office.outbox.send_due()
    assert wait
    assert await office.outbox.send_due() == wait
    office.seconds += wait
    assert await office.outbox.send_due() is None
    assert office.postman.told == ["ann@example.org 1", "ann@example.org 2"]
    assert await office.waiting() == 0


async def test_the_admins_hear_of_a_server_that_stays_away_once(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    office.postman.trouble[""] = MailAway("nobody answers")
    await office.accept(1)
    began = office.seconds
    while office.seconds - began < 600:
        office.seconds += await office.outbox.send_due() or 0
        loud = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert len(loud) == (office.seconds - began > 2 * TOLD_AFTER) or office.seconds - began < 3 * TOLD_AFTER
    office.postman.trouble.clear()
    await office.outbox.send_due()
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


async def test_a_running_outbox_wakes_for_a_mail_and_ends_after_the_one_at_hand(office: Office) -> None:
    entered, go = asyncio.Event(), asyncio.Event()
    deliver = office.postman.deliver

    async def slowly(letter: Letter) -> None:
        entered.set()
        await go.wait()
        await deliver(letter)

    office.postman.deliver = slowly  # type: ignore[method-assign]
    office.house.tasks.start(office.outbox.run(), "sending mails")
    await asyncio.sleep(0.05)
    await office.accept(1)
    await office.accept(2)
    await asyncio.wait_for(entered.wait(), 60)
    closing = asyncio.ensure_future(office.outbox.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    go.set()
    await asyncio.wait_for(closing, 60)
    assert office.postman.told == ["ann@example.org 1"]
    assert await office.waiting() == 1


async def test_what_another_process_accepted_is_found_in_a_while(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LOOK_AGAIN", 0.05)
    running = asyncio.create_task(office.outbox.run())
    await asyncio.sleep(0.1)
    command = Mail(office.house.store, office.house.clock, is_configured=True)
    await command.send("ann@example.org", "reset", "en", {"number": 1})
    while not office.postman.letters:
        await asyncio.sleep(0.01)
    await office.outbox.close()
    await running
    assert office.postman.told == ["ann@example.org 1"]
