"""What a row of the table of operations says, and who may call what."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from shoplist_appliance.domain.errors import DomainError
from shoplist_appliance.domain.lists import Actor, Guest
from shoplist_appliance.domain.people import Language
from shoplist_appliance.domain.records import record
from shoplist_appliance.ports import Listener
from shoplist_appliance.usecases.people import Principal
from shoplist_appliance.usecases.services import Services
from shoplist_appliance.web.ratelimit import USUAL, Limits, Rate


class Access(Enum):
    """Who may call an operation. What a list itself allows is decided in its turn, by the use case."""

    ANYONE = "anyone"  # no token is asked for, and one that is sent is not looked at
    EITHER = "either"  # anyone; a token that is good says who calls, one that is not counts as none
    READ = "read"  # any token with the scope `read`
    WRITE = "write"  # any token with the scope `write`
    MANAGE = "manage"  # signed in: no token of tokens.create, whatever its scopes
    ADMIN = "admin"  # signed in, to an account with the role admin


@record
class Browser:
    """A browser by the secret in its cookie: one that showed it, or a new one that will be given it."""

    secret: str
    is_new: bool


@record
class Caller:
    """Who calls, and how they want to be spoken to. Only a live connection has ``listener`` and ``reply``.

    ``reply`` takes the answer of ``lists.open``, in the very step that joins the room. ``agent``: what the client says
    it is (``User-Agent``). ``browser`` is there where a sign-in over HTTP sets cookies.
    ``guest``: who shows the key of a share, and then nothing else counts. ``began``: when, in s of ``perf_counter``.
    """

    principal: Principal | None
    language: Language
    address: str
    request_id: str
    listener: Listener | None = None
    reply: Callable[[object], None] | None = None
    agent: str = ""
    browser: Browser | None = None
    guest: Guest | None = None
    began: float = field(default_factory=time.perf_counter)

    @property
    def actor(self) -> Actor:
        """Whoever acts on a list: the guest, or the person."""
        return self.me.person if self.guest is None else self.guest

    @property
    def me(self) -> Principal:
        """The principal, where the row's access has made sure that there is one."""
        assert self.principal is not None
        return self.principal


@dataclass(frozen=True, slots=True)
class House:
    """What rows run on. ``base_url`` is where people reach this server: the setting ``url``, else the ready line's."""

    services: Services
    base_url: Callable[[], str]
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation: its name, its models, who may call it, and what it runs.

    ``run`` starts the use case and returns what to wait for; it does not suspend before a list's turn is taken.
    ``shape`` makes the JSON value of the answer from the result. ``errors`` are those of the use case; what any
    operation may answer is added in the documentation. ``weight`` names a second rate and what a payload counts there.
    """

    name: str
    summary: str
    input: Any
    output: Any
    example: dict[str, Any]
    run: Callable[[House, Any, Caller], Awaitable[Any]]
    shape: Callable[[Any, Caller], object]
    access: Access | None = None
    rate: Rate = USUAL
    weight: tuple[Rate, Callable[[object], int]] | None = None
    errors: Sequence[type[DomainError]] = field(default=())
    description: str = ""
    live_only: bool = False
    cookie: Literal["sets", "renews", "clears"] | None = None  # what it does with the cookie, over HTTP
    tells: bool = False  # it changes nothing, so that no one need keep a line about it
    guests: bool = False  # whether the holder of a share's key may call it
    spares_browsers: bool = False  # where a browser shows its secret, the use case takes ``rate``, or spares it


class UndecidedAccess(Exception):
    """A row does not say who may call it: the process does not start."""
