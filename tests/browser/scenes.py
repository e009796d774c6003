"""Every page in every state that a person can meet: here those of lists, and all that other modules enter.

Nothing is pretended: offline is a line that was cut, refused is what the server refused, gone is what someone deleted.
"""

from playwright.sync_api import expect

from tests.browser import scenes_account, scenes_members, scenes_shares  # noqa: F401 - they enter their scenes
from tests.browser.household import LONG, NAMES, TITLES, WEEKLY, Thing, all_bought, edit, half_bought, many
from tests.browser.refusal import REFUSED_QUANTITY, refuse
from tests.browser.scene import SCENES as SCENES
from tests.browser.scene import scene
from tests.browser.stage import SIZES, Stage
from tests.browser.steps import knows_the_time

ALPHABET = "abcdefghijklmnopqrstuvw"

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
    knows_the_time(stage.page)
    stage.line.refuse()
    stage.page.get_by_role("checkbox").nth(1).click()
    stage.page.wait_for_timeout(150)
    stage.other.edit(list_id, edit("tick", item=stage.me.items[stage.item(1)], ticked=True))
    stage.other.edit(list_id, edit("tick", item=stage.me.items[stage.item(1)], ticked=False))
    stage.line.clear()
    expect(stage.page.locator(".snack")).to_be_visible()


@scene("Edits that the server refused.", main=True)
def not_saved(stage: Stage) -> None:
    stage.open(stage.household())
    refuse(stage.page)
    stage.press("do.more", name=stage.item(1))
    stage.field("item.quantity").fill(REFUSED_QUANTITY)
    stage.press("do.save")
    stage.sees_word("unsaved.title")


@scene("Many edits that the server refused, folded.", main=True)
def many_not_saved(stage: Stage) -> None:
    stage.open(stage.household())
    refuse(stage.page)
    for number in (1, 2, 3, 4):
        stage.press("do.more", name=stage.item(number))
        stage.field("item.quantity").fill(REFUSED_QUANTITY)
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
