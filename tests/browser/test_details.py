"""The details of an item: what their fields say and take, and what becomes of them while others edit."""

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Phone

COMES_BACK_MS = 5000


def field(phone: Phone, word: str) -> Locator:
    return phone.page.get_by_role("dialog").get_by_label(word, exact=True).and_(phone.page.locator("input, textarea"))


def stored(phone: Phone, text: str) -> dict[str, object]:
    """The item of this text as the server has it; empty where it has none."""
    items = phone.call("lists.get", list=phone.page.url[-36:])["items"]
    return next((item for item in items if item["text"] == text), {})


def comes_to(phone: Phone, text: str, **wanted: object) -> None:
    """The server has this item soon with these fields."""

    def is_so() -> bool:
        return wanted.items() <= stored(phone, text).items()

    for _ in range(COMES_BACK_MS // 100):
        if is_so():
            return
        phone.page.wait_for_timeout(100)
    assert is_so(), stored(phone, text)


def test_a_number_of_four_digits_is_read_as_it_is_written(ann: Phone) -> None:
    ann.add("1500 nails")
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
