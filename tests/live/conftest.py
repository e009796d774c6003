"""A live door with a small table of its own behind it, on a real port: the calls do just what each test is about."""

import asyncio
import contextlib
import dataclasses
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from shoplist_appliance.config import Settings
from shoplist_appliance.domain.errors import Unauthenticated
from shoplist_appliance.domain.ids import ListId, PersonId, TokenId
from shoplist_appliance.domain.people import Scope
from shoplist_appliance.live.rooms import Broadcaster
from shoplist_appliance.live.server import Live
from shoplist_appliance.ops.metrics import Counters
from shoplist_appliance.ports import ListGone
from shoplist_appliance.tasks import Tasks
from shoplist_appliance.usecases.people import Principal
from shoplist_appliance.usecases.services import Services
from shoplist_appliance.web.operations import Dispatcher, table_of
from shoplist_appliance.web.ratelimit import Limits
from shoplist_appliance.web.rows import Access, Caller, House, Operation
from tests.clients.live import Live as Client
from tests.clients.wire import Wire

Run = Callable[[House, Any, Caller], Awaitable[Any]]


class People:
    """Tokens by name: ``anna`` is the secret of the person ``anna``, ``anna.2`` another of hers."""

    def __init__(self) -> None:
        self.slow: asyncio.Event | None = None  # what a look at a token waits for
        self.ended: set[TokenId] = set()
        self.asked = 0

    def cached(self, secret: str) -> Principal | None:
        return None if self.slow else self._principal(secret)

    async def authenticate(self, secret: str) -> Principal:
        self.asked += 1
        principal = self._principal(secret)
        if self.slow:
            await self.slow.wait()
        if principal is None:
            raise Unauthenticated("token")
        return principal

    def is_live(self, token: TokenId) -> bool:
        return token not in self.ended

    def _principal(self, secret: str) -> Principal | None:
        person = secret.partition(".")[0]
        if person not in ("anna", "boris"):
            return None
        both: frozenset[Scope] = frozenset({"read", "write"})
        return Principal(PersonId(person), TokenId(secret), "user", both, session=True, language="ru")


class Town:
    """One running server."""

    def __init__(self, settings: Settings, **how: float) -> None:
        self.settings = settings
        self.people = People()
        people = cast(Any, self.people)
        self.counters = Counters()
        self.tasks = Tasks()
        self.broadcaster = Broadcaster(self.counters)
        self.begun: list[Any] = []  # what calls carried, in the order in which they took their place
        self.gate = asyncio.Event()  # what ``wait`` waits for
        table = table_of(self._rows())
        none = cast(Any, None)
        services = Services(**{field.name: none for field in dataclasses.fields(Services)} | {"people": people})
        self.dispatcher = Dispatcher(services, Limits(0), self.counters, lambda: self.url, table)
        self.live = Live(
            self.dispatcher,
            self.broadcaster,
            people,
            settings,
            self.counters,
            self.tasks,
            **how,
        )
        self.url = ""

    def _rows(self) -> list[Operation]:
        return [
            _row("echo", self._echo),
            _row("place", self._place),
            _row("wait", self._wait),
            _row("turn", self._turn),
            _row("fault", self._fault),
            _row("unencodable", self._unencodable),
            _row("unencodable.later", self._unencodable_later),
            _row("whoami", self._whoami),
            _row("lists.open", self._open, live_only=True),
            _row("big", self._big),
        ]

    async def _echo(self, house: House, wish: Any, caller: Caller) -> Any:
        return wish

    def _place(self, house: House, wish: Any, caller: Caller) -> Awaitable[Any]:
        """As an edit: takes its place at once, and answers later."""
        self.begun.append(wish)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(answer.set_result, wish)
        return answer

    async def _wait(self, house: House, wish: Any, caller: Caller) -> Any:
        await self.gate.wait()
        return wish

    def _turn(self, house: House, wish: Any, caller: Caller) -> Awaitable[Any]:
        """As an edit that waits for its list's turn."""
        return asyncio.ensure_future(self._wait(house, wish, caller))

    async def _fault(self, house: House, wish: Any, caller: Caller) -> Any:
        raise RuntimeError("a fault of ours")

    async def _unencodable(self, house: House, wish: Any, caller: Caller) -> Any:
        return object()

    def _unencodable_later(self, house: House, wish: Any, caller: Caller) -> Awaitable[Any]:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        answer.set_result(object())
        return answer

    async def _whoami(self, house: House, wish: Any, caller: Caller) -> Any:
        return {"person": caller.me.person, "language": caller.language, "address": caller.address}

    async def _open(self, house: House, wish: Any, caller: Caller) -> None:
        assert caller.listener is not None
        assert caller.reply is not None
        caller.listener.join(f"list:{wish['list']}")
        caller.reply({"opened": wish["list"]})

    async def _big(self, house: House, wish: Any, caller: Caller) -> Any:
        return {"text": "x" * wish["size"]}

    def tell(self, list_id: str, reason: Any = "deleted") -> None:
        """Tell a list's room something."""
        self.broadcaster.tell(f"list:{list_id}", ListGone(ListId(list_id), reason))

    async def client(self, token: str = "anna", *transports: str) -> Client:
        return await Client(self.url).connect({"token": token}, transports or ("websocket",))

    async def wire(self, token: str = "anna", **how: Any) -> Wire:
        """A WebSocket by hand, let in."""
        wire, packet = await Wire.live(self.url, {"token": token}, **how)
        assert packet.startswith("40/live,{"), packet
        return wire

    async def opened(self, list_id: str = "milk", **how: Any) -> Wire:
        """The same, in the room of a list."""
        wire = await self.wire(**how)
        wire.emit("lists.open", {"list": list_id}, 1)
        assert await wire.answer(1) == {"ok": True, "result": {"opened": list_id}}
        return wire


async def shaken(town: Town, query: str = "", tls: ssl.SSLContext | None = None, early: bytes = b"") -> Wire:
    """A WebSocket whose handshake has been made by hand; ``early`` is sent in the same piece as the request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(town.url.rsplit(":", 1)[1]), ssl=tls)
    head = (
        f"GET /socket.io/?EIO=4&transport=websocket{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    writer.write(head.encode() + early)
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
    assert answer.startswith(b"HTTP/1.1 101 "), answer
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer
    return Wire(reader, writer)


async def until(condition: Callable[[], object], wait: float = 30) -> None:
    """Wait until it is so; ``wait`` are the seconds after which it never will be."""
    async with asyncio.timeout(wait):
        while not condition():
            await asyncio.sleep(0.01)


def _row(name: str, run: Run, *, live_only: bool = False) -> Operation:
    return Operation(
        name=name, summary="", input=dict[str, Any], output=None, example={}, run=run, shape=lambda result, _: result,
        access=Access.READ, live_only=live_only,
    )  # fmt: skip


@contextlib.asynccontextmanager
async def running(tmp_path: Path, tls: ssl.SSLContext | None = None, **how: float) -> AsyncIterator[Town]:
    settings = Settings(data=tmp_path, limits_rate=0)
    town = Town(settings, **how)
    application = Application(list(town.live.handlers()), shoplist=town.settings)
    server = HTTPServer(application, ssl_options=tls, max_body_size=1 << 40)
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    town.url = f"{'https' if tls else 'http'}://127.0.0.1:{sockets[0].getsockname()[1]}"
    try:
        yield town
    finally:
        town.gate.set()
        server.stop()
        await town.live.close("restart")
        await server.close_all_connections()
        await town.tasks.close()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running(tmp_path) as town:
        yield town
