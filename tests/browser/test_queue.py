"""What a person did without network waits on the device, comes through whatever happens to it, and counts once."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, expect

from tests.browser.chromium import FLAGS, PATIENCE_MS, program
from tests.browser.conftest import PASSWORD, PHONE, House, NewPhone, Phone, joins
from tests.browser.refusal import REFUSED_QUANTITY, refuse
from tests.browser.steps import copied, has_all, knows_the_time, wait_for
from tests.clients.bad_line import BadLine

HOUR_MS = 3_600_000
# This device's clock, for all that a page does, is so much ahead.
WRONG_CLOCK = """(() => {
    const Right = Date;
    window.Date = class extends Right {
        constructor(...given) { given.length ? super(...given) : super(Right.now() + AHEAD); }
        static now() { return Right.now() + AHEAD; }
    };
})();"""
AMOUNTS_SEEN = """
window.amountsSeen = [];
new MutationObserver(() => {
    for (const chip of document.querySelectorAll(".chip"))
        if (window.amountsSeen.at(-1) !== chip.textContent) window.amountsSeen.push(chip.textContent);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


@pytest.fixture
def line(house: House) -> Iterator[BadLine]:
    with BadLine(house.netloc) as line:
        yield line


def behind(line: BadLine, phone: Phone) -> Phone:
    """The same phone and the page that was open, by way of this line."""
    path = phone.page.url.removeprefix(phone.url)
    phone.url = f"http://shop.lan:{line.netloc.rpartition(':')[2]}"
    phone.go(path)
    phone.page.locator(".add-field").wait_for()
    has_all(phone.page)
    return phone


def another_tab(phone: Phone, address: str) -> Phone:
    page = phone.page.context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.locator(".add-field").wait_for()
    return Phone(page, phone.url, phone.name, phone.email, phone.words)


def kept(phone: Phone, edits: int) -> None:
    """So many edits are on the device, no longer in the page alone."""
    wait_for(lambda: len(phone.waiting()), edits)


def unsaved(phone: Phone, name: str = "Not saved") -> Locator:
    return phone.page.get_by_role("region", name=name)


def ticked(phone: Phone) -> dict[str, bool]:
    """What the server has, by text; fails where a text is there twice."""
    items = phone.call("lists.get", list=phone.page.url[-36:])["items"]
    assert len({item["text"] for item in items}) == len(items)
    return {item["text"]: item["ticked"] for item in items}


# --- tabs ---


def test_a_tab_that_is_closed_leaves_its_edits_to_the_other(ann: Phone, bob: Phone, line: BadLine) -> None:
    behind(line, ann)
    ann.add("Milk")
    bob.sees("Milk")
    kept(ann, 0)
    other = another_tab(ann, ann.page.url)
    other.sees("Milk")
    line.refuse()
    ann.add("Bread")
    ann.tick("Milk")
    other.sees("Bread")
    other.tick("Bread")
    other.add("Tea")
    ann.sees("Tea")
    ann.sees_ticked("Bread")
    kept(other, 4)
    ann.page.close()
    line.clear()
    expect(bob.page.locator(".row-text").get_by_text("Tea")).to_be_visible()
    assert ticked(bob) == {"Milk": True, "Bread": True, "Tea": False}
    expect(other.page.locator(".row-text")).to_have_count(3)
    kept(other, 0)


def test_two_tabs_that_add_the_same_without_network_count_each_once(ann: Phone, bob: Phone, line: BadLine) -> None:
    behind(line, ann)
    other = another_tab(ann, ann.page.url)
    ann.fill("add", "Milk")
    expect(other.page.locator(".add-field")).to_have_value("Milk")
    other.fill("add", "")
    expect(ann.page.locator(".add-field")).to_have_value("")
    line.stall()
    for _ in range(2):
        ann.add("Eggs")
        other.add("eggs")
    for tab in (ann, other):
        expect(tab.page.locator(".chip")).to_have_text("4")
    line.clear()
    expect(bob.page.locator(".chip")).to_have_text("4")
    kept(ann, 0)
    for tab in (ann, other):
        expect(tab.page.locator(".chip")).to_have_text("4")
        expect(tab.page.locator(".row-text")).to_have_count(1)


# --- reload, crash, cold start ---


def test_an_add_that_is_stored_but_was_not_acknowledged_is_never_counted_twice(
    ann: Phone, bob: Phone, line: BadLine
) -> None:
    """It waits here all the same; laid over a state that holds it, it would count again until it is answered."""
    behind(line, ann)
    bob.add("Milk")
    ann.sees("Milk")
    copied(ann, "Milk")
    address = ann.page.url
    line.deafen()
    ann.add("Milk")
    expect(bob.page.locator(".chip")).to_have_text("2")
    assert ann.waiting() == ["add"]
    ann.page.goto("about:blank")
    line.drop_all()
    line.clear()
    ann.page.add_init_script(AMOUNTS_SEEN)
    ann.page.goto(address)
    expect(ann.page.locator(".chip")).to_have_text("2")
    kept(ann, 0)
    ann.page.wait_for_timeout(500)
    assert ann.page.evaluate("amountsSeen") == ["2"]
    expect(bob.page.locator(".chip")).to_have_text("2")


def test_a_page_that_crashes_with_edits_waiting_loses_none(ann: Phone, bob: Phone, line: BadLine) -> None:
    behind(line, ann)
    ann.add("Milk")
    bob.sees("Milk")
    kept(ann, 0)
    address = ann.page.url
    line.stall()
    ann.add("Bread")
    ann.tick("Milk")
    kept(ann, 2)
    with suppress(Error):
        ann.page.goto("chrome://crash")
    line.drop_all()
    assert ticked(bob) == {"Milk": False}
    line.clear()
    again = another_tab(ann, address)
    again.sees("Bread")
    bob.sees("Bread")
    bob.sees_ticked("Milk")
    expect(again.page.locator(".row-text")).to_have_count(2)


def test_an_edit_is_not_lost_where_the_page_is_left_in_the_same_moment(ann: Phone, bob: Phone, line: BadLine) -> None:
    behind(line, ann)
    line.stall_live()
    texts = [f"Thing {word}" for word in ("one", "two", "three", "four", "five", "six")]
    for text in texts:
        ann.fill("add", text)
        with ann.page.expect_navigation():
            ann.page.locator(".add-field").evaluate("field => { field.form.requestSubmit(); location.reload(); }")
    line.clear()
    for text in texts:
        expect(bob.page.locator(".row-text").get_by_text(text, exact=True)).to_be_visible()
    assert sorted(ticked(bob)) == sorted(texts)


def started(browser: Browser, folder: Path) -> BrowserContext:
    """A browser with a profile of its own, started anew."""
    return browser.browser_type.launch_persistent_context(
        folder, executable_path=program(), headless=True, args=list(FLAGS), viewport=PHONE, locale="en-GB"
    )


def test_edits_wait_over_the_end_of_the_browser(
    browser: Browser, ann: Phone, bob: Phone, line: BadLine, tmp_path: Path
) -> None:
    behind(line, ann)
    address = ann.page.url
    first = started(browser, tmp_path)
    ann.page = first.pages[0]
    ann.call("accounts.sign_in", email=ann.email, password=PASSWORD)
    ann.page.goto(address)
    bob.add("Milk")
    ann.sees("Milk")
    line.stall()
    ann.add("Bread")
    ann.tick("Milk")
    kept(ann, 2)
    first.close()
    assert ticked(bob) == {"Milk": False}
    line.drop_all()
    line.clear()
    second = started(browser, tmp_path)
    ann.page = second.pages[0]
    ann.page.goto(address)
    ann.sees("Bread")
    bob.sees("Bread")
    bob.sees_ticked("Milk")
    second.close()


# --- a wrong clock ---


@pytest.mark.parametrize("ahead", [HOUR_MS, -HOUR_MS], ids=["an hour fast", "an hour slow"])
@pytest.mark.parametrize("ann_is_last", [True, False])
def test_what_was_done_last_stands_however_wrong_the_clock(
    ann: Phone, bob: Phone, line: BadLine, ahead: int, ann_is_last: bool
) -> None:
    ann.page.add_init_script(WRONG_CLOCK.replace("AHEAD", str(ahead)))
    behind(line, ann)
    assert abs(ann.page.evaluate("Date.now()") - bob.page.evaluate("Date.now()") - ahead) < 60_000
    ann.add("Milk")
    bob.sees("Milk")
    kept(ann, 0)
    knows_the_time(ann.page, ahead)
    knows_the_time(bob.page)
    line.refuse()
    if not ann_is_last:
        ann.tick("Milk")
        kept(ann, 1)
        ann.page.wait_for_timeout(300)
    bob.tick("Milk")
    bob.page.wait_for_timeout(300)
    bob.tick("Milk")
    bob.page.wait_for_timeout(300)
    if ann_is_last:
        ann.tick("Milk")
        kept(ann, 1)
    line.clear()
    kept(ann, 0)
    assert ticked(bob) == {"Milk": ann_is_last}
    for phone in (ann, bob):
        box = phone.page.get_by_role("checkbox", name="Milk", exact=True)
        expect(box).to_be_checked(checked=ann_is_last)
    if not ann_is_last:
        bob.tick("Milk")
        ann.sees_ticked("Milk")
        ann.tick("Milk")  # she has seen it
        expect(bob.page.get_by_role("checkbox", name="Milk", exact=True)).not_to_be_checked()


# --- another account ---


def test_what_waits_is_never_sent_as_somebody_else(phone: NewPhone, ann: Phone, bob: Phone, line: BadLine) -> None:
    """Also where the next who signs in may edit the same list."""
    behind(line, ann)
    address = ann.page.url
    ann.add("Milk")
    bob.sees("Milk")
    kept(ann, 0)
    line.refuse()
    ann.add("Bread")
    ann.tick("Milk")
    kept(ann, 2)
    line.clear()
    line.stall()
    ann.page.context.clear_cookies()  # as when the browser lost them
    ann.page.goto("about:blank")
    line.drop_all()
    line.clear()

    carl = Phone(ann.page, ann.url, "Bob", bob.email, bob.words)
    carl.go("/account")
    carl.page.evaluate("localStorage.removeItem('user')")
    carl.call("accounts.sign_in", email=bob.email, password=PASSWORD)
    carl.page.goto(address)
    carl.sees("Milk")
    carl.sees_not("Bread")
    carl.add("Tea")
    bob.sees("Tea")
    carl.page.wait_for_timeout(1000)
    assert ticked(bob) == {"Milk": False, "Tea": False}
    assert len(carl.waiting()) == 2

    ann.page.context.clear_cookies()
    ann.go("/account")
    ann.page.evaluate("localStorage.removeItem('user')")
    ann.call("accounts.sign_in", email=ann.email, password=PASSWORD)
    ann.page.goto(address)
    bob.sees("Bread")
    bob.sees_ticked("Milk")
    got = bob.call("lists.get", list=address[-36:])
    names = {person["id"]: person["name"] for person in got["people"]}
    assert {item["text"]: names[item["added_by"]] for item in got["items"]} == {
        "Milk": "Ann",
        "Bread": "Ann",
        "Tea": "Bob",
    }


# --- a list that is gone ---


def reads_that_it_is_not_saved(phone: Phone, *rows: str) -> None:
    """Each edit with its reason, and all that can be done about it."""
    section = unsaved(phone)
    if len(rows) > 1:
        section.get_by_role("button", name=f"Show all {len(rows)}").click()
    for row in rows:
        expect(section.locator(".row", has_text=row)).to_be_visible()
    for name in ("Try again", "Copy", "Drop"):
        expect(section.get_by_role("button", name=name, exact=True)).to_have_count(len(rows))


def test_edits_of_a_list_that_was_deleted_meanwhile_wait_for_their_author(
    ann: Phone, bob: Phone, line: BadLine
) -> None:
    """The list is Bob's here: Ann's edits come too late, and are sent again when it is back."""
    made = bob.call("lists.create", title="Bob's")
    path = f"/list/{made['list']['id']}"
    invited = bob.call("members.invite", list=path[-36:], role="editor", link=True)
    ann.call("members.accept", code=invited["code"])
    bob.go(path)
    ann.go(path)
    behind(line, ann)
    bob.add("Milk")
    ann.sees("Milk")
    line.refuse()
    ann.add("Bread")
    ann.tick("Milk")
    kept(ann, 2)
    bob.call("lists.delete", list=path[-36:])
    line.clear()
    expect(ann.page.get_by_text("Bob deleted this list.")).to_be_visible()
    assert "- Milk" in ann.page.locator("textarea.text").input_value()
    reads_that_it_is_not_saved(ann, "Add Bread", "Tick")
    ann.page.reload()
    reads_that_it_is_not_saved(ann, "Add Bread", "Tick")
    bob.call("lists.restore", list=path[-36:])
    ann.page.reload()
    ann.sees("Milk")
    reads_that_it_is_not_saved(ann, "Add Bread", "Tick")
    bob.call("lists.delete", list=path[-36:])
    expect(ann.page.get_by_text("Bob deleted this list.")).to_be_visible()
    expect(unsaved(ann).locator(".row")).to_have_count(2)  # unfolded as it was
    bob.call("lists.restore", list=path[-36:])
    ann.page.reload()
    ann.sees("Milk")
    add = unsaved(ann).locator(".row", has_text="Add Bread")
    add.get_by_role("button", name="Try again").click()
    ann.has_on_the_server("Bread")
    unsaved(ann).get_by_role("button", name="Drop").click()
    expect(unsaved(ann)).to_have_count(0)
    assert ticked(bob) == {"Milk": False, "Bread": False}
    kept(ann, 0)


def test_edits_of_somebody_who_is_no_longer_a_member_wait_for_them(phone: NewPhone, ann: Phone, line: BadLine) -> None:
    """Bob leaves on another device, with edits waiting on this one."""
    bob = behind(line, joins(ann, phone("Bob"), "en"))
    ann.add("Milk")
    bob.sees("Milk")
    line.refuse()
    bob.add("Bread")
    bob.tick("Milk")
    kept(bob, 2)
    second = phone("Bob")
    second.call("accounts.sign_in", email=bob.email, password=PASSWORD)
    second.call("members.leave", list=ann.page.url[-36:])
    line.clear()
    expect(bob.page.get_by_text("There is no such list, or you are not on it.")).to_be_visible()
    reads_that_it_is_not_saved(bob, "Add Bread", "Tick")
    bob.page.reload()
    reads_that_it_is_not_saved(bob, "Add Bread", "Tick")
    assert ticked(ann) == {"Milk": False}


def test_whoever_is_taken_off_with_an_edit_waiting_is_told_and_keeps_it(
    phone: NewPhone, ann: Phone, line: BadLine
) -> None:
    """Bob has the list open without network when Ann takes him off; what he ticked is shown to him as not saved."""
    bob = behind(line, joins(ann, phone("Bob"), "en"))
    ann.add("Milk")
    bob.sees("Milk")
    line.refuse()
    bob.tick("Milk")
    kept(bob, 1)
    ann.menu("members")
    ann.page.get_by_role("button", name="Remove Bob", exact=True).click()
    expect(ann.page.get_by_text("Remove Bob from the list?")).to_be_visible()
    expect(ann.page.locator("dialog .row-text")).to_have_text(["Ann", "Bob"])
    ann.page.get_by_role("button", name="Remove Bob", exact=True).click()
    expect(ann.page.locator("dialog .row-text")).to_have_text(["Ann"])
    line.clear()
    expect(bob.page.get_by_text("There is no such list, or you are not on it.")).to_be_visible()
    reads_that_it_is_not_saved(bob, "Tick")
    assert ticked(ann) == {"Milk": False}


def test_whoever_is_taken_off_while_looking_reads_so_at_once(ann: Phone, bob: Phone) -> None:
    ann.add("Milk")
    bob.sees("Milk")
    ann.menu("members")
    ann.page.get_by_role("button", name="Remove Bob", exact=True).click()
    ann.page.get_by_role("button", name="Cancel", exact=True).click()
    ann.page.get_by_role("button", name="Remove Bob", exact=True).click()
    ann.page.get_by_role("button", name="Remove Bob", exact=True).click()
    expect(bob.page.locator("textarea.text")).to_be_visible()
    assert "- Milk" in bob.page.locator("textarea.text").input_value()


def test_who_leaves_on_another_device_is_told_on_this_one(phone: NewPhone, ann: Phone, bob: Phone) -> None:
    ann.add("Milk")
    bob.sees("Milk")
    second = phone("Bob")
    second.call("accounts.sign_in", email=bob.email, password=PASSWORD)
    second.call("members.leave", list=ann.page.url[-36:])
    expect(bob.page.get_by_text("Вас больше нет в этом списке. Его владелец: Ann.")).to_be_visible()
    assert "- Milk" in bob.page.locator("textarea.text").input_value()


# --- refused ---


def test_a_refused_edit_stays_over_a_reload_until_its_author_decides(ann: Phone, bob: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    refuse(ann.page)
    ann.change("Milk", quantity=REFUSED_QUANTITY)
    expect(unsaved(ann)).to_contain_text("Change Milk")
    for _ in range(2):
        ann.page.reload()
        expect(unsaved(ann)).to_contain_text("Change Milk")
        expect(unsaved(ann)).to_contain_text("1,000,000")
        ann.sees("Milk")
        assert ann.waiting() == ["set"]
    other = another_tab(ann, ann.page.url)
    expect(unsaved(other)).to_contain_text("Change Milk")
    unsaved(ann).get_by_role("button", name="Drop").click()
    expect(unsaved(ann)).to_have_count(0)
    expect(unsaved(other)).to_have_count(0)
    ann.page.reload()
    ann.sees("Milk")
    expect(unsaved(ann)).to_have_count(0)
    kept(ann, 0)
