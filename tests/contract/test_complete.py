"""No field is forgotten at rest: each differs here from its default, so that a store that drops it shows."""

from dataclasses import MISSING, fields
from typing import Any

from shoplist_appliance.domain.ids import EditId, ItemId, PersonId, new_uuid
from shoplist_appliance.domain.lists import Change, Header, Known
from shoplist_appliance.domain.people import Totp
from shoplist_appliance.ports import Loaded, Store
from tests.contract.making import (
    NOW,
    a_header,
    a_person,
    a_share,
    a_snapshot,
    a_summary,
    a_token,
    an_invitation,
)


def complete(value: Any) -> bool:
    """Whether no field that has a default is left at it."""
    defaults = {
        field.name: field.default if field.default_factory is MISSING else field.default_factory()
        for field in fields(value)
        if field.default is not MISSING or field.default_factory is not MISSING
    }
    return [name for name, default in defaults.items() if getattr(value, name) == default] == []


async def test_a_change(store: Store) -> None:
    header = a_header()
    await store.add_list(header, a_snapshot(), a_summary())
    item = ItemId(new_uuid())
    change = Change(
        revision=1,
        edit=EditId(new_uuid()),
        kind="undo",
        status="superseded",
        by=PersonId(new_uuid()),
        at=NOW,
        items={item: {"text": "Чай", "ticked": True, "note": None}},
        list={"title": "Дача", "categories": {"": ["Овощи"]}},
        item=item,
        memory={"was": {item: {"text": "Чаёк"}}},
        stored_at=NOW + 1,
    )
    assert complete(change)
    await store.append(header.id, 0, [change])
    assert await store.changes(header.id, 0, 1) == [change]
    assert await store.known(header.id, [change.edit]) == {change.edit: Known(1, item)}


async def test_a_header_and_a_summary(store: Store) -> None:
    made = a_header(anna="viewer")
    header = Header(
        id=made.id,
        members=made.members,
        created_by=made.created_by,
        created_at=NOW,
        epoch="epoch",
        archived=True,
        deleted_at=NOW + 1,
        invitations=(
            an_invitation("viewer"),
            an_invitation("editor", code="", email="Гость@пример.рф"),
            an_invitation("editor", code="", accepted_by=PersonId(new_uuid())),
            an_invitation("viewer", withdrawn=True),
        ),
        shares=(a_share("edit", expires_at=NOW + 5, last_used=NOW, revoked_at=NOW + 2), a_share("view", name=None)),
        lowered={PersonId(new_uuid()): NOW + 3},
        behind=True,
        version=3,
    )
    assert complete(header)
    await store.add_list(header, a_snapshot(), a_summary(4))
    assert await store.load(header.id) == Loaded(header, a_snapshot(), [])
    assert await store.lists_of(header.created_by) == [(header, a_summary(4))]


async def test_an_account_and_a_token(store: Store) -> None:
    person = a_person(
        role="admin",
        email_verified=True,
        credentials=4,
        version=9,
        blocked=True,
        totp=Totp("BASE32", confirmed=True, last_step=7, recovery=(b"r" * 32,), recovery_key=b"k" * 32),
        devices=(b"d" * 32,),
        new_email="новая@пример.рф",
    )
    token = a_token(person)
    assert complete(person)
    assert complete(token)
    await store.add_person(person)
    await store.add_token(token)
    assert await store.token(token.hash) == (token, person)
