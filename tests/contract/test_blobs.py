"""Every object storage keeps the contract of ``ports.Blobs``: a folder and S3, raw and sealed."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from shoplist_appliance.adapters.s3 import PART
from shoplist_appliance.domain.errors import NotFound, Unavailable
from shoplist_appliance.ports import Blobs
from tests.contract.blob_places import KINDS, BlobPlace, blob_place, content_of, cut, put, sealed

NAME = "chat/0192f0c1-7d5e-7abc-8def-0123456789ab/1-2"
SIZES = (0, 1, 65_535, 65_536, 65_537, 200_000, PART - 1, PART, PART + 1, 2 * PART + 3)


@pytest.fixture(params=[f"{kind}, {how}" for kind in KINDS for how in ("raw", "sealed")])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> BlobPlace:
    return blob_place("folder" if kind.startswith("folder") else "s3", tmp_path, request)


@pytest_asyncio.fixture
async def blobs(kind: str, place: BlobPlace) -> AsyncIterator[Blobs]:
    raw = place.open()
    blobs = raw if kind.endswith("raw") else sealed(raw)
    yield blobs
    await blobs.close()


async def names(blobs: Blobs, prefix: str = "") -> list[str]:
    return [name async for name in blobs.list(prefix)]


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_put_is_read_again(blobs: Blobs, size: int) -> None:
    content = os.urandom(size)
    assert await blobs.put(NAME, cut(content)) == size
    assert await blobs.size(NAME) == size
    async with blobs.get(NAME) as blob:
        assert blob.size == size
        assert b"".join([piece async for piece in blob.pieces]) == content


async def test_chunks_may_have_any_size_also_none(blobs: Blobs) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for size in (0, 1, 0, 70_000, 3, PART + 5, 0, 2):
            yield b"x" * size

    assert await blobs.put(NAME, chunks()) == 1 + 70_000 + 3 + PART + 5 + 2
    assert await content_of(blobs, NAME) == b"x" * (1 + 70_000 + 3 + PART + 5 + 2)


@pytest.mark.parametrize("size", [0, 10, 200_000, PART + 100_000])
async def test_any_range_is_read(blobs: Blobs, size: int) -> None:
    content = os.urandom(size)
    await put(blobs, NAME, content)
    places = sorted({0, 1, size // 2, 65_535, 65_536, 65_537, 131_072, max(0, size - 1), size, size + 1, size + 70_000})
    for start in places:
        for end in (None, start, *(place for place in places if place > start)):
            async with blobs.get(NAME, start, end) as blob:
                assert blob.size == size
                assert b"".join([piece async for piece in blob.pieces]) == content[start:end], (start, end)


async def test_a_range_that_is_none_is_refused(blobs: Blobs) -> None:
    await put(blobs, NAME, b"milk")
    for start, end in ((-1, None), (2, 1), (0, -1)):
        with pytest.raises(ValueError, match="no range"):
            await content_of(blobs, NAME, start, end)


async def test_what_is_not_there(blobs: Blobs) -> None:
    assert await blobs.size(NAME) is None
    for start, end in ((0, None), (0, 0), (5, 5), (5, 10)):
        with pytest.raises(NotFound):
            await content_of(blobs, NAME, start, end)
    await blobs.remove(NAME)
    assert await names(blobs) == []
    assert await names(blobs, "chat/nobody/") == []


async def test_what_is_removed_is_gone(blobs: Blobs) -> None:
    await put(blobs, NAME, b"milk")
    await put(blobs, "chat/other/1-2", b"bread")
    await blobs.remove(NAME)
    assert await blobs.size(NAME) is None
    assert await names(blobs) == ["chat/other/1-2"]
    await put(blobs, NAME, b"tea")
    assert await content_of(blobs, NAME) == b"tea"


@pytest.mark.parametrize("sizes", [(10, 0), (PART + 1, 5), (5, PART + 1)])
async def test_a_put_replaces(blobs: Blobs, sizes: tuple[int, int]) -> None:
    for size in sizes:
        await put(blobs, NAME, content := os.urandom(size))
    assert await content_of(blobs, NAME) == content
    assert await names(blobs) == [NAME]


@pytest.mark.parametrize(
    "name",
    ["", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a/.b", ".drafts/a", "a b", "a\\b", "a\0b", "ё",
     "a\nb", "a\n", "a?b", "a%2fb", "a" * 201, "a/" * 451 + "a"],
)  # fmt: skip
async def test_what_is_no_name_is_refused(blobs: Blobs, name: str) -> None:
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: blobs.put(name, cut(b"milk")),
        lambda: content_of(blobs, name),
        lambda: content_of(blobs, name, 1, 2),
        lambda: blobs.size(name),
        lambda: blobs.remove(name),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="no name"):
            await call()
    assert await names(blobs) == []


@pytest.mark.parametrize("prefix", ["/", "a", "a/b", "../", "a//", ".drafts/", "a/" * 451])
async def test_a_prefix_is_whole_parts(blobs: Blobs, prefix: str) -> None:
    with pytest.raises(ValueError, match="no beginning"):
        await names(blobs, prefix)


async def test_any_name_serves(blobs: Blobs) -> None:
    for name in ("a" * 200, "/".join(["part" * 40] * 5), "files/AbC-_.x..y", "-/_"):
        await put(blobs, name, name.encode())
        assert await content_of(blobs, name) == name.encode()


async def test_names_are_listed_by_prefix_in_the_order_of_their_bytes(blobs: Blobs) -> None:
    stored = ["b", "a/b/c", "a/b-c", "a/b.c", "a/B", "a-/x", "a.b/x", "ab/x", "a/b0/z", "a/b/c.d"]
    for name in stored:
        await put(blobs, name, b"milk")
    assert await names(blobs) == sorted(stored)
    assert await names(blobs, "a/") == sorted(name for name in stored if name.startswith("a/"))
    assert await names(blobs, "a/b/") == ["a/b/c", "a/b/c.d"]


@pytest.mark.parametrize("kind", [f"{kind}, raw" for kind in KINDS])
async def test_more_names_than_a_page_holds(blobs: Blobs) -> None:
    stored = [f"many/{number:04}" for number in range(1005)]
    for start in range(0, len(stored), 50):
        await asyncio.gather(*(blobs.put(name, cut(b"x")) for name in stored[start : start + 50]))
    assert await names(blobs) == stored


@pytest.mark.parametrize("size", [10, PART - 1, 3 * PART])
async def test_a_put_whose_chunks_fail_leaves_nothing(blobs: Blobs, place: BlobPlace, size: int) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in cut(bytes(size)):
            yield chunk
        raise RuntimeError("the sender is gone")

    with pytest.raises(RuntimeError, match="gone"):
        await blobs.put(NAME, chunks())
    await nothing_left(blobs, place)


@pytest.mark.parametrize("size", [10, PART - 1, 3 * PART])
async def test_a_put_that_is_given_up_leaves_nothing(blobs: Blobs, place: BlobPlace, size: int) -> None:
    waits = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in cut(bytes(size)):
            yield chunk
        waits.set()
        await asyncio.Event().wait()

    putting = asyncio.ensure_future(blobs.put(NAME, chunks()))
    await waits.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    await nothing_left(blobs, place)


async def nothing_left(blobs: Blobs, place: BlobPlace) -> None:
    assert await blobs.size(NAME) is None
    assert await names(blobs) == []
    async with asyncio.timeout(60):
        while place.unfinished(NAME):
            await asyncio.sleep(0.05)


async def test_a_put_given_up_at_any_moment_is_there_whole_or_not_at_all(blobs: Blobs, place: BlobPlace) -> None:
    content = os.urandom(2 * PART)
    for moment in range(12):
        name = f"moments/{moment}"
        putting = asyncio.ensure_future(blobs.put(name, cut(content)))
        await asyncio.sleep(moment * 0.03)
        putting.cancel()
        outcome = (await asyncio.gather(putting, return_exceptions=True))[0]
        if outcome == len(content) or await blobs.size(name) is not None:
            assert await content_of(blobs, name) == content
    async with asyncio.timeout(60):
        while any([place.unfinished(f"moments/{moment}") for moment in range(12)]):
            await asyncio.sleep(0.05)


async def test_a_failed_put_leaves_what_was_there(blobs: Blobs) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"bread"
        raise RuntimeError

    await put(blobs, NAME, b"milk")
    with pytest.raises(RuntimeError):
        await blobs.put(NAME, chunks())
    assert await content_of(blobs, NAME) == b"milk"


async def test_who_reads_what_is_replaced_or_removed_reads_it_as_it_was(blobs: Blobs) -> None:
    content = os.urandom(2 * PART)
    await put(blobs, NAME, content)
    for change in (lambda: blobs.put(NAME, cut(b"tea")), lambda: blobs.remove(NAME)):
        await put(blobs, NAME, content)
        async with blobs.get(NAME) as blob:
            read = await anext(blob.pieces)
            changing = asyncio.ensure_future(change())  # MinIO lets it wait for who reads
            await asyncio.sleep(0.05)
            try:
                read += b"".join([piece async for piece in blob.pieces])
                assert read == content
            except Unavailable:
                pass
        await changing


async def test_twenty_at_once(blobs: Blobs) -> None:
    contents = {f"files/{number}": os.urandom(100_000 + number) for number in range(20)}
    await asyncio.gather(*(put(blobs, name, content) for name, content in contents.items()))
    read = await asyncio.gather(*(content_of(blobs, name) for name in contents))
    assert read == list(contents.values())


async def test_of_two_puts_under_one_name_one_is_there_whole(blobs: Blobs) -> None:
    contents = [os.urandom(PART + 10 * number) for number in range(4)]
    await asyncio.gather(*(put(blobs, NAME, content) for content in contents))
    assert await content_of(blobs, NAME) in contents


async def test_folders_that_become_empty_come_again(blobs: Blobs, kind: str) -> None:
    """A put into a folder that a removal is just taking away."""

    denied = 0

    async def again(number: int) -> None:
        nonlocal denied
        for _ in range(10):
            for _ in range(5):
                try:
                    await put(blobs, f"deep/er/{number}", b"milk")
                    break
                except Unavailable:  # MinIO denies access in this moment, now and then
                    denied += 1
            assert await blobs.size(f"deep/er/{number}") is not None
            await blobs.remove(f"deep/er/{number}")

    await asyncio.gather(*(again(number) for number in range(6)))
    assert await names(blobs) == []
    assert denied <= (20 if kind.startswith("s3") else 0)


async def test_who_stops_reading_holds_nothing(blobs: Blobs) -> None:
    await put(blobs, NAME, content := os.urandom(PART))
    for _ in range(60):
        async with blobs.get(NAME) as blob:
            await anext(blob.pieces)
        async with blobs.get(NAME, 100):
            pass
    assert await content_of(blobs, NAME) == content


async def test_it_is_there_when_opened_again(kind: str, place: BlobPlace, blobs: Blobs) -> None:
    await put(blobs, NAME, b"milk")
    again = place.open()
    try:
        assert await again.size(NAME) == (4 if kind.endswith("raw") else 4 + 66 + 16)
    finally:
        await again.close()


async def test_a_check_leaves_nothing(blobs: Blobs, place: BlobPlace) -> None:
    await blobs.check()
    assert await names(blobs) == []
    assert place.unfinished("check") == 0


async def test_after_the_end_all_is_unavailable(blobs: Blobs) -> None:
    await put(blobs, NAME, b"milk")
    await blobs.close()
    for call in (blobs.put(NAME, cut(b"x")), content_of(blobs, NAME), blobs.size(NAME), names(blobs), blobs.check()):
        with pytest.raises(Unavailable):
            await call
    await blobs.close()
