"""Moving all objects from a folder or bucket to another while the product is stopped.

They go as they lie, sealed, each whole or not at all, and each is proven to open with our key on its way. So an attempt
that was cut short, wherever, is taken up by doing it again: what lies at the target as it does at the source stays.
Both places give their names in the same order, so that neither has to be known as a whole.
"""

import asyncio
import contextlib
import hashlib
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from shoplist_appliance.adapters.blobs import MARK, Role, ThreadedBlobs, is_name
from shoplist_appliance.adapters.clock import SystemClock
from shoplist_appliance.adapters.opening import open_raw_blobs
from shoplist_appliance.adapters.refusals import NotEmpty, StoreUnreadable, Unfinished
from shoplist_appliance.adapters.sealed_blobs import HEAD, SealedBlobs
from shoplist_appliance.adapters.sealing import Sealer, Unsealable
from shoplist_appliance.config import CannotStart, S3Address, SettingError, Settings
from shoplist_appliance.domain.errors import NotFound, Unavailable

T = TypeVar("T")
Address = Path | S3Address
Say = Callable[[str], None]

SAID_SECONDS: Final = 5.0
AT_ONCE: Final = 4
"""So many objects are on their way together, each with a few parts in memory."""


def check_places(settings: Settings, source: Address, target: Address) -> None:
    """Raises ``CannotStart`` where nothing can be moved between the two, whatever they hold."""
    if isinstance(source, Path) and isinstance(target, Path):
        here, there = source.resolve(), target.resolve()
        if here == there:
            raise CannotStart("--blobs-from and --blobs-to name the same folder")
        if here in there.parents or there in here.parents:
            raise CannotStart("one of --blobs-from and --blobs-to lies within the other; take folders side by side")
    elif _shown(source) == _shown(target):
        raise CannotStart("--blobs-from and --blobs-to name the same bucket")
    if isinstance(source, S3Address) or isinstance(target, S3Address):
        for name, value in (("blobs.key", settings.blobs_key), ("blobs.secret", settings.blobs_secret)):
            if value is None:
                raise SettingError(name, "it is needed where --blobs-from or --blobs-to names S3")


def _shown(address: Address) -> str:
    return f"{address.endpoint}/{address.bucket}" if isinstance(address, S3Address) else str(address.resolve())


@dataclass(frozen=True)
class Place:
    """One of the two, open: ``raw`` has the objects as they lie, ``sealed`` opens them."""

    name: str
    raw: ThreadedBlobs
    sealed: SealedBlobs

    @classmethod
    def open(cls, settings: Settings, address: Address, role: Role, sealer: Sealer) -> "Place":
        raw = open_raw_blobs(settings, address, SystemClock(), role)
        return cls(_shown(address), raw, SealedBlobs(raw, sealer))

    async def names(self) -> AsyncGenerator[str, None]:
        """Those of the objects."""
        async for name in self.raw.list():
            if name != MARK:
                yield name

    async def everything(self) -> AsyncGenerator[str, None]:
        """Also of what is no object of ours."""
        async for name in self.raw.everything():
            if name != MARK:
                yield name

    async def head(self, name: str) -> tuple[int, bytes]:
        """By which an object is known again: what is put anew, or sealed anew, has another."""
        async with self.raw.get(name, 0, HEAD) as blob:
            return blob.size, b"".join([piece async for piece in blob.pieces])

    async def mark(self) -> bytes | None:
        """What the mark says. Raises ``Unsealable``."""
        try:
            async with self.sealed.get(MARK) as blob:
                return b"".join([piece async for piece in blob.pieces])
        except NotFound:
            return None


@contextlib.contextmanager
def opened(
    runner: asyncio.Runner, settings: Settings, source: Address, target: Address, sealer: Sealer, say: Say
) -> Iterator["Objects"]:
    """Both places, for what this runner runs. Raises ``CannotOpen``."""
    with contextlib.ExitStack() as stack:
        here = Place.open(settings, source, "source", sealer)
        stack.callback(lambda: runner.run(here.raw.close()))
        there = Place.open(settings, target, "target", sealer)
        stack.callback(lambda: runner.run(there.raw.close()))
        yield Objects(here, there, say)


@dataclass
class Progress:
    """Lines now and then on what is being done, also in the midst of a large object."""

    doing: str
    total: int
    say: Say
    count: int = 0
    size: int = 0
    _told: float = field(default_factory=time.monotonic)

    def moved(self, size: int) -> None:
        self.size += size
        self._tell()

    def done(self) -> None:
        self.count += 1
        self._tell()

    def end(self) -> None:
        self.say(f"{self.doing} objects: {self.count}, done")

    def _tell(self) -> None:
        if time.monotonic() - self._told > SAID_SECONDS:
            self._told = time.monotonic()
            size = f", {self.size / (1 << 20):.1f} MiB" if self.size else ""
            self.say(f"{self.doing} objects: {self.count} of {max(self.count, self.total)}{size}")


