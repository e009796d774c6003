"""Socket.IO 5 over the engine: who is let in, and events that are calls of the one table of operations."""

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import Sequence
from typing import Any, Final

import orjson
from tornado.web import RequestHandler

from shoplist_appliance.config import Settings
from shoplist_appliance.domain.errors import DomainError, Invalid, Reason, TooLarge, Unauthenticated, UnknownOperation
from shoplist_appliance.domain.lists import Guest
from shoplist_appliance.domain.people import Language
from shoplist_appliance.live import packets
from shoplist_appliance.live.engine import (
    BEING_ADMITTED,
    CALLS_RUN,
    CLOSING,
    PING_INTERVAL,
    PING_TIMEOUT,
    Engine,
    Session,
)
from shoplist_appliance.live.packets import NAMESPACE, Malformed, Message, Packet
from shoplist_appliance.live.requests import EngineRequest
from shoplist_appliance.live.rooms import Broadcaster
from shoplist_appliance.ports import Counters
from shoplist_appliance.tasks import Tasks
from shoplist_appliance.usecases.open_lists import person_room
from shoplist_appliance.usecases.people import People, Principal
from shoplist_appliance.web.auth import LONGEST_TOKEN
from shoplist_appliance.web.operations import Dispatcher, Started, guest_of
from shoplist_appliance.web.problems import MOST_FIELDS
from shoplist_appliance.web.rows import Caller
from shoplist_appliance.web.words import chosen

LARGEST_CALL: Final = 1024 * 1024  # bytes of an event's payload, as of a request's body
# Calls of one client that run at once; it is not read from while there are more. Those that are not edits may have
# answers of many MiB each, and nobody knows before they are there whether the client takes them.
MOST_CALLS: Final = 256
MOST_READING: Final = 8
SIGNED_OUT_CLOSES: Final = 0.3  # seconds in which the call that ended the token is still answered
LAST_ANSWERS: Final = 2.0  # seconds for calls that run when the process ends


class Connection:
    """One client that has been let in. Obeys ``ports.Listener`` and ``rooms.Member``."""

    __slots__ = (
        "_broadcaster",
        "_farewell",
        "_reading",
        "actor",
        "ended",
        "guest",
        "language",
        "principal",
        "rooms",
        "running",
        "session",
        "token",
    )

    def __init__(self, session: Session, broadcaster: Broadcaster, who: Principal | Guest, language: Language) -> None:
        self.session = session
        self.principal = None if isinstance(who, Guest) else who
        self.guest = who if isinstance(who, Guest) else None
        self.actor = who if isinstance(who, Guest) else who.person
        self.token = None if isinstance(who, Guest) else who.token
        self.language = language
        self.rooms: set[str] = set()
        self.running = 0  # calls
        self._reading = 0  # those of them that are not edits
        self.ended = False  # it has been told to go, or has gone
        self._farewell: Message | None = None  # told when the calls that run are answered: one of them may be the cause
        self._broadcaster = broadcaster

    def join(self, room: str) -> None:
        if not self.ended:
            self._broadcaster.join(self, room)

    def leave(self, room: str) -> None:
        self._broadcaster.leave(self, room)

    def tell(self, message: Message) -> None:
        self.session.transport.tell(message)

    def sign_out(self, message: Message) -> None:
        self.ended = True
        self._farewell = message
        if not self.running:
            self._tell_end()
        loop = asyncio.get_running_loop()
        loop.call_later(SIGNED_OUT_CLOSES, self._disconnect)

    def _tell_end(self) -> None:
        if self._farewell is not None:
            self.tell(self._farewell)
            self._farewell = None

    def _disconnect(self) -> None:
        self._tell_end()
        if self.session.above is self:
            self.session.transport.answer(packets.DISCONNECTED)
            self.session.engine.end(self.session, "signed_out")

    def begun(self, *, edit: bool) -> None:
        """A call has begun."""
        self.running += 1
        self._reading += not edit
        if self.running >= MOST_CALLS or self._reading >= MOST_READING:
            self.session.hold(CALLS_RUN)

    def done(self, *, edit: bool) -> None:
        """One has been answered."""
        self.running -= 1
        self._reading -= not edit
        if not self.running:
            self._tell_end()
        if self.running < MOST_CALLS and self._reading < MOST_READING:
            self.session.release(CALLS_RUN)


