"""Alerts: strange situations, grouped by their place and counted, of which the admins hear by mail now and then."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import orjson

from shoplist_appliance.domain.addresses import email_key
from shoplist_appliance.domain.errors import Conflict, DomainError, Unavailable
from shoplist_appliance.domain.ids import new_secret
from shoplist_appliance.domain.people import Person
from shoplist_appliance.ports import Clock, PeopleStore, Record, RecordStore
from shoplist_appliance.usecases.mail import Mail
from shoplist_appliance.usecases.people import hash_of

log = logging.getLogger(__name__)

Kind = Literal["exception", "error", "sign_ins", "storage", "storage_back", "disk"]

ALERT = "alert"
KEPT_MS = 90 * 24 * 3600 * 1000
BETWEEN_MAILS_MS = 3600 * 1000
SHOWN = 200
# Beyond these the newest are dropped: what goes wrong in so many places at once is known from the first hundreds.
MOST_WAITING = 500
LONGEST = 300

FAILURES_WINDOW_MS = 10 * 60 * 1000
FAILURES_OF_AN_ADDRESS = 30
FAILURES_OF_AN_ACCOUNT = 15
MOST_COUNTED = 10_000
# Of a day; whoever makes up more addresses than that is told of in one group, and hides nothing else.
MOST_GUESSED = 50
OTHERS = "…"
# What the place of failed sign-ins is, by their detail: the address of an account, of a network, or one that has no
# account, as somebody typed it, of which no more is kept than this.
ACCOUNT, NETWORK, TYPED = "account", "address", "typed"
LONGEST_TYPED = 100

DISK_AGAIN_MS = 24 * 3600 * 1000

_TOLD = hash_of("when the admins were told")


@dataclass(frozen=True, slots=True)
class Alert:
    """One strange situation, however often it came. Times in ms since 1970, UTC."""

    kind: Kind
    place: str  # where in the program, which storage, which address: what it is grouped by
    detail: str  # of the last time
    count: int
    first_at: int
    last_at: int

    @property
    def id(self) -> str:
        """The same for the same kind and place."""
        place = f"{self.detail} {self.place}" if self.kind == "sign_ins" else self.place
        return _key(self.kind, place).hex()[:24]


class AlertStore(PeopleStore, RecordStore, Protocol):
    """What alerts need of a store."""


class Alerts:
    """``note`` takes what happened, from anywhere on the loop; ``keep`` stores it and tells the admins."""

    def __init__(self, store: AlertStore, mail: Mail, clock: Clock, base_url: Callable[[], str]) -> None:
        self._store = store
        self._mail = mail
        self._clock = clock
        self._base_url = base_url
        self._waiting: dict[tuple[Kind, str], Alert] = {}
        self._failures: OrderedDict[tuple[str, str], deque[int]] = OrderedDict()
        self._guessed: tuple[int, set[str]] = (0, set())
        self._away: dict[str, int] = {}
        self._disk_told = 0

    # --- what happens

    def note(self, kind: Kind, place: str, detail: str = "") -> None:
        """Something strange happened. Never waits and never fails."""
        now, group = self._clock.now(), (kind, place := shown(place, LONGEST))
        before = self._waiting.get(group) or Alert(kind, place, "", 0, now, now)
        if before.count or len(self._waiting) < MOST_WAITING:
            self._waiting[group] = replace(before, detail=shown(detail, LONGEST), count=before.count + 1, last_at=now)

    def failed_sign_in(self, address: str, email: str) -> None:
        """Somebody at this address did not get into this account, whether or not there is one."""
        if self._are_many(("address", address), FAILURES_OF_AN_ADDRESS):
            self.note("sign_ins", self._group(address), NETWORK)
        if self._are_many(("account", email_key(email)), FAILURES_OF_AN_ACCOUNT):
            self.note("sign_ins", self._group(email_key(email)), ACCOUNT)

    def _group(self, place: str) -> str:
        """Where failed sign-ins are counted: each place by itself, but for the many of a bad day."""
        today = self._clock.now() // (24 * 3600 * 1000)
        day, places = self._guessed
        if day != today:
            self._guessed = today, (places := set())
        if len(places) < MOST_GUESSED:
            places.add(place)
        return place if place in places else OTHERS

    def _are_many(self, who: tuple[str, str], most: int) -> bool:
        """Whether these were too many within the window; then they are counted anew."""
        now = self._clock.now()
        times = self._failures.pop(who, None) or deque(maxlen=most)
        times.append(now)
        if len(times) == most and now - times[0] <= FAILURES_WINDOW_MS:
            return True
        self._failures[who] = times
        if len(self._failures) > MOST_COUNTED:
            self._failures.popitem(last=False)
        return False

    async def watch(self, checks: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        """Look whether each storage, by its name, can be reached, and note when that changes."""
        outcomes = await asyncio.gather(*(check() for check in checks.values()), return_exceptions=True)
        now = self._clock.now()
        for name, outcome in zip(checks, outcomes, strict=True):
            if isinstance(outcome, Unavailable) and name not in self._away:
                self._away[name] = now
                self.note("storage", name)
            elif outcome is None and (since := self._away.pop(name, None)) is not None:
                self.note("storage_back", name, f"{(now - since) // 1000} s")

    def watch_disk(self, folder: str, free: int, least: int) -> None:
        """Note that ``free`` bytes are fewer than they should be: once, and once a day while it stays so."""
        now = self._clock.now()
        if free >= least:
            self._disk_told = 0
        elif now - self._disk_told >= DISK_AGAIN_MS:
            self._disk_told = now
            self.note("disk", folder, f"{free >> 20} MiB")

    # --- what becomes of it

    async def keep(self) -> None:
        """Store what waits and mail it to the admins, unless they had a mail just now. Raises ``Unavailable``."""
        now = self._clock.now()
        for group, alert in list(self._waiting.items()):
            await self._merge(alert)
            later = self._waiting.pop(group, None)
            if later is not None and later is not alert:  # it happened again meanwhile
                self._waiting[group] = replace(later, count=later.count - alert.count)
        await self._tell(now)

    async def forget(self, account: Person) -> None:
        """Have nothing tell of the address of an account that ends; what is its record goes with it."""
        place = email_key(account.email)
        self._waiting.pop(("sign_ins", place), None)
        for record in await self._all():  # from before it had an account
            alert = _alert(record)
            if alert.kind == "sign_ins" and alert.place in (place, shown(place, LONGEST_TYPED)):
                await self._store.remove_record(ALERT, record.key)

    async def _merge(self, alert: Alert) -> None:
        """An alert about an account is that account's record, so that it ends with it."""
        owner = ""
        if (alert.kind, alert.detail) == ("sign_ins", ACCOUNT) and alert.place != OTHERS:
            account = await self._store.person_by_email(alert.place)
            owner = account.id if account else ""
            if account is None:
                alert = replace(alert, place=shown(alert.place, LONGEST_TYPED), detail=TYPED)
        if owner or alert.kind != "sign_ins":
            key = _key(alert.kind, owner or alert.place)
        else:
            key = await self._key_of(alert)
        while True:
            stored = await self._store.record(ALERT, key)
            try:
                if stored is None:
                    return await self._store.add_record(_record(key, alert, owner))
                before = _alert(stored)
                merged = replace(alert, count=before.count + alert.count, first_at=before.first_at)
                record = replace(_record(key, merged, owner), version=stored.version + 1)
                return await self._store.put_record(record, stored.version)
            except Conflict:
                continue

    async def _key_of(self, alert: Alert) -> bytes:
        """Of what names addresses of whoever it was: drawn by lot, since addresses can be guessed from a hash."""
        alike = (record.key for record in await self._all() if _alert(record).id == alert.id)
        return next(alike, None) or hash_of(new_secret())

    async def _all(self) -> Sequence[Record]:
        return await self._store.records_due(ALERT, 2**62, 10_000)

    async def _tell(self, now: int) -> None:
        told = await self._store.record("alerts told", _TOLD)
        last = told.due if told else 0
        if 0 <= now - last < BETWEEN_MAILS_MS:
            return
        new = [alert for alert in await self.list() if alert.last_at > last]
        admins = [admin for admin in await self._store.admins() if not admin.blocked]
        if not new or not admins:
            return
        for admin in admins:
            values = {"alerts": [_told(alert) for alert in new], "url": f"{self._base_url()}/admin"}
            await self._mail.send(admin.email, "alert", admin.language, values, admin.id)
        record = Record("alerts told", _TOLD, now, b"", version=told.version + 1 if told else 1)
        if told is None:
            await self._store.add_record(record)
        else:
            await self._store.put_record(record, told.version)

    async def list(self) -> Sequence[Alert]:
        """Those of the last 90 days, the last to happen first; older ones are forgotten."""
        for old in await self._store.records_due(ALERT, self._clock.now(), SHOWN):
            await self._store.remove_record(ALERT, old.key, old.version)
        alerts = [_alert(record) for record in await self._all()]
        return sorted(alerts, key=lambda alert: -alert.last_at)[:SHOWN]

    async def close(self) -> None:
        """Store what waits, if that can be."""
        try:
            await self.keep()
        except DomainError as error:
            log.warning("alerts that were not stored are lost: %s", error)


def _key(kind: str, place: str) -> bytes:
    return hash_of(f"{kind}\n{place}")


def shown(text: str, most: int) -> str:
    """On one line that shows all that is in it, and no longer than so many characters."""
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _record(key: bytes, alert: Alert, owner: str) -> Record:
    content = (alert.kind, alert.place, alert.detail, alert.count, alert.first_at, alert.last_at)
    return Record(ALERT, key, alert.last_at + KEPT_MS, orjson.dumps(content), owner=owner)


def _alert(record: Record) -> Alert:
    return Alert(*orjson.loads(record.content))


def _told(alert: Alert) -> dict[str, Any]:
    return {
        "kind": alert.kind,
        "place": alert.place,
        "detail": alert.detail,
        "count": alert.count,
        "first_at": alert.first_at,
        "last_at": alert.last_at,
    }
