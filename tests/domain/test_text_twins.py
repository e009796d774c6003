"""The two readers of typed text, in Python and in the browser, have the same words and say the same of any text."""

import json
import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shoplist_appliance.domain import text_words, units
from shoplist_appliance.domain.text import parse

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "tests" / "text").glob("cases.*.jsonl"))
ASK = """
import * as words from "./static/shared/text-words.js";
import * as units from "./static/shared/units.js";
import { parse } from "./static/shared/text.js";
import { readFileSync } from "node:fs";
const plain = (value) => (value instanceof Set ? [...value] : value instanceof Map ? Object.fromEntries(value) : value);
const questions = JSON.parse(readFileSync(0, "utf8"));
const items = (text) => parse(text).map((item) => [item.text, item.quantity, item.unit, item.note, item.ticked]);
const { SPELLINGS, COUNTS } = units;
const tables = Object.fromEntries(Object.entries(words).map(([name, value]) => [name, plain(value)]));
const codes = questions.units.map((unit) => units.unitCode(unit) ?? null);
process.stdout.write(JSON.stringify({ SPELLINGS, COUNTS, tables, codes, answers: questions.texts.map(items) }));
"""

# What people put between two things, and what a slip puts there.
JOINTS = (
    " ",
    " ",
    " ",
    ", ",
    ",",
    "\n",
    "; ",
    " и ",
    " and ",
    " - ",
    " — ",
    ": ",
    "",
    " x",
    " х",
    "\u00a0",
    " (",
    ") ",
    " • ",
)
LETTERS = "0123456789.,-–x×х/½%()[]«»\"';:•~+#₽$ \t\u00a0абвгдеёгкл шт kglm"


def ask(texts: Sequence[str] = (), spellings: Sequence[str] = ()) -> dict[str, Any]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("the reader of the browser needs Node")
    question = json.dumps({"texts": texts, "units": spellings})
    run = subprocess.run(
        [node, "--input-type=module", "-e", ASK], cwd=ROOT, input=question, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def read(text: str) -> list[list[Any]]:
    return [[item.text, item.quantity, item.unit, item.note, item.ticked] for item in parse(text)]


def typed_cases() -> list[str]:
    return [json.loads(line)["typed"] for file in CASES for line in file.read_text().splitlines()]


def mixed(seed: int, count: int) -> list[str]:
    """Lines made of fragments of the cases, some of them with slips of the finger."""
    chance = random.Random(seed)
    whole = [text for text in typed_cases() if len(text) < 200]
    words = sorted({word for text in whole for word in text.split()})
    lines = []
    for _ in range(count):
        pool = words if chance.random() < 0.6 else whole
        parts = [chance.choice(pool) + chance.choice(JOINTS) for _ in range(chance.randint(1, 6))]
        line = "".join(parts)
        for _ in range(chance.choice((0, 0, 0, 1, 3))):
            at = chance.randrange(len(line) + 1)
            line = line[:at] + chance.choice(LETTERS) * chance.randint(0, 2) + line[at + chance.randint(0, 1) :]
        lines.append(line)
    return lines


def test_both_know_the_same_units_and_words() -> None:
    spellings = [word for words in units.SPELLINGS.values() for word in words.split(", ")]
    spellings += [word.upper().replace("Ё", "Е") + "." for word in spellings] + ["шт", "PCS.", "сажень", "x", ""]
    theirs = ask(spellings=spellings)
    assert theirs["SPELLINGS"] == units.SPELLINGS
    assert theirs["COUNTS"] == units.COUNTS
    assert theirs["codes"] == [units.unit_code(spelling) for spelling in spellings]
    ours = {name: value for name, value in vars(text_words).items() if name.isupper() and not name.startswith("_")}
    assert sorted(theirs["tables"]) == sorted(ours)
    for name, value in ours.items():
        if isinstance(value, dict):
            assert theirs["tables"][name] == value, name
        else:
            assert sorted(theirs["tables"][name]) == sorted(value), name


def test_both_say_the_same_of_the_cases() -> None:
    texts = typed_cases()
    for text, theirs in zip(texts, ask(texts)["answers"], strict=True):
        assert theirs == read(text), text


@pytest.mark.parametrize("seed", range(3))
def test_both_say_the_same_of_lines_mixed_from_the_cases(seed: int) -> None:
    texts = mixed(seed, 2000)
    answers = ask(texts)["answers"]
    differing = [
        (text, theirs, read(text)) for text, theirs in zip(texts, answers, strict=True) if theirs != read(text)
    ]
    assert not differing, differing[:3]
