"""What a thumb, a mouse and a keyboard do to the rows of a list, while others edit it."""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.chromium import PATIENCE_MS
from tests.browser.conftest import House, NewPhone, Phone
from tests.browser.household import Member, Thing, edit, newcomer
from tests.browser.steps import HOLD_TIMERS, LIT, becomes, frames, hears, lit, wait_for

SINKS_AFTER_MS = 1200
UNTOUCHED = ("", "none")
SLOW_MOTION = """() => {
    const { animate } = Element.prototype;
    Element.prototype.animate = function (steps, how) {
        return animate.call(this, steps, { ...how, duration: 60_000 });
    };
}"""


@dataclass
class Thumb:
    """A list under a thumb."""

    phone: Phone
    list_id: str
    touch: CDPSession
    told: list[str]  # all that came by the page's web socket

    @property
    def page(self) -> Page:
        return self.phone.page

    def row(self, text: str) -> Locator:
        return self.page.locator(".item").filter(has=self.page.get_by_text(text, exact=True))

    def ring(self, text: str) -> Locator:
        return self.row(text).locator(".ring")

    def spot(self, text: str, across: float = 0.5) -> tuple[float, float]:
        box = self.row(text).bounding_box()
        assert box, f"{text} is not seen"
        return box["x"] + box["width"] * across, box["y"] + box["height"] / 2

    def move(self, x: float, y: float) -> None:
        self._send(("touchMove", (x, y)))

    def up(self) -> None:
        self._send(("touchEnd",))

    def _send(self, *events: tuple[Any, ...]) -> None:
        """All at once: waiting for each, as Playwright does, makes a short press a long one on a busy machine."""

        async def sent() -> None:
            touches = [{"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in at]} for kind, *at in events]
            send = self.touch._impl_obj.send
            await asyncio.gather(*(send("Input.dispatchTouchEvent", params=touch, timeout=None) for touch in touches))

        self.touch._sync(sent())

    def tap(self, text: str) -> None:
        self.tap_at(*self.spot(text))

    def tap_at(self, x: float, y: float) -> None:
        self._send(("touchStart", (x, y)), ("touchEnd",))

    @contextmanager
    def moving(self, text: str, by: tuple[float, float], across: float = 0.5) -> Iterator[tuple[float, float]]:
        """A press that goes so far at once, so that it is no long one; where it began."""
        x, y = self.spot(text, across)
        self._send(("touchStart", (x, y)), ("touchMove", (x + by[0], y + by[1])))
        yield x, y
        self.up()

    def swipe(self, text: str, by: float, across: float = 0.8) -> None:
        """To the right by so many pixels, to the left if negative."""
        with self.moving(text, (by / 10, 0), across) as (x, y):
            for step in range(2, 11):
                self.move(x + by * step / 10, y)

    def lift(self, text: str) -> tuple[float, float]:
        x, y = self.spot(text)
        self._send(("touchStart", (x, y)))
        expect(self.row(text)).to_have_class(re.compile("lifted"))
        return x, y

    def shows(self, *texts: str) -> None:
        """These are to buy, in this order."""
        expect(self.page.locator(".rows > ul .row-text")).to_have_text(list(texts))

    def shows_bought(self, *texts: str) -> None:
        expect(self.page.locator(".bought .row-text")).to_have_text(list(texts))

    def stored(self) -> dict[str, Any]:
        return {item["text"]: item for item in self.phone.call("lists.get", list=self.list_id)["items"]}

    def hears(self, *words: str) -> None:
        hears(self.page, self.told, *words)

    def stores(self, holds: Callable[[dict[str, Any]], bool]) -> None:
        end = time.monotonic() + PATIENCE_MS / 1000
        while not holds(self.stored()):
            assert time.monotonic() < end, f"not stored: {self.stored()}"


Make = Callable[..., Thumb]
TEN = tuple(f"Thing {number}" for number in range(10))


@pytest.fixture
def thumb(phone: NewPhone) -> Make:
    """Opens a list of these things on a phone of Ann's: ``thumb("Milk", "Bread")``."""

    def make(*things: str | Thing, language: str = "en") -> Thumb:
        ann = phone("Ann", language)
        ann.call("accounts.register", name="Ann", email=ann.email, password="correct horse battery", language="en")
        list_id = ann.call("lists.create", title="Groceries")["list"]["id"]
        wanted = [Thing(thing) if isinstance(thing, str) else thing for thing in things]
        ids = [edit("add")["id"] for _ in wanted]
        adds = [edit("add", item=one, **thing.fields()) for one, thing in zip(ids, wanted, strict=True)]
        ticked = [one for one, thing in zip(ids, wanted, strict=True) if thing.ticked]
        ann.call("lists.edit", list=list_id, edits=adds)
        for one in ticked:
            ann.call("lists.edit", list=list_id, edits=[edit("tick", item=one, ticked=True)])
        told = frames(ann.page)
        touch = ann.page.context.new_cdp_session(ann.page)
        touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 5})
        ann.go(f"/list/{list_id}")
        expect(ann.page.locator(".rows > ul .item")).to_have_count(len(wanted) - len(ticked))
        expect(ann.page.locator(".add-field")).to_be_visible()
        return Thumb(ann, list_id, touch, told)

    return make


