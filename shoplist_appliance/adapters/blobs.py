"""Objects beside the event loop: what folder and S3 do by blocking is done here in a bounded pool of threads."""

import asyncio
import contextlib
import re
import threading
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, Final, Literal, ParamSpec, Protocol, TypeVar

from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.ports import Blob

P = ParamSpec("P")
T = TypeVar("T")

PAGE: Final = 1000
CHECK_SECONDS: Final = 5.0

MARK: Final = "migration"
"""The object that a place has until everything was moved there: what it says is ``ops.migrate_objects``'s own."""

Role = Literal["home", "source", "target"]
"""What a place is opened for. With a mark it is a target only. A source is never made, and it and a target answer when
they are opened."""

_PART: Final = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}"
_NAME: Final = re.compile(f"{_PART}(/{_PART})*")
_PREFIX: Final = re.compile(f"({_PART}/)*")
LONGEST_NAME: Final = 900


def checked_name(name: str) -> str:
    """The name, if it is one: see ``ports.Blobs``. Raises ``ValueError``."""
    if not is_name(name):
        raise ValueError(f"{name!r} is no name of an object")
    return name


def is_name(name: str) -> bool:
    """Whether an object may have it."""
    return _NAME.fullmatch(name) is not None and len(name) <= LONGEST_NAME


def checked_prefix(prefix: str) -> str:
    """The prefix, if it is whole parts of a name. Raises ``ValueError``."""
    if not _PREFIX.fullmatch(prefix) or len(prefix) > LONGEST_NAME:
        raise ValueError(f"{prefix!r} is no beginning of a name")
    return prefix


def checked_range(start: int, end: int | None) -> None:
    """Raises ``ValueError`` where no bytes can lie between the two."""
    if start < 0 or (end is not None and end < start):
        raise ValueError(f"{start} to {end} is no range")


class Source(Protocol):
    """An object open for reading, of ``size`` bytes as a whole; ``left`` of those asked for were not read yet."""

    size: int
    left: int

    def read(self) -> bytes:
        """The next of them, at least one. Raises ``Unavailable``."""

    def close(self) -> None: ...


class Sink(Protocol):
    """An object that is being written. Nothing of it is there before ``keep``."""

    def write(self, piece: bytes) -> None:
        """Take the next ``Storage.piece`` bytes; the last time it may be fewer."""

    def keep(self) -> None:
        """Let it be there, whole and durable."""

    def drop(self) -> None:
        """Leave nothing of it, unless it was kept."""


class Storage(Protocol):
    """Objects as ``ports.Blobs`` has them, by calls that block. Any thread may call; errors are those of the port."""

    piece: int

    def source(self, name: str, start: int, end: int | None) -> Source: ...

    def sink(self, name: str) -> Sink:
        """Does nothing yet: what it needs is made by its first call."""

    def size(self, name: str) -> int | None: ...

    def remove(self, name: str) -> None: ...

    def names(self, prefix: str) -> Iterator[str]: ...

    def check(self) -> None: ...

    def close(self) -> None: ...


class ThreadedBlobs:
    """Obeys ``ports.Blobs``, over a storage that blocks.

    No thread waits for a caller: it gets a piece at a time, and has it written, or reads the next one ahead.
    """

    def __init__(self, storage: Storage, threads: int, name: str) -> None:
        self._storage = storage
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._closed = False

    async def put(self, name: str, chunks: AsyncIterable[bytes]) -> int:
        sink = self._storage.sink(checked_name(name))
        turns, size, writing = _Turns(self._submit), 0, None
        try:
            async with contextlib.aclosing(_pieces(chunks, self._storage.piece)) as pieces:
                async for piece in pieces:
                    if writing is not None:
                        await asyncio.wrap_future(writing)
                    writing = turns.take(sink.write, piece)
                    size += len(piece)
            if writing is not None:
                await asyncio.wrap_future(writing)
            await asyncio.wrap_future(turns.take(sink.keep))
        except BaseException:
            turns.end(sink.drop)
            raise
        return size

    @contextlib.asynccontextmanager
    async def get(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[Blob]:
        checked_range(start, end)
        source = await self._run(self._storage.source, checked_name(name), start, end)
        turns = _Turns(self._submit)
        try:
            yield Blob(source.size, _read(source, turns))
        finally:
            turns.end(source.close)

    async def size(self, name: str) -> int | None:
        return await self._run(self._storage.size, checked_name(name))

    async def remove(self, name: str) -> None:
        await self._run(self._storage.remove, checked_name(name))

    async def list(self, prefix: str = "") -> AsyncIterator[str]:
        async for name in self._names(checked_prefix(prefix)):
            if is_name(name):  # others may keep something there too
                yield name

    def everything(self) -> AsyncIterator[str]:
        """The names of all that lies there, also those that are no names of ours."""
        return self._names("")

    async def _names(self, prefix: str) -> AsyncIterator[str]:
        names = self._storage.names(prefix)
        while page := await self._run(lambda: list(islice(names, PAGE))):
            for name in page:
                yield name

    async def check(self) -> None:
        try:
            await asyncio.wait_for(self._run(self._storage.check), CHECK_SECONDS)
        except TimeoutError as error:
            raise Unavailable("storage") from error

    async def close(self) -> None:
        """What was put is stored; what is still being put is dropped."""
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown)
        self._storage.close()

    async def _run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        if self._closed:
            raise Unavailable("storage")
        return await asyncio.wrap_future(self._submit(lambda: work(*args, **named)))

    def _submit(self, work: Callable[[], T]) -> "Future[T]":
        try:
            return self._pool.submit(work)
        except RuntimeError as error:
            raise Unavailable("storage") from error


class _Turns:
    """What is done with one object, one after another, whichever threads do it."""

    def __init__(self, submit: Callable[[Callable[[], Any]], "Future[Any]"]) -> None:
        self._submit = submit
        self._lock = threading.Lock()
        self._ended = False

    def take(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> "Future[T]":
        """Do it in a thread."""

        def turn() -> T:
            with self._lock:
                if self._ended:
                    raise Unavailable("storage")
                return work(*args, **named)

        return self._submit(turn)

    def end(self, work: Callable[[], None]) -> None:
        """Do it after what is under way and instead of all that waits; nobody waits for it."""

        def last() -> None:
            with self._lock:
                self._ended = True
                work()

        with contextlib.suppress(Unavailable):  # closed: the next start tidies up
            self._submit(last)


async def _read(source: Source, turns: _Turns) -> AsyncIterator[bytes]:
    """The pieces, the next one read while the caller has the last."""
    reading = turns.take(source.read) if source.left else None
    while reading is not None:
        piece = await asyncio.wrap_future(reading)
        reading = turns.take(source.read) if source.left else None
        yield piece


async def _pieces(chunks: AsyncIterable[bytes], size: int) -> AsyncGenerator[bytes, None]:
    """The same bytes, ``size`` at a time: S3 wants parts alike."""
    waiting: list[bytes] = []
    held = 0
    async for chunk in chunks:
        while held + len(chunk) >= size:
            head, chunk = chunk[: size - held], chunk[size - held :]
            yield b"".join([*waiting, head])
            waiting, held = [], 0
        if chunk:
            waiting.append(chunk)
            held += len(chunk)
    if held:
        yield b"".join(waiting)
