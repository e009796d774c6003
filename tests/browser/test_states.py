"""What a list says of itself: empty, done, waiting, offline, overruled, not saved, gone; and in passing."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import House, NewPhone, Phone, Shown
from tests.browser.refusal import REFUSED_QUANTITY, refuse
from tests.browser.steps import becomes, knows_the_time
from tests.browser.test_queue import behind, kept, unsaved
from tests.clients.bad_line import BadLine

OFFLINE = "Offline. Everything is kept."
SAID = """() => {
    window.said = [];
    const place = document.querySelector(".said");
    new MutationObserver(() => place.textContent && window.said.push(place.textContent))
        .observe(place, { childList: true, characterData: true, subtree: true });
}"""
COPIES = """() => new Promise((tell) => {
    const opening = indexedDB.open("shoplist");
    opening.onsuccess = () => {
        const asked = opening.result.transaction("copies").objectStore("copies").getAllKeys();
        asked.onsuccess = () => (opening.result.close(), tell(asked.result));
    };
})"""

# Notes the first of the grey rows that a script draws: its class, and where it stands.
WATCH = """() => new MutationObserver(() => {
  const rows = document.querySelector("#page .waiting");
  if (rows) window.drawn ??= [rows.className, rows.firstElementChild.getBoundingClientRect().top];
}).observe(document, { childList: true, subtree: true })"""
TOP = "() => document.querySelector('.coming-rows > li').getBoundingClientRect().top"


@pytest.fixture
def line(house: House) -> Iterator[BadLine]:
    with BadLine(house.netloc) as line:
        yield line


def snack(phone: Phone) -> Locator:
    return phone.page.locator(".snack")


def test_before_its_script_is_there_a_list_shows_where_rows_will_be_and_they_take_over_without_a_gap(
    ann: Phone,
) -> None:
    made = ann.call("lists.create", title="Groceries")["list"]["id"]
    ann.page.add_init_script(f"({WATCH})()")
    held: list[Route] = []
    ann.page.route("**/list.js", lambda route: held.append(route))
    ann.page.goto(f"{ann.url}/list/{made}", wait_until="commit")
    rows = ann.page.locator(".coming-rows")
    expect(rows).to_have_css("list-style-type", "none")  # the styles are there
    expect(rows).to_have_css("opacity", "1")
    expect(ann.page.get_by_role("status")).to_have_text("Loading…")
    top = ann.page.evaluate(TOP)
    again = ann.page.get_by_role("link", name="This takes long. Load the page again")
    expect(again).to_have_count(0)
    ann.page.evaluate("document.getAnimations().forEach((one) => one.finish())")  # fifteen seconds later
    expect(again).to_be_visible()
    held[0].continue_()
    expect(ann.page.locator(".add-field")).to_be_visible()
    expect(rows).to_be_hidden()
    expect(again).to_have_count(0)
    assert ann.page.evaluate("window.drawn") == ["plain waiting already", top]


def sign(phone: Phone) -> Locator:
    return phone.page.locator("header .sign")


def boxes(phone: Phone) -> list[object]:
    """Where the rows stand."""
    found: list[object] = phone.page.evaluate(
        "[...document.querySelectorAll('.row')].map(row => [row.offsetTop, row.getBoundingClientRect().top])"
    )
    return found


# --- nothing to buy ---


def test_an_empty_list_offers_examples_and_to_invite(ann: Phone) -> None:
    examples = ann.page.get_by_role("list", name="Examples").get_by_role("button")
    expect(examples).to_have_text(["Milk", "1 loaf of bread", "6 eggs"])
    ann.page.get_by_role("button", name="Invite someone").click()
    expect(ann.page.get_by_role("dialog")).to_contain_text("Make a link")
    ann.page.keyboard.press("Escape")
    examples.nth(2).click()
    expect(ann.page.get_by_role("checkbox", name="eggs, 6")).to_be_visible()
    expect(examples).to_have_count(0)


def test_a_list_of_which_all_is_bought_says_so_and_can_be_cleared(ann: Phone) -> None:
    for text in ("Milk", "Bread"):
        ann.add(text)
        ann.tick(text)
    expect(ann.page.get_by_text("All done", exact=True)).to_be_visible()
    ann.page.get_by_role("button", name="Clear bought").click()
    expect(ann.page.get_by_role("list", name="Examples")).to_be_visible()
    expect(snack(ann)).to_contain_text("2 removed")
    ann.button("undo")
    expect(ann.page.get_by_text("All done", exact=True)).to_be_visible()
    assert sorted(ann.shows()) == [Shown("Bread", True), Shown("Milk", True)]


# --- the connection ---


def test_all_well_shows_no_sign(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    ann.page.wait_for_timeout(3500)
    expect(sign(ann)).to_have_count(0)
    expect(ann.page.locator(".foot .notice")).to_have_count(0)


def test_what_is_not_acknowledged_shows_a_count_after_a_while_and_nothing_before(ann: Phone, line: BadLine) -> None:
    behind(line, ann)
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    kept(ann, 0)
    line.stall_live()
    ann.tick("Milk")
    ann.add("Bread")
    ann.page.wait_for_timeout(1000)
    expect(sign(ann)).to_have_count(0)
    expect(sign(ann)).to_have_attribute("aria-label", "2 changes wait to be sent")
    expect(sign(ann)).to_have_text("2")
    line.clear()
    expect(sign(ann)).to_have_attribute("aria-label", "Saved")
    expect(sign(ann)).to_have_count(0)


def test_offline_is_one_quiet_line_that_moves_no_row(ann: Phone, line: BadLine) -> None:
    behind(line, ann)
    for text in ("Milk", "Bread", "Tea"):
        ann.add(text)
    ann.has_on_the_server("Tea")
    kept(ann, 0)
    before = boxes(ann)
    ann.page.evaluate("window.place = document.querySelector('.foot > .connection[role=status]')")
    line.refuse()
    expect(ann.page.locator(".foot").get_by_text(OFFLINE)).to_be_visible()
    expect(ann.page.get_by_text(OFFLINE, exact=True)).to_have_count(1)
    expect(sign(ann)).to_be_visible()
    assert OFFLINE in ann.page.evaluate("window.place.textContent"), "only what comes into a known place is read aloud"
    assert boxes(ann) == before
    line.clear()
    expect(ann.page.get_by_text(OFFLINE)).to_have_count(0)
    expect(sign(ann)).to_have_attribute("aria-label", "Saved")
    assert boxes(ann) == before
    expect(sign(ann)).to_have_count(0)
    assert boxes(ann) == before


# --- overruled ---


def overruled(ann: Phone, bob: Phone, line: BadLine) -> None:
    """Ann ticks Milk without network; Bob ticks and unticks it after her."""
    behind(line, ann)
    ann.add("Milk")
    bob.sees("Milk")
    kept(ann, 0)
    knows_the_time(ann.page)
    knows_the_time(bob.page)
    line.refuse()
    ann.tick("Milk")
    kept(ann, 1)
    ann.page.wait_for_timeout(300)
    bob.tick("Milk")
    bob.page.wait_for_timeout(300)
    bob.tick("Milk")
    bob.page.wait_for_timeout(300)
    line.clear()


def test_a_sheet_that_has_not_come_yet_says_so_and_opens_by_itself_once_it_can(ann: Phone) -> None:
    ann.add("Milk")
    ann.page.route(re.compile("/sheets\\.(js|en)"), lambda route: route.abort())
    ann.page.reload()
    ann.more("Milk")
    dialog = ann.page.get_by_role("dialog")
    expect(dialog.get_by_role("status")).to_have_text("No connection yet. This opens as soon as there is one.")
    ann.page.unroute_all()
    expect(dialog.get_by_label("Item", exact=True)).to_have_value("Milk")
    ann.page.go_back()
    expect(dialog).to_have_count(0)
    expect(ann.page.get_by_role("checkbox", name="Milk")).to_be_visible()


def test_who_is_overruled_reads_by_whom_and_can_keep_their_own(ann: Phone, bob: Phone, line: BadLine) -> None:
    """After a reconnect, when the room told nothing of it."""
    overruled(ann, bob, line)
    expect(snack(ann)).to_contain_text("Bob unticked Milk after you")
    expect(ann.page.get_by_role("checkbox", name="Milk", exact=True)).not_to_be_checked()
    snack(ann).get_by_role("button", name="Keep mine").click()
    expect(snack(ann)).to_have_count(0)
    ann.sees_ticked("Milk")
    bob.sees_ticked("Milk")
    kept(ann, 0)
    ann.page.wait_for_timeout(500)
    expect(snack(ann)).to_have_count(0)


def test_both_having_ticked_the_same_is_no_news(ann: Phone, bob: Phone, line: BadLine) -> None:
    behind(line, ann)
    ann.add("Milk")
    bob.sees("Milk")
    kept(ann, 0)
    knows_the_time(ann.page)
    knows_the_time(bob.page)
    line.refuse()
    ann.tick("Milk")
    kept(ann, 1)
    ann.page.wait_for_timeout(300)
    bob.tick("Milk")
    bob.page.wait_for_timeout(300)
    line.clear()
    kept(ann, 0)
    ann.page.wait_for_timeout(1000)
    expect(snack(ann)).to_have_count(0)
    ann.sees_ticked("Milk")


# --- not saved ---


def refused(phone: Phone, *texts: str) -> None:
    """Each of these gets a quantity that the server refuses."""
    refuse(phone.page)
    for text in texts:
        phone.change(text, quantity=REFUSED_QUANTITY)


def test_many_that_were_not_saved_are_folded_and_can_be_dropped_together(ann: Phone) -> None:
    texts = ("Milk", "Bread", "Tea", "Salt", "Rice")
    for text in texts:
        ann.add(text)
    ann.has_on_the_server("Rice")
    refused(ann, "Milk")
    expect(unsaved(ann).get_by_role("listitem")).to_have_count(1)
    expect(unsaved(ann).get_by_role("button", name="Drop all")).to_have_count(0)
    refused(ann, *texts[1:])
    expect(unsaved(ann)).to_contain_text("Not saved · 5")
    expect(unsaved(ann).get_by_role("listitem")).to_have_count(1)
    unsaved(ann).get_by_role("button", name="Show all 5").click()
    expect(unsaved(ann).get_by_role("listitem")).to_have_count(5)
    unsaved(ann).get_by_role("button", name="Show fewer").click()
    expect(unsaved(ann).get_by_role("listitem")).to_have_count(1)
    unsaved(ann).get_by_role("button", name="Try all again").click()
    kept(ann, 5)
    expect(unsaved(ann)).to_contain_text("Not saved · 5")
    unsaved(ann).get_by_role("button", name="Drop all").click()
    expect(unsaved(ann)).to_have_count(0)
    snack(ann).get_by_role("button", name="Undo").click()
    expect(unsaved(ann)).to_contain_text("Not saved · 5")
    unsaved(ann).get_by_role("button", name="Drop all").click()
    expect(unsaved(ann)).to_have_count(0)
    kept(ann, 0)
    ann.page.reload()
    ann.sees("Milk")
    expect(unsaved(ann)).to_have_count(0)


def test_what_was_dropped_one_after_the_other_comes_back_together(ann: Phone) -> None:
    for text in ("Milk", "Bread", "Tea"):
        ann.add(text)
    ann.has_on_the_server("Tea")
    refused(ann, "Milk", "Bread", "Tea")
    expect(unsaved(ann)).to_contain_text("Not saved · 3")
    drop = unsaved(ann).get_by_role("button", name="Drop", exact=True)
    drop.focus()
    ann.page.keyboard.press("Enter")
    expect(snack(ann)).to_contain_text("1 change dropped")
    becomes(ann.page, "document.activeElement !== document.body")  # the keyboard stays where it was
    drop.click()
    expect(snack(ann)).to_contain_text("2 changes dropped")
    expect(unsaved(ann).get_by_role("listitem")).to_contain_text("Change Tea")
    snack(ann).get_by_role("button", name="Undo").click()
    expect(unsaved(ann)).to_contain_text("Not saved · 3")
    expect(unsaved(ann).get_by_role("listitem")).to_contain_text("Change Milk")
    expect(snack(ann)).to_have_count(0)
    kept(ann, 3)
    ann.page.reload()
    expect(unsaved(ann).get_by_role("listitem")).to_contain_text("Change Milk")
    drop.click()
    expect(unsaved(ann)).to_contain_text("Not saved · 2")
    kept(ann, 2)


def test_whoever_reads_below_is_led_to_what_was_not_saved(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    refused(ann, "Milk")
    expect(snack(ann)).to_contain_text("1 change was not saved")
    snack(ann).get_by_role("button", name="Show").click()
    expect(unsaved(ann)).to_be_in_viewport()
    expect(snack(ann)).to_have_count(0)


# --- gone, only to look at, archived ---


def test_a_list_deleted_by_oneself_elsewhere_says_so_and_hands_out_its_text(ann: Phone, bob: Phone) -> None:
    ann.add("Milk")
    bob.sees("Milk")
    ann.call("lists.delete", list=ann.page.url[-36:])
    expect(ann.page.get_by_text("You deleted this list. It can be restored for 30 days.")).to_be_visible()
    expect(bob.page.get_by_text("Этот список удалён. Это сделал владелец: Ann.")).to_be_visible()
    assert "- Milk" in ann.page.locator("textarea.text").input_value()
    assert "- Milk" in bob.page.locator("textarea.text").input_value()
    expect(ann.page.locator(".add-field")).to_have_count(0)
    list_id = ann.page.url[-36:]
    assert any(list_id in key for key in ann.page.evaluate(COPIES))
    ann.page.locator("main").get_by_role("button", name="Back").click()
    ann.page.wait_for_url("**/list")
    assert not any(list_id in key for key in ann.page.evaluate(COPIES))


def test_who_may_only_look_has_nothing_to_type_into(phone: NewPhone, ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    list_id = ann.page.url[-36:]
    code = ann.call("members.invite", list=list_id, role="viewer", link=True)["code"]
    carl = phone("Carl")
    carl.call("accounts.register", name="Carl", email=carl.email, password="correct horse battery", language="en")
    carl.call("members.accept", code=code)
    carl.go(f"/list/{list_id}")
    carl.sees("Milk")
    expect(carl.page.get_by_text("You can look at this list, not change it.")).to_be_visible()
    expect(carl.page.locator(".add-field")).to_have_count(0)
    ann.tick("Milk")
    carl.sees_ticked("Milk")
    expect(carl.page.get_by_text("All done", exact=True)).to_be_visible()
    expect(carl.page.get_by_role("button", name="Clear bought")).to_have_count(0)


def test_an_archived_list_can_be_used_and_its_owner_takes_it_out(ann: Phone) -> None:
    list_id = ann.page.url[-36:]
    ann.call("lists.archive", list=list_id, archived=True)
    expect(ann.page.get_by_text("This list is archived.")).to_be_visible()
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    ann.page.locator("main .quiet-line").get_by_role("button").click()
    expect(ann.page.get_by_text("This list is archived.")).to_have_count(0)
    assert ann.call("lists.get", list=list_id)["list"]["archived"] is False


# --- what is told in passing ---


def test_removals_gather_in_one_notice_that_takes_them_all_back(ann: Phone) -> None:
    for text in ("Milk", "Bread", "Tea"):
        ann.add(text)
    ann.has_on_the_server("Tea")
    ann.remove("Milk")
    expect(snack(ann)).to_contain_text("1 removed")
    ann.remove("Bread")
    expect(snack(ann)).to_contain_text("2 removed")
    ann.button("undo")
    expect(ann.page.locator(".row-text")).to_have_text(["Milk", "Bread", "Tea"])
    expect(snack(ann)).to_have_count(0)


def test_a_notice_ends_by_itself_is_closed_by_hand_and_waits_for_the_focus(ann: Phone) -> None:
    for text in ("Milk", "Bread", "Tea"):
        ann.add(text)
    ann.has_on_the_server("Tea")
    ann.remove("Milk")
    snack(ann).get_by_role("button", name="Close").click()
    expect(snack(ann)).to_have_count(0)
    ann.remove("Bread")
    undo = snack(ann).get_by_role("button", name="Undo")
    expect(ann.page.get_by_role("checkbox", name="Tea")).to_be_focused()  # first the closed sheet gives the focus back
    undo.hover()
    undo.focus()
    ann.page.mouse.move(5, 5)  # who points at it goes, who stands on it stays
    expect(undo).to_be_focused()
    ann.page.wait_for_timeout(7000)
    expect(undo).to_be_focused()
    ann.page.keyboard.press("Escape")
    expect(snack(ann)).to_have_count(0)
    ann.remove("Tea")
    expect(snack(ann)).to_be_visible()
    expect(snack(ann)).to_have_count(0)


def test_a_notice_moves_no_row(ann: Phone) -> None:
    for text in ("Milk", "Bread", "Tea"):
        ann.add(text)
    ann.has_on_the_server("Tea")
    before = boxes(ann)
    ann.add("Bread")
    expect(snack(ann)).to_be_visible()
    assert boxes(ann) == before
    snack(ann).get_by_role("button", name="Close").click()
    assert boxes(ann) == before


def test_what_others_did_is_said_to_a_screen_reader_all_together(ann: Phone, bob: Phone) -> None:
    ann.page.evaluate(SAID)
    bob.add("bread")
    bob.add("tea")
    bob.tick("bread")
    ann.sees_ticked("bread")
    ann.add("milk")
    becomes(ann.page, "said.length")
    ann.page.wait_for_timeout(500)
    assert ann.page.evaluate("said") == ["Bob added bread, tea. Bob ticked bread"]


def test_a_page_loaded_again_over_a_sheet_is_left_by_one_step_back(ann: Phone) -> None:
    address = ann.page.url
    ann.add("Milk")
    ann.sees("Milk")
    ann.go("/list")
    ann.page.get_by_role("link", name="Groceries").click()
    ann.page.wait_for_url(address)
    ann.more("Milk")
    expect(ann.page.get_by_role("dialog")).to_be_visible()
    ann.page.reload()
    ann.sees("Milk")
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    becomes(ann.page, "!history.state?.sheet")
    ann.page.go_back()
    ann.page.wait_for_url("**/list")
