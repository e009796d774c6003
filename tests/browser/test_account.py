"""An account's own pages: its address, second factor, devices, forgotten password, and its end."""

import io
import re
import time
import zipfile
from pathlib import Path
from urllib.error import HTTPError

import pyotp
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, House, NewPhone, Phone
from tests.browser.household import Member
from tests.clients.process import Process, create_admin

LINK = r"/{}/([-_A-Za-z0-9]+)"


def sign_in_as(phone: Phone, email: str) -> None:
    """Fill the form of the page that is open, as far as the password leads."""
    phone.email = email
    phone.go("/account")
    phone.sign_in()


def ask_for_address(phone: Phone, email: str) -> None:
    phone.go("/account")
    phone.page.locator("summary", has_text="Change the address").click()
    phone.page.get_by_label("New e-mail").fill(email)
    phone.page.keyboard.press("Enter")
    expect(phone.page.get_by_label("Code from the mail")).to_be_visible()


# --- how someone is seen, and sees ---------------------------------------------------------------------------------


def test_a_choice_is_kept_while_the_name_is_being_typed_anew(ann: Phone) -> None:
    name = ann.call("accounts.me")["user"]["name"]
    ann.go("/account")
    ann.page.get_by_label("Name", exact=True).fill("")
    ann.page.get_by_label("Colours").select_option(label="Dark")
    expect(ann.page.get_by_text("Saved", exact=True)).to_be_visible()
    user = ann.call("accounts.me")["user"]
    assert (user["name"], user["theme"]) == (name, "dark")


# --- the address ---------------------------------------------------------------------------------------------------


def test_a_new_address_counts_once_the_code_from_its_mail_is_typed(ann: Phone, house: House) -> None:
    new = f"new-{ann.email}"
    ask_for_address(ann, new)
    expect(ann.page.get_by_text(f"Until then {ann.email} stays your address.")).to_be_visible()
    code = ann.page.get_by_label("Code from the mail")
    right = house.mailed(new, r"\b(\d{6})\b")
    code.fill("000000" if right != "000000" else "000001")
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_role("alert")).to_be_visible()
    assert ann.call("accounts.me")["user"]["email"] == ann.email
    code.fill(right)
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_text("The address is confirmed")).to_be_visible()
    expect(code).to_have_count(0)
    user = ann.call("accounts.me")["user"]
    assert (user["email"], user["email_verified"]) == (new, True)


def test_another_mail_carries_another_code(ann: Phone, house: House) -> None:
    new = f"new-{ann.email}"
    ask_for_address(ann, new)
    first = house.mailed(new, LINK.format("verify"))
    asked: list[str] = []
    ann.page.on("request", lambda request: asked.append(request.url))
    ann.page.get_by_role("button", name="Get a new code").dblclick()
    expect(ann.page.get_by_text("There is a new mail.")).to_be_visible()
    assert len([url for url in asked if "resend" in url]) == 1, "a second mail would take the first one's place"
    second = house.mailed(new, rf"/verify/(?!{first})([-_A-Za-z0-9]+)")
    ann.go(f"/verify/{first}")
    expect(ann.page.get_by_role("alert")).to_contain_text("no longer counts")
    ann.go(f"/verify/{second}")
    expect(ann.page.get_by_role("heading", name="Your address is confirmed")).to_be_visible()


def test_the_link_of_a_mail_confirms_an_address_on_any_device_and_opened_again_says_how_things_are(
    ann: Phone, phone: NewPhone, house: House
) -> None:
    new = f"new-{ann.email}"
    ask_for_address(ann, new)
    link = f"/verify/{house.mailed(new, LINK.format('verify'))}"
    elsewhere = phone("Eve")
    elsewhere.go(link)
    expect(elsewhere.page.get_by_role("heading", name="Your address is confirmed")).to_be_visible()
    ann.go(link)
    expect(ann.page.get_by_role("alert")).to_contain_text("no longer counts")
    expect(ann.page.get_by_text(f"The address of the account on this device, {new}, is confirmed.")).to_be_visible()
    elsewhere.page.reload()
    expect(elsewhere.page.get_by_role("alert")).to_contain_text("no longer counts")
    assert ann.call("accounts.me")["user"]["email"] == new


