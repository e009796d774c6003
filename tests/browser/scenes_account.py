"""The scenes of an account: its door, its settings and devices, what mails lead to, and the admin's page."""

import pyotp
from playwright.sync_api import expect

from tests.browser.scene import scene
from tests.browser.stage import Stage

# --- the door ------------------------------------------------------------------------------------------------------


@scene("A stranger at the first page.", main=True)
def welcome(stage: Stage) -> None:
    stage.go("/")
    stage.sees_word("account.sign_in")


@scene("Registering with an address that is known already.")
def register(stage: Stage) -> None:
    stage.go("/account")
    stage.press("account.need_one")
    stage.field("account.name").fill(stage.me.name)
    stage.field("account.email").fill(stage.me.email)
    stage.field("account.password").fill("another horse battery")
    stage.press("account.register")
    expect(stage.page.get_by_role("alert")).to_be_visible()


@scene("Signing in with a wrong password.", main=True)
def sign_in(stage: Stage) -> None:
    stage.go("/account")
    stage.field("account.email").fill(stage.me.email)
    stage.field("account.password").fill("wrong horse battery")
    stage.press("account.sign_in")
    expect(stage.page.get_by_role("alert")).to_be_visible()


@scene("The account.", main=True)
def account(stage: Stage) -> None:
    stage.sign_in()
    stage.go("/account")
    stage.sees_word("account.data")


@scene("The form for another password, opened.")
def account_password(stage: Stage) -> None:
    stage.sign_in()
    stage.go("/account")
    stage.page.locator("summary").get_by_text(stage.word("account.change_password")).click()
    stage.field("account.new_password").scroll_into_view_if_needed()


@scene("A new address waits to be confirmed, and the code was not right.", main=True)
def account_address(stage: Stage) -> None:
    stage.me.call("accounts.update", email=f"new.{stage.me.email}")
    stage.sign_in()
    stage.go("/account")
    stage.field("account.mail_code").fill("000000")
    stage.press("account.confirm_address")
    expect(stage.page.get_by_role("alert")).to_be_visible()


@scene("Deleting the account asks first, and for the password.")
def account_delete(stage: Stage) -> None:
    stage.sign_in()
    stage.go("/account")
    stage.press("account.delete")
    expect(stage.page.locator("dialog[open]")).to_be_visible()


@scene("After the account was deleted.")
def account_deleted(stage: Stage) -> None:
    stage.go("/account?why=deleted")
    stage.sees_word("signed_out.deleted")


@scene("Signing out while an edit waits asks first.")
def sign_out_asks(stage: Stage) -> None:
    list_id = stage.household()
    stage.open(list_id)
    stage.sees(stage.item(0))
    stage.line.stall_live()
    stage.type_item({"en": "Pineapple", "ru": "Ананас"}[stage.language])
    stage.page.wait_for_timeout(300)  # no thumb leaves a page within the same frame
    stage.go("/account")
    stage.page.get_by_role("button", name=stage.word("account.sign_out"), exact=True).last.click()
    expect(stage.page.locator("dialog[open]")).to_be_visible()


# --- a second factor, devices, what mails lead to -------------------------------------------------------------------


def with_second_factor(stage: Stage) -> list[str]:
    """The account has one from now on; its recovery codes."""
    secret = stage.me.call("totp.begin")["secret"]
    codes: list[str] = stage.me.call("totp.confirm", code=pyotp.TOTP(secret).now())["recovery_codes"]
    return codes


@scene("Security, of someone with two devices.", main=True)
def security(stage: Stage) -> None:
    stage.me.call("accounts.sign_in", email=stage.me.email, password="correct horse battery", device="Firefox, Windows")
    stage.sign_in()
    stage.go("/account/security")
    stage.sees_word("account.end_others")


@scene("Programs, and the token that was made for another.", main=True)
def programs(stage: Stage) -> None:
    names = {"en": ("Kitchen display", "Home Assistant"), "ru": ("Экран на кухне", "Home Assistant")}[stage.language]
    stage.me.call("tokens.create", name=names[0], scopes=["read"])
    stage.sign_in()
    stage.go("/account/security")
    make_token(stage, names[1])
    stage.sees_word("programs.both")
    stage.button("programs.kept").scroll_into_view_if_needed()


@scene("A token for a program is about to be made.")
def programs_new(stage: Stage) -> None:
    stage.sign_in()
    stage.go("/account/security")
    stage.page.locator("summary").get_by_text(stage.word("programs.new")).click()
    stage.button("programs.make").scroll_into_view_if_needed()


@scene("Ending the token of a program asks first.")
def programs_end(stage: Stage) -> None:
    stage.me.call("tokens.create", name="Home Assistant", scopes=["read", "write"])
    stage.sign_in()
    stage.go("/account/security")
    stage.press("programs.end_which", name="Home Assistant")
    stage.button("do.cancel").scroll_into_view_if_needed()


