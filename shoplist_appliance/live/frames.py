"""WebSocket frames (RFC 6455): what a chunk of bytes from a client holds, and the bytes that go out to it.

Nothing here knows sockets. Compression is never negotiated, so a frame for a room is the same bytes for everyone.
"""

import base64
import hashlib
from typing import Final

from tornado.util import _websocket_mask as unmask  # C where Tornado's speedups are built, else its Python twin

TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA
LARGE: Final = 0x10  # added to TEXT or BINARY: over the limit, only its first bytes were kept

NORMAL: Final = 1000
GOING_AWAY: Final = 1001
PROTOCOL_ERROR: Final = 1002
NO_CODE: Final = 1005
INVALID_TEXT: Final = 1007
POLICY: Final = 1008
TOO_BIG: Final = 1009

LARGEST_MESSAGE: Final = 2 * 1024 * 1024
LARGEST_SKIPPED: Final = 256 * 1024 * 1024  # beyond that nobody is waited for until all has come
HEAD: Final = 256  # of a message over the limit: enough to say which call is refused

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_SHORTEST: Final = 6  # of a client's frame: two bytes and the mask
_WHOLE_TEXT: Final = 0x80 | TEXT
_CONTROL: Final = (CLOSE, PING, PONG)
_CLOSE_CODES: Final = frozenset([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014])

Frame = tuple[int, bytes]


class FrameError(Exception):
    """Bytes that are no WebSocket; ``code`` is what the connection is closed with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def accept_key(key: str) -> str:
    """The answer to ``Sec-WebSocket-Key``."""
    return base64.b64encode(hashlib.sha1(key.encode("latin-1") + _GUID).digest()).decode()


def is_key(key: str) -> bool:
    """Whether this is a ``Sec-WebSocket-Key``: 16 bytes in base64."""
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except ValueError:
        return False


def frame(opcode: int, payload: bytes) -> bytes:
    """One whole unmasked frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload


def text_frame(payload: bytes) -> bytes:
    """One whole unmasked text frame; the payload is UTF-8."""
    return frame(TEXT, payload)


def close_frame(code: int, reason: str = "") -> bytes:
    """The frame that ends a connection; the reason is cut to what a control frame holds."""
    if code == NO_CODE:
        return frame(CLOSE, b"")
    text = reason.encode()[:123].decode(errors="ignore").encode()
    return frame(CLOSE, code.to_bytes(2, "big") + text)


def close_reason(payload: bytes) -> int:
    """The code in a client's close frame. Raises ``FrameError`` where it is none that a client may send."""
    if not payload:
        return NO_CODE
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or not (code in _CLOSE_CODES or 3000 <= code < 5000):
        raise FrameError(PROTOCOL_ERROR, "malformed close")
    _check_text(payload[2:])
    return code


