"""Who shares a list: roles, handing over, and invitations that are still open."""

from urllib.parse import urlsplit

from playwright.sync_api import Locator, expect

from tests.browser.conftest import House, NewPhone, Phone


def members(phone: Phone) -> Locator:
    """The open sheet."""
    phone.menu("members")
    sheet = phone.page.get_by_role("dialog")
    expect(sheet.locator(".member").first).to_be_visible()
    return sheet


def test_the_owner_lets_a_member_only_look_and_then_hands_the_list_over(ann: Phone, bob: Phone) -> None:
    sheet = members(ann)
    sheet.get_by_role("button", name="Role: Bob").click()
    sheet.get_by_label("Role: Bob").select_option("viewer")
    sheet.get_by_role("button", name="Save", exact=True).click()
    expect(sheet.locator(".member", has_text="Bob")).to_contain_text("can look")
    expect(bob.page.locator(".add-field")).to_have_count(0)

    sheet.get_by_role("button", name="Role: Bob").click()
    sheet.get_by_label("Role: Bob").select_option("owner")
    sheet.get_by_role("button", name="Save", exact=True).click()
    expect(sheet.get_by_text("Hand the list over to Bob?")).to_be_visible()
    sheet.get_by_role("button", name="Hand over to Bob").click()
    expect(sheet.locator(".member", has_text="Bob")).to_contain_text("owner")
    expect(sheet.get_by_role("button", name="Make a link")).to_have_count(0)
    expect(bob.page.locator(".add-field")).to_be_visible()


def test_an_open_invitation_is_shown_and_withdrawn(ann: Phone, bob: Phone) -> None:
    list_id = ann.page.url[-36:]
    for one in ann.call("members.invitations", list=list_id)["invitations"]:
        ann.call("members.uninvite", list=list_id, id=one["id"])
    sheet = members(ann)
    role = sheet.get_by_label("Whoever has the link")
    role.select_option("viewer")
    ann.call("members.invite", list=list_id, role="viewer", link=True)
    ann.looks_again()
    expect(sheet.get_by_role("button", name="Withdraw: Link for anyone")).to_be_visible()
    expect(role).to_have_value("viewer")
    [elsewhere] = ann.call("members.invitations", list=list_id)["invitations"]
    ann.call("members.uninvite", list=list_id, id=elsewhere["id"])
    ann.looks_again()
    expect(sheet.get_by_role("heading", name="Open invitations")).to_have_count(0)

    sheet.get_by_role("button", name="Make a link").click()
    expect(sheet.get_by_role("heading", name="Open invitations")).to_be_visible()
    sheet.get_by_role("button", name="Withdraw: Link for anyone").click()
    expect(sheet.get_by_role("heading", name="Open invitations")).to_have_count(0)
    assert ann.call("members.invitations", list=list_id)["invitations"] == []


def test_who_is_invited_by_mail_makes_an_account_by_its_link_and_is_on_the_list(
    ann: Phone, phone: NewPhone, house: House
) -> None:
    carol = phone("Carol")
    ann.add("Milk")
    sheet = members(ann)
    sheet.get_by_label("E-mail", exact=True).fill(carol.email)
    sheet.get_by_label("Whoever gets the mail").select_option("viewer")
    sheet.get_by_role("button", name="Send the invitation").click()
    expect(sheet.get_by_role("status").filter(has_text=carol.email)).to_be_visible()
    expect(sheet.locator(".member", has_text=carol.email)).to_contain_text("can look")

    link = house.mailed(carol.email, r"(http\S+/join/\S+)")
    carol.go(urlsplit(link).path)
    carol.register()
    carol.page.wait_for_url("**/list/*")
    expect(carol.page.get_by_role("checkbox", name="Milk", exact=True)).to_be_visible()
    expect(carol.page.locator(".add-field")).to_have_count(0)

    late = phone("Late")
    late.go(urlsplit(link).path)
    late.register()
    expect(late.page.get_by_text("This invitation was used or withdrawn")).to_be_visible()
