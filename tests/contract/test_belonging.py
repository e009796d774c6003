"""A data folder knows the stores that it has served: a forgotten setting begins no empty one beside them."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.opening import open_store
from shoplist_appliance.adapters.refusals import NotOurs
from shoplist_appliance.adapters.sealing import Sealer
from shoplist_appliance.config import CannotStart, Settings, load
from shoplist_appliance.ops import keys
from shoplist_appliance.ops.migrate import migrate
from tests.clients.mongodb import NO_MONGODB, in_database, mongodb
from tests.contract.making import StillClock


def address(kind: str, folder: Path) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder / 'store.db'}"
    server = mongodb()
    if server is None:
        pytest.skip(NO_MONGODB)
    return in_database(server)


class Folder:
    """A data folder with its key."""

    def __init__(self, path: Path) -> None:
        self.settings = Settings(data=path / "data")
        self.keyring = Keyring.open(self.settings.key_path, create=True)

    async def served(self, store: str | None) -> None:
        opened = open_store(replace(self.settings, store=store), Sealer(self.keyring), StillClock())
        await opened.check()
        await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.parametrize("kind", ["sqlite", "mongodb"])
async def test_a_store_is_served_again_and_no_other(folder: Folder, tmp_path: Path, kind: str) -> None:
    ours = address(kind, tmp_path / "ours")
    for _ in range(2):
        await folder.served(ours)
    for other in ("sqlite", "mongodb"):
        with pytest.raises(NotOurs, match=r"there is no store at .* look at the setting store"):
            await folder.served(address(other, tmp_path / "other"))
    with pytest.raises(NotOurs, match="there is no store"):
        await folder.served(None)
    assert not folder.settings.store_path.exists()
    await folder.served(ours)


@pytest.mark.parametrize("kind", ["sqlite", "mongodb"])
async def test_the_store_of_another_folder_is_refused_even_under_the_same_key(tmp_path: Path, kind: str) -> None:
    here, there = Folder(tmp_path / "here"), Folder(tmp_path / "there")
    here.keyring = there.keyring
    await here.served(address(kind, tmp_path / "a"))
    theirs = address(kind, tmp_path / "b")
    await there.served(theirs)
    with pytest.raises(NotOurs, match="is another store"):
        await here.served(theirs)


async def test_a_store_that_vanished_is_not_begun_anew_unless_that_is_said(folder: Folder, tmp_path: Path) -> None:
    ours = address("sqlite", tmp_path / "ours")
    await folder.served(ours)
    (tmp_path / "ours" / "store.db").unlink()
    with pytest.raises(NotOurs, match="remove the file"):
        await folder.served(ours)
    (folder.settings.data / "stores").unlink()
    await folder.served(ours)


async def test_the_same_store_may_lie_elsewhere(folder: Folder, tmp_path: Path) -> None:
    await folder.served(address("sqlite", tmp_path / "ours"))
    shutil.move(tmp_path / "ours", tmp_path / "moved")
    await folder.served(address("sqlite", tmp_path / "moved"))


async def test_after_a_migration_both_belong_to_the_folder(folder: Folder, tmp_path: Path) -> None:
    source, target = address("sqlite", tmp_path / "source"), address("mongodb", tmp_path)
    await folder.served(source)
    await asyncio.to_thread(migrate, folder.settings, lambda line: None, store=(source, target))
    await folder.served(target)
    await folder.served(source)
    with pytest.raises(NotOurs):
        await folder.served(address("sqlite", tmp_path / "third"))


async def test_keys_are_counted_in_the_folders_own_store_only(folder: Folder, tmp_path: Path) -> None:
    """Counted in another, a key that everything is sealed with would seem to be needed by nothing."""
    ours, foreign = address("sqlite", tmp_path / "ours"), address("sqlite", tmp_path / "foreign")
    await folder.served(ours)
    stranger = Folder(tmp_path / "stranger")
    stranger.keyring = folder.keyring
    await stranger.served(foreign)
    keyring = Keyring.open(folder.settings.key_path, create=False)
    settings = replace(folder.settings, store=foreign)
    with pytest.raises(NotOurs, match="is another store"):
        await asyncio.to_thread(keys.count, settings, keyring)
    assert await asyncio.to_thread(keys.count, replace(settings, store=ours), keyring)


def test_an_empty_file_of_a_secret_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_text("\n")
    with pytest.raises(CannotStart, match="store: the file that SHOPLIST_STORE_FILE names is empty"):
        load({}, {"SHOPLIST_STORE_FILE": str(path)}, None)
