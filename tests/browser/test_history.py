"""The history of a list: who did what and when, taken back from any device, read on while others go on."""

import re
import uuid
from datetime import UTC, datetime

from playwright.sync_api import Locator, expect

from tests.browser.conftest import House, NewPhone, Phone
from tests.clients.bad_line import BadLine


def steps(phone: Phone) -> Locator:
    return phone.page.get_by_role("dialog").locator(".step")


def open_history(phone: Phone) -> None:
    phone.page.get_by_role("button", name=phone.words["menu"], exact=True).click()
    phone.page.get_by_role("button", name=re.compile("^(History|История)$")).click()
    expect(steps(phone).first).to_be_visible()


def edit(kind: str, **given: object) -> dict[str, object]:
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"id": str(uuid.uuid4()), "kind": kind, "at": at, **given}


def item_of(phone: Phone, text: str) -> str:
    items = phone.call("lists.get", list=phone.page.url[-36:])["items"]
    return str(next(item["id"] for item in items if item["text"] == text))


def test_a_change_is_told_with_what_it_was_and_undone_from_another_device(ann: Phone, bob: Phone) -> None:
    ann.add_amount("Milk x2")
    bob.sees("Milk")
    bob.change("Milk", quantity="3")
    open_history(ann)
    expect(steps(ann).first).to_contain_text("Bob changed Milk")
    expect(steps(ann).first).to_contain_text("Quantity: 2 → 3")
    expect(ann.page.get_by_role("heading", name="Today")).to_be_visible()
    ann.page.get_by_role("button", name="Undo: Bob changed Milk").click()
    expect(steps(ann).first).to_contain_text("Ann undid a step")
    expect(bob.page.get_by_role("checkbox", name=re.compile(r"^Milk, 2"))).to_be_visible()
    bob.add("חלב\u202e")
    expect(steps(ann).first).to_contain_text("Bob added \u2068חלב\u2069")


def test_a_step_that_nothing_is_left_of_says_so_in_its_place(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    ann.tick("Milk")
    ann.tick("Milk")
    open_history(ann)
    expect(steps(ann)).to_have_count(3)
    ann.page.get_by_role("button", name="Undo: Ann ticked Milk").click()
    expect(steps(ann).nth(1).get_by_role("status")).to_have_text("There is nothing left to put back.")
    expect(steps(ann)).to_have_count(3)


def test_pages_that_were_read_stay_while_another_goes_on(ann: Phone, bob: Phone) -> None:
    list_id = ann.page.url[-36:]
    adds = [edit("add", item=str(uuid.uuid4()), text=f"Thing {number}") for number in range(70)]
    ann.call("lists.edit", list=list_id, edits=adds)
    open_history(ann)
    expect(steps(ann)).to_have_count(50)
    ann.page.get_by_role("button", name="Earlier").click()
    expect(steps(ann)).to_have_count(70)
    bob.tick("Thing 7")
    expect(steps(ann).first).to_contain_text("Bob ticked Thing 7")
    expect(steps(ann)).to_have_count(71)
    expect(steps(ann).last).to_contain_text("Ann added Thing 0")
    expect(ann.page.get_by_role("button", name="Earlier")).to_have_count(0)


def test_whoever_may_only_look_reads_the_history_and_undoes_nothing(phone: NewPhone, ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    list_id = ann.page.url[-36:]
    code = ann.call("members.invite", list=list_id, role="viewer", link=True)["code"]
    eve = phone("Eve")
    eve.call("accounts.register", name="Eve", email=eve.email, password="correct horse battery", language="en")
    eve.call("members.accept", code=code)
    eve.go(f"/list/{list_id}")
    eve.sees("Milk")
    open_history(eve)
    expect(steps(eve).first).to_contain_text("Ann added Milk")
    expect(eve.page.get_by_role("button", name=re.compile("^Undo"))).to_have_count(0)


def test_without_network_what_was_read_before_is_shown(house: House, ann: Phone) -> None:
    with BadLine(house.netloc) as line:
        path = ann.page.url.removeprefix(ann.url)
        ann.add("Milk")
        ann.has_on_the_server("Milk")
        host = re.sub(r":\d+$", "", ann.url)
        ann.url = f"{host}:{line.netloc.rpartition(':')[2]}"
        ann.page.context.clear_cookies()
        ann.go("/account")
        ann.sign_in()
        ann.page.wait_for_url("**/list")
        ann.go(path)
        ann.sees("Milk")
        open_history(ann)
        ann.button("close")
        line.refuse()
        open_history(ann)
        expect(steps(ann).first).to_contain_text("Ann added Milk")
        expect(ann.page.get_by_text("Offline: this is what was read before.")).to_be_visible()
        expect(ann.page.get_by_role("button", name="Undo: Ann added Milk")).to_be_disabled()
