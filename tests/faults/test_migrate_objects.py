"""The command migrate with objects: killed again and again on its way, told nonsense, and with very many of them."""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shoplist_appliance.adapters.clock import SystemClock
from shoplist_appliance.adapters.opening import open_blobs, open_keys
from shoplist_appliance.adapters.sealed_blobs import SealedBlobs
from shoplist_appliance.config import load
from tests.clients.process import COMMAND, ROOT, Process, command, environment
from tests.clients.servers import S3Access, a_minio
from tests.faults.test_migrate import begun, killed_on_its_way, refused
from tests.faults.test_start import failed

MANY = 2500
LARGE = 12 << 20


def words(data: Path, source: str, target: str) -> tuple[str, ...]:
    return ("migrate", "--data", str(data), "--blobs-from", source, "--blobs-to", target)


def folder(path: Path) -> str:
    return f"file://{path}"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder in which the product was."""
    data = tmp_path / "data"
    with Process(data, tmp_path / "log"):
        pass
    return data


def opened(data: Path, **settings: str) -> SealedBlobs:
    loaded = load({"data": str(data), **settings}, {}, None)
    return open_blobs(loaded, open_keys(loaded).sealer, SystemClock())


def fill(data: Path, count: int, large: int = 0, **settings: str) -> None:
    """So many small objects, and one of ``large`` bytes."""

    async def filled() -> None:
        blobs = opened(data, **settings)

        async def put(number: int) -> None:
            await blobs.put(f"chat/{number % 50}/{number}", pieces(f"milk {number}".encode()))

        for start in range(0, count, 20):
            await asyncio.gather(*map(put, range(start, min(count, start + 20))))
        if large:
            await blobs.put("files/large", pieces(*[bytes([n % 251]) * (1 << 20) for n in range(large >> 20)]))
        await blobs.close()

    asyncio.run(filled())


async def pieces(*contents: bytes) -> AsyncIterator[bytes]:
    for content in contents:
        yield content


def told(data: Path, **settings: str) -> dict[str, bytes]:
    """What the product finds there."""

    async def read() -> dict[str, bytes]:
        blobs = opened(data, **settings)
        contents = {}
        async for name in blobs.list():
            async with blobs.get(name) as blob:
                contents[name] = b"".join([piece async for piece in blob.pieces])
        await blobs.close()
        return contents

    return asyncio.run(read())


def bucket(s3: S3Access, name: str) -> tuple[str, dict[str, str]]:
    """Its address, and the environment with what opens it."""
    settings = s3.settings(name)
    return settings["blobs"], {"BLOBS_KEY": s3.key, "BLOBS_SECRET": s3.secret}


def test_many_objects_move_to_s3_and_back_through_kills(
    s3: S3Access, data: Path, tmp_path: Path, long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills, count, chance = 20 if long else 3, MANY if long else 500, random.Random(5)
    fill(data, count, LARGE)
    before = told(data)
    assert len(before) == count + 1
    address, keys = bucket(s3, f"shop-{os.urandom(6).hex()}")
    for name, value in keys.items():
        monkeypatch.setenv(f"SHOPLIST_{name}", value)
    monkeypatch.setattr("tests.faults.test_migrate.environment", lambda: environment(**keys))
    last = folder(tmp_path / "last")
    killed = 0
    for source, target in ((folder(data / "blobs"), address), (address, last)):
        for _ in range(kills):
            if killed_on_its_way(chance, *words(data, source, target)):
                killed += 1
                ended = failed(data, BLOBS=target, **keys)
                assert "has not ended; run the same command migrate again" in ended.stderr
        ended = command(*words(data, source, target), wait=300, **keys)
        assert ended.returncode == 0, ended.stderr
        assert "an earlier attempt is taken up" in ended.stderr
        assert f"moved and verified: objects {count + 1}\n" in ended.stderr
        assert "in the setting blobs;" in ended.stderr
        with Process(data, tmp_path / "log", BLOBS=target, BLOBS_KEY=s3.key, BLOBS_SECRET=s3.secret):
            pass
    assert killed
    assert told(data, blobs=last) == before
    assert list((tmp_path / "last" / ".drafts").iterdir()) == []


def test_memory_does_not_grow_with_the_number_of_objects(s3: S3Access, data: Path, long: bool) -> None:
    count = MANY if long else MANY // 2
    address, keys = bucket(s3, f"shop-{os.urandom(6).hex()}")
    fill(data, 100, LARGE)
    few = peak(*words(data, folder(data / "blobs"), address), **keys)
    fill(data, count, LARGE)
    address, keys = bucket(s3, f"shop-{os.urandom(6).hex()}")
    many = peak(*words(data, folder(data / "blobs"), address), **keys)
    print(f"peaks of {few >> 10} and {many >> 10} KiB")
    assert many - few < count * 4096, (few, many)


# By itself: what the system tells a parent counts the parent's own memory from before the child became the command.
TELLING_ITS_PEAK = """
import atexit, sys
from pathlib import Path
from shoplist_appliance.cli import main

