"""Every store is sealed: it opens with its own keys only, and nothing sealed can be moved or put back."""

import os
from dataclasses import replace

import pytest

from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.refusals import KeyWrong, SchemaTooNew
from shoplist_appliance.adapters.sealing import Unsealable
from shoplist_appliance.domain.ids import ListId, PersonId
from shoplist_appliance.ports import Store
from tests.contract.making import a_header, a_list_of, a_person, a_record, a_snapshot, a_summary, a_token, an_add
from tests.contract.places import Place, Spot


async def made(place: Place) -> None:
    await place.open().close()


async def test_another_key_is_refused(place: Place) -> None:
    await made(place)
    with pytest.raises(KeyWrong, match="does not belong"):
        place.open(Keyring.new())


async def test_another_lookup_key_is_refused(place: Place) -> None:
    """With it, every address would be free again."""
    await made(place)
    with pytest.raises(KeyWrong, match="does not belong"):
        place.open(Keyring(place.keyring.keys, place.keyring.active, os.urandom(32)))


async def test_a_new_active_key_beside_the_old_one_reads_what_the_old_one_sealed(place: Place) -> None:
    store = place.open()
    list_id, changes = await a_list_of(store, 1)
    await store.close()
    new = Keyring.new()
    store = place.open(Keyring({**place.keyring.keys, **new.keys}, new.active, place.keyring.lookup))
    await store.append(list_id, 1, [later := an_add(2)])
    assert await store.changes(list_id, 0, 2) == [*changes, later]
    await store.close()
    store = place.open()
    try:
        with pytest.raises(Unsealable, match="has not the key"):
            await store.changes(list_id, 1, 2)
    finally:
        await store.close()


async def test_a_newer_schema_is_refused(place: Place) -> None:
    await made(place)
    place.make_newer()
    with pytest.raises(SchemaTooNew, match="newer version"):
        place.open()


class Moved:
    """Two of everything, so that sealed values can change places."""

    def __init__(self, place: Place) -> None:
        self.place = place

    async def made(self) -> "Moved":
        store = self.place.open()
        self.first, self.first_changes = await a_list_of(store, 2)
        self.second, _ = await a_list_of(store, 2)
        self.anna, self.boris = a_person(), a_person()
        await store.add_person(self.anna)
        await store.add_person(self.boris)
        self.of_anna, self.also_of_anna = a_token(self.anna), a_token(self.anna)
        await store.add_token(self.of_anna)
        await store.add_token(self.also_of_anna)
        self.records = [a_record(), a_record()]
        for record in self.records:
            await store.add_record(record)
        await store.close()
        return self

    def move(self, source: Spot, target: Spot) -> Store:
        self.place.drop(target, self.place.lift(source))
        return self.place.open()


@pytest.fixture
async def moved(place: Place) -> Moved:
    return await Moved(place).made()


async def refuses(store: Store, reading: str, *arguments: object) -> None:
    try:
        with pytest.raises(Unsealable, match="belongs to another place"):
            await getattr(store, reading)(*arguments)
    finally:
        await store.close()


async def passes_over(store: Store, list_id: ListId, owner: PersonId) -> None:
    try:
        assert await store.lists_of(owner) == []
        assert await store.damaged_lists_of(owner) == [list_id]
    finally:
        await store.close()


async def test_a_change_moved_to_another_revision_is_refused(moved: Moved) -> None:
    store = moved.move(Spot("change", moved.first, 1), Spot("change", moved.first, 2))
    await refuses(store, "load", moved.first)


async def test_changes_that_took_each_others_revision_are_refused(moved: Moved) -> None:
    moved.place.exchange(moved.first, 1, 2)
    await refuses(moved.place.open(), "load", moved.first)


async def test_a_change_moved_to_another_list_is_refused(moved: Moved) -> None:
    store = moved.move(Spot("change", moved.first, 1), Spot("change", moved.second, 1))
    await refuses(store, "changes", moved.second, 0, 2)


