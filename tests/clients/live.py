"""A live client from PyPI: python-socketio, in any transport, which keeps all it heard in the order it heard it."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import socketio  # type: ignore[import-untyped]
from socketio.exceptions import ConnectionError as Refused  # type: ignore[import-untyped]

from tests.clients.http import check_problem
from tests.clients.making import Json

LIVE = "/live"
WAIT = 30.0


class Live:
    """One connection. ``heard`` holds (name, payload) of events and ("answer", answer) of acknowledgements."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.heard: list[tuple[str, Any]] = []
        self.client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self.client.on("*", self._event, namespace=LIVE)
        self.client.on("connect", self._connect, namespace=LIVE)
        self.client.on("connect_error", self._connect_error, namespace=LIVE)
        self.client.on("disconnect", self._disconnect, namespace=LIVE)
        self.refusal: Any = None
        self.connected = False
        self._news = asyncio.Event()

    def _connect(self) -> None:
        self.connected = True

    def _event(self, name: str, *payload: Any) -> None:
        self._note(name, payload[0] if payload else None)

    def _connect_error(self, reason: Any = None) -> None:
        self.refusal = reason

    def _disconnect(self, *reason: Any) -> None:
        self.connected = False
        self._note("disconnected", reason)

    def _note(self, name: str, payload: Any) -> None:
        self.heard.append((name, payload))
        self._news.set()

    async def connect(
        self,
        auth: Json | None,
        transports: tuple[str, ...] = ("websocket",),
        headers: dict[str, str] | None = None,
    ) -> Self:
        await self.client.connect(self.url, headers or {}, auth, list(transports), namespaces=[LIVE], wait_timeout=WAIT)
        return self

    async def refused(self, auth: Json | None, code: str, **how: Any) -> Json:
        """Connect, be refused, and return the problem object."""
        try:
            await self.connect(auth, **how)
        except Refused:
            pass
        else:
            raise AssertionError("the connection was accepted")
        assert set(self.refusal) == {"message", "data"}, self.refusal
        problem = check_problem(self.refusal["data"], code)
        assert self.refusal["message"] == problem["title"]
        return problem

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        await self.client.disconnect()

    async def send(self, name: str, *args: object) -> "asyncio.Future[Any]":
        """Emit without waiting for the acknowledgement; the future is the answer, whole."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def answered(*got: Any) -> None:
            self._note("answer", got[0] if got else None)
            if not answer.done():
                answer.set_result(got[0] if got else None)

        await self.client.emit(name, args, LIVE, callback=answered)
        return answer

    async def ask(self, name: str, payload: object = None) -> Json:
        """Emit and wait: the acknowledgement as it came, ``ok`` and ``result`` or ``error``."""
        answer = await asyncio.wait_for(await self.send(name, {} if payload is None else payload), WAIT)
        assert isinstance(answer, dict), answer
        assert set(answer) == ({"ok", "result"} if answer["ok"] is True else {"ok", "error"}), answer
        return answer

    async def call(self, name: str, /, **payload: object) -> Json:
        answer = await self.ask(name, payload)
        assert answer["ok"] is True, answer
        result: Json = answer["result"]
        return result

    async def problem(self, code: str, name: str, /, **payload: object) -> Json:
        answer = await self.ask(name, payload)
        assert answer["ok"] is False, answer
        return check_problem(answer["error"], code)

    def events(self, name: str) -> list[Any]:
        return [payload for heard, payload in self.heard if heard == name]

    async def until(self, condition: Callable[[], object], wait: float = WAIT) -> None:
        """Wait until something heard made this true."""

        async def watch() -> None:
            while not condition():
                self._news.clear()
                await self._news.wait()

        try:
            await asyncio.wait_for(watch(), wait)
        except TimeoutError:
            raise AssertionError(f"not heard within {wait} s; heard: {self.heard[-10:]}") from None

    async def hear(self, name: str, count: int = 1, wait: float = WAIT) -> Any:
        """Wait until the event came ``count`` times in all; the last of these payloads."""
        await self.until(lambda: len(self.events(name)) >= count, wait)
        return self.events(name)[count - 1]

    def changes(self, list_id: str) -> list[Json]:
        """All changes of a list that were told here, in the order told."""
        return [change for told in self.events("list.changed") if told["list"] == list_id for change in told["changes"]]

    async def settle(self) -> None:
        """Wait until whatever the server told before now has arrived: its answer comes after all of it."""
        await self.call("clock")
