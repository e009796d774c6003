"""Every answer is what its model in the documentation says: no field more, none less, of the types named."""

from typing import Any

import jsonschema_rs
import orjson
import pyotp
import pytest

from shoplist_appliance.app import App
from shoplist_appliance.domain.errors import Full
from shoplist_appliance.domain.list_rules import Edited
from shoplist_appliance.domain.lists import Change, Result
from shoplist_appliance.ports import ListChanged, ListGone, ListsChanged
from shoplist_appliance.web import openapi, outputs, protocol, shapes
from shoplist_appliance.web.operations import TABLE, Caller
from tests.clients.http import Http
from tests.clients.mails import link_mailed
from tests.clients.making import PASSWORD, add, edit, new_id, remove, tick
from tests.clients.person import Person


def closed(schema: Any) -> Any:
    """The schema with no field possible but those it names."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    more = (
        {"additionalProperties": False}
        if schema.get("type") == "object" and "additionalProperties" not in schema
        else {}
    )
    return {name: closed(part) for name, part in schema.items()} | more


def check(shape: Any, answer: object) -> None:
    """Assert that the answer has exactly the fields of its shape, of their very types."""
    jsonschema_rs.validate(closed(openapi.schema_of(shape)), answer)


async def test_answers_are_as_documented(app: App, http: Http) -> None:
    seen: set[str] = set()
    ann, bob = await Person.registered(http, "Ann"), await Person.registered(http, "Боб")

    async def call(person: Person, name: str, /, **payload: object) -> Any:
        answer = await person.call(name, **payload)
        check(TABLE[name].output, answer)
        seen.add(name)
        return answer

    for name, payload in (("accounts.register", {"name": "C"}), ("accounts.sign_in", {})):
        account = {"email": "c@example.test", "password": PASSWORD, **payload}
        check(TABLE[name].output, (await http.call(name, account)).ok())
        seen.add(name)
    list_id = (await call(ann, "lists.create", title="G"))["list"]["id"]
    milk, salt = add("milk", quantity=1.5, unit="l", price=2, note="n", category="c"), add("salt")
    merged, bad = add("Milk", quantity=1, unit="l"), tick(new_id())
    edits = [milk, salt, merged, bad, remove(salt["item"]), edit("arrange", shop="S", categories=["c"])]
    edited = await call(ann, "lists.edit", list=list_id, edits=edits)
    assert [one["status"] for one in edited["results"]] == ["applied"] * 3 + ["refused"] + ["applied"] * 2
    assert edited["results"][2]["item"] == milk["item"]
    invited = await call(ann, "members.invite", list=list_id, role="viewer", link=True)
    assert invited["url"] == f"{http.url}/join/{invited['code']}"
    by_mail = await call(ann, "members.invite", list=list_id, role="editor", email="dora@example.test")
    assert by_mail == {"code": None, "url": None}
    await call(bob, "members.accept", code=invited["code"])
    await call(bob, "members.list", list=list_id)
    await call(ann, "lists.get", list=list_id)
    assert not (await call(ann, "lists.get", list=list_id, since=1))["whole"]
    history = await call(bob, "lists.history", list=list_id, limit=2)
    assert history["changes"][0]["kind"] == "arrange"
    assert history["changes"][0]["person"] == {"id": ann.id, "name": "Ann"}
    await call(ann, "lists.undo", list=list_id, revision=3, id=new_id())
    await call(ann, "lists.parse", text="[x] 2 kg potatoes (new)")
    await call(bob, "lists.copy", list=list_id, id=new_id())
    await call(bob, "members.leave", list=list_id)
    await call(bob, "members.accept", code=invited["code"])
    invitation, mailed = (await call(ann, "members.invitations", list=list_id))["invitations"]
    assert (invitation["email"], mailed["email"], mailed["url"]) == (None, "dora@example.test", None)
    await call(ann, "members.uninvite", list=list_id, id=invitation["id"])
    await call(ann, "members.set_role", list=list_id, person=bob.id, role="editor")
    await call(ann, "members.remove", list=list_id, person=bob.id)
    share = await call(ann, "shares.create", list=list_id, right="tick", name="Grandma")
    assert (await call(ann, "shares.list", list=list_id))["shares"]
    await call(ann, "shares.revoke", list=list_id, id=share["id"])
    await call(ann, "lists.archive", list=list_id, archived=True)
    await call(ann, "lists.delete", list=list_id)
    assert (await call(ann, "lists.index", deleted=True))["lists"][0]["deleted_at"]
    await call(ann, "lists.restore", list=list_id)
    await call(ann, "accounts.me")
    await call(ann, "accounts.update", theme="dark")
    await call(ann, "accounts.resend_verification")
    await call(ann, "accounts.update", email="new@example.test")
    validating = await link_mailed(app.settings.data, "new@example.test", "verify")
    await call(ann, "accounts.verify_email", token=validating)
    await call(bob, "accounts.request_reset", email="c@example.test")
    await call(
        bob,
        "accounts.reset_password",
        token=await link_mailed(app.settings.data, "c@example.test", "reset"),
        password="another of eight",
    )
    await call(ann, "accounts.change_password", password=PASSWORD, new_password="another of eight")
    token = await call(ann, "tokens.create", name="t", scopes=["read"])
    assert {one["current"] for one in (await call(ann, "tokens.list"))["tokens"]} == {True, False}
    await call(ann, "tokens.revoke", id=token["id"])
    await call(ann, "tokens.revoke_others")
    await call(ann, "accounts.sign_out")
    await app.services.people.create_admin("root@example.test", "Root", PASSWORD)
    signed_in = (await http.call("accounts.sign_in", {"email": "root@example.test", "password": PASSWORD})).ok()
    admin = Person(http, signed_in["user"], signed_in["token"])
    app.services.alerts.note("disk", "/data", "100 MiB")
    await app.services.alerts.keep()
    assert (await call(admin, "admin.alerts"))["alerts"]
    assert (await call(admin, "admin.users"))["users"]
    assert (await call(admin, "admin.stats"))["people"]
    secret = (await call(bob, "totp.begin"))["secret"]
    codes = (await call(bob, "totp.confirm", code=pyotp.TOTP(secret).now()))["recovery_codes"]
    await call(bob, "totp.disable", password=PASSWORD, totp=codes[0])
    await call(admin, "admin.block", person=ann.id, blocked=True)
    await call(bob, "accounts.export")
    await call(bob, "accounts.delete", password=PASSWORD)
    assert seen == {name for name, row in TABLE.items() if not row.live_only}


def test_a_refused_edit_holds_a_problem_in_the_callers_language() -> None:
    refused = Result(new_id(), "refused", None, error=Full("items"))  # type: ignore[arg-type]
    answer = shapes.edited_answer(Edited(3, [refused]), Caller(None, "ru", "", "the id"))
    check(outputs.EditedAnswer, answer)
    (result,) = answer["results"]
    assert (result["error"]["code"], result["error"]["status"]) == ("full", 409)
    assert result["error"]["title"] == "Нет места"
    assert result["error"]["request_id"] == "the id"


CHANGE = Change(4, "e", "tick", "applied", "p", 1_795_603_327_123, {"i": {"ticked": True}}, None)  # type: ignore[arg-type, dict-item]


def test_events_are_as_the_page_of_the_live_protocol_says() -> None:
    changed = ListChanged("l", [CHANGE], [])  # type: ignore[arg-type]
    documented = {event.name: event.example for event in protocol.EVENTS}
    for event in (changed, ListsChanged(), ListGone("l", "deleted")):  # type: ignore[arg-type]
        name, payload = shapes.event_json(event)
        assert (documented[name] or {}).keys() == payload.keys()
        assert orjson.dumps(payload)
    check(outputs.ListChanged, documented["list.changed"])
    check(outputs.ListGone, documented["list.gone"])


def test_a_change_gives_each_item_its_time() -> None:
    change = shapes.change_json(CHANGE)
    check(outputs.Change, change)
    assert change["items"] == {"i": {"ticked": True, "updated_at": "2026-11-25T10:42:07.123Z"}}
    assert change["at"] == "2026-11-25T10:42:07.123Z"
    assert "list" not in change


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_795_603_327_050, "2026-11-25T10:42:07.050Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_times_have_milliseconds_and_z(ms: int, text: str) -> None:
    assert shapes.time_json(ms) == text


def test_a_field_more_or_less_anywhere_is_noticed() -> None:
    """The check of this file can fail."""
    person = {"id": "p", "name": "Ann"}
    check(outputs.MembersAnswer, {"members": [{"person": person, "role": "owner"}]})
    for wrong in ({"id": "p"}, {**person, "email": "ann@example.test"}, {**person, "name": 5}):
        with pytest.raises(jsonschema_rs.ValidationError):
            check(outputs.MembersAnswer, {"members": [{"person": wrong, "role": "owner"}]})
