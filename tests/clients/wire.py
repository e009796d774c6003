"""A socket.io connection by hand: frames as text, so that a test can send what no library would, or stop reading."""

import asyncio
import base64
import os
import socket
import struct
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import orjson

from tests.clients.making import Json

WAIT = 30.0


class Handshake(Exception):
    """The upgrade was refused; ``status`` is what the server answered instead."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status, self.body = status, body


class Wire:
    """One WebSocket on an asyncio stream. Nothing is read that a test does not read; nothing is answered by itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.read_bytes = 0

    @classmethod
    async def open(cls, url: str, headers: dict[str, str] | None = None, receive_buffer: int | None = None) -> Self:
        """The upgraded connection; raises Handshake where the server does not switch protocols."""
        where = urlsplit(url)
        plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, (where.hostname, where.port))
        reader, writer = await asyncio.open_connection(sock=plain, limit=2**16)
        sent = {
            "Host": where.netloc,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
            **(headers or {}),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        writer.write(f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{lines}\r\n".encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WAIT)
        status = int(head.split(b" ", 2)[1])
        if status != 101:
            body = await asyncio.wait_for(reader.read(65536), WAIT)
            writer.close()
            raise Handshake(status, body)
        return cls(reader, writer)

    @classmethod
    async def live(cls, url: str, auth: object, **how: Any) -> tuple[Self, str]:
        """Opened, and ``/live`` asked for; the second is the packet that answered: ``40/live,…`` or ``44/live,…``."""
        wire = await cls.open(url, **how)
        opening = await wire.text()
        assert opening.startswith("0{"), opening
        wire.send("40/live," + ("" if auth is None else orjson.dumps(auth).decode()))
        return wire, await wire.packet()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def stop_reading(self) -> None:
        """Take nothing from the kernel any more, until ``go_on_reading``."""
        self._readable().pause_reading()

    def go_on_reading(self) -> None:
        self._readable().resume_reading()

    def _readable(self) -> asyncio.ReadTransport:
        transport = self.writer.transport
        assert isinstance(transport, asyncio.ReadTransport)
        return transport

    def close(self) -> None:
        """Cut the connection without a word."""
        self.writer.transport.abort()

    def frame(self, opcode: int, payload: bytes, final: bool = True) -> bytes:
        """A masked frame, as clients send them."""
        mask = os.urandom(4)
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", (0x80 if final else 0) | opcode, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", (0x80 if final else 0) | opcode, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", (0x80 if final else 0) | opcode, 0x80 | 127, size)
        repeated = mask * (size // 4 + 1)
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated[:size], "big")).to_bytes(size, "big")
        return head + mask + masked

    def send(self, text: str) -> None:
        self.writer.write(self.frame(1, text.encode()))

    def emit(self, name: str, payload: object, call: int | None = None) -> None:
        """An event of ``/live``, with an acknowledgement id where one is given."""
        self.send(f"42/live,{'' if call is None else call}{orjson.dumps([name, payload]).decode()}")

    async def message(self) -> tuple[int, bytes]:
        """The next frame: its opcode and payload; (8, …) when the server closes."""
        try:
            first, second = await self.reader.readexactly(2)
            size = second & 127
            if size == 126:
                (size,) = struct.unpack("!H", await self.reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
            assert not second & 128, "a server does not mask"
            payload = await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return 8, b""
        self.read_bytes += size
        return first & 15, payload

    async def text(self, wait: float = WAIT) -> str:
        """The next text frame; an empty text when the connection is over."""
        opcode, payload = await asyncio.wait_for(self.message(), wait)
        if opcode == 8:
            return ""
        assert opcode == 1, (opcode, payload)
        return payload.decode()

    async def packet(self, wait: float = WAIT) -> str:
        """The next text frame that is no ping; pings are answered."""
        while (text := await self.text(wait)) == "2":
            self.send("3")
        return text

    async def answer(self, call: int, wait: float = WAIT) -> Json:
        """The acknowledgement of a call; events that come before it are passed over."""
        start = f"43/live,{call}["
        while not (text := await self.packet(wait)).startswith(start):
            assert text, "the connection was closed before the answer"
        (answer,) = orjson.loads(text[len(start) - 1 :])
        assert isinstance(answer, dict), text
        return answer

    async def closed(self, wait: float = WAIT) -> None:
        """Wait until the server has closed the connection, whatever else it sends before."""

        async def drained() -> None:
            while (await self.message())[0] != 8:
                pass

        await asyncio.wait_for(drained(), wait)
