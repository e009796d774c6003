"""What only an admin of this server sees and does."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from shoplist_appliance.domain.errors import Conflict, NotFound
from shoplist_appliance.domain.ids import PersonId
from shoplist_appliance.domain.people import Person
from shoplist_appliance.usecases.alerts import Alert
from shoplist_appliance.usecases.stats import ServerStats
from shoplist_appliance.web import outputs, shapes
from shoplist_appliance.web.fields import Input, Nothing, OpaqueId
from shoplist_appliance.web.rows import Access, Caller, House, Operation


class PageOfUsers(Input):
    """From behind which account on, and how many."""

    after: Annotated[OpaqueId | None, Field(description="The last id of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class Block(Input):
    """Whose account, and whether it is blocked from now on."""

    person: OpaqueId
    blocked: bool


async def _users(house: House, wish: PageOfUsers, caller: Caller) -> tuple[Sequence[tuple[Person, int | None]], bool]:
    after = PersonId(wish.after) if wish.after is not None else None
    people = await house.services.people.page(after, wish.limit + 1)
    return people[: wish.limit], len(people) > wish.limit


async def _block(house: House, wish: Block, caller: Caller) -> None:
    person = PersonId(wish.person)
    await house.services.people.block(caller.me.person, person, wish.blocked)
    if wish.blocked:
        await house.services.exports.forget(person)


async def _alerts(house: House, wish: Nothing, caller: Caller) -> tuple[Sequence[Alert], bool]:
    return await house.services.alerts.list(), house.services.mail.is_configured


async def _stats(house: House, wish: Nothing, caller: Caller) -> ServerStats:
    return await house.services.stats.read()


ROWS = (
    Operation(
        name="admin.users",
        summary="The accounts of this server, page by page",
        access=Access.ADMIN,
        input=PageOfUsers,
        output=outputs.UsersAnswer,
        example={"limit": 50},
        tells=True,
        run=_users,
        shape=shapes.users_answer,
    ),
    Operation(
        name="admin.block",
        summary="Keep an account from signing in, and end all its tokens; or let it again",
        access=Access.ADMIN,
        input=Block,
        output=outputs.Done,
        example={"person": "5d0f7a4e-3c52-4a8e-9b61-2f1e0d9c8b7a", "blocked": True},
        errors=(NotFound, Conflict),
        run=_block,
        shape=shapes.nothing,
    ),
    Operation(
        name="admin.alerts",
        summary="Strange situations of the last 90 days, grouped, the last to happen first; and where mails go",
        access=Access.ADMIN,
        input=Nothing,
        output=outputs.AlertsAnswer,
        example={},
        tells=True,
        run=_alerts,
        shape=shapes.alerts_answer,
    ),
    Operation(
        name="admin.stats",
        summary="How much this server holds, and how it is doing now",
        access=Access.ADMIN,
        input=Nothing,
        output=outputs.StatsAnswer,
        example={},
        tells=True,
        run=_stats,
        shape=shapes.stats_answer,
    ),
)
