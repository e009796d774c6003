"""When two texts are the same thing, and what spellings of units mean."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplist_appliance.domain.units import SPELLINGS, canonical_unit, fold, unit_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("milk", "Milk"),
        ("Молоко", "  мОЛОКО "),
        ("sour  cream", "sour cream"),
        ("sour cream", "sour\u00a0cream"),
        ("мёд", "мед"),
        ("МЁД", "мед"),
        ("ме\u0308д", "мёд"),
        ("cafe\u0301", "café"),
        ("Straße", "STRASSE"),
    ],
)
def test_the_same_thing_is_the_same_after_nfc_case_spaces_and_yo(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("milk", "milk 3.5%"), ("мой", "мои"), ("e", "é"), ("икра", "игра")])
def test_other_things_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_is_folding_once_whatever_form_a_keyboard_sends(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("kg", "kg"),
        ("КГ.", "kg"),
        ("кг", "kg"),
        ("L", "l"),
        ("Ltr.", "l"),
        ("ст.л.", "tbsp"),
        ("ст. л.", "tbsp"),
        ("Ст. ложка", "tbsp"),
        ("ч.л", "tsp"),
        ("fl oz", "floz"),
        ("fl. oz.", "floz"),
        ("ж/б", "can"),
        ("ведёрко", "tub"),
        ("ведерко", "tub"),
        ("punnets", "tray"),
        ("M", "m"),
    ],
)
def test_a_spelling_of_a_unit_becomes_its_code(spelling: str, code: str) -> None:
    assert canonical_unit(spelling) == code


def test_every_spelling_means_one_unit_and_every_code_itself() -> None:
    for code, words in SPELLINGS.items():
        assert canonical_unit(code) == code
        for word in words.split(", "):
            assert canonical_unit(word) == canonical_unit(word.upper()) == canonical_unit(word + ".") == code


@pytest.mark.parametrize("word", ["шт", "шт.", "Штук", "pcs", "pc.", "Piece", "ea", "each", "count", "ct"])
def test_a_word_for_bare_counts_is_no_unit(word: str) -> None:
    assert canonical_unit(word) is None


@pytest.mark.parametrize("typed", ["Kisten", "k g", "полкило", "dozen", "2 kg"])
def test_another_unit_stays_as_typed(typed: str) -> None:
    assert canonical_unit(typed) == typed


def test_units_agree_where_they_are_the_same_or_both_absent() -> None:
    assert unit_key("kg") == unit_key("кг.")
    assert unit_key(None) == ""
    assert unit_key(None) == unit_key("шт")
    assert unit_key("Kisten") == unit_key(" kisten ")
    assert unit_key("kg") != unit_key("g")
    assert unit_key("kg") != unit_key(None)
    assert unit_key("мед") != unit_key("мёд")
