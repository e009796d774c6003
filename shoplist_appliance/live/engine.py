"""Sessions of Engine.IO 4: who is connected, over which transport, and when that ends.

There is no task, queue or timer per client: callbacks, one buffer each, and one look a second at all of them.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import orjson

from shoplist_appliance.domain.people import Language
from shoplist_appliance.live import frames, packets
from shoplist_appliance.live.packets import Message
from shoplist_appliance.live.times import Times
from shoplist_appliance.ports import Counters

log = logging.getLogger(__name__)

PING_INTERVAL: Final = 25.0
PING_TIMEOUT: Final = 20.0
JOIN_WITHIN: Final = 20.0  # seconds from the handshake to being let in
UPGRADE_WITHIN: Final = 10.0
STALLED_AFTER: Final = 10.0  # seconds without a byte taken
FAREWELL: Final = 1.0  # seconds for a client to hear that it is over

MOST_NEWS: Final = 1024 * 1024  # bytes of room messages that may wait for one client
MOST_ANSWERS: Final = 256 * 1024  # bytes of answers that may wait before its calls are read no further

Ending = Literal[
    "gone",  # the connection broke
    "left",  # the client closed it
    "malformed",  # what came is no packet, or not in its place
    "slow",  # over 1 MiB of room messages wait
    "stalled",  # takes nothing
    "silent",  # answers no ping
    "stranger",  # was not let in in time
    "signed_out",
    "shutdown",
]
_CODES: Final = {"malformed": frames.PROTOCOL_ERROR, "stranger": frames.POLICY, "shutdown": frames.GOING_AWAY}
_ABORTED: Final = ("slow", "stalled", "silent")
_TOLD: Final = ("malformed", "slow", "stalled")

# Why a session's calls are not read for now; each a bit of ``Session.holds``.
ANSWERS_WAIT: Final = 1
CALLS_RUN: Final = 2
BEING_ADMITTED: Final = 4
CLOSING: Final = 8


@dataclass(frozen=True, slots=True)
class Peer:
    """Who shook hands, as far as the request said."""

    request_id: str
    address: str
    language: Language | None
    cookie: str | None  # the token in it
    agent: str


class Transport(Protocol):
    """The way to one client, with the buffer of what waits for it."""

    name: str

    def tell(self, message: Message) -> None:
        """Put a room's message into the buffer; what comes before it went in before."""

    def answer(self, packet: bytes) -> None:
        """Put an answer into the buffer."""

    def flush(self) -> None:
        """Give the client what waits, in one piece, as far as it takes it."""

    def read(self, wanted: bool) -> None:
        """Whether calls are taken from the client, or it has to wait."""

    def progress(self) -> object:
        """Something that is another whenever the client has taken a byte."""

    def hand_over(self) -> Sequence[tuple[bytes, bool]]:
        """Give what waits to the transport that takes this one's place: packets, and whether they are a room's."""

    def end(self, code: int, reason: str, *, abort: bool) -> None:
        """Say farewell, or do not."""


class Handler(Protocol):
    """What is above the engine: Socket.IO."""

    def received(self, session: "Session", message: bytes) -> None:
        """A message came, with the engine's ``4`` before it."""

    def attachment(self, session: "Session") -> None:
        """A binary message came; nothing here reads one."""

    def too_large(self, session: "Session", head: bytes) -> None:
        """A message over the limit came; this is its beginning."""

    def ended(self, session: "Session") -> None:
        """This session is no more."""


