"""The only place that starts background tasks: it keeps references, logs crashes, and ends them in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


class Tasks:
    """Background work of one running app."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[Any], None] = {}

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run it to its end beside everything else. What it raises is logged once, with its name."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running[task] = None
        task.add_done_callback(self._ended)
        return task

    def every(self, seconds: float, work: Callable[[], Awaitable[object]], name: str) -> asyncio.Task[object]:
        """Run it again and again, ``seconds`` after its last end; a failure is logged and does not end it."""

        async def repeat() -> None:
            while True:
                await asyncio.sleep(seconds)
                try:
                    await work()
                except Exception:
                    log.exception("%s failed; it will be tried again", name)

        return self.start(repeat(), name)

    async def close(self) -> None:
        """Cancel what still runs, the newest first, and wait until each has ended; also what starts meanwhile."""
        while self._running:
            task = next(reversed(self._running))
            task.cancel()
            await asyncio.wait([task])

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.pop(task, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s crashed", task.get_name(), exc_info=error)
