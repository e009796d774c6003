"""What strange situations become: groups with counts, kept, and a mail to the admins once in a while."""

from dataclasses import replace
from hashlib import sha256

import pytest

from shoplist_appliance.adapters.passwords import Argon2Passwords
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.domain.ids import PersonId
from shoplist_appliance.ports import Record
from shoplist_appliance.usecases.alerts import (
    ALERT,
    FAILURES_OF_AN_ACCOUNT,
    FAILURES_OF_AN_ADDRESS,
    MOST_GUESSED,
    MOST_WAITING,
    OTHERS,
    Alerts,
)
from shoplist_appliance.usecases.mail import MAIL, Mail
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.people import People
from tests.usecases.conftest import House


def alerts_of(house: House) -> Alerts:
    mail = Mail(house.store, house.clock, is_configured=True)
    return Alerts(house.store, mail, house.clock, lambda: "http://127.0.0.1:8080")


async def an_admin(house: House) -> PersonId:
    admin = await house.person("Admin")
    person = await house.store.person(admin)
    await house.store.put_person(replace(person, role="admin", version=2), 1)
    return admin


async def mails(house: House) -> int:
    return len(await house.store.records_due(MAIL, 2**62, 1000))


async def test_the_same_situation_is_one_alert_with_a_count(house: House) -> None:
    alerts = alerts_of(house)
    first = house.clock.now()
    for number in range(3):
        alerts.note("exception", "web/http.py post KeyError", f"{number}")
        house.clock.advance(seconds=1)
        await alerts.keep()
    alerts.note("exception", "web/http.py get KeyError")
    await alerts.keep()
    found = {alert.place: alert for alert in await alerts.list()}
    assert len(found) == 2
    alert = found["web/http.py post KeyError"]
    assert (alert.count, alert.detail, alert.first_at, alert.last_at) == (3, "2", first, first + 2000)


async def test_the_last_to_happen_comes_first_also_after_a_restart(house: House) -> None:
    alerts = alerts_of(house)
    for place in ("one", "two", "one"):
        alerts.note("error", place)
        house.clock.advance(seconds=1)
    await alerts.close()
    assert [(alert.place, alert.count) for alert in await alerts_of(house).list()] == [("one", 2), ("two", 1)]


async def test_an_alert_is_forgotten_after_ninety_days(house: House) -> None:
    alerts = alerts_of(house)
    alerts.note("error", "old")
    await alerts.keep()
    house.clock.advance(seconds=89 * 86_400)
    assert len(await alerts.list()) == 1
    house.clock.advance(seconds=2 * 86_400)
    assert await alerts.list() == []
    alerts.note("error", "old")
    await alerts.keep()
    assert [alert.count for alert in await alerts.list()] == [1]


async def test_every_admin_gets_at_most_one_mail_an_hour(house: House) -> None:
    await an_admin(house)
    await an_admin(house)
    await house.person("Ann")
    alerts = alerts_of(house)
    await alerts.keep()
    assert await mails(house) == 0, "nothing happened"
    for _ in range(5):
        alerts.note("error", "here")
        await alerts.keep()
        house.clock.advance(seconds=60)
    assert await mails(house) == 2
    await alerts_of(house).keep()
    assert await mails(house) == 2, "a restart is no new hour"
    house.clock.advance(seconds=3600)
    await alerts.keep()
    assert await mails(house) == 4, "what came after the mail is told an hour later"
    house.clock.advance(seconds=3600)
    await alerts.keep()
    assert await mails(house) == 4, "nothing new"


async def test_an_admin_who_is_blocked_gets_none(house: House) -> None:
    await an_admin(house)
    blocked = await house.store.person(await an_admin(house))
    assert blocked is not None
    await house.store.put_credentials(replace(blocked, blocked=True, version=3, credentials=2), 2, None)
    alerts = alerts_of(house)
    alerts.note("error", "here")
    await alerts.keep()
    (mail,) = await house.store.records_due(MAIL, 2**62, 1000)
    assert mail.owner != blocked.id


async def test_what_happened_before_there_was_an_admin_is_told_to_the_first_one(house: House) -> None:
    alerts = alerts_of(house)
    alerts.note("disk", "/data")
    await alerts.keep()
    await an_admin(house)
    await alerts.keep()
    assert await mails(house) == 1


async def test_what_happens_while_the_store_is_away_is_kept_when_it_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts = alerts_of(house)

    async def away(record: Record) -> None:
        raise Unavailable("storage")

    monkeypatch.setattr(house.store, "add_record", away, raising=False)
    for _ in range(3):
        alerts.note("error", "here")
        with pytest.raises(Unavailable):
            await alerts.keep()
    await alerts.close()
    monkeypatch.undo()
    await alerts.keep()
    assert [alert.count for alert in await alerts.list()] == [3]


async def test_a_storage_that_goes_and_comes_back_is_noted_once_each(house: House) -> None:
    alerts = alerts_of(house)

    async def good() -> None: ...

    async def bad() -> None:
        raise Unavailable("storage")

    for objects in (good, bad, bad, bad, good, good):
        await alerts.watch({"store": good, "objects": objects})
        house.clock.advance(seconds=15)
    await alerts.keep()
    found = {alert.kind: alert for alert in await alerts.list()}
    assert {(kind, alert.place, alert.count) for kind, alert in found.items()} == {
        ("storage", "objects", 1),
        ("storage_back", "objects", 1),
    }
    assert found["storage_back"].detail == "45 s"


