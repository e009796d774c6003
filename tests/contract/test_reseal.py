"""Every store can be sealed anew with other keys while it is used, and then needs the old ones no more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.refusals import KeyWrong
from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.ports import Store
from tests.contract.making import a_header, a_list_of, a_person, a_record, a_snapshot, a_summary, a_token, an_add
from tests.contract.places import Place


@asynccontextmanager
async def opened(place: Place, keyring: Keyring | None = None) -> AsyncIterator[Store]:
    store = place.open(keyring)
    try:
        yield store
    finally:
        await store.close()


async def all_resealed(store: Store) -> int:
    """How many values that changed; from then on the store asks for the present keys."""
    step = await store.reseal()
    changed = step.changed
    while step.next is not None:
        step = await store.reseal(step.next)
        changed += step.changed
    await store.settle_keys()
    return changed


def only_new(keyring: Keyring) -> Keyring:
    """Without all that is outdated."""
    return Keyring({keyring.active: keyring.keys[keyring.active]}, keyring.active, keyring.lookup)


async def test_after_it_the_old_key_is_not_needed(place: Place) -> None:
    person = a_person()
    token, record = a_token(person), a_record(owner=person.id)
    async with opened(place) as store:
        await store.add_person(person)
        await store.add_token(token)
        await store.add_record(record)
        list_id, changes = await a_list_of(store, 230)
        await store.put_snapshot(list_id, a_snapshot(230, pieces=19), a_summary(230), settled=True)
        loaded = await store.load(list_id)
    rotated = place.keyring.rotated()
    async with opened(place, rotated) as store:
        # The account, the token, the list's header and summary, the changes, the snapshot, the record.
        assert await all_resealed(store) == 1 + 1 + 2 + 230 + 19 + 1
        assert await all_resealed(store) == 0
    async with opened(place, only_new(rotated)) as store:
        assert await store.person(person.id) == person
        assert await store.token(token.hash) == (token, person)
        assert await store.record(record.kind, record.key) == record
        assert await store.load(list_id) == loaded
        assert await store.changes(list_id, 0, 230) == changes
        await store.append(list_id, 230, [an_add(231)])
    with pytest.raises(KeyWrong):
        place.open()


async def test_cut_anywhere_it_goes_on_with_either_key(place: Place) -> None:
    async with opened(place) as store:
        list_id, changes = await a_list_of(store, 150)
    rotated = place.keyring.rotated()
    step = None
    for _ in range(10):
        async with opened(place, rotated) as store:
            assert await store.changes(list_id, 0, 150) == changes
            done = await store.reseal(step.next if step else None)
            if done.next is None:
                await store.settle_keys()
        if done.next is None:
            break
        step = done
    async with opened(place, only_new(rotated)) as store:
        assert await store.changes(list_id, 0, 150) == changes


async def test_what_is_written_meanwhile_is_not_overruled(place: Place) -> None:
    person = a_person()
    async with opened(place) as store:
        await store.add_person(person)
        list_id, _ = await a_list_of(store, 1)
    rotated = place.keyring.rotated()
    async with opened(place, rotated) as store:
        header = await store.header(list_id)
        assert header is not None
        step = await store.reseal()
        renamed = replace(person, name="Anna Maria", version=person.version + 1)
        await store.put_person(renamed, person.version)
        archived = replace(header, archived=True, version=header.version + 1)
        await store.put_header(archived, header.version)
        while step.next is not None:
            step = await store.reseal(step.next)
        assert await all_resealed(store) == 0
    async with opened(place, only_new(rotated)) as store:
        assert await store.person(person.id) == renamed
        assert await store.header(list_id) == archived


async def test_by_a_new_lookup_key_everyone_is_found_before_and_after(place: Place) -> None:
    people = [a_person() for _ in range(3)]
    async with opened(place) as store:
        for person in people:
            await store.add_person(person)
    changed = place.keyring.with_new_lookup()
    async with opened(place, changed) as store:
        for person in people:
            assert await store.person_by_email(person.email) == person
        assert await all_resealed(store) == len(people)
        for person in people:
            assert await store.person_by_email(person.email) == person
    async with opened(place, only_new(changed)) as store:
        for person in people:
            assert await store.person_by_email(person.email) == person
    with pytest.raises(KeyWrong):
        place.open()


async def test_an_address_is_taken_by_whichever_lookup_key_it_is_stored(place: Place) -> None:
    ann, bob = a_person(), a_person()
    async with opened(place) as store:
        await store.add_person(ann)
        await store.add_person(bob)
    async with opened(place, place.keyring.with_new_lookup().with_new_lookup()) as store:
        with pytest.raises(Conflict):
            await store.add_person(replace(a_person(), email=ann.email))
        with pytest.raises(Conflict):
            await store.put_person(replace(bob, email=ann.email, version=bob.version + 1), bob.version)
        moved = replace(bob, name="Bob", version=bob.version + 1)
        await store.put_person(moved, bob.version)
        assert await store.person_by_email(bob.email) == moved
        await store.add_person(carl := a_person())
        with pytest.raises(Conflict):
            await store.add_person(replace(a_person(), email=carl.email))
        assert await all_resealed(store) == 2


async def test_nothing_is_done_where_all_is_by_the_present_keys(place: Place) -> None:
    async with opened(place) as store:
        await store.add_person(a_person())
        await a_list_of(store, 2)
        assert await all_resealed(store) == 0


async def test_an_open_store_takes_other_keys(place: Place) -> None:
    """As a running product does, once its key file is another."""
    person = a_person()
    async with opened(place) as store:
        await store.add_person(person)
        rotated = place.keyring.rotated().with_new_lookup()
        place.sealer.use(rotated)
        await store.add_person(later := a_person())
        await store.add_list(header := a_header(), a_snapshot(), a_summary())
        assert await store.person_by_email(person.email) == person
        # The first account, and its address.
        assert await all_resealed(store) == 1 + 1
    async with opened(place, only_new(rotated)) as store:
        assert await store.person_by_email(later.email) == later
        assert await store.person_by_email(person.email) == person
        assert await store.header(header.id) == header


async def test_until_all_is_settled_the_old_key_opens_the_store(place: Place) -> None:
    """What is on its way to the store may still be by it, and so nobody may take it away."""
    async with opened(place) as store:
        await store.add_person(a_person())
    async with opened(place, place.keyring.rotated()) as store:
        step = await store.reseal()
        while step.next is not None:
            step = await store.reseal(step.next)
    async with opened(place):
        pass


async def test_an_address_of_two_accounts_keeps_nothing_else(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """As two processes can bring about that change keys at different moments."""
    ann = a_person()
    async with opened(place) as store:
        await store.add_person(ann)
        await store.add_person(bob := a_person())
    changed = place.keyring.with_new_lookup()
    async with opened(place, changed) as store:
        place.sealer.use(Keyring(changed.keys, changed.active, changed.lookup))
        await store.add_person(twin := replace(a_person(), email=ann.email))
        place.sealer.use(changed)
        assert await all_resealed(store) == 1
        assert "stays by an old key" in caplog.text
        assert await store.person_by_email(bob.email) == bob
        renamed = replace(twin, name="Anna the second", version=twin.version + 1)
        await store.put_person(renamed, twin.version)
        assert await store.person(twin.id) == renamed
