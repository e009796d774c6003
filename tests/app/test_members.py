"""Members: invitations by link, roles and what each may do, leaving."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from tests.clients.house import HandClock, house
from tests.clients.http import Http
from tests.clients.making import PASSWORD, add, new_id, now_ms
from tests.clients.person import Person


async def test_an_invitation_by_link_is_a_code_and_an_address_that_ends_in_it(anna: Person) -> None:
    list_id = await anna.new_list()
    made = await anna.call("members.invite", list=list_id, role="editor", link=True)
    assert set(made) == {"code", "url"}
    assert made["url"].startswith(anna.http.url + "/")
    assert made["url"].endswith(made["code"])


async def test_links_are_built_on_the_setting_and_never_on_the_host_header(tmp_path: Path, anna: Person) -> None:
    list_id = await anna.new_list()
    sent = {"list": list_id, "role": "editor", "link": True}
    answer = (await anna.ask("members.invite", sent, {"Host": "evil.example"})).ok()
    assert answer["url"].startswith(anna.http.url + "/")
    async with house(tmp_path / "data", url="https://lists.example.test") as http:
        owner = await Person.registered(http)
        made = await owner.call("members.invite", list=await owner.new_list(), role="viewer", link=True)
        assert made["url"].startswith("https://lists.example.test/")


async def test_accepting_answers_the_list_and_the_link_serves_more_than_one(
    anna: Person, boris: Person, stranger: Person
) -> None:
    list_id = await anna.new_list("Ours")
    code = await anna.invitation(list_id)
    await stranger.problem("not_found", "lists.get", list=list_id)
    for person in (boris, stranger):
        joined = await person.answered_list("members.accept", code=code)
        assert (joined["id"], joined["title"], joined["role"], joined["right"]) == (list_id, "Ours", "editor", "edit")
        assert [listed["id"] for listed in await person.index()] == [list_id]
    members = (await boris.call("members.list", list=list_id))["members"]
    assert [(member["person"], member["role"]) for member in members] == [
        ({"id": anna.id, "name": "Anna"}, "owner"),
        ({"id": boris.id, "name": "Борис"}, "editor"),
        ({"id": stranger.id, "name": "Stranger"}, "editor"),
    ]


async def test_accepting_again_may_raise_a_role_and_never_lowers_one(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    as_viewer, as_editor = await anna.invitation(list_id, "viewer"), await anna.invitation(list_id, "editor")
    viewer = await boris.answered_list("members.accept", code=as_viewer)
    assert (viewer["role"], viewer["right"]) == ("viewer", "view")
    assert (await boris.answered_list("members.accept", code=as_viewer))["role"] == "viewer"
    assert (await boris.answered_list("members.accept", code=as_editor))["role"] == "editor"
    assert (await boris.answered_list("members.accept", code=as_viewer))["role"] == "editor"
    assert (await anna.answered_list("members.accept", code=as_viewer))["role"] == "owner"
    assert len((await anna.call("members.list", list=list_id))["members"]) == 2


async def test_whom_the_owner_removed_a_link_of_before_does_not_bring_back(
    anna: Person, boris: Person, stranger: Person
) -> None:
    list_id = await anna.new_list()
    code = await anna.invitation(list_id, "editor")
    await boris.answered_list("members.accept", code=code)
    await anna.call("members.remove", list=list_id, person=boris.id)
    await boris.problem("gone", "members.accept", code=code)
    await boris.problem("not_found", "lists.get", list=list_id)
    assert (await stranger.answered_list("members.accept", code=code))["role"] == "editor", "it serves others"
    again = await anna.invitation(list_id, "viewer")
    assert (await boris.answered_list("members.accept", code=again))["role"] == "viewer"
    assert (await boris.answered_list("members.accept", code=code))["role"] == "viewer"


async def test_who_left_by_themselves_may_come_back_by_the_link(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    code = await anna.invitation(list_id, "editor")
    await boris.answered_list("members.accept", code=code)
    await boris.call("members.leave", list=list_id)
    assert (await boris.answered_list("members.accept", code=code))["role"] == "editor"


async def test_a_link_of_before_does_not_give_back_a_role_that_the_owner_took(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    code = await anna.invitation(list_id, "editor")
    await boris.answered_list("members.accept", code=code)
    await anna.call("members.set_role", list=list_id, person=boris.id, role="viewer")
    assert (await boris.answered_list("members.accept", code=code))["role"] == "viewer"
    await anna.call("members.set_role", list=list_id, person=boris.id, role="editor")
    await anna.call("members.set_role", list=list_id, person=boris.id, role="viewer")
    again = await anna.invitation(list_id, "editor")
    assert (await boris.answered_list("members.accept", code=again))["role"] == "editor"


async def test_the_owner_sees_the_open_invitations_and_copies_a_link_again(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    assert await anna.call("members.invitations", list=list_id) == {"invitations": []}
    made = [await anna.call("members.invite", list=list_id, role=role, link=True) for role in ("viewer", "editor")]
    await boris.answered_list("members.accept", code=made[0]["code"])
    open_ones = (await anna.call("members.invitations", list=list_id))["invitations"]
    assert all(set(one) == {"id", "role", "email", "url", "expires_at"} for one in open_ones)
    assert [(one["role"], one["email"], one["url"]) for one in open_ones] == [
        ("viewer", None, made[0]["url"]),
        ("editor", None, made[1]["url"]),
    ]
    assert all(6.9 < days_from_now(one["expires_at"]) < 7.1 for one in open_ones)
    await boris.problem("forbidden", "members.invitations", list=list_id)
    await boris.problem("forbidden", "members.uninvite", list=list_id, id=open_ones[0]["id"])


def days_from_now(time: str) -> float:
    return (datetime.fromisoformat(time).timestamp() * 1000 - now_ms()) / 86_400_000


async def test_a_withdrawn_invitation_is_gone_and_who_joined_by_it_stays(
    http: Http, anna: Person, boris: Person, stranger: Person
) -> None:
    list_id = await anna.new_list()
    code, other = await anna.invitation(list_id, "viewer"), await anna.invitation(list_id, "editor")
    await boris.answered_list("members.accept", code=code)
    withdrawn, kept = (await anna.call("members.invitations", list=list_id))["invitations"]
    assert await anna.call("members.uninvite", list=list_id, id=withdrawn["id"]) == {}
    assert (await anna.call("members.invitations", list=list_id))["invitations"] == [kept]
    await stranger.problem("gone", "members.accept", code=code)
    await stranger.problem("not_found", "lists.get", list=list_id)
    payload = {"email": f"{new_id()}@example.test", "password": PASSWORD, "name": "New"}
    (await http.call("accounts.register", {**payload, "invitation": code})).problem("gone")
    (await http.call("accounts.register", payload)).ok()
    assert (await boris.get(list_id))["list"]["role"] == "viewer"
    assert (await boris.answered_list("members.accept", code=other))["role"] == "editor"
    await anna.problem("gone", "members.uninvite", list=list_id, id=withdrawn["id"])
    await anna.problem("not_found", "members.uninvite", list=list_id, id="no-such-id")
    await anna.problem("not_found", "members.uninvite", list=await anna.new_list(), id=kept["id"])


async def test_a_hundred_open_invitations_are_the_most_and_withdrawing_makes_room(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    first = await anna.invitation(list_id)
    for _ in range(99):
        await anna.invitation(list_id)
    await anna.problem("conflict", "members.invite", list=list_id, role="editor", link=True)
    invitations = (await anna.call("members.invitations", list=list_id))["invitations"]
    assert len({one["id"] for one in invitations}) == 100
    await anna.call("members.uninvite", list=list_id, id=invitations[50]["id"])
    await anna.invitation(list_id)
    await anna.problem("conflict", "members.invite", list=list_id, role="editor", link=True)
    await boris.answered_list("members.accept", code=first)


async def test_a_link_counts_however_many_were_made_and_withdrawn_since(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    first = await anna.invitation(list_id)
    for _ in range(205):
        await anna.invitation(list_id)
        last = (await anna.call("members.invitations", list=list_id))["invitations"][-1]
        await anna.call("members.uninvite", list=list_id, id=last["id"])
    await boris.answered_list("members.accept", code=first)


async def test_a_wrong_code_is_not_found(boris: Person) -> None:
    await boris.problem("not_found", "members.accept", code="no-such-code")
    await boris.problem("not_found", "members.accept", code="x" * 43)


@pytest.mark.parametrize(
    "sent", [{"role": "owner", "link": True}, {"role": "guest", "link": True}, {"role": "editor"},
             {"role": "editor", "link": False}, {"link": True}, {"role": "editor", "link": "yes"}]
)  # fmt: skip
async def test_an_invitation_that_makes_no_sense_is_invalid(anna: Person, sent: dict[str, object]) -> None:
    await anna.problem("invalid", "members.invite", list=await anna.new_list(), **sent)


async def test_registering_with_an_invitation_joins_its_list(http: Http, anna: Person) -> None:
    list_id = await anna.new_list()
    invited = await Person.registered(http, invitation=await anna.invitation(list_id, "viewer"))
    assert (await invited.get(list_id))["list"]["role"] == "viewer"


async def test_registering_with_a_wrong_invitation_makes_no_account(http: Http) -> None:
    payload = {"email": f"{new_id()}@example.test", "password": PASSWORD, "name": "New"}
    (await http.call("accounts.register", {**payload, "invitation": "no-such-code"})).problem("not_found")
    (await http.call("accounts.register", payload)).ok()


async def test_a_viewer_reads_and_leaves_and_does_nothing_else(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris, "viewer")
    await anna.done(list_id, add("milk"))
    await boris.problem("forbidden", "lists.edit", list=list_id, edits=[add("bread")])
    await boris.problem("forbidden", "lists.undo", list=list_id, revision=1, id=new_id())
    await boris.problem("forbidden", "members.invite", list=list_id, role="viewer", link=True)
    for name in ("lists.get", "lists.history", "members.list"):
        await boris.call(name, list=list_id)
    await boris.answered_list("lists.copy", list=list_id, id=new_id())
    assert (await anna.get(list_id))["list"]["revision"] == 1
    await boris.call("members.leave", list=list_id)
    await boris.problem("not_found", "lists.get", list=list_id)


async def test_who_left_is_a_stranger_and_may_come_back_by_the_link(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    code = await anna.invitation(list_id)
    await boris.answered_list("members.accept", code=code)
    milk = add("milk")
    await boris.done(list_id, milk)
    await boris.call("members.leave", list=list_id)
    for name in ("lists.get", "members.leave", "members.list", "lists.history"):
        await boris.problem("not_found", name, list=list_id)
    assert await boris.index() == []
    got = await anna.get(list_id)
    assert got["items"][0]["added_by"] == boris.id
    assert got["people"] == [{"id": boris.id, "name": "Борис"}]
    assert len((await anna.call("members.list", list=list_id))["members"]) == 1
    assert (await boris.answered_list("members.accept", code=code))["role"] == "editor"


async def test_who_is_removed_is_a_stranger_at_once_on_every_connection(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    async with await boris.live() as live:
        await live.call("lists.open", list=list_id)
        await anna.call("members.remove", list=list_id, person=boris.id)
        assert await live.hear("list.gone") == {"list": list_id, "reason": "removed"}
        await live.hear("lists.changed")
        assert (await live.ask("lists.edit", {"list": list_id, "edits": [add("late")]}))["error"]["code"] == "not_found"
    assert await boris.index() == []
    assert len((await anna.call("members.list", list=list_id))["members"]) == 1
    await anna.problem("not_found", "members.remove", list=list_id, person=boris.id)


async def test_only_the_owner_removes(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    await boris.problem("forbidden", "members.remove", list=list_id, person=anna.id)
    await boris.problem("forbidden", "members.remove", list=list_id, person=boris.id)
    assert len((await anna.call("members.list", list=list_id))["members"]) == 2


async def test_the_owner_cannot_leave(anna: Person) -> None:
    list_id = await anna.new_list()
    await anna.problem("conflict", "members.leave", list=list_id)
    await anna.problem("conflict", "members.remove", list=list_id, person=anna.id)
    assert (await anna.get(list_id))["list"]["role"] == "owner"


async def roles(person: Person, list_id: str) -> dict[str, str]:
    members = (await person.call("members.list", list=list_id))["members"]
    return {member["person"]["id"]: member["role"] for member in members}


async def test_a_role_counts_from_the_next_call_on(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris, "viewer")
    async with await boris.live() as live:
        await live.call("lists.open", list=list_id)
        for role, right, answered in (("editor", "edit", True), ("viewer", "view", False)):
            assert await anna.call("members.set_role", list=list_id, person=boris.id, role=role) == {}
            await live.hear("lists.changed")
            listed = (await boris.get(list_id))["list"]
            assert (listed["role"], listed["right"]) == (role, right)
            edited = await live.ask("lists.edit", {"list": list_id, "edits": [add(f"as {role}")]})
            assert edited["ok"] is answered
        await anna.done(list_id, add("still heard"))
        assert (await live.hear("list.changed"))["list"] == list_id
    assert await roles(anna, list_id) == {anna.id: "owner", boris.id: "viewer"}


async def test_a_list_is_handed_over_and_the_giver_becomes_editor(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris, "viewer")
    code = await anna.invitation(list_id)
    async with await boris.live() as live:
        await anna.call("members.set_role", list=list_id, person=boris.id, role="owner")
        await live.hear("lists.changed")
    assert await roles(boris, list_id) == {anna.id: "editor", boris.id: "owner"}
    await anna.done(list_id, add("milk"))
    for name, payload in (
        ("members.invite", {"role": "viewer", "link": True}),
        ("members.invitations", {}),
        ("members.set_role", {"person": anna.id, "role": "owner"}),
        ("lists.delete", {}),
    ):
        await anna.problem("forbidden", name, list=list_id, **payload)
    assert (await anna.answered_list("members.accept", code=code))["role"] == "editor"
    assert len((await boris.call("members.invitations", list=list_id))["invitations"]) == 2
    await anna.call("members.leave", list=list_id)
    await boris.problem("conflict", "members.leave", list=list_id)
    assert [listed["role"] for listed in await boris.index()] == ["owner"]


async def test_a_list_has_one_owner(anna: Person, boris: Person, stranger: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    await anna.problem("conflict", "members.set_role", list=list_id, person=anna.id, role="editor")
    await anna.call("members.set_role", list=list_id, person=anna.id, role="owner")
    await anna.problem("not_found", "members.set_role", list=list_id, person=stranger.id, role="owner")
    await anna.problem("invalid", "members.set_role", list=list_id, person=boris.id, role="guest")
    await boris.problem("forbidden", "members.set_role", list=list_id, person=boris.id, role="owner")
    await stranger.problem("not_found", "members.set_role", list=list_id, person=stranger.id, role="owner")
    assert await roles(anna, list_id) == {anna.id: "owner", boris.id: "editor"}


async def test_of_two_hand_overs_at_once_one_counts(anna: Person, boris: Person, stranger: Person) -> None:
    list_id = await anna.new_list()
    for other in (boris, stranger):
        await anna.shares_with(list_id, other)
    payloads = [{"list": list_id, "person": other.id, "role": "owner"} for other in (boris, stranger)]
    answers = await asyncio.gather(*[anna.ask("members.set_role", payload) for payload in payloads])
    assert sorted(answer.status for answer in answers) == [200, 403]
    assert sorted((await roles(boris, list_id)).values()) == ["editor", "editor", "owner"]


async def test_roles_of_a_deleted_list_stay_as_they_are(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    await anna.call("lists.delete", list=list_id)
    await anna.problem("gone", "members.set_role", list=list_id, person=boris.id, role="viewer")
    await anna.problem("gone", "members.invitations", list=list_id)


async def test_an_edit_that_waits_when_its_author_leaves_is_not_stored(anna: Person, boris: Person) -> None:
    """Sent together on one connection: whatever comes after the leaving is a stranger's."""
    for _ in range(10):
        list_id = await anna.new_list()
        await anna.shares_with(list_id, boris)
        async with await boris.live() as live:
            before = [await live.send("lists.edit", {"list": list_id, "edits": [add(f"b {n}")]}) for n in range(5)]
            leaving = await live.send("members.leave", {"list": list_id})
            after = [await live.send("lists.edit", {"list": list_id, "edits": [add(f"a {n}")]}) for n in range(5)]
            left = await asyncio.wait_for(leaving, 60)
            answers = await asyncio.wait_for(asyncio.gather(*before, *after), 60)
        assert left["ok"] is True
        assert [answer["ok"] for answer in answers[:5]] == [True] * 5
        acknowledged = sum(answer["ok"] for answer in answers)
        refused = [answer["error"]["code"] for answer in answers if not answer["ok"]]
        assert set(refused) <= {"not_found"}
        stored = await anna.history(list_id)
        assert len(stored) == acknowledged
        late = await boris.ask("lists.edit", {"list": list_id, "edits": [add("late")]})
        late.problem("not_found")


