"""How edits of clients become the domain's, and which place a wrong one is told under."""

import time
from typing import Any

import jsonschema_rs
import pytest
from pydantic import TypeAdapter, ValidationError

from shoplist_appliance.domain.lists import Edit
from shoplist_appliance.web import problems
from shoplist_appliance.web.ops.lists import EditList

ID: Any = "0193b0a0-6c1e-7d3a-9f00-5e1c2a7b4d10"
OTHER: Any = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
DOOR = TypeAdapter(EditList)
SCHEMA = jsonschema_rs.validator_for(DOOR.json_schema())


def edit(kind: str, **more: Any) -> dict[str, Any]:
    return {"id": ID, "kind": kind, "at": "1970-01-01T00:00:01Z", **more}


def decoded(*edits: Any) -> list[Any]:
    payload = {"list": ID, "edits": list(edits)}
    assert SCHEMA.is_valid(payload)
    return list(DOOR.validate_python(payload).edits)


def places(*edits: Any, schema_too: bool = True) -> dict[str, str]:
    payload = {"list": ID, "edits": list(edits)}
    assert SCHEMA.is_valid(payload) is not schema_too
    with pytest.raises(ValidationError) as refused:
        DOOR.validate_python(payload)
    return {place: reason.key for place, reason in problems.invalid(refused.value).fields.items()}


def test_an_edit_of_each_kind_becomes_the_domains() -> None:
    assert decoded(
        edit("add", item=ID, text="milk", quantity=2, note=None, position=None, seen=7),
        edit("set", item=ID, quantity=None, note="low fat", seen=None),
        edit("tick", item=ID, ticked=True),
        edit("tick", items=[ID, OTHER, ID], ticked=False),
        edit("remove", item=ID),
        edit("restore", items=[OTHER]),
        edit("rename", title="Groceries"),
        edit("arrange", categories=["Fruit", "Bread"]),
        edit("arrange", shop="Corner", categories=[]),
    ) == [
        Edit(ID, "add", (ID,), 1000, 7, {"text": "milk", "quantity": 2}),
        Edit(ID, "set", (ID,), 1000, 0, {"quantity": None, "note": "low fat"}),
        Edit(ID, "tick", (ID,), 1000, 0, {"ticked": True}),
        Edit(ID, "tick", (ID, OTHER), 1000, 0, {"ticked": False}),
        Edit(ID, "remove", (ID,), 1000, 0, {}),
        Edit(ID, "restore", (OTHER,), 1000, 0, {}),
        Edit(ID, "rename", (), 1000, 0, {"title": "Groceries"}),
        Edit(ID, "arrange", (), 1000, 0, {"shop": "", "categories": ["Fruit", "Bread"]}),
        Edit(ID, "arrange", (), 1000, 0, {"shop": "Corner", "categories": []}),
    ]


@pytest.mark.parametrize(
    ("wrong", "place", "reason"),
    [
        (edit("add", item=ID), "text", "missing"),
        (edit("add", item="x", text="milk"), "item", "not_uuid"),
        (edit("add", item=ID, text="milk", colour="white"), "colour", "unknown"),
        (edit("add", item=ID, text="milk", quantity="2"), "quantity", "not_number"),
        (edit("add", item=ID, text="milk", quantity=0), "quantity", "over"),
        (edit("add", item=ID, text="milk", quantity=1.0001), "quantity", "decimals"),
        (edit("add", item=ID, text="a\x00b"), "text", "nul"),
        (edit("add", item=ID, text="  "), "text", "blank"),
        (edit("add", item=ID, text="milk", note="x" * 2001), "note", "too_long"),
        (edit("add", item=ID, text="milk", picture="p"), "picture", "not_null"),
        (edit("set", item=ID, text=None), "text", "not_text"),
        (edit("set", item=ID, position=None), "position", "not_text"),
        (edit("tick", item=ID, ticked=1), "ticked", "not_bool"),
        (edit("tick", item=ID), "ticked", "missing"),
        (edit("tick", ticked=True), "item", "item_or_items"),
        (edit("remove", item=ID, items=[ID]), "item", "item_or_items"),
        (edit("remove", items=[]), "items", "too_few"),
        (edit("remove", items=[ID] * 501), "items", "too_many"),
        (edit("restore", items=[ID, "x"]), "items.1", "not_uuid"),
        (edit("rename", title=""), "title", "blank"),
        (edit("arrange", categories=["c"] * 201), "categories", "too_many"),
        (edit("arrange", categories=["c", " "]), "categories.1", "blank"),
        (edit("paint", item=ID), "kind", "not_a_choice"),
        ({"id": ID, "at": "1970-01-01T00:00:01Z"}, "kind", "missing"),
        ({**edit("remove", item=ID), "kind": []}, "kind", "not_a_choice"),
        ({**edit("remove", item=ID), "at": "yesterday"}, "at", "not_time"),
        ({**edit("remove", item=ID), "at": None}, "at", "not_text"),
        ({**edit("remove", item=ID), "seen": -1}, "seen", "at_least"),
        ({**edit("remove", item=ID), "seen": 1.5}, "seen", "not_whole"),
        ({**edit("remove", item=ID), "seen": True}, "seen", "not_whole"),
    ],
)  # fmt: skip
def test_the_place_of_what_is_wrong_names_no_branch_of_the_union(wrong: Any, place: str, reason: str) -> None:
    assert places(edit("remove", item=ID), wrong) == {f"edits.1.{place}": reason}


def test_a_set_of_nothing_and_an_edit_that_is_no_object_are_told_under_their_number() -> None:
    assert places(edit("set", item=ID)) == {"edits.0": "nothing_to_set"}
    assert places(3) == {"edits.0": "not_object"}
    assert places(edit("rename", title="x"), *[edit("rename", title="x")] * 500) == {"edits": "too_many"}


def test_what_a_schema_cannot_say_has_a_place_too() -> None:
    assert places(edit("add", item=ID, text="x") | {"at": "2026-02-30T00:00:00Z"}, schema_too=False) == {
        "edits.0.at": "no_such_day"
    }
    assert places(edit("set", item=ID, position="a00"), schema_too=False) == {"edits.0.position": "position"}


def test_a_body_of_a_thousand_mistakes_gets_a_short_answer() -> None:
    wrong = {"list": ID, "edits": [], **{f"{number}{'x' * 1000}": 1 for number in range(1000)}}
    with pytest.raises(ValidationError) as refused:
        DOOR.validate_python(wrong)
    found = problems.invalid(refused.value).fields
    assert len(found) == problems.MOST_FIELDS
    assert max(map(len, found)) == problems.LONGEST_NAME


def test_no_body_of_1_mib_holds_up_the_loop_by_its_mistakes() -> None:
    mistakes: list[dict[str, Any]] = [
        {"list": ID, "edits": [edit("remove", items=["x"] * 500)] * 490},
        {"list": ID, "edits": [{f"{number}": 0 for number in range(200)}] * 450},
        {"list": ID, "edits": [], **{f"{number:x}": 0 for number in range(100_000)}},
    ]
    for wrong in mistakes:
        start = time.process_time()
        with pytest.raises(ValidationError) as refused:
            DOOR.validate_python(wrong)
        assert problems.invalid(refused.value).code == "invalid"
        assert time.process_time() - start < 0.5
