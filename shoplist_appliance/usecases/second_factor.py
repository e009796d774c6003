"""Setting up a second factor for one's own account, and giving it up again."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from shoplist_appliance.domain.errors import Conflict, DomainError, NotFound, WrongCredentials
from shoplist_appliance.domain.ids import PersonId
from shoplist_appliance.domain.people import Person, Totp
from shoplist_appliance.ports import Clock, Passwords, PeopleStore
from shoplist_appliance.usecases import totp
from shoplist_appliance.usecases.mail import Mail
from shoplist_appliance.usecases.people import People

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """What an authenticator is to be given: the secret, and the address that holds it and names the account."""

    secret: str
    uri: str


class SecondFactor:
    """It counts from ``confirm`` on; until then signing in is as it was. ``base_url``: what links in mails begin with.

    Its owner hears by mail when it is turned on or off, if the address is validated: nobody has us write to strangers.
    """

    def __init__(
        self,
        store: PeopleStore,
        passwords: Passwords,
        clock: Clock,
        people: People,
        mail: Mail,
        base_url: Callable[[], str],
        limits_rate: float = 1,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock
        self._people = people
        self._mail = mail
        self._base_url = base_url
        self._rate = limits_rate

    async def begin(self, person: PersonId) -> Begun:
        """A new secret in place of one that was not confirmed. Raises ``Conflict`` where a factor is set up."""
        while True:
            old = await self._people.me(person)
            if old.has_totp:
                raise Conflict("totp_on")
            begun = totp.begun()
            try:
                await self._store.put_person(replace(old, totp=begun, version=old.version + 1), old.version)
            except Conflict:
                continue  # the account was changed meanwhile: once more, on top of that
            return Begun(begun.secret, totp.uri(begun, old.email))

    async def confirm(self, person: PersonId, code: str) -> Sequence[str]:
        """Have the factor count from now on, and return the recovery codes, shown this once.

        Raises ``WrongCredentials`` for a wrong code, ``Conflict`` where nothing was begun or it counts already.
        """
        while True:
            old = await self._people.me(person)
            if old.totp is None or old.has_totp:
                raise Conflict("totp_on" if old.has_totp else "totp_not_begun")
            confirmed = totp.confirmed(old.totp, code, self._clock.now())
            if confirmed is None:
                raise WrongCredentials("totp")
            factor, codes = confirmed
            new = replace(old, totp=factor, version=old.version + 1)
            try:
                await self._store.put_person(new, old.version)
            except Conflict:
                continue
            self._people.changed(new)
            await self._tell(new, "totp_on")
            return codes

    async def disable(self, person: PersonId, password: str, code: str) -> None:
        """Give it up. Raises ``WrongCredentials`` for a wrong password or code, ``Conflict`` where there is none."""
        while True:
            old = await self._people.me(person)
            if not await self._passwords.verify(password, old.password):
                raise WrongCredentials("password")
            if old.totp is None or not old.has_totp:
                raise Conflict("totp_off")
            after, good = totp.tried(old.totp, code, self._clock.now(), self._rate)
            kept: Totp | None = None if good else after
            new = replace(old, totp=kept, version=old.version + 1)
            try:
                await self._store.put_person(new, old.version)
            except Conflict:
                continue
            if not good:
                raise WrongCredentials(totp.kind_of(code))
            self._people.changed(new)
            await self._tell(new, "totp_off")
            return

    async def take_away(self, email: str) -> Person:
        """For who has lost it: whoever keeps the server vouches for them. Raises ``NotFound``, or ``Conflict`` where
        the account has none."""
        while True:
            old = await self._store.person_by_email(email)
            if old is None:
                raise NotFound("person")
            if not old.has_totp:
                raise Conflict("totp_off")
            new = replace(old, totp=None, version=old.version + 1)
            try:
                await self._store.put_person(new, old.version)
            except Conflict:
                continue
            self._people.changed(new)
            await self._tell(new, "totp_off")
            return new

    async def _tell(self, account: Person, template: Literal["totp_on", "totp_off"]) -> None:
        """It is done, whatever becomes of the mail."""
        if not account.email_verified:
            return
        try:
            values = {"url": f"{self._base_url()}/account"}
            await self._mail.send(account.email, template, account.language, values, account.id)
        except DomainError as error:
            log.warning("no mail was sent about a second factor: %s", error)