async def test_what_is_sent_after_the_leaving_was_answered_is_refused_on_every_connection(
    anna: Person, boris: Person
) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    began, left = asyncio.Semaphore(0), asyncio.Event()

    async def edits() -> list[tuple[bool, bool]]:
        """For each call: whether it was sent after the leaving was answered, and whether it was done."""
        outcomes: list[tuple[bool, bool]] = []
        async with await boris.live() as live:
            while len(outcomes) < 400 and sum(late for late, _ in outcomes) < 5:
                late = left.is_set()
                answer = await live.ask("lists.edit", {"list": list_id, "edits": [add(new_id())]})
                outcomes.append((late, answer["ok"]))
                if len(outcomes) == 1:
                    began.release()
        return outcomes

    pouring = [asyncio.ensure_future(edits()) for _ in range(3)]
    for _ in pouring:
        await asyncio.wait_for(began.acquire(), 60)
    await boris.call("members.leave", list=list_id)
    left.set()
    outcomes = [outcome for all_of_one in await asyncio.gather(*pouring) for outcome in all_of_one]
    assert any(done for _, done in outcomes)
    assert any(late for late, _ in outcomes)
    assert not [outcome for outcome in outcomes if outcome == (True, True)]
    assert len(await anna.history(list_id)) == sum(done for _, done in outcomes)


