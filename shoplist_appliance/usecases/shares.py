"""Shares of a list: links by which guests see it, tick its items or edit it, without an account."""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from shoplist_appliance.domain.access import grant, require
from shoplist_appliance.domain.errors import Conflict, DomainError, Invalid, NotFound, Reason, Unavailable
from shoplist_appliance.domain.ids import ListId, PersonId, ShareId, new_secret
from shoplist_appliance.domain.lists import Guest, Header, Right, Share
from shoplist_appliance.ports import Clock, ListGone, ListStore, Rooms
from shoplist_appliance.usecases.lists import Lists
from shoplist_appliance.usecases.open_lists import OpenLists, list_room
from shoplist_appliance.usecases.people import hash_of

log = logging.getLogger(__name__)

SHARES_A_LIST = 100
# One that serves no longer is remembered this long, so that who opens it late learns that it was there.
REMEMBERED_MS = 90 * 24 * 3600 * 1000
KNOWN_GUESTS = 10_000


class Shares:
    """What the owner of a list does with its shares, and what is known of those who use them."""

    def __init__(self, store: ListStore, open_lists: OpenLists, lists: Lists, rooms: Rooms, clock: Clock) -> None:
        self._store = store
        self._open_lists = open_lists
        self._lists = lists
        self._rooms = rooms
        self._clock = clock
        self._known: OrderedDict[Guest, None] = OrderedDict()
        self._used: dict[tuple[ListId, Guest], int] = {}

    # --- for the owner

    async def create(
        self, person: PersonId, list_id: ListId, right: Right, name: str | None, expires_at: int | None
    ) -> Share:
        """Make a link. ``Invalid`` for an end in the past, ``Conflict`` where the list has too many."""
        now, key = self._clock.now(), new_secret()
        share = Share(ShareId(new_secret(12)), hash_of(key), key, right, name, now, expires_at)

        def step(header: Header) -> Header:
            require(header, person, "own")
            if expires_at is not None and expires_at <= now:
                raise Invalid(fields={"expires_at": Reason("past")})
            known = _remembered(header.shares, now)
            if sum(one.serves(now) for one in known) >= SHARES_A_LIST:
                raise Conflict("too_many_shares")
            return replace(header, shares=[*known, share])

        await self._lists.change_header(list_id, step)
        return share

    async def list(self, person: PersonId, list_id: ListId) -> Sequence[Share]:
        """Those that serve, the oldest first, with when each was last used; for the owner alone."""
        header = (await self._open_lists.opened(list_id)).header
        require(header, person, "own")
        now = self._clock.now()
        return [self._as_used(list_id, one) for one in header.shares if one.serves(now)]

    async def revoke(self, person: PersonId, list_id: ListId, id: ShareId) -> None:
        """End a share; its guests are told and leave the room at once. Again does nothing, unknown is ``NotFound``."""
        found: list[Share] = []

        def step(header: Header) -> Header:
            require(header, person, "own")
            found[:] = [one for one in header.shares if one.id == id]
            if not found:
                raise NotFound("share")
            if found[0].revoked_at is not None:
                return header
            return _changed(header, replace(found[0], key="", name=None, revoked_at=self._clock.now()))

        def told() -> None:
            self._rooms.expel(list_room(list_id), ListGone(list_id, "revoked"), Guest(found[0].hash))

        await self._lists.change_header(list_id, step, told)

    # --- for guests

    async def list_of(self, guest: Guest) -> ListId:
        """The list that a key opens now. ``NotFound`` for one that never was, ``Gone`` where it serves no longer."""
        list_id = await self._store.list_of_share(guest.share)
        if list_id is None:
            raise NotFound("share")
        grant((await self._open_lists.opened(list_id)).header, guest, "read", self._clock.now())
        return list_id

    def is_known(self, guest: Guest) -> bool:
        """Whether the key has opened something since the start: then it is no guess."""
        return guest in self._known

    def used(self, guest: Guest, list_id: ListId) -> None:
        """The guest was let at the list just now."""
        self._known[guest] = None
        self._known.move_to_end(guest)
        if len(self._known) > KNOWN_GUESTS:
            self._known.popitem(last=False)
        self._used[list_id, guest] = self._clock.now()

    async def keep_used(self) -> None:
        """Store when shares were last used; called now and then, and before the end."""
        used, self._used = self._used, {}
        for list_id in {list_id for list_id, _ in used}:
            times = {guest.share: time for (of, guest), time in used.items() if of == list_id}

            def step(header: Header, times: dict[bytes, int] = times) -> Header:
                now_used = [
                    one if one.hash not in times else replace(one, last_used=max(times[one.hash], one.last_used or 0))
                    for one in header.shares
                ]
                return header if now_used == list(header.shares) else replace(header, shares=now_used)

            try:
                await self._lists.change_header(list_id, step)
            except Unavailable:
                again = {who: time for who, time in used.items() if who[0] == list_id}
                self._used = again | self._used  # for the next time
            except DomainError as error:
                log.info("when the shares of list %s were used is not stored: %s", list_id, error)

    def _as_used(self, list_id: ListId, share: Share) -> Share:
        used = self._used.get((list_id, Guest(share.hash)))
        return share if used is None else replace(share, last_used=used)


def _changed(header: Header, share: Share) -> Header:
    return replace(header, shares=[share if one.id == share.id else one for one in header.shares])


def _remembered(shares: Sequence[Share], now: int) -> Sequence[Share]:
    ended = [one for one in shares if not one.serves(now) and now - _end(one) < REMEMBERED_MS]
    late = {one.id for one in ended[-SHARES_A_LIST:]}
    return [one for one in shares if one.serves(now) or one.id in late]


def _end(share: Share) -> int:
    return min(time for time in (share.revoked_at, share.expires_at) if time is not None)
