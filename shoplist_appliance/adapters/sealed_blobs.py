"""Objects sealed in pieces, so that any part of one can be read, and none can be cut, mended or exchanged.

An object at rest is a head and a row of chunks::

    format (1 byte) | file key, sealed to the object's name | chunk 0 | chunk 1 | … | last chunk

The file key is random, made for one put alone. Each chunk is ``CHUNK`` bytes (the last one may be shorter, and is empty
in an empty object) under AES-256-GCM with that key; its nonce is its number, and whether it is the last (as STREAM has
it). So a chunk opens in its own place of its own object only, and the sealing key can be replaced in the head alone.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shoplist_appliance.adapters.blobs import checked_name, checked_range
from shoplist_appliance.adapters.keyring import KEY_SIZE
from shoplist_appliance.adapters.sealing import HEADER_SIZE, NONCE_SIZE, Sealer, Unsealable, key_id
from shoplist_appliance.ports import Blob, Blobs

log = logging.getLogger(__name__)

FORMAT: Final = b"\x01"
CHUNK: Final = 64 << 10
TAG: Final = 16
SEALED: Final = CHUNK + TAG
HEAD: Final = len(FORMAT) + HEADER_SIZE + NONCE_SIZE + KEY_SIZE + TAG


class SealedBlobs:
    """Obeys ``ports.Blobs``, over one that thereby holds sealed bytes only. Sizes are those before sealing."""

    def __init__(self, raw: Blobs, sealer: Sealer) -> None:
        self._raw = raw
        self._sealer = sealer
        self._changing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def put(self, name: str, chunks: AsyncIterable[bytes]) -> int:
        key = os.urandom(KEY_SIZE)
        async with (
            self._alone(name),
            contextlib.aclosing(_sealed(self._head(checked_name(name), key), key, chunks)) as sealed,
        ):
            return _plain_size(name, await self._raw.put(name, sealed))

    @contextlib.asynccontextmanager
    async def get(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[Blob]:
        """All of it in one request; of a part, the end is proven first, so that nobody reads of a cut object."""
        checked_range(start, end)
        if start == 0 and end is None:
            async with self._raw.get(name) as raw:
                pieces = _Pieces(raw.pieces)
                sealed = self._opened(name, raw.size, await pieces.take(HEAD))
                yield Blob(sealed.size, sealed.opened(pieces, 0, sealed.count))
            return
        async with self._raw.get(name, 0, HEAD) as raw:
            sealed = self._opened(name, raw.size, await _Pieces(raw.pieces).take(HEAD))
        end = sealed.size if end is None else min(end, sealed.size)
        first, beyond = start // CHUNK, -(-end // CHUNK)
        if start >= end:
            first = beyond = 0
        if beyond < sealed.count:
            async for _ in self._chunks(name, sealed, sealed.count - 1, sealed.count):
                pass
        cut = _cut(self._chunks(name, sealed, first, beyond), start - first * CHUNK, end - start)
        async with contextlib.aclosing(cut) as plain:
            yield Blob(sealed.size, plain)

    async def size(self, name: str) -> int | None:
        """As the storage says; whether it is true shows when the object is read."""
        size = await self._raw.size(name)
        return None if size is None else _plain_size(name, size)

    async def remove(self, name: str) -> None:
        async with self._alone(name):
            await self._raw.remove(name)

    def _alone(self, name: str) -> asyncio.Lock:
        """One at a time puts, removes or seals an object anew."""
        return self._changing.setdefault(name, asyncio.Lock())

    def list(self, prefix: str = "") -> AsyncIterator[str]:
        return self._raw.list(prefix)

    async def check(self) -> None:
        await self._raw.check()

    async def close(self) -> None:
        await self._raw.close()

    async def sealed(self, name: str) -> AsyncGenerator[bytes, None]:
        """The object as it lies, each chunk proven to open with our key before it is given. Raises ``Unsealable``."""
        async with self._raw.get(name) as raw:
            pieces = _Pieces(raw.pieces)
            head = await pieces.take(HEAD)
            sealed = self._opened(name, raw.size, head)
            yield head
            for number in range(sealed.count):
                chunk, _ = await sealed.chunk(pieces, number)
                yield chunk

    async def prove(self, name: str) -> None:
        """Raises ``Unsealable`` where the head of the object does not open with our key, ``NotFound`` without one."""
        async with self._raw.get(name, 0, HEAD) as raw:
            self._key(name, await _Pieces(raw.pieces).take(HEAD))

    # --- replacing the sealing key ---

    async def key_id(self, name: str) -> str:
        """The id of the key by which the object is sealed. Raises ``NotFound``."""
        async with self._raw.get(name, 0, HEAD) as raw:
            return key_id(_head_of(name, await _Pieces(raw.pieces).take(HEAD)))

    async def renew(self, name: str) -> bool:
        """``reseal`` where another key than the active one has sealed it; whether that was so.

        What is damaged, or none of ours, stays as it is, and must not keep all others.
        """
        try:
            async with self._alone(name):
                if await self.key_id(name) == self._sealer.active:
                    return False
                await self.reseal(name)
        except Unsealable as error:
            log.warning("%s; it is left as it is", error)
            return False
        return True

    async def reseal(self, name: str) -> None:
        """Seal the object with the active key: its head, for the chunks have a key of their own and are copied.

        Not while another process puts or removes it: it would come back. Who reads it meanwhile reads on.
        """
        async with self._raw.get(name) as raw:
            pieces = _Pieces(raw.pieces)
            key = self._key(name, await pieces.take(HEAD))
            async with contextlib.aclosing(_after(self._head(name, key), pieces)) as copy:
                await self._raw.put(name, copy)

    def _head(self, name: str, key: bytes) -> bytes:
        return FORMAT + self._sealer.seal(key, "blobs", "key", name)

    def _key(self, name: str, head: bytes) -> bytes:
        return self._sealer.unseal(_head_of(name, head), "blobs", "key", name)

    def _opened(self, name: str, size: int, head: bytes) -> "_Sealed":
        return _Sealed(name, AESGCM(self._key(name, head)), size - HEAD, _plain_size(name, size))

    async def _chunks(self, name: str, sealed: "_Sealed", first: int, beyond: int) -> AsyncGenerator[bytes, None]:
        if first < beyond:
            start, end = HEAD + first * SEALED, HEAD + min(beyond * SEALED, sealed.length)
            async with self._raw.get(name, start, end) as raw:
                async for plain in sealed.opened(_Pieces(raw.pieces), first, beyond):
                    yield plain


@dataclass(frozen=True, slots=True)
class _Sealed:
    """An object whose head was read: ``length`` of its chunks together, ``size`` of what they hold."""

    name: str
    cipher: AESGCM
    length: int
    size: int

    @property
    def count(self) -> int:
        return -(-self.length // SEALED)

    async def opened(self, pieces: "_Pieces", first: int, beyond: int) -> AsyncGenerator[bytes, None]:
        """What the chunks from the first up to ``beyond`` hold, which come in these pieces."""
        for number in range(first, beyond):
            _, plain = await self.chunk(pieces, number)
            if plain:
                yield plain

    async def chunk(self, pieces: "_Pieces", number: int) -> tuple[bytes, bytes]:
        """This one, which comes next, as it lies and as what it holds."""
        last = number == self.count - 1
        chunk = await pieces.take(self.length - number * SEALED if last else SEALED)
        try:
            return chunk, self.cipher.decrypt(_nonce(number, last), chunk, None)
        except (InvalidTag, ValueError) as error:
            raise _damaged(self.name) from error


class _Pieces:
    """Bytes as they come, taken as they are needed."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    async def take(self, size: int) -> bytes:
        """The next so many; fewer at the end."""
        taken = [self._left[:size]]
        self._left = self._left[size:]
        missing = size - len(taken[0])
        while missing and (piece := await anext(self._pieces, None)) is not None:
            taken.append(memoryview(piece)[:missing])
            self._left = memoryview(piece)[missing:]
            missing -= len(taken[-1])
        return b"".join(taken)

    async def rest(self) -> AsyncGenerator[bytes, None]:
        """All that is left."""
        yield bytes(self._left)
        async for piece in self._pieces:
            yield piece


