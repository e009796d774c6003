"""The table of operations and the one way to call them, over HTTP and over a live connection alike."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from shoplist_appliance.domain.errors import (
    DomainError,
    Forbidden,
    Invalid,
    Unauthenticated,
    UnknownOperation,
)
from shoplist_appliance.domain.ids import ListId
from shoplist_appliance.domain.lists import Guest
from shoplist_appliance.domain.records import record
from shoplist_appliance.ports import Counters
from shoplist_appliance.usecases.people import Principal, SignedIn, hash_of
from shoplist_appliance.usecases.services import Services
from shoplist_appliance.web import ops, problems
from shoplist_appliance.web.outputs import Problem
from shoplist_appliance.web.ratelimit import Limits, Rate, network_of
from shoplist_appliance.web.rows import Access, Caller, House, Operation, UndecidedAccess

__all__ = ["TABLE", "Access", "Caller", "Dispatcher", "House", "Operation", "Started", "table_of"]

log = logging.getLogger(__name__)


def table_of(rows: Iterable[Operation]) -> Mapping[str, Operation]:
    """The rows by name. Raises ``UndecidedAccess`` for one that does not say who may call it."""
    table: dict[str, Operation] = {}
    for row in rows:
        if row.access is None:
            raise UndecidedAccess(row.name)
        table[row.name] = row
    return table


TABLE = table_of(ops.ROWS)

# Whose good end is a line of the log that everyone keeps: they decide who may do what. Of the others there are many.
_NOTED = (Access.ANYONE, Access.EITHER, Access.MANAGE, Access.ADMIN)

# Keys that have opened nothing since the start, by address. They have 256 bits: this spares us the work, not the risk.
GUESSES = Rate("share_keys", burst=60, per_second=0.2)


@record
class Started:
    """A call that has taken its place. Whoever waits for ``waiting`` gives its result to ``answer``.

    ``waiting`` is a future for what waits for a list's turn, else a coroutine: await it, or make it a task.
    """

    operation: Operation
    caller: Caller
    waiting: Awaitable[Any]
    used: Callable[[], None] | None = None  # by a guest, of whom it is noted

    def answer(self, result: Any) -> object:
        """The JSON value of the answer; None where ``caller.reply`` was given it already (``lists.open``)."""
        if self.used is not None:
            self.used()
        row = self.operation
        answer = row.shape(result, self.caller)
        level = logging.INFO if row.access in _NOTED and not row.tells else logging.DEBUG
        if log.isEnabledFor(level):
            told = _told(self.caller, row.name)
            if isinstance(result, SignedIn):
                told["person"] = result.person.id
            log.log(level, "done", extra=told | {"status": 200})
        return answer


class Dispatcher:
    """Calls operations: authorises, limits, validates, runs; and turns what goes wrong into problem objects."""

    def __init__(
        self,
        services: Services,
        limits: Limits,
        counters: Counters,
        base_url: Callable[[], str],
        table: Mapping[str, Operation] = TABLE,
    ) -> None:
        self.table = table
        self.base_url = base_url
        self._house = House(services, base_url, limits)
        self._limits = limits
        self._counters = counters
        self._validators = {name: TypeAdapter(row.input).validator.validate_python for name, row in table.items()}

    @property
    def services(self) -> Services:
        """The use cases, for what is no operation."""
        return self._house.services

    async def call(self, name: str, payload: object, caller: Caller) -> object:
        """Run an operation to its JSON answer. Raises ``DomainError``; suspends only after ``begin`` is through."""
        started = self.begin(name, payload, caller)
        return started.answer(await started.waiting)

    def begin(self, name: str, payload: object, caller: Caller) -> Started:
        """All that comes before the use case, in the contract's order, and the start of the use case; never suspends.

        ``payload`` is a JSON value, or the bytes of one, which are then decoded when their turn in that order has come.
        """
        row = self.table.get(name)
        if row is None or (row.live_only and caller.listener is None):
            raise UnknownOperation
        caller = _as_guest(row, caller, payload)
        self._admit(row, caller)
        wish = self._validated(row, caller, payload)
        is_for_admins = row.access is Access.ADMIN
        started = self._run_for_admin(row, wish, caller) if is_for_admins else row.run(self._house, wish, caller)
        used = None
        if caller.guest is not None and row.name != "lists.close" and (list_id := getattr(wish, "list", None)):
            used = partial(self.services.shares.used, caller.guest, list_id)
        return Started(row, caller, started, used)

    def _admit(self, row: Operation, caller: Caller) -> None:
        """Access, then rate. What needs no sign-in is limited by address; what is signed in never is."""
        if caller.guest is not None:
            self._admit_guest(row, caller, caller.guest)
            return
        principal = caller.principal
        if row.access is Access.ANYONE or (row.access is Access.EITHER and principal is None):
            if not (row.spares_browsers and caller.browser is not None and not caller.browser.is_new):
                self._limits.take(row.rate, network_of(caller.address))
            return
        if principal is None:
            raise Unauthenticated
        if not self._house.services.people.is_live(principal.token):
            raise Unauthenticated("token")  # a live connection, between the end of its token and its own
        _allow(row, principal)
        self._limits.take(row.rate, principal.token)

    async def _run_for_admin(self, row: Operation, wish: Any, caller: Caller) -> Any:
        await self.services.people.require_factor(caller.me.person)
        return await row.run(self._house, wish, caller)

    def _admit_guest(self, row: Operation, caller: Caller, guest: Guest) -> None:
        """What the key opens is decided in the list's turn; here only whether it may be a guess."""
        if not row.guests:
            raise Unauthenticated("guest")
        self._take_guess(guest, caller.address)
        self._limits.take(row.rate, guest.share)

    def _take_guess(self, guest: Guest, address: str) -> None:
        if not self.services.shares.is_known(guest):
            self._limits.take(GUESSES, network_of(address))

    async def list_of(self, guest: Guest, address: str) -> ListId:
        """The list that a key opens. ``NotFound``, ``Gone``, and ``TooManyRequests`` for an address that guesses."""
        self._take_guess(guest, address)
        list_id = await self.services.shares.list_of(guest)
        self.services.shares.used(guest, list_id)
        return list_id

    def _validated(self, row: Operation, caller: Caller, payload: object) -> object:
        malformed: Invalid | None = None
        if isinstance(payload, bytes):
            try:
                payload = self.decode(payload)
            except Invalid as error:
                malformed = error
        if row.weight is not None:
            rate, weigh = row.weight
            self._limits.take(rate, caller.actor, weigh(payload))
        if malformed is not None:
            raise malformed
        try:
            return self._validators[row.name](payload)
        except ValidationError as error:
            raise problems.invalid(error) from None

    @staticmethod
    def decode(raw: bytes | str) -> Any:
        """The JSON value of a text. Raises ``Invalid``, for NaN, endless numbers and lone surrogates too."""
        if not raw:
            return {}
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            raise Invalid("json") from None

    def problem(self, error: BaseException, caller: Caller, operation: str = "") -> Problem:
        """The problem object that answers a call, in the caller's language: logged and counted here, and only here.

        Whatever is no ``DomainError`` is a fault of ours: logged with its trace, answered as ``internal``.
        """
        name = operation if operation in self.table else ""
        told = _told(caller, name)
        if not isinstance(error, DomainError):
            log.error("unexpected failure", exc_info=error, extra=told)
            error = DomainError()
        elif error.status >= 500:
            log.warning("not done: %s", error, extra=told | {"status": error.status})
        else:
            log.info("refused: %s", error, extra=told | {"status": error.status})
        self._counters.add("refused", code=error.code, operation=name)
        return problems.problem(error, caller.language, caller.request_id)


