"""Every store says how much it holds."""

from dataclasses import replace

from shoplist_appliance.ports import Sizes, Store
from tests.contract.making import NOW, a_header, a_list, a_person, a_record, a_snapshot, a_summary, an_add
from tests.contract.places import SqlitePlace


async def test_an_empty_store_holds_nothing(store: Store) -> None:
    sizes = await store.sizes()
    assert sizes == Sizes(0, 0, 0, sizes.on_disk)
    assert await store.count_records("mail") == 0


async def test_people_lists_and_changes_are_counted(store: Store) -> None:
    for _ in range(3):
        await store.add_person(a_person())
    list_id = await a_list(store)
    await store.add_list(replace(a_header(), deleted_at=NOW), a_snapshot(), a_summary())
    await store.append(list_id, 0, [an_add(revision) for revision in range(1, 6)])
    sizes = await store.sizes()
    assert sizes == Sizes(3, 2, 5, sizes.on_disk)
    assert sizes.on_disk is None or sizes.on_disk > 0


async def test_records_are_counted_by_their_kind(store: Store) -> None:
    mail, *_ = records = [a_record("mail"), a_record("mail"), a_record("code")]
    for record in records:
        await store.add_record(record)
    assert [await store.count_records(kind) for kind in ("mail", "code", "alert")] == [2, 1, 0]
    await store.remove_record("mail", mail.key)
    assert await store.count_records("mail") == 1


async def test_sqlite_takes_the_room_of_its_file_and_of_its_log(sqlite_place: SqlitePlace) -> None:
    store = sqlite_place.open()
    await store.add_record(a_record(content=bytes(1_000_000)))
    on_disk = (await store.sizes()).on_disk
    files = [sqlite_place.path, sqlite_place.path.with_name(f"{sqlite_place.path.name}-wal")]
    assert on_disk == sum(file.stat().st_size for file in files)
    assert on_disk > 1_000_000
    await store.close()
