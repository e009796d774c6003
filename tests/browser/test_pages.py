"""The pages on a phone: sheets and the way back from them, and lists as a whole."""

from playwright.sync_api import Route, expect

from tests.browser.conftest import PASSWORD, NewPhone, Phone
from tests.browser.steps import HOLD, come, held


def test_back_closes_the_sheet_and_stays_on_the_list(ann: Phone) -> None:
    address = ann.page.url
    ann.menu("members")
    expect(ann.page.get_by_role("dialog", name="Members")).to_be_visible()
    ann.page.go_back()
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    assert ann.page.url == address
    expect(ann.page.get_by_role("button", name="Menu")).to_be_visible()


def cut(route: Route) -> None:
    route.abort("connectionreset")


def test_a_first_visit_whose_parts_do_not_come_goes_on_by_itself_when_they_do(phone: NewPhone, ann: Phone) -> None:
    second = phone("Ann")
    second.call("accounts.sign_in", email=ann.email, password=PASSWORD)
    page = second.page
    page.route("**/list.en.json", cut)
    page.route("**/api/accounts.me", cut)
    page.goto(ann.page.url)
    expect(page.get_by_role("status")).to_have_text("No connection yet. This page opens as soon as there is one.")
    page.unroute("**/list.en.json")
    expect(page.get_by_text("The server does not answer. Try again.")).to_be_visible()
    page.unroute("**/api/accounts.me")
    expect(page.locator(".add-field")).to_be_visible()
    page.route("**/api/accounts.me", cut)
    second.go("/account")
    expect(page.get_by_text("The server does not answer. Try again.")).to_be_visible()
    page.unroute("**/api/accounts.me")
    expect(page.get_by_text("The server does not answer. Try again.")).to_have_count(0)


SLOW_BACK = """
const back = history.back.bind(history);
history.back = () => setTimeout(back, 300);
"""


def test_a_sheet_stays_that_is_opened_while_the_browser_still_goes_back_from_the_one_before(ann: Phone) -> None:
    ann.page.add_init_script(SLOW_BACK)
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    address = ann.page.url
    ann.page.reload()
    ann.more("Milk")
    ann.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    ann.more("Milk")
    ann.page.wait_for_timeout(600)
    expect(ann.page.get_by_role("dialog", name="Milk")).to_be_visible()
    ann.page.evaluate("history.__proto__.back.call(history)")
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    assert ann.page.url == address
    expect(ann.page.get_by_role("button", name="Menu")).to_be_visible()


def test_a_list_of_ones_own_is_deleted_at_once_and_comes_back_with_a_tap(ann: Phone) -> None:
    ann.page.get_by_role("button", name="Menu").click()
    ann.page.get_by_role("button", name="Delete", exact=True).click()
    ann.page.wait_for_url("**/list")
    place = ann.page.locator(".snacks[role=status]")
    expect(place).to_contain_text("“Groceries” is deleted")
    ann.page.get_by_role("button", name="Undo", exact=True).click()
    expect(ann.page.get_by_role("link", name="Groceries")).to_be_visible()
    expect(place).to_have_text("")
    assert place.count() == 1, "what is put into a place that was there is read aloud"


def test_among_all_lists_the_keyboard_goes_on_beside_what_left(ann: Phone) -> None:
    for title in ("Bakery", "Market"):
        ann.call("lists.create", title=title)
    ann.go("/list")
    page = ann.page
    expect(page.locator(".list-link")).to_have_count(3)
    titles = page.locator(".list-link .row-text").all_inner_texts()

    def chosen(title: str, deed: str) -> None:
        page.get_by_role("button", name=f"More: {title}").focus()
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_role("button", name=deed, exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)

    chosen(titles[0], "Delete")
    expect(page.get_by_role("link", name=titles[1])).to_be_focused()
    page.locator(".snack").get_by_role("button", name="Close").focus()
    page.wait_for_timeout(6500)
    page.keyboard.press("Enter")
    expect(page.locator(".snack")).to_have_count(0)
    expect(page.get_by_role("link", name=titles[1])).to_be_focused()
    chosen(titles[2], "Archive")
    expect(page.get_by_role("link", name=titles[1])).to_be_focused()
    page.get_by_text("Deleted · 1").click()
    chosen(titles[0], "Restore")
    expect(page.get_by_role("link", name=titles[0])).to_be_visible()
    assert page.evaluate("document.activeElement !== document.body")


