"""Lists: made, indexed, read, copied, archived, deleted, restored; their history and undo."""

import re

import pytest

from tests.clients.http import check_problem
from tests.clients.making import add, change, edit, new_id, remove, restore, tick
from tests.clients.person import Person

LIST = {
    "id", "title", "revision", "epoch", "role", "right", "categories", "archived", "deleted_at", "open", "total",
    "updated_at",
}  # fmt: skip
ITEM = {
    "id", "text", "quantity", "unit", "note", "category", "price", "picture", "position", "ticked", "removed",
    "added_by", "ticked_by", "updated_at",
}  # fmt: skip
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def test_a_new_list_is_empty_mine_and_at_revision_0(anna: Person) -> None:
    made = await anna.answered_list("lists.create", title="  Groceries ")
    assert set(made) == LIST
    assert TIME.fullmatch(made["updated_at"])
    assert made["id"]
    assert made["epoch"]
    assert {**made, "id": 0, "epoch": 0, "updated_at": 0} == {
        "id": 0, "title": "  Groceries ", "revision": 0, "epoch": 0, "role": "owner", "right": "edit",
        "categories": {}, "archived": False, "deleted_at": None, "open": 0, "total": 0, "updated_at": 0,
    }  # fmt: skip
    got = await anna.get(made["id"])
    assert {**got, "now": 0} == {"list": made, "items": [], "people": [], "whole": True, "now": 0}