def test_nobody_is_told_that_anothers_dead_link_confirmed_an_address(ann: Phone, phone: NewPhone, house: House) -> None:
    bob = phone("Bob")
    bob.call("accounts.register", name="Bob", email=bob.email, password=PASSWORD, language="en")
    bob.go(f"/verify/{house.mailed(bob.email, LINK.format('verify'))}")
    expect(bob.page.get_by_role("heading", name="Your address is confirmed")).to_be_visible()
    his = bob.call("accounts.me")["user"]["email"]
    new = f"new-{ann.email}"
    ask_for_address(ann, new)
    dead = house.mailed(new, LINK.format("verify"))
    ann.page.get_by_role("button", name="Get a new code").click()
    expect(ann.page.get_by_text("There is a new mail.")).to_be_visible()
    for secret, says in ((dead, "no longer counts"), ("never-was-one", "leads nowhere")):
        bob.go(f"/verify/{secret}")
        expect(bob.page.get_by_role("alert")).to_contain_text(says)
        expect(bob.page.get_by_role("heading", name="Your address is confirmed")).to_have_count(0)
    bob.go(f"/verify/{dead}")
    expect(bob.page.get_by_text(f"The address of the account on this device, {his}, is confirmed.")).to_be_visible()
    assert ann.call("accounts.me")["user"]["email"] == ann.email


def test_the_secret_of_a_link_is_told_to_no_other_page(ann: Phone) -> None:
    told: list[str | None] = []
    ann.page.on("request", lambda request: told.append(request.headers.get("referer")))
    ann.go("/verify/some-secret")
    expect(ann.page.get_by_role("alert")).to_be_visible()
    assert told
    assert not any("some-secret" in (address or "") for address in told)


def test_where_mail_is_sent_a_newcomer_is_asked_for_the_code_of_a_mail(phone: NewPhone, tmp_path: Path) -> None:
    server = "127.0.0.1"  # where nobody takes it
    with Process(
        tmp_path / "data",
        tmp_path / "log",
        SMTP_HOST=server,
        SMTP_PORT="9",
        SMTP_TLS="none",
        SMTP_FROM="lists@example.org",
    ) as process:
        eve = phone("Eve")
        eve.url = process.url
        eve.call("accounts.register", name="Eve", email=eve.email, password=PASSWORD, language="en")
        eve.go("/account")
        expect(eve.page.get_by_text(f"We sent a mail to {eve.email}.")).to_be_visible()
        expect(eve.page.get_by_label("Code from the mail")).to_be_visible()
        eve.go("/reset")
        expect(eve.page.get_by_role("button", name="Send the mail")).to_be_visible()


def test_who_asks_for_too_many_mails_is_told_how_long_to_wait(phone: NewPhone, tmp_path: Path) -> None:
    with Process(tmp_path / "data", tmp_path / "log") as process:
        eve = phone("Eve")
        eve.url = process.url
        eve.call("accounts.register", name="Eve", email=eve.email, password=PASSWORD, language="en")
        ask_for_address(eve, f"new-{eve.email}")
        for _ in range(30):
            with eve.page.expect_response("**/api/accounts.resend_verification") as answer:
                eve.page.get_by_role("button", name="Get a new code").click()
            if answer.value.status == 429:
                break
        assert int(answer.value.headers["retry-after"]) > 60
        expect(eve.page.get_by_role("alert")).to_contain_text("minutes to wait.")


# --- a forgotten password ------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_set_anew_by_a_mail_and_ends_what_was_signed_in(
    ann: Phone, phone: NewPhone, house: House
) -> None:
    other = phone("Ann")
    other.go("/account")
    other.page.get_by_role("link", name="I forgot the password").click()
    other.fill("email", ann.email)
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_role("heading", name="Ask who runs this server")).to_be_visible()
    other.go(f"/reset/{house.mailed(ann.email, LINK.format('reset'))}")
    other.page.get_by_label("New password").fill("another horse battery")
    other.button("save")
    expect(other.page.get_by_role("heading", name="The password is changed")).to_be_visible()
    expect(ann.page.get_by_text("The password was changed on another device.")).to_be_visible()
    other.page.get_by_role("link", name="Sign in").click()
    other.email = ann.email
    other.sign_in()
    expect(other.page.get_by_role("alert")).to_be_visible()
    other.fill("password", "another horse battery")
    other.button("sign in")
    other.page.wait_for_url("**/list")


def test_an_address_that_nobody_has_is_told_the_same(phone: NewPhone) -> None:
    eve = phone("Eve")
    eve.go("/reset")
    eve.fill("email", "nobody@example.org")
    eve.page.keyboard.press("Enter")
    expect(eve.page.get_by_role("heading", name="Ask who runs this server")).to_be_visible()


# --- the second factor ---------------------------------------------------------------------------------------------


