"""The details of an item: what their fields say and take, and what becomes of them while others edit."""

import time

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Phone
from tests.browser.household import edit
from tests.browser.steps import HIDE, frames, hears, wait_for


def field(phone: Phone, word: str) -> Locator:
    return phone.page.get_by_role("dialog").get_by_label(word, exact=True).and_(phone.page.locator("input, textarea"))


def stored(phone: Phone, text: str) -> dict[str, object]:
    """The item of this text as the server has it; empty where it has none."""
    items = phone.call("lists.get", list=phone.page.url[-36:])["items"]
    return next((item for item in items if item["text"] == text), {})


def comes_to(phone: Phone, text: str, **wanted: object) -> None:
    """The server has this item soon with these fields."""

    def found() -> dict[str, object]:
        item = stored(phone, text)
        return {name: item[name] for name in wanted}

    wait_for(found, wanted)


def test_a_number_of_four_digits_is_read_as_it_is_written(ann: Phone) -> None:
    ann.add_amount("1500 nails")
    comes_to(ann, "nails", quantity=1500)
    ann.more("nails")
    expect(field(ann, "Quantity")).to_have_value("1500")
    ann.page.get_by_role("button", name="More", exact=True).click()
    expect(field(ann, "Quantity")).to_have_value("1501")
    field(ann, "Price").fill("1,299.50")
    ann.button("save")
    comes_to(ann, "nails", quantity=1501, price=1299.5)
    ann.change("nails", quantity="1,600")
    comes_to(ann, "nails", quantity=1600, price=1299.5)
    expect(ann.page.locator(".chip")).to_have_text("1,600")


def test_what_is_typed_is_kept_when_nobody_sees_the_page_any_more(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    ann.more("Milk")
    field(ann, "Note").fill("low fat")
    field(ann, "Quantity").fill("two")
    ann.page.evaluate(HIDE, True)
    comes_to(ann, "Milk", note="low fat", quantity=None)
    ann.page.evaluate(HIDE, False)
    expect(field(ann, "Quantity")).to_have_value("two")
    field(ann, "Quantity").fill("2")
    ann.button("save")
    comes_to(ann, "Milk", note="low fat", quantity=2)


# --- a tap too many ---


def double_tap(phone: Phone, where: Locator, gap_s: float) -> None:
    box = None
    while box is None or box != where.bounding_box():  # the sheet is still coming up
        box = where.bounding_box()
        phone.page.wait_for_timeout(100)
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    touch = phone.page.context.new_cdp_session(phone.page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 5})
    first = time.time()
    # Of a finger's time, which the browser is told: on a busy machine more than the gap may pass.
    for when in (first, first + gap_s):
        time.sleep(max(0, when - time.time()))
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at], "timestamp": when})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": [], "timestamp": when + 0.01})


@pytest.mark.parametrize("gap_s", [0.08, 0.2])
@pytest.mark.parametrize("word", ["save", "close", "undo"])
def test_the_second_tap_of_a_double_one_is_not_for_the_row_beneath(ann: Phone, word: str, gap_s: float) -> None:
    things = [f"thing {letter}" for letter in "abcdefghijklmnopq"]
    ann.add("\n".join(things))
    ann.has_on_the_server(things[-1])
    ann.button("close")  # the notice of so many
    ann.page.evaluate("scrollTo(0, 0)")
    if word == "undo":
        ann.remove(things[0])
        expect(ann.page.get_by_role("dialog")).to_have_count(0)
        ann.page.wait_for_timeout(500)
    else:
        ann.more(things[0])
        field(ann, "Note").fill("kept")
    double_tap(ann, ann.page.get_by_role("button", name=ann.words[word], exact=True), gap_s)
    ann.page.wait_for_timeout(300)
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    expect(ann.page.locator(".snack")).to_have_count(0)
    expect(ann.page.locator(".row-text")).to_have_count(len(things))
    assert not [row.name for row in ann.shows() if row.ticked]
    # The next one is for it.
    ann.page.wait_for_timeout(300)
    ann.tick(things[1])
    ann.sees_ticked(things[1])


# --- undo, and what others did since ---