async def test_a_repeat_is_not_answered_from_a_moved_change(moved: Moved) -> None:
    store = moved.move(Spot("change", moved.first, 2), Spot("change", moved.first, 1))
    await refuses(store, "known", moved.first, [moved.first_changes[0].edit])


async def test_a_header_moved_to_another_list_is_refused(moved: Moved) -> None:
    store = moved.move(Spot("header", moved.first), Spot("header", moved.second))
    await refuses(store, "header", moved.second)


async def test_a_summary_moved_to_another_list_is_refused(moved: Moved) -> None:
    owner = await owner_of(moved.place, moved.second)
    await passes_over(moved.move(Spot("summary", moved.first), Spot("summary", moved.second)), moved.second, owner)


async def test_a_piece_moved_to_another_list_is_refused(moved: Moved) -> None:
    store = moved.move(Spot("piece", moved.first), Spot("piece", moved.second))
    await refuses(store, "load", moved.second)


async def test_an_account_moved_to_another_is_refused(moved: Moved) -> None:
    store = moved.move(Spot("person", moved.anna.id), Spot("person", moved.boris.id))
    await refuses(store, "person_by_email", moved.boris.email)


async def test_a_token_moved_to_another_is_refused(moved: Moved) -> None:
    store = moved.move(Spot("token", moved.of_anna.id), Spot("token", moved.also_of_anna.id))
    await refuses(store, "token", moved.also_of_anna.hash)


async def test_a_record_moved_to_another_key_is_refused(moved: Moved) -> None:
    source, target = moved.records
    store = moved.move(Spot("record", source.key.hex()), Spot("record", target.key.hex()))
    await refuses(store, "record", target.kind, target.key)


async def test_a_record_of_before_is_refused(moved: Moved) -> None:
    """Put back, it would give back the tries on a code."""
    record, _ = moved.records
    spot = Spot("record", record.key.hex())
    before = moved.place.lift(spot)
    store = moved.place.open()
    await store.put_record(replace(record, version=2, content=b"one try less"), 1)
    await store.close()
    moved.place.drop(spot, before)
    await refuses(moved.place.open(), "record", record.kind, record.key)


async def test_a_value_in_the_place_of_another_field_is_refused(moved: Moved) -> None:
    owner = await owner_of(moved.place, moved.first)
    await passes_over(moved.move(Spot("header", moved.first), Spot("summary", moved.first)), moved.first, owner)


async def test_a_header_of_before_is_refused(place: Place) -> None:
    """Put back, it would bring a removed member back."""
    store = place.open()
    header = a_header(removed="editor")
    await store.add_list(header, a_snapshot(), a_summary())
    await store.close()
    before = place.lift(Spot("header", header.id))
    store = place.open()
    await store.put_header(replace(header, members={header.created_by: "owner"}, version=2), 1)
    await store.close()
    place.drop(Spot("header", header.id), before)
    await refuses(place.open(), "header", header.id)


async def test_an_account_of_before_is_refused(place: Place) -> None:
    """Put back, it would bring an old password back."""
    store = place.open()
    person = a_person()
    await store.add_person(person)
    await store.close()
    before = place.lift(Spot("person", person.id))
    store = place.open()
    await store.put_credentials(replace(person, password="new", credentials=2, version=2), 1, None)
    await store.close()
    place.drop(Spot("person", person.id), before)
    await refuses(place.open(), "person", person.id)


async def test_a_flipped_bit_is_refused(moved: Moved) -> None:
    spot = Spot("change", moved.first, 1)
    sealed = bytearray(moved.place.lift(spot))
    sealed[-1] ^= 1
    moved.place.drop(spot, bytes(sealed))
    await refuses(moved.place.open(), "load", moved.first)


async def owner_of(place: Place, list_id: ListId) -> PersonId:
    """The owner, read while everything is still in its place."""
    store = place.open()
    header = await store.header(list_id)
    await store.close()
    assert header is not None
    return header.created_by
