"""A device stays signed in, through lost answers, two tabs and months; and keeps its accounts apart."""

import time

import pytest
from playwright.sync_api import BrowserContext, Cookie, Page, expect

from tests.browser.conftest import PASSWORD, House, NewPhone, Phone
from tests.browser.steps import HOLD, copied, held, wait_for

DAY = 86_400


LOSE = """
const real = window.fetch;
let answers = 0;
window.fetch = async (address, options) => {
    const answer = await real(address, options);
    if (address === "/api/OPERATION" && ++answers === 1) throw new TypeError("the line broke");
    return answer;
};
"""


def lose_answers(page: Page, operation: str) -> list[int]:
    """The server does it, and a page's first answer gets lost. The statuses of all answers."""
    statuses: list[int] = []
    page.add_init_script(LOSE.replace("OPERATION", operation))
    page.on("response", lambda answer: statuses.append(answer.status) if answer.url.endswith(operation) else None)
    return statuses


def open_door(phone: Phone, *, newcomer: bool) -> None:
    phone.go("/account")
    button = phone.page.get_by_role("button", name="I am new here")
    expect(button).to_be_visible()
    if newcomer:
        button.click()


def test_registering_again_after_a_lost_answer_signs_in(phone: NewPhone) -> None:
    ann = phone("Ann")
    statuses = lose_answers(ann.page, "accounts.register")
    open_door(ann, newcomer=True)
    ann.register()
    expect(ann.page.get_by_role("alert")).to_contain_text("does not answer")
    ann.page.context.clear_cookies()  # with a lost answer goes its cookie
    ann.button("register")
    ann.page.wait_for_url("**/list")
    assert statuses == [200, 409]
    assert ann.call("accounts.me")["user"]["email"] == ann.email


def test_a_known_address_with_another_password_stays_a_conflict_and_leads_to_signing_in(phone: NewPhone) -> None:
    ann, thief = phone("Ann"), phone("Eve")
    ann.call("accounts.register", name="Ann", email=ann.email, password=PASSWORD, language="en")
    thief.email = ann.email
    open_door(thief, newcomer=True)
    thief.fill("name", "Eve")
    thief.fill("email", ann.email)
    thief.fill("password", "another password")
    thief.button("register")
    expect(thief.page.get_by_role("alert")).to_contain_text("already")
    thief.page.get_by_role("button", name="Sign in with this address").click()
    expect(thief.page.get_by_label("E-mail")).to_have_value(ann.email)
    expect(thief.page.get_by_label("Password", exact=True)).to_be_focused()
    thief.fill("password", "another password")
    thief.page.keyboard.press("Enter")
    expect(thief.page.get_by_role("alert")).to_be_visible()
    assert thief.page.url.endswith("/account")
    thief.fill("password", PASSWORD)
    thief.button("sign in")
    thief.page.wait_for_url("**/list")


def test_a_form_keeps_the_focus_while_it_is_sent_and_leads_to_what_is_wrong(phone: NewPhone) -> None:
    ann = phone("Ann")
    open_door(ann, newcomer=True)
    ann.fill("name", " ")
    ann.fill("email", ann.email)
    ann.fill("password", PASSWORD)
    button = ann.page.get_by_role("button", name="Register")
    ann.page.route("**/api/accounts.register", lambda route: route.abort())
    button.press("Enter")
    expect(ann.page.get_by_role("alert")).to_contain_text("does not answer")
    expect(button).to_be_focused()
    ann.page.unroute_all()
    button.press("Enter")
    expect(ann.page.get_by_label("Name", exact=True)).to_be_focused()


def test_signing_in_again_after_a_lost_answer_works(phone: NewPhone) -> None:
    ann = phone("Ann")
    ann.call("accounts.register", name="Ann", email=ann.email, password=PASSWORD, language="en")
    ann.page.context.clear_cookies()
    statuses = lose_answers(ann.page, "accounts.sign_in")
    open_door(ann, newcomer=False)
    ann.sign_in()
    expect(ann.page.get_by_role("alert")).to_contain_text("does not answer")
    ann.page.context.clear_cookies()
    ann.button("sign in")
    ann.page.wait_for_url("**/list")
    assert statuses == [200, 200]


def test_without_an_answer_nobody_is_asked_to_sign_in(phone: NewPhone) -> None:
    ann = phone("Ann")
    ann.call("accounts.register", name="Ann", email=ann.email, password=PASSWORD, language="en")
    ann.page.route("**/api/**", lambda route: route.abort())
    ann.go("/account")
    expect(ann.page.get_by_role("button", name="Try again")).to_be_visible()
    expect(ann.page.get_by_label("Password", exact=True)).to_have_count(0)
    expect(ann.page.get_by_role("group", name="Language")).to_have_count(0)
    ann.page.unroute_all()
    ann.button("retry")
    expect(ann.page.get_by_label("Name", exact=True)).to_have_value("Ann")