def turn_on(phone: Phone) -> tuple[pyotp.TOTP, list[str]]:
    """The authenticator, as it read the picture, and the recovery codes."""
    phone.go("/account/security")
    with phone.page.expect_response("**/api/totp.begin") as begun:
        phone.page.get_by_role("button", name="Turn on").click()
    totp = pyotp.TOTP(begun.value.json()["secret"])
    picture = phone.page.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth > 0")
    code = phone.page.get_by_label("Code", exact=True)
    code.fill("123")
    phone.page.keyboard.press("Enter")
    expect(phone.page.get_by_role("alert")).to_be_visible()
    code.fill(totp.now())
    phone.page.keyboard.press("Enter")
    shown = phone.page.locator(".codes li")
    expect(shown).to_have_count(10)
    codes = shown.all_inner_texts()
    phone.page.get_by_role("button", name="I have kept them").click()
    expect(phone.page.get_by_text("It is on.")).to_be_visible()
    expect(shown).to_have_count(0)
    return totp, codes


def test_with_a_second_factor_a_password_alone_opens_nothing(ann: Phone, phone: NewPhone) -> None:
    totp, codes = turn_on(ann)
    other = phone("Ann")
    sign_in_as(other, ann.email)
    code = other.page.get_by_label("Code", exact=True)
    expect(code).to_be_focused()
    code.fill("000000")
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_role("alert")).to_be_visible()
    code.fill(totp.at(int(time.time()) + 30))  # the one of now was used to turn it on
    other.page.keyboard.press("Enter")
    other.page.wait_for_url("**/list")

    for opens in (True, False):  # each recovery code works once
        lost = phone("Ann")
        sign_in_as(lost, ann.email)
        lost.page.get_by_role("button", name="I have no access to the app").click()
        lost.page.get_by_label("Recovery code").fill(codes[0])
        lost.page.keyboard.press("Enter")
        if opens:
            lost.page.wait_for_url("**/list")
        else:
            expect(lost.page.get_by_role("alert")).to_be_visible()


def test_the_second_factor_is_turned_off_with_the_password_and_a_code(ann: Phone, phone: NewPhone) -> None:
    _, codes = turn_on(ann)
    ann.page.locator("summary", has_text="Turn off").click()
    ann.fill("password", PASSWORD)
    ann.page.get_by_label("Code from the app, or a recovery code").fill(codes[0])
    ann.page.get_by_role("button", name="Turn off").click()
    expect(ann.page.get_by_role("button", name="Turn on")).to_be_visible()
    other = phone("Ann")
    sign_in_as(other, ann.email)
    other.page.wait_for_url("**/list")


# --- devices -------------------------------------------------------------------------------------------------------


def test_the_security_page_of_a_device_that_was_signed_out_leads_to_the_door(ann: Phone, phone: NewPhone) -> None:
    other = phone("Ann")
    sign_in_as(other, ann.email)
    other.page.wait_for_url("**/list")
    other.go("/account/security")
    expect(other.page.locator("li.row")).to_have_count(2)
    ann.call("tokens.revoke_others")
    other.page.get_by_role("button", name="Sign out all others").click()
    other.page.wait_for_url("**/account?next=*")
    other.sign_in()
    other.page.wait_for_url("**/account/security")


# --- programs ------------------------------------------------------------------------------------------------------


def make_token(phone: Phone, name: str, may: str) -> str:
    """Fill the form on the page that is open; the token as the page shows it."""
    phone.page.locator("summary", has_text="New token").click()
    phone.page.get_by_label("Name of the program").fill(name)
    phone.page.get_by_label("What it may do").select_option(may)
    phone.page.get_by_role("button", name="Make a token").click()
    expect(phone.page.get_by_role("heading", name=f"The token for “{name}”")).to_be_focused()
    return phone.page.get_by_label("Token", exact=True).input_value()


def status(member: Member, operation: str, **payload: object) -> int:
    """What the server answers the program that has this token."""
    try:
        member.call(operation, **payload)
    except HTTPError as refused:
        with refused:
            return refused.code
    return 200


def program_with(token: str, house: House) -> Member:
    return Member(house.process.url, "", "en", "", token)


