"""Every refusal has words in both languages, and each language says the same things."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import shoplist_appliance
from shoplist_appliance.domain import errors
from shoplist_appliance.domain.errors import DomainError, Reason
from shoplist_appliance.web import words

ROOT = Path(shoplist_appliance.__file__).parent
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DomainError)]
CODES = {kind.__name__: kind.code for kind in KINDS}
# Reasons for the log alone: their words are those of the code.
FOR_THE_LOG = {
    "unavailable.header",
    "unavailable.failed",
    "unavailable.conflicts",
    "unavailable.outcome",
    "unavailable.the key file",
    "not_found.file",
}


def calls() -> Iterator[tuple[str, ast.expr]]:
    """Every call in our code of something with a name, with its first argument."""
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name):
                yield node.func.id, node.args[0]


def literals(argument: ast.expr) -> Iterator[str]:
    """The text that an argument is, or may be."""
    if isinstance(argument, ast.IfExp):
        yield from literals(argument.body)
        yield from literals(argument.orelse)
    elif isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    for table in (words.TITLES, words.DETAILS, words.FIELDS):
        assert table["en"].keys() == table["ru"].keys()
        for key, english in table["en"].items():
            assert re.findall(r"\{\w+\}", english) == re.findall(r"\{\w+\}", table["ru"][key]), key


def test_every_code_has_a_title_and_a_detail() -> None:
    assert set(CODES.values()) == words.TITLES["en"].keys()
    assert set(CODES.values()) <= words.DETAILS["en"].keys()


def test_every_reason_that_is_raised_has_words() -> None:
    raised = {f"{CODES[name]}.{text}" for name, argument in calls() if name in CODES for text in literals(argument)}
    assert len(raised) > 15
    assert raised - FOR_THE_LOG <= words.DETAILS["en"].keys()


def test_every_reason_of_a_field_has_words() -> None:
    raised = {text for name, argument in calls() if name in ("Reason", "refused") for text in literals(argument)}
    assert len(raised) > 8
    assert raised <= words.FIELDS["en"].keys()


def test_every_word_can_be_met() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in ROOT.rglob("*.py") if file.name != "words.py")
    unmet = [key for key in words.FIELDS["en"] if f'"{key}"' not in source and key != "wrong"]
    assert unmet == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_sentences_are_sentences(language: str) -> None:
    for table in (words.DETAILS, words.FIELDS):
        for key, sentence in table[language].items():  # type: ignore[index]
            assert sentence.endswith("."), key
            assert "!" not in sentence, key
            assert ("а" <= sentence.lower()[1] <= "я") is (language == "ru") or sentence[1] == " ", key


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    assert words.field(Reason("at_most", {"le": 1_000_000.0}), "en") == "This must be at most 1,000,000."
    assert words.field(Reason("at_most", {"le": 1_000_000.0}), "ru") == "Здесь нужно не больше 1\u00a0000\u00a0000."
    assert words.field(Reason("no_such_reason", {}), "en") == words.FIELDS["en"]["wrong"]


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en;q=0.5, RU;q=0.7", "ru"),
        ("en-GB", "en"),
        ("ru;q=0, en", "en"),
        ("ru;q=0", None),
        ("de,fr", None),
        ("*", None),
        ("russian", None),
        ("ru;q=nonsense", None),
        ("ru;q=nan", None),
        (";;;,,=", None),
    ],
)
def test_the_language_is_the_one_preferred_of_those_we_speak(accept: str, language: str | None) -> None:
    assert words.chosen(accept) == language