def bob_on(house: House, ann: Thumb) -> Member:
    """Bob, who edits by the API, as fast as a test can."""
    bob = newcomer(house.here, "Bob", "en")
    invited = ann.phone.call("members.invite", list=ann.list_id, role="editor", link=True)
    bob.accept(invited["code"])
    return bob


# --- taps ---------------------------------------------------------------------------------------------------------


def test_ten_taps_in_two_seconds_tick_the_ten_that_were_under_the_finger_while_another_edits(
    house: House, thumb: Make
) -> None:
    ann = thumb(*TEN, *(f"Other {number}" for number in range(4)))
    bob = bob_on(house, ann)
    stored = ann.stored()
    first = stored["Thing 0"]["position"]
    ended = threading.Event()

    def edit_above() -> None:
        count = 0
        while not ended.is_set():
            above = {"text": f"Above {count}", "position": "Zz" + "1" * (count % 50 + 1)}
            bob.edit(ann.list_id, edit("add", item=edit("add")["id"], **above))
            if count < 3:
                other = stored[f"Other {count}"]["id"]
                bob.edit(
                    ann.list_id,
                    edit("remove", item=other) if count % 2 else edit("tick", item=other, ticked=True),
                )
            count += 1

    assert first > "Zz"
    spots = [ann.spot(text) for text in TEN]
    thread = threading.Thread(target=edit_above)
    ann.page.evaluate(HOLD_TIMERS, SINKS_AFTER_MS)
    for spot in spots:
        if spot == spots[-1]:
            ann.hears("Above")
        ann.tap_at(*spot)
        if spot == spots[0]:
            thread.start()
    ended.set()
    thread.join()
    assert ann.page.evaluate("endTimers()") == 1
    ann.stores(lambda items: all(items[text]["ticked"] for text in TEN))
    ticked = {text for text, item in ann.stored().items() if item["ticked"] and item["ticked_by"] != bob.id}
    assert ticked == set(TEN), "these and nothing else"
    expect(ann.page.locator(".rows > ul .item").filter(has_text="Thing")).to_have_count(0)
    expect(ann.page.locator(".rows > ul .item").filter(has_text="Above").first).to_be_visible()


def test_nothing_moves_beneath_a_finger_and_what_waited_comes_after_it(house: House, thumb: Make) -> None:
    ann = thumb("Milk", "Bread")
    bob = bob_on(house, ann)
    with ann.moving("Milk", (0, 30)):  # as if to scroll
        bob.edit(ann.list_id, edit("add", item=edit("add")["id"], text="Tea", position="Zz"))
        bob.edit(ann.list_id, edit("tick", item=ann.stored()["Bread"]["id"], ticked=True))
        ann.hears("Tea", '"ticked":true')
        ann.shows("Milk", "Bread")
        expect(ann.ring("Bread")).not_to_be_checked()
    ann.shows("Tea", "Milk")
    ann.shows_bought("Bread")