def test_the_token_made_for_a_program_works_until_it_is_ended(ann: Phone, house: House) -> None:
    ann.go("/account/security")
    row = ann.page.locator("li", has_text="Kitchen display")
    program = program_with(make_token(ann, "Kitchen display", "Read and change"), house)
    expect(row).to_contain_text("may read and change")
    expect(row).to_contain_text("not used yet")
    expect(ann.page.get_by_role("button", name="Sign out Kitchen display")).to_have_count(0)
    assert status(program, "lists.create", title="By a program") == 200
    assert status(program, "tokens.list") == 403, "a program manages no tokens"

    ann.page.reload()
    expect(row).to_contain_text("last used")
    assert program.token not in ann.page.content()

    end = ann.page.get_by_role("button", name="End Kitchen display")
    end.click()
    ann.page.get_by_role("button", name="Cancel").click()
    assert status(program, "accounts.me") == 200, "asked, and thought better of"
    end.click()
    ann.page.locator(".asks").get_by_role("button", name="End Kitchen display").click()
    expect(row).to_have_count(0)
    assert status(program, "accounts.me") == 401


def test_a_program_that_may_only_read_changes_nothing(ann: Phone, house: House) -> None:
    ann.go("/account/security")
    reader = program_with(make_token(ann, "Reader", "Only read"), house)
    expect(ann.page.locator("li", has_text="Reader")).to_contain_text("may only read")
    assert status(reader, "lists.index") == 200
    assert status(reader, "lists.create", title="Mine") == 403


def test_the_token_of_a_program_is_copied_and_once_kept_is_shown_no_more(ann: Phone) -> None:
    ann.go("/account/security")
    token = make_token(ann, "Script", "Only read")
    expect(ann.page.get_by_text("it is not shown again")).to_be_visible()
    ann.page.get_by_role("button", name="Copy", exact=True).click()
    expect(ann.page.get_by_text("Copied")).to_be_visible()
    ann.page.get_by_role("button", name="I have kept it").click()
    expect(ann.page.get_by_label("Token", exact=True)).to_have_count(0)
    expect(ann.page.get_by_role("heading", name="Programs")).to_be_focused()
    ann.page.locator("summary", has_text="New token").click()
    ann.page.get_by_label("Name of the program").press("ControlOrMeta+V")
    expect(ann.page.get_by_label("Name of the program")).to_have_value(token)


def test_without_a_name_no_token_is_made_and_without_a_line_the_form_keeps_what_was_typed(ann: Phone) -> None:
    ann.go("/account/security")
    ann.page.locator("summary", has_text="New token").click()
    name = ann.page.get_by_label("Name of the program")
    name.fill(" ")
    make = ann.page.get_by_role("button", name="Make a token")
    make.click()
    expect(name).to_have_attribute("aria-invalid", "true")
    name.fill("Script")
    ann.page.context.set_offline(True)
    make.click()
    expect(ann.page.get_by_role("alert")).to_be_visible()
    expect(name).to_have_value("Script")
    ann.page.context.set_offline(False)
    make.click()
    expect(ann.page.get_by_role("heading", name="The token for “Script”")).to_be_visible()
    assert len(ann.call("tokens.list")["tokens"]) == 2


def test_a_token_is_shown_though_the_list_cannot_be_read_again(ann: Phone) -> None:
    ann.go("/account/security")
    expect(ann.page.get_by_role("heading", name="Programs")).to_be_visible()
    ann.page.route("**/api/tokens.list", lambda route: route.abort())
    assert make_token(ann, "Script", "Only read")
    expect(ann.page.get_by_role("alert")).to_be_visible()


def test_where_all_other_devices_are_signed_out_programs_are_told_to_be_out_too(
    ann: Phone, phone: NewPhone, house: House
) -> None:
    ann.go("/account/security")
    program = program_with(make_token(ann, "Script", "Only read"), house)
    warning = ann.page.get_by_text("Programs are signed out with them.")
    expect(warning).to_have_count(0)
    other = phone("Ann")
    sign_in_as(other, ann.email)
    other.page.wait_for_url("**/list")
    ann.page.reload()
    expect(warning).to_be_visible()
    ann.page.get_by_role("button", name="Sign out all others").click()
    expect(ann.page.get_by_role("button", name="End Script")).to_have_count(0)
    assert status(program, "accounts.me") == 401


# --- the end -------------------------------------------------------------------------------------------------------


def test_all_of_ones_own_is_taken_along_in_one_file(ann: Phone, tmp_path: Path) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    ann.go("/account")
    with ann.page.expect_download() as begun:
        ann.page.get_by_role("button", name="Download my data").click()
    begun.value.save_as(tmp_path / "mine.zip")
    expect(ann.page.get_by_text("The download has begun.")).to_be_visible()
    with zipfile.ZipFile(io.BytesIO((tmp_path / "mine.zip").read_bytes())) as file:
        everything = b"".join(file.read(name) for name in file.namelist())
    assert b"Milk" in everything
    assert ann.email.encode() in everything


