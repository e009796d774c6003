"""After a change of the key file everything is sealed anew, store and objects, and goes on where it could not."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shoplist_appliance.adapters import codec
from shoplist_appliance.adapters.folder import open_folder
from shoplist_appliance.adapters.key_file import KeyFile
from shoplist_appliance.adapters.keyring import Keyring, lookup_id
from shoplist_appliance.adapters.sealed_blobs import SealedBlobs
from shoplist_appliance.adapters.sqlite.store import SqliteStore, open_sqlite
from shoplist_appliance.domain.addresses import earlier_email_key
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.ports import Cursor, Resealed
from shoplist_appliance.usecases import resealing
from shoplist_appliance.usecases.resealing import Resealing
from tests.contract.making import StillClock, a_list_of, a_person


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


class House:
    """A store, a folder of objects and their key file, as the product has them."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "key"
        self.keys = KeyFile(self.path, create=True)
        self.store: SqliteStore = open_sqlite(folder / "store.db", self.keys.sealer, StillClock())
        self.blobs = SealedBlobs(open_folder(folder / "blobs"), self.keys.sealer)
        self.resealing = Resealing(self.keys, self.store, self.blobs)

    async def furnish(self) -> None:
        await self.store.add_person(a_person())
        await a_list_of(self.store, 3)
        await self.blobs.put("chat/one", chunks(os.urandom(200_000)))

    async def close(self) -> None:
        await self.blobs.close()
        await self.store.close()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BETWEEN_STEPS_SECONDS", "BETWEEN_PASSES_SECONDS", "AFTER_A_FAILURE_SECONDS"):
        monkeypatch.setattr(resealing, name, 0)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    yield house
    await house.close()


async def test_a_changed_key_file_is_taken_and_all_is_by_it(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    await house.furnish()
    before = Keyring.open(house.path, create=False)
    after = Keyring.change(house.path, lambda keyring: keyring.rotated().with_new_lookup())
    await house.keys.refresh()
    await house.resealing.when_due()
    assert await house.blobs.key_id("chat/one") == after.active != before.active
    assert f"no longer used: {before.active}, {lookup_id(before.lookup)}" in caplog.text
    Keyring.change(house.path, lambda keyring: keyring.without(before.active).without(lookup_id(before.lookup)))
    await house.keys.refresh()
    assert not house.keys.are_several
    assert (await house.store.reseal()).changed == 0
    async with house.blobs.get("chat/one") as blob:
        assert sum([len(piece) async for piece in blob.pieces]) == 200_000


async def test_with_one_key_only_accounts_are_looked_at(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(codec, "email_key", earlier_email_key)
        await house.store.add_person(ann := a_person("ann@Пример.рф"))
    monkeypatch.setattr(SqliteStore, "reseal", None)
    assert await house.store.person_by_email("ann@xn--e1afmkfd.xn--p1ai") is None
    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "reseal_people", away)
        await house.resealing.when_due()
    await house.resealing.when_due()
    assert await house.store.person_by_email("ann@xn--e1afmkfd.xn--p1ai") == ann
    monkeypatch.setattr(SqliteStore, "reseal_people", None)
    await house.resealing.when_due()


async def away(self: SqliteStore, cursor: Cursor | None = None) -> Resealed:
    raise Unavailable("storage")


async def test_a_store_out_of_reach_is_gone_on_with(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.furnish()
    Keyring.change(house.path, Keyring.rotated)
    await house.keys.refresh()
    real = SqliteStore.reseal
    fails = [False, True, True]

    async def failing(self: SqliteStore, cursor: Cursor | None = None) -> Resealed:
        if fails and fails.pop(0):
            raise Unavailable("storage")
        return await real(self, cursor)

    monkeypatch.setattr(SqliteStore, "reseal", failing)
    for _ in range(3):
        await house.resealing.when_due()
    assert fails == []
    step = await house.store.reseal()
    while step.next is not None:
        assert step.changed == 0
        step = await house.store.reseal(step.next)


async def test_keys_changed_on_the_way_are_followed_by_another_run(house: House) -> None:
    await house.furnish()
    Keyring.change(house.path, Keyring.rotated)
    await house.keys.refresh()
    await house.resealing.when_due()
    last = Keyring.change(house.path, Keyring.rotated)
    await house.keys.refresh()
    await house.resealing.when_due()
    assert await house.blobs.key_id("chat/one") == last.active


async def test_a_key_file_that_is_damaged_or_gone_is_not_taken(house: House, caplog: pytest.LogCaptureFixture) -> None:
    right = house.path.read_bytes()
    active = house.keys.sealer.active
    house.path.write_text("{")
    await house.keys.refresh()
    assert "is damaged" in caplog.text
    assert not house.keys.is_kept
    house.path.unlink()
    await house.keys.refresh()
    await house.keys.refresh()
    assert caplog.text.count("is missing") == 1
    house.path.write_bytes(right)
    await house.keys.refresh()
    assert house.keys.sealer.active == active
    assert house.keys.is_kept


async def test_what_is_no_object_of_ours_keeps_no_other(house: House, tmp_path: Path) -> None:
    await house.furnish()
    (tmp_path / "blobs" / "README").write_text("put here by hand")
    (tmp_path / "blobs" / "lost+found").mkdir(mode=0o000)
    after = Keyring.change(house.path, Keyring.rotated)
    await house.keys.refresh()
    await house.resealing.when_due()
    assert await house.blobs.key_id("chat/one") == after.active


async def test_the_key_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "stick" / "key", tmp_path / "data" / "key"
    Keyring.open(real, create=True)
    real.chmod(0o640)
    link.parent.mkdir()
    link.symlink_to(real)
    Keyring.change(link, Keyring.rotated)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert len(Keyring.open(real, create=False).keys) == 2