def test_the_systems_own_menu_holds_nothing_up(house: House, thumb: Make) -> None:
    ann = thumb("Milk", "Bread")
    bob = bob_on(house, ann)
    ann.page.mouse.move(*ann.spot("Milk"))
    # The menu takes the press: its end is not told to the page.
    ann.page.mouse.down(button="right")
    bob.edit(ann.list_id, edit("add", item=edit("add")["id"], text="Tea"))
    ann.shows("Milk", "Bread", "Tea")


def test_after_two_fingers_on_one_row_or_one_beside_it_the_screen_goes_on(house: House, thumb: Make) -> None:
    ann = thumb("Milk", "Bread")
    bob = bob_on(house, ann)
    ann.page.evaluate(
        """() => {
          const row = document.querySelector(".item");
          const finger = (identifier) => new Touch({ identifier, target: row, clientX: 100, clientY: 100 });
          const tell = (name, touches) => row.dispatchEvent(new TouchEvent(name, { touches, bubbles: true }));
          const [one, other] = [finger(1), finger(2)];
          tell("touchstart", [one]);
          tell("touchstart", [one, other]);
          tell("touchend", [other]);
          tell("touchend", []);
          // Another hand holds the phone where no rows are, and stays.
          const field = document.querySelector(".add-field");
          const foot = new Touch({ identifier: 3, target: field, clientX: 100, clientY: 700 });
          tell("touchstart", [one]);
          tell("touchend", [foot]);
        }"""
    )
    bob.edit(ann.list_id, edit("add", item=edit("add")["id"], text="Tea", position="Zz"))
    ann.shows("Tea", "Milk", "Bread")


def test_a_slip_is_undone_by_a_second_tap_and_all_that_was_ticked_sinks_together(thumb: Make) -> None:
    ann = thumb("Milk", "Bread", "Tea")
    ann.page.evaluate(HOLD_TIMERS, SINKS_AFTER_MS)
    for text in ("Milk", "Bread", "Milk"):
        ann.tap(text)
    expect(ann.ring("Bread")).to_be_checked()
    expect(ann.ring("Milk")).not_to_be_checked()
    ann.tap("Tea")
    ann.shows("Milk", "Bread", "Tea")
    assert ann.page.evaluate("endTimers()") == 1
    ann.shows("Milk")
    expect(ann.page.locator(".bought .row-text")).to_have_count(2)
    ann.tap("Bread")
    ann.shows("Milk", "Bread")


def test_every_click_of_a_double_click_counts(thumb: Make) -> None:
    ann = thumb("Milk", "Bread")
    ann.row("Milk").locator(".row-text").dblclick()
    expect(ann.ring("Milk")).not_to_be_checked()
    ann.row("Milk").locator(".row-text").click(click_count=3)
    expect(ann.ring("Milk")).to_be_checked()

    def ticks() -> int:
        history = ann.phone.call("lists.history", list=ann.list_id)["changes"]
        return sum(change["kind"] == "tick" for change in history)

    wait_for(ticks, 5)
    assert ann.stored()["Milk"]["ticked"]
    assert ann.page.evaluate("getSelection().toString()") == ""


def test_a_scroll_ticks_nothing(thumb: Make) -> None:
    ann = thumb(*(f"Thing {number}" for number in range(40)))
    with ann.moving("Thing 6", (0, -20)) as (x, y):
        for step in range(2, 16):
            ann.move(x, y - step * 20)
    becomes(ann.page, "scrollY > 100")
    expect(ann.page.locator(".ring:checked")).to_have_count(0)
    expect(ann.page.locator(".lifted")).to_have_count(0)


def test_what_comes_in_above_leaves_the_rows_in_view_where_they_are(house: House, thumb: Make) -> None:
    ann = thumb(*(f"Thing {number}" for number in range(40)))
    bob = bob_on(house, ann)
    ann.page.evaluate("scrollTo({ top: 900, behavior: 'instant' })")
    expect(ann.row("Thing 0")).not_to_be_in_viewport()
    before = ann.spot("Thing 20")
    for text in ("Tea", "Coffee"):
        bob.edit(ann.list_id, edit("add", item=edit("add")["id"], text=text, position="Zz" + text[0]))
    expect(ann.row("Coffee")).to_be_attached()
    assert ann.spot("Thing 20") == pytest.approx(before, abs=1)


# --- swipes -------------------------------------------------------------------------------------------------------


