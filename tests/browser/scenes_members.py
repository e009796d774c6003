"""The scenes of who shares a list: its members, those invited, and guests who hold a link."""

from playwright.sync_api import expect

from tests.browser.household import NAMES, TITLES, WEEKLY, half_bought
from tests.browser.scene import scene
from tests.browser.stage import Stage

ADDRESS = "charlotte.featherstonehaugh@mail.example.org"


def members_sheet(stage: Stage) -> None:
    """Of a list with an editor and a viewer."""
    list_id = stage.household()
    stage.invite(list_id, stage.other)
    stage.invite(list_id, stage.third, role="viewer")
    stage.open(list_id)
    stage.press("do.menu")
    stage.press("list.members")
    stage.sees(NAMES[stage.language][2])


def guest(stage: Stage, right: str) -> None:
    """The page of somebody without an account who holds a link to another's list."""
    list_id = stage.me.make_list(TITLES[stage.language][0], half_bought(WEEKLY[stage.language]))
    made = stage.me.call("shares.create", list=list_id, right=right)
    stage.go(f"/s/{made['key']}")
    expect(stage.page.locator("h1")).to_have_text(TITLES[stage.language][0])


@scene("The members of a list, and a link that invites.")
def members(stage: Stage) -> None:
    members_sheet(stage)
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


@scene("Choosing what a member may do.")
def members_role(stage: Stage) -> None:
    members_sheet(stage)
    stage.press("members.role_of", name=NAMES[stage.language][1])
    expect(stage.button("do.save")).to_be_visible()


@scene("Handing a list over asks first.")
def members_hand_over_asks(stage: Stage) -> None:
    members_role(stage)
    stage.page.get_by_label(stage.word("members.role_of", name=NAMES[stage.language][1])).select_option("owner")
    stage.press("do.save")
    stage.sees_word("members.hand_over_ask", name=NAMES[stage.language][1])


@scene("Somebody was invited by mail, and can still be uninvited.", main=True)
def members_mailed(stage: Stage) -> None:
    members_sheet(stage)
    stage.field("account.email").fill(ADDRESS)
    stage.press("members.send_mail")
    stage.sees_word("members.mailed", email=ADDRESS)
    expect(stage.button("members.withdraw_what", name=ADDRESS)).to_be_visible()


@scene("The members of a list whose reader is none of its owners.")
def members_of_another(stage: Stage) -> None:
    theirs = stage.other.make_list(TITLES[stage.language][0], half_bought(WEEKLY[stage.language]))
    stage.me.accept(stage.other.invite(theirs))
    stage.sign_in()
    stage.open(theirs)
    stage.press("do.menu")
    stage.press("list.members")
    expect(stage.button("members.leave")).to_be_visible()


# --- joining ------------------------------------------------------------------------------------------------------


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


# --- guests --------------------------------------------------------------------------------------------------------


@scene("A guest who may edit.", main=True)
def guest_edits(stage: Stage) -> None:
    guest(stage, "edit")
    expect(stage.add_field()).to_be_visible()


@scene("A guest who may tick.")
def guest_ticks(stage: Stage) -> None:
    guest(stage, "tick")
    expect(stage.page.get_by_role("checkbox").first).to_be_visible()


@scene("A guest who may only look.")
def guest_looks(stage: Stage) -> None:
    guest(stage, "view")
    expect(stage.page.get_by_role("checkbox").first).to_be_visible()


@scene("A link that was withdrawn while its list was open.")
def guest_withdrawn(stage: Stage) -> None:
    guest(stage, "edit")
    list_id = stage.me.call("lists.index")["lists"][0]["id"]
    for share in stage.me.call("shares.list", list=list_id)["shares"]:
        stage.me.call("shares.revoke", list=list_id, id=share["id"])
    stage.sees_word("list.gone.revoked")


@scene("A link that leads nowhere.")
def guest_unknown(stage: Stage) -> None:
    stage.go("/s/none")
    stage.sees_word("list.no_link")
