"""Sealed objects: any part can be read, and nothing that was cut, mended, moved or exchanged is."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplist_appliance.adapters.folder import open_folder
from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.sealed_blobs import CHUNK, HEAD, SEALED, SealedBlobs
from shoplist_appliance.adapters.sealing import Unsealable
from shoplist_appliance.domain.errors import NotFound
from tests.app.test_hunt import found
from tests.contract.blob_places import KINDS, Kind, blob_place, content_of, cut, put, sealed

NAME, OTHER = "files/one", "files/other"
SIZES = st.builds(
    lambda chunks, more: max(0, chunks * CHUNK + more), st.integers(0, 4), st.integers(-2, 2) | st.integers(0, CHUNK)
)


@contextmanager
def stored(**contents: bytes) -> Iterator[tuple[SealedBlobs, Path]]:
    """Objects ``files/…`` in a folder, and that folder."""
    with TemporaryDirectory() as folder:
        blobs = sealed(open_folder(Path(folder)))

        async def fill() -> None:
            for name, content in contents.items():
                await put(blobs, f"files/{name}", content)

        asyncio.run(fill())
        yield blobs, Path(folder)
        asyncio.run(blobs.close())


@settings(max_examples=60, deadline=None)
@given(size=SIZES, piece=st.integers(1, 3 * CHUNK), data=st.data())
def test_any_range_of_any_size_is_what_was_put(size: int, piece: int, data: st.DataObject) -> None:
    content = os.urandom(size)

    async def read() -> None:
        assert await blobs.put(NAME, cut(content, piece)) == size == await blobs.size(NAME)
        assert await content_of(blobs, NAME) == content
        for _ in range(5):
            start = data.draw(st.integers(0, size + 2))
            end = data.draw(st.none() | st.integers(start, size + CHUNK))
            assert await content_of(blobs, NAME, start, end) == content[start:end]

    with stored() as (blobs, _):
        asyncio.run(read())


Spoil = Callable[[bytes, bytes], bytes]
CHUNKS = 3
LAST = HEAD + (CHUNKS - 1) * SEALED


def swapped(one: int, other: int) -> Spoil:
    def spoil(raw: bytes, _: bytes) -> bytes:
        chunks = [raw[HEAD + n * SEALED : HEAD + (n + 1) * SEALED] for n in range(CHUNKS)]
        chunks[one], chunks[other] = chunks[other], chunks[one]
        return raw[:HEAD] + b"".join(chunks)

    return spoil


TAMPERED: dict[str, Spoil] = {
    "cut by a byte": lambda raw, other: raw[:-1],
    "cut within the last tag": lambda raw, other: raw[: LAST + 10],
    "cut at the border of a chunk": lambda raw, other: raw[:LAST],
    "cut to its first chunk": lambda raw, other: raw[: HEAD + SEALED],
    "cut to its head": lambda raw, other: raw[:HEAD],
    "cut within its head": lambda raw, other: raw[: HEAD - 1],
    "cut to nothing": lambda raw, other: b"",
    "extended by a byte": lambda raw, other: raw + b"\0",
    "extended by a chunk": lambda raw, other: raw + raw[HEAD : HEAD + SEALED],
    "extended by its last chunk": lambda raw, other: raw + raw[LAST:],
    "without its first chunk": lambda raw, other: raw[:HEAD] + raw[HEAD + SEALED :],
    "without its middle chunk": lambda raw, other: raw[: HEAD + SEALED] + raw[LAST:],
    "with a chunk twice": lambda raw, other: raw[: HEAD + SEALED] + raw[HEAD:],
    "with chunks in another order": swapped(0, 1),
    "with the last chunk first": swapped(0, 2),
    "another object": lambda raw, other: other,
    "under another's head": lambda raw, other: other[:HEAD] + raw[HEAD:],
    "with another's chunk": lambda raw, other: raw[:HEAD] + other[HEAD : HEAD + SEALED] + raw[HEAD + SEALED :],
    "of another format": lambda raw, other: b"\x02" + raw[1:],
}


@pytest.mark.parametrize("last", [1, 1000, CHUNK])
@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_tampered_with_is_refused(how: str, last: int) -> None:
    size = (CHUNKS - 1) * CHUNK + last
    with stored(one=os.urandom(size), other=os.urandom(size)) as (blobs, folder):
        spoilt = TAMPERED[how]((folder / NAME).read_bytes(), (folder / OTHER).read_bytes())
        assert spoilt != (folder / NAME).read_bytes()
        (folder / NAME).write_bytes(spoilt)
        for part in ((0, 10), (CHUNK, CHUNK + 10), (2 * CHUNK, None), (0, None)):
            if touches(how, part):
                with pytest.raises(Unsealable):
                    asyncio.run(content_of(blobs, NAME, *part))


def touches(how: str, part: tuple[int, int | None]) -> bool:
    """Reading a range proves the head, its own chunks and the end; what was exchanged elsewhere is not its matter."""
    if part == (0, None):
        return True
    elsewhere = {"with another's chunk": {CHUNK, 2 * CHUNK}, "with chunks in another order": {2 * CHUNK}}
    return part[0] not in elsewhere.get(how, set())


@settings(max_examples=60, deadline=None)
@given(size=SIZES, where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_changed_bit_is_read(size: int, where: float, bit: int) -> None:
    with stored(one=os.urandom(size)) as (blobs, folder):
        raw = bytearray((folder / NAME).read_bytes())
        raw[int(where * len(raw))] ^= 1 << bit
        (folder / NAME).write_bytes(raw)
        with pytest.raises(Unsealable):
            asyncio.run(content_of(blobs, NAME))


@settings(max_examples=40, deadline=None)
@given(size=SIZES, left=st.floats(0, 1, exclude_max=True))
def test_nothing_cut_is_read(size: int, left: float) -> None:
    with stored(one=os.urandom(size)) as (blobs, folder):
        raw = (folder / NAME).read_bytes()
        (folder / NAME).write_bytes(raw[: int(left * len(raw))])
        for start in (0, min(1, size)):
            with pytest.raises(Unsealable):
                asyncio.run(content_of(blobs, NAME, start))


def test_an_object_under_another_name_is_refused() -> None:
    with stored(one=b"milk") as (blobs, folder):
        (folder / NAME).rename(folder / OTHER)
        with pytest.raises(Unsealable, match="belongs to another place"):
            asyncio.run(content_of(blobs, OTHER))


async def test_the_same_content_is_never_the_same_at_rest(tmp_path: Path) -> None:
    blobs = sealed(open_folder(tmp_path))
    for name in (NAME, OTHER):
        await put(blobs, name, bytes(2 * CHUNK))
    one, other = ((tmp_path / name).read_bytes() for name in (NAME, OTHER))
    assert one[HEAD : HEAD + SEALED] not in (other[HEAD : HEAD + SEALED], one[HEAD + SEALED : HEAD + 2 * SEALED])
    await blobs.close()


def after(keyring: Keyring) -> Keyring:
    """With a new active key beside the old ones."""
    new = Keyring.new()
    return Keyring({**keyring.keys, **new.keys}, new.active, keyring.lookup)


@pytest.mark.parametrize("kind", KINDS)
async def test_another_key_seals_and_the_old_one_is_needed_no_longer(
    kind: Kind, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    raw = blob_place(kind, tmp_path, request).open()
    old = Keyring.new()
    both = after(old)
    content = os.urandom(3 * CHUNK + 5)
    await put(sealed(raw, old), NAME, content)
    blobs = sealed(raw, both)
    assert await blobs.key_id(NAME) == old.active
    async with blobs.get(NAME) as blob:
        await anext(blob.pieces)
    await blobs.reseal(NAME)
    assert await blobs.key_id(NAME) == both.active
    assert (
        await content_of(sealed(raw, Keyring({both.active: both.keys[both.active]}, both.active, b"")), NAME) == content
    )
    with pytest.raises(Unsealable, match="has not the key"):
        await content_of(sealed(raw, old), NAME)
    with pytest.raises(NotFound):
        await blobs.reseal(OTHER)
    await blobs.close()


async def test_who_reads_by_ranges_reads_on_while_the_key_is_replaced(tmp_path: Path) -> None:
    raw, old = open_folder(tmp_path), Keyring.new()
    content = os.urandom(40 * CHUNK)
    await put(sealed(raw, old), NAME, content)
    blobs = sealed(raw, after(old))
    async with blobs.get(NAME, CHUNK) as blob:
        read = await anext(blob.pieces)
        await blobs.reseal(NAME)
        assert read + b"".join([piece async for piece in blob.pieces]) == content[CHUNK:]
    await blobs.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_no_word_is_found_at_rest(kind: Kind, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    raw = blob_place(kind, tmp_path, request).open()
    folder = tmp_path if kind == "folder" else request.getfixturevalue("s3").data
    if folder is None:
        pytest.skip("the files of the S3 that the environment names are not ours to read")
    blobs = sealed(raw)
    words = {"short": "Ёлочная игрушка 4f81", "long": "unmistakable words of Anna"}
    await put(blobs, NAME, words["short"].encode())
    await put(blobs, OTHER, (words["long"] + " ").encode() * 300_000)
    assert found(folder, words) == []
    await put(raw, "files/plain", words["short"].encode() * 100_000)
    assert found(folder, words) != [], "a hunt that cannot find is no proof"
    await blobs.close()