atexit.register(lambda: print(Path("/proc/self/status").read_text()))
main(sys.argv[1:])
"""


def peak(*arguments: str, **settings: str) -> int:
    """The most bytes of memory that the command had."""
    telling = [sys.executable, "-c", TELLING_ITS_PEAK, *arguments]
    ended = subprocess.run(telling, cwd=ROOT, env=environment(**settings), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    told = re.search(r"VmHWM:\s+(\d+) kB", ended.stdout)
    assert told
    return int(told[1]) << 10


def test_a_signal_ends_it_with_status_1_and_it_goes_on(data: Path, tmp_path: Path) -> None:
    fill(data, 800)
    given = words(data, folder(data / "blobs"), folder(tmp_path / "new"))
    for number in (signal.SIGTERM, signal.SIGINT):
        process = begun(*given)
        assert process.stderr is not None
        assert "moving objects" in process.stderr.readline()
        process.send_signal(number)
        _, said = process.communicate()
        assert process.returncode == 1, said
        assert "Traceback" not in said
        assert "never retrieved" not in said
        assert said.endswith("cut short; the same command goes on from here\n")
    ended = command(*given)
    assert ended.returncode == 0, ended.stderr


def test_s3_that_goes_away_on_the_way_ends_it_with_one_line_and_it_goes_on(data: Path, tmp_path: Path) -> None:
    fill(data, 500)
    (tmp_path / "s3").mkdir()
    with a_minio(tmp_path / "s3") as minio:
        address, keys = bucket(minio.access, "shop-list")
        given = words(data, folder(data / "blobs"), address)
        process = subprocess.Popen(
            [*COMMAND, *given], cwd=ROOT, env=environment(**keys), stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        while "moving objects" not in process.stderr.readline():
            pass
        minio.kill()
        _, said = process.communicate(timeout=60)
        assert process.returncode == 2, said
        assert "Traceback" not in said
        assert "the objects cannot be moved any further: " in said.splitlines()[-1]
        minio.start()
        ended = command(*given, wait=300, **keys)
        assert ended.returncode == 0, ended.stderr


def test_a_running_product_is_in_the_way(data: Path, tmp_path: Path) -> None:
    with Process(data, tmp_path / "log"):
        line = refused(*words(data, folder(data / "blobs"), folder(tmp_path / "new")))
    assert "in use by a running shoplist-appliance" in line
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "name what to move: "),
        (["--blobs-from", "file:///a"], "--blobs-from and --blobs-to go together"),
        (["--blobs-to", "file:///a"], "--blobs-from and --blobs-to go together"),
        (["--from", "sqlite:///a"], "--from and --to go together"),
        (
            ["--from", "sqlite:///a", "--to", "sqlite:///b", "--blobs-to", "file:///a"],
            "--blobs-from and --blobs-to go together",
        ),
        (["--blobs-from", "file:///a", "--blobs-to", "file:///a"], "name the same folder"),
        (["--blobs-from", "", "--blobs-to", "file:///a"], "--blobs-from: this is no address of objects"),
        (["--blobs-from", "file:///a", "--blobs-to", "/b"], "--blobs-to: this is no address of objects"),
        (
            ["--blobs-from", "s3+https://key:secret@host/bucket", "--blobs-to", "file:///b"],
            "--blobs-from: this is no address of objects",
        ),
        (["--blobs-from", "file:///a", "--blobs-to", "s3+https://host/bucket"], "blobs.key: it is needed where"),
    ],
)
def test_mistakes_in_the_flags_are_one_line(tmp_path: Path, flags: list[str], said: str) -> None:
    line = refused("migrate", "--data", str(tmp_path / "data"), *flags)
    assert line.startswith("shoplist-appliance: ")
    assert said in line
    assert "secret@" not in line
    assert not (tmp_path / "data").exists()
