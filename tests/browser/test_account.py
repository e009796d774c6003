"""An account's own pages: its second factor, its devices, and its end; and the admin's."""

import io
import time
import zipfile
from pathlib import Path

import pyotp
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, House, NewPhone, Phone
from tests.clients.process import Process, create_admin


def sign_in_as(phone: Phone, email: str) -> None:
    """Fill the form of the page that is open, as far as the password leads."""
    phone.email = email
    phone.go("/account")
    phone.sign_in()


# --- the second factor ---------------------------------------------------------------------------------------------


def turn_on(phone: Phone) -> tuple[pyotp.TOTP, list[str]]:
    """The authenticator, as it read the picture, and the recovery codes."""
    phone.go("/account/security")
    with phone.page.expect_response("**/api/totp.begin") as begun:
        phone.page.get_by_role("button", name="Turn on").click()
    totp = pyotp.TOTP(begun.value.json()["secret"])
    picture = phone.page.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
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