def test_without_an_answer_the_first_page_welcomes_nobody_as_a_stranger(phone: NewPhone) -> None:
    ann = phone("Ann")
    ann.call("accounts.register", name="Ann", email=ann.email, password=PASSWORD, language="en")
    ann.page.route("**/api/accounts.me", lambda route: route.abort())
    ann.go("/")
    expect(ann.page.get_by_role("button", name="Try again")).to_be_visible()
    expect(ann.page.get_by_role("link", name="Register")).to_have_count(0)
    ann.page.unroute_all()
    ann.button("retry")
    ann.page.wait_for_url("**/list")


def named(context: BrowserContext) -> list[Cookie]:
    """The cookie that holds the token; another says only that this browser signed in before."""
    return [cookie for cookie in context.cookies() if cookie["name"] == "shoplist"]


def test_the_cookie_of_a_page_that_only_uses_its_socket_is_renewed_every_day(ann: Phone) -> None:
    context = ann.page.context
    wait_for(lambda: ann.page.evaluate("Number(localStorage.getItem('shoplist.renewed')) > 0"), True)
    [cookie] = named(context)
    context.clear_cookies()
    context.add_cookies(
        [{"name": cookie["name"], "value": cookie["value"], "url": ann.url, "expires": time.time() + 20 * DAY}]
    )
    ann.page.reload()
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    assert named(context)[0]["expires"] < time.time() + 21 * DAY, "not more often than once a day"
    ann.page.evaluate("since => localStorage.setItem('shoplist.renewed', since)", (time.time() - 2 * DAY) * 1000)
    ann.page.reload()
    wait_for(lambda: named(context)[0]["expires"] > time.time() + 390 * DAY, True)


def test_tabs_of_a_device_that_was_signed_out_elsewhere_go_on_when_somebody_signs_in(
    ann: Phone, phone: NewPhone
) -> None:
    other = ann.page.context.new_page()
    other.goto(ann.page.url)
    ann.add("Milk")
    ann.sees("Milk")
    expect(other.locator(".row-text")).to_have_text(["Milk"])
    [device] = ann.call("tokens.list")["tokens"]
    ann.call("tokens.revoke", id=device["id"])
    for page in (ann.page, other):
        expect(page.get_by_text("This device was signed out from another one.")).to_be_visible()
    ann.add("Bread")
    expect(other.locator(".row-text")).to_have_text(["Milk", "Bread"])
    other.get_by_role("link", name="Sign in").click()
    second = Phone(other, ann.url, ann.name, ann.email, ann.words)
    second.sign_in()
    other.wait_for_url("**/list/*")
    expect(ann.page.get_by_text("signed out")).to_have_count(0)
    ann.has_on_the_server("Bread")


DEAF = "addEventListener('storage', (event) => event.stopImmediatePropagation(), { capture: true });"


def tab(phone: Phone, path: str, *, deaf: bool = False) -> Page:
    """Another tab of this browser; a deaf one never hears what the others did, as one that sleeps does not."""
    page = phone.page.context.new_page()
    if deaf:
        page.add_init_script(DEAF)
    page.goto(phone.url + path)
    return page


@pytest.mark.parametrize("deaf", [False, True])
def test_pages_of_whoever_was_signed_in_before_do_nothing_for_whoever_signs_in_next(
    phone: NewPhone, *, deaf: bool
) -> None:
    host, bob, ann = phone("Host"), phone("Bob"), phone("Ann")
    for person in (host, bob, ann):
        person.call("accounts.register", name=person.name, email=person.email, password=PASSWORD, language="en")
    party = host.call("lists.create", title="Party")["list"]["id"]
    code = host.call("members.invite", list=party, role="editor", link=True)["code"]

    account, security = tab(ann, "/account", deaf=deaf), tab(ann, "/account/security", deaf=deaf)
    invitation = tab(ann, f"/join/{code}", deaf=deaf)
    expect(account.get_by_text(ann.email)).to_be_visible()
    expect(security.get_by_role("button", name="Turn on")).to_be_visible()
    expect(invitation.get_by_role("button", name="Join as Ann")).to_be_visible()
    ann.go("/account")
    ann.page.get_by_role("button", name="Sign out", exact=True).click()
    bob.page = ann.page
    bob.sign_in()
    bob.page.wait_for_url("**/list")

    if deaf:
        account.get_by_label("Colours").select_option("dark")
        security.get_by_role("button", name="Turn on").click()
        invitation.get_by_role("button", name="Join as Ann").click()
    expect(account.get_by_text(bob.email)).to_be_visible()
    expect(account.get_by_text(ann.email)).to_have_count(0)
    expect(invitation.get_by_role("button", name="Join as Bob")).to_be_visible()
    expect(security.get_by_role("button", name="Turn on")).to_be_visible()
    assert bob.call("accounts.me")["user"]["theme"] == "auto"
    assert len(host.call("members.list", list=party)["members"]) == 1


