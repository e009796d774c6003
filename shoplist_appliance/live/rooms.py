"""The rooms that live clients hear: a message is encoded once, and its bytes are put into every client's buffer."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from shoplist_appliance.domain.ids import TokenId
from shoplist_appliance.domain.lists import Actor
from shoplist_appliance.live import packets
from shoplist_appliance.live.packets import Message
from shoplist_appliance.ports import Counters, Event
from shoplist_appliance.web.shapes import event_json

K = TypeVar("K", bound=str)


class Member(Protocol):
    """One connection, as rooms see it; ``rooms`` is kept for them. A guest's has no token."""

    actor: Actor
    token: TokenId | None
    rooms: set[str]

    def tell(self, message: Message) -> None:
        """Put a message into its buffer. Takes nobody out of a room at this moment."""

    def sign_out(self, message: Message) -> None:
        """Its token has ended: tell it so, answer its calls with 401 from now on, and close it soon."""


class Broadcaster:
    """Obeys ``ports.Rooms``."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._rooms: dict[str, dict[Member, None]] = {}
        self._by_token: dict[TokenId, dict[Member, None]] = {}

    # --- for use cases

    def tell(self, room: str, event: Event) -> None:
        members = self._rooms.get(room)
        if members:
            message = self._encoded(event)
            for member in members:
                member.tell(message)

    def is_empty(self, room: str) -> bool:
        return room not in self._rooms

    def rooms(self, prefix: str) -> Sequence[str]:
        return [room for room in self._rooms if room.startswith(prefix)]

    def expel(self, room: str, event: Event, actor: Actor | None = None) -> None:
        leaving = [member for member in self._rooms.get(room, ()) if actor in (None, member.actor)]
        if leaving:
            message = self._encoded(event)
            for member in leaving:
                member.tell(message)
                self.leave(member, room)

    def sign_out(self, tokens: Iterable[TokenId], reason: str) -> None:
        message = Message(packets.event("signed_out", {"reason": reason}))
        for token in tokens:
            for member in list(self._by_token.get(token, ())):
                self.forget(member)
                member.sign_out(message)

    # --- for connections

    def register(self, member: Member) -> None:
        """Have this connection found by its token from now on."""
        if member.token is not None:
            self._by_token.setdefault(member.token, {})[member] = None

    def forget(self, member: Member) -> None:
        """It has gone: it is in no room, and nobody's."""
        for room in list(member.rooms):
            self.leave(member, room)
        if member.token is not None:
            _take_out(self._by_token, member.token, member)

    def join(self, member: Member, room: str) -> None:
        """It hears the room from now on."""
        member.rooms.add(room)
        self._rooms.setdefault(room, {})[member] = None

    def leave(self, member: Member, room: str) -> None:
        """It hears the room no longer; nothing where it did not."""
        member.rooms.discard(room)
        _take_out(self._rooms, room, member)

    def _encoded(self, event: Event) -> Message:
        name, payload = event_json(event)
        self._counters.add("live_told", event=name)
        return Message(packets.event(name, payload))


def _take_out(groups: dict[K, dict[Member, None]], key: K, member: Member) -> None:
    """Take it out of a group; a group of nobody is none."""
    group = groups.get(key)
    if group is not None:
        group.pop(member, None)
        if not group:
            del groups[key]
