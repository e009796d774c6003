"""What typed text becomes: the cases that both parsers pass, and what must hold of any text."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplist_appliance.domain import text_words as words
from shoplist_appliance.domain.text import TypedItem, parse
from shoplist_appliance.domain.text_amounts import unit_of
from shoplist_appliance.domain.units import SPELLINGS
from shoplist_appliance.web.fields import NOT_BLANK

CASES = Path(__file__).parents[1] / "text"


def rows() -> list[Any]:
    return [
        pytest.param(row["typed"], row["items"], id=f"{path.stem[6:]}-{number}")
        for path in sorted(CASES.glob("cases.*.jsonl"))
        for number, row in enumerate(map(json.loads, path.read_text("utf-8").splitlines()), 1)
    ]


def row_of(item: TypedItem) -> list[object]:
    """An item as the cases write it: without the nulls at its end."""
    fields: list[object] = [item.text, item.quantity, item.unit, item.note, item.ticked]
    while fields[-1] is None:
        fields.pop()
    return fields


@pytest.mark.parametrize(("typed", "items"), rows())
def test_typed_text_becomes_these_items(typed: str, items: list[list[object]]) -> None:
    assert [row_of(item) for item in parse(typed)] == items


# Pieces of ordinary lines, and of what is none.
_PIECES = (
    "milk eggs молока хлеб 2 3.5% 1,5 ½ 1/2 x2 2x × х kg кг l л г pcs шт. of and и a half dozen пол полкило two сто "
    '- – — : , ; • ( ) [ ] [x] ☑ ☐ " « » / ~ about около 2-3 2–3 от до to x 🥛 7up WD-40 https://a.example/b,c 18:00 '
    "+7 912 345-67-89 $2 0 1000001 \n \t \u00a0 minced нарезать по вкусу # Veg: plus [12:03, Ann: 25/11/2026]"
)
PIECES = st.sampled_from(_PIECES.split(" "))
LINES = st.lists(PIECES, max_size=25).map(" ".join) | st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=200)


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_any_text_becomes_items_that_a_list_takes(text: str) -> None:
    for item in parse(text):
        assert 0 < len(item.text) <= 500
        assert re.fullmatch(NOT_BLANK, item.text)
        assert item.note is None or (len(item.note) <= 2_000 and re.fullmatch(NOT_BLANK, item.note))
        assert item.unit is None or item.unit in SPELLINGS
        assert item.quantity is None or (0 < item.quantity <= 1_000_000 and round(item.quantity, 3) == item.quantity)


WORDS = re.compile("[a-zа-яё]{4,}", re.IGNORECASE)
# Words that say how much: what is taken out of the text on purpose.
SAYING = {"полкило"}.union(
    words.NUMBERS, words.SCALES, words.WHOLE_WORDS, words.DOZENS, words.HALVES, words.PARTS, words.REMAINDERS
)


@settings(max_examples=300, deadline=None)
@given(LINES.filter(lambda text: ":" not in text and "#" not in text))
def test_no_word_is_lost(text: str) -> None:
    kept = " ".join(f"{item.text} {item.note or ''}" for item in parse(text)).split()
    found = sorted(word for part in kept for word in WORDS.findall(part))
    typed = sorted(word for word in WORDS.findall(text))
    lost = [word for word in set(typed) if typed.count(word) > found.count(word)]
    assert [word for word in lost if word.lower() not in SAYING and unit_of(word.lower()) is None] == []


@pytest.mark.parametrize(
    "unit",
    ["a" * 50_000, "1" * 50_000, "1 " * 25_000, "(" * 50_000, "()" * 25_000, '"' * 50_001, "and " * 12_000,
     "x2" * 25_000,
     "- " * 25_000, "2-" * 25_000, ", " * 25_000, "[" * 50_000, "1/2 " * 12_000, "http://" * 7_000, "+7 (9" * 10_000,
     "один " * 10_000, "half a " * 7_000, "milk: " * 8_000, "#" * 50_000, "1.5," * 12_000, "[1:1 20200 " * 4_500,
     "« " * 25_000],
    ids=lambda unit: unit[:8],
)  # fmt: skip
def test_hostile_lines_cost_time_in_proportion_to_their_length(unit: str) -> None:
    def cost(text: str) -> float:
        started = time.process_time()
        parse(text)
        return time.process_time() - started

    assert min(cost(unit) for _ in range(3)) < 2
    # As many lines as are read at all, each as long as is still read.
    assert cost("\n".join([unit[:3_000]] * 10)) < 5
