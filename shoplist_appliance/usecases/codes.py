"""Codes that mails carry: one validates an address, another sets a password anew, each once and not for long.

A code of six digits counts for who is signed in to the account, and bears a few wrong tries; the long one that ends a
link counts for whoever holds it. Neither is kept: of the long one there is a SHA-256, of the six digits an HMAC under a
random key that lies beside it. What was used, has expired or was withdrawn is remembered for a while, so that who comes
late learns just that.
"""

import contextlib
import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Protocol

import orjson

from shoplist_appliance.domain.addresses import email_key
from shoplist_appliance.domain.errors import (
    Conflict,
    DomainError,
    Gone,
    NotFound,
    OutcomeUnknown,
    TooManyRequests,
    Unavailable,
)
from shoplist_appliance.domain.ids import PersonId, new_secret
from shoplist_appliance.domain.people import Person
from shoplist_appliance.ports import Clock, PeopleStore, Record, RecordStore
from shoplist_appliance.usecases.limits import Limits, Rate
from shoplist_appliance.usecases.mail import Mail
from shoplist_appliance.usecases.people import People, Principal, hash_of

log = logging.getLogger(__name__)

VALIDATION = "validation"  # for an address
RESET = "reset"  # of a password
ASKED = "reset asked"  # what request_reset leaves for `when_due`

VALIDATION_MS = 24 * 3600 * 1000
RESET_MS = 3600 * 1000
REMEMBERED_MS = 30 * 24 * 3600 * 1000
MOST_TRIES = 5
DIGITS = 6
A_TIME = 100  # records that one round looks at

# Mails with a code by one account to one address: with the tries that each bears, a day of an account's guessing has
# one chance in some six thousand. By one account, whatever addresses it names.
MAILS_TO_ONE = Rate("mails_to_one", burst=10, per_second=1 / 3600, kept=True)
MAILS_BY = Rate("mails_by", burst=10, per_second=1 / 1800, kept=True)
# To one address, by whomever: far more than an account may cause, and those who would move there apart from the account
# that is there, so that nobody keeps an address from being validated (ADR 0018).
MAILS_TO = Rate("mails_to", burst=50, per_second=1 / 1800, kept=True)
# Mails with a link, which nobody guesses.
LINKS_TO = Rate("links_to", burst=5, per_second=1 / 3600, kept=True)


class CodeStore(PeopleStore, RecordStore, Protocol):
    """What codes need of a store."""


