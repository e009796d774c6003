"""The pages where there is room: lists at the left, the list in the middle, details at the right."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Phone
from tests.browser.steps import come, has_all


@pytest.fixture
def desk(ann: Phone) -> Phone:
    """Ann at her desk, with her list open."""
    ann.page.set_viewport_size({"width": 1280, "height": 800})
    return ann


def test_a_new_list_and_a_new_name_show_at_the_left_at_once(desk: Phone) -> None:
    left = desk.page.get_by_role("navigation", name="Your lists")
    expect(left.locator("[aria-current=page]")).to_contain_text("Groceries")
    made = desk.call("lists.create", title="Pharmacy")
    expect(left.get_by_role("link", name="Pharmacy")).to_be_visible()
    desk.call("lists.archive", list=made["list"]["id"], archived=True)
    expect(left.get_by_text("Archived · 1")).to_be_visible()


def test_at_the_left_lists_are_renamed_and_made_as_on_their_own_page(desk: Phone) -> None:
    left = desk.page.get_by_role("navigation", name="Your lists")
    desk.call("lists.create", title="Pharmacy")
    left.get_by_role("button", name="More: Pharmacy").click()
    desk.button("rename")
    desk.fill("title", "Drugstore")
    desk.button("save")
    expect(left.get_by_role("link", name="Drugstore")).to_be_visible()
    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    left.get_by_role("textbox").fill("Garden")
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("heading", name="Garden")).to_be_visible()


def test_all_lists_come_only_where_there_is_room_and_also_when_a_first_try_was_in_vain(ann: Phone) -> None:
    asked: list[str] = []
    ann.page.on("request", lambda request: asked.append(request.url) if "/pane." in request.url else None)
    ann.page.reload()
    has_all(ann.page)
    assert asked == [], "a phone does not load them"
    ann.page.route("**/pane.js*", lambda route: route.abort())
    ann.page.set_viewport_size({"width": 1280, "height": 800})
    come(ann.page, asked)
    expect(ann.page.locator(".lists-pane")).to_be_empty()
    ann.page.unroute("**/pane.js*")
    expect(ann.page.locator(".lists-pane [aria-current=page]")).to_contain_text("Groceries")


def test_what_is_typed_for_one_item_is_kept_when_another_is_chosen_and_never_becomes_the_others(desk: Phone) -> None:
    for text in ("Milk", "Bread"):
        desk.add(text)
        desk.has_on_the_server(text)
    page = desk.page
    page.get_by_role("button", name="More: Milk").click()
    page.get_by_label("Note").fill("low fat")
    page.get_by_role("button", name="More: Bread").click()
    expect(page.get_by_role("dialog")).to_have_count(1)
    expect(page.get_by_label("Item", exact=True)).to_have_value("Bread")
    expect(page.get_by_label("Note")).to_have_value("")
    expect(page.get_by_role("checkbox", name="Milk, low fat")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("checkbox", name="Bread", exact=True)).to_be_visible()


def test_a_wrong_number_is_told_before_the_details_close_and_where_another_item_takes_their_place(desk: Phone) -> None:
    for text in ("Milk", "Bread"):
        desk.add(text)
        desk.has_on_the_server(text)
    page = desk.page
    page.get_by_role("button", name="More: Milk").click()
    page.get_by_label("Quantity").fill("two")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog").get_by_text("Write a number, such as 2 or 0.5")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="More: Milk").click()
    page.get_by_label("Quantity").fill("two")
    page.get_by_role("button", name="More: Bread").click()
    expect(page.get_by_label("Item", exact=True)).to_have_value("Bread")
    expect(page.locator(".snack")).to_contain_text("Milk: Write a number, such as 2 or 0.5")
    page.locator(".snack").get_by_role("button", name="Details").click()
    expect(page.get_by_label("Item", exact=True)).to_have_value("Milk")


def test_after_an_item_is_removed_from_its_details_the_focus_goes_to_the_next(desk: Phone) -> None:
    for text in ("Milk", "Bread"):
        desk.add(text)
        desk.has_on_the_server(text)
    page = desk.page
    page.get_by_role("checkbox", name="Milk").focus()
    page.keyboard.press("Enter")
    remove = page.get_by_role("dialog").get_by_role("button", name="Remove")
    remove.press("Enter")
    expect(page.get_by_role("checkbox", name="Bread")).to_be_focused()
    page.keyboard.press("Enter")
    remove.press("Enter")
    expect(page.get_by_label("Add an item", exact=True)).to_be_focused()


def test_a_sheet_becomes_a_column_and_back_with_what_is_typed(desk: Phone) -> None:
    desk.add("Milk")
    page = desk.page
    page.get_by_role("button", name="More: Milk").click()
    page.get_by_label("Note").fill("low fat")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("dialog:modal")).to_have_count(1)
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("dialog:modal")).to_have_count(0)
    expect(page.get_by_label("Note")).to_have_value("low fat")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Milk, low fat")).to_be_visible()
    expect(page.get_by_role("button", name="More: Milk")).to_be_focused()


def test_escape_closes_the_stepper_or_the_notice_and_leaves_the_details_open(desk: Phone) -> None:
    desk.add_amount("2 Milk")
    desk.add("Bread")
    desk.has_on_the_server("Bread")
    page = desk.page
    page.get_by_role("button", name="More: Milk").click()
    page.get_by_role("button", name="change the quantity: Milk").click()
    expect(page.locator(".stepper")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".stepper")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(1)
    page.get_by_role("checkbox", name="Bread").focus()
    page.keyboard.press("Delete")
    page.locator(".snack").get_by_role("button", name="Undo").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".snack")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_another_list_deleted_at_the_left_can_be_brought_back(desk: Phone) -> None:
    desk.call("lists.create", title="Pharmacy")
    left = desk.page.get_by_role("navigation", name="Your lists")
    left.get_by_role("button", name="More: Pharmacy").click()
    desk.page.get_by_role("button", name="Delete", exact=True).click()
    expect(left.get_by_role("link", name="Pharmacy")).to_have_count(0)
    desk.page.locator(".snack").get_by_role("button", name="Undo").click()
    expect(left.get_by_role("link", name="Pharmacy")).to_be_visible()
