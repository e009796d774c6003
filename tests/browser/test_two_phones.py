"""Two people, two phones, one list, over plain http on a LAN address."""

import re

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import NO_WEB_SOCKETS, PHONE, House, NewPhone, Phone
from tests.browser.refusal import REFUSED_QUANTITY, refuse
from tests.browser.steps import wait_for


def test_from_nothing_to_a_shared_list(phone: NewPhone) -> None:
    ann = phone("Ann")
    ann.go("/")
    ann.page.get_by_role("link", name="Register").click()
    ann.register()
    ann.fill("new list", "Groceries")
    ann.page.keyboard.press("Enter")
    ann.page.wait_for_url("**/list/*")
    ann.add("Milk")
    ann.menu("members")
    ann.button("make link")
    link = ann.page.locator("dialog input[readonly]").input_value()

    bob = phone("Bob", "ru")
    bob.page.goto(link)
    bob.register()
    bob.page.wait_for_url("**/list/*")
    bob.sees("Milk")


def test_two_people_see_each_other_at_once(ann: Phone, bob: Phone) -> None:
    assert ann.page.evaluate("[isSecureContext, typeof crypto.randomUUID, typeof navigator.clipboard]") == [
        False,
        "undefined",
        "undefined",
    ]
    ann.add("Milk")
    bob.sees("Milk")
    bob.add("Сыр")
    ann.sees("Сыр")
    bob.tick("Milk")
    ann.sees_ticked("Milk")

    bob.page.get_by_role("button", name="Ещё: Сыр").click()
    bob.fill("quantity", "0,5")
    bob.fill("unit", "кг")
    bob.button("save")
    expect(ann.page.get_by_text("0.5\u00a0kg", exact=True)).to_be_visible()

    ann.page.get_by_role("button", name="More: Сыр").click()
    ann.page.get_by_role("button", name="Remove", exact=True).click()
    bob.sees_not("Сыр")
    ann.page.get_by_role("button", name="Undo", exact=True).click()
    bob.sees("Сыр")


def test_a_mistake_is_named_and_keeps_what_was_typed(ann: Phone) -> None:
    ann.add("Milk")
    ann.page.get_by_role("button", name="More: Milk").click()
    quantity = ann.page.get_by_label("Quantity")
    quantity.fill("two")
    ann.page.get_by_role("button", name="Save").click()
    expect(quantity).to_be_focused()
    expect(quantity).to_have_value("two")
    expect(quantity).to_have_accessible_description("Write a number, such as 2 or 0.5")
    quantity.fill("2000000")
    ann.page.get_by_role("button", name="Save").click()
    expect(quantity).to_have_value("2000000")
    expect(quantity).to_have_accessible_description("At most 1,000,000")


