"""What is the folder's alone: who may read it, what a crash leaves, and a system that refuses."""

import asyncio
import os
import shutil
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shoplist_appliance.adapters.folder import DRAFTS, PIECE, open_folder
from shoplist_appliance.adapters.refusals import StoreUnreadable
from shoplist_appliance.domain.errors import Unavailable
from tests.contract.blob_places import content_of, cut, put

WRITE = """
import asyncio, sys
from pathlib import Path
from shoplist_appliance.adapters.folder import open_folder

async def chunks():
    while True:
        yield bytes(1 << 20)
        print("stored", flush=True)

asyncio.run(open_folder(Path(sys.argv[1])).put("files/endless", chunks()))
"""


async def test_it_is_for_its_owner_only(tmp_path: Path) -> None:
    os.umask(before := os.umask(0))
    blobs = open_folder(tmp_path / "blobs")
    await put(blobs, "chat/someone/1-2", b"milk")
    await blobs.close()
    assert os.umask(before) == before
    for path in [tmp_path / "blobs", *(tmp_path / "blobs").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


async def test_a_killed_writer_leaves_a_draft_which_the_next_start_removes(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITE, str(tmp_path), cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    for _ in range(4):
        await process.stdout.readline()
    (draft,) = (tmp_path / DRAFTS).iterdir()
    beside = open_folder(tmp_path)
    assert draft.exists(), "its writer lives"
    await beside.close()
    process.kill()
    await process.wait()
    blobs = open_folder(tmp_path)
    assert list((tmp_path / DRAFTS).iterdir()) == []
    assert [name async for name in blobs.list()] == []
    await blobs.close()


async def test_empty_folders_go_with_their_last_object(tmp_path: Path) -> None:
    blobs = open_folder(tmp_path)
    await put(blobs, "chat/someone/1-2", b"milk")
    await put(blobs, "chat/another/1-2", b"milk")
    await blobs.remove("chat/someone/1-2")
    assert [path.name for path in (tmp_path / "chat").iterdir()] == ["another"]
    await blobs.remove("chat/another/1-2")
    assert not (tmp_path / "chat").exists()
    await blobs.close()


async def test_a_folder_that_went_away_is_no_empty_one(tmp_path: Path) -> None:
    """As a disk that is not mounted: what is asked for is not missing, it is out of reach."""
    blobs = open_folder(tmp_path / "blobs")
    await put(blobs, "files/one", b"milk")
    shutil.move(tmp_path / "blobs", tmp_path / "elsewhere")
    for call in (
        content_of(blobs, "files/one"), blobs.size("files/one"), blobs.remove("files/one"), put(blobs, "one", b"x"),
        put(blobs, "files/two", b"x"), anext(blobs.list()), blobs.check(),
    ):  # fmt: skip
        with pytest.raises(Unavailable):
            await call
    assert not (tmp_path / "blobs").exists()
    shutil.move(tmp_path / "elsewhere", tmp_path / "blobs")
    assert await content_of(blobs, "files/one") == b"milk"
    await blobs.check()
    await blobs.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
async def test_a_full_disk_is_told_once_and_so_is_its_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = open_folder(tmp_path)
    opened = os.open

    def full(path: "os.PathLike[str]", flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            os.close(opened(path, flags, mode))
            return opened("/dev/full", os.O_WRONLY)
        return opened(path, flags, mode)

    monkeypatch.setattr(os, "open", full)
    for size in (10, PIECE + 10):
        with pytest.raises(Unavailable):
            await blobs.put("files/one", cut(bytes(size)))
    with pytest.raises(Unavailable):
        await blobs.check()
    monkeypatch.undo()
    async with asyncio.timeout(60):
        while list((tmp_path / DRAFTS).iterdir()):
            await asyncio.sleep(0.01)
    assert await blobs.size("files/one") is None
    await put(blobs, "files/one", b"milk")
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"], caplog.text
    assert "No space left" in caplog.text
    await blobs.close()


def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "blobs").touch()
    with pytest.raises(StoreUnreadable, match="cannot be used"):
        open_folder(tmp_path / "blobs")


async def test_what_is_acknowledged_was_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file before it has its name, then each folder that has a new one."""
    blobs = open_folder(tmp_path)
    steps: list[str] = []
    sync, rename = os.fsync, os.rename

    def synced(descriptor: int) -> None:
        steps.append(str(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(tmp_path)))
        sync(descriptor)

    def renamed(source: Path, target: Path) -> None:
        steps.append(f"rename to {target.relative_to(tmp_path)}")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    await put(blobs, "chat/someone/1-2", b"milk")
    assert steps[0].startswith(DRAFTS)
    assert steps[1:] == ["rename to chat/someone/1-2", "chat/someone", ".", "chat"]
    await blobs.close()


async def test_who_puts_slowly_keeps_nobody_waiting(tmp_path: Path) -> None:
    blobs = open_folder(tmp_path)
    waiting = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield bytes(2 * PIECE)
        await waiting.wait()

    putting = [asyncio.ensure_future(blobs.put(f"slow/{number}", slow())) for number in range(30)]
    async with asyncio.timeout(60):
        await put(blobs, "files/one", b"milk")
        assert await content_of(blobs, "files/one") == b"milk"
    waiting.set()
    assert await asyncio.gather(*putting) == [2 * PIECE] * 30
    await blobs.close()