def _told(caller: Caller, operation: str) -> dict[str, Any]:
    """What each line about a call says: which, by whom, and for how many ms it ran."""
    person = "guest" if caller.guest is not None else caller.principal.person if caller.principal else None
    ms = round(1000 * (time.perf_counter() - caller.began), 1)
    return {"request_id": caller.request_id, "operation": operation or None, "person": person, "ms": ms}


def guest_of(key: str) -> Guest:
    """Who holds this key."""
    return Guest(hash_of(key))


def _as_guest(row: Operation, caller: Caller, payload: object) -> Caller:
    """The caller, or the guest whose key the payload holds; a key wins over whatever else is shown."""
    key = None if row.live_only else key_in(payload)
    return caller if key is None else replace(caller, principal=None, guest=guest_of(key))


def key_in(payload: object) -> str | None:
    """The key of a share in a payload, be it decoded or not; None where there is none that could be one."""
    if isinstance(payload, bytes):
        if b"key" not in payload and b"\\u" not in payload:
            return None
        try:
            payload = orjson.loads(payload)
        except orjson.JSONDecodeError:
            return None
    key = payload.get("key") if isinstance(payload, dict) else None
    return key if isinstance(key, str) else None


def _allow(row: Operation, principal: Principal) -> None:
    if row.access is Access.EITHER:
        return
    if row.access in (Access.MANAGE, Access.ADMIN):
        if not principal.session:
            raise Forbidden("api_token")
        if row.access is Access.ADMIN and principal.role != "admin":
            raise Forbidden("not_admin")
    elif row.access is Access.WRITE:
        if "write" not in principal.scopes:
            raise Forbidden("scope_write")
    elif "read" not in principal.scopes:
        raise Forbidden("scope_read")
