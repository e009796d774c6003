"""Every page in every state that a person can meet: a name, a sentence, and what brings a page there.

Nothing is pretended: offline is a line that was cut, refused is what the server refused, gone is what someone deleted.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pyotp
from playwright.sync_api import expect

from tests.browser.household import LONG, NAMES, TITLES, WEEKLY, Thing, all_bought, edit, half_bought, many
from tests.browser.stage import SIZES, Stage

Play = Callable[[Stage], None]
ALPHABET = "abcdefghijklmnopqrstuvw"
WEIGHT_REFUSED = "2000000"  # more than an item may count


@dataclass(frozen=True)
class Scene:
    name: str
    says: str
    play: Play
    main: bool  # one of those that are also looked at with text of twice the size


SCENES: dict[str, Scene] = {}


def scene(says: str, *, main: bool = False) -> Callable[[Play], Play]:
    """Enter a function among the scenes, under its own name."""

    def entered(play: Play) -> Play:
        name = play.__name__.replace("_", "-")
        SCENES[name] = Scene(name, says, play, main)
        return play

    return entered


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


@scene("A second factor is being set up.", main=True)
def totp_begin(stage: Stage) -> None:
    stage.sign_in()
    stage.go("/account/security")
    stage.press("totp.begin")
    expect(stage.page.locator("img.qr")).to_be_visible()
    stage.page.locator("summary").click()


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
    stage.page.locator("summary").click()
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


# --- all lists -----------------------------------------------------------------------------------------------------


@scene("A newcomer without a list.", main=True)
def lists_none(stage: Stage) -> None:
    stage.sign_in()
    stage.go("/list")
    stage.sees_word("lists.empty")


@scene("Lists that take long to come, on a device that never saw them.")
def lists_loading(stage: Stage) -> None:
    stage.household()
    stage.line.stall_live()
    stage.go("/list")
    expect(stage.page.locator(".waiting").first).to_be_visible()
    stage.page.wait_for_timeout(300)


@scene("A few lists.", main=True)
def lists(stage: Stage) -> None:
    stage.household(half_bought(WEEKLY[stage.language]))
    stage.go("/list")
    stage.sees(TITLES[stage.language][3])


@scene("Archived and deleted lists, both opened.")
def lists_folded(stage: Stage) -> None:
    for title in TITLES[stage.language][:2]:
        stage.me.call("lists.archive", list=stage.me.make_list(title), archived=True)
    for title in TITLES[stage.language][2:]:
        stage.me.call("lists.delete", list=stage.me.make_list(title))
    stage.household()
    stage.go("/list")
    for key in ("lists.archived", "lists.deleted"):
        stage.page.locator("summary").get_by_text(stage.word(key)).click()
    expect(stage.page.locator("details[open]:visible")).to_have_count(2)


@scene("The menu of a list among all lists.")
def lists_menu(stage: Stage) -> None:
    stage.household()
    stage.go("/list")
    stage.press("do.more", name=TITLES[stage.language][0])
    expect(stage.page.locator("dialog[open]")).to_be_visible()


# --- one list ------------------------------------------------------------------------------------------------------


@scene("A list that takes long to come, on a device that never saw it.")
def list_loading(stage: Stage) -> None:
    list_id = stage.household()
    stage.line.stall_live()
    stage.go(f"/list/{list_id}")
    expect(stage.add_field()).to_be_visible()
    stage.page.wait_for_timeout(300)


@scene("A new list.", main=True)
def list_empty(stage: Stage) -> None:
    stage.open(stage.household(()))
    stage.sees_word("list.empty")


@scene("A list of which half is bought, by two people.", main=True)
def list_half_bought(stage: Stage) -> None:
    list_id = stage.household(WEEKLY[stage.language])
    stage.invite(list_id, stage.other)
    items = [stage.me.items[thing.text] for thing in WEEKLY[stage.language]]
    stage.other.edit(list_id, edit("tick", items=items[1::2], ticked=True))
    stage.open(list_id)
    stage.sees(stage.item(0))


@scene("A list of which all is bought.")
def list_all_bought(stage: Stage) -> None:
    stage.open(stage.household(all_bought(WEEKLY[stage.language])))
    stage.sees(stage.item(0))


@scene("A list of sixty items, scrolled to its middle.")
def list_long(stage: Stage) -> None:
    things = many(stage.language)
    stage.open(stage.household(things))
    stage.page.get_by_text(things[30].text, exact=True).first.scroll_into_view_if_needed()


@scene("Items with long texts, addresses, large numbers and emoji.", main=True)
def list_long_texts(stage: Stage) -> None:
    stage.open(stage.household(LONG[stage.language]))
    stage.sees(LONG[stage.language][-1].text)


@scene("Typing an item.")
def typing(stage: Stage) -> None:
    stage.open(stage.household())
    stage.sees(stage.item(0))
    stage.add_field().fill({"en": "2 kg carrots, milk 3.5% x2", "ru": "2 кг моркови, молоко 3,5% 2 шт"}[stage.language])


@scene("A pasted list of fourteen things, one of them ticked, before it is added.")
def pasting(stage: Stage) -> None:
    stage.open(stage.household())
    stage.sees(stage.item(0))
    *things, last = [thing.text for thing in many(stage.language)[:14]]
    stage.add_field().fill("\n".join([*things, f"[x] {last}"]))
    expect(stage.page.locator(".understood-item")).to_have_count(3)


@scene("More is pasted than is added at once.")
def pasting_too_much(stage: Stage) -> None:
    stage.open(stage.household())
    stage.sees(stage.item(0))
    stage.add_field().fill("\n".join(f"{letter}{other}" for letter in ALPHABET for other in ALPHABET))
    expect(stage.page.get_by_role("alert")).to_be_visible()


@scene("Fourteen things were added, of which some were there and one was bought.")
def added_many(stage: Stage) -> None:
    things = half_bought(WEEKLY[stage.language])
    stage.open(stage.household(things))
    stage.sees(stage.item(1))
    texts = [thing.text for thing in (*things, *many(stage.language)[:6])]
    stage.type_item("\n".join(texts))
    expect(stage.page.locator(".snack")).to_be_visible()


@scene("An item that was on the list already was counted up.")
def merged(stage: Stage) -> None:
    stage.open(stage.household())
    stage.sees(stage.item(6))
    stage.type_item(stage.item(6))
    stage.sees_word("do.undo")


@scene("Items were removed, which can be undone.")
def removed(stage: Stage) -> None:
    stage.open(stage.household(half_bought(WEEKLY[stage.language])))
    stage.sees(stage.item(1))
    stage.press("list.clear")
    stage.sees_word("do.undo")


@scene("The quantity of an item is changed in its place.")
def stepper(stage: Stage) -> None:
    stage.open(stage.household())
    stage.sees(stage.item(0))
    stage.page.locator("[data-item] button").first.click()
    expect(stage.button("item.less")).to_be_visible()


@scene("A row is on its way to another place.")
def row_dragged(stage: Stage) -> None:
    stage.open(stage.household())
    held(stage, 1, across=0, down=130)


@scene("A row is being swiped off the list.")
def row_swiped(stage: Stage) -> None:
    stage.open(stage.household())
    width = SIZES[stage.look.size]["width"]
    held(stage, 2, across=-0.45 * min(width, 640), down=0)


def held(stage: Stage, number: int, *, across: float, down: float) -> None:
    """Take one of the weekly rows and move it, without letting go."""
    box = stage.page.get_by_text(stage.item(number), exact=True).first.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    stage.page.mouse.move(x, y)
    stage.page.mouse.down()
    stage.page.mouse.move(x + across, y + down, steps=12)
    stage.page.wait_for_timeout(300)


@scene("The details of an item.", main=True)
def details(stage: Stage) -> None:
    stage.open(stage.household())
    stage.press("do.more", name=stage.item(1))
    expect(stage.field("item.note")).to_be_visible()


@scene("A number that is none, in the details of an item.")
def details_wrong(stage: Stage) -> None:
    stage.open(stage.household())
    stage.press("do.more", name=stage.item(1))
    stage.field("item.quantity").fill("two")
    stage.press("do.save")
    stage.sees_word("item.number_wrong")


@scene("The menu of a list.")
def menu(stage: Stage) -> None:
    stage.open(stage.household(half_bought(WEEKLY[stage.language])))
    stage.press("do.menu")
    expect(stage.page.locator("dialog[open]")).to_be_visible()


@scene("A list gets another title.")
def rename(stage: Stage) -> None:
    stage.open(stage.household())
    stage.press("do.menu")
    stage.press("list.rename")
    expect(stage.field("list.title")).to_be_visible()


@scene("Deleting a list that others use asks first.")
def delete_asks(stage: Stage) -> None:
    list_id = stage.household()
    stage.invite(list_id, stage.other)
    stage.open(list_id)
    stage.press("do.menu")
    stage.press("lists.delete")
    stage.sees_word("do.cancel")


@scene("The members of a list, and a link that invites.")
def members(stage: Stage) -> None:
    list_id = stage.household()
    stage.invite(list_id, stage.other)
    stage.invite(list_id, stage.third, role="viewer")
    stage.open(list_id)
    stage.press("do.menu")
    stage.press("list.members")
    stage.press("members.make_link")
    expect(stage.page.locator("input[readonly]")).to_be_visible()


@scene("Taking a member off a list asks first.")
def members_remove_asks(stage: Stage) -> None:
    list_id = stage.household()
    stage.invite(list_id, stage.other, stage.third)
    stage.open(list_id)
    stage.press("do.menu")
    stage.press("list.members")
    stage.press("members.remove_who", name=NAMES[stage.language][2])
    stage.sees_word("members.remove_ask", name=NAMES[stage.language][2])


@scene("What happened to a list.")
def history(stage: Stage) -> None:
    list_id = stage.household()
    stage.invite(list_id, stage.other, stage.third)
    items = stage.me.items
    stage.other.edit(list_id, edit("tick", item=items[stage.item(1)], ticked=True))
    stage.third.add(list_id, Thing(LONG[stage.language][0].text))
    stage.other.edit(list_id, edit("set", item=items[stage.item(2)], quantity=2))
    stage.me.edit(list_id, edit("remove", items=[items[stage.item(4)], items[stage.item(5)]]))
    stage.me.edit(list_id, edit("rename", title=TITLES[stage.language][0] + " 2"))
    stage.open(list_id)
    stage.press("do.menu")
    stage.press("list.history")
    stage.sees_word("history.tick", name=NAMES[stage.language][1], text=stage.item(1))


# --- a list that is not in step ------------------------------------------------------------------------------------


@scene("An edit that the server has not acknowledged for a while.")
def unacknowledged(stage: Stage) -> None:
    stage.open(stage.household())
    stage.sees(stage.item(0))
    stage.line.stall_live()
    stage.page.get_by_role("checkbox").first.click()
    expect(stage.page.locator("header .sign .count")).to_be_visible()


@scene("The network is back, and all that waited is kept.")
def back(stage: Stage) -> None:
    stage.open(stage.household())
    stage.sees(stage.item(0))
    stage.page.wait_for_timeout(500)
    stage.line.stall_live()
    stage.page.get_by_role("checkbox").first.click()
    expect(stage.page.locator("header .sign .count")).to_be_visible()
    stage.line.clear()
    expect(stage.page.locator("header .sign.well")).to_be_visible()


@scene("No network.", main=True)
def offline(stage: Stage) -> None:
    stage.open(stage.household())
    stage.sees(stage.item(0))
    stage.line.refuse()
    stage.page.get_by_role("checkbox").first.click()
    stage.page.get_by_role("checkbox").nth(2).click()
    stage.sees_word("state.offline")


@scene("Someone else's later change stands.")
def overruled(stage: Stage) -> None:
    list_id = stage.household()
    stage.invite(list_id, stage.other)
    stage.open(list_id)
    stage.sees(stage.item(1))
    stage.line.refuse()
    stage.page.get_by_role("checkbox").nth(1).click()
    stage.page.wait_for_timeout(50)
    stage.other.edit(list_id, edit("tick", item=stage.me.items[stage.item(1)], ticked=True))
    stage.other.edit(list_id, edit("tick", item=stage.me.items[stage.item(1)], ticked=False))
    stage.line.clear()
    expect(stage.page.locator(".snack")).to_be_visible()


@scene("Edits that the server refused.", main=True)
def not_saved(stage: Stage) -> None:
    stage.open(stage.household())
    stage.press("do.more", name=stage.item(1))
    stage.field("item.quantity").fill(WEIGHT_REFUSED)
    stage.press("do.save")
    stage.sees_word("unsaved.title")


@scene("Many edits that the server refused, folded.", main=True)
def many_not_saved(stage: Stage) -> None:
    stage.open(stage.household())
    for number in (1, 2, 3, 4):
        stage.press("do.more", name=stage.item(number))
        stage.field("item.quantity").fill(WEIGHT_REFUSED)
        stage.press("do.save")
        expect(stage.page.locator("dialog[open]")).to_have_count(0)
    expect(stage.page.locator(".unsaved h2")).to_contain_text("4")
    stage.page.locator(".unsaved").scroll_into_view_if_needed()


@scene("A list that another member deleted while it was open.")
def gone_deleted(stage: Stage) -> None:
    theirs = stage.other.make_list(TITLES[stage.language][0], WEEKLY[stage.language])
    stage.me.accept(stage.other.invite(theirs))
    stage.sign_in()
    stage.open(theirs)
    stage.sees(stage.item(0))
    stage.other.call("lists.delete", list=theirs)
    expect(stage.page.locator("textarea.text")).to_be_visible()


@scene("A list that one left on another device.")
def gone_left(stage: Stage) -> None:
    theirs = stage.other.make_list(TITLES[stage.language][0], WEEKLY[stage.language])
    stage.me.accept(stage.other.invite(theirs))
    stage.sign_in()
    stage.open(theirs)
    stage.sees(stage.item(0))
    stage.me.call("members.leave", list=theirs)
    expect(stage.page.locator("textarea.text")).to_be_visible()


@scene("A list that is none of the reader's.")
def gone_unknown(stage: Stage) -> None:
    stage.sign_in()
    stage.go(f"/list/{stage.other.make_list(TITLES[stage.language][0])}")
    stage.sees_word("list.gone.unknown")


@scene("Signed out from another device while the list is open.")
def signed_out(stage: Stage) -> None:
    stage.open(stage.household())
    stage.sees(stage.item(0))
    second = stage.me.call("accounts.sign_in", email=stage.me.email, password="correct horse battery")
    stage.me.token = second["token"]
    stage.me.call("tokens.revoke_others")
    stage.sees_word("state.signed_out")


@scene("A list that the reader may only look at.")
def viewer(stage: Stage) -> None:
    theirs = stage.other.make_list(TITLES[stage.language][0], half_bought(WEEKLY[stage.language]))
    stage.me.accept(stage.other.invite(theirs, "viewer"))
    stage.sign_in()
    stage.open(theirs)
    stage.sees_word("list.look_only")


@scene("An archived list.")
def archived(stage: Stage) -> None:
    list_id = stage.household()
    stage.me.call("lists.archive", list=list_id, archived=True)
    stage.open(list_id)
    stage.sees_word("list.archived")


# --- an invitation, and elsewhere ----------------------------------------------------------------------------------


@scene("A stranger follows an invitation.", main=True)
def join_stranger(stage: Stage) -> None:
    theirs = stage.other.make_list(TITLES[stage.language][0])
    stage.go(f"/join/{stage.other.invite(theirs)}")
    stage.sees_word("join.first")


@scene("Someone who is signed in follows an invitation.")
def join_member(stage: Stage) -> None:
    theirs = stage.other.make_list(TITLES[stage.language][0])
    stage.sign_in()
    stage.go(f"/join/{stage.other.invite(theirs)}")
    expect(stage.button("join.do", name=stage.me.name)).to_be_visible()


@scene("An invitation that leads nowhere.")
def join_dead(stage: Stage) -> None:
    stage.sign_in()
    stage.go("/join/none")
    stage.press("join.do", name=stage.me.name)
    stage.sees_word("join.unknown")


@scene("A page that is not there.")
def not_found(stage: Stage) -> None:
    stage.go("/nowhere")
    expect(stage.page.get_by_role("link").first).to_be_visible()


@scene("The API's documentation.")
def swagger(stage: Stage) -> None:
    stage.go("/swagger")
    expect(stage.page.get_by_text("/api/accounts.register", exact=True).first).to_be_visible()


@scene("The documentation of live connections.")
def swagger_live(stage: Stage) -> None:
    stage.go("/swagger/live")
    expect(stage.page.locator("h1")).to_be_visible()