async def test_a_disk_nearly_full_is_noted_once_a_day_until_there_is_room(house: House) -> None:
    alerts = alerts_of(house)

    async def noted() -> list[int]:
        await alerts.keep()
        return [alert.count for alert in await alerts.list()]

    alerts.watch_disk("/data", free=100 << 20, least=99 << 20)
    assert await noted() == []
    for _ in range(3):
        alerts.watch_disk("/data", free=98 << 20, least=99 << 20)
        house.clock.advance(seconds=60)
    assert await noted() == [1]
    house.clock.advance(seconds=86_400)
    alerts.watch_disk("/data", free=98 << 20, least=99 << 20)
    assert await noted() == [2]
    alerts.watch_disk("/data", free=100 << 20, least=99 << 20)
    alerts.watch_disk("/data", free=98 << 20, least=99 << 20)
    assert await noted() == [3], "it was not full in between"


async def test_many_failed_sign_ins_of_an_address_or_into_an_account_are_noted(house: House) -> None:
    people = People(house.store, Argon2Passwords(), house.rooms, house.clock, Names(house.store))
    await people.register("ann@Example.org", "a good password", "Ann", "en", None)
    alerts = alerts_of(house)
    for number in range(FAILURES_OF_AN_ADDRESS - 1):
        alerts.failed_sign_in("203.0.113.9", f"person{number}@example.org")
    await alerts.keep()
    assert await alerts.list() == []
    alerts.failed_sign_in("203.0.113.9", "another@example.org")
    for number in range(FAILURES_OF_AN_ACCOUNT):
        alerts.failed_sign_in(f"203.0.113.{number + 10}", "Ann@example.org")
    await alerts.keep()
    assert {(alert.place, alert.detail) for alert in await alerts.list()} == {
        ("203.0.113.9", "address"),
        ("ann@example.org", "account"),
    }


async def test_what_a_stranger_typed_is_told_as_that_cut_and_in_signs_that_are_seen(house: House) -> None:
    alerts = alerts_of(house)
    for _ in range(FAILURES_OF_AN_ACCOUNT):
        alerts.failed_sign_in("203.0.113.9", f"{'your mailbox is full: '.replace(' ', '-') * 10}@example.org")
    alerts.note("error", "a\nb\u202e", "x\x1b[31m\u2028y")
    await alerts.keep()
    typed, error = sorted(await alerts.list(), key=lambda alert: alert.kind, reverse=True)
    assert (typed.detail, len(typed.place), typed.place[-1]) == ("typed", 100, "…")
    assert (error.place, error.detail) == ("a�b�", "x�[31m�y")


async def test_addresses_of_strangers_cannot_be_guessed_from_where_their_alerts_lie(house: House) -> None:
    """The key of a record lies open in the store."""
    for _ in range(2):
        alerts = alerts_of(house)
        for _ in range(FAILURES_OF_AN_ADDRESS):
            alerts.failed_sign_in("203.0.113.9", "nobody@example.org")
        await alerts.keep()
    found = await alerts.list()
    assert {alert.place: alert.count for alert in found} == {"203.0.113.9": 2, "nobody@example.org": 4}
    guessed = {place: sha256(f"sign_ins\n{place}".encode()).digest() for place in ("203.0.113.9", "nobody@example.org")}
    assert not {record.key for record in await house.store.records_due(ALERT, 2**62, 10)} & set(guessed.values())


async def test_few_failed_sign_ins_an_hour_are_ordinary(house: House) -> None:
    alerts = alerts_of(house)
    for _ in range(100):
        alerts.failed_sign_in("203.0.113.9", "ann@example.org")
        house.clock.advance(seconds=90)
    await alerts.keep()
    assert await alerts.list() == []


async def test_however_much_goes_wrong_memory_is_bounded(house: House) -> None:
    alerts = alerts_of(house)
    for number in range(MOST_WAITING + 100):
        alerts.note("error", f"place {number}", "x" * 10_000)
    assert len(alerts._waiting) == MOST_WAITING
    assert all(len(alert.detail) <= 300 for alert in alerts._waiting.values())


async def test_whoever_makes_up_addresses_all_day_is_one_group_beyond_the_first(house: House) -> None:
    alerts = alerts_of(house)
    for number in range(MOST_GUESSED + 20):
        for _ in range(FAILURES_OF_AN_ACCOUNT):
            alerts.failed_sign_in(f"2001:db8:{number:x}::/64", f"nobody{number}@example.org")
    alerts.note("disk", "/data")
    await alerts.keep()
    found = {(alert.kind, alert.place): alert.count for alert in await alerts.list()}
    assert len(found) == MOST_GUESSED + 2
    assert found["sign_ins", OTHERS] == 20
    assert ("disk", "/data") in found
    house.clock.advance(seconds=86_400)
    for _ in range(FAILURES_OF_AN_ACCOUNT):
        alerts.failed_sign_in("2001:db8::/64", "somebody@example.org")
    await alerts.keep()
    assert ("sign_ins", "somebody@example.org") in {(alert.kind, alert.place) for alert in await alerts.list()}
