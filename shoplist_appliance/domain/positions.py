"""Positions of items: keys that sort as text, with always room for another between two of them.

The format is that of the ``fractional-indexing`` packages of npm and PyPI in base 62, so that a page makes the same
keys: a letter that gives the length of a whole number (``a`` to ``z`` for 1 to 26 digits, ``Z`` to ``A`` for as many
below zero), its digits, then a fraction that does not end in ``0``.
"""

import re

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUE = {digit: value for value, digit in enumerate(DIGITS)}
_KEY = re.compile(r"[A-Za-z][0-9A-Za-z]+\Z")
# The least whole number is no key: nothing could be put before it.
_LEAST = "A" + "0" * 26


def valid_position(key: str) -> bool:
    """Whether this is a key of the format, of any length."""
    if _KEY.match(key) is None or key == _LEAST:
        return False
    whole = _whole_length(key)
    return len(key) == whole or (len(key) > whole and key[-1] != "0")


def key_between(before: str | None, after: str | None) -> str:
    """A key between two valid keys, ``before < after``; None stands for the start and for the end of the list."""
    if before is None:
        return "a0" if after is None else _key_before(after)
    if after is None:
        return _key_after(before)
    whole, fraction = _parts(before)
    if after.startswith(whole):
        return whole + _middle(fraction, after[len(whole) :])
    following = _raised(whole)
    if following is not None and following < after:
        return following
    return whole + _middle(fraction, None)


def _key_after(key: str) -> str:
    whole, fraction = _parts(key)
    return _raised(whole) or whole + _middle(fraction, None)


def _key_before(key: str) -> str:
    whole, fraction = _parts(key)
    if whole == _LEAST:
        return whole + _middle("", fraction)
    if fraction:
        return whole
    lowered = _lowered(whole)
    # The key before the second least whole number would be the least one, which is none: take a fraction of it.
    return lowered + _middle("", None) if lowered == _LEAST else lowered


def _whole_length(key: str) -> int:
    head = key[0]
    return ord(head) - ord("a") + 2 if head >= "a" else ord("Z") - ord(head) + 2


def _parts(key: str) -> tuple[str, str]:
    length = _whole_length(key)
    return key[:length], key[length:]


def _raised(whole: str) -> str | None:
    """The next whole number, None after the greatest."""
    head, digits = whole[0], whole[1:]
    kept = digits.rstrip("z")
    if kept:
        return head + kept[:-1] + DIGITS[_VALUE[kept[-1]] + 1] + "0" * (len(digits) - len(kept))
    if head == "Z":
        return "a0"
    if head == "z":
        return None
    longer = chr(ord(head) + 1)
    return longer + "0" * (len(digits) + (1 if longer > "a" else -1))


def _lowered(whole: str) -> str:
    """The whole number before this one, which is not the least."""
    head, digits = whole[0], whole[1:]
    kept = digits.rstrip("0")
    if kept:
        return head + kept[:-1] + DIGITS[_VALUE[kept[-1]] - 1] + "z" * (len(digits) - len(kept))
    if head == "a":
        return "Zz"
    shorter = chr(ord(head) - 1)
    return shorter + "z" * (len(digits) + (1 if shorter < "Z" else -1))


def _middle(low: str, high: str | None) -> str:
    """A fraction between two, neither ending in 0; ``low`` may be empty (nothing), ``high`` None (one)."""
    common = ""
    if high is not None:
        same = 0
        while same < len(high) and (low[same] if same < len(low) else "0") == high[same]:
            same += 1
        common, low, high = high[:same], low[same:], high[same:]
    least = _VALUE[low[0]] if low else 0
    most = _VALUE[high[0]] if high else len(DIGITS)
    if most - least > 1:
        # Half a digit goes up, as JavaScript's Math.round does.
        return common + DIGITS[(least + most + 1) // 2]
    if high is not None and len(high) > 1:
        return common + high[0]
    return common + DIGITS[least] + _middle(low[1:], None)