def test_an_account_is_deleted_with_its_password_and_nothing_of_it_stays_on_the_device(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    ann.go("/account")
    ann.page.get_by_role("button", name="Delete my account").click()
    dialog = ann.page.get_by_role("dialog")
    dialog.get_by_label("Password").fill("wrong horse battery")
    dialog.get_by_role("button", name="Delete for good").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Delete for good").click()
    expect(ann.page.get_by_text("The account is deleted.")).to_be_visible()
    kept = ann.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('shoplist.'))")
    assert set(kept) <= {"shoplist.clock", "shoplist.language"}
    ann.sign_in()
    expect(ann.page.get_by_role("alert")).to_be_visible()


def test_a_blocked_account_is_out_at_once_and_cannot_come_back(ann: Phone, phone: NewPhone, house: House) -> None:
    admin = phone("Admin")
    assert create_admin(house.process, admin.email, admin.name, PASSWORD).returncode == 0
    sign_in_as(admin, admin.email)
    admin.page.wait_for_url("**/list")
    ann.call("accounts.update", name=f"Ann {ann.email}")
    admin.go("/admin")
    block = admin.page.get_by_role("button", name=f"Block Ann {ann.email}")
    more = admin.page.get_by_role("button", name="Show more")
    expect(admin.page.get_by_role("heading", name="Users")).to_be_visible()
    while block.count() == 0:
        before = admin.page.locator("li > .row").count()
        more.click()
        expect(admin.page.locator("li > .row").nth(before)).to_be_visible()
    block.click()
    admin.page.locator(".asks").get_by_role("button", name=f"Block Ann {ann.email}").click()
    expect(ann.page.get_by_text("The account is blocked.")).to_be_visible()
    ann.page.get_by_role("link", name="Sign in").click()
    ann.sign_in()
    expect(ann.page.get_by_role("alert")).to_contain_text("blocked")
    admin.page.get_by_role("button", name=f"Unblock Ann {ann.email}").click()
    expect(block).to_be_visible()
    ann.button("sign in")
    ann.page.wait_for_url("**/list/*")


# --- the admin -----------------------------------------------------------------------------------------------------


def test_the_admin_is_led_to_users_and_alerts_and_nobody_else_sees_them(
    ann: Phone, phone: NewPhone, house: House
) -> None:
    ann.go("/account")
    expect(ann.page.get_by_role("link", name="Security and devices")).to_be_visible()
    expect(ann.page.get_by_role("link", name="Users and alerts")).to_have_count(0)
    ann.go("/admin")
    expect(ann.page.get_by_role("alert")).to_contain_text("Only an admin")
    admin = phone("Admin")
    assert create_admin(house.process, admin.email, admin.name, PASSWORD).returncode == 0
    sign_in_as(admin, admin.email)
    admin.page.wait_for_url("**/list")
    admin.go("/account")
    admin.page.get_by_role("link", name="Users and alerts").click()
    expect(admin.page.get_by_role("heading", name="Alerts")).to_be_visible()
    expect(admin.page.get_by_role("heading", name="No mail is sent")).to_be_visible()
    numbers = admin.page.get_by_role("table")
    for name, shown in (("Accounts", r"[1-9]\d*"), ("Free on the disk", r"[\d.,]+ [kMGT]B"), ("Version", r"\d+\..+")):
        row = numbers.get_by_role("row", name=name)
        expect(row.get_by_role("rowheader")).to_have_text(name)
        expect(row.get_by_role("cell")).to_have_text(re.compile(f"^{shown}$"))


def test_where_only_the_invited_register_no_form_leads_to_a_refusal(phone: NewPhone, tmp_path: Path) -> None:
    with Process(tmp_path / "data", tmp_path / "log", REGISTRATION="invitation") as process:
        eve = phone("Eve")
        eve.url = process.url
        eve.go("/")
        expect(eve.page.get_by_role("link", name="Sign in")).to_be_visible()
        expect(eve.page.get_by_role("link", name="Register")).to_have_count(0)
        eve.go("/account#register")
        expect(eve.page.get_by_role("button", name="Sign in")).to_be_visible()
        expect(eve.page.get_by_role("button", name="I am new here")).to_have_count(0)
        expect(eve.page.get_by_text("You need an invitation.")).to_be_visible()
        eve.go("/join/some-code")
        expect(eve.page.get_by_role("button", name="Register")).to_be_visible()
