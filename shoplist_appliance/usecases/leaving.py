"""The end of an account: its lists go over to others or end, and nothing of it remains but what others need."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace

from shoplist_appliance.domain.errors import NotFound, WrongCredentials
from shoplist_appliance.domain.ids import ListId, PersonId, new_secret
from shoplist_appliance.domain.lists import Header, Role
from shoplist_appliance.ports import Clock, Damaged, ListGone, Passwords, Record, Rooms, Store
from shoplist_appliance.usecases.alerts import Alerts
from shoplist_appliance.usecases.exports import Exports
from shoplist_appliance.usecases.lists import Lists
from shoplist_appliance.usecases.open_lists import list_room
from shoplist_appliance.usecases.people import People, Principal, hash_of
from shoplist_appliance.usecases.purge import Purge

log = logging.getLogger(__name__)

LEAVING = "leaving"
# Longer than a call takes from its record to the end of the account.
FINISHED_AFTER_MS = 60 * 1000
A_TIME = 100  # records that one round looks at


class Leaving:
    """Deleting one's account.

    Cut short before the account has ended, the same call goes on; cut short after it, ``finish`` does.
    """

    def __init__(
        self,
        store: Store,
        people: People,
        passwords: Passwords,
        lists: Lists,
        purge: Purge,
        exports: Exports,
        rooms: Rooms,
        clock: Clock,
        alerts: Alerts,
    ) -> None:
        self._store = store
        self._people = people
        self._passwords = passwords
        self._lists = lists
        self._purge = purge
        self._exports = exports
        self._rooms = rooms
        self._clock = clock
        self._alerts = alerts

    async def delete(self, principal: Principal, password: str) -> None:
        """Hand over the lists that have other members, remove the rest, and end the account with all its tokens.

        On lists that others keep, its items and deeds stay, by somebody without a name. Mails to it that were not sent
        yet are not sent any more. Raises ``WrongCredentials``.
        """
        person = principal.person
        account = await self._people.me(person)
        if not await self._passwords.verify(password, account.password):
            raise WrongCredentials("password")
        await self._leave_all(person)
        await self._exports.forget(person)
        await self._alerts.forget(account)
        await self._store.remove_records_of(person)
        # Nobody's record, so that it outlasts the account.
        record = Record(LEAVING, hash_of(new_secret()), self._clock.now() + FINISHED_AFTER_MS, person.encode())
        await self._store.add_record(record)
        await self._people.remove(person)
        await self._remove_rest(record)

    async def finish(self) -> None:
        """Remove what calls of ``delete`` left undone. Raises ``Unavailable``; then the next one does it."""
        for record in await self._store.records_due(LEAVING, self._clock.now(), A_TIME):
            if await self._store.person(_leaver(record)) is None:
                await self._people.remove(_leaver(record))  # whose end was not told here, if no one knew of it
                await self._remove_rest(record)
            else:  # it did not come to the end of the account
                await self._store.remove_record(LEAVING, record.key)

    async def _remove_rest(self, record: Record) -> None:
        """What a call made for the account that was on its way at its end."""
        person = _leaver(record)
        async with self._lists.coming(person):  # with an account that has ended nobody comes to a list after this
            await self._leave_all(person)
        await self._store.remove_records_of(person)
        await self._store.remove_record(LEAVING, record.key)

    async def _leave_all(self, person: PersonId) -> None:
        headers = [header for header, _ in await self._store.lists_of(person)]
        members = await self._store.people({one for header in headers for one in header.members})
        blocked = {one.id for one in members.values() if one.blocked}
        lists = [header.id for header in headers]
        for list_id in [*lists, *await self._store.damaged_lists_of(person)]:
            try:
                while not await self._left(list_id, person, blocked):
                    pass  # somebody joined or left in between
            except Damaged as error:
                log.error("list %s is left without its header knowing of it: %s", list_id, error)
                await self._store.forget_member(list_id, person)

    async def _left(self, list_id: ListId, person: PersonId, blocked: Collection[PersonId]) -> bool:
        if await self._purge.remove_at_once(list_id, person):
            return True

        def step(header: Header) -> Header:
            others = without(header.members, person, blocked) if person in header.members else {}
            return replace(header, members=others) if others else header

        gone = ListGone(list_id, "removed")
        try:
            opened = await self._lists.change_header(
                list_id, step, lambda: self._rooms.expel(list_room(list_id), gone, person)
            )
        except NotFound:
            return True
        return person not in opened.header.members


def _leaver(record: Record) -> PersonId:
    return PersonId(record.content.decode())


def without(members: Mapping[PersonId, Role], person: PersonId, blocked: Collection[PersonId]) -> dict[PersonId, Role]:
    """The members that stay: of the editors the first who joined, else of the viewers, follows an owner who leaves.

    A blocked account follows only where there is no other: nobody could see to the list.
    """
    others = {one: role for one, role in members.items() if one != person}
    if members[person] == "owner" and others:
        heir = min(others, key=lambda one: (one in blocked, others[one] != "editor"))
        others[heir] = "owner"
    return others