def test_a_tab_that_waits_for_somebody_to_sign_in_goes_on_when_they_do_in_another(phone: NewPhone) -> None:
    ann = phone("Ann")
    ann.call("accounts.register", name="Ann", email=ann.email, password=PASSWORD, language="en")
    ann.page.context.clear_cookies()
    waiting = tab(ann, "/account?next=/account/security")
    expect(waiting.get_by_label("E-mail")).to_be_visible()
    ann.go("/account")
    ann.sign_in()
    waiting.wait_for_url("**/account/security")


def test_signing_out_with_edits_waiting_asks_and_another_never_sends_them(phone: NewPhone) -> None:
    ann = phone("Ann")
    ann.page.context.add_init_script(HOLD)
    ann.call("accounts.register", name="Ann", email=ann.email, password=PASSWORD, language="en")
    bob_email = f"bob-{ann.email}"
    list_id = ann.call("lists.create", title="Groceries")["list"]["id"]
    ann.go(f"/list/{list_id}")
    expect(ann.page.get_by_role("heading", name="Groceries")).to_be_visible()
    copied(ann)
    held(ann, True)
    ann.add("Secret present")
    ann.sees("Secret present")

    ann.go("/account")
    ann.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(ann.page.get_by_role("dialog")).to_contain_text("1 change was not sent yet")
    ann.page.route("**/api/accounts.sign_out", lambda route: route.abort())
    ann.button("sign out anyway")
    expect(ann.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("does not answer")
    ann.page.unroute_all()
    ann.button("sign out anyway")
    expect(ann.page.get_by_label("Password", exact=True)).to_be_visible()
    kept = ann.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('shoplist.'))")
    assert {key for key in kept if not key.startswith("shoplist.edit ")} <= {"shoplist.clock"}
    assert ann.page.evaluate(COPIES) == 0

    ann.call("accounts.register", name="Bob", email=bob_email, password=PASSWORD, language="en")
    ann.page.evaluate("localStorage.removeItem('test.held')")
    ann.go("/list")
    made = ann.call("lists.create", title="Bob's")["list"]["id"]
    ann.go(f"/list/{made}")
    ann.add("Beer")
    ann.has_on_the_server("Beer")
    ann.sees_not("Secret present")
    ann.go(f"/list/{list_id}")
    expect(ann.page.get_by_text("There is no such list")).to_be_visible()
    ann.sees_not("Secret present")

    ann.go("/account")
    ann.page.get_by_role("button", name="Sign out", exact=True).click()
    ann.sign_in()
    ann.page.wait_for_url("**/list")
    items = ann.call("lists.get", list=list_id)["items"]
    assert items == [] or [item["text"] for item in items] == ["Secret present"]
    wait_for(lambda: [item["text"] for item in ann.call("lists.get", list=list_id)["items"]], ["Secret present"])


COPIES = """new Promise((resolve) => {
    const opening = indexedDB.open("shoplist");
    opening.onsuccess = () => {
        const counting = opening.result.transaction("copies").objectStore("copies").count();
        counting.onsuccess = () => { resolve(counting.result); opening.result.close(); };
    };
})"""


def test_colours_chosen_in_another_tab_reach_the_pages_that_are_open(ann: Phone) -> None:
    other = ann.page.context.new_page()
    other.goto(ann.url + "/account")
    other.get_by_label("Colours").select_option("dark")
    expect(ann.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_colours_chosen_on_another_device_reach_a_page_with_its_next_connection(ann: Phone, house: House) -> None:
    ann.call("accounts.update", theme="dark")
    with house.fallen():
        pass
    expect(ann.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_device_without_a_name_has_one_among_the_devices(ann: Phone) -> None:
    for _ in range(3):
        ann.call("accounts.sign_in", email=ann.email, password=PASSWORD)
    ann.go("/account/security")
    others = ann.page.get_by_role("button", name="Sign out Chrome on Linux")
    expect(others).to_have_count(2)

    # One that was ended elsewhere meanwhile, and one whose button is pressed twice, are just gone.
    named = [
        one for one in ann.call("tokens.list")["tokens"] if one["name"] == "Chrome on Linux" and not one["current"]
    ]
    ann.call("tokens.revoke", id=named[-1]["id"])
    others.last.click()
    expect(others).to_have_count(1)
    others.first.dblclick()
    expect(others).to_have_count(0)
    ann.page.wait_for_load_state("networkidle")
    expect(ann.page.get_by_role("alert")).to_have_count(0)