@dataclass(frozen=True, slots=True)
class _Code:
    """What is kept of a mail's code: when it ends, in ms since 1970, and HMACs in hex under its own key."""

    key: str
    ends_at: int
    email: str
    digits: str = ""
    tries: int = 0
    credentials: int = 0

    def of(self, text: str) -> str:
        return hmac.new(bytes.fromhex(self.key), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def is_for(self, email: str | None) -> bool:
        return email is not None and hmac.compare_digest(self.email, self.of(email_key(email)))

    def is_of(self, digits: str) -> bool:
        return hmac.compare_digest(self.digits, self.of(digits))


class Codes:
    """Sends codes and takes them back. ``base_url`` is what links in mails begin with.

    No mail holds a word that the one who caused it chose, so that nobody has us write to strangers.
    """

    def __init__(
        self, store: CodeStore, people: People, mail: Mail, limits: Limits, clock: Clock, base_url: Callable[[], str]
    ) -> None:
        self._store = store
        self._people = people
        self._mail = mail
        self._limits = limits
        self._clock = clock
        self._base_url = base_url
        self._last = 0

    # --- an address

    async def welcome(self, person: Person) -> None:
        """Send a new account its code. The account is there and acts, whatever becomes of this."""
        try:
            self._count_mail(person, person.email)
            await self._send_code(person, person.email)
        except DomainError as error:
            log.warning("no code was sent to a new account: %s", error)

    async def resend(self, person: PersonId) -> None:
        """Send a new code to the address that waits to be validated; those of before no longer count.

        Raises ``Conflict`` where none waits, ``TooManyRequests`` after too many mails.
        """
        account = await self._people.me(person)
        if account.unvalidated is None:
            raise Conflict("address_validated")
        self._count_mail(account, account.unvalidated)
        await self._send_code(account, account.unvalidated)

    async def change_address(self, person: PersonId, email: str) -> Person:
        """Have the account move to another address once that is validated; the present one stays until then.

        Both are told. That another account has the address shows only when it is validated, to who reads its mail. The
        present address again gives up a change that waits. Raises ``TooManyRequests`` after too many mails.
        """
        counted = False
        while True:
            old = await self._people.me(person)
            if email_key(email) == email_key(old.email):
                new = replace(old, email=email, new_email=None, version=old.version + 1)
            else:
                new = replace(old, new_email=email, version=old.version + 1)
                if not counted:
                    self._count_mail(new, email)
                    counted = True
            try:
                await self._store.put_person(new, old.version)
            except Conflict:
                if (await self._people.me(person)).version == old.version:
                    raise Conflict("email") from None  # of another that was taken for another mailbox once (ADR 0019)
                continue
            if new.new_email is not None:
                await self._send_code(new, email)
                await self._mail.send(old.email, "address_asked", old.language, self._account(), old.id)
            return new

    async def validate(self, person: PersonId, digits: str) -> None:
        """Validate the address that waits, by the code of the newest mail.

        ``NotFound`` for a wrong one, which counts; ``Gone`` for one that no longer counts, and after too many tries;
        ``Conflict`` where another account has the address by now.
        """
        while True:
            account = await self._people.me(person)
            records = await self._store.records_of(VALIDATION, person)
            if not records:
                raise NotFound("code")
            newest = records[-1]
            code = _Code(**orjson.loads(newest.content))
            if not self._counts(code, account):
                was_sent = any(_Code(**orjson.loads(record.content)).is_of(digits) for record in records)
                raise Gone("code") if was_sent else NotFound("code")
            if code.tries >= MOST_TRIES:
                raise Gone("code_tries")
            tried = orjson.dumps(asdict(replace(code, tries=code.tries + 1)))
            try:  # before anyone hears whether it was right: so many at once are as limited as one after another
                await self._store.put_record(replace(newest, content=tried, version=newest.version + 1), newest.version)
            except Conflict:
                continue
            if code.is_of(digits):
                return await self._validated(account, code)
            earlier = any(_Code(**orjson.loads(record.content)).is_of(digits) for record in records[:-1])
            raise Gone("code") if earlier else NotFound("code")

    async def validate_by_link(self, secret: str) -> None:
        """Validate an address by the link that was sent there, whoever follows it. Raises as ``validate`` does."""
        record = await self._store.record(VALIDATION, hash_of(secret))
        if record is None:
            raise NotFound("link")
        account = await self._store.person(PersonId(record.owner))
        code = _Code(**orjson.loads(record.content))
        if account is None or not self._counts(code, account):
            raise Gone("link")
        newest = (await self._store.records_of(VALIDATION, record.owner))[-1:]
        if [one.key for one in newest] != [record.key]:
            raise Gone("link")
        await self._validated(account, code)

    def _counts(self, code: _Code, account: Person) -> bool:
        return code.ends_at > self._clock.now() and code.is_for(account.unvalidated)

    async def _validated(self, account: Person, code: _Code) -> None:
        """From the moment that this is stored no code is for the address any more: each counts once."""
        while True:
            email = account.unvalidated
            if email is None or not code.is_for(email):
                raise Gone("code")
            new = replace(account, email=email, email_verified=True, new_email=None, version=account.version + 1)
            if email_key(email) != email_key(account.email):
                await self._end_resets(account.id)  # for good, also where the account comes back to that address
            try:
                await self._store.put_person(new, account.version)
            except Conflict:
                now = await self._people.me(account.id)
                if now.version == account.version:
                    raise Conflict("email") from None
                account = now
                continue
            break
        if email_key(email) != email_key(account.email):
            await self._mail.send(account.email, "address_changed", account.language, self._account(), account.id)

    async def _send_code(self, account: Person, email: str) -> None:
        digits, secret = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", new_secret()
        await self._keep(VALIDATION, secret, account, email, VALIDATION_MS, digits)
        holder = await self._store.person_by_email(email)
        if holder is not None and holder.id != account.id:
            await self._mail.send(holder.email, "address_taken", holder.language, self._account(), holder.id)
        else:
            values = {"code": digits, "url": f"{self._base_url()}/verify/{secret}"}
            await self._mail.send(email, "verify", account.language, values, account.id)

    def _account(self) -> Mapping[str, str]:
        return {"url": f"{self._base_url()}/account"}

    def _count_mail(self, account: Person, email: str) -> None:
        address = email_key(email)
        is_there = address == email_key(account.email)
        self._limits.take_all(
            [
                (MAILS_BY, account.id),
                (MAILS_TO_ONE, (account.id, address)),
                (MAILS_TO, (address, "there" if is_there else "moving")),
            ]
        )

    async def _keep(
        self, kind: str, secret: str, account: Person, email: str, lasts: int, digits: str | None = None
    ) -> None:
        now, key = self._clock.now(), secrets.token_bytes(32)
        self._last = max(now + REMEMBERED_MS, self._last + 1)  # which is the newest shows, within a millisecond too
        code = _Code(key.hex(), now + lasts, "", credentials=account.credentials)
        code = replace(code, email=code.of(email_key(email)), digits=code.of(digits) if digits else "")
        await self._store.add_record(
            Record(kind, hash_of(secret), self._last, orjson.dumps(asdict(code)), owner=account.id)
        )

    # --- a password

    async def change_password(self, principal: Principal, password: str, new_password: str) -> None:
        """As ``People`` does; and the account's owner hears of it by mail."""
        await self._tell_of_password(await self._people.change_password(principal, password, new_password))

    async def _tell_of_password(self, account: Person) -> None:
        """It is done, whatever becomes of the mail. One to an address that nobody validated, and that may be a
        stranger's, counts as one with a code does."""
        try:
            if not account.email_verified:
                self._count_mail(account, account.email)
            values = {"url": f"{self._base_url()}/reset"}
            await self._mail.send(account.email, "password_changed", account.language, values, account.id)
        except DomainError as error:
            log.warning("no mail was sent about a new password: %s", error)

    async def request_reset(self, email: str) -> None:
        """Have a link sent to this address, if it is an account's: soon, so that neither answer nor time tells."""
        content = orjson.dumps(email)
        await self._store.add_record(Record(ASKED, hash_of(new_secret()), self._clock.now(), content))

    async def reset(self, secret: str, password: str) -> None:
        """Set a password by the link of a mail, end all sessions of the account, and let its owner hear of it by mail.

        ``NotFound`` for a wrong link; ``Gone`` for one that was used or expired, and for all of them after a change of
        password or address.
        """
        record = await self._store.record(RESET, hash_of(secret))
        if record is None:
            raise NotFound("link")
        code = _Code(**orjson.loads(record.content))
        while True:
            account = await self._store.person(PersonId(record.owner))
            if account is None or not self._resets(code, account):
                raise Gone("link")
            try:
                new = await self._people.reset_password(account, password)
            except Conflict:
                continue
            return await self._tell_of_password(new)

    def _resets(self, code: _Code, account: Person) -> bool:
        return (
            code.ends_at > self._clock.now() and code.credentials == account.credentials and code.is_for(account.email)
        )

    async def _end_resets(self, person: PersonId) -> None:
        """End the links that were sent; they are remembered as ones that were."""
        for record in await self._store.records_of(RESET, person):
            ended = orjson.dumps(asdict(replace(_Code(**orjson.loads(record.content)), ends_at=0)))
            with contextlib.suppress(Conflict):  # as another call did
                await self._store.put_record(replace(record, content=ended, version=record.version + 1), record.version)

    # --- now and then

    async def when_due(self) -> None:
        """Send the links that were asked for, and forget what nobody can come late with any more.

        While the store is away they wait there.
        """
        with contextlib.suppress(Unavailable):
            await self._tidy(self._clock.now())

    async def _tidy(self, now: int) -> None:
        for asked in await self._store.records_due(ASKED, now, A_TIME):
            try:
                await self._send_link(orjson.loads(asked.content))
            except Unavailable:
                raise  # it is asked for all the same, and sent once the store is back
            except Exception:
                log.exception("a link that was asked for cannot be sent")  # none holds up those behind it
            await self._store.remove_record(ASKED, asked.key)
        for kind in (VALIDATION, RESET):
            for old in await self._store.records_due(kind, now, A_TIME):
                await self._store.remove_record(kind, old.key)

    async def _send_link(self, email: str) -> None:
        account = await self._store.person_by_email(email)
        if account is None or account.blocked:
            return
        try:
            self._limits.take(LINKS_TO, email_key(email))
        except TooManyRequests:
            return  # there are several links in that mailbox already
        try:
            secret = new_secret()
            await self._keep(RESET, secret, account, account.email, RESET_MS)
            values = {"url": f"{self._base_url()}/reset/{secret}"}
            await self._mail.send(account.email, "reset", account.language, values, account.id)
        except OutcomeUnknown:
            raise  # one that may have been sent counts, so that no mailbox is filled by tries
        except Unavailable:
            self._limits.give_back(LINKS_TO, email_key(email))
            raise
