"""What a household has in a store of any kind, and what the port tells of it."""

from dataclasses import dataclass, replace

from shoplist_appliance.domain.lists import Change, Header
from shoplist_appliance.domain.people import Person, Token
from shoplist_appliance.ports import Record, Store
from tests.contract.making import (
    NOW,
    a_header,
    a_merged_add,
    a_person,
    a_record,
    a_rename,
    a_share,
    a_snapshot,
    a_summary,
    a_token,
    an_add,
    an_invitation,
)
from tests.contract.places import Place


@dataclass
class Known:
    """What was made, by which the store is asked."""

    people: list[Person]
    tokens: list[Token]
    lists: list[Header]
    edits: list[Change]
    records: list[Record]


async def furnished(store: Store, length: int = 510) -> Known:
    """Everything that a store can hold, also what is half done."""
    admin, anna, boris = a_person(role="admin"), a_person(email_verified=True), a_person("Boris@example.org")
    people = [admin, anna, boris, *(a_person() for _ in range(3))]
    tokens = [a_token(person, NOW + number) for number, person in enumerate([admin, anna, anna, boris])]
    for person in people:
        await store.add_person(person)
    for token in tokens:
        await store.add_token(token)
    changed = replace(anna, credentials=2, password="$another", version=2)
    assert await store.put_credentials(changed, 1, keep=tokens[1].id) == [tokens[2].id]
    await store.touch_tokens({tokens[3].id: NOW + 99})

    shared = replace(
        a_header(), members={admin.id: "owner", anna.id: "editor", boris.id: "viewer"}, created_by=admin.id,
        invitations=(an_invitation(), an_invitation("viewer")),
        shares=(a_share(), a_share("edit", expires_at=NOW + 9, last_used=NOW, revoked_at=NOW + 1)),
        lowered={anna.id: NOW + 2},
    )  # fmt: skip
    archived = replace(
        shared, id=a_header().id, archived=True, invitations=(an_invitation(),), shares=(a_share("view"),)
    )
    deleted = replace(shared, id=a_header().id, deleted_at=NOW - 5, invitations=(), shares=(), behind=True)
    lists = [shared, archived, deleted]
    for header in lists:
        await store.add_list(header, a_snapshot(), a_summary())
    edits: list[Change] = [an_add(1), a_merged_add(2), a_rename(3), *(an_add(4 + n) for n in range(length))]
    for start in range(0, len(edits), 200):
        await store.append(shared.id, start, edits[start : start + 200])
    await store.put_snapshot(shared.id, a_snapshot(500, pieces=3), a_summary(500, "Ёлка"), settled=False)
    await store.mark_behind(shared.id)
    await store.mark_behind(shared.id)
    await store.append(archived.id, 0, [an_add(1), an_add(2)])
    await store.put_header(replace(archived, version=2, members={anna.id: "owner"}), 1)
    records = [a_record(owner=anna.id), a_record("mail", due=NOW + 1), a_record("mail", version=7)]
    for record in records:
        await store.add_record(record)
    return Known(people, tokens, lists, edits, records)


async def told(store: Store, known: Known) -> dict[str, object]:
    """All that the port says of it."""
    answers: dict[str, object] = {"has admin": await store.has_admin()}
    answers["people"] = await store.people([person.id for person in known.people])
    for person in known.people:
        answers[f"by address {person.email}"] = await store.person_by_email(person.email)
        answers[f"tokens of {person.id}"] = await store.tokens_of(person.id)
        lists = await store.lists_of(person.id)
        answers[f"lists of {person.id}"] = sorted(lists, key=lambda pair: pair[0].id)
    for token in known.tokens:
        answers[f"token {token.id}"] = await store.token(token.hash)
    for header in known.lists:
        answers[f"list {header.id}"] = await store.load(header.id)
        answers[f"changes of {header.id}"] = await store.changes(header.id, 0, 2**62)
        answers[f"known of {header.id}"] = await store.known(header.id, [change.edit for change in known.edits])
        for invitation in header.invitations:
            answers[f"invitation {invitation.id}"] = await store.list_of_invitation(invitation.hash)
        for share in header.shares:
            answers[f"share {share.id}"] = await store.list_of_share(share.hash)
    for record in known.records:
        answers[f"record {record.key.hex()}"] = await store.record(record.kind, record.key)
    answers["mails due"] = await store.records_due("mail", NOW + 1, 10)
    for before in (NOW - 5, NOW - 4):
        answers[f"deleted before {before}"] = await store.deleted_before(before)
    return answers


async def told_at(place: Place, known: Known) -> dict[str, object]:
    store = place.open()
    try:
        return await told(store, known)
    finally:
        await store.close()


async def furnished_at(place: Place, length: int = 510) -> tuple[Known, dict[str, object]]:
    store = place.open()
    known = await furnished(store, length)
    before = await told(store, known)
    await store.close()
    return known, before