class FrameReader:
    """Takes chunks as they come from a client and gives the messages and control frames that they complete.

    A message over the limit is not kept: once all of it has passed it comes out as ``LARGE``, with its first bytes.
    """

    __slots__ = ("_head", "_message", "_opcode", "_rest", "_skip", "_skipping", "_wanted")

    def __init__(self) -> None:
        self._rest: bytearray | None = None  # of a frame that is not complete yet
        self._wanted = 0  # how long the rest must be before looking at it again makes sense
        self._opcode = 0  # of the fragmented message under way, 0 where there is none
        self._message: bytearray | None = None  # its payload so far
        self._head: bytes | None = None  # its first bytes, where it is over the limit
        self._skipping = 0  # the first byte of the frame being passed over
        self._skip = 0  # how much of that frame is still to come

    def feed(self, chunk: bytes) -> list[Frame]:
        """The messages (text checked to be UTF-8) and control frames completed by this chunk, in order.

        Raises ``FrameError``; what the chunk held before the error is lost with the connection.
        """
        found: list[Frame] = []
        if self._skip:
            chunk = self._pass_over(chunk, found)
        if self._rest is not None:
            self._rest += chunk
            if len(self._rest) < self._wanted:
                return found
            chunk, self._rest = bytes(self._rest), None
        at, size, wanted = 0, len(chunk), _SHORTEST
        while size - at >= _SHORTEST:
            first, second = chunk[at], chunk[at + 1]
            body, length = at + _SHORTEST, second & 0x7F
            if length > 125:
                body += 2 if length == 126 else 8
                if size < body:
                    wanted = body - at
                    break
                length = int.from_bytes(chunk[at + 2 : body - 4], "big")
            if first != _WHOLE_TEXT or second < 0x80 or self._opcode or length > LARGEST_MESSAGE:
                self._check(first, second, length)
                if self._is_large(first, length):
                    if size < body + HEAD and size < body + length:
                        wanted = body - at + min(HEAD, length)
                        break
                    self._begin_large(first, unmask(chunk[body - 4 : body], chunk[body : body + min(HEAD, length)]))
                    self._skipping, self._skip = first, length
                    chunk = self._pass_over(chunk[body:], found)
                    at, size = 0, len(chunk)
                    continue
            end = body + length
            if size < end:
                wanted = end - at
                break
            payload = unmask(chunk[body - 4 : body], chunk[body:end])
            at = end
            if first == _WHOLE_TEXT:
                _check_text(payload)
                found.append((TEXT, payload))
            else:
                self._take(first, payload, found)
        if at < size:
            self._rest, self._wanted = bytearray(chunk[at:]), wanted
        return found

    def _check(self, first: int, second: int, length: int) -> None:
        opcode = first & 0x0F
        if first & 0x70:
            raise FrameError(PROTOCOL_ERROR, "reserved bit")
        if second < 0x80:
            raise FrameError(PROTOCOL_ERROR, "unmasked frame")
        if opcode in _CONTROL:
            if length > 125 or first < 0x80:
                raise FrameError(PROTOCOL_ERROR, "malformed control frame")
        elif opcode not in (0, TEXT, BINARY):
            raise FrameError(PROTOCOL_ERROR, "reserved opcode")
        elif (opcode == 0) != bool(self._opcode):
            raise FrameError(PROTOCOL_ERROR, "fragments out of order")
        if length > LARGEST_SKIPPED:
            raise FrameError(TOO_BIG, "message too big")

    def _is_large(self, first: int, length: int) -> bool:
        """Whether this frame makes its message one over the limit, or goes on with one."""
        if first & 0x0F in _CONTROL:
            return False
        return self._head is not None or length + len(self._message or b"") > LARGEST_MESSAGE

    def _begin_large(self, first: int, head: bytes) -> None:
        if self._head is None:
            self._head = (bytes(self._message or b"") + head)[:HEAD]
        self._message = None
        self._opcode = self._opcode or first & 0x0F

    def _pass_over(self, chunk: bytes, found: list[Frame]) -> bytes:
        """Leave out what belongs to the frame being skipped; returns what comes after it."""
        passed = min(self._skip, len(chunk))
        self._skip -= passed
        if not self._skip and self._skipping & 0x80:
            found.append((LARGE | self._opcode, self._head or b""))
            self._opcode, self._head = 0, None
        return chunk[passed:]

    def _take(self, first: int, payload: bytes, found: list[Frame]) -> None:
        """A control frame, a binary message or a fragment."""
        opcode = first & 0x0F
        if opcode in _CONTROL:
            found.append((opcode, payload))
            return
        if opcode == 0:
            self._message = self._message or bytearray()
            self._message += payload
            opcode = self._opcode
        elif first < 0x80:
            self._opcode, self._message = opcode, bytearray(payload)
        if first >= 0x80:
            whole = payload if self._message is None else bytes(self._message)
            self._opcode, self._message = 0, None
            if opcode == TEXT:
                _check_text(whole)
            found.append((opcode, whole))


def is_text(payload: bytes) -> bool:
    """Whether it is UTF-8."""
    if not payload.isascii():
        try:
            payload.decode()
        except UnicodeDecodeError:
            return False
    return True


def _check_text(payload: bytes) -> None:
    if not is_text(payload):
        raise FrameError(INVALID_TEXT, "text is not UTF-8")
