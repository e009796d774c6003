"""The object storage killed, deaf and back in the middle of what was under way, and the loop that goes on."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path

import pytest

from shoplist_appliance.adapters import s3 as s3_adapter
from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.s3 import PART
from shoplist_appliance.adapters.sealed_blobs import SealedBlobs
from shoplist_appliance.domain.errors import OutcomeUnknown, Unavailable
from tests.clients.house import house
from tests.clients.http import Http
from tests.clients.person import Person
from tests.clients.process import Process
from tests.clients.servers import Minio, a_minio
from tests.contract.blob_places import KINDS, Kind, S3Place, blob_place, content_of, cut, put, sealed

BOUND = 30.0  # seconds within which a call says that the storage is away


@pytest.fixture
def minio(tmp_path: Path) -> Iterator[Minio]:
    with a_minio(tmp_path) as server:
        yield server


@pytest.fixture
async def blobs(minio: Minio) -> AsyncIterator[SealedBlobs]:
    blobs = sealed(S3Place(minio.access).open())
    yield blobs
    await blobs.close()


async def test_killed_in_the_middle_of_a_put(minio: Minio, blobs: SealedBlobs) -> None:
    """Whoever put hears of it in time; afterwards there is nothing of it, and the same put succeeds."""
    content = os.urandom(4 * PART)
    await put(blobs, "files/before", content)

    async def chunks(kill_at: int) -> AsyncIterator[bytes]:
        sent = 0
        async for chunk in cut(content):
            yield chunk
            sent += len(chunk)
            if sent - len(chunk) < kill_at <= sent:
                await asyncio.to_thread(minio.kill)

    for kill_at in (100_000, PART + 100_000, 3 * PART):
        async with asyncio.timeout(BOUND):
            with pytest.raises(Unavailable) as heard:
                await blobs.put("files/one", chunks(kill_at))
            assert not isinstance(heard.value, OutcomeUnknown) or kill_at == 100_000
            for call in (blobs.check(), content_of(blobs, "files/before"), blobs.size("files/one")):
                with pytest.raises(Unavailable):
                    await call
        await asyncio.to_thread(minio.start)
        await blobs.check()
        assert await blobs.size("files/one") is None
        assert [name async for name in blobs.list()] == ["files/before"]
    await put(blobs, "files/one", content)
    for name in ("files/one", "files/before"):
        assert await content_of(blobs, name) == content


@pytest.mark.parametrize("comes_back", [False, True])
async def test_killed_in_the_middle_of_a_get(minio: Minio, monkeypatch: pytest.MonkeyPatch, comes_back: bool) -> None:
    """Who reads gets true bytes, and then all of them or ``Unavailable``: never a short object that looks whole."""
    if comes_back:
        monkeypatch.setattr(s3_adapter, "ATTEMPTS", 8)  # a busy machine needs seconds to start it
    blobs = sealed(S3Place(minio.access).open())
    content = os.urandom(8 * PART)
    await put(blobs, "files/one", content)
    read = bytearray()
    async with asyncio.timeout(BOUND):
        try:
            async with blobs.get("files/one") as blob:
                async for piece in blob.pieces:
                    first = not read
                    read += piece
                    if first:
                        await asyncio.to_thread(minio.kill)
                        if comes_back:
                            await asyncio.to_thread(minio.start)
            assert read == content
        except Unavailable:
            assert content.startswith(bytes(read))
            assert not comes_back
    if not comes_back:
        await asyncio.to_thread(minio.start)
    assert await content_of(blobs, "files/one") == content
    await blobs.close()


async def test_deaf_for_a_while(minio: Minio, blobs: SealedBlobs) -> None:
    """It takes connections and says nothing: a put waits, asking for no more chunks than it may hold, and goes on."""
    given = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(12 * PART // 65_536):
            given += 65_536
            yield bytes(65_536)

    minio.pause()
    putting = asyncio.ensure_future(blobs.put("files/one", chunks()))
    await asyncio.sleep(2)
    assert given <= 4 * PART
    minio.go_on()
    async with asyncio.timeout(BOUND):
        assert await putting == 12 * PART
    assert await blobs.size("files/one") == 12 * PART


async def test_silent_for_too_long(minio: Minio, monkeypatch: pytest.MonkeyPatch) -> None:
    place, keyring = S3Place(minio.access), Keyring.new()
    patient = sealed(place.open(), keyring)
    await put(patient, "files/one", bytes(8 * PART))
    monkeypatch.setattr(s3_adapter, "QUIET_SECONDS", 2.0)
    blobs = sealed(place.open(), keyring)
    async with blobs.get("files/one") as blob:
        await anext(blob.pieces)
        minio.pause()
        async with asyncio.timeout(BOUND):
            with pytest.raises(Unavailable):
                async for _ in blob.pieces:
                    pass
    for call in (blobs.put("files/two", cut(bytes(3 * PART))), blobs.size("files/one"), content_of(blobs, "files/one")):
        async with asyncio.timeout(BOUND):
            with pytest.raises(Unavailable):
                await call
    minio.go_on()
    assert len(await content_of(patient, "files/one")) == 8 * PART
    assert await patient.size("files/two") is None
    await blobs.close()
    await patient.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_the_loop_goes_on_while_64_mib_are_put_and_read(
    kind: Kind, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    blobs = sealed(blob_place(kind, tmp_path, request).open())
    for _ in range(3):  # what a busy machine spoils says nothing
        late = await lateness_beside(large_put_and_get(blobs))
        if late[len(late) // 2] < 0.02 and late[-1] < 0.5:
            break
    await blobs.close()
    assert len(late) > 20
    assert late[len(late) // 2] < 0.02, "half of the time"
    assert late[-1] < 0.5, "at worst"


async def lateness_beside(work: Awaitable[None]) -> list[float]:
    """How many seconds too late the loop came back from sleeps of a millisecond beside this, the least first."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            late.append(time.perf_counter() - before - 0.001)

    ticking = asyncio.ensure_future(tick())
    await work
    ticking.cancel()
    return sorted(late)


