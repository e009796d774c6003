"""Mail to people: kept in the outbox until it is on its way."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson

from shoplist_appliance.domain.ids import PersonId, new_secret
from shoplist_appliance.domain.people import Language
from shoplist_appliance.ports import Clock, Record, RecordStore
from shoplist_appliance.usecases.people import hash_of

MAIL = "mail"


class Mail:
    """What is accepted for sending is stored when ``send`` returns, sealed, in the order of acceptance."""

    def __init__(self, store: RecordStore, clock: Clock, *, is_configured: bool) -> None:
        self._store = store
        self._clock = clock
        self._last = 0
        self.is_configured = is_configured
        """Whether a mail server is named; else mails are for the self-hoster to hand on."""
        self.accepted = asyncio.Event()
        """Set whenever there is something new in the outbox."""

    async def send(
        self, to: str, template: str, language: Language, values: Mapping[str, Any], owner: PersonId | None = None
    ) -> None:
        """Accept a mail: ``values`` are what the template names, JSON values throughout.

        ``owner``: the account that it is about; one that still waits when that account ends is not sent.
        """
        content = {"to": to, "template": template, "language": language, "values": dict(values)}
        # Two of one millisecond would go in the order of their keys, which is none.
        self._last = max(self._clock.now(), self._last + 1)
        record = Record(MAIL, hash_of(new_secret()), self._last, orjson.dumps(content), owner=owner or "")
        await self._store.add_record(record)
        self.accepted.set()