def test_a_swipe_to_the_left_removes_and_can_be_undone(thumb: Make) -> None:
    ann = thumb("Milk", "Bread")
    ann.swipe("Milk", -200)
    ann.shows("Bread")
    ann.page.get_by_role("button", name="Undo", exact=True).click()
    ann.shows("Milk", "Bread")
    expect(ann.ring("Milk")).not_to_be_checked()


def test_a_swiped_row_is_removed_also_where_the_page_is_left_at_once(thumb: Make) -> None:
    ann = thumb("Milk", "Bread")
    # Longer than it takes to leave: the slide is not seen to its end.
    ann.page.evaluate(SLOW_MOTION)
    ann.swipe("Milk", -200)
    ann.shows("Milk", "Bread")
    ann.phone.go("/account")
    ann.phone.go(f"/list/{ann.list_id}")
    ann.shows("Bread")
    ann.stores(lambda items: set(items) == {"Bread"})


@pytest.mark.parametrize(
    ("by", "across"), [(-110, 0.8), (200, 0.2), (-200, 0.999)], ids=["too short", "to the right", "from the edge"]
)
def test_a_swipe_that_is_none_springs_back(thumb: Make, by: float, across: float) -> None:
    ann = thumb("Milk", "Bread")
    ann.swipe("Milk", by, across)
    expect(ann.page.locator(".swiped")).to_have_count(0)
    ann.shows("Milk", "Bread")
    expect(ann.ring("Milk")).not_to_be_checked()
    assert ann.row("Milk").evaluate("row => row.style.transform") in UNTOUCHED
    assert set(ann.stored()) == {"Milk", "Bread"}


def test_behind_a_swiped_row_stands_what_it_does(thumb: Make) -> None:
    ann = thumb("Milk", "Bread")
    ground = ann.page.locator(".swipe-ground")
    expect(ground).to_be_hidden()
    with ann.moving("Bread", (-60, 0), 0.9) as (x, y):
        expect(ground).to_have_text("Remove")
        expect(ground).not_to_have_class(re.compile("enough"))
        ann.move(x - 200, y)
        expect(ground).to_have_class(re.compile("enough"))
        ann.move(x - 20, y)
        expect(ground).not_to_have_class(re.compile("enough"))
    expect(ground).to_be_hidden()
    ann.shows("Milk", "Bread")


# --- lifting ------------------------------------------------------------------------------------------------------


def test_a_long_press_lifts_a_row_which_is_dropped_between_others(thumb: Make) -> None:
    ann = thumb("Milk", "Bread", "Tea", "Eggs")
    x, y = ann.lift("Milk")
    for step in range(1, 11):
        ann.move(x, y + step * 13)
    ann.up()
    ann.shows("Bread", "Tea", "Milk", "Eggs")
    expect(ann.page.locator(".lifted, .ring:checked")).to_have_count(0)
    ann.stores(lambda items: items["Tea"]["position"] < items["Milk"]["position"] < items["Eggs"]["position"])
    ann.page.reload()
    ann.shows("Bread", "Tea", "Milk", "Eggs")


def test_at_the_edge_of_the_screen_the_list_scrolls_under_the_row(thumb: Make) -> None:
    ann = thumb(*(f"Thing {number}" for number in range(40)))
    x, _ = ann.lift("Thing 2")
    ann.move(x, 760)
    expect(ann.row("Thing 39")).to_be_in_viewport()
    ann.move(x, 780)
    expect(ann.row("Thing 39")).to_be_in_viewport(ratio=1)
    ann.up()
    texts = ann.page.locator(".rows > ul .row-text")
    wait_for(lambda: texts.all_text_contents().index("Thing 2") > 30, True)


@pytest.mark.parametrize("how", ["Escape", "cancel"])
def test_a_lifted_row_goes_back_when_it_is_given_up(thumb: Make, how: str) -> None:
    ann = thumb("Milk", "Bread", "Tea")
    x, y = ann.lift("Milk")
    ann.move(x, y + 100)
    if how == "Escape":
        ann.page.keyboard.press("Escape")
        ann.up()
    else:
        ann.touch.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
    expect(ann.page.locator(".lifted")).to_have_count(0)
    ann.shows("Milk", "Bread", "Tea")
    expect(ann.page.locator(".ring:checked")).to_have_count(0)


