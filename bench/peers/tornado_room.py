"""Raw Tornado: what one client sends is written to each client of the room with ``write_message``."""

import asyncio

from tornado.web import Application
from tornado.websocket import WebSocketHandler

from bench.peers.listening import serve

ROOM: set["Client"] = set()


class Client(WebSocketHandler):
    def open(self, *args: str, **kwargs: str) -> None:
        self.set_nodelay(True)
        ROOM.add(self)

    def on_message(self, message: str | bytes) -> None:
        for client in ROOM:
            client.write_message(message)

    def on_close(self) -> None:
        ROOM.discard(self)

    def data_received(self, chunk: bytes) -> None:
        """Required by the class; a handshake has no body."""


if __name__ == "__main__":
    asyncio.run(serve(Application([("/", Client)])))