async def large_put_and_get(blobs: SealedBlobs) -> None:
    size, chunk = 64 << 20, os.urandom(65_536)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(size // len(chunk)):
            yield chunk

    assert await blobs.put("files/large", chunks()) == size
    async with blobs.get("files/large") as blob:
        assert sum([len(piece) async for piece in blob.pieces]) == size


async def until_ready(http: Http) -> None:
    async with asyncio.timeout(BOUND):
        while (await http.get("/readyz")).status != 200:
            await asyncio.sleep(0.1)


async def test_ready_says_when_the_objects_are_out_of_reach(tmp_path: Path, minio: Minio) -> None:
    async with house(
        tmp_path / "data", blobs=f"s3+http://{minio.address}/our-lists", blobs_key=Minio.KEY, blobs_secret=Minio.SECRET
    ) as http:
        assert (await http.get("/readyz")).status == 200
        minio.kill()
        (await http.get("/readyz")).problem("unavailable")
        anna = await Person.registered(http)
        await anna.new_list()  # which needs no object
        await asyncio.to_thread(minio.start)
        await until_ready(http)


async def test_the_product_starts_while_its_object_storage_is_away_and_is_ready_when_it_comes(tmp_path: Path) -> None:
    if Minio.program() is None:
        pytest.skip(Minio.MISSING)
    minio = Minio(tmp_path)
    secret = tmp_path / "secret"
    secret.write_text(f"{minio.SECRET}\n")
    with Process(
        tmp_path / "data",
        tmp_path / "log",
        BLOBS=f"s3+http://{minio.address}/our-lists",
        BLOBS_KEY=Minio.KEY,
        BLOBS_SECRET_FILE=str(secret),
    ) as process:
        async with Http(process.url) as http:
            assert (await http.get("/readyz")).status == 503
            with minio:
                await until_ready(http)
        assert "cannot be reached yet" in process.logged()
        assert minio.SECRET not in process.logged()
        assert "Traceback" not in process.logged()