def test_the_undo_of_a_notice_leaves_what_another_did_since(ann: Phone, bob: Phone) -> None:
    ann.add("jam")
    ann.has_on_the_server("jam")
    ann.tick("jam")
    expect(ann.page.locator(".bought .row-text")).to_have_text(["jam"])
    ann.add_amount("3 jam")
    expect(ann.page.locator(".snack")).to_contain_text("jam is back on the list")
    comes_to(bob, "jam", quantity=3, ticked=False)
    ann.page.locator(".snack button").first.focus()  # so it stays
    bob.change("jam", quantity="7")
    expect(ann.page.locator(".chip")).to_have_text("7")
    ann.button("undo")
    comes_to(ann, "jam", quantity=7, ticked=True)


def removes(phone: Phone, text: str) -> None:
    phone.call("lists.edit", list=phone.page.url[-36:], edits=[edit("remove", item=stored(phone, text)["id"])])


@pytest.mark.parametrize("note", ["", "rye"])
def test_details_that_closed_with_their_item_do_not_open_again_with_it(ann: Phone, bob: Phone, note: str) -> None:
    ann.add("bread\nmilk")
    comes_to(ann, "bread", ticked=False)
    item = stored(ann, "bread")["id"]
    ann.more("bread")
    expect(field(ann, "Note")).to_be_visible()
    if note:
        field(ann, "Note").fill(note)
    removes(bob, "bread")
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    if not note:
        expect(ann.page.locator(".row-text")).to_have_text(["milk"])
        bob.call("lists.edit", list=bob.page.url[-36:], edits=[edit("restore", item=item)])
    ann.sees("bread")
    ann.page.wait_for_timeout(300)
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    comes_to(ann, "bread", note=note or None)


def test_a_stepper_that_closed_with_its_item_leaves_what_is_typed_alone(ann: Phone, bob: Phone) -> None:
    ann.add_amount("bread 2\ntea")
    comes_to(ann, "bread", quantity=2)
    item = stored(ann, "bread")["id"]
    ann.page.locator(".chip").click()
    removes(bob, "bread")
    expect(ann.page.locator(".stepper")).to_have_count(0)
    ann.page.locator(".add-field").focus()
    bob.call("lists.edit", list=bob.page.url[-36:], edits=[edit("restore", item=item)])
    ann.sees("bread")
    ann.page.keyboard.type("jam")
    expect(ann.page.locator(".add-field")).to_have_value("jam")


def test_what_is_typed_into_the_details_is_not_lost_with_the_right_to_edit(ann: Phone, bob: Phone) -> None:
    ann.add("bread")
    bob.sees("bread")
    bob.more("bread")
    field(bob, "Заметка").fill("rye")
    members = ann.call("members.list", list=ann.page.url[-36:])["members"]
    person = next(member["person"]["id"] for member in members if member["role"] != "owner")
    ann.call("members.set_role", list=ann.page.url[-36:], person=person, role="viewer")
    expect(field(bob, "Заметка")).to_be_disabled()
    bob.button("close")
    expect(bob.page.get_by_role("region", name="Не сохранено")).to_contain_text("bread")


def test_a_drag_does_not_bring_back_what_another_removed_meanwhile(ann: Phone, bob: Phone) -> None:
    ann.add("bread\nmilk\ntea")
    comes_to(ann, "tea", ticked=False)
    told = frames(ann.page)
    ann.page.reload()
    expect(ann.page.locator(".row-text")).to_have_text(["bread", "milk", "tea"])
    hears(ann.page, told, '"right":')
    box = ann.page.locator(".item").first.bounding_box()
    assert box
    x, y = box["x"] + 150, box["y"] + 20
    ann.page.mouse.move(x, y)
    ann.page.mouse.down()
    ann.page.mouse.move(x, y + 90, steps=5)
    removes(bob, "bread")
    hears(ann.page, told, '"removed":true')
    ann.page.mouse.up()
    expect(ann.page.locator(".row-text")).to_have_text(["milk", "tea"])
    ann.page.wait_for_timeout(500)
    assert stored(ann, "bread") == {}
