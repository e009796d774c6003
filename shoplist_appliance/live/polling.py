"""A client that asks again and again: what waits for it is the answer to its next GET, its calls come as POSTs."""

import asyncio
import itertools
from collections.abc import Awaitable, Sequence
from typing import Final

from tornado.iostream import IOStream

from shoplist_appliance.live import frames, packets, wires
from shoplist_appliance.live.engine import ANSWERS_WAIT, MOST_ANSWERS, MOST_NEWS, Engine, Session
from shoplist_appliance.live.packets import Message

LARGEST_ANSWER: Final = 1024 * 1024  # bytes of one GET's answer, where it is more than one packet
MOST_PACKETS: Final = 16  # in one answer: the official Python client takes no more, and drops the connection over them


class Polling:
    """The transport over HTTP requests."""

    __slots__ = (
        "_answers",
        "_engine",
        "_from_room",
        "_last_answer",
        "_last_post",
        "_news",
        "_over",
        "_packets",
        "_part",
        "_passed",
        "_polls",
        "_posting",
        "_resumed",
        "_session",
        "_unsent",
        "_waiting",
    )
    name = "polling"

    def __init__(self, engine: Engine, session: Session) -> None:
        self._engine = engine
        self._session = session
        self._packets: list[bytes] = []
        self._from_room: list[bool] = []
        self._news = 0
        self._answers = 0
        self._polls = 0
        self._waiting: asyncio.Future[bytes] | None = None  # of the GET that has not been answered
        self._unsent: tuple[asyncio.Future[None], IOStream] | None = None  # the last answer, perhaps still on its way
        # By the mark of the request: a browser whose connection broke before the answer came repeats it by itself.
        self._last_answer: tuple[str, bytes] | None = None
        self._last_post: str | None = None
        self._posting = False
        self._part = bytearray()  # of a packet whose rest has not come
        self._passed = 0  # how much of it has, kept or not
        self._resumed: asyncio.Future[None] | None = None  # what a POST waits for while its calls are not read
        self._over = False

    # --- what goes out

    def tell(self, message: Message) -> None:
        if self._waiting is None and self._news > MOST_NEWS:
            self._engine.doom(self._session, "slow")
        else:
            self._put(message.packet, from_room=True)

    def answer(self, packet: bytes) -> None:
        self._put(packet, from_room=False)

    def _put(self, packet: bytes, *, from_room: bool) -> None:
        if not self._packets:
            self._engine.write(self)
        self._packets.append(packet)
        self._from_room.append(from_room)
        if from_room:
            self._news += len(packet)
        else:
            self._answers += len(packet)
            if self._answers > MOST_ANSWERS:
                self._session.hold(ANSWERS_WAIT)

    def flush(self) -> None:
        if self._waiting is not None:
            if self._packets or self._session.upgrading:
                self._answer_waiting()
        elif self._packets and not self._over:
            self._engine.stuck(self, self._session)

    def _payload(self) -> bytes:
        """What goes into one answer; what does not fit waits for the next."""
        if not self._packets:
            return packets.NOOP
        sizes = itertools.accumulate(len(packet) + 1 for packet in self._packets[:MOST_PACKETS])
        count = max(1, sum(1 for _ in itertools.takewhile(lambda size: size <= LARGEST_ANSWER, sizes)))
        taken = list(zip(self._packets[:count], self._from_room[:count], strict=True))
        del self._packets[:count], self._from_room[:count]
        self._news -= sum(len(packet) for packet, from_room in taken if from_room)
        self._answers -= sum(len(packet) for packet, from_room in taken if not from_room)
        if self._answers <= MOST_ANSWERS:
            self._session.release(ANSWERS_WAIT)
        if self._packets and not self._over:
            self._engine.stuck(self, self._session)
        return packets.SEPARATOR.join(packet for packet, _ in taken)

    def progress(self) -> object:
        if self._unsent is None or self._unsent[0].done():
            return self._polls
        return self._polls, wires.unacknowledged(self._unsent[1].socket)

    def hand_over(self) -> Sequence[tuple[bytes, bool]]:
        left = list(zip(self._packets, self._from_room, strict=True))
        self._over = True
        self.read(True)
        self._packets.clear()
        self._answer_waiting()
        return left

    def end(self, code: int, reason: str, *, abort: bool) -> None:
        if self._over:
            return
        self._over = True
        self._part = bytearray()  # dropped now: sessions are cycles, which may lie about for long
        self.read(True)
        if abort:
            self._packets.clear()
            if self._unsent is not None and not self._unsent[0].done():
                self._unsent[1].close()
        self._packets.append(packets.NOOP if reason == "left" else packets.CLOSE)
        self._from_room.append(False)
        self._answers += 1
        if self._waiting is not None:
            self._answer_waiting()
        elif reason not in ("gone", "left"):
            self._engine.leave_word(self._session.sid, self)

    def _answer_waiting(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(self._payload())

    # --- GET

    @property
    def is_waiting(self) -> bool:
        """Whether a GET waits already. Two at once, as two POSTs, end the session: neither is the first."""
        return self._waiting is not None

    async def poll(self, mark: str | None) -> bytes:
        """What waits, as soon as something does; to a GET with the mark of the one before, what that was answered.

        The answer is kept until another GET shows that it came.
        """
        self._polls += 1
        self._engine.moving(self)
        if self._last_answer is not None and self._last_answer[0] == mark:
            return self._last_answer[1]
        self._last_answer = None
        payload = await self._next()
        if mark is not None:
            self._last_answer = mark, payload
        return payload

    async def _next(self) -> bytes:
        if self._packets or self._over or self._session.upgrading:
            return self._payload()
        self._waiting = asyncio.get_running_loop().create_future()
        return await self._waiting

    def sending(self, written: asyncio.Future[None], stream: IOStream) -> None:
        """An answer is on its way over this stream."""
        self._unsent = (written, stream)

    # --- POST

    def begin(self) -> bool:
        """A POST begins; False where another has not ended."""
        begun, self._posting = not self._posting, True
        return begun

    def received(self, chunk: bytes) -> Awaitable[None] | None:
        """A part of its body; where something is returned, the next is not read before that is done."""
        if self._over:
            return None
        self._engine.heard(self._session)
        *whole, rest = chunk.split(packets.SEPARATOR)
        for piece in whole:
            self._add(piece)
            self._complete()
        self._add(rest)
        if not self._session.holds or self._over:  # one of its calls may have ended it
            return None
        self._resumed = asyncio.get_running_loop().create_future()
        return self._resumed

    def has_taken(self, mark: str | None) -> bool:
        """Whether this is the last POST once more, whose answer did not arrive: its calls must not be made twice."""
        return mark is not None and mark == self._last_post

    def finish(self, mark: str | None) -> None:
        """Its body has come to its end."""
        self._posting = False
        self._last_post = mark
        self._complete()

    def read(self, wanted: bool) -> None:
        if wanted and self._resumed is not None:
            if not self._resumed.done():
                self._resumed.set_result(None)
            self._resumed = None

    def _add(self, piece: bytes) -> None:
        self._passed += len(piece)
        kept = frames.LARGEST_MESSAGE if self._passed <= frames.LARGEST_MESSAGE else frames.HEAD
        if kept > len(self._part):
            self._part += piece[: kept - len(self._part)]

    def _complete(self) -> None:
        packet, passed = bytes(self._part), self._passed
        self._part, self._passed = bytearray(), 0
        if self._over:
            return
        if passed > frames.LARGEST_MESSAGE:
            self._session.large(packet[: frames.HEAD])
        elif not frames.is_text(packet):
            self._engine.malformed(self._session, "text is not UTF-8")
        else:
            self._session.packet(packet)
