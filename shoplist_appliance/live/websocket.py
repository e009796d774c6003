"""A client over WebSocket: its buffer, and what its frames say."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Final

from tornado.iostream import IOStream

from shoplist_appliance.live import frames, packets, wires
from shoplist_appliance.live.engine import ANSWERS_WAIT, FAREWELL, MOST_ANSWERS, MOST_NEWS, Engine, Session
from shoplist_appliance.live.frames import FrameError, FrameReader, text_frame
from shoplist_appliance.live.packets import Message

BATCH: Final = 256 * 1024  # bytes joined for one write


class WebSocket:
    """The transport over a socket of its own."""

    __slots__ = (
        "_answers",
        "_blocked",
        "_engine",
        "_frames",
        "_from_room",
        "_news",
        "_over",
        "_reader",
        "_sent",
        "_session",
        "_wire",
    )
    name = "websocket"

    def __init__(self, engine: Engine, session: Session) -> None:
        self._engine = engine
        self._session = session
        self._reader = FrameReader()
        self._wire: wires.SocketWire
        self._frames: list[bytes | memoryview] = []
        self._from_room: list[bool] = []  # of each frame that waits
        self._news = 0  # bytes from rooms among them
        self._answers = 0  # and others
        self._blocked = False  # the socket takes nothing now
        self._sent = 0  # bytes in all
        self._over = False  # the farewell is said

    def attach(self, stream: IOStream, first: bytes) -> None:
        """Begin on a detached stream, with bytes that go out before any frame. Raises ``OSError`` where it closed."""
        self._wire = wires.take_over(stream, self)
        self._put(first)

    # --- what goes out

    def tell(self, message: Message) -> None:
        if self._blocked:
            if self._news > MOST_NEWS:
                self._engine.doom(self._session, "slow")
                return
        elif not self._frames:
            self._engine.write(self)
        frame = message.frame
        self._frames.append(frame)
        self._from_room.append(True)
        self._news += len(frame)

    def answer(self, packet: bytes) -> None:
        self._put(text_frame(packet))

    def _put(self, frame: bytes, *, from_room: bool = False) -> None:
        if not self._blocked and not self._frames:
            self._engine.write(self)
        self._frames.append(frame)
        self._from_room.append(from_room)
        if from_room:
            self._news += len(frame)
        else:
            self._answers += len(frame)
        if self._blocked and self._answers > MOST_ANSWERS:
            self._session.hold(ANSWERS_WAIT)

    def flush(self) -> None:
        while self._frames and not self._blocked:
            data = self._batch()
            try:
                sent = self._wire.send(data)
            except OSError:
                self.lost()
                return
            self._sent += sent
            self._taken(sent)
            if sent < len(data):
                self._blocked = True
                self._engine.stuck(self, self._session)
                if self._answers > MOST_ANSWERS:
                    self._session.hold(ANSWERS_WAIT)

    def _batch(self) -> bytes | memoryview:
        if len(self._frames) == 1:
            return self._frames[0]
        if self._news + self._answers <= BATCH:
            return b"".join(self._frames)
        sizes = itertools.accumulate(map(len, self._frames))
        count = sum(1 for _ in itertools.takewhile(lambda size: size <= BATCH, sizes))
        return b"".join(self._frames[: max(count, 1)])

    def _taken(self, sent: int) -> None:
        """Forget what has been sent."""
        if sent == self._news + self._answers:
            self._frames.clear()
            self._from_room.clear()
            self._news = self._answers = 0
            return
        count = 0
        while sent:
            frame = self._frames[count]
            taken = min(sent, len(frame))
            if self._from_room[count]:
                self._news -= taken
            else:
                self._answers -= taken
            sent -= taken
            if taken < len(frame):
                self._frames[count] = memoryview(frame)[taken:]
                break
            count += 1
        del self._frames[:count], self._from_room[:count]

    def progress(self) -> object:
        return self._sent, self._wire.untaken()

    def hand_over(self) -> Sequence[tuple[bytes, bool]]:
        return ()  # nothing comes after a WebSocket

    def read(self, wanted: bool) -> None:
        if not self._over:
            self._wire.read(wanted)

    def end(self, code: int, reason: str, *, abort: bool) -> None:
        if self._over:
            return
        self._over = True
        self._engine.probed(self)
        if self._session.probe is self:
            self._session.probe_gone()
        if abort:
            self._let_go(abort=True)
            return
        self._put(frames.close_frame(code, reason))
        self._wire.read(True)
        self._engine.parting(self)
        # Closed at once, the kernel would answer what is still coming with a reset, and our farewell might be lost.
        asyncio.get_running_loop().call_later(FAREWELL, self._cut)

    def _cut(self) -> None:
        self._let_go(abort=bool(self._frames))
        self._engine.gone(self)

    def _let_go(self, *, abort: bool = False) -> None:
        """Close the socket, and drop what came of a message: sessions are cycles, which may lie about for long."""
        self._wire.close(abort=abort)
        self._reader = FrameReader()

    # --- what the wire tells

    def writable(self) -> None:
        self._blocked = False
        self.flush()
        if not self._blocked:
            self._engine.moving(self)
        if self._answers <= MOST_ANSWERS:
            self._session.release(ANSWERS_WAIT)

    def lost(self) -> None:
        """The connection broke."""
        self._let_go()
        self._frames.clear()
        self._from_room.clear()
        self._news = self._answers = 0
        if self._over:
            self._engine.gone(self)
        elif self._is_way():
            self._engine.end(self._session, "gone")
        else:
            self._leave()

    def received(self, chunk: bytes) -> None:
        if self._is_way():
            self._engine.heard(self._session)
        try:
            found = self._reader.feed(chunk)
        except FrameError as error:
            self._malformed(str(error), error.code)
            return
        for opcode, payload in found:
            self._take(opcode, payload)

    # --- what frames say

    def _is_way(self) -> bool:
        """Whether this is how its session is reached; else it is a way that the session may change to."""
        return self._session.transport is self and not self._session.ended

    def _take(self, opcode: int, payload: bytes) -> None:
        if self._over:
            if opcode == frames.CLOSE:
                self._cut()
        elif opcode == frames.TEXT:
            self._packet(payload)
        elif opcode == frames.PING:
            self._put(frames.frame(frames.PONG, payload))
        elif opcode == frames.CLOSE:
            self._closed_by_client(payload)
        elif opcode != frames.PONG:
            self._unusual(opcode, payload)

    def _packet(self, packet: bytes) -> None:
        if self._is_way() and packet[:1] != packets.BINARY:
            self._session.packet(packet)
        elif packet == packets.PROBE and self._session.probe is self:
            self._put(text_frame(packets.PROBE_ANSWER))
            self._session.probe_heard()
        elif packet == packets.UPGRADE and self._session.probe is self:
            self._engine.probed(self)
            for waiting, from_room in self._session.change_to(self):
                self._put(text_frame(waiting), from_room=from_room)
        else:
            self._malformed("no packet", frames.PROTOCOL_ERROR)

    def _unusual(self, opcode: int, payload: bytes) -> None:
        """A binary message, or one over the limit."""
        if not self._is_way():
            self._malformed("no packet", frames.PROTOCOL_ERROR)
        elif opcode == frames.LARGE | frames.TEXT:
            self._session.large(payload)
        else:
            self._session.packet(packets.BINARY)

    def _closed_by_client(self, payload: bytes) -> None:
        try:
            code = frames.close_reason(payload)
        except FrameError as error:
            self._malformed(str(error), error.code)
            return
        if self._is_way():
            self._engine.end(self._session, "left", code=code)
        else:
            self._leave(code)
        self.flush()
        self._cut()

    def _leave(self, code: int = frames.NORMAL) -> None:
        """This is not going to be the session's way; the session stays."""
        self.end(code, "", abort=False)

    def _malformed(self, what: str, code: int) -> None:
        if self._is_way():
            self._engine.malformed(self._session, what, code)
        else:
            self._leave(code)
