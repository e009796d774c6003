"""The log: levels, both forms, no secret in any line, and strangers' noise as one quiet line."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from shoplist_appliance.ops import logs
from shoplist_appliance.ops.metrics import Counters

Setup = Callable[..., io.StringIO]
log = logging.getLogger("shoplist_appliance.web.http")


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
def setup(counters: Counters) -> Iterator[Setup]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def start(level: str = "info", format: str = "text") -> io.StringIO:
        stream = io.StringIO()
        logs.setup(level, format, counters, stream)
        return stream

    yield start
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_names_things_by_id(setup: Setup) -> None:
    stream = setup()
    log.info("answered", extra={"request_id": "r1", "operation": "lists.edit", "person": "p1", "status": 200, "ms": 3})
    line = stream.getvalue()
    assert line.endswith(" info web.http: answered request_id=r1 operation=lists.edit person=p1 status=200 ms=3\n")
    assert line[10] == "T"
    assert line[23] == "Z"


def test_a_json_line_is_one_object(setup: Setup) -> None:
    stream = setup(format="json")
    log.warning("slow", extra={"request_id": "r1", "ms": 1200})
    line = json.loads(stream.getvalue())
    assert {key: line[key] for key in ("level", "source", "message", "request_id", "ms")} == {
        "level": "warning",
        "source": "web.http",
        "message": "slow",
        "request_id": "r1",
        "ms": 1200,
    }


@pytest.mark.parametrize(("level", "lines"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_levels(setup: Setup, level: str, lines: int) -> None:
    stream = setup(level)
    for say in (log.debug, log.info, log.warning, log.error):
        say("a line")
    assert len(stream.getvalue().splitlines()) == lines


TOKEN = "Zk3v0bq9mJ7yT1xW5sD8fG2hL6nP4rQcVbNaUeIoYtK"


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        (f"Authorization: Bearer {TOKEN}", TOKEN),
        ("authorization=Basic dTpwYXNz", "dTpwYXNz"),
        (f"Cookie: a=b; shoplist={TOKEN[:20]}; c=d", TOKEN[:20]),
        ("{'password': 'correct horse battery'}", "horse"),
        ('{"new_password":"correct horse"}', "horse"),
        ("password=hunter22&x=1", "hunter22"),
        (f"nothing but {TOKEN}.", TOKEN),
        ("GET /join/Zk3v0bq9mJ7yT1xW5sD8fG 200", "Zk3v0bq9"),
        ("GET /api/shared/Zk3v0bq9 200", "Zk3v0bq9"),
        ('{"code": "Zk3v0bq9mJ7yT1xW5sD8fG"}', "Zk3v0bq9"),
        ('{"code": "048213"}', "048213"),
        ("{'totp': '048 213'}", "213"),
        ("totp=k3x9-0abc-7yzt", "k3x9"),
        ("used k3x9-0abc-7yzt just now", "k3x9"),
        ("GET /verify/Zk3v0bq9 200", "Zk3v0bq9"),
        ("GET /reset/Zk3v0bq9 200", "Zk3v0bq9"),
        ("GET /files/export/Zk3v0bq9 200", "Zk3v0bq9"),
        ("mail to anna.smith+shop@example.org failed", "anna"),
        ("mail to анна@пример.рф failed", "анна"),
        ("from 203.0.113.7:51234", "203.0.113.7"),
        ("from [2001:db8::7]:51234", "2001:db8::7"),
        ("from ::ffff:203.0.113.7", "203.0.113.7"),
    ],
)
@pytest.mark.parametrize("format", ["text", "json"])
def test_a_secret_is_taken_out(setup: Setup, said: str, secret: str, format: str) -> None:
    stream = setup(format=format)
    log.info("got %s", said)
    assert secret not in stream.getvalue()
    assert "[" in stream.getvalue()


@pytest.mark.parametrize(
    "said",
    [
        "lists.edit took 12 ms at 10:42:07",
        "list 0d6f2a4e-3c1b-4f7a-9e55-0a1b2c3d4e5f has 12 changes",
        "problem code=invalid status=400",
        "the mail server takes nothing now: code=450",
        "tornado 6.6.1 on Python 3.11.7",
    ],
)
def test_what_is_no_secret_stays(said: str) -> None:
    assert logs.redacted(said) == said


def test_nobody_forges_a_line(setup: Setup) -> None:
    stream = setup()
    log.info("name %s", "a\r\n2026-11-25T10:00:00.000Z error web: all is lost\x1b[2J\u2028b")
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_an_exception_that_may_quote_somebody_is_named_by_its_type(setup: Setup) -> None:
    stream = setup()
    try:
        try:
            raise KeyError("our secret cake")
        except KeyError as error:
            raise OSError(28, "No space left on device") from error
    except OSError:
        log.exception("lists.edit failed")
    said = stream.getvalue()
    assert "secret cake" not in said.replace('raise KeyError("our secret cake")', "")
    assert "\nKeyError\n" in said
    assert "No space left on device" in said
    assert "test_logs.py" in said


def test_a_strangers_nonsense_is_one_quiet_line_and_counted(setup: Setup, counters: Counters) -> None:
    stream = setup()
    logging.getLogger("tornado.general").warning("Malformed HTTP message from %s: %s", "203.0.113.7", "cake\r\ncake")
    line = stream.getvalue()
    assert len(line.splitlines()) == 1
    assert " info tornado.general: " in line
    assert "cake" not in line
    assert counters.count("peer_errors", source="tornado.general") == 1


def test_a_connection_that_breaks_is_no_traceback(setup: Setup, counters: Counters) -> None:
    stream = setup()
    for error in (ConnectionResetError("reset"), TimeoutError()):
        logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=error)
    assert "Traceback" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 2
    assert counters.count("peer_errors") == 2


def test_our_own_mistake_is_not_taken_for_a_strangers(setup: Setup, counters: Counters) -> None:
    stream = setup()
    logging.getLogger("tornado.application").error("Exception in callback", exc_info=ZeroDivisionError())
    logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=KeyError("x"))
    assert stream.getvalue().count(" error ") == 2
    assert counters.count("peer_errors") == 0


def test_at_warning_a_strangers_nonsense_is_only_counted(setup: Setup, counters: Counters) -> None:
    stream = setup("warning")
    logging.getLogger("tornado.general").warning("Malformed HTTP message from %s: %s", "203.0.113.7", "cake")
    assert stream.getvalue() == ""
    assert counters.count("peer_errors") == 1
