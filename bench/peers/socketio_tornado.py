"""python-socketio on Tornado as it comes, compression off: an echo told to the room and acknowledged."""

import asyncio
from typing import Any

import socketio  # type: ignore[import-untyped]
from tornado.web import Application

from bench.peers.listening import serve

server = socketio.AsyncServer(
    async_mode="tornado", namespaces=["/live"], http_compression=False, allow_upgrades=False, transports=["websocket"]
)


class Handler(socketio.get_tornado_handler(server)):  # type: ignore[misc]
    def get_compression_options(self) -> None:
        """None: the library would compress every frame for every client."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        # Without it the acknowledgement waits for the peer's delayed ACK: 47 ms, not 4.
        self.set_nodelay(True)
        return super().open(*args, **kwargs)


async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
    await server.enter_room(sid, "list", namespace="/live")


async def edit(sid: str, message: dict[str, Any]) -> None:
    await server.emit("list.changed", message, room="list", namespace="/live")


async def echo(sid: str, message: dict[str, Any]) -> dict[str, Any]:
    await server.emit("list.changed", message, room="list", namespace="/live")
    return {"ok": True, "result": message["answer"]}


for handler in (connect, edit, echo):
    server.on(handler.__name__, handler, namespace="/live")

if __name__ == "__main__":
    asyncio.run(serve(Application([("/socket.io/", Handler)])))
