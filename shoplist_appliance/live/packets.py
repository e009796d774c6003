"""The packets of Engine.IO 4 and Socket.IO 5 as bytes, as far as a server of one namespace needs them.

``python-socketio`` has codecs too. They are not used here, for they turn an acknowledgement's id into an integer, read
NaN and lose the id of a call whose payload cannot be read, so that it could not be answered; and importing them brings
the client and with it aiohttp: 9 MB and 0.2 s. The tests speak to this with both official clients instead.
"""

import re
from functools import cached_property
from typing import Final, NamedTuple, cast

import orjson

from shoplist_appliance.live.frames import text_frame

NAMESPACE: Final = b"/live"
SEPARATOR: Final = b"\x1e"  # between the packets of a polling payload

# Engine.IO, as they stand at the beginning of a packet
OPEN: Final = b"0"
CLOSE: Final = b"1"
PING: Final = b"2"
PONG: Final = b"3"
MESSAGE: Final = b"4"
UPGRADE: Final = b"5"
NOOP: Final = b"6"
BINARY: Final = b"b"  # and base64, within a polling payload
PROBE: Final = b"2probe"
PROBE_ANSWER: Final = b"3probe"

# Socket.IO
CONNECT: Final = 0
DISCONNECT: Final = 1
EVENT: Final = 2
ACK: Final = 3
CONNECT_ERROR: Final = 4
BINARY_EVENT: Final = 5
BINARY_ACK: Final = 6

_USUAL: Final = b"42/live,"
_HEADER: Final = re.compile(
    rb"4(?P<type>[0-6])"
    rb"(?:(?P<attachments>[0-9]{1,9})-)?"
    rb"(?:(?P<namespace>/[^,]{0,200})(?:,|\Z))?"
    rb"(?P<id>[0-9]{1,100})?(?![0-9])"
)
_NAME: Final = re.compile(rb'\s*\[\s*("[^"\\]*(?:\\.[^"\\]*)*")\s*([],])\s*')
UNREADABLE: Final = b"\0"  # stands for a payload that nobody can read


class Malformed(Exception):
    """A message of a client that is no Socket.IO packet."""


class Packet(NamedTuple):
    """A Socket.IO packet as a client sent it; ``rest`` is its JSON, not looked at yet, empty where it has none."""

    kind: int
    attachments: int
    namespace: bytes
    id: bytes  # the digits as they came, so that the answer carries the same; empty where none is wanted
    rest: bytes


def parse(message: bytes) -> Packet:
    """Read the head of a Socket.IO packet within an Engine.IO message. Raises ``Malformed``."""
    if message.startswith(_USUAL):  # nearly all that comes: 0.7 µs in place of 2.3
        at = message.find(b"[", len(_USUAL), len(_USUAL) + 101)
        id = message[len(_USUAL) : at]
        if at > 0 and (not id or id.isdigit()):
            return Packet(EVENT, 0, NAMESPACE, id, message[at:])
    found = _HEADER.match(message)
    if found is None:
        raise Malformed("no packet")
    kind, attachments = int(found["type"]), found["attachments"]
    if (attachments is not None) != (kind in (BINARY_EVENT, BINARY_ACK)):
        raise Malformed("attachments")
    namespace = (found["namespace"] or b"/").partition(b"?")[0]
    return Packet(kind, int(attachments or 0), namespace, found["id"] or b"", message[found.end() :])


def is_array(rest: bytes) -> bool:
    """Whether this has the outline of an array; what lies between the brackets is not looked at."""
    rest = rest.strip()
    return rest[:1] == b"[" and rest[-1:] == b"]"


def name_of(rest: bytes) -> str | None:
    """An event's name, also where what follows cannot be read, or was not kept; None where there is none."""
    found = _NAME.match(rest)
    return None if found is None else _text(found[1])


def event_of(rest: bytes) -> tuple[str, bytes | None] | None:
    """An event's name and the bytes of its payload, which nobody has read yet; None where it has no name.

    The payload is None where there is no argument. More than one are no JSON value, and so refused by who reads it.
    """
    found = _NAME.match(rest)
    name = None if found is None else _text(found[1])
    if found is None or name is None:
        return None
    payload = rest[found.end() :].rstrip()
    if found[2] == b"]":
        return name, UNREADABLE if payload else None
    return name, payload[:-1] if payload[-1:] == b"]" and len(payload) > 1 else UNREADABLE


def _text(quoted: bytes) -> str | None:
    try:
        return cast(str, orjson.loads(quoted))
    except orjson.JSONDecodeError:
        return None


class Message:
    """A message for many: encoded once, whatever way it takes to each of them."""

    def __init__(self, packet: bytes) -> None:
        self.packet = packet
        self.size = len(packet)

    @cached_property
    def frame(self) -> bytes:
        """The one WebSocket frame that all get."""
        return text_frame(self.packet)


def event(name: str, payload: object) -> bytes:
    """An event of the namespace, without an acknowledgement."""
    return b"42/live," + orjson.dumps([name, payload] if payload else [name])


def acknowledgement(namespace: bytes, id: bytes, answer: object) -> bytes:
    """The answer to the event that carried this id."""
    return b"43%b%b[%b]" % (_prefix(namespace), id, orjson.dumps(answer))


def connected(sid: str) -> bytes:
    """The answer to a connection that is let in."""
    return b"40/live," + orjson.dumps({"sid": sid})


def connect_error(namespace: bytes, message: str, problem: object = None) -> bytes:
    """The answer to a connection that is not; clients have the problem in ``error.data``."""
    content = {"message": message} if problem is None else {"message": message, "data": problem}
    return b"44%b%b" % (_prefix(namespace), orjson.dumps(content))


DISCONNECTED: Final = b"41/live,"  # tells a client that it is out, and not to come again by itself


def _prefix(namespace: bytes) -> bytes:
    return b"" if namespace == b"/" else namespace + b","
