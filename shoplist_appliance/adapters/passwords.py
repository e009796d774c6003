"""Passwords as Argon2id hashes, computed one at a time beside the event loop."""

import asyncio
import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from shoplist_appliance.domain.errors import Unavailable

T = TypeVar("T")

# OWASP's smaller setting: 26 ms on one core. On the loop it would hold up every edit; with two lanes or threads,
# the p99 of an edit beside it grows threefold on two cores.
MEMORY_KIB, PASSES, LANES, LENGTH, SALT = 19 * 1024, 2, 1, 32, 16


class Argon2Passwords:
    """Obeys ``ports.Passwords``. More than ``waiting`` callers at once: the next gets ``Unavailable("busy")``."""

    def __init__(self, threads: int = 1, waiting: int = 64) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._free = waiting + threads
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        return await self._beside(lambda: _hash(password))

    async def verify(self, password: str, phc: str | None) -> bool:
        return await self._beside(lambda: self._verify(password, phc))

    def close(self) -> None:
        """Finish what is being computed, drop what waits."""
        self._pool.shutdown(cancel_futures=True)

    async def _beside(self, work: Callable[[], T]) -> T:
        if self._free <= 0:
            raise Unavailable("busy")
        self._free -= 1
        job = asyncio.get_running_loop().run_in_executor(self._pool, work)
        # Not when the caller leaves, but when the thread is free again: else callers who leave fill the queue.
        job.add_done_callback(self._freed)
        return await asyncio.shield(job)

    def _freed(self, job: "asyncio.Future[T]") -> None:
        self._free += 1
        if not job.cancelled():
            job.exception()  # its caller may be gone: then nobody else asks, and asyncio would complain

    def _verify(self, password: str, phc: str | None) -> bool:
        if phc is None:
            # As much work as for an account that exists, so that the time does not tell which addresses do.
            self._nobody = self._nobody or _hash("nobody has this password")
            _matches(password, self._nobody)
            return False
        return _matches(password, phc)


def _hash(password: str) -> str:
    kdf = Argon2id(salt=os.urandom(SALT), length=LENGTH, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(_bytes(password))


def _matches(password: str, phc: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(_bytes(password), phc)
    except InvalidKey:
        return False
    return True


def _bytes(password: str) -> bytes:
    """One spelling for what looks the same: keyboards differ in how they compose «й»."""
    return unicodedata.normalize("NFC", password).encode()
