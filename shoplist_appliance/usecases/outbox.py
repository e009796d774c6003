"""The outbox: mails that were accepted leave it in their order, once each, as soon as they can."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from shoplist_appliance.domain.addresses import email_key
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.ports import (
    Clock,
    Counters,
    Letter,
    MailAway,
    MailDeferred,
    MailRefused,
    Postman,
    Record,
    RecordStore,
)
from shoplist_appliance.usecases.mail import MAIL, Mail

log = logging.getLogger(__name__)

A_TIME = 100
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0  # while the server is away
STORE_PAUSE = 5.0
FIRST_HOLD = 5.0
LONGEST_HOLD = 3600.0  # while a mailbox is not to be had
TOLD_AFTER = 30.0  # a server that is away for less is being restarted, say
GIVEN_UP_MS = 5 * 24 * 3600 * 1000  # what other mail servers do
MOST_STRIKES = 3  # a mail over which a server went away so often holds up its own mailbox alone
LAST_MAIL_SECONDS = 3.0
LOOK_AGAIN = 60.0  # for what a command accepted, beside the product
NEVER = float("inf")


@dataclass(slots=True)
class _Hold:
    """Until when, in seconds of ``time.monotonic``, nothing is handed over to somebody, and how often it was tried."""

    until: float = 0.0
    tries: int = 0

    def again(self, now: float, first: float, longest: float) -> float:
        """Wait twice as long as before; the seconds."""
        wait = min(first * 2.0 ** min(self.tries, 30), longest)
        self.tries += 1
        self.until = now + wait
        return wait


class Outbox:
    """``run`` hands the mails over until ``close``. One that a mailbox does not take now holds up that mailbox alone;
    one that cannot be written holds up none.

    A mail is taken out once it was handed over. Where a crash or a lost answer comes between the two it is handed over
    again, under the same ``Letter.id``.
    """

    def __init__(
        self,
        store: RecordStore,
        mail: Mail,
        postman: Postman,
        clock: Clock,
        counters: Counters,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._accepted = mail.accepted
        self._postman = postman
        self._clock = clock
        self._counters = counters
        self._monotonic = monotonic
        self._door = _Hold()
        self._away_since: float | None = None
        self._is_told = False
        self._holds: dict[str | bytes, _Hold] = {}  # by mailbox, and by the key of a mail that is itself the trouble
        self._done: set[bytes] = set()  # handed over, and not yet taken out
        self._closing = False
        self._running: asyncio.Task[object] | None = None

    async def run(self) -> None:
        """Send whatever is there and whatever comes, until ``close``."""
        self._running = asyncio.current_task()
        while not self._closing:
            self._accepted.clear()
            wait = await self.send_due()
            if not self._closing:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._accepted.wait(), LOOK_AGAIN if wait is None else min(wait, LOOK_AGAIN))

    async def close(self) -> None:
        """Begin no further mail, and wait a little for the one that is just being handed over."""
        self._closing = True
        self._accepted.set()
        if self._running is not None:
            await asyncio.wait([self._running], timeout=LAST_MAIL_SECONDS)

    async def send_due(self) -> float | None:
        """Hand over what can be now; after how many seconds it is worth another try, None where nothing waits."""
        began = self._monotonic()
        if self._door.until > began:
            return self._door.until - began
        try:
            await self._send_all()
        except Unavailable:
            self._door.until = self._monotonic() + STORE_PAUSE
        except Exception:
            log.exception("sending mails failed; it will be tried again")
            self._door.until = self._monotonic() + LONGEST_PAUSE
        finally:
            await self._postman.rest()
        return self._wait(began)

    def _wait(self, began: float) -> float | None:
        now = self._monotonic()
        if self._door.until > now:
            return self._door.until - now
        # A hold that was over when we began, and is no longer than that, is one whose mail somebody took away.
        return min((max(hold.until - now, 0) for hold in self._holds.values() if hold.until > began), default=None)

    async def _send_all(self) -> None:
        limit = A_TIME
        while True:
            records = await self._store.records_due(MAIL, 2**62, limit)
            taken = False
            for record in records:
                if self._closing or self._door.until > self._monotonic():
                    return
                taken = await self._take(record) or taken
            if not taken and len(records) < limit:
                return
            limit = A_TIME if taken else 2 * limit  # none of these can go now: perhaps one behind them can

    async def _take(self, record: Record) -> bool:
        """Deal with one mail; whether anything became of it."""
        content = orjson.loads(record.content)
        mailbox = email_key(content["to"])
        if record.key in self._done:
            return await self._remove(record)
        now, free = self._monotonic(), _Hold()
        if any(self._holds.get(held, free).until > now for held in (mailbox, record.key)):
            return False
        try:
            await self._postman.deliver(Letter(record.key.hex()[:32], record.due, **content))
        except MailAway as error:
            if error.at_letter and self._strikes(record) >= MOST_STRIKES:
                # The server is not taken for being here by that: it may be as bad with all others.
                return await self._deferred(record, mailbox, error)
            self._away(error)
        except MailDeferred as error:
            self._here()
            return await self._deferred(record, mailbox, error)
        except MailRefused as error:
            log.log(logging.ERROR if error.is_ours else logging.WARNING, "a mail was refused for good: %s", error)
            self._here()
            await self._end(record, mailbox, "refused")
        except OSError as error:  # the machine's own want, of descriptors or of room
            self._away(MailAway(f"a mail cannot be written: {error.strerror or error}"))
        except Exception:
            if self._strikes(record) == 1:
                log.exception("a mail cannot be written; it is tried for five days")
            return await self._deferred(record, record.key, MailDeferred("it cannot be written"))
        else:
            self._here()
            await self._end(record, mailbox, "sent")
        return True

    def _strikes(self, record: Record) -> int:
        """How often this mail itself was the trouble, or may have been, now included."""
        hold = self._holds.setdefault(record.key, _Hold())
        hold.tries += 1
        return hold.tries

    async def _end(self, record: Record, mailbox: str | bytes, outcome: str) -> None:
        self._counters.add("mails", outcome=outcome)
        self._holds.pop(record.key, None)
        self._holds.pop(mailbox, None)
        self._done.add(record.key)
        await self._remove(record)

    async def _remove(self, record: Record) -> bool:
        await self._store.remove_record(MAIL, record.key)
        self._done.discard(record.key)
        return True

    async def _deferred(self, record: Record, held: str | bytes, error: MailDeferred | MailAway) -> bool:
        """Let it wait, with all that is for the mailbox or alone; after five days it is over."""
        if self._clock.now() - record.due >= GIVEN_UP_MS:
            # Of a mailbox only who typed it need know; of a mail that cannot be written the log has told.
            level = logging.ERROR if isinstance(error, MailAway) else logging.WARNING
            log.log(level, "a mail was given up after five days: %s", error)
            await self._end(record, held, "refused")
            return True
        hold = self._holds.setdefault(held, _Hold())
        wait = hold.again(self._monotonic(), FIRST_HOLD, LONGEST_HOLD)
        log.info("a mail is deferred for %d s: %s", wait, error)
        return True

    def _away(self, error: MailAway) -> None:
        now = self._monotonic()
        if self._away_since is None:
            self._away_since = now
        wait = self._door.again(now, FIRST_PAUSE, LONGEST_PAUSE)
        if error.retry_after is not None:
            self._door.until = now + error.retry_after
        if not self._is_told and (error.retry_after is not None or now - self._away_since >= TOLD_AFTER):
            self._is_told = True
            log.error("mails wait in the outbox: %s", error)
        else:
            log.info("mails wait for %d s: %s", error.retry_after or wait, error)

    def _here(self) -> None:
        self._door = _Hold()
        self._away_since = None
        if self._is_told:
            self._is_told = False
            log.warning("mails are on their way again")