class Call:
    """One event under way, and the way to its acknowledgement. Nothing that goes wrong in it is raised beyond it."""

    __slots__ = ("_answered", "_caller", "_connection", "_id", "_live", "_name", "_namespace", "_session", "_work")

    def __init__(self, live: "Live", session: Session, packet: Packet, name: str = "") -> None:
        connection = session.above if isinstance(session.above, Connection) else None
        self._live = live
        self._session = session
        self._connection = connection
        self._namespace = packet.namespace
        self._id = packet.id
        self._name = name
        self._answered = not packet.id  # whoever names no id wants no answer
        self._caller = Caller(
            principal=None if connection is None else connection.principal,
            language=live.language(session) if connection is None else connection.language,
            address=session.peer.address,
            request_id=session.next_id(),
            listener=connection,
            reply=self.reply,
            agent=session.peer.agent,
            guest=None if connection is None else connection.guest,
        )
        self._work: Started

    def reply(self, result: object) -> None:
        """Put the answer into the client's buffer, now. What comes later for the same call is no answer any more."""
        self._acknowledge({"ok": True, "result": result})

    def refuse(self, error: BaseException) -> None:
        """Answer with the problem."""
        self._acknowledge({"ok": False, "error": self._live.dispatcher.problem(error, self._caller, self._name)})

    def _acknowledge(self, answer: object) -> None:
        if not self._answered and not self._session.ended:
            packet = packets.acknowledgement(self._namespace, self._id, answer)
            self._answered = True
            self._session.transport.answer(packet)

    def begin(self, payload: bytes | None, tasks: Tasks) -> None:
        """Start it: its place in a list's turn is taken when this returns. Others do not wait for its end."""
        try:
            self._work = self._live.dispatcher.begin(self._name, payload, self._caller)
        except Exception as error:
            self.refuse(error)
            return
        self._live.running += 1
        waiting = self._work.waiting
        if self._connection is not None:
            self._connection.begun(edit=isinstance(waiting, asyncio.Future))
        if isinstance(waiting, asyncio.Future):
            waiting.add_done_callback(self._done)
        else:
            tasks.start(self._run(), self._name)

    async def _run(self) -> None:
        try:
            self.reply(self._work.answer(await self._work.waiting))
        except Exception as error:
            self.refuse(error)
        finally:
            self._finish(edit=False)

    def _done(self, waiting: "asyncio.Future[Any]") -> None:
        try:
            self.reply(self._work.answer(waiting.result()))
        except asyncio.CancelledError:
            pass  # the process ends, and the connection with it
        except Exception as error:
            self.refuse(error)
        finally:
            self._finish(edit=True)

    def _finish(self, *, edit: bool) -> None:
        self._live.finished()
        if self._connection is not None:
            self._connection.done(edit=edit)