async def test_a_link_serves_for_seven_days(tmp_path: Path) -> None:
    clock = HandClock()
    async with house(tmp_path / "data", clock=clock) as http:
        anna, boris, late = [await Person.registered(http, name) for name in ("Anna", "Boris", "Late")]
        list_id = await anna.new_list()
        code = await anna.invitation(list_id)
        clock.advance(days=7, seconds=-60)
        await boris.answered_list("members.accept", code=code)
        clock.advance(seconds=120)
        await late.problem("gone", "members.accept", code=code)
        payload = {"email": "new@example.test", "password": PASSWORD, "name": "New", "invitation": code}
        (await http.call("accounts.register", payload)).problem("gone")
        await late.problem("not_found", "lists.get", list=list_id)


async def test_a_deleted_list_can_be_restored_for_thirty_days(tmp_path: Path) -> None:
    clock = HandClock()
    async with house(tmp_path / "data", clock=clock) as http:
        anna = await Person.registered(http)
        list_id = await anna.new_list()
        await anna.done(list_id, add("milk"))
        await anna.call("lists.delete", list=list_id)
        clock.advance(days=29.9)
        assert (await anna.answered_list("lists.restore", list=list_id))["open"] == 1
        await anna.call("lists.delete", list=list_id)
        clock.advance(days=30.1)
        answer = await anna.ask("lists.restore", {"list": list_id})
        assert answer.status in (404, 410), answer.body


async def test_a_link_of_a_deleted_list_does_not_join(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    code = await anna.invitation(list_id)
    await anna.call("lists.delete", list=list_id)
    answer = await boris.ask("members.accept", {"code": code})
    assert answer.status in (404, 410), answer.body
    await anna.answered_list("lists.restore", list=list_id)
    await boris.problem("not_found", "lists.get", list=list_id)