class Session:
    """One client of the engine."""

    __slots__ = (
        "_calls",
        "_held",
        "above",
        "attachments",
        "ended",
        "engine",
        "holds",
        "peer",
        "probe",
        "sid",
        "transport",
        "upgrading",
    )

    def __init__(self, engine: "Engine", peer: Peer) -> None:
        self.engine = engine
        self.peer = peer
        self.sid = secrets.token_urlsafe(15)
        self.transport: Transport
        self.probe: Transport | None = None  # a WebSocket that this session may change to
        self.upgrading = False  # it is about to
        self.holds = 0
        self.ended = False
        self.attachments = 0  # binary messages that belong to an event that was answered already
        self._calls = 0  # so far
        # What came in one chunk with the call after which no more were to be handed up.
        self._held: list[tuple[Callable[..., None], tuple[bytes, ...]]] = []
        self.above: object = None  # what the handler keeps of it

    def hello(self) -> bytes:
        """The packet that opens the session."""
        content = {
            "sid": self.sid,
            "upgrades": ["websocket"] if self.transport.name == "polling" else [],
            "pingInterval": int(self.engine.ping_interval * 1000),
            "pingTimeout": int(self.engine.ping_timeout * 1000),
            "maxPayload": frames.LARGEST_MESSAGE,
        }
        return packets.OPEN + orjson.dumps(content)

    def next_id(self) -> str:
        """An id for one call: that of the handshake, and which call it is."""
        self._calls += 1
        return f"{self.peer.request_id}-{self._calls}"

    def packet(self, packet: bytes) -> None:
        """A packet came over the session's transport."""
        kind = packet[:1]
        if kind == packets.MESSAGE:
            self._hand_up(self.engine.handler.received, packet)
        elif kind == packets.BINARY:
            self._hand_up(self.engine.handler.attachment)
        elif kind == packets.CLOSE:
            self.engine.end(self, "left")
        elif kind not in (packets.PONG, packets.NOOP, packets.UPGRADE):
            self.engine.malformed(self, "no packet")

    def large(self, head: bytes) -> None:
        """A packet over the limit passed by."""
        if head[:1] == packets.MESSAGE:
            self._hand_up(self.engine.handler.too_large, head)
        else:
            self.engine.malformed(self, "too large")

    def _hand_up(self, deliver: Callable[..., None], *message: bytes) -> None:
        if self.holds:
            self._held.append((deliver, message))
        else:
            deliver(self, *message)

    def hold(self, reason: int) -> None:
        """Read no further calls of this client, and hand up none that was read, until all reasons are gone."""
        if not self.holds:
            self.transport.read(False)
        self.holds |= reason

    def release(self, reason: int) -> None:
        """This reason is gone."""
        if not self.holds & reason:
            return
        self.holds &= ~reason
        held, self._held = self._held, []
        for place, (deliver, message) in enumerate(held):
            if self.holds or self.ended:
                self._held = held[place:] + self._held
                return
            deliver(self, *message)
        if not self.holds:
            self.transport.read(True)

    def probe_heard(self) -> None:
        """The client is about to change its transport, and waits until the old one is still."""
        self.upgrading = True
        self.transport.flush()

    def probe_gone(self) -> None:
        """It does not change its transport after all."""
        self.probe = None
        self.upgrading = False

    def change_to(self, transport: Transport) -> Sequence[tuple[bytes, bool]]:
        """From now on everything takes this way. Returns what waits and has to go first."""
        old, self.transport, self.probe = self.transport, transport, None
        self.engine.moving(old)
        transport.read(not self.holds)
        return old.hand_over()


