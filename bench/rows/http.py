"""HTTP: adds one after another over one connection, as a script makes them that waits for each answer."""

import itertools
import json
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from bench import servers, shop
from bench.effort import Effort
from bench.figures import Beside, Row, Sample, Section, alternate
from bench.ids import new_id
from bench.wire import WireError, stream

AIM = 0.25
LENGTH = 1_000  # items that a list takes before the next one begins, half of what it may hold
TEXT = """\
Adds a second by `POST /api/lists.edit`, one after another over one kept-alive connection, each a new item. Beside it a
Tornado handler that reads the same JSON and only answers: no token, no rule, no store."""


def measure(effort: Effort) -> Section:
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        product = stack.enter_context(servers.product(data))
        answer = stack.enter_context(servers.python_peer("tornado_answer"))
        entered = shop.enter(product.url)
        series = alternate(
            effort.rounds,
            {
                "ours": lambda: adds(product, entered.token, product_lists(entered), effort.seconds),
                "Tornado that only answers": lambda: adds(answer, "", itertools.repeat("none"), effort.seconds),
            },
        )
    row = Row("adds", series["ours"], [Beside(series["Tornado that only answers"], AIM)])
    return Section("http", "Adds one after another over HTTP", TEXT, "one connection", "more", [row])


def product_lists(entered: shop.Shop) -> Iterator[str]:
    """The list to add to, over and over; a new one when it is long."""
    while True:
        list_id, _ = entered.make_list(0)
        yield from itertools.repeat(list_id, LENGTH)


def adds(server: servers.Server, token: str, lists: Iterator[str], seconds: float) -> Sample:
    sock = stream(server.url, None)
    host = urlsplit(server.url).netloc
    requests = (request(host, token, list_id, number) for number, list_id in enumerate(lists))
    began, cpu, theirs, done = time.perf_counter(), time.process_time(), server.cpu(), 0
    while (took := time.perf_counter() - began) < seconds:
        sock.sendall(next(requests))
        answer(sock)
        done += 1
    sample = Sample(done / took, (time.process_time() - cpu) / took, (server.cpu() - theirs) / took)
    sock.close()
    return sample


def request(host: str, token: str, list_id: str, number: int) -> bytes:
    body = json.dumps({"list": list_id, "edits": [shop.add(new_id(), number)]}).encode()
    head = (
        f"POST /api/lists.edit HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def answer(sock: socket.socket) -> None:
    """Read one whole answer, which must say that the edit was applied."""
    taken = b""
    while not complete(taken):
        if not (chunk := sock.recv(65_536)):
            raise WireError("the server closed the connection")
        taken += chunk
    if b'"applied"' not in taken:
        raise WireError(f"not applied: {taken[:700]!r}")


def complete(taken: bytes) -> bool:
    head, found, body = taken.partition(b"\r\n\r\n")
    if not found:
        return False
    length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return len(body) >= int(length)
