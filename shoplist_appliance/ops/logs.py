"""What the process says on standard error: levels, text or JSON, and nothing that must stay secret.

A line names things by id. Should a secret get into one all the same, ``redacted`` takes it out, and of an exception
that may quote what somebody typed only its type is shown.
"""

import ipaddress
import logging
import re
import sqlite3
import ssl
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import TextIO

import orjson
from tornado.httputil import HTTPInputError
from tornado.iostream import StreamClosedError

from shoplist_appliance.domain.errors import DomainError
from shoplist_appliance.ops.metrics import Counters

# What a line may say besides its sentence, given as `extra`; in this order.
FIELDS = ("request_id", "operation", "person", "status", "ms")

_SECRETS = [
    (re.compile(r"(?i)\b((?:set-)?cookie|authorization)\b(['\"]?\s*[:=]).*"), r"\1\2 [redacted]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s'\",]+"), r"\1 [redacted]"),
    (
        re.compile(
            r"(?i)\b((?:new_)?password|token|secret|init_data|invitation|shoplist(?==)|key(?=['\"=]))(['\"]?\s*[=:]\s*)"
            r"(\"[^\"]*\"?|'[^']*'?|[^\s'\",;&)}]+)"
        ),
        r"\1\2[redacted]",
    ),
    (re.compile(r"/(join|s|api/shared|files/export|files|verify|reset)/[^\s/?#'\"]+"), r"/\1/[redacted]"),
    (re.compile(r"[^\s@'\"<>(),;:=]+@[\w.-]+"), "[e-mail]"),
    # Six digits, and not the three of a mail server; or the code of an invitation.
    (re.compile(r"(?i)\b((?:code|totp)['\"]?\s*[=:]\s*['\"]?)(?:\d{3}[ -]?\d{3}\b|[\w-]{16,})"), r"\1[redacted]"),
    (re.compile(r"(?<![\w-])[0-9a-hjkmnp-tv-z]{4}(?:-[0-9a-hjkmnp-tv-z]{4}){2}(?![\w-])"), "[redacted]"),  # one alone
    (re.compile(r"(?<![\w-])[A-Za-z0-9_-]{40,}"), "[redacted]"),  # 32 random bytes in base64 have 43 characters
]
_IP = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\w)|(?<![\w:.])(?=[0-9a-fA-F]*:[0-9a-fA-F]*:)[0-9a-fA-F:.]{2,45}(?<!\.)(?!\w)"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

# The exceptions whose text is about the machine or the program, never about what somebody typed.
_SPEAKABLE = (OSError, sqlite3.Error, DomainError, ImportError, AttributeError, TypeError, NameError, RuntimeError)
_PEER_ERRORS = (ConnectionError, TimeoutError, ssl.SSLError, StreamClosedError, HTTPInputError)


def setup(level: str, format: str, counters: Counters, stream: TextIO | None = None) -> None:
    """Send every logger's lines of this level and above to the stream (standard error), in ``text`` or ``json``."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setLevel(level.upper())
    handler.addFilter(PeerNoise(counters))
    handler.setFormatter(JsonLine() if format == "json" else TextLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


@lru_cache(maxsize=128)  # most lines are one of a few sentences, and a line a request is on everyone's path
def redacted(text: str) -> str:
    """The text without tokens, passwords, codes, cookies, e-mail and IP addresses."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return _IP.sub(_without_address, text)


def _without_address(found: re.Match[str]) -> str:
    try:
        ipaddress.ip_address(found[0])
    except ValueError:
        return found[0]
    return "[address]"


class PeerNoise(logging.Filter):
    """Makes of what a library says about a peer's bytes one quiet line without those bytes, and counts it.

    Anyone can send nonsense to an open port; that is no event for the person who reads the log. Lines of Tornado's
    access log are dropped: ours say the same by request id and without the path.
    """

    def __init__(self, counters: Counters) -> None:
        super().__init__()
        self._counters = counters

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "tornado.access":
            return False
        if not _is_peers_doing(record):
            return True
        self._counters.add("peer_errors", source=record.name)
        record.msg = f"a peer's connection ended: {_before_values(str(record.msg))}"
        record.args, record.exc_info, record.exc_text, record.stack_info = (), None, None, None
        record.levelno, record.levelname = logging.INFO, "INFO"
        return logging.getLogger().isEnabledFor(logging.INFO)


def _is_peers_doing(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, _PEER_ERRORS):
        return record.name.startswith(("tornado", "asyncio"))
    if record.name != "tornado.general":
        return False
    return error is None or not any(
        _is_ours(frame.f_code.co_filename) for frame, _ in traceback.walk_tb(error.__traceback__)
    )


def _is_ours(filename: str) -> bool:
    return "shoplist_appliance" in filename


def _before_values(template: str) -> str:
    """What a library's sentence says before its first value."""
    return re.split(r"[:%]", template)[0].removesuffix(" from ").removesuffix(" on ").strip()


class TextLine(logging.Formatter):
    """``2026-11-25T10:42:00.123Z info web: signed in request_id=… person=…`` and, below it, where an error arose."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{_time(record)} {record.levelname.lower()} {_source(record)}: {_message(record)}"
        for name, value in _fields(record):
            line += f" {name}={value}"
        trace = _trace(record)
        return f"{line}\n{trace}" if trace else line


class JsonLine(logging.Formatter):
    """One JSON object a line: time, level, source, message, the fields, and trace where there was an error."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "source": _source(record),
            "message": _message(record),
            **dict(_fields(record)),
        }
        if trace := _trace(record):
            line["trace"] = trace
        return orjson.dumps(line, default=str).decode()


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _source(record: logging.LogRecord) -> str:
    return record.name.removeprefix("shoplist_appliance.")


def _message(record: logging.LogRecord) -> str:
    """On one line, whatever is in it: nobody forges a line of the log."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], redacted(record.getMessage()))


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    return ((name, record.__dict__[name]) for name in FIELDS if record.__dict__.get(name) is not None)


def _trace(record: logging.LogRecord) -> str:
    """Where the exception arose and what it came from, the oldest first; empty where there is none."""
    parts: list[str] = []
    error = record.exc_info[1] if record.exc_info else None
    while error is not None and len(parts) < 10:
        parts.append("".join(traceback.format_tb(error.__traceback__)) + _named(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return redacted("\n".join(reversed(parts)))


def _named(error: BaseException) -> str:
    name = type(error).__qualname__
    return f"{name}: {error}" if isinstance(error, _SPEAKABLE) else name