async def test_reading_a_list_answers_list_items_people_whole_and_now(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    await anna.call("accounts.update", name="Аня")
    milk, bread = add("milk", quantity=2.5, unit="l", note="3.5%", category="Dairy", price=1.25), add("bread")
    await anna.done(list_id, milk)
    await boris.done(list_id, bread, tick(bread["item"]))
    got = await anna.get(list_id)
    assert set(got) == {"list", "items", "people", "whole", "now"}
    assert got["whole"] is True
    assert TIME.fullmatch(got["now"])
    assert got["list"]["revision"] == 3
    assert (got["list"]["open"], got["list"]["total"]) == (1, 2)
    items = {item["id"]: item for item in got["items"]}
    assert all(set(item) == ITEM and TIME.fullmatch(item["updated_at"]) for item in got["items"])
    assert {**items[milk["item"]], "position": 0, "updated_at": 0} == {
        "id": milk["item"], "text": "milk", "quantity": 2.5, "unit": "l", "note": "3.5%", "category": "Dairy",
        "price": 1.25, "picture": None, "position": 0, "ticked": False, "removed": False, "added_by": anna.id,
        "ticked_by": None, "updated_at": 0,
    }  # fmt: skip
    assert items[bread["item"]]["ticked_by"] == boris.id
    assert items[milk["item"]]["position"] < items[bread["item"]]["position"]
    people = {person["id"]: person["name"] for person in got["people"]}
    assert people == {anna.id: "Аня", boris.id: "Борис"}
    assert all(set(person) == {"id", "name"} for person in got["people"])


async def test_people_are_those_whom_items_name_and_no_others(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    await anna.done(list_id, add("milk"))
    assert [person["id"] for person in (await boris.get(list_id))["people"]] == [anna.id]


async def test_since_answers_what_changed_and_what_is_gone(anna: Person) -> None:
    list_id = await anna.new_list()
    milk, bread, tea = add("milk"), add("bread"), add("tea")
    await anna.done(list_id, milk, bread, tea)
    await anna.done(list_id, remove(milk["item"]), change(tea["item"], quantity=3))
    epoch = (await anna.get(list_id))["list"]["epoch"]
    got = await anna.get(list_id, since=3, epoch=epoch)
    assert got["whole"] is False
    assert {item["id"]: item["removed"] for item in got["items"]} == {milk["item"]: True, tea["item"]: False}
    assert all(set(item) == ITEM for item in got["items"])
    nothing = await anna.get(list_id, since=5)
    assert (nothing["whole"], nothing["items"]) == (False, [])
    both = await anna.get(list_id, since=0, epoch=epoch)
    on_list = {item["id"] for item in both["items"] if not item["removed"]}
    assert on_list == {bread["item"], tea["item"]}


@pytest.mark.parametrize(
    "named", [{"since": 6}, {"since": 10**15}, {"since": 2, "epoch": "another"}, {}, {"since": None}]
)
async def test_a_client_ahead_or_of_another_epoch_or_without_a_since_gets_the_whole(
    anna: Person, named: dict[str, object]
) -> None:
    list_id = await anna.new_list()
    await anna.done(list_id, *[add(f"item {n}") for n in range(5)])
    got = await anna.get(list_id, **named)
    assert got["whole"] is True
    assert len(got["items"]) == 5


async def test_the_same_id_again_is_the_same_list_and_anothers_is_a_conflict(anna: Person, boris: Person) -> None:
    mine = new_id()
    first = await anna.answered_list("lists.create", title="First", id=mine)
    assert first["id"] == mine
    assert await anna.answered_list("lists.create", title="Second", id=mine) == first
    await boris.problem("conflict", "lists.create", title="Mine now", id=mine)
    await boris.problem("not_found", "lists.get", list=mine)
    assert len(await anna.index()) == 1


async def test_the_index_shows_the_last_used_first_with_counts(anna: Person) -> None:
    first, second, third = [await anna.new_list(title) for title in ("First", "Second", "Third")]
    await anna.done(first, add("milk"), add("bread"))
    lists = await anna.index()
    assert all(set(listed) == LIST for listed in lists)
    assert [listed["id"] for listed in lists] == [first, third, second]
    assert (lists[0]["open"], lists[0]["total"], lists[0]["revision"]) == (2, 2, 2)
    await anna.done(second, edit("rename", title="Вторая"))
    lists = await anna.index()
    assert [listed["title"] for listed in lists] == ["Вторая", "First", "Third"]
    assert lists[0] == (await anna.get(second))["list"]


async def test_the_index_shows_archived_and_deleted_lists_only_where_asked(anna: Person) -> None:
    plain, archived, deleted, both = [await anna.new_list(title) for title in ("P", "A", "D", "B")]
    for list_id in (archived, both):
        assert (await anna.answered_list("lists.archive", list=list_id, archived=True))["archived"] is True
    for list_id in (deleted, both):
        await anna.call("lists.delete", list=list_id)
    assert [listed["id"] for listed in await anna.index()] == [plain]
    assert [listed["id"] for listed in await anna.index(archived=True)] == [archived]
    gone = await anna.index(deleted=True)
    assert {listed["id"] for listed in gone} == {deleted, both}
    assert all(TIME.fullmatch(listed["deleted_at"]) for listed in gone)
    assert [listed["id"] for listed in await anna.index(archived=False, deleted=False)] == [plain]


async def test_an_archived_list_can_be_edited_and_brought_back(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    await anna.answered_list("lists.archive", list=list_id, archived=True)
    assert await boris.index() == []
    assert [listed["id"] for listed in await boris.index(archived=True)] == [list_id]
    await boris.done(list_id, add("milk"))
    assert (await anna.answered_list("lists.archive", list=list_id, archived=False))["archived"] is False
    assert [listed["id"] for listed in await boris.index()] == [list_id]
    await boris.problem("forbidden", "lists.archive", list=list_id, archived=True)


async def test_a_deleted_list_is_gone_for_its_members_until_it_is_restored(
    anna: Person, boris: Person, stranger: Person
) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    await boris.done(list_id, add("milk"))
    await boris.problem("forbidden", "lists.delete", list=list_id)
    await anna.call("lists.delete", list=list_id)
    for member in (anna, boris):
        await member.problem("gone", "lists.get", list=list_id)
        await member.problem("gone", "lists.edit", list=list_id, edits=[add("x")])
        await member.problem("gone", "lists.history", list=list_id)
        await member.problem("gone", "members.list", list=list_id)
        await member.problem("gone", "lists.copy", list=list_id, id=new_id())
    await anna.problem("gone", "lists.archive", list=list_id, archived=True)
    await anna.problem("gone", "members.invite", list=list_id, role="editor", link=True)
    await stranger.problem("not_found", "lists.get", list=list_id)
    await stranger.problem("not_found", "lists.restore", list=list_id)
    back = await anna.answered_list("lists.restore", list=list_id)
    assert (back["id"], back["deleted_at"], back["open"]) == (list_id, None, 1)
    assert len((await boris.get(list_id))["items"]) == 1


async def test_only_the_owner_restores(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    await anna.call("lists.delete", list=list_id)
    answer = await boris.ask("lists.restore", {"list": list_id})
    assert answer.status in (403, 410), answer.body
    await boris.problem("gone", "lists.get", list=list_id)


# --- copies


async def test_a_copy_has_open_items_with_new_ids_and_the_categories(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list("Weekly")
    await anna.shares_with(list_id, boris, "viewer")
    milk, bread, tea = add("milk", quantity=2, unit="l", note="fresh"), add("bread"), add("tea")
    await anna.done(list_id, milk, bread, tea, tick(bread["item"]), remove(tea["item"]))
    await anna.done(list_id, edit("arrange", shop="Market", categories=["Dairy", "Bakery"]))
    copy = await boris.answered_list("lists.copy", list=list_id, id=new_id(), title="Mine")
    assert (copy["title"], copy["role"], copy["categories"]) == ("Mine", "owner", {"Market": ["Dairy", "Bakery"]})
    assert (copy["open"], copy["total"]) == (2, 2)
    items = (await boris.get(copy["id"]))["items"]
    assert {item["text"] for item in items} == {"milk", "bread"}
    assert not {item["id"] for item in items} & {milk["item"], bread["item"]}
    assert not any(item["ticked"] for item in items)
    (copied,) = [item for item in items if item["text"] == "milk"]
    assert (copied["quantity"], copied["unit"], copied["note"]) == (2, "l", "fresh")
    await anna.problem("not_found", "lists.get", list=copy["id"])
    assert len((await anna.get(list_id))["items"]) == 2


async def test_a_repeated_copy_is_the_first_one(anna: Person, boris: Person) -> None:
    list_id, copy_id = await anna.new_list("Weekly"), new_id()
    await anna.done(list_id, add("milk"), add("bread"))
    first = await anna.answered_list("lists.copy", list=list_id, id=copy_id)
    assert first["id"] == copy_id
    assert first["title"] == "Weekly"
    items = (await anna.get(copy_id))["items"]
    await anna.done(list_id, add("later"))
    assert await anna.answered_list("lists.copy", list=list_id, id=copy_id, title="Again") == first
    assert (await anna.get(copy_id))["items"] == items
    await anna.shares_with(list_id, boris)
    await boris.problem("conflict", "lists.copy", list=list_id, id=copy_id)


# --- history and undo


async def test_the_history_is_newest_first_in_pages_and_names_kind_and_person(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris, "viewer")
    milk = add("milk")
    await anna.done(list_id, milk, tick(milk["item"]), edit("rename", title="Новое"))
    page = await boris.call("lists.history", list=list_id, limit=2)
    assert set(page) == {"changes", "more"}
    assert [(change["revision"], change["kind"]) for change in page["changes"]] == [(3, "rename"), (2, "tick")]
    assert page["more"] is True
    assert all(change["person"] == {"id": anna.id, "name": "Anna"} for change in page["changes"])
    assert all(change["by"] == anna.id for change in page["changes"])
    assert page["changes"][0]["list"] == {"title": "Новое"}
    rest = await boris.call("lists.history", list=list_id, before=2)
    assert [(change["revision"], change["edit"]) for change in rest["changes"]] == [(1, milk["id"])]
    assert rest["more"] is False
    assert set(rest["changes"][0]["items"][milk["item"]]) | {"id"} == ITEM
    nothing = await boris.call("lists.history", list=list_id, before=1)
    assert nothing == {"changes": [], "more": False}


async def test_undo_puts_back_what_a_change_replaced(anna: Person) -> None:
    list_id = await anna.new_list()
    milk = add("milk", quantity=1)
    await anna.done(list_id, milk, change(milk["item"], quantity=5, note="x"), change(milk["item"], note="later"))
    undone = await anna.call("lists.undo", list=list_id, revision=2, id=new_id())
    assert set(undone) == {"revision", "results"}
    assert undone["revision"] == 4
    assert undone["results"][0]["status"] == "applied"
    item = (await anna.items(list_id))[milk["item"]]
    assert (item["quantity"], item["note"]) == (1, "later")
    assert (await anna.history(list_id))[-1]["kind"] == "undo"


async def test_a_repeated_undo_is_a_duplicate_and_a_second_one_has_nothing_left(anna: Person) -> None:
    list_id, undo = await anna.new_list(), new_id()
    milk = add("milk")
    await anna.done(list_id, milk)
    first = await anna.call("lists.undo", list=list_id, revision=1, id=undo)
    again = await anna.call("lists.undo", list=list_id, revision=1, id=undo)
    assert again["results"][0]["status"] == "duplicate"
    assert again["results"][0]["revision"] == first["results"][0]["revision"] == 2
    await anna.problem("conflict", "lists.undo", list=list_id, revision=1, id=new_id())
    await anna.problem("not_found", "lists.undo", list=list_id, revision=99, id=new_id())
    assert await anna.items(list_id) == {}


async def test_undoing_a_tick_of_many_is_one_step(anna: Person) -> None:
    list_id = await anna.new_list()
    adds = [add(f"item {n}") for n in range(20)]
    await anna.done(list_id, *adds, tick(*[sent["item"] for sent in adds]))
    await anna.call("lists.undo", list=list_id, revision=21, id=new_id())
    got = await anna.get(list_id)
    assert (got["list"]["revision"], got["list"]["open"]) == (22, 20)
    assert all(item["ticked_by"] is None for item in got["items"])


async def test_undoing_a_merged_add_takes_back_what_it_brought(anna: Person) -> None:
    list_id = await anna.new_list()
    first, merged = add("Milk", quantity=2), add(" milk ", quantity=3)
    await anna.done(list_id, first)
    (result,) = await anna.done(list_id, merged)
    assert result["item"] == first["item"]
    await anna.call("lists.undo", list=list_id, revision=2, id=new_id())
    items = await anna.items(list_id)
    assert list(items) == [first["item"]]
    assert items[first["item"]]["quantity"] == 2


# --- what an edit call answers


async def test_results_come_in_order_with_a_revision_each(anna: Person) -> None:
    list_id = await anna.new_list()
    edits = [add(f"item {n}") for n in range(500)]
    answer = await anna.edit(list_id, *edits)
    assert set(answer) == {"revision", "results"}
    assert answer["revision"] == 500
    assert [result["edit"] for result in answer["results"]] == [sent["id"] for sent in edits]
    assert [result["revision"] for result in answer["results"]] == list(range(1, 501))
    assert (await anna.get(list_id))["list"]["revision"] == 500


async def test_a_repeat_is_a_duplicate_with_its_first_revision_also_within_one_call(anna: Person) -> None:
    list_id = await anna.new_list()
    milk, more = add("milk"), add("milk", quantity=4)
    twice = await anna.edit(list_id, milk, milk)
    assert [(result["status"], result["revision"]) for result in twice["results"]] == [("applied", 1), ("duplicate", 1)]
    (merged,) = (await anna.edit(list_id, more))["results"]
    (again,) = (await anna.edit(list_id, more))["results"]
    assert (again["status"], again["revision"], again["item"]) == ("duplicate", merged["revision"], milk["item"])
    assert (await anna.items(list_id))[milk["item"]]["quantity"] == 5
    assert (await anna.get(list_id))["list"]["revision"] == 2


async def test_one_refused_edit_does_not_hold_up_the_others(anna: Person) -> None:
    list_id = await anna.new_list()
    milk = add("milk")
    answer = await anna.edit(list_id, milk, tick(new_id()), {**add("bread"), "item": milk["item"]}, add("tea"))
    statuses = [result["status"] for result in answer["results"]]
    assert statuses == ["applied", "refused", "refused", "applied"]
    assert [result["revision"] for result in answer["results"]] == [1, None, None, 2]
    check_problem({"request_id": "-", **answer["results"][1]["error"]}, "not_found")
    check_problem({"request_id": "-", **answer["results"][2]["error"]}, "conflict")
    assert answer["revision"] == 2
    assert [change["revision"] for change in await anna.history(list_id)] == [1, 2]


async def test_a_refused_edit_is_decided_afresh_when_sent_again(anna: Person) -> None:
    list_id = await anna.new_list()
    milk, early = add("milk"), new_id()
    too_soon = {**tick(milk["item"]), "id": early}
    assert (await anna.edit(list_id, too_soon))["results"][0]["status"] == "refused"
    await anna.done(list_id, milk)
    await anna.done(list_id, too_soon)
    assert (await anna.items(list_id))[milk["item"]]["ticked"] is True


async def test_one_edit_of_a_wrong_shape_undoes_the_whole_call(anna: Person) -> None:
    list_id = await anna.new_list()
    wrong = {**add("bread"), "item": "not-a-uuid"}
    problem = await anna.problem("invalid", "lists.edit", list=list_id, edits=[add("milk"), wrong])
    assert list(problem["fields"]) == ["edits.1.item"]
    assert (await anna.get(list_id))["list"]["revision"] == 0


async def test_the_later_act_stands_and_the_earlier_is_superseded(anna: Person) -> None:
    list_id, now = await anna.new_list(), 1_700_000_000_000
    milk = add("milk", at=now)
    await anna.done(list_id, milk)
    await anna.done(list_id, change(milk["item"], note="later", at=now + 2000, seen=1))
    (old,) = (await anna.edit(list_id, change(milk["item"], note="earlier", at=now + 1000, seen=1)))["results"]
    assert (old["status"], old["revision"]) == ("superseded", 3)
    assert (await anna.items(list_id))[milk["item"]]["note"] == "later"
    assert (await anna.history(list_id))[-1]["items"] == {}
    await anna.done(list_id, change(milk["item"], note="saw it", at=now + 500, seen=3))
    assert (await anna.items(list_id))[milk["item"]]["note"] == "saw it"


async def test_what_was_seen_counts_only_in_its_own_epoch(anna: Person) -> None:
    list_id, now = await anna.new_list(), 1_700_000_000_000
    milk = add("milk", at=now)
    await anna.done(list_id, milk)
    old = change(milk["item"], note="old", at=now - 1, seen=1)
    old["text"] = "old milk"
    (other,) = (await anna.edit(list_id, {**old, "id": new_id()}, epoch="another"))["results"]
    assert other["status"] == "superseded"
    epoch = (await anna.get(list_id))["list"]["epoch"]
    await anna.done(list_id, old, epoch=epoch)
    assert (await anna.items(list_id))[milk["item"]]["text"] == "old milk"


async def test_a_time_ahead_of_the_server_counts_as_its_now(anna: Person) -> None:
    list_id = await anna.new_list()
    milk = add("milk", at=4_000_000_000_000)
    await anna.done(list_id, milk)
    item = (await anna.items(list_id))[milk["item"]]
    assert item["updated_at"] <= (await anna.get(list_id))["now"]
    await anna.done(list_id, change(milk["item"], note="a moment later"))
    assert (await anna.items(list_id))[milk["item"]]["note"] == "a moment later"


async def test_an_item_has_its_edits_time_and_the_list_the_servers(anna: Person) -> None:
    list_id = await anna.new_list()
    made = (await anna.get(list_id))["list"]["updated_at"]
    milk = add("milk", at=1_700_000_000_123)
    await anna.done(list_id, milk)
    got = await anna.get(list_id)
    assert got["items"][0]["updated_at"] == milk["at"] == "2023-11-14T22:13:20.123Z"
    assert made <= got["list"]["updated_at"] <= got["now"]


async def test_removing_by_the_name_of_a_merged_add_takes_back_what_it_brought(anna: Person, boris: Person) -> None:
    list_id = await anna.new_list()
    await anna.shares_with(list_id, boris)
    mine, theirs = add("milk", quantity=2), add("Milk", quantity=3)
    await anna.done(list_id, mine)
    await boris.done(list_id, theirs)
    assert (await anna.items(list_id))[mine["item"]]["quantity"] == 5
    await boris.done(list_id, remove(theirs["item"]))
    assert (await anna.items(list_id))[mine["item"]]["quantity"] == 2
    (again,) = (await boris.edit(list_id, remove(theirs["item"])))["results"]
    assert again["status"] == "superseded", "nothing is left to take back"


async def test_a_tick_of_a_removed_item_is_applied_and_leaves_it_removed(anna: Person) -> None:
    list_id = await anna.new_list()
    milk = add("milk")
    await anna.done(list_id, milk, remove(milk["item"]), tick(milk["item"]))
    assert await anna.items(list_id) == {}
    (told,) = (await anna.history(list_id))[2:]
    assert told["items"][milk["item"]]["ticked"] is True


async def test_a_tick_of_what_is_ticked_is_the_last_action_all_the_same(anna: Person) -> None:
    list_id, now = await anna.new_list(), 1_700_000_000_000
    milk = add("milk", at=now)
    await anna.done(list_id, milk, tick(milk["item"], at=now + 1000), tick(milk["item"], at=now + 3000))
    assert (await anna.history(list_id))[-1]["items"][milk["item"]]["ticked"] is True
    (older,) = (await anna.edit(list_id, tick(milk["item"], ticked=False, at=now + 2000)))["results"]
    assert older["status"] == "superseded"
    await anna.done(list_id, tick(milk["item"], ticked=False, at=now + 4000))
    assert (await anna.items(list_id))[milk["item"]]["ticked_by"] is None


async def test_an_add_without_a_position_comes_last_and_a_move_stays_where_it_was_put(anna: Person) -> None:
    list_id = await anna.new_list()
    adds = [add(f"item {number}") for number in range(100)]
    await anna.done(list_id, *adds)

    async def order() -> list[str]:
        items = (await anna.items(list_id)).values()
        return [item["text"] for item in sorted(items, key=lambda item: (item["position"], item["id"]))]

    assert await order() == [sent["text"] for sent in adds]
    first = (await anna.items(list_id))[adds[0]["item"]]["position"]
    await anna.done(list_id, change(adds[99]["item"], position=first + "V"), add("the last"))
    assert (await order())[:3] == ["item 0", "item 99", "item 1"]
    assert (await order())[-1] == "the last"


async def test_a_set_brings_back_what_was_removed_and_a_tick_does_not(anna: Person) -> None:
    list_id = await anna.new_list()
    milk, tea = add("milk"), add("tea")
    await anna.done(list_id, milk, tea, remove(milk["item"]), remove(tea["item"]))
    await anna.done(list_id, change(milk["item"], note="needed", seen=4), tick(tea["item"], seen=4))
    assert list(await anna.items(list_id)) == [milk["item"]]
    await anna.done(list_id, restore(tea["item"], seen=6))
    assert (await anna.items(list_id))[tea["item"]]["ticked"] is True


async def test_units_become_codes_and_differing_ones_stay_apart(anna: Person) -> None:
    list_id = await anna.new_list()
    kilos, same, litres, pieces = [
        add("potatoes", quantity=quantity, unit=unit)
        for quantity, unit in ((1, "КГ."), (0.3, "kilograms"), (1, "л"), (2, "шт"))
    ]
    await anna.done(list_id, kilos, same, litres, pieces)
    items = await anna.items(list_id)
    assert {item["id"]: (item["quantity"], item["unit"]) for item in items.values()} == {
        kilos["item"]: (1.3, "kg"), litres["item"]: (1, "l"), pieces["item"]: (2, None),
    }  # fmt: skip


async def test_the_id_of_a_merged_add_finds_the_item_that_took_it_in(anna: Person) -> None:
    list_id = await anna.new_list()
    first, merged = add("Ёлка"), add("елка")
    await anna.done(list_id, first, merged)
    await anna.done(list_id, tick(merged["item"]))
    items = await anna.items(list_id)
    assert list(items) == [first["item"]]
    assert items[first["item"]]["ticked"] is True
