"""Members: invitations by link, what each role may do, leaving."""

import asyncio
from pathlib import Path

import pytest

from tests.clients.house import HandClock, house
from tests.clients.http import Http
from tests.clients.making import PASSWORD, add, new_id
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


async def test_an_edit_that_waits_when_its_author_leaves_is_not_stored(anna: Person, boris: Person) -> None:
    """Sent together on one connection: whatever comes after the leaving is a stranger's."""
    for _ in range(10):
        list_id = await anna.new_list()
        await anna.shares_with(list_id, boris)
        async with await boris.live() as live:
            before = [await live.send("lists.edit", {"list": list_id, "edits": [add(f"b {n}")]}) for n in range(5)]
            leaving = await live.send("members.leave", {"list": list_id})
            after = [await live.send("lists.edit", {"list": list_id, "edits": [add(f"a {n}")]}) for n in range(5)]
            left = await asyncio.wait_for(leaving, 10)
            answers = await asyncio.wait_for(asyncio.gather(*before, *after), 10)
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
    left = asyncio.Event()

    async def edits() -> list[tuple[bool, bool]]:
        """For each call: whether it was sent after the leaving was answered, and whether it was done."""
        outcomes: list[tuple[bool, bool]] = []
        async with await boris.live() as live:
            while len(outcomes) < 400 and sum(late for late, _ in outcomes) < 5:
                late = left.is_set()
                answer = await live.ask("lists.edit", {"list": list_id, "edits": [add(new_id())]})
                outcomes.append((late, answer["ok"]))
        return outcomes

    pouring = [asyncio.ensure_future(edits()) for _ in range(3)]
    await asyncio.sleep(0.1)
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
