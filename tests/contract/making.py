"""People, lists and changes made up for tests of stores."""

import secrets
from dataclasses import replace
from typing import Any

from shoplist_appliance.domain.ids import EditId, InvitationId, ItemId, ListId, PersonId, ShareId, TokenId, new_uuid
from shoplist_appliance.domain.lists import Change, Header, Invitation, Right, Role, Share, Summary
from shoplist_appliance.domain.people import Person, Token
from shoplist_appliance.ports import Record, Snapshot, Store

NOW = 1_764_057_600_000


class StillClock:
    def now(self) -> int:
        return NOW


def a_person(email: str = "", **fields: Any) -> Person:
    person = Person(
        id=PersonId(new_uuid()),
        name="Анна Ёлкина 🛒",
        email=email or f"{secrets.token_hex(6)}@Example.ORG",
        password="$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
        language="ru",
        theme="dark",
        role="user",
        created_at=NOW,
    )
    return replace(person, **fields)


def a_token(person: Person, created_at: int = NOW) -> Token:
    return Token(
        id=TokenId(new_uuid()),
        hash=secrets.token_bytes(32),
        person=person.id,
        name="Телефон на кухне",
        scopes=frozenset({"read", "write"}),
        session=True,
        created_at=created_at,
        last_seen=created_at,
        credentials=person.credentials,
    )


def a_record(kind: str = "code", **fields: Any) -> Record:
    return replace(Record(kind, secrets.token_bytes(32), NOW, "Содержание".encode()), **fields)


def an_invitation(role: Role = "editor", **fields: Any) -> Invitation:
    invitation = Invitation(
        id=InvitationId(new_uuid()),
        hash=secrets.token_bytes(32),
        code=secrets.token_urlsafe(24),
        role=role,
        made_by=PersonId(new_uuid()),
        created_at=NOW,
        expires_at=NOW + 7 * 86_400_000,
    )
    return replace(invitation, **fields)


def a_share(right: Right = "tick", **fields: Any) -> Share:
    share = Share(
        id=ShareId(new_uuid()),
        hash=secrets.token_bytes(32),
        key=secrets.token_urlsafe(32),
        right=right,
        name="Neighbours",
        created_at=NOW,
    )
    return replace(share, **fields)


def a_header(**members: Role) -> Header:
    owner = PersonId(new_uuid())
    everyone: dict[PersonId, Role] = {owner: "owner"}
    everyone.update((PersonId(person), role) for person, role in members.items())
    return Header(ListId(new_uuid()), everyone, owner, NOW, secrets.token_hex(8))


def a_summary(revision: int = 0, title: str = "Дача") -> Summary:
    return Summary(title, {"": ["Овощи"], "Рынок": []}, revision, revision, revision + 1, NOW + revision)


def a_snapshot(revision: int = 0, pieces: int = 1) -> Snapshot:
    return Snapshot(revision, [f'{{"piece": {number}, "of": {revision}}}'.encode() for number in range(pieces)])


def an_add(revision: int, edit: EditId | None = None, text: str = "Молоко") -> Change:
    person, item = PersonId(new_uuid()), ItemId(new_uuid())
    fields: dict[str, object] = {
        "text": text,
        "quantity": 0.125,
        "unit": "l",
        "note": None,
        "price": 1_000_000_000,
        "position": "a0",
        "ticked": False,
        "added_by": person,
    }
    return Change(
        revision,
        edit or EditId(new_uuid()),
        "add",
        "applied",
        person,
        NOW + revision,
        {item: fields},
        stored_at=NOW + revision + 7,
    )


def a_merged_add(revision: int) -> Change:
    change = an_add(revision)
    into = ItemId(new_uuid())
    return Change(
        revision, change.edit, "add", "applied", change.by, change.at, {into: {"quantity": 3}}, item=into,
        memory={"brought": {"quantity": 1, "note": "без сахара"}, "stamps": {into: [NOW, 4]}},
    )  # fmt: skip


def a_rename(revision: int) -> Change:
    return Change(
        revision, EditId(new_uuid()), "rename", "superseded", None, NOW, {}, {"title": "Ёлка", "categories": {"": []}}
    )


async def a_list(store: Store, header: Header | None = None) -> ListId:
    """A list without changes, stored."""
    header = header or a_header()
    await store.add_list(header, a_snapshot(), a_summary())
    return header.id


async def a_list_of(store: Store, length: int) -> tuple[ListId, list[Change]]:
    """A list with so many changes, stored."""
    list_id = await a_list(store)
    changes = [an_add(revision) for revision in range(1, length + 1)]
    await store.append(list_id, 0, changes)
    return list_id, changes
