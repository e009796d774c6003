"""A household's phones, a bad network and one server, played from a script of numbers; and what must hold of it."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shoplist_appliance.domain.ids import PersonId
from tests.domain.clients import Client, Json
from tests.domain.household import everything
from tests.domain.reference import Reference
from tests.domain.server import Backup, Crash, Line, Server, change_json, change_of, edit_of

# A step: what happens, to which client, and two numbers from which it takes the rest.
Step = tuple[str, int, int, int]

START = 1_764_000_000_000
PEOPLE = ("ann", "bob", "bob")  # the last two are two devices of one person
TEXTS = ("milk", "Milk ", "МЁД", "мед", "bread", "soap")
UNITS = (None, "kg", "Кг.", "pcs", "Kisten", " kisten")
QUANTITIES = (None, 1, 0.1, 2.5, 0.2, 999_999.9)
KEYS = ("a1", "a0", "Zz", "a1V", "b00", "a2")
WRONG_BY = (0, -5_000, 5_000, 0, -(10**10), 10**10)


class World:
    """Plays steps. ``heard_by`` every client at the end is what the server holds, or an assertion fails."""

    def __init__(self, server: type[Server] = Server) -> None:
        self.now = START
        self.server = server({"ann": "owner", "bob": "editor"}, START)
        # Version 4, made one after another: the same script is the same world.
        numbers = random.Random(0)
        self._ids: Callable[[], str] = lambda: f"{numbers.getrandbits(32):08x}-0000-4000-8000-000000000000"
        self.clients = [Client(person, self._ids, slow) for person, slow in zip(PEOPLE, (0, 40, -40), strict=True)]
        self.lines: list[Line | None] = [None] * len(PEOPLE)
        self.up: list[list[Json]] = [[] for _ in PEOPLE]
        self.sent: list[Json] = []
        self.items: list[str] = []
        self.may: list[tuple[int, bool]] = []  # from which number of rows on bob may edit, or may not
        self.backup: Backup | None = None
        self.undone = False

    def play(self, steps: Sequence[Step]) -> None:
        """Do the steps, then let everyone come home, and look whether all is well."""
        for verb, who, x, y in steps:
            getattr(self, "_" + verb)(who, x, y)
        self._come_home()
        self._audit()

    # --- people edit

    def _edit(self, who: int, kind: str, **carried: Any) -> None:
        self.clients[who].edit(self.now, kind, **{name: value for name, value in carried.items() if value is not ...})

    def _item(self, number: int) -> str:
        return self.items[-1 - number % len(self.items)] if self.items else self._ids()

    def _add(self, who: int, x: int, y: int) -> None:
        # Now and then a client reuses an id for another thing, as a faulty one may.
        item = self._item(x) if (x, y) == (7, 7) else self._ids()
        self.items.append(item)
        self._edit(
            who,
            "add",
            item=item,
            text=TEXTS[x % 6],
            quantity=QUANTITIES[y % 6] if y > 2 else ...,
            unit=UNITS[x * y % 6] if y % 3 == 0 else ...,
            note="fresh" if y % 2 else ...,
            category="dairy" if x % 4 == 1 else ...,
            position=KEYS[x % 6] if y == 5 else ...,
        )

    def _set(self, who: int, x: int, y: int) -> None:
        given: Mapping[str, Any] = (
            {"text": TEXTS[x % 6]},
            {"quantity": QUANTITIES[x % 6]},
            {"unit": UNITS[x % 6]},
            {"note": None, "category": "bakery"},
            {"position": KEYS[x % 6]},
            {"note": "fresh", "price": 2.5},
            {"quantity": 3, "note": f"note {x}"},
            {"text": "soap", "unit": None, "picture": None},
        )[y]
        self._edit(who, "set", item=self._item(x), **given)

    def _tick(self, who: int, x: int, y: int) -> None:
        self._edit(who, "tick", **self._named(x, y), ticked=y % 4 != 0)

    def _remove(self, who: int, x: int, y: int) -> None:
        self._edit(who, "remove", **self._named(x, y))

    def _restore(self, who: int, x: int, y: int) -> None:
        self._edit(who, "restore", **self._named(x, y))

    def _named(self, x: int, y: int) -> Json:
        if y < 5:
            return {"item": self._item(x)}
        return {"items": [self._item(x + number) for number in range(y - 3)]}

    def _rename(self, who: int, x: int, y: int) -> None:
        self._edit(who, "rename", title=f"Title {x}")

    def _arrange(self, who: int, x: int, y: int) -> None:
        shop = ("Lidl", "", "Aldi", ...)[x % 4]
        self._edit(who, "arrange", shop=shop, categories=["dairy", "bakery", "home"][: y % 4])

    def _undo(self, who: int, x: int, y: int) -> None:
        self.undone = True
        self.clients[who].undo(max(1, (self.clients[who].revision or 0) - x))

    # --- the network

    def _send(self, who: int, x: int, y: int) -> None:
        if (call := self.clients[who].call(1 + y % 4)) is not None:
            self.up[who].append(json.loads(json.dumps(call)))

    def _arrive(self, who: int, x: int, y: int) -> None:
        line = self.lines[who]
        for _ in range(min(1 + y, len(self.up[who]))):
            assert line is not None
            self.server.arrive(line, self.up[who].pop(0))

    def _hear(self, who: int, x: int, y: int) -> None:
        line = self.lines[who]
        for _ in range(min(1 + y, len(line.down) if line else 0)):
            assert line is not None
            self.clients[who].hear(line.down.pop(0))

    def _cut(self, who: int, x: int, y: int) -> None:
        line, self.lines[who] = self.lines[who], None
        self.up[who].clear()
        self.clients[who].cut()
        if line is not None:
            self.sent += line.sent
            # The server has noticed, or goes on talking to nobody for a while.
            if y % 2 and line in self.server.room:
                self.server.room.remove(line)

    def _connect(self, who: int, x: int, y: int) -> None:
        client = self.clients[who]
        if self.lines[who] is None:
            self.lines[who] = Line(PersonId(client.person))
        if not (client.opened or client.opening):
            self.up[who].append(client.open())

    def _go(self, who: int, x: int, y: int) -> None:
        """All that waits for this client, there and back."""
        for do in (self._connect, self._send, self._arrive, self._turn, self._hear):
            do(who, 7, 7)

    def _post(self, who: int, x: int, y: int) -> None:
        """What this client has to say waits for its turn."""
        for do in (self._connect, self._send, self._arrive):
            do(who, 7, y)

    def _lose(self, who: int, x: int, y: int) -> None:
        """The connection breaks when all has been done, or while it waits for its turn; the client tries again."""
        self._post(who, x, 7)
        if y % 3:
            self._turn(who, x, y)
        self._cut(who, x, y)
        if y % 2:
            self._post(who, x, 7)

    # --- the server

    def _turn(self, who: int, x: int, y: int) -> None:
        try:
            self.server.turn()
        except Crash:
            self._all_cut()
            self.server.restart()

    def _crash(self, who: int, x: int, y: int) -> None:
        if y % 3 == 2:
            self._all_cut()
            self.server.restart()
        else:
            self.server.crash = ("before", "after")[y % 3]

    def _die(self, who: int, x: int, y: int) -> None:
        """The server dies in the turn in which this client's edits are decided."""
        self._post(who, x, y)
        self._crash(who, x, y % 2)
        self._turn(who, x, y)

    def _save(self, who: int, x: int, y: int) -> None:
        self.server.save()

    def _wait(self, who: int, x: int, y: int) -> None:
        self.now += 10 ** (y % 5)  # to 10 s
        self.server.now = self.now

    def _skew(self, who: int, x: int, y: int) -> None:
        self.clients[who].slow = WRONG_BY[y % 6]

    def _dismiss(self, who: int, x: int, y: int) -> None:
        if x % 2:
            self._post(who, x, 7)
        self.may.append((len(self.server.rows), False))
        self.server.put_role("bob", None if y % 2 else "viewer")

    def _admit(self, who: int, x: int, y: int) -> None:
        self.may.append((len(self.server.rows), True))
        self.server.put_role("bob", "editor")

    def _back_up(self, who: int, x: int, y: int) -> None:
        self.backup = self.server.back_up()

    def _go_back(self, who: int, x: int, y: int) -> None:
        """A backup is restored: what came after it is lost for everyone, and is no longer called acknowledged."""
        if self.backup is not None:
            self._all_cut()
            self.server.restore(self.backup)
            self.sent.clear()
            self.may = [(min(rows, len(self.server.rows)), may) for rows, may in self.may]
            for client in self.clients:
                client.results.clear()

    def _all_cut(self) -> None:
        for who in range(len(self.clients)):
            self._cut(who, 0, 1)

    # --- the end

    def _come_home(self) -> None:
        """The network works, everyone may edit, and all queues drain."""
        self.server.crash = ""
        self._admit(0, 0, 0)
        for _ in range(100):
            for who in range(len(self.clients)):
                self._go(who, 0, 0)
            for who in range(len(self.clients)):
                self._hear(who, 0, 10**6)
            if all(client.opened and not client.queue for client in self.clients):
                break
        assert not any(client.queue for client in self.clients), "every queue drains"
        for who in range(len(self.clients)):
            line = self.lines[who]
            assert line is not None
            self.sent += line.sent

    def _audit(self) -> None:
        self._every_edit_is_there_once_and_without_gaps()
        self._everyone_sees_the_same()
        self._what_was_answered_is_so()
        self._what_was_told_is_stored()
        self._nobody_edited_who_might_not()
        self._the_log_is_the_list()
        if not self.undone:
            self._the_rules_say_the_same()

    def _everyone_sees_the_same(self) -> None:
        fresh = Client("ann", self._ids)
        line = Line(PersonId("ann"))
        self.server.arrive(line, fresh.open())
        fresh.hear(line.down[0])
        assert fresh.revision == len(self.server.rows)
        for client in self.clients:
            assert client.sees() == fresh.sees()

    def _every_edit_is_there_once_and_without_gaps(self) -> None:
        log = self.server.log()
        assert len({change.edit for change in log}) == len(log), "an edit counts once"
        assert [change.revision for change in log] == list(range(1, len(log) + 1)), "revisions are without gaps"

    def _what_was_answered_is_so(self) -> None:
        log = {change.edit: change for change in self.server.log()}
        for client in self.clients:
            for result in client.results.values():
                change = log.get(result["edit"])
                if result["status"] == "refused":
                    assert change is None, "what is stored is never refused"
                    continue
                assert change is not None, "what is acknowledged is never lost"
                assert result["revision"] == change.revision
                assert result.get("item") == change.item
                assert result["status"] in (change.status, "duplicate")

    def _what_was_told_is_stored(self) -> None:
        stored = [json.loads(json.dumps(change_json(change))) for change in self.server.log()]
        for message in self.sent:
            if message["name"] == "list.changed":
                for change in message["payload"]["changes"]:
                    assert change["revision"] <= len(stored), "what is told is stored"
                    assert change == stored[change["revision"] - 1], "what is told is stored"

    def _nobody_edited_who_might_not(self) -> None:
        for row, change in enumerate(self.server.log()):
            since = [may for rows, may in self.may if rows <= row]
            assert change.by == "ann" or not since or since[-1], "an edit of someone who might not edit any longer"

    def _the_log_is_the_list(self) -> None:
        live = everything(self.server.state)
        self.server.restart()
        assert everything(self.server.state) == live, "the snapshot and the changes since"
        self.server.snapshot = self.server.first
        self.server.restart()
        assert everything(self.server.state) == live, "all changes from the first on"

    def _the_rules_say_the_same(self) -> None:
        reference = Reference("Food", START)
        for deed, row in zip(self.server.deeds, self.server.rows, strict=True):
            change = change_of(row)
            position: Any = change.items.get(deed.edit.get("item", ""), {}).get("position")
            at = edit_of(deed.edit).at
            told = reference.edit(deed.edit, at, deed.by, deed.same_epoch, deed.now, position)
            assert change.at == min(at, deed.now)
            assert (change.status == "superseded") == (told is None)
            assert (change.list or change.items or None) == told