def test_after_a_device_was_signed_out_the_keyboard_goes_on_with_the_next(ann: Phone, phone: NewPhone) -> None:
    for _ in range(2):
        other = phone("Ann")
        other.email = ann.email
        other.go("/account")
        other.sign_in()
        other.page.wait_for_url("**/list")
    ann.go("/account/security")
    ends = ann.page.locator("li.row").get_by_role("button")
    expect(ends).to_have_count(2)
    ann.page.keyboard.press("Tab")
    ann.page.wait_for_load_state("networkidle")
    ends.first.focus()
    ann.page.keyboard.press("Enter")
    expect(ends).to_have_count(1)
    expect(ends).to_be_focused()
    ann.page.keyboard.press("Enter")
    expect(ends).to_have_count(0)
    assert ann.page.evaluate("document.activeElement !== document.body")


def test_a_list_is_renamed_among_all(ann: Phone, bob: Phone) -> None:
    ann.go("/list")
    ann.page.get_by_role("button", name="More: Groceries").click()
    ann.page.get_by_role("button", name="Rename").click()
    ann.page.get_by_label("Title").fill("Food")
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_role("link", name="Food")).to_be_visible()
    expect(bob.page.get_by_role("heading", name="Food")).to_be_visible()


def test_members_show_as_initials_only_where_the_list_is_shared(ann: Phone, bob: Phone) -> None:
    circle = bob.page.get_by_role("button", name="Участники: Ann, Bob")
    expect(circle.locator(".initials")).to_have_text(["A", "B"])
    ann.call("lists.create", title="Alone")
    ann.go("/list")
    ann.page.get_by_role("link", name="Alone").click()
    expect(ann.page.get_by_role("heading", name="Alone")).to_be_visible()
    expect(ann.page.locator(".circle")).to_have_count(0)


def test_a_stranger_is_welcomed_and_whoever_is_signed_in_goes_on_with_the_last_list(
    phone: NewPhone, ann: Phone
) -> None:
    stranger = phone("Eve")
    refused: list[str] = []
    stranger.page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    stranger.go("/")
    expect(stranger.page.get_by_role("heading", name="Shopping lists")).to_be_visible()
    stranger.page.get_by_role("button", name="Русский").click()
    expect(stranger.page.get_by_role("link", name="Войти")).to_be_visible()
    stranger.page.get_by_role("link", name="Зарегистрироваться").click()
    expect(stranger.page.get_by_label("Имя", exact=True)).to_be_visible()
    assert refused == [], "a stranger's page asks nothing that is refused"

    expect(ann.page.get_by_role("heading", name="Groceries")).to_be_visible()
    last = ann.page.url
    ann.call("lists.create", title="Cottage")
    ann.go("/")
    ann.page.wait_for_url(last)
    ann.call("lists.delete", list=last[-36:])
    expect(ann.page.get_by_text("deleted")).to_be_visible()
    ann.go("/")
    ann.page.wait_for_url("**/list/*")
    expect(ann.page.get_by_role("heading", name="Cottage")).to_be_visible()


