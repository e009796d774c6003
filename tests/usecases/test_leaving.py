"""The end of an account, cut short anywhere: what is left undone is done later, and nothing of it stays."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import orjson
import pytest

from shoplist_appliance.adapters.folder import open_folder
from shoplist_appliance.adapters.passwords import Argon2Passwords
from shoplist_appliance.domain.errors import NotFound, OutcomeUnknown, Unavailable
from shoplist_appliance.domain.ids import ListId, PersonId, new_uuid
from shoplist_appliance.domain.list_state import ListState
from shoplist_appliance.domain.lists import Header, Role
from shoplist_appliance.ports import Record, Snapshot
from shoplist_appliance.usecases.alerts import FAILURES_OF_AN_ACCOUNT, NETWORK, Alert, Alerts
from shoplist_appliance.usecases.exports import Exports
from shoplist_appliance.usecases.leaving import FINISHED_AFTER_MS, LEAVING, Leaving
from shoplist_appliance.usecases.mail import Mail
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.people import People, Principal
from shoplist_appliance.usecases.purge import Purge
from tests.contract.blob_places import sealed
from tests.usecases.conftest import House

PASSWORD = "a long password"


class Failing:
    """The real store; ``trouble``, if set, is asked before each call and may raise."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.trouble: Callable[[str], None] = lambda name: None

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)

        async def guarded(*args: Any) -> Any:
            self.trouble(name)
            done = await real(*args)
            self.trouble(f"after {name}")
            return done

        return guarded