def test_a_mouse_drags_a_row_too(thumb: Make) -> None:
    ann = thumb("Milk", "Bread", "Tea")
    x, y = ann.spot("Tea")
    mouse = ann.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x, y - 20)
    expect(ann.row("Tea")).to_have_class(re.compile("lifted"))
    mouse.move(x, y - 120, steps=5)
    mouse.up()
    ann.shows("Tea", "Milk", "Bread")
    expect(ann.page.locator(".ring:checked")).to_have_count(0)


# --- quantities ---------------------------------------------------------------------------------------------------


def test_the_chip_opens_less_and_more_in_place(thumb: Make) -> None:
    ann = thumb(Thing("Milk", 2, "l"), "Bread")
    before = ann.spot("Bread")
    ann.row("Milk").get_by_role("button", name="2\u00a0l, change the quantity: Milk").click()
    stepper = ann.page.get_by_role("group", name="Quantity: Milk")
    assert ann.spot("Bread") == before, "nothing else moves"
    for _ in range(2):
        stepper.get_by_role("button", name="Less").click()
    expect(stepper.locator("output")).to_have_text("1\u00a0l")
    stepper.get_by_role("button", name="More").click()
    ann.stores(lambda items: items["Milk"]["quantity"] == 1.5)
    for button in stepper.get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert box["width"] >= 44
        assert box["height"] >= 44
    for _ in range(2):
        stepper.get_by_role("button", name="Less").click()
    expect(stepper.locator("output")).to_have_text("0.5\u00a0l")
    expect(stepper.get_by_role("button", name="Less")).to_have_attribute("aria-disabled", "true")
    ann.tap("Bread")
    expect(stepper).to_have_count(0)
    expect(ann.ring("Milk")).not_to_be_checked()


def test_the_stepper_closes_by_itself_and_is_there_for_the_keyboard(thumb: Make) -> None:
    ann = thumb(Thing("Eggs", 6), "Bread")
    chip = ann.row("Eggs").get_by_role("button", name="6, change")
    chip.focus()
    ann.page.keyboard.press("Enter")
    stepper = ann.page.get_by_role("group", name="Quantity: Eggs")
    expect(stepper.get_by_role("button", name="More")).to_be_focused()
    ann.page.keyboard.press("Enter")
    expect(stepper.locator("output")).to_have_text("7")
    ann.page.keyboard.press("Escape")
    expect(stepper).to_have_count(0)
    expect(ann.row("Eggs").locator(".chip-target")).to_be_focused()
    ann.page.keyboard.press("Enter")
    expect(stepper).to_be_visible()
    expect(stepper).to_have_count(0)


# --- bought -------------------------------------------------------------------------------------------------------


def test_of_what_is_bought_twenty_are_shown_the_newest_first_and_the_fold_is_remembered(thumb: Make) -> None:
    ann = thumb("Milk", *(Thing(f"Thing {number}", ticked=True) for number in range(23)))
    ann.shows_bought(*(f"Thing {number}" for number in range(22, 2, -1)))
    ann.page.get_by_role("button", name="Show all 23").click()
    expect(ann.page.locator(".bought .item")).to_have_count(23)
    ann.page.get_by_text("Bought · 23").click()
    expect(ann.page.locator(".bought .item").first).to_be_hidden()
    becomes(ann.page, "localStorage.getItem('shoplist.bought')")  # the browser tells a moment later
    ann.page.reload()
    expect(ann.page.get_by_text("Bought · 23")).to_be_visible()
    expect(ann.page.locator(".bought .item").first).to_be_hidden()
    ann.page.get_by_text("Bought · 23").click()
    ann.page.get_by_role("button", name="Clear", exact=True).click()
    expect(ann.page.locator(".bought")).to_have_count(0)
    ann.page.get_by_role("button", name="Undo", exact=True).click()
    expect(ann.page.locator(".bought .item")).to_have_count(20)