def make_token(stage: Stage, name: str) -> None:
    """For a program that may read and change."""
    stage.page.locator("summary").get_by_text(stage.word("programs.new")).click()
    stage.field("programs.name").fill(name)
    stage.page.get_by_label(stage.word("programs.may")).select_option("write")
    stage.press("programs.make")
    expect(stage.field("programs.token")).to_be_visible()


@scene("A second factor is being set up.", main=True)
def totp_begin(stage: Stage) -> None:
    stage.sign_in()
    stage.go("/account/security")
    stage.press("totp.begin")
    expect(stage.page.locator("img.qr")).to_be_visible()
    stage.page.locator("summary").first.click()


@scene("The recovery codes.", main=True)
def totp_codes(stage: Stage) -> None:
    stage.sign_in()
    stage.go("/account/security")
    with stage.page.expect_response("**/api/totp.begin") as begun:
        stage.press("totp.begin")
    stage.field("code.totp").fill(pyotp.TOTP(begun.value.json()["secret"]).now())
    stage.press("totp.confirm")
    expect(stage.page.locator(".codes li")).to_have_count(10)


@scene("The second factor is on; the form to turn it off, opened.")
def totp_on(stage: Stage) -> None:
    with_second_factor(stage)
    stage.sign_in()
    stage.go("/account/security")
    stage.page.locator("summary").first.click()
    expect(stage.field("totp.code_or_recovery")).to_be_visible()


@scene("Signing in with a second factor, and a code that is wrong.", main=True)
def sign_in_totp(stage: Stage) -> None:
    with_second_factor(stage)
    second_factor(stage)
    stage.field("code.totp").fill("000000")
    stage.press("account.sign_in")
    expect(stage.page.get_by_role("alert")).to_be_visible()


@scene("Signing in with a recovery code.")
def sign_in_recovery(stage: Stage) -> None:
    with_second_factor(stage)
    second_factor(stage)
    stage.press("code.use_recovery")
    expect(stage.field("code.recovery")).to_be_visible()


def second_factor(stage: Stage) -> None:
    """The password was right, and the code is asked for."""
    stage.go("/account")
    stage.field("account.email").fill(stage.me.email)
    stage.field("account.password").fill("correct horse battery")
    stage.press("account.sign_in")
    expect(stage.field("code.totp")).to_be_visible()


@scene("The link of a mail confirmed the address.")
def verify(stage: Stage) -> None:
    email = f"new.{stage.me.email}"
    stage.me.call("accounts.update", email=email)
    stage.go(f"/verify/{stage.mailed(email, r'/verify/([-_A-Za-z0-9]+)')}")
    stage.sees_word("verify.done")


@scene("A link to confirm an address that leads nowhere.")
def verify_dead(stage: Stage) -> None:
    stage.go("/verify/none")
    stage.sees_word("verify.unknown")


@scene("Asking for a mail, as the password is forgotten.", main=True)
def reset(stage: Stage) -> None:
    stage.go("/reset")
    expect(stage.field("account.email")).to_be_visible()


@scene("The mail is on its way, if there is such an account.")
def reset_asked(stage: Stage) -> None:
    stage.go("/reset")
    stage.field("account.email").fill(stage.me.email)
    stage.press("reset.make")
    stage.sees_word("reset.asked_by_hand")


@scene("The link of a mail leads to a new password.", main=True)
def reset_set(stage: Stage) -> None:
    stage.go("/reset/some-token")
    expect(stage.field("account.new_password")).to_be_visible()


@scene("The new password is set.")
def reset_done(stage: Stage) -> None:
    stage.me.call("accounts.request_reset", email=stage.me.email)
    stage.go(f"/reset/{stage.mailed(stage.me.email, r'/reset/([-_A-Za-z0-9]+)')}")
    stage.field("account.new_password").fill("another horse battery")
    stage.press("do.save")
    stage.sees_word("reset.done")


@scene("A link to a new password that leads nowhere.")
def reset_dead(stage: Stage) -> None:
    stage.go("/reset/none")
    stage.field("account.new_password").fill("another horse battery")
    stage.press("do.save")
    stage.sees_word("reset.unknown")


@scene("The admin's page.", main=True)
def admin(stage: Stage) -> None:
    stage.sign_in(stage.admin)
    stage.go("/admin")
    stage.sees_word("admin.users")


@scene("Blocking an account asks first.")
def admin_block(stage: Stage) -> None:
    assert stage.other.id
    stage.sign_in(stage.admin)
    stage.go("/admin")
    stage.page.locator("li button.danger").first.click()
    stage.sees_word("do.cancel")


@scene("The admin's page, to somebody else.")
def admin_refused(stage: Stage) -> None:
    stage.sign_in()
    stage.go("/admin")
    expect(stage.page.get_by_role("alert")).to_be_visible()