async def _sealed(head: bytes, key: bytes, chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    """Each chunk is sealed when it is known whether another follows."""
    cipher, number, held = AESGCM(key), 0, bytearray()
    yield head
    async for piece in chunks:
        held += piece
        start = 0
        while len(held) - start > CHUNK:
            yield cipher.encrypt(_nonce(number, False), held[start : start + CHUNK], None)
            number, start = number + 1, start + CHUNK
        del held[:start]
    yield cipher.encrypt(_nonce(number, True), held, None)


async def _after(head: bytes, pieces: _Pieces) -> AsyncGenerator[bytes, None]:
    yield head
    async for piece in pieces.rest():
        yield piece


async def _cut(pieces: AsyncGenerator[bytes, None], skip: int, size: int) -> AsyncGenerator[bytes, None]:
    """So many bytes, without those before."""
    async with contextlib.aclosing(pieces):
        async for piece in pieces:
            yield (wanted := piece[skip : skip + size])
            skip, size = 0, size - len(wanted)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(NONCE_SIZE - 1, "big") + bytes([last])


def _plain_size(name: str, size: int) -> int:
    """Of an object with ``size`` bytes at rest. Raises ``Unsealable`` where none can have so many."""
    length = size - HEAD
    count = -(-length // SEALED)
    if length < TAG or length - (count - 1) * SEALED < TAG:
        raise _damaged(name)
    return length - count * TAG


def _head_of(name: str, head: bytes) -> bytes:
    if head[: len(FORMAT)] != FORMAT:
        raise _damaged(name)
    return head[len(FORMAT) :]


def _damaged(name: str) -> Unsealable:
    return Unsealable(("blobs", name), "it is damaged, or belongs to another place")