@dataclass
class Objects:
    """From a source to a target that nobody else has meanwhile. Every call may raise ``CannotOpen``; the same again
    goes on."""

    source: Place
    target: Place
    say: Say
    total: int = 0

    async def move(self, ending: bool = False) -> str:
        """Until the target holds what the source does, verified; returns what to say of it. Its mark is still there.

        ``ending``: an earlier attempt may have come to its end here, and not elsewhere.
        """
        with self._telling():
            self.say(f"moving objects of {self.source.name} to {self.target.name}")
            begun = await self._begin(ending)
            self.total = await _count(self.source.names())
            if begun:
                self.say("an earlier attempt is taken up")
                await self._remove_outdated()
            if begun is not None:
                await self._copy()
            return f"objects {await self._verified(begun is None)}"

    async def finish(self) -> None:
        """From now on the target counts as a place of objects."""
        with self._telling():
            await self.target.raw.remove(MARK)

    async def _begin(self, ending: bool) -> bool | None:
        """Whether this very migration has begun there, after which the target has its mark; None where it has ended."""
        source = self.source.name.encode()
        try:
            mark = await self.target.mark()
        except Unsealable:
            mark = b""
        if mark == source:
            return True
        if mark is not None:
            raise Unfinished(
                f"{self.target.name} is the target of a migration of other objects, which has not ended; name those"
                " with --blobs-from, or another target with --blobs-to"
            )
        async with contextlib.aclosing(self.target.everything()) as names:
            async for name in names:
                if ending:
                    return None
                raise NotEmpty(
                    f"{self.target.name} holds something already, {name!r}; a migration needs a target that holds"
                    " nothing"
                )
        await self.target.sealed.put(MARK, _once(source))
        return False

    async def _remove_outdated(self) -> None:
        """What the source has no longer: it may have been used since that attempt."""

        async def remove(pair: tuple[bool, str, bool]) -> None:
            ours, name, _ = pair
            if not ours:
                await self._refuse_foreign(name)
                await self.target.raw.remove(name)

        await _each(self._pairs(), remove)

    async def _refuse_foreign(self, name: str) -> None:
        """Nothing is removed that this key did not put there."""
        try:
            if is_name(name):
                await self.target.sealed.prove(name)
                return
        except Unsealable:
            pass
        raise NotEmpty(f"{self.target.name} holds {name!r}, which no migration has put there; take it away first")

    async def _copy(self) -> None:
        progress = Progress("copying", self.total, self.say)

        async def copy(pair: tuple[bool, str, bool]) -> None:
            ours, name, theirs = pair
            if ours and not (theirs and await self.source.head(name) == await self.target.head(name)):
                async with contextlib.aclosing(_counted(self.source.sealed.sealed(name), progress)) as pieces:
                    await self.target.raw.put(name, pieces)
            progress.done()

        await _each(self._pairs(), copy)
        progress.end()

    async def _verified(self, ended: bool) -> int:
        """How many objects there are on both sides, each equal to the other's and opened by our key."""
        progress = Progress("verifying", self.total, self.say)

        async def verify(pair: tuple[bool, str, bool]) -> None:
            ours, name, theirs = pair
            if not ours and not ended:
                await self._refuse_foreign(name)
            if ours and theirs and await self._is_equal(name, progress):
                return progress.done()
            if ended:
                raise NotEmpty(
                    f"{self.target.name} holds something already, and not what {self.source.name} does; a migration"
                    " needs a target that holds nothing"
                )
            if theirs:  # for its beginning, by which it would be known, may be sound
                await self.target.raw.remove(name)
            raise StoreUnreadable(
                f"{self.target.name} does not hold what was written there, at {name!r}; it is not used, and the same"
                " command begins with mending it"
            )

        await _each(self._pairs(), verify)
        progress.end()
        return progress.count

    async def _is_equal(self, name: str, progress: Progress) -> bool:
        ours = await _digest(_counted(self.source.sealed.sealed(name), progress))
        try:
            return await _digest(self.target.sealed.sealed(name)) == ours
        except Unsealable:
            return False

    async def _pairs(self) -> AsyncGenerator[tuple[bool, str, bool], None]:
        """All names, and whether the source and the target have them."""
        async with (
            contextlib.aclosing(self.source.names()) as ours,
            contextlib.aclosing(self.target.everything()) as theirs,
        ):
            our, their = await anext(ours, None), await anext(theirs, None)
            while our is not None or their is not None:
                name = min((name for name in (our, their) if name is not None), key=os.fsencode)
                yield name == our, name, name == their
                our, their = (
                    await anext(ours, None) if name == our else our,
                    await anext(theirs, None) if name == their else their,
                )

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except Unsealable as error:
            raise StoreUnreadable(f"{self.source.name} is damaged, and is not moved: {error}") from error
        except NotFound as error:
            raise StoreUnreadable("an object went away while it was moved; the same command goes on") from error
        except Unavailable as error:
            cause = error.__cause__
            why = (cause.strerror if isinstance(cause, OSError) else None) or cause or "the storage does not answer"
            raise StoreUnreadable(
                f"the objects cannot be moved any further: {why}; the same command goes on"
            ) from error


async def _each(items: AsyncGenerator[T, None], work: Callable[[T], Awaitable[None]]) -> None:
    """Some at once. The first one that fails, in their order, ends it when those beside it have ended."""
    async with contextlib.aclosing(items):
        more = True
        while more:
            batch: list[T] = []
            while more and len(batch) < AT_ONCE:
                try:
                    batch.append(await anext(items))
                except StopAsyncIteration:
                    more = False
            for failed in await asyncio.gather(*map(work, batch), return_exceptions=True):
                if failed is not None:
                    raise failed


async def _count(names: AsyncGenerator[str, None]) -> int:
    count = 0
    async for _ in names:
        count += 1
    return count


async def _counted(pieces: AsyncGenerator[bytes, None], progress: Progress) -> AsyncGenerator[bytes, None]:
    async with contextlib.aclosing(pieces):
        async for piece in pieces:
            progress.moved(len(piece))
            yield piece


async def _digest(pieces: AsyncGenerator[bytes, None]) -> bytes:
    digest = hashlib.sha256()
    async with contextlib.aclosing(pieces):
        async for piece in pieces:
            digest.update(piece)
    return digest.digest()


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
