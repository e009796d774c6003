"""The product's side of a measurement: an account, lists with items, and endless scripts of edits for a connection."""

import itertools
import json
import ssl
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bench.ids import new_id
from bench.wire import Client, WireError, frame, live

MOST_EDITS = 500  # that a call may carry


@dataclass(frozen=True, slots=True)
class Shop:
    """A running product with one account signed in."""

    url: str
    token: str
    tls: ssl.SSLContext | None = None

    def call(self, operation: str, **payload: object) -> Any:
        return post(self.url, operation, payload, self.token, self.tls)

    def make_list(self, items: int) -> tuple[str, list[str]]:
        """A list with this many open items; its id and theirs."""
        list_id = str(self.call("lists.create", title="Saturday market")["list"]["id"])
        ids = [new_id() for _ in range(items)]
        for start in range(0, items, MOST_EDITS):
            adds = [add(item, number) for number, item in enumerate(ids[start : start + MOST_EDITS], start)]
            self.call("lists.edit", list=list_id, edits=adds)
        return list_id, ids

    def revision(self, list_id: str) -> int:
        return int(self.call("lists.get", list=list_id)["list"]["revision"])

    def connect(self, list_id: str | None = None, headers: str = "") -> Client:
        """A live connection; one that hears the list's room where a list is given."""
        client = live(self.url, self.token, self.tls, headers)
        if list_id is not None:
            client.send(f'42/live,0["lists.open",{{"list":"{list_id}"}}]')
            answer = client.wait_for(b"43/live,0[")
            if not answer.startswith(b'43/live,0[{"ok":true'):
                raise WireError(f"not opened: {answer[:500]!r}")
        return client


def post(url: str, operation: str, payload: object, token: str = "", tls: ssl.SSLContext | None = None) -> Any:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(f"{url}/api/{operation}", json.dumps(payload).encode(), headers)
    with urllib.request.urlopen(request, timeout=30, context=tls) as answer:
        return json.load(answer)


def enter(url: str, tls: ssl.SSLContext | None = None) -> Shop:
    """Register an account of its own at a running product."""
    given = {"email": f"{new_id()}@example.org", "password": "correct horse battery", "name": "Vera"}
    return Shop(url, str(post(url, "accounts.register", given, tls=tls)["token"]), tls)


# --- edits --------------------------------------------------------------------------------------------------------


def moment() -> str:
    """Now, as a client's clock says it."""
    return datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def add(item: str, number: int) -> dict[str, object]:
    return {"id": new_id(), "kind": "add", "item": item, "at": moment(), "text": f"Item {number} {item[:8]}"}


def call(number: int, list_id: str, edit: str) -> str:
    """The text of a socket.io event that carries one edit; ``edit`` is what follows its id."""
    return f'42/live,{number}["lists.edit",{{"list":"{list_id}","edits":[{{"id":"{new_id()}",{edit}}}]}}]'


def ticks(list_id: str, items: Sequence[str]) -> Iterator[bytes]:
    """One item after another is ticked, then unticked: the state stays as long as it is, every edit applies."""
    for number in itertools.count(1):
        round_, place = divmod(number, len(items))
        ticked = "true" if round_ % 2 else "false"
        edit = f'"kind":"tick","item":"{items[place]}","at":"{moment()}","seen":0,"ticked":{ticked}'
        yield frame(call(number, list_id, edit).encode())


CHANGES = (
    '"kind":"set","quantity":?',
    '"kind":"tick","ticked":true',
    '"kind":"set","note":"number ?"',
    '"kind":"tick","ticked":false',
)


def changes(list_id: str, items: Sequence[str]) -> Iterator[bytes]:
    """One item after another gets another quantity, is ticked, gets a note, is unticked: the list keeps its length."""
    for number in itertools.count():
        round_, place = divmod(number, len(items))
        step = CHANGES[round_ % len(CHANGES)].replace("?", str(number % 1000 + 1))
        edit = f'"item":"{items[place]}","at":"{moment()}",{step}'
        yield frame(call(number, list_id, edit).encode())


def household(lists: Sequence[str]) -> Iterator[bytes]:
    """On one list after the other an item's life: added, given a quantity, ticked, removed."""
    numbers = itertools.count(1)
    for round_ in itertools.count():
        items = [new_id() for _ in lists]
        for step in life(round_):
            for list_id, item in zip(lists, items, strict=True):
                edit = f'"item":"{item}","at":"{moment()}",{step.replace("?", item)}'
                yield frame(call(next(numbers), list_id, edit).encode())


def life(number: int) -> tuple[str, str, str, str]:
    """The four edits of an item; ``?`` stands for its id, so that no two items are the same thing."""
    return (
        f'"kind":"add","text":"Milk {number} ?","quantity":2,"unit":"l"',
        '"kind":"set","quantity":3',
        '"kind":"tick","ticked":true',
        '"kind":"remove"',
    )
