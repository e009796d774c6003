"""What the log calls an error is an alert: by its place, without what anyone typed."""

import asyncio
import logging

import pytest

from shoplist_appliance.app import App
from shoplist_appliance.domain.errors import NotFound
from shoplist_appliance.web.operations import Access, Dispatcher, Operation
from shoplist_appliance.web.ratelimit import Limits
from tests.web.test_operations import caller_of, row


def failing(app: App) -> Dispatcher:
    table: dict[str, Operation] = {"test.op": row(access=Access.READ)}
    return Dispatcher(app.services, Limits(0), app.counters, app.base_url, table)


async def test_unexpected_exceptions_are_grouped_by_the_place_where_they_arose(app: App) -> None:
    tested, ann = failing(app), await caller_of(app)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError) as raised:
            await tested.call("test.op", {}, ann)
        tested.problem(raised.value, ann, "test.op")
    tested.problem(NotFound("list"), ann, "test.op")  # a refusal is none
    await asyncio.sleep(0)
    await app.services.alerts.keep()
    (alert,) = await app.services.alerts.list()
    assert (alert.kind, alert.place, alert.count) == ("exception", "web/operations.py call ZeroDivisionError", 3)
    assert "typed" not in f"{alert}"


async def test_an_error_from_a_thread_is_noted_too_and_without_secrets(app: App) -> None:
    log = logging.getLogger("shoplist_appliance.adapters.somewhere")
    await asyncio.to_thread(log.error, "the server %s fails", "ann@example.org")
    await asyncio.to_thread(log.error, "token=abcdefgh0123456789 fails")
    await asyncio.sleep(0)
    await app.services.alerts.keep()
    alerts = {alert.place: alert.detail for alert in await app.services.alerts.list()}
    assert alerts == {
        "shoplist_appliance.adapters.somewhere: the server … fails": "the server [e-mail] fails",
        "shoplist_appliance.adapters.somewhere: token=[redacted] fails": "token=[redacted] fails",
    }