class Live:
    """The door for live clients: the namespace ``/live`` on the path ``/socket.io/``. Obeys ``engine.Handler``."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        broadcaster: Broadcaster,
        people: People,
        settings: Settings,
        counters: Counters,
        tasks: Tasks,
        ping_interval: float = PING_INTERVAL,
        ping_timeout: float = PING_TIMEOUT,
    ) -> None:
        self.dispatcher = dispatcher
        self.engine = Engine(counters, ping_interval, ping_timeout)
        self.engine.handler = self
        self._broadcaster = broadcaster
        self._people = people
        self._settings = settings
        self._tasks = tasks
        self.running = 0  # calls
        self._all_answered: asyncio.Event | None = None

    def handlers(self) -> Sequence[tuple[str, type[RequestHandler], dict[str, object]]]:
        """The rules for Tornado's router."""
        return [(r"/socket\.io/?", EngineRequest, {"engine": self.engine, "settings": self._settings})]

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        return len(self.engine.sessions)

    async def close(self, reason: str) -> None:
        """Take no further calls, answer those that run, and tell everyone that it is over."""
        self.engine.closing = True
        for session in self.engine.sessions.values():
            session.hold(CLOSING)
        if self.running:
            self._all_answered = asyncio.Event()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_answered.wait(), LAST_ANSWERS)
        await self.engine.close(reason)

    def finished(self) -> None:
        """A call has been answered."""
        self.running -= 1
        if self._all_answered is not None and not self.running:
            self._all_answered.set()

    # --- what the engine tells

    def received(self, session: Session, message: bytes) -> None:
        try:
            self._take(session, packets.parse(message))
        except Malformed as error:
            self.engine.malformed(session, str(error))

    def attachment(self, session: Session) -> None:
        if session.attachments:
            session.attachments -= 1
        else:
            self.engine.malformed(session, "binary message without its event")

    def too_large(self, session: Session, head: bytes) -> None:
        try:
            packet = packets.parse(head)
        except Malformed as error:
            self.engine.malformed(session, str(error))
            return
        if packet.kind == packets.CONNECT:
            self._refuse_connection(session, packet, TooLarge())
        elif packet.kind in (packets.EVENT, packets.BINARY_EVENT):
            session.attachments = packet.attachments
            self._refuse_large(session, packet, packets.name_of(packet.rest))

    def ended(self, session: Session) -> None:
        self._let_go(session)

    # --- packets

    def _take(self, session: Session, packet: Packet) -> None:
        session.attachments = packet.attachments
        if packet.kind in (packets.EVENT, packets.BINARY_EVENT):
            self._event(session, packet)
        elif packet.namespace != NAMESPACE:
            self._refuse_namespace(session, packet)
        elif packet.kind == packets.CONNECT:
            self._connect(session, packet)
        elif packet.kind == packets.DISCONNECT:
            self._let_go(session)
            self.engine.let_in(session, False)
        elif packet.kind in (packets.ACK, packets.BINARY_ACK) and not packets.is_array(packet.rest):
            raise Malformed("answer without an array")
        # Else it answers something, and this server never asks.

    def _event(self, session: Session, packet: Packet) -> None:
        if not packet.id and not packets.is_array(packet.rest):
            raise Malformed("event without an array")
        if packet.namespace != NAMESPACE:
            Call(self, session, packet).refuse(UnknownOperation())
        else:
            self._call(session, packet)

    def _call(self, session: Session, packet: Packet) -> None:
        event = packets.event_of(packet.rest)
        if event is None:
            Call(self, session, packet).refuse(Invalid("arguments"))
            return
        name, payload = event
        if payload is not None and len(payload) > LARGEST_CALL:
            self._refuse_large(session, packet, name)
            return
        call = Call(self, session, packet, name)
        if not isinstance(session.above, Connection):
            call.refuse(Unauthenticated() if name in self.dispatcher.table else UnknownOperation())
        elif session.above.ended:
            call.refuse(Unauthenticated("token"))
        else:
            call.begin(packets.UNREADABLE if packet.kind == packets.BINARY_EVENT else payload, self._tasks)

    def _refuse_large(self, session: Session, packet: Packet, name: str | None) -> None:
        known = name is None or name in self.dispatcher.table
        Call(self, session, packet, name or "").refuse(TooLarge() if known else UnknownOperation())

    def _refuse_namespace(self, session: Session, packet: Packet) -> None:
        if packet.kind == packets.CONNECT:
            session.transport.answer(packets.connect_error(packet.namespace, "Invalid namespace"))

    # --- being let in

    def _connect(self, session: Session, packet: Packet) -> None:
        if session.above is not None:
            return  # it is in, or is being let in
        session.above = admission = Admission(session.peer.cookie)
        try:
            admission.read(packet.rest)
            guest = admission.guest()
            secret = "" if guest else admission.secret()
        except DomainError as error:
            self._refuse_connection(session, packet, error)
            return
        if guest is not None:
            session.hold(BEING_ADMITTED)
            self._tasks.start(self._admit_guest(session, packet, admission, guest), "admitting a guest")
            return
        principal = self._people.cached(secret)
        if principal is not None:
            self._let_in(session, packet, admission, principal)
        else:
            session.hold(BEING_ADMITTED)
            self._tasks.start(self._admit(session, packet, admission, secret), "admitting a connection")

    async def _admit(self, session: Session, packet: Packet, admission: "Admission", secret: str) -> None:
        try:
            principal = await self._people.authenticate(secret)
        except Exception as error:
            if session.above is admission:
                self._refuse_connection(session, packet, error)
        else:
            if session.above is admission:
                self._let_in(session, packet, admission, principal)
        finally:
            session.release(BEING_ADMITTED)

    async def _admit_guest(self, session: Session, packet: Packet, admission: "Admission", guest: Guest) -> None:
        """What the key opens is decided again with every call, and when a room is joined."""
        try:
            await self.dispatcher.list_of(guest, session.peer.address)
        except Exception as error:
            if session.above is admission:
                self._refuse_connection(session, packet, error)
        else:
            if session.above is admission:
                self._enter(session, guest, admission.language or session.peer.language or "en")
        finally:
            session.release(BEING_ADMITTED)

    def _let_in(self, session: Session, packet: Packet, admission: "Admission", principal: Principal) -> None:
        """Register the connection. No step of the loop may lie between the look at its token and this, so that
        whoever ends the token finds every connection that it let in."""
        if not self._people.is_live(principal.token):
            self._refuse_connection(session, packet, Unauthenticated("token"))
            return
        language = admission.language or session.peer.language or principal.language
        self._enter(session, principal, language)

    def _enter(self, session: Session, who: Principal | Guest, language: Language) -> None:
        session.above = connection = Connection(session, self._broadcaster, who, language)
        self._broadcaster.register(connection)
        if not isinstance(who, Guest):
            connection.join(person_room(who.person))
        self.engine.let_in(session, True)
        session.transport.answer(packets.connected(secrets.token_urlsafe(15)))

    def _refuse_connection(self, session: Session, packet: Packet, error: BaseException) -> None:
        caller = Caller(None, self.language(session), session.peer.address, session.next_id())
        session.above = None
        problem = self.dispatcher.problem(error, caller)
        session.transport.answer(packets.connect_error(packet.namespace, str(problem["title"]), problem))

    def _let_go(self, session: Session) -> None:
        connection, session.above = session.above, None
        if isinstance(connection, Connection):
            connection.ended = True
            self._broadcaster.forget(connection)

    def language(self, session: Session) -> Language:
        """What to speak with somebody who has not been let in."""
        wanted = session.above.language if isinstance(session.above, Admission) else None
        return wanted or session.peer.language or "en"


