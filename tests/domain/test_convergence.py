"""Any interleaving of edits by several clients, with retries, delays, wrong clocks, crashes, reconnects, ends well."""

import os
import random
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.domain.world import Step, World

LONG = "--long" in sys.argv or os.environ.get("SHOPLIST_TEST_LONG") == "1"
EDITS = ("add", "add", "add", "set", "set", "tick", "remove", "restore", "rename", "arrange")
NETWORK = ("send", "arrive", "turn", "hear", "cut", "connect", "go", "go", "go", "post", "lose", "wait", "wait", "skew")
HOUSE = ("die", "crash", "save", "dismiss", "admit", "back_up", "go_back")


def scripts(*verbs: str, size: int = 120) -> st.SearchStrategy[list[Step]]:
    """Scripts for a world. One number makes a step: drawing four takes longer than playing it."""

    def step(number: int) -> Step:
        number, verb = divmod(number, len(verbs))
        number, who = divmod(number, 3)
        x, y = divmod(number, 8)
        return verbs[verb], who, x, y

    numbers = st.integers(0, len(verbs) * 3 * 8 * 8 - 1)
    return st.lists(numbers.map(step), min_size=size // 2, max_size=size)


def examples(quick: int, many: int) -> settings:
    """How often to try."""
    return settings(
        max_examples=many if LONG else quick,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


@examples(120, 10_000)
@given(scripts(*EDITS, *NETWORK, *HOUSE))
def test_clients_and_server_agree_and_do_what_the_rules_say(steps: list[Step]) -> None:
    World().play(steps)


@examples(60, 5_000)
@given(scripts(*EDITS, "undo", "undo", "undo", *NETWORK, *HOUSE))
def test_they_agree_with_undo_among_the_edits_too(steps: list[Step]) -> None:
    World().play(steps)


@examples(60, 5_000)
@given(scripts("add", "add", "set", "remove", "remove", "undo", "tick", "restore", "go", size=40))
def test_however_adds_merge_and_are_taken_back_a_quantity_stays_one(steps: list[Step]) -> None:
    world = World()
    world.play(steps)
    for item in world.server.state.by_id.values():
        quantity = item.fields["quantity"]
        assert quantity is None or 0 < quantity <= 1_000_000
        assert quantity is None or round(quantity, 3) == quantity


@pytest.mark.parametrize("seed", range(100 if LONG else 4))
def test_a_long_life_ends_well(seed: int) -> None:
    chance = random.Random(seed)
    verbs = (*EDITS, *EDITS, *(("undo",) if seed % 2 else ()), *NETWORK, *NETWORK, "go", "go", *HOUSE)
    World().play(
        [(chance.choice(verbs), chance.randrange(3), chance.randrange(8), chance.randrange(8)) for _ in range(1_500)]
    )