def test_an_edit_that_the_server_refuses_is_set_aside_and_the_next_goes_on(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")  # else what follows would be folded into the add, and set aside with it
    refuse(ann.page)
    ann.page.get_by_role("button", name="More: Milk").click()
    ann.page.get_by_label("Quantity").fill(REFUSED_QUANTITY)
    ann.page.get_by_role("button", name="Save").click()
    ann.add("Bread")
    unsaved = ann.page.get_by_role("region", name="Not saved")
    expect(unsaved).to_contain_text("Change Milk")
    expect(unsaved).to_contain_text("1,000,000")
    ann.has_on_the_server("Bread")
    unsaved.get_by_role("button", name="Drop").click()
    expect(unsaved).to_have_count(0)


def test_an_item_on_the_list_is_counted_up_and_one_bought_comes_back(ann: Phone, bob: Phone) -> None:
    ann.add("Milk")
    bob.sees("Milk")
    bob.add("milk")
    expect(ann.page.locator(".chip")).to_have_text("2")
    ann.tick("Milk, 2")
    bob.sees_ticked("Milk, 2")
    bob.add("MILK")
    expect(ann.page.get_by_role("checkbox", name="Milk", exact=True)).not_to_be_checked()
    expect(ann.page.locator(".row-text")).to_have_count(1)


def test_the_invitation_is_copied_without_a_clipboard(ann: Phone) -> None:
    ann.menu("members")
    ann.button("make link")
    ann.button("copy")
    link = ann.page.locator("dialog input[readonly]")
    expect(ann.page.get_by_text("Copied")).to_be_visible()
    assert link.input_value().startswith(ann.url + "/join/"), "a link under the address by which Ann came"
    assert link.evaluate("field => field.selectionEnd - field.selectionStart") == len(link.input_value())


def test_what_is_done_without_the_server_shows_at_once_survives_the_page_and_is_sent_later(
    house: House, ann: Phone, bob: Phone
) -> None:
    ann.add("Milk")
    bob.sees("Milk")
    address = ann.page.url
    with house.fallen():
        ann.tick("Milk")
        ann.add("Bread")
        ann.sees("Bread")
        ann.sees_ticked("Milk")
        expect(ann.page.get_by_text("Offline. Everything is kept.")).to_be_visible()
        ann.page.goto("about:blank")

    ann.page.goto(address)
    ann.sees("Bread")
    expect(bob.page.locator(".row-text").get_by_text("Bread", exact=True)).to_be_visible(timeout=15_000)
    bob.sees_ticked("Milk")
    expect(ann.page.locator(".row-text")).to_have_count(2)


def test_two_tabs_of_one_person_share_the_queue_and_count_nothing_twice(house: House, ann: Phone, bob: Phone) -> None:
    other = ann.page.context.new_page()
    other.goto(ann.page.url)
    ann.add("Milk")
    expect(other.locator(".row-text")).to_have_text(["Milk"])
    with house.fallen():
        ann.add("milk")
        expect(other.locator(".chip")).to_have_text("2")
    expect(bob.page.locator(".chip")).to_have_text("2")
    for page in (ann.page, other, bob.page):
        page.wait_for_timeout(300)
        expect(page.locator(".chip")).to_have_text("2")
        expect(page.locator(".notice")).to_have_count(0)


def test_a_deleted_list_says_so_and_keeps_what_was_seen(ann: Phone, bob: Phone) -> None:
    ann.add("Milk")
    bob.sees("Milk")
    ann.page.get_by_role("button", name="Menu").click()
    ann.page.get_by_role("button", name="Delete", exact=True).click()
    ann.page.locator("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(bob.page.get_by_text("Этот список удалён.")).to_be_visible()
    assert "- Milk" in bob.page.locator("textarea.text").input_value()

    ann.page.wait_for_url("**/list")
    ann.page.get_by_text("Deleted · 1").click()
    ann.page.get_by_role("button", name="More: Groceries").click()
    ann.page.get_by_role("button", name="Restore").click()
    ann.page.get_by_role("link", name="Groceries").click()
    ann.sees("Milk")


def test_a_wrong_number_is_told_at_its_field_before_the_details_close(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    ann.more("Milk")
    ann.fill("quantity", "two")
    ann.button("close")
    expect(ann.page.get_by_text("Write a number, such as 2 or 0.5")).to_be_visible()
    ann.fill("quantity", "2")
    ann.page.get_by_role("button", name="More", exact=True).click()
    ann.button("close")
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    expect(ann.page.get_by_role("checkbox", name=re.compile("^Milk, 3"))).to_be_visible()


def test_what_is_typed_into_the_details_is_kept_where_the_page_is_left(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    address = ann.page.url
    ann.more("Milk")
    ann.fill("quantity", "3")
    ann.page.goto(ann.url + "/account")
    ann.page.goto(address)
    expect(ann.page.get_by_role("checkbox", name="Milk, 3", exact=True)).to_be_visible()


def test_after_an_item_is_removed_from_its_details_the_focus_goes_to_the_next(ann: Phone) -> None:
    for text in ("Milk", "Bread"):
        ann.add(text)
        ann.has_on_the_server(text)
    ann.page.get_by_role("checkbox", name="Milk").focus()
    ann.page.keyboard.press("Enter")
    ann.page.get_by_role("dialog").get_by_role("button", name="Remove").press("Enter")
    expect(ann.page.get_by_role("checkbox", name="Bread")).to_be_focused()


def test_an_item_goes_to_the_top_from_its_details(ann: Phone) -> None:
    for text in ("Milk", "Bread", "Tea"):
        ann.add(text)
    ann.more("Tea")
    ann.page.get_by_role("button", name="To the top", exact=True).click()
    ann.button("close")
    expect(ann.page.get_by_role("checkbox").first).to_have_accessible_name("Tea")


def test_a_step_of_another_is_undone_from_the_history(ann: Phone, bob: Phone) -> None:
    ann.add("Milk")
    bob.sees("Milk")
    bob.tick("Milk")
    ann.sees_ticked("Milk")
    ann.page.get_by_role("button", name="Menu").click()
    ann.page.get_by_role("button", name="History").click()
    ann.page.get_by_role("button", name="Undo: Bob ticked Milk").click()
    expect(bob.page.get_by_role("checkbox", name="Milk", exact=True)).not_to_be_checked()
    expect(ann.page.get_by_text("Ann undid a step")).to_be_visible()


def test_a_member_leaves(ann: Phone, bob: Phone) -> None:
    bob.menu("members")
    bob.page.get_by_role("button", name="Покинуть список").click()
    bob.page.get_by_role("button", name="Покинуть список").click()
    bob.page.wait_for_url("**/list")
    expect(bob.page.get_by_text("Списков пока нет")).to_be_visible()
    ann.menu("members")
    expect(ann.page.locator("dialog .row-text")).to_have_text(["Ann"])


def test_a_device_that_is_signed_out_from_another_says_so_and_keeps_its_edits(phone: NewPhone, ann: Phone) -> None:
    ann.add("Milk")
    ann.sees("Milk")
    second = phone("Ann")
    second.go("/account")
    second.email = ann.email
    second.sign_in()
    second.page.wait_for_url("**/list")
    second.go("/account/security")
    second.page.get_by_role("button", name="Sign out all others").click()
    expect(
        ann.page.get_by_text("This device was signed out from another one. What you changed is kept.")
    ).to_be_visible()
    ann.add("Bread")
    ann.page.get_by_role("link", name="Sign in").click()
    ann.sign_in()
    ann.page.wait_for_url("**/list/*")
    ann.sees("Bread")
    second.go(ann.page.url.removeprefix(ann.url))
    second.sees("Bread")


def test_signing_out_asks_while_edits_wait_and_they_are_sent_after_the_next_sign_in(ann: Phone) -> None:
    address = ann.page.url
    with_no_line = ann.page.context.new_page()
    with_no_line.add_init_script(NO_WEB_SOCKETS)
    with_no_line.route("**/socket.io/**", lambda route: route.abort())
    ann.page.close()
    ann.page = with_no_line
    ann.page.goto(address)
    ann.add("Milk")
    ann.sees("Milk")
    ann.go("/account")
    ann.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(ann.page.get_by_text("1 change was not sent yet")).to_be_visible()
    ann.page.get_by_role("button", name="Sign out anyway").click()
    ann.page.wait_for_url("**/account")
    ann.page.unroute_all()
    ann.sign_in()
    ann.page.wait_for_url("**/list")
    ann.page.goto(address)
    ann.sees("Milk")
    ann.has_on_the_server("Milk")


def test_signing_out_forgets_the_lists_and_the_next_person_sees_none_of_it(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    address = ann.page.url
    ann.go("/account")
    ann.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(ann.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    ann.page.goto(address)
    ann.page.wait_for_url("**/account?next=*")
    ann.name, ann.email = "Carl", f"carl-{ann.email}"
    ann.button("newcomer")
    ann.register()
    expect(ann.page.get_by_text("There is no such list, or you are not on it.")).to_be_visible()
    ann.sees_not("Milk")


def test_language_and_colours_are_kept_with_the_account(ann: Phone) -> None:
    ann.go("/account")
    ann.page.get_by_label("Colours").select_option("dark")
    expect(ann.page.get_by_text("Saved")).to_be_visible()
    ann.page.get_by_label("Language").select_option("ru")
    expect(ann.page.get_by_role("heading", name="Аккаунт")).to_be_visible()
    shell = ann.page.evaluate("async () => (await fetch('/list')).text()")
    assert '<html lang="ru" data-theme="dark">' in shell, "right before any script runs"


@pytest.mark.parametrize("path", ["/list", "/account", "/account/security", "/reset", "/join/none", "the list"])
def test_pages_fit_the_narrowest_phone_with_targets_for_thumbs(ann: Phone, path: str) -> None:
    ann.add("A thing with a long name that wraps over several lines, andwithonewordthatislongerthanthescreen")
    address = ann.page.url if path == "the list" else ann.url + path
    ann.page.set_viewport_size({"width": 320, "height": 568})
    ann.page.goto(address)
    expect(ann.page.locator("button, a").first).to_be_visible()
    assert ann.page.evaluate("document.documentElement.scrollWidth") == 320
    small = ann.page.evaluate(
        """() => [...document.querySelectorAll("button, a, input:not([type=hidden]), select, summary")]
            .map((element) => (element.matches(".ring, .switch > input") ? element.closest("label") : element))
            .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
            .filter(([, { width, height }]) => width > 1 && (width < 44 || height < 44))
            .map(([html]) => html)"""
    )
    assert small == []


def test_a_new_item_is_scrolled_into_view_above_the_bar(ann: Phone) -> None:
    for letter in "ABCDEFGHIJKLMNOPQRST":
        ann.add(f"Thing {letter}")
    row, bar = ann.page.locator(".row", has_text="Thing T"), ann.page.locator(".add-bar")
    expect(row).to_be_in_viewport(ratio=1)
    bottom = "row => row.getBoundingClientRect().bottom"
    wait_for(lambda: row.evaluate(bottom) <= bar.evaluate("bar => bar.getBoundingClientRect().top"), True)


def test_one_can_type_before_the_list_has_come(browser: Browser, ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")  # and no longer in what the storage of the second browser begins with
    address = ann.page.url
    second = browser.new_context(viewport=PHONE, storage_state=ann.page.context.storage_state())
    page = second.new_page()
    held: list[Route] = []
    page.add_init_script(NO_WEB_SOCKETS)
    page.route("**/socket.io/**", lambda route: held.append(route))
    page.goto(address)
    page.get_by_label("Add an item").fill("Bread")
    page.keyboard.press("Enter")
    expect(page.locator(".row-text")).to_have_text(["Bread"])
    assert held
    page.unroute_all()  # and what was held goes its way
    expect(page.locator(".row-text")).to_have_text(["Milk", "Bread"])
    ann.sees("Bread")
    second.close()
