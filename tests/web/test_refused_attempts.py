"""Where one call is bounded by two rates, what the second refuses uses up nothing of the first."""

import dataclasses

import pytest

from shoplist_appliance.app import App
from shoplist_appliance.domain.errors import TooManyRequests, WrongCredentials
from shoplist_appliance.usecases.alerts import FAILURES_OF_AN_ADDRESS
from shoplist_appliance.usecases.limits import Limits
from shoplist_appliance.web.operations import Dispatcher
from shoplist_appliance.web.ops.accounts import SIGNING_IN, SIGNING_IN_TO_ONE
from shoplist_appliance.web.ops.members import MAILING, MAILING_TO
from tests.clients.making import PASSWORD, new_id
from tests.web.test_operations import NOBODY, caller_of


async def test_attempts_at_a_held_up_account_do_not_hold_up_the_others_at_the_address(app: App) -> None:
    limits = Limits(1, lambda: 1000.0)
    dispatcher = Dispatcher(app.services, limits, app.counters, app.base_url)
    for _ in range(int(SIGNING_IN_TO_ONE.burst)):
        limits.take(SIGNING_IN_TO_ONE, (NOBODY.address, "ann@example.test"))
    for _ in range(2 * int(SIGNING_IN.burst)):
        with pytest.raises(TooManyRequests):
            await dispatcher.call("accounts.sign_in", {"email": "ann@example.test", "password": PASSWORD}, NOBODY)
    with pytest.raises(WrongCredentials):
        await dispatcher.call("accounts.sign_in", {"email": "ben@example.test", "password": PASSWORD}, NOBODY)


async def test_invitations_that_were_refused_for_one_address_use_up_none_for_others(app: App) -> None:
    limits, ann, list_id = Limits(1, lambda: 1000.0), await caller_of(app), new_id()
    dispatcher = Dispatcher(app.services, limits, app.counters, app.base_url)
    await dispatcher.call("lists.create", {"id": list_id, "title": "Groceries"}, ann)

    async def invite(name: str) -> None:
        wish = {"list": list_id, "role": "editor", "email": f"{name}@example.test"}
        await dispatcher.call("members.invite", wish, ann)

    for _ in range(int(MAILING_TO.burst)):
        await invite("ben")
    for _ in range(2 * int(MAILING.burst)):
        with pytest.raises(TooManyRequests):
            await invite("ben")
    await invite("cora")


async def test_failures_from_all_over_one_network_of_ipv6_are_seen_as_one(app: App) -> None:
    dispatcher = Dispatcher(app.services, Limits(0), app.counters, app.base_url)
    for number in range(FAILURES_OF_AN_ADDRESS):
        caller = dataclasses.replace(NOBODY, address=f"2001:db8:1:2::{number:x}")
        wish = {"email": f"person{number}@example.test", "password": PASSWORD}
        with pytest.raises(WrongCredentials):
            await dispatcher.call("accounts.sign_in", wish, caller)
    await app.services.alerts.keep()
    assert [(one.kind, one.place) for one in await app.services.alerts.list()] == [("sign_ins", "2001:db8:1:2::/64")]
