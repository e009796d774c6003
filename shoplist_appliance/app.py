"""The composition root: the only place that knows everything. ``run``, the tests and the benchmarks share it."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from shoplist_appliance.adapters.clock import SystemClock
from shoplist_appliance.adapters.key_file import KeyFile
from shoplist_appliance.adapters.mail_folder import remove_old
from shoplist_appliance.adapters.opening import open_blobs, open_keys, open_postman, open_store
from shoplist_appliance.adapters.ownership import Owner
from shoplist_appliance.adapters.passwords import Argon2Passwords
from shoplist_appliance.adapters.sealed_blobs import SealedBlobs
from shoplist_appliance.config import Settings, Withheld, join_address
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.domain.people import Person
from shoplist_appliance.live.rooms import Broadcaster
from shoplist_appliance.live.server import Live
from shoplist_appliance.ops.metrics import Counters
from shoplist_appliance.ops.noting import noting_errors
from shoplist_appliance.ports import Clock, Passwords, Store
from shoplist_appliance.tasks import Tasks
from shoplist_appliance.usecases.alerts import Alerts
from shoplist_appliance.usecases.codes import Codes
from shoplist_appliance.usecases.exports import Exports
from shoplist_appliance.usecases.kept_limits import KeptLimits
from shoplist_appliance.usecases.leaving import Leaving
from shoplist_appliance.usecases.limits import Limits
from shoplist_appliance.usecases.lists import Lists
from shoplist_appliance.usecases.mail import Mail
from shoplist_appliance.usecases.members import Members
from shoplist_appliance.usecases.names import Names
from shoplist_appliance.usecases.open_lists import OpenLists
from shoplist_appliance.usecases.outbox import Outbox
from shoplist_appliance.usecases.people import People
from shoplist_appliance.usecases.purge import Purge
from shoplist_appliance.usecases.resealing import Resealing
from shoplist_appliance.usecases.second_factor import SecondFactor
from shoplist_appliance.usecases.services import Services
from shoplist_appliance.usecases.shares import Shares
from shoplist_appliance.usecases.stats import Stats
from shoplist_appliance.usecases.turns import Turns
from shoplist_appliance.web.operations import Dispatcher
from shoplist_appliance.web.routes import application
from shoplist_appliance.web.server import http_server

# Within systemd's patience, and the contract's 10 s, for answers that are still being written at the end.
LAST_ANSWERS_SECONDS = 2.0
BACKLOG = 128
TIDY_SECONDS = 1.0
SEEN_SECONDS = 60.0
EXPIRY_SECONDS = 0.25
KEYS_SECONDS = 1.0
CODES_SECONDS = 0.5
LIMITS_SECONDS = 1.0
LOADING_SECONDS = 2.0
ALERTS_SECONDS = 5.0
TIDY_EXPORTS_SECONDS = 60.0
SWEEP_EXPORTS_SECONDS = 3600.0
FINISH_SECONDS = 15.0
WATCH_SECONDS = 30.0
OLD_MAILS_SECONDS = 3600.0


@dataclass
class App:
    """A composed product. It answers from the start of ``running`` to its end; ``url`` is known from then on."""

    settings: Settings
    counters: Counters
    tasks: Tasks
    owner: Owner
    store: Store
    blobs: SealedBlobs
    passwords: Passwords
    turns: Turns
    purge: Purge
    keys: KeyFile
    resealing: Resealing
    services: Services
    outbox: Outbox
    broadcaster: Broadcaster
    url: str = ""
    dispatcher: Dispatcher = field(init=False)
    live: Live = field(init=False)
    application: Application = field(init=False)

    def base_url(self) -> str:
        """What links in answers begin with."""
        return self.settings.url or self.url

    async def check(self) -> None:
        """Raises ``Unavailable`` where what people send could not be stored now."""
        if not self.keys.is_kept:
            raise Unavailable("the key file")
        await self.store.check()
        await self.blobs.check()

    async def remove_old_mails(self) -> None:
        """Those that lie in the folder of mails."""
        await asyncio.to_thread(remove_old, self.settings.mail_path, self.services.clock.now())

    async def watch(self) -> None:
        """Note what an admin should hear of: a storage out of reach, a disk nearly full."""
        await self.services.alerts.watch({"store": self.store.check, "objects": self.blobs.check})
        self.services.alerts.watch_disk(str(self.settings.data), self.disk_free(), self.settings.alerts_disk)

    def disk_free(self) -> int:
        """Bytes, on the disk of the data folder."""
        return shutil.disk_usage(self.settings.data).free


def build_app(settings: Settings, *, counters: Counters | None = None, **replacements: Any) -> App:
    """Open what the settings name and join it. Raises ``CannotStart`` with one line for whoever started it.

    ``replacements``: ``clock``, ``store``, ``passwords`` in place of the real ones, for tests. Call it on
    the loop that the app will run on.
    """
    with contextlib.ExitStack() as undo:
        owner = Owner.take(settings.data)
        undo.callback(owner.release)
        app = _composed(settings, counters or Counters(), owner, **replacements)
        undo.pop_all()
    return app


def _composed(
    settings: Settings,
    counters: Counters,
    owner: Owner,
    clock: Clock | None = None,
    store: Store | None = None,
    passwords: Passwords | None = None,
) -> App:
    clock = clock or SystemClock()
    keys = open_keys(settings)
    store = store or open_store(settings, keys.sealer, clock, owner)
    blobs = open_blobs(settings, keys.sealer, clock)
    passwords = passwords or Argon2Passwords()
    tasks, broadcaster, names = Tasks(), Broadcaster(counters), Names(store)
    open_lists = OpenLists(store, broadcaster, clock, names, tasks, settings.lists_memory)
    turns = Turns(store, open_lists, clock, names, tasks)
    lists = Lists(store, open_lists, turns, broadcaster, clock, names)
    mail = Mail(store, clock, is_configured=settings.smtp_host is not None)
    limits = Limits(settings.limits_rate)
    withheld = settings.unverified if mail.is_configured else frozenset[Withheld]()
    people = People(
        *(store, passwords, broadcaster, clock, names, settings.registration, withheld),
        limits_rate=settings.limits_rate,
        admins_need_totp=settings.admin_totp == "required",
    )
    purge = Purge(store, open_lists, turns, clock)
    exports = Exports(store, blobs, people, lists, clock)
    alerts = Alerts(store, mail, clock, lambda: app.base_url())
    services = Services(
        people=people,
        second_factor=SecondFactor(store, passwords, clock, people, mail, lambda: app.base_url(), settings.limits_rate),
        lists=lists,
        members=Members(store, open_lists, lists, broadcaster, clock, names, mail),
        shares=Shares(store, open_lists, lists, broadcaster, clock),
        exports=exports,
        leaving=Leaving(store, people, passwords, lists, purge, exports, broadcaster, clock, alerts),
        mail=mail,
        codes=Codes(store, people, mail, limits, clock, lambda: app.base_url()),
        kept_limits=KeptLimits(store, limits, clock),
        alerts=alerts,
        stats=Stats(store, clock, lambda: app.live.connections, lambda: app.disk_free()),
        clock=clock,
    )
    app = App(
        *(settings, counters, tasks, owner, store, blobs, passwords, turns),
        purge=purge,
        keys=keys,
        resealing=Resealing(keys, store, blobs),
        services=services,
        outbox=Outbox(store, mail, open_postman(settings), clock, counters),
        broadcaster=broadcaster,
    )
    app.dispatcher = Dispatcher(services, limits, counters, app.base_url)
    app.live = Live(app.dispatcher, broadcaster, services.people, settings, counters, tasks)
    counters.gauge("live_connections", lambda: app.live.connections)
    app.application = application(
        app.dispatcher, settings, services.people, check=app.check, counters=counters, live=app.live.handlers()
    )
    return app


@contextlib.asynccontextmanager
async def running(app: App) -> AsyncIterator[App]:
    """Answer on the address of the settings until the end of the block; what was acknowledged is stored by then."""
    try:
        host, port = app.settings.address
        sockets = _sockets(host, port)
        with contextlib.suppress(Unavailable, asyncio.TimeoutError):  # they are loaded once the store is there
            await asyncio.wait_for(app.services.kept_limits.load(), LOADING_SECONDS)
    except BaseException:
        await _let_go(app)
        raise
    server = http_server(app.application)
    server.add_sockets(sockets)
    app.url = f"http://{join_address(host, sockets[0].getsockname()[1])}"
    app.tasks.every(TIDY_SECONDS, app.turns.tidy, "tidying lists")
    app.tasks.every(TIDY_SECONDS, app.purge.when_due, "purging deleted lists")
    app.tasks.every(
        TIDY_EXPORTS_SECONDS, while_stored(app.services.exports.tidy), "removing exports that nobody fetched"
    )
    finish = while_stored(app.services.leaving.finish)
    app.tasks.start(finish(), "finishing the end of accounts")
    app.tasks.every(FINISH_SECONDS, finish, "finishing the end of accounts")
    sweep = while_stored(app.services.exports.sweep)
    app.tasks.start(sweep(), "removing exports that nobody can fetch")
    app.tasks.every(SWEEP_EXPORTS_SECONDS, sweep, "removing exports that nobody can fetch")
    app.tasks.every(CODES_SECONDS, app.services.codes.when_due, "sending the links that were asked for")
    app.tasks.every(LIMITS_SECONDS, app.services.kept_limits.when_due, "keeping who is held up")
    app.tasks.every(ALERTS_SECONDS, while_stored(app.services.alerts.keep), "keeping alerts")
    app.tasks.start(app.outbox.run(), "sending mails")
    app.tasks.start(app.remove_old_mails(), "removing old mails")
    app.tasks.every(OLD_MAILS_SECONDS, app.remove_old_mails, "removing old mails")
    app.tasks.start(app.watch(), "looking at storage and disk")
    app.tasks.every(WATCH_SECONDS, app.watch, "watching storage and disk")
    app.tasks.every(KEYS_SECONDS, app.keys.refresh, "looking whether the key file was changed")
    app.tasks.every(KEYS_SECONDS, app.resealing.when_due, "sealing with the present keys")
    app.tasks.every(EXPIRY_SECONDS, app.turns.expel_expired, "ending the rights of guests")
    app.tasks.every(SEEN_SECONDS, while_stored(app.services.shares.keep_used), "keeping when shares were used")
    app.tasks.every(SEEN_SECONDS, while_stored(app.services.people.keep_seen), "keeping when tokens were seen")
    try:
        with noting_errors(app.services.alerts):
            yield app
    finally:
        await _stop(app, server)


def while_stored(work: Callable[[], Awaitable[object]]) -> Callable[[], Coroutine[Any, Any, None]]:
    """The work, which waits for its next time where the storage is out of reach: that is said once, by the store."""

    async def run() -> None:
        with contextlib.suppress(Unavailable):
            await work()

    return run


def _sockets(host: str, port: int) -> list[socket.socket]:
    """What to accept from. ``::`` takes IPv4 too, as people mean it; Tornado would make it IPv6 alone."""
    if host != "::" or not socket.has_dualstack_ipv6():
        return bind_sockets(port, host)
    both = socket.create_server((host, port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=True)
    both.setblocking(False)
    return [both]


async def _stop(app: App, server: HTTPServer) -> None:
    """Stop accepting, say goodbye, finish and store what waits, let go: in this order nothing is lost."""
    server.stop()
    await app.live.close("shutdown")
    await app.services.shares.keep_used()
    await app.turns.close()
    await app.outbox.close()
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(server.close_all_connections(), LAST_ANSWERS_SECONDS)
    await _let_go(app)


async def _let_go(app: App) -> None:
    await app.tasks.close()
    services = app.services
    for keep in (services.people.keep_seen, services.kept_limits.keep, services.alerts.close):
        with contextlib.suppress(Exception):
            await keep()
    await app.blobs.close()
    await app.store.close()
    if isinstance(app.passwords, Argon2Passwords):
        app.passwords.close()
    app.owner.release()


async def create_admin(settings: Settings, email: str, name: str, password: str) -> Person:
    """Make an account with the role admin, also beside a running server. Raises ``Conflict`` for a known address."""
    async with _accounts(settings) as (people, _):
        return await people.create_admin(email, name, password)


async def disable_totp(settings: Settings, email: str) -> Person:
    """Take the second factor from an account, also beside a running server. Raises ``NotFound``, or ``Conflict`` where
    it has none."""
    async with _accounts(settings) as (_, second_factor):
        return await second_factor.take_away(email)


@contextlib.asynccontextmanager
async def _accounts(settings: Settings) -> AsyncIterator[tuple[People, SecondFactor]]:
    """What a command needs that changes an account while the product may be running."""
    clock = SystemClock()
    store = open_store(settings, open_keys(settings).sealer, clock)
    passwords = Argon2Passwords()
    try:
        people = People(store, passwords, Broadcaster(Counters()), clock, Names(store))
        mail = Mail(store, clock, is_configured=settings.smtp_host is not None)
        url = settings.url or f"http://{join_address(*settings.address)}"
        yield people, SecondFactor(store, passwords, clock, people, mail, lambda: url)
    finally:
        passwords.close()
        await store.close()
