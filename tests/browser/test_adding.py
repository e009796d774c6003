"""The bar to add: what is typed is understood while it is typed, added once, and joined with what is there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import House, Phone, Shown
from tests.browser.steps import LIT, come, lit, wait_for
from tests.clients.bad_line import BadLine
from tests.clients.making import add

FOURTEEN = [
    *("potatoes", "carrots", "onions", "garlic", "spinach", "butter", "yoghurt"),
    *("cream", "cheese", "apples", "pears", "plums", "grapes", "lemons"),
]
COMPOSED_ENTER = """field => {
    const composing = { bubbles: true, cancelable: true, isComposing: true };
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, ...composing }));
    field.dispatchEvent(new InputEvent("beforeinput", { inputType: "insertLineBreak", ...composing }));
}"""
PASTE = """(field, text) => {
    field.focus();
    document.execCommand("insertText", false, text);
}"""


@pytest.fixture
def line(house: House) -> Iterator[BadLine]:
    with BadLine(house.netloc) as line:
        yield line


def field(phone: Phone) -> Locator:
    return phone.page.locator(".add-field")


def understood(phone: Phone) -> Locator:
    return phone.page.locator(".understood-item")


def snack(phone: Phone) -> Locator:
    return phone.page.locator(".snack")


def undo(phone: Phone) -> None:
    snack(phone).get_by_role("button", name=phone.words["undo"], exact=True).click()


def paste(phone: Phone, *lines: str) -> None:
    field(phone).evaluate(PASTE, "\n".join(lines))


def rows(phone: Phone) -> list[str]:
    return phone.page.locator(".row-text").all_inner_texts()


def stored(phone: Phone) -> list[tuple[object, ...]]:
    """What the server has: text, quantity, unit, note, ticked."""
    items = phone.call("lists.get", list=phone.page.url[-36:])["items"]
    return [(item["text"], item["quantity"], item["unit"], item["note"], item["ticked"]) for item in items]


def comes_to(phone: Phone, *wanted: tuple[object, ...]) -> None:
    """The server has this soon, and it stays so when nothing waits any longer."""
    wait_for(lambda: (phone.waiting(), stored(phone)), ([], list(wanted)))


# --- while typing ---


@pytest.mark.parametrize(
    ("typed", "chips"),
    [
        ("2 kg potatoes", ["potatoes · 2 kg"]),
        ("2 kg potatoes, milk 3.5% x2", ["potatoes · 2 kg", "milk 3.5% · 2"]),
        ("potatoes", []),
    ],
)
def test_chips_say_what_was_understood(ann: Phone, typed: str, chips: list[str]) -> None:
    field(ann).press_sequentially(typed)
    expect(understood(ann)).to_have_text(chips)
    assert rows(ann) == []


def test_chips_say_it_in_russian(bob: Phone) -> None:
    field(bob).press_sequentially("2 кг картошки, молоко 3,5% 2 шт")
    expect(understood(bob)).to_have_text(["картошки · 2 кг", "молоко 3,5% · 2"])
    expect(bob.page.locator(".add-bar button[type=submit]")).to_have_text("Добавить 2")


def test_enter_adds_clears_and_keeps_the_focus(ann: Phone) -> None:
    for text in ("milk", "bread", "tea"):
        field(ann).press_sequentially(text)
        ann.page.keyboard.press("Enter")
        expect(field(ann)).to_have_value("")
        expect(field(ann)).to_be_focused()
    expect(ann.page.locator(".row-text")).to_have_text(["milk", "bread", "tea"])
    expect(snack(ann)).to_have_count(0)


def test_the_button_adds_and_keeps_the_focus(ann: Phone) -> None:
    field(ann).press_sequentially("milk")
    ann.page.locator(".add-bar button[type=submit]").click()
    ann.sees("milk")
    expect(field(ann)).to_have_value("")
    expect(field(ann)).to_be_focused()


def test_two_enters_in_a_row_add_once(ann: Phone) -> None:
    field(ann).press_sequentially("milk")
    ann.page.keyboard.press("Enter")
    ann.page.keyboard.press("Enter")
    comes_to(ann, ("milk", None, None, None, False))


def test_two_presses_of_the_button_add_once(ann: Phone) -> None:
    field(ann).press_sequentially("milk")
    ann.page.locator(".add-bar button[type=submit]").dblclick()
    comes_to(ann, ("milk", None, None, None, False))


def test_shift_and_enter_begin_another_line(ann: Phone) -> None:
    field(ann).press_sequentially("milk")
    ann.page.keyboard.press("Shift+Enter")
    field(ann).press_sequentially("bread")
    expect(field(ann)).to_have_value("milk\nbread")
    assert rows(ann) == []
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator(".row-text")).to_have_text(["milk", "bread"])


def test_enter_that_ends_a_composed_word_adds_nothing(ann: Phone) -> None:
    field(ann).press_sequentially("nihon")
    field(ann).evaluate(COMPOSED_ENTER)
    expect(field(ann)).to_have_value("nihon")
    assert rows(ann) == []
    ann.page.keyboard.press("Enter")
    ann.sees("nihon")


# --- pasting ---


def test_many_pasted_lines_become_as_many_rows_in_their_order(ann: Phone) -> None:
    paste(ann, *FOURTEEN)
    button = ann.page.locator(".add-bar button[type=submit]")
    expect(button).to_have_text("Add 14")
    button.click()
    expect(ann.page.locator(".row-text")).to_have_text(FOURTEEN)
    expect(snack(ann)).to_contain_text("14 added")
    comes_to(ann, *((text, None, None, None, False) for text in FOURTEEN))
    undo(ann)
    expect(ann.page.locator(".row-text")).to_have_count(0)
    comes_to(ann)


def test_ticked_lines_come_ticked(ann: Phone) -> None:
    paste(ann, "- [ ] milk", "- [x] bread", "[X] tea")
    ann.page.keyboard.press("Enter")
    comes_to(
        ann,
        ("milk", None, None, None, False),
        ("bread", None, None, None, True),
        ("tea", None, None, None, True),
    )
    assert sorted(ann.shows()) == [Shown("bread", True), Shown("milk", False), Shown("tea", True)]


def test_a_list_that_was_copied_as_text_is_pasted_into_another_as_it_was(ann: Phone) -> None:
    items = ["Salt, fine", "Bread"]
    ann.call("lists.edit", list=ann.page.url[-36:], edits=[add(text) for text in items])
    ann.sees("Bread")
    ann.button("menu")
    ann.page.get_by_role("button", name="Copy as text").click()
    expect(ann.page.get_by_role("button", name="Copied")).to_be_visible()
    ann.go(f"/list/{ann.call('lists.create', title='Cellar')['list']['id']}")
    ann.fill("add", "")
    ann.page.keyboard.press("Control+V")
    ann.page.get_by_role("button", name="Add 2").click()
    for text in items:
        ann.sees(text)
    assert len(ann.shows()) == 2


def test_repeats_in_one_paste_are_one_item(ann: Phone) -> None:
    paste(ann, "milk", "2 milk", "bread", "Milk")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator(".row-text")).to_have_text(["milk", "bread"])
    expect(snack(ann)).to_have_count(0)
    comes_to(ann, ("milk", 4, None, None, False), ("bread", None, None, None, False))


def test_more_than_five_hundred_are_refused_and_their_text_is_kept(ann: Phone) -> None:
    letters = "abcdefghij"
    lines = [f"thing {a}{b}{c}" for a in "klmnop" for b in letters for c in letters][:501]
    paste(ann, *lines)
    expect(ann.page.get_by_role("alert")).to_contain_text("At most 500")
    ann.page.keyboard.press("Enter")
    ann.page.locator(".add-bar button[type=submit]").click()
    assert field(ann).input_value() == "\n".join(lines)
    assert rows(ann) == []
    field(ann).fill("\n".join(lines[1:]))
    expect(ann.page.get_by_role("alert")).to_have_count(0)
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator(".row-text")).to_have_count(500)
    expect(field(ann)).to_have_value("")


# --- what is there already ---


def test_an_item_that_is_there_counts_up_and_glows_and_can_be_taken_back(ann: Phone, bob: Phone) -> None:
    ann.add("milk")
    bob.sees("milk")
    ann.add("bread")
    ann.page.evaluate(LIT, "was-here")
    ann.add_amount("3 Milk")
    expect(snack(ann)).to_contain_text("milk was on the list: now 4")
    lit(ann, "milk")
    expect(bob.page.locator(".chip")).to_have_text("4")
    undo(ann)
    expect(ann.page.locator(".chip")).to_have_count(0)
    expect(snack(ann)).to_have_count(0)
    comes_to(ann, ("milk", None, None, None, False), ("bread", None, None, None, False))
    expect(bob.page.locator(".chip")).to_have_count(0)


def test_taking_back_leaves_what_others_added_meanwhile(ann: Phone, bob: Phone) -> None:
    ann.add("milk")
    bob.sees("milk")
    ann.add("milk")
    expect(bob.page.locator(".chip")).to_have_text("2")
    bob.add_amount("3 milk")
    expect(ann.page.locator(".chip")).to_have_text("5")
    undo(ann)
    comes_to(ann, ("milk", 4, None, None, False))


def test_a_bought_item_comes_back_with_the_amount_typed_and_goes_as_it_was(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    ann.change("Milk", quantity="5", unit="l")
    ann.page.get_by_role("checkbox", name="Milk").click()
    expect(ann.page.locator(".bought .row-text")).to_have_text(["Milk"])
    before = ("Milk", 5, "l", None, True)
    comes_to(ann, before)
    ann.add_amount("3 packs milk")
    expect(snack(ann)).to_contain_text("Milk is back on the list")
    expect(ann.page.locator(".bought .row-text")).to_have_count(0)
    comes_to(ann, ("Milk", 3, "pack", None, False))
    undo(ann)
    expect(ann.page.locator(".bought .row-text")).to_have_text(["Milk"])
    comes_to(ann, before)


# --- without network, and over a reload ---


def test_what_is_typed_and_not_added_is_there_after_a_reload(ann: Phone) -> None:
    field(ann).press_sequentially("2 kg pota")
    ann.page.reload()
    expect(field(ann)).to_have_value("2 kg pota")
    field(ann).press("End")
    field(ann).press_sequentially("toes")
    ann.page.keyboard.press("Enter")
    ann.sees("potatoes")
    ann.page.reload()
    ann.sees("potatoes")
    expect(field(ann)).to_have_value("")


def test_without_the_server_all_of_it_works_and_two_phones_agree_later(ann: Phone, bob: Phone, house: House) -> None:
    ann.add("milk")
    bob.sees("milk")
    ann.page.locator(".add-field").press("Escape")
    bob.page.locator(".add-field").click()
    for phone in (ann, bob):  # each has the reader of what is typed
        field(phone).fill("2 kg x")
        expect(understood(phone)).to_have_count(1)
        field(phone).fill("")
    with house.fallen():
        paste(ann, "2 kg potatoes", "milk", "[x] tea")
        ann.page.keyboard.press("Enter")
        bob.add("3 кг картошки")
        bob.add("milk")
        bob.add("milk")
        expect(ann.page.locator(".row-text")).to_have_count(3)
        expect(snack(bob)).to_contain_text("3")
        undo(bob)
        expect(bob.page.locator(".chip").get_by_text("2", exact=True)).to_be_visible()
    for phone in (ann, bob):
        expect(phone.page.locator(".row-text")).to_have_count(4)
    wait_for(lambda: ann.waiting() + bob.waiting(), [])
    assert sorted(stored(ann), key=str) == [
        ("milk", 3, None, None, False),
        ("potatoes", 2, "kg", None, False),
        ("tea", None, None, None, True),
        ("картошки", 3, "kg", None, False),
    ]
    assert sorted(rows(ann)) == sorted(rows(bob))


def test_the_field_stays_as_high_as_its_lines_when_the_button_beside_it_grows(ann: Phone) -> None:
    held: list[Route] = []
    ann.page.context.route("**/text.js", lambda route: held.append(route))
    ann.page.reload()
    field(ann).fill("2 kg carrots, milk 3.5% two bottles")
    come(ann.page, held)
    for route in held:
        route.continue_()
    expect(ann.page.get_by_role("button", name="Add 2")).to_be_visible()
    assert field(ann).evaluate("field => field.scrollHeight - field.clientHeight") == 0


def test_a_line_that_waits_for_its_reader_is_added_when_the_page_is_left(ann: Phone) -> None:
    held: list[Route] = []
    ann.page.context.route("**/text.js", lambda route: held.append(route))
    ann.page.reload()
    ann.add("milk x2")
    assert rows(ann) == [], "it waits"
    ann.page.reload()
    expect(ann.page.get_by_role("checkbox", name="milk x2", exact=True)).to_be_visible()
    expect(field(ann)).to_have_value("")
    comes_to(ann, ("milk x2", None, None, None, False))
    assert held


# --- what people write ---


@pytest.mark.parametrize("text", ["🍫", "👨‍👩‍👧‍👦 ice cream", "<b>bold</b>", "مرحبا", "Ё" * 400])
def test_whatever_people_write_comes_as_it_was_written(ann: Phone, bob: Phone, text: str) -> None:
    ann.add(text)
    bob.sees(text)
    comes_to(ann, (text, None, None, None, False))


def test_a_very_long_text_is_added_whole_and_breaks_nothing(ann: Phone) -> None:
    text = "Ж🍫" * 700
    ann.add(text)
    expect(ann.page.locator(".row-text")).to_have_count(1)
    assert ann.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wait_for(lambda: len(stored(ann)), 1)
    [(name, _, _, note, _)] = stored(ann)
    assert f"{name}{note}" == text