class Engine:
    """All sessions, their one clock, and what is to be written in this step of the loop."""

    def __init__(
        self, counters: Counters, ping_interval: float = PING_INTERVAL, ping_timeout: float = PING_TIMEOUT
    ) -> None:
        self.ping_interval = ping_interval
        self.ping_timeout = ping_timeout
        self.handler: Handler
        self.sessions: dict[str, Session] = {}
        self.leaving: dict[str, Transport] = {}
        self.closing = False
        self._counters = counters
        self._due = Times[Session]()  # when the next ping is
        self._unanswered = Times[Session]()  # until when one has to be
        self._strangers = Times[Session]()  # until when they have to be let in
        self._probes = Times[Transport]()  # until when they have to become a session's way
        self._stuck: dict[Transport, tuple[object, float, Session]] = {}  # their progress, and since when it is that
        self._parting: set[Transport] = set()  # where a farewell is on its way
        self._all_gone: asyncio.Event | None = None
        self._to_write: list[Transport] = []
        self._doomed: list[tuple[Session, Ending]] = []
        self._looking = False
        self._looked = 0.0

    # --- beginning and end

    def open(self, session: Session) -> None:
        """The session has its transport."""
        now = self._start_looking()
        self.sessions[session.sid] = session
        self._due.set(session, now + self.ping_interval)
        self._strangers.set(session, now + JOIN_WITHIN)
        self._counters.add("live_sessions", transport=session.transport.name)

    def let_in(self, session: Session, yes: bool) -> None:
        """Whether somebody known is behind the session; it may stay a stranger for a while only."""
        self._strangers.drop(session)
        if not yes and not session.ended:
            self._strangers.set(session, self._start_looking() + JOIN_WITHIN)

    def probing(self, transport: Transport) -> None:
        """A transport came that wants to become the way of a session that has one."""
        self._probes.set(transport, self._start_looking() + UPGRADE_WITHIN)

    def probed(self, transport: Transport) -> None:
        """It has become it, or has gone."""
        self._probes.drop(transport)

    def malformed(self, session: Session, what: str, code: int = frames.PROTOCOL_ERROR) -> None:
        """Something came that is no packet: the connection ends, whatever else it carries."""
        self.end(session, "malformed", what, code)

    def refused(self, message: str) -> None:
        """A request was none that a client of this engine makes, or not of our own pages."""
        self._counters.add("live_refused", why=message)

    def end(self, session: Session, why: Ending, detail: str = "", code: int = 0) -> None:
        """The session is over: it is forgotten, told so where that makes sense, and counted."""
        if session.ended:
            return
        session.ended = True
        del self.sessions[session.sid]
        for times in (self._due, self._unanswered, self._strangers):
            times.drop(session)
        self._stuck.pop(session.transport, None)
        self._counters.add("live_ends", why=why)
        level = logging.INFO if why in _TOLD else logging.DEBUG
        log.log(level, "live connection ended: %s %s", why, detail, extra={"request_id": session.peer.request_id})
        abort = why in _ABORTED
        if session.probe is not None:
            session.probe.end(frames.NORMAL, why, abort=abort)
        session.transport.end(code or _CODES.get(why, frames.NORMAL), detail or why, abort=abort)
        self.handler.ended(session)

    def leave_word(self, sid: str, transport: Transport) -> None:
        """A session is over whose client is not here to hear it: it may ask once more within a second."""
        self.leaving[sid] = transport
        self._parting.add(transport)
        asyncio.get_running_loop().call_later(FAREWELL, self.last_word, sid)

    def last_word(self, sid: str) -> Transport | None:
        """What is left for a client whose session is over; None where nothing is."""
        transport = self.leaving.pop(sid, None)
        if transport is not None:
            self.gone(transport)
        return transport

    def parting(self, transport: Transport) -> None:
        """A farewell has been said over it, and it is given a second to arrive."""
        self._parting.add(transport)

    def gone(self, transport: Transport) -> None:
        """It is closed."""
        self._parting.discard(transport)
        if self._all_gone is not None and not self._parting:
            self._all_gone.set()

    def doom(self, session: Session, why: Ending) -> None:
        """End it in the next step of the loop: whoever tells a room goes through its members at this moment."""
        if not self._doomed:
            asyncio.get_running_loop().call_soon(self._end_doomed)
        self._doomed.append((session, why))

    def _end_doomed(self) -> None:
        doomed, self._doomed = self._doomed, []
        for session, why in doomed:
            self.end(session, why)

    async def close(self, reason: str) -> None:
        """End all sessions, with the time that a farewell takes."""
        self.closing = True
        for session in list(self.sessions.values()):
            self.end(session, "shutdown", reason)
        if self._parting:
            self._all_gone = asyncio.Event()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_gone.wait(), FAREWELL)

    # --- writing

    def write(self, transport: Transport) -> None:
        """Flush it when this step of the loop is over: all that the step brings for a client leaves as one write."""
        if not self._to_write:
            asyncio.get_running_loop().call_soon(self._flush)
        self._to_write.append(transport)

    def _flush(self) -> None:
        transports, self._to_write = self._to_write, []
        for transport in transports:
            try:
                transport.flush()
            except Exception:  # one client's trouble, whatever it is, is not the others'
                log.exception("writing to a client failed")

    def stuck(self, transport: Transport, session: Session) -> None:
        """It has not taken all that waits."""
        self._stuck.setdefault(transport, (transport.progress(), self._start_looking(), session))

    def moving(self, transport: Transport) -> None:
        """It has."""
        self._stuck.pop(transport, None)

    def is_stuck(self, transport: Transport) -> bool:
        """Whether something waits for it that it has not taken."""
        return transport in self._stuck

    # --- the clock

    def heard(self, session: Session) -> None:
        """A sign of life."""
        if session in self._unanswered:
            self._unanswered.drop(session)
            self._due.set(session, asyncio.get_running_loop().time() + self.ping_interval)

    def _start_looking(self) -> float:
        loop = asyncio.get_running_loop()
        if not self._looking:
            self._looking = True
            self._looked = loop.time()
            loop.call_later(self._beat, self._look)
        return loop.time()

    @property
    def _beat(self) -> float:
        return min(1.0, self.ping_interval / 4, self.ping_timeout / 4)

    def _look(self) -> None:
        """Once a second: whom to ping, who has not answered, who takes nothing, who has not said who they are."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if (pause := now - self._looked - self._beat) > self._beat:
            self._forgive(pause)
        self._looked = now
        try:
            self._look_at_all(now)
        finally:  # whatever happens, everybody is looked at again
            self._looking = bool(self.sessions or self._probes)
            if self._looking:
                loop.call_later(self._beat, self._look)

    def _look_at_all(self, now: float) -> None:
        for session in self._unanswered.passed(now):
            if session.transport in self._stuck or session.holds:
                # It cannot answer before it has taken what waits, or is not listened to: other rules are for that.
                self._due.set(session, now + self.ping_interval)
            else:
                self.end(session, "silent")
        for session in self._due.passed(now):
            self._unanswered.set(session, now + self.ping_timeout)
            session.transport.answer(packets.PING)
        for session in self._strangers.passed(now):
            self.end(session, "stranger")
        for transport in self._probes.passed(now):
            transport.end(frames.POLICY, "not upgraded", abort=False)
        for transport, (progress, since, session) in list(self._stuck.items()):
            if (reached := transport.progress()) != progress:
                self._stuck[transport] = (reached, now, session)
            elif now - since > STALLED_AFTER:
                self.end(session, "stalled")

    def _forgive(self, pause: float) -> None:
        """This process itself stood still for so long: nobody else is to blame for what did not come meanwhile."""
        self._unanswered.shift(pause)
        self._strangers.shift(pause)
        self._probes.shift(pause)
        for transport, (progress, since, session) in self._stuck.items():
            self._stuck[transport] = (progress, since + pause, session)
