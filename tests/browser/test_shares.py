"""The sheet of a list's links: its owner makes one, copies it again, withdraws it; whoever has it needs no account."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewPhone, Phone

LINE = "Share by a link"
WITHDRAWN = "The link to this list was withdrawn."
NOTE_COPIED = """() => addEventListener("copy", ({ target }) => {
    window.copied = target.value.slice(target.selectionStart, target.selectionEnd);
})"""
MAKE_MANY = """async ([list, count]) => {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ list, right: "view" });
    const make = () => fetch("/api/shares.create", { method: "POST", headers, body });
    return (await Promise.all(Array.from({ length: count }, make))).every(({ ok }) => ok);
}"""


@pytest.fixture
def list_id(ann: Phone) -> str:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    return ann.page.url[-36:]


def opened(ann: Phone) -> Locator:
    """The sheet."""
    ann.button("menu")
    ann.page.get_by_role("button", name=LINE, exact=True).click()
    sheet = ann.page.get_by_role("dialog", name=LINE)
    expect(sheet.get_by_text("sees the names of its members")).to_be_visible()
    return sheet


def made(sheet: Locator, name: str = "", lasts: str = "never") -> str:
    """The link, made in the sheet that is open and where there was none."""
    sheet.get_by_label("Name, if you like").fill(name)
    sheet.get_by_label("Works").select_option(lasts)
    sheet.get_by_role("button", name="Make a link").click()
    return sheet.locator("input[readonly]").input_value()


def shares(ann: Phone, list_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ann.call("shares.list", list=list_id)["shares"]
    return found


def visit(phone: NewPhone, link: str) -> Phone:
    guest = phone("Guest")
    guest.page.goto(link)
    expect(guest.page.get_by_role("checkbox", name="Milk", exact=True)).to_be_visible()
    return guest


def test_a_guest_ticks_by_a_link_which_its_owner_copies_again_next_week(
    ann: Phone, list_id: str, phone: NewPhone
) -> None:
    link = made(opened(ann), "Neighbours", "week")
    assert link.startswith(f"{ann.url}/s/"), "a link under the address by which Ann came"
    ann.button("close")
    visit(phone, link).tick("Milk")
    ann.sees_ticked("Milk")
    [share] = shares(ann, list_id)
    lasts = datetime.fromisoformat(share["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=6.99) < lasts < timedelta(days=7)

    ann.page.reload()
    row = opened(ann).get_by_role("listitem")
    expect(row).to_contain_text("can tick · until ")
    expect(row).to_contain_text("last opened ")
    ann.page.evaluate(NOTE_COPIED)
    row.get_by_role("button", name="Copy: Neighbours").click()
    expect(row.get_by_text("Copied", exact=True)).to_be_visible()
    assert ann.page.evaluate("copied") == link


def test_withdrawing_a_link_asks_first_and_ends_its_guests_page_at_once(
    ann: Phone, list_id: str, phone: NewPhone
) -> None:
    sheet = opened(ann)
    guest = visit(phone, made(sheet, "Neighbours"))
    sheet.get_by_role("button", name="Withdraw: Neighbours").click()
    expect(sheet.get_by_text("Withdraw this link?")).to_be_visible()
    sheet.get_by_role("button", name="Cancel").click()
    assert len(shares(ann, list_id)) == 1
    expect(sheet.get_by_text("not opened yet")).to_be_visible()
    ann.looks_again()
    expect(sheet.get_by_text("last opened ")).to_be_visible()

    sheet.get_by_role("button", name="Withdraw: Neighbours").click()
    sheet.get_by_role("button", name="Withdraw", exact=True).click()
    expect(guest.page.get_by_text(WITHDRAWN)).to_be_visible()
    expect(sheet.get_by_text("Withdrawn: Neighbours")).to_be_visible()
    expect(sheet.get_by_role("listitem")).to_have_count(0)
    assert shares(ann, list_id) == []


@pytest.mark.parametrize("right", ["view", "edit"])
def test_a_link_gives_the_right_that_was_chosen(ann: Phone, list_id: str, phone: NewPhone, right: str) -> None:
    sheet = opened(ann)
    sheet.get_by_label("They may").select_option(right)
    guest = visit(phone, made(sheet))
    expect(guest.page.get_by_role("textbox")).to_have_count(1 if right == "edit" else 0)
    expect(guest.page.get_by_role("checkbox", name="Milk", exact=True)).to_be_enabled(enabled=right == "edit")


def test_only_the_owner_has_it(ann: Phone, list_id: str, bob: Phone) -> None:
    def has_line(shown: Phone, line: str) -> bool:
        shown.button("menu")
        expect(shown.page.get_by_role("button", name=shown.words["members"], exact=True)).to_be_visible()
        found = shown.page.get_by_role("button", name=line, exact=True).count()
        shown.button("close")
        return found > 0

    line = "Поделиться ссылкой"
    assert not has_line(bob, line)
    for role in ("viewer", "owner"):
        if role == "owner":
            sheet = opened(ann)
        ann.call("members.set_role", list=list_id, person=bob.call("accounts.me")["user"]["id"], role=role)
        expect(bob.page.locator(".add-field")).to_have_count(0 if role == "viewer" else 1)
        assert has_line(bob, line) == (role == "owner")
    expect(sheet).to_have_count(0)
    assert not has_line(ann, LINE)


def test_all_of_it_is_done_from_the_keyboard(ann: Phone, list_id: str) -> None:
    keyboard = ann.page.keyboard
    ann.page.get_by_role("button", name="Menu").focus()
    keyboard.press("Enter")
    line = ann.page.get_by_role("button", name=LINE, exact=True)
    expect(line).to_be_visible()
    for _ in range(12):
        if line.evaluate("line => line === document.activeElement"):
            break
        keyboard.press("Tab")
    keyboard.press("Enter")
    sheet = ann.page.get_by_role("dialog", name=LINE)
    expect(sheet.get_by_role("heading", name=LINE)).to_be_focused()
    name = sheet.get_by_label("Name, if you like")
    expect(name).to_be_visible()
    for _ in range(4):
        keyboard.press("Tab")
    expect(name).to_be_focused()
    keyboard.type("Neighbours")
    keyboard.press("Enter")
    expect(sheet.get_by_role("button", name="Copy the link")).to_be_focused()
    keyboard.press("Enter")
    expect(sheet.get_by_text("Copied", exact=True)).to_be_visible()

    sheet.get_by_role("button", name="Withdraw: Neighbours").focus()
    keyboard.press("Enter")
    expect(sheet.get_by_role("button", name="Withdraw", exact=True)).to_be_focused()
    keyboard.press("Enter")
    expect(sheet.get_by_text("Withdrawn: Neighbours")).to_be_visible()
    assert ann.page.evaluate("document.activeElement.closest('dialog') !== null"), "the place is kept"
    keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(ann.page.get_by_role("button", name="Menu")).to_be_focused()


def test_without_network_links_are_copied_and_nothing_else(ann: Phone, list_id: str) -> None:
    sheet = opened(ann)
    made(sheet, "Neighbours")
    ann.page.context.set_offline(True)
    expect(sheet.get_by_text("Offline: to make or withdraw a link you need the network.")).to_be_visible()
    expect(sheet.get_by_role("button", name="New link")).to_be_disabled()
    expect(sheet.get_by_role("button", name="Withdraw: Neighbours")).to_be_disabled()
    sheet.get_by_role("button", name="Copy the link").click()
    expect(sheet.get_by_text("Copied", exact=True)).to_be_visible()
    ann.page.context.set_offline(False)
    expect(sheet.get_by_role("button", name="New link")).to_be_enabled()
    expect(sheet.get_by_text("Offline")).to_have_count(0)


def test_what_the_server_refuses_is_told_where_it_was_asked(ann: Phone, list_id: str) -> None:
    assert ann.page.evaluate(MAKE_MANY, [list_id, 100])
    sheet = opened(ann)
    sheet.get_by_role("button", name="New link").click()
    sheet.get_by_label("Name, if you like").fill("Neighbours")
    sheet.get_by_role("button", name="Make a link").click()
    expect(sheet.get_by_role("alert")).to_contain_text("too many links")
    expect(sheet.get_by_label("Name, if you like")).to_have_value("Neighbours")
