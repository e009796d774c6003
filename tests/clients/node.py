"""Clients of the npm package socket.io-client, in a Node process that is spoken to over its pipes."""

import asyncio
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from tests.clients.making import Json, new_id

HERE = Path(__file__).parent / "node"
WAIT = 30.0


def install() -> None:
    """``npm ci`` where the packages of the lock file are not there yet, marked as ``scripts/test`` marks it."""
    lock, marker = HERE / "package-lock.json", HERE / "node_modules" / ".installed"
    if marker.exists() and marker.read_bytes() == lock.read_bytes():
        return
    npm = shutil.which("npm")
    assert npm, "these tests need Node and npm"
    subprocess.run([npm, "ci", "--silent"], cwd=HERE, check=True, stdin=subprocess.DEVNULL, timeout=300)
    shutil.copy(lock, marker)


class Node:
    """The process; ``connect`` makes clients in it."""

    async def __aenter__(self) -> Self:
        install()
        node = shutil.which("node")
        assert node, "these tests need Node"
        self.process = await asyncio.create_subprocess_exec(
            node, "client.js", cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=2**25
        )
        self.clients: dict[str, NodeClient] = {}
        self.reading = asyncio.get_running_loop().create_task(self._read())
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        await asyncio.wait_for(self.process.wait(), WAIT)
        await self.reading

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            told = orjson.loads(line)
            self.clients[told.pop("client")].told(told)

    def send(self, **command: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(orjson.dumps(command) + b"\n")

    async def connect(self, url: str, auth: Json | None, transports: list[str], **options: object) -> "NodeClient":
        client = NodeClient(self, new_id())
        self.clients[client.name] = client
        self.send(
            do="connect",
            client=client.name,
            url=url,
            options={"auth": auth or {}, "transports": transports, **options},
        )
        await client.until("connect", "connect_error")
        return client


class NodeClient:
    """One client. ``heard`` holds all it told, in order."""

    def __init__(self, node: Node, name: str) -> None:
        self.node, self.name = node, name
        self.heard: list[Json] = []
        self.calls = 0
        self.news = asyncio.Event()

    def told(self, what: Json) -> None:
        self.heard.append(what)
        self.news.set()

    def all(self, *kinds: str) -> list[Json]:
        return [told for told in self.heard if told["heard"] in kinds]

    def events(self, name: str) -> list[Any]:
        return [told["args"][0] if told["args"] else None for told in self.all("event") if told["name"] == name]

    async def _watch(self, ready: Any) -> None:
        while not ready():
            self.news.clear()
            await self.news.wait()

    async def until(self, *kinds: str) -> Json:
        """The first thing told of one of these kinds."""
        await asyncio.wait_for(self._watch(lambda: self.all(*kinds)), WAIT)
        return self.all(*kinds)[0]

    async def hear(self, name: str, count: int = 1) -> Any:
        await asyncio.wait_for(self._watch(lambda: len(self.events(name)) >= count), WAIT)
        return self.events(name)[count - 1]

    async def ask(self, name: str, *args: object) -> Json:
        """Emit with an acknowledgement; what came back."""
        self.calls += 1
        call = self.calls
        self.node.send(do="call", client=self.name, call=call, name=name, args=list(args))
        await asyncio.wait_for(self._watch(lambda: any(a["call"] == call for a in self.all("answer"))), WAIT)
        (answer,) = [told["answer"] for told in self.all("answer") if told["call"] == call]
        assert len(answer) == 1, answer
        result: Json = answer[0]
        return result

    async def call(self, name: str, /, **payload: object) -> Json:
        answer = await self.ask(name, payload)
        assert answer["ok"] is True, answer
        result: Json = answer["result"]
        return result

    def leave(self) -> None:
        self.node.send(do="leave", client=self.name)
