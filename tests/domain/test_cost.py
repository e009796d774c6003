"""An edit costs the same in a short list and in a long one."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from shoplist_appliance.domain.ids import ItemId
from shoplist_appliance.domain.list_draft import REMOVED_KEPT
from shoplist_appliance.domain.list_rules import Unit, decide
from shoplist_appliance.domain.list_state import ListState
from shoplist_appliance.domain.lists import Call, Edit
from tests.domain.household import ANN, START, Household


def list_of(size: int) -> tuple[Household, list[ItemId]]:
    """A list with as many items, the last of them removed again."""
    home = Household()
    items = [home.item_id() for _ in range(size)]
    edits = [Edit(home.edit_id(), "add", [item], START, 0, {"text": f"thing {item}"}) for item in items]
    edits.append(Edit(home.edit_id(), "remove", [items[-1]], START, size, {}))
    home.state.take(decide(home.state, home.header, [Call(ANN, edits)], now=START, known={}))
    return home, items


def steps_of(work: Callable[[], Any]) -> int:
    """How many steps of the interpreter something takes: unlike its time, the same whatever else the machine does."""
    steps = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


def cost(size: int, kind: Any, which: int, fields: dict[str, object]) -> int:
    home, items = list_of(size)
    item = home.item_id() if kind == "add" else items[which]
    if fields.get("text") == "merged":
        fields = {"text": f"THING {items[3]}"}
    calls = [Call(ANN, [Edit(home.edit_id(), kind, [item], START, size, fields)])]
    made: list[Unit] = []

    def whole(state: ListState) -> None:
        made.append(decide(state, home.header, calls, now=START, known={}))
        state.take(made[0])

    steps = steps_of(lambda: whole(home.state))
    assert [change.status for change in made[0].changes] == ["applied"]
    return steps


@pytest.mark.parametrize(
    ("kind", "which", "fields"),
    [
        ("add", 0, {"text": "another thing"}),
        ("add", 0, {"text": "merged"}),
        ("set", 4, {"note": "x"}),
        ("set", 4, {"text": "renamed"}),
        ("set", 4, {"position": "Zz"}),
        ("tick", 4, {"ticked": True}),
        ("remove", 4, {}),
        ("restore", -1, {}),
    ],
)
def test_an_edit_costs_the_same_in_a_list_of_10_and_of_1900_items(
    kind: str, which: int, fields: dict[str, object]
) -> None:
    assert cost(1_900, kind, which, fields) <= 1.05 * cost(10, kind, which, fields)


def cost_of_removing(count: int) -> int:
    """Where as many removed items are kept as may be, so that each further one makes the list forget one."""
    home = Household()

    def take(kind: Any, edits: list[tuple[list[ItemId], dict[str, object]]]) -> None:
        made = [Edit(home.edit_id(), kind, items, START, 2**40, fields) for items, fields in edits]
        unit = decide(home.state, home.header, [Call(ANN, made)], now=START, known={})
        home.state.take(unit)
        assert {change.status for change in unit.changes} == {"applied"}

    for size in (REMOVED_KEPT // 2, REMOVED_KEPT // 2, count):
        items = [home.item_id() for _ in range(size)]
        take("add", [([item], {"text": f"thing {item}"}) for item in items])
        if size != count:
            take("remove", [(items, {})])
    return steps_of(lambda: take("remove", [(items, {})]))


def test_removing_many_costs_as_many_times_what_removing_few_does() -> None:
    assert cost_of_removing(400) <= 4.2 * cost_of_removing(100)
