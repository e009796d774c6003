"""What is kept now and then, and before the end: one thing that cannot be kept takes no other one with it."""

from pathlib import Path

import pytest

from shoplist_appliance.app import App, build_app, running
from shoplist_appliance.config import Settings
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.domain.ids import ListId
from tests.clients.http import Http
from tests.clients.person import Person


async def away(*_: object) -> None:
    raise Unavailable("storage")


async def test_when_a_share_was_used_while_the_store_was_away_is_kept_when_it_is_back(
    app: App, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await Person.registered(http)
    list_id = await ann.new_list()
    key = (await ann.call("shares.create", list=list_id, right="view"))["key"]
    await http.call("lists.get", {"list": list_id, "key": key})
    with monkeypatch.context() as patch:
        patch.setattr(app.services.lists, "change_header", away)
        await app.services.shares.keep_used()
    await app.services.shares.keep_used()
    header = await app.store.header(ListId(list_id))
    assert header is not None
    assert [share.last_used is not None for share in header.shares] == [True]


async def test_of_what_was_withdrawn_neither_key_nor_name_nor_address_is_kept(app: App, http: Http) -> None:
    ann = await Person.registered(http)
    list_id = await ann.new_list()
    share = await ann.call("shares.create", list=list_id, right="view", name="For Bob")
    await ann.call("members.invite", list=list_id, role="editor", email="bob@example.test")
    await ann.call("shares.revoke", list=list_id, id=share["id"])
    (invitation,) = (await ann.call("members.invitations", list=list_id))["invitations"]
    await ann.call("members.uninvite", list=list_id, id=invitation["id"])
    header = await app.store.header(ListId(list_id))
    assert header is not None
    assert [(one.key, one.name) for one in header.shares] == [("", None)]
    assert [(one.code, one.email) for one in header.invitations] == [("", None)]


async def test_alerts_are_kept_where_the_times_of_tokens_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path / "data", listen="127.0.0.1:0")
    async with running(build_app(settings)) as app:
        app.services.alerts.note("error", "here")
        monkeypatch.setattr(app.services.people, "keep_seen", away)
    async with running(build_app(settings)) as app:
        assert "here" in [alert.place for alert in await app.services.alerts.list()]