def test_colours_and_language_are_the_accounts_as_soon_as_they_are_chosen(ann: Phone) -> None:
    ann.go("/account")
    colours = ann.page.get_by_label("Colours")
    ann.page.route("**/api/accounts.update", lambda route: route.abort())
    colours.select_option("light")
    expect(ann.page.get_by_role("alert")).to_contain_text("does not answer")
    ann.page.unroute_all()
    colours.select_option("dark")
    expect(ann.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(ann.page.get_by_text("Saved")).to_be_visible()
    expect(ann.page.get_by_role("alert")).to_have_count(0)
    ann.page.get_by_label("Name", exact=True).fill("Anna")
    ann.page.get_by_label("Language").select_option("ru")
    expect(ann.page.get_by_label("Имя", exact=True)).to_have_value("Anna")
    user = ann.call("accounts.me")["user"]
    assert (user["theme"], user["language"], user["name"]) == ("dark", "ru", "Anna")


def test_of_two_choices_made_at_once_the_last_is_shown(ann: Phone) -> None:
    ann.go("/account")
    colours = ann.page.get_by_label("Colours")
    html = ann.page.locator("html")
    asked: list[Route] = []
    ann.page.route("**/api/accounts.update", lambda route: asked.append(route))
    colours.select_option("light")
    come(ann.page, asked)
    colours.select_option("dark")
    come(ann.page, asked, 2)
    with ann.page.expect_response("**/api/accounts.update"):
        asked[0].continue_()
    ann.page.wait_for_timeout(200)
    expect(html).to_have_attribute("data-theme", "dark")
    expect(colours).to_have_value("dark")
    with ann.page.expect_response("**/api/accounts.update"):
        asked[1].continue_()
    expect(ann.page.get_by_text("Saved")).to_be_visible()
    assert ann.call("accounts.me")["user"]["theme"] == "dark"


def test_haptics_are_the_devices_own(ann: Phone) -> None:
    ann.go("/account")
    switch = ann.page.get_by_role("checkbox", name="Vibrate")
    expect(switch).to_be_checked()
    switch.click()
    ann.page.reload()
    expect(switch).not_to_be_checked()


def test_a_password_is_changed_in_a_form_that_is_folded_before_and_after(ann: Phone) -> None:
    ann.go("/account")
    new = ann.page.get_by_label("New password")
    expect(ann.page.get_by_role("heading", name="Change the password")).to_be_visible()
    expect(new).to_be_hidden()
    summary = ann.page.locator("summary", has_text="Change the password")
    summary.click()
    ann.page.get_by_label("Password now").fill("wrong horse battery")
    new.fill("another horse battery")
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_role("alert")).to_be_visible()
    ann.page.get_by_label("Password now").fill(PASSWORD)
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_text("The password is changed.")).to_be_visible()
    expect(new).to_be_hidden()
    expect(summary).to_be_focused()
    ann.call("accounts.sign_in", email=ann.email, password="another horse battery")


def test_until_the_lists_are_read_grey_rows_stand_for_them(ann: Phone) -> None:
    held(ann, True)
    ann.page.add_init_script(HOLD)
    ann.go("/list")
    expect(ann.page.locator(".waiting .row")).to_have_count(6)
    ann.page.evaluate("localStorage.removeItem('test.held')")
    ann.page.reload()
    expect(ann.page.get_by_role("link", name="Groceries")).to_be_visible()
    expect(ann.page.locator(".waiting")).to_have_count(0)


def test_the_footer_of_a_short_page_follows_its_end(phone: NewPhone) -> None:
    eve = phone("Eve")
    eve.go("/account")
    expect(eve.page.get_by_role("button", name="I am new here")).to_be_visible()
    gap = """() => document.querySelector(".footer").getBoundingClientRect().top
        - document.querySelector(".card").getBoundingClientRect().bottom"""
    assert eve.page.evaluate(gap) <= 24


def test_a_stranger_registers_with_an_invitation_and_is_on_the_list(phone: NewPhone, ann: Phone) -> None:
    eve = phone("Eve")
    eve.go(f"/join/{invited_by(ann)}")
    eve.register()
    eve.page.wait_for_url("**/list/*")
    expect(eve.page.get_by_role("heading", name="Groceries")).to_be_visible()


def test_an_invitation_is_accepted_by_another_account_than_the_one_signed_in(phone: NewPhone, ann: Phone) -> None:
    eve = phone("Eve")
    eve.call("accounts.register", name="Eve", email=eve.email, password=PASSWORD, language="en")
    eve.call("accounts.sign_out")
    eve.call("accounts.register", name="Mallory", email=f"other-{eve.email}", password=PASSWORD, language="en")
    eve.go(f"/join/{invited_by(ann)}")
    expect(eve.page.get_by_role("button", name="Join as Mallory")).to_be_visible()
    eve.page.get_by_role("button", name="Use another account").click()
    eve.sign_in()
    eve.page.wait_for_url("**/list/*")
    members = ann.call("members.list", list=ann.page.url[-36:])["members"]
    assert [member["person"]["name"] for member in members] == ["Ann", "Eve"]


def test_a_dead_invitation_tells_a_stranger_so_and_shows_the_ways_on(phone: NewPhone) -> None:
    eve = phone("Eve")
    eve.go("/join/none")
    eve.register()
    expect(eve.page.get_by_text("This link leads nowhere")).to_be_visible()
    eve.page.get_by_role("link", name="Register").click()
    eve.register()
    eve.page.wait_for_url("**/list")


def invited_by(ann: Phone) -> str:
    """The code of a link to the list that Ann has open."""
    code: str = ann.call("members.invite", list=ann.page.url[-36:], role="editor", link=True)["code"]
    return code
