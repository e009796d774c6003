"""Whether calls are decided together or one after another, live or from the log, comes to the same."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplist_appliance.domain import list_draft
from shoplist_appliance.domain.errors import DomainError
from shoplist_appliance.domain.list_rules import Edited
from shoplist_appliance.domain.lists import Call, Edit, Undo
from tests.domain.household import Household, everything
from tests.domain.server import edit_of
from tests.domain.test_convergence import EDITS, LONG, scripts
from tests.domain.world import Step, World

KINDS = (*EDITS, "undo")


def calls_of(steps: Sequence[Step]) -> list[Call]:
    """The edits of a script as calls, some of several edits, some edits twice."""
    world = World()
    calls: list[Call] = []
    for number, (verb, who, x, y) in enumerate(steps):
        client = world.clients[who]
        client.revision = (number * y) // 7
        getattr(world, "_" + verb)(who, x, y)
        made = client.queue.pop()
        edit: Edit | Undo = Undo(made["id"], made["revision"], None) if verb == "undo" else edit_of(made)
        last = calls[-1] if calls else None
        if x % 3 and last and last.by == client.person and verb != "undo" and not isinstance(last.edits[0], Undo):
            calls[-1] = replace(last, edits=[*last.edits, edit])
        else:
            calls.append(Call(client.person, [edit], "first" if y else None))  # type: ignore[arg-type]
        if (x, y) == (1, 1):
            calls.append(calls[len(calls) // 2])
    return calls


def with_undone(home: Household, call: Call) -> Call:
    """As a use case does: each undo with the stored change that it is about, if there is one yet."""
    edits = [
        replace(edit, change=next((change for change in home.log if change.revision == edit.revision), None))
        if isinstance(edit, Undo)
        else edit
        for edit in call.edits
    ]
    return replace(call, edits=edits)


def plainly(outcomes: Sequence[Any]) -> list[object]:
    """Outcomes as they would be told: errors by their words."""
    return [repr(outcome) if isinstance(outcome, DomainError) else answer(outcome) for outcome in outcomes]


def answer(outcome: Edited) -> object:
    results = [(one.edit, one.status, one.revision, one.item, repr(one.error)) for one in outcome.results]
    return outcome.revision, results


def decided_together(calls: Sequence[Call], before: int) -> tuple[Household, list[object]]:
    home = Household()
    for call in calls[:before]:
        home.unit([with_undone(home, call)])
    unit = home.unit([with_undone(home, call) for call in calls[before:]])
    return home, plainly(unit.outcomes)


def decided_one_by_one(calls: Sequence[Call], before: int) -> tuple[Household, list[object]]:
    home = Household()
    outcomes = [plainly(home.unit([with_undone(home, call)]).outcomes)[0] for call in calls]
    return home, outcomes[before:]


def compare(steps: Sequence[Step], before: int) -> None:
    calls = calls_of(steps)
    together, told_together = decided_together(calls, before)
    one_by_one, told_one_by_one = decided_one_by_one(calls, before)
    assert told_together == told_one_by_one
    assert together.log == one_by_one.log
    assert everything(together.state) == everything(one_by_one.state)


@settings(max_examples=3_000 if LONG else 70, deadline=None)
@given(scripts(*KINDS, size=60), st.integers(0, 20))
def test_a_unit_comes_to_what_its_calls_come_to_one_by_one(steps: list[Step], before: int) -> None:
    compare(steps, before)


@settings(max_examples=3_000 if LONG else 50, deadline=None)
@given(scripts("add", "add", "remove", "remove", "restore", "undo", "set", size=60), st.integers(0, 20))
def test_also_where_removed_items_are_soon_forgotten(steps: list[Step], before: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(list_draft, "REMOVED_KEPT", 2)
        compare(steps, before)
