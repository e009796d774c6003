"""Whoever holds a list's link: no account, the same rows, live, with as much right as the link gives."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import NO_WEB_SOCKETS, NewPhone, Phone
from tests.browser.steps import HIDE

ASK = "Ask whoever gave it to you for a new one."


@pytest.fixture
def list_id(ann: Phone) -> str:
    made: str = ann.call("lists.create", title="Groceries")["list"]["id"]
    ann.go(f"/list/{made}")
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    return made


def shared(ann: Phone, list_id: str, right: str) -> Any:
    return ann.call("shares.create", list=list_id, right=right)


def visit(phone: NewPhone, share: Any) -> Phone:
    guest = phone("Guest")
    guest.go(f"/s/{share['key']}")
    expect(guest.page.get_by_role("checkbox", name="Milk", exact=True)).to_be_visible()
    return guest


def test_a_guest_who_may_edit_ticks_and_adds_and_both_see_it_at_once(ann: Phone, list_id: str, phone: NewPhone) -> None:
    guest = visit(phone, shared(ann, list_id, "edit"))
    guest.tick("Milk")
    ann.sees_ticked("Milk")
    guest.add("Bread")
    ann.sees("Bread")
    ann.add("Salt")
    guest.sees("Salt")
    expect(guest.page.get_by_role("button", name="Menu")).to_have_count(0)
    guest.page.reload()
    guest.sees("Bread")
    assert guest.page.evaluate("localStorage.getItem('user')") is None


def test_a_guest_sees_the_list_before_the_live_connection_is_there(ann: Phone, list_id: str, phone: NewPhone) -> None:
    guest = phone("Guest")
    guest.page.add_init_script(NO_WEB_SOCKETS)
    away = True

    def pass_on(route: Route) -> None:
        if away:
            route.abort()
        else:
            route.continue_()

    guest.page.route("**/socket.io/**", pass_on)
    guest.page.goto(f"{guest.url}/s/{shared(ann, list_id, 'edit')['key']}")
    guest.sees("Milk")
    guest.tick("Milk")
    ann.add("Bread")
    away = False
    guest.sees("Bread")
    ann.sees_ticked("Milk")


def test_a_guest_who_may_tick_does_nothing_else(ann: Phone, list_id: str, phone: NewPhone) -> None:
    guest = visit(phone, shared(ann, list_id, "tick"))
    expect(guest.page.get_by_role("textbox")).to_have_count(0)
    guest.tick("Milk")
    ann.sees_ticked("Milk")


def test_a_guest_who_may_look_does_only_that(ann: Phone, list_id: str, phone: NewPhone) -> None:
    guest = visit(phone, shared(ann, list_id, "view"))
    expect(guest.page.get_by_role("checkbox", name="Milk", exact=True)).to_be_disabled()
    expect(guest.page.get_by_role("textbox")).to_have_count(0)
    ann.tick("Milk")
    guest.sees_ticked("Milk")


def test_a_withdrawn_link_ends_the_page_at_once_and_opens_none(ann: Phone, list_id: str, phone: NewPhone) -> None:
    share = shared(ann, list_id, "edit")
    guest = visit(phone, share)
    ann.call("shares.revoke", list=list_id, id=share["id"])
    expect(guest.page.get_by_text(f"The link to this list was withdrawn. {ASK}")).to_be_visible()
    ended_for_good(guest, phone, share, f"The link to this list was withdrawn. {ASK}")


def test_a_member_at_a_link_is_led_to_the_list_itself_and_nobody_else_is(ann: Phone, bob: Phone, list_id: str) -> None:
    key = shared(ann, list_id, "view")["key"]
    ann.go(f"/s/{key}")
    ann.page.wait_for_url(f"**/list/{list_id}")
    ann.add("Salt")
    ann.sees("Salt")
    bob.go(f"/s/{key}")
    bob.sees("Salt")
    expect(bob.page.locator(".add-field")).to_have_count(0)
    assert bob.page.url.endswith(key)


def ended_for_good(guest: Phone, phone: NewPhone, share: Any, words: str) -> None:
    """Whoever was there before, and whoever comes late, is told how it ended."""
    guest.page.reload()
    expect(guest.page.get_by_text(words)).to_be_visible()
    late = phone("Late")
    late.go(f"/s/{share['key']}")
    expect(late.page.get_by_text(words)).to_be_visible()


def test_a_link_that_expired_ends_the_page_and_opens_none(ann: Phone, list_id: str, phone: NewPhone) -> None:
    began = time.monotonic()
    guest = visit(phone, shared(ann, list_id, "view"))
    enough = timedelta(seconds=2 + 3 * (time.monotonic() - began))  # as long as this machine takes to open one
    until = f"{datetime.now(UTC) + enough:%Y-%m-%dT%H:%M:%SZ}"
    share = ann.call("shares.create", list=list_id, right="view", expires_at=until)
    guest.go(f"/s/{share['key']}")
    guest.sees("Milk")
    expect(guest.page.get_by_text(f"The link to this list has expired. {ASK}")).to_be_visible()
    ended_for_good(guest, phone, share, f"The link to this list has expired. {ASK}")


def test_guests_of_a_list_that_was_deleted_are_told_so(ann: Phone, list_id: str, phone: NewPhone) -> None:
    share = shared(ann, list_id, "view")
    guest = visit(phone, share)
    ann.call("lists.delete", list=list_id)
    # The one where the connection was there already, the other where it came after.
    expect(guest.page.get_by_text(re.compile("^(This|The) list was deleted."))).to_be_visible()
    ended_for_good(guest, phone, share, "The list was deleted.")


def test_what_a_guest_does_without_network_arrives_when_it_is_back(ann: Phone, list_id: str, phone: NewPhone) -> None:
    share = shared(ann, list_id, "edit")
    guest = phone("Guest")
    sockets: list[object] = []
    guest.page.on("websocket", lambda socket: sockets.append(socket))
    # At first there is a shop's network that answers everything with a page of its own.
    guest.page.route("**/api/shared/*", lambda route: route.fulfill(content_type="text/html", body="<p>Welcome</p>"))
    guest.page.route("**/static/build.json", lambda route: route.fulfill(json={"build": "ffffffffffff"}))
    guest.go(f"/s/{share['key']}")
    expect(guest.page.get_by_role("alert")).to_have_text("The server does not answer. Try again.")
    guest.page.unroute("**/api/shared/*")
    guest.page.evaluate("dispatchEvent(new Event('online'))")
    guest.sees("Milk")
    guest.page.wait_for_timeout(2500)  # it looks for a newer build by then
    assert len(sockets) == 1
    guest.page.context.set_offline(True)
    guest.add("Bread")
    guest.sees("Bread")
    guest.page.evaluate(HIDE, True)
    guest.page.wait_for_timeout(500)
    guest.sees("Bread")  # what waits holds the page, whatever is newer
    guest.page.context.set_offline(False)
    ann.sees("Bread")


@pytest.mark.parametrize("written", ["%ff", "%E0%A4%A", "no-such-key"])
def test_a_link_that_was_copied_wrong_opens_no_list_and_says_so(phone: NewPhone, written: str) -> None:
    guest = phone("Guest")
    guest.go(f"/s/{written}")
    expect(guest.page.get_by_text("This link leads nowhere.")).to_be_visible()