class Home:
    """The end of accounts in a house, on a store that can fail between any two steps."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.store = house, Failing(house.store)
        passwords, store = Argon2Passwords(), self.store
        self.names = Names(store)
        self.people = People(store, passwords, house.rooms, house.clock, self.names)
        purge = Purge(house.store, house.open_lists, house.turns, house.clock)
        exports = Exports(house.store, sealed(open_folder(folder)), self.people, house.lists, house.clock)
        mail = Mail(house.store, house.clock, is_configured=True)
        self.alerts = Alerts(house.store, mail, house.clock, lambda: "http://house")
        self.leaving = Leaving(
            *(store, self.people, passwords, house.lists, purge, exports, house.rooms),
            clock=house.clock,
            alerts=self.alerts,
        )

    async def signed_in(self) -> Principal:
        there = await self.people.register("ann@example.org", PASSWORD, "Ann", "en", None)
        return await self.people.authenticate(there.secret)

    async def late_call(self, person: PersonId) -> ListId:
        """What a call leaves behind that was let in before the account ended."""
        await self.house.store.add_record(Record("code", bytes(32), self.house.clock.now(), b"", owner=person))
        return await self.listed({person: "owner"})

    async def listed(self, members: dict[PersonId, Role]) -> ListId:
        """A list of these members, the first its owner, that is at rest alone."""
        now, state = self.house.clock.now(), ListState.new("Listed", self.house.clock.now())
        header = Header(ListId(new_uuid()), members, next(iter(members)), now, epoch="listed")
        await self.house.store.add_list(header, Snapshot(0, list(state.snapshot(orjson.dumps))), state.summary())
        return header.id

    async def left(self, person: PersonId) -> list[object]:
        store = self.house.store
        return [
            *await store.lists_of(person),
            *await store.records_of("code", person),
            *await store.records_due(LEAVING, 2**62, 10),
        ]


def told_of(alerts: Sequence[Alert]) -> set[str]:
    return {alert.place for alert in alerts if alert.detail != NETWORK}


@pytest.mark.parametrize("is_kept", [True, False])
async def test_no_alert_tells_of_the_address_of_an_account_that_ended(home: Home, is_kept: bool) -> None:
    """Neither one about the account, nor one from before there was it, nor one that waits to be stored."""

    async def guessed(*emails: str) -> None:
        for email in emails:
            for _ in range(FAILURES_OF_AN_ACCOUNT):
                home.alerts.failed_sign_in("203.0.113.9", email)
        if is_kept:
            await home.alerts.keep()

    await guessed("new@example.org")
    ann = await home.signed_in()
    await guessed("Ann@example.org")
    store = home.house.store
    before = await store.person(ann.person)
    assert before is not None
    await store.put_person(replace(before, email="new@example.org", version=2), 1)
    await guessed("new@example.org", "nobody@example.org")
    if is_kept:
        assert told_of(await home.alerts.list()) == {"new@example.org", "nobody@example.org"}
    await home.leaving.delete(ann, PASSWORD)
    await home.alerts.keep()
    left = told_of(await home.alerts.list())
    assert "new@example.org" not in left
    assert "nobody@example.org" in left


@pytest.fixture
def home(house: House, tmp_path: Path) -> Home:
    return Home(house, tmp_path / "blobs")


def failing_after(name: str, error: Exception) -> Callable[[str], None]:
    """From the end of this call on nothing passes, and its own answer is lost."""
    over: list[str] = []

    def trouble(called: str) -> None:
        if over or called == f"after {name}":
            over.append(called)
            raise error

    return trouble


async def test_a_blocked_account_follows_an_owner_only_where_there_is_no_other(home: Home) -> None:
    store = home.house.store
    ann, bob, eve = await home.signed_in(), await home.house.person("Bob"), await home.house.person("Eve")
    blocked = await store.person(eve)
    assert blocked is not None
    await store.put_person(replace(blocked, blocked=True, version=blocked.version + 1), blocked.version)
    shared = await home.listed({ann.person: "owner", eve: "editor", bob: "viewer"})
    only = await home.listed({ann.person: "owner", eve: "viewer"})
    await home.leaving.delete(ann, PASSWORD)
    assert (await home.house.lists.view(bob, shared)).header.members == {eve: "editor", bob: "owner"}
    assert (await home.house.lists.view(eve, only)).role == "owner"


@pytest.mark.parametrize("field", ["header", "piece"])
async def test_a_list_that_cannot_be_read_keeps_nobodys_account(home: Home, field: Literal["header", "piece"]) -> None:
    """What only the leaver found goes for good; what others find, whatever becomes of it, stays theirs."""
    ann, bob = await home.signed_in(), await home.house.person("Bob")
    alone = await home.listed({ann.person: "owner"})
    whole = await home.listed({ann.person: "owner", bob: "editor"})
    damaged = await home.listed({ann.person: "owner", bob: "editor"})
    for list_id in (alone, damaged):
        home.house.damage(list_id, field)
    await home.leaving.delete(ann, PASSWORD)
    store = home.house.store
    assert await store.person(ann.person) is None
    assert await home.left(ann.person) == []
    assert await store.damaged_lists_of(ann.person) == []
    assert (await home.house.lists.view(bob, whole)).role == "owner"
    assert {one.id for one, _ in await store.lists_of(bob)} | {*await store.damaged_lists_of(bob)} == {whole, damaged}
    assert (await store.sizes()).lists == 2


async def test_a_list_in_memory_is_left_as_any_other_and_is_whole_again_at_rest(home: Home) -> None:
    ann, bob = await home.signed_in(), await home.house.person("Bob")
    list_id = await home.listed({ann.person: "owner", bob: "editor"})
    await home.house.lists.get(bob, list_id, None, None)
    home.house.damage(list_id, "header")
    await home.leaving.delete(ann, PASSWORD)
    assert [one.members for one, _ in await home.house.store.lists_of(bob)] == [{bob: "owner"}]


@pytest.mark.parametrize("error", [Unavailable(), OutcomeUnknown(), RuntimeError("a crash")])
async def test_what_is_undone_after_the_end_of_the_account_is_done_later(home: Home, error: Exception) -> None:
    ann = await home.signed_in()
    home.store.trouble = failing_after("remove_person", error)
    with pytest.raises(type(error)):
        await home.leaving.delete(ann, PASSWORD)
    home.store.trouble = lambda name: None
    late = await home.late_call(ann.person)
    assert await home.house.store.person(ann.person) is None
    await home.leaving.finish()
    assert len(await home.left(ann.person)) == 3, "a call may still be at it"
    home.house.clock.advance(seconds=FINISHED_AFTER_MS / 1000)
    await home.leaving.finish()
    assert await home.left(ann.person) == []
    assert await home.house.store.header(late) is None
    assert [one.name for one in home.names.of([ann.person])] == [None]


async def test_one_cut_short_before_it_leaves_the_account_to_its_owner(home: Home) -> None:
    ann = await home.signed_in()
    home.store.trouble = failing_after("add_record", Unavailable())
    with pytest.raises(Unavailable):
        await home.leaving.delete(ann, PASSWORD)
    home.store.trouble = lambda name: None
    home.house.clock.advance(seconds=FINISHED_AFTER_MS / 1000)
    await home.leaving.finish()
    assert (await home.people.me(ann.person)).name == "Ann"
    assert await home.left(ann.person) == []
    await home.leaving.delete(ann, PASSWORD)
    assert await home.house.store.person(ann.person) is None
    assert await home.left(ann.person) == []


async def test_a_list_that_vanishes_meanwhile_is_one_that_was_left(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = await home.signed_in(), await home.house.person("Bob")
    shared = (await home.house.lists.create(bob, "Of Bob", None)).header.id
    alone = (await home.house.lists.create(ann.person, "Alone", None)).header.id
    found = await home.house.store.lists_of(bob)

    async def still_known(person: PersonId) -> Any:
        """As they were read just before Bob's list was removed."""
        return [*found, *await home.house.store.lists_of(person)]

    monkeypatch.setattr(home.store, "lists_of", still_known, raising=False)
    purge = Purge(home.house.store, home.house.open_lists, home.house.turns, home.house.clock)
    looked_at = 0
    remove_at_once = Purge.remove_at_once

    async def just_before(self: Purge, list_id: ListId, person: PersonId) -> bool:
        nonlocal looked_at
        was_alone = await remove_at_once(self, list_id, person)
        if list_id == shared and not looked_at:
            looked_at = 1
            assert await remove_at_once(purge, shared, bob)
        return was_alone

    monkeypatch.setattr(Purge, "remove_at_once", just_before)
    await home.leaving.delete(ann, PASSWORD)
    assert looked_at
    assert await home.house.store.person(ann.person) is None
    with pytest.raises(NotFound):
        await home.house.lists.view(bob, alone)