class Admission:
    """A client that has asked to be let in, and what it said of itself."""

    __slots__ = ("_cookie", "_key", "_token", "language")

    def __init__(self, cookie: str | None) -> None:
        self._cookie = cookie
        self._token: str | None = None
        self._key: str | None = None
        self.language: Language | None = None

    def read(self, auth: bytes) -> None:
        """Read what the client gives as ``auth``. Raises ``Invalid``."""
        try:
            given = orjson.loads(auth or b"{}")
        except orjson.JSONDecodeError:
            raise Invalid("json") from None
        if not isinstance(given, dict):
            raise Invalid("not_an_object")
        language = given.get("language")
        self.language = chosen(language) if isinstance(language, str) else None
        wrong = {f"auth.{name}": Reason("unknown") for name in given.keys() - {"token", "key", "language"}}
        wrong |= {f"auth.{name}": Reason("not_text") for name, value in given.items() if type(value) not in _TEXT}
        if wrong:
            raise Invalid(fields=dict(itertools.islice(wrong.items(), MOST_FIELDS)))
        self._token = given.get("token")
        self._key = given.get("key")

    def guest(self) -> Guest | None:
        """Who holds the key that was given; it wins over a token and a cookie."""
        return None if self._key is None else guest_of(self._key)

    def secret(self) -> str:
        """The token, or that of the cookie. Raises ``Unauthenticated`` where there is none that could be one."""
        secret = self._cookie if self._token is None else self._token
        if secret is None:
            raise Unauthenticated
        if len(secret) > LONGEST_TOKEN:
            raise Unauthenticated("token")
        return secret


_TEXT: Final = (str, type(None))
