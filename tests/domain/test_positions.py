"""Keys between neighbours, in the format of the fractional-indexing packages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplist_appliance.domain.positions import DIGITS, key_between, valid_position

GREATEST = "z" * 27


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [
        (None, None, "a0"),
        (None, "a0", "Zz"),
        (None, "Zz", "Zy"),
        ("a0", None, "a1"),
        ("a1", None, "a2"),
        ("a0", "a1", "a0V"),
        ("a1", "a2", "a1V"),
        ("a0V", "a1", "a0l"),
        ("Zz", "a0", "ZzV"),
        ("Zz", "a1", "a0"),
        (None, "Y00", "Xzzz"),
        ("bzz", None, "c000"),
        ("a0", "a0V", "a0G"),
        ("a0", "a0G", "a08"),
        ("b125", "b129", "b127"),
        ("a0", "a1V", "a1"),
        ("Zz", "a01", "a0"),
        (None, "a0V", "a0"),
        (None, "b999", "b99"),
        (None, "A" + "0" * 26 + "1", "A" + "0" * 27 + "V"),
        ("z" * 26 + "y", None, GREATEST),
        (GREATEST, None, GREATEST + "V"),
    ],
)
def test_the_keys_are_those_that_the_packages_make(before: str | None, after: str | None, between: str) -> None:
    assert key_between(before, after) == between


def test_before_the_second_least_whole_number_there_is_a_fraction_not_the_least_which_is_no_key() -> None:
    key = key_between(None, "A" + "0" * 25 + "1")
    assert valid_position(key)
    assert key < "A" + "0" * 25 + "1"


@pytest.mark.parametrize(
    "key",
    ["a0", "a1V", "Zz", "Y00", "b125", "zzzzzzzzzzzzzzzzzzzzzzzzzzz", "a0" + "0" * 197 + "V", "A" + "0" * 26 + "1"],
)
def test_a_key_of_the_format_is_valid(key: str) -> None:
    assert valid_position(key)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a",
        "0",
        "00",
        "b1",
        "a00",
        "a0V0",
        "a-",
        "a0 ",
        " a0",
        "a0\n",
        "ä0",
        "A" + "0" * 26,
        "Y0",
        "a٣",
        "_0",
        "a0é",
    ],
)
def test_anything_else_is_not(key: str) -> None:
    assert not valid_position(key)


@given(st.lists(st.integers(0, 1_000), max_size=120))
def test_there_is_always_room_between_two(places: list[int]) -> None:
    keys: list[str] = []
    for place in places:
        index = place % (len(keys) + 1)
        before = keys[index - 1] if index else None
        after = keys[index] if index < len(keys) else None
        key = key_between(before, after)
        assert valid_position(key)
        assert (before or "") < key < (after or "~")
        keys.insert(index, key)
    assert keys == sorted(keys)


@given(st.sampled_from("azAZbYk"), st.text(DIGITS, min_size=27, max_size=40))
def test_any_two_valid_keys_have_one_between_them(head: str, digits: str) -> None:
    key = (head + digits).rstrip("0") + "1"
    if valid_position(key):
        before, after = key_between(None, key), key_between(key, None)
        middle = key_between(key, after)
        assert before < key < middle < after
        assert all(map(valid_position, (before, middle, after)))