def test_clearing_leaves_what_was_unticked_just_now(thumb: Make) -> None:
    ann = thumb(Thing("Milk", ticked=True), Thing("Bread", ticked=True))
    ann.tap("Milk")
    ann.page.get_by_role("button", name="Clear", exact=True).click()
    ann.shows("Milk")
    ann.stores(lambda items: set(items) == {"Milk"})


# --- keys ---------------------------------------------------------------------------------------------------------


def test_all_of_it_from_the_keyboard(thumb: Make) -> None:
    ann = thumb("Milk", "Bread", "Tea")
    press = ann.page.keyboard.press
    press("ArrowDown")
    expect(ann.ring("Milk")).to_be_focused()
    press("Alt+ArrowDown")
    ann.shows("Bread", "Milk", "Tea")
    expect(ann.ring("Milk")).to_be_focused()
    press("ArrowDown")
    expect(ann.ring("Tea")).to_be_focused()
    press("Alt+ArrowUp")
    ann.shows("Bread", "Tea", "Milk")
    press("Space")
    expect(ann.ring("Tea")).to_be_checked()
    ann.shows("Bread", "Milk")
    expect(ann.ring("Milk")).to_be_focused()
    press("Delete")
    ann.shows("Bread")
    expect(ann.ring("Bread")).to_be_focused()
    press("Enter")
    expect(ann.page.get_by_role("dialog")).to_contain_text("Bread")
    press("Escape")
    press("?")
    expect(ann.page.get_by_role("dialog")).to_contain_text("Alt+↑")
    press("Escape")
    for rows in (("Bread", "Milk"), ("Bread", "Tea", "Milk"), ("Bread", "Milk", "Tea"), ("Milk", "Bread", "Tea")):
        press("Control+z")
        ann.shows(*rows)
    press("n")
    expect(ann.page.locator(".add-field")).to_be_focused()


def test_a_step_is_taken_back_without_the_network(house: House, thumb: Make) -> None:
    ann = thumb("Milk", "Bread")
    with house.fallen():
        ann.tap("Milk")
        ann.shows("Bread")
        ann.page.keyboard.press("Control+z")
        ann.shows("Milk", "Bread")
        ann.swipe("Bread", -250)
        ann.shows("Milk")
        ann.page.keyboard.press("Control+z")
        ann.shows("Milk", "Bread")
        expect(ann.page.get_by_role("button", name="Undo", exact=True)).to_have_count(0)
    expect(ann.page.locator(".notice")).to_have_count(0)
    assert not any(item["ticked"] or item["removed"] for item in ann.stored().values())


def test_a_screen_reader_hears_a_checkbox_with_all_that_matters_in_its_name(thumb: Make) -> None:
    ann = thumb(Thing("Milk", 2, "l", "low fat"))
    box = ann.page.get_by_role("list").get_by_role("checkbox", name="Milk, 2\u00a0l, low fat", exact=True)
    expect(box).not_to_be_checked()
    # As a screen reader does it: a click that no finger made.
    box.evaluate("box => box.click()")
    expect(box).to_be_checked()
    ann.stores(lambda items: bool(items["Milk"]["ticked"]))


def test_with_reduced_motion_rows_fade_and_do_not_glide(thumb: Make) -> None:
    ann = thumb("Milk", "Bread", "Tea")
    ann.page.emulate_media(reduced_motion="reduce")
    ann.page.evaluate("""() => {
        window.moved = [];
        const animate = Element.prototype.animate;
        Element.prototype.animate = function (frames, ...rest) {
            moved.push(JSON.stringify(frames));
            return animate.call(this, frames, ...rest);
        };
    }""")
    ann.tap("Milk")
    ann.shows("Bread", "Tea")
    becomes(ann.page, "moved.length")
    frames = ann.page.evaluate("moved")
    assert all("opacity" in frame and "transform" not in frame for frame in frames)


def test_a_new_item_of_another_glows_and_an_own_one_does_not(house: House, thumb: Make) -> None:
    ann = thumb("Milk")
    bob = bob_on(house, ann)
    ann.page.evaluate(LIT, "glowing")
    ann.phone.add("Mine")
    bob.add(ann.list_id, Thing("Tea"))
    lit(ann.phone, "Tea")
    expect(ann.row("Tea")).not_to_have_class(re.compile("glowing"))
    lit(ann.phone, "Tea")
