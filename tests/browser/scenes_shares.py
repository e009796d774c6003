"""The scenes of a list's links for guests."""

import time
import urllib.request
from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.browser.household import Language
from tests.browser.scene import scene
from tests.browser.stage import Stage

DAY_S = 86_400
LINKS: dict[Language, tuple[str, str]] = {
    "en": ("Neighbours", "Aunt Charlotte and whoever drives her to the market on Saturday mornings, until the party"),
    "ru": ("Соседи", "Тётя Людмила и все, кто возит её на рынок по субботам утром, до самого дня рождения"),
}


def shares_sheet(stage: Stage, list_id: str) -> None:
    stage.open(list_id)
    stage.press("do.menu")
    stage.press("shares.title")
    stage.sees_word("shares.text")


def with_links(stage: Stage) -> str:
    """A list with four of them: one was used, two have an end, two have names."""
    list_id = stage.household()
    short, long = LINKS[stage.language]
    used = stage.me.call("shares.create", list=list_id, right="tick", name=short)
    stage.me.call("shares.create", list=list_id, right="view", name=long, expires_at=after(30))
    stage.me.call("shares.create", list=list_id, right="edit")
    stage.me.call("shares.create", list=list_id, right="tick", expires_at=after(7))
    urllib.request.urlopen(f"{stage.url}/api/shared/{used['key']}", timeout=30).close()
    return list_id


def after(days: int) -> str:
    return datetime.fromtimestamp(time.time() + days * DAY_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@scene("Sharing a list by a link, before there is one.", main=True)
def shares_none(stage: Stage) -> None:
    shares_sheet(stage, stage.household())
    expect(stage.button("members.make_link")).to_be_visible()


@scene("The first link was made just now.", main=True)
def shares_made(stage: Stage) -> None:
    shares_sheet(stage, stage.household())
    stage.page.get_by_label(stage.word("shares.lasts_label")).select_option("week")
    stage.field("shares.name").fill(LINKS[stage.language][0])
    stage.press("members.make_link")
    expect(stage.page.locator("input[readonly]")).to_be_visible()


@scene("The links of a list.", main=True)
def shares(stage: Stage) -> None:
    shares_sheet(stage, with_links(stage))
    expect(stage.button("shares.new")).to_be_visible()


@scene("Another link is about to be made.")
def shares_new(stage: Stage) -> None:
    shares_sheet(stage, with_links(stage))
    stage.press("shares.new")
    expect(stage.field("shares.name")).to_be_visible()


@scene("Withdrawing a link asks first.")
def shares_withdraw_asks(stage: Stage) -> None:
    shares_sheet(stage, with_links(stage))
    stage.press("members.withdraw_what", name=LINKS[stage.language][0])
    stage.sees_word("shares.withdraw_ask")


@scene("The links of a list, which can be copied without network, too.")
def shares_offline(stage: Stage) -> None:
    shares_sheet(stage, with_links(stage))
    expect(stage.button("shares.new")).to_be_visible()
    stage.line.refuse()
    stage.sees_word("shares.offline")
