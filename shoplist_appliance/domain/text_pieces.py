"""A typed line in pieces: what separates them, and what holds together, as links, quotations and brackets do."""

import re

_LINK = re.compile(r"(?:https?://|ftp://|www\.)[^ \t\u00a0\"«»“”„]+", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9(][0-9() .\u00a0‐‑–-]{5,24}[0-9]")
NOTHING = re.compile(r"[\s,;.:_=~|/\\#*•·●○◦▪▫■□‣⁃∙+<>，、；。\ufe0e\ufe0f‐‑–—−-]*")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ \u00a0\u202f\u2009][0-9]{3})+")
_QUOTES = {'"': '"', "“": "”", "«": "»", "„": "“”"}
BRACKETS = {"(": ")", "[": "]", "（": "）"}
COMMAS = frozenset(",，、")
STOPS = frozenset(";；•")
DIGITS = frozenset("0123456789０１２３４５６７８９")
# What a character of a line belongs to, so that it separates nothing.
FREE, IN_BRACKETS, WHOLE = 0, 1, 2


def parts_of(line: str, separators: frozenset[str]) -> list[str]:
    """What lies between separators that separate; no part is blank."""
    held = held_in(line)
    parts, start = [], 0
    for at, char in enumerate(line):
        if char in separators and held[at] == FREE and not _joins(line, at):
            parts.append(line[start:at])
            start = at + 1
    parts.append(line[start:])
    return [part.strip() for part in parts if not NOTHING.fullmatch(part)]


def _joins(line: str, at: int) -> bool:
    """Whether a comma is within a number, or a semicolon is an eye."""
    before, after = line[at - 1 : at], line[at + 1 : at + 2]
    return (before in DIGITS and after in DIGITS and line[at] not in STOPS) or (line[at] == ";" and after == ")")


def held_in(line: str) -> bytearray:
    """For each character whether it is within a link, a quotation or a telephone number, or else within brackets."""
    held = bytearray(len(line))
    for found in _LINK.finditer(line):
        _hold(held, found.start(), found.start() + len(found[0].rstrip(",.;")), WHOLE)
    for found in _PHONE.finditer(line):
        if _is_phone(found[0]):
            _hold(held, found.start(), found.end(), WHOLE)
    for start, end in _pairs(line, held, _QUOTES):
        _hold(held, start, end, WHOLE)
    for start, end in _pairs(line, held, BRACKETS):
        _hold(held, start, end, IN_BRACKETS)
    return held


def _hold(held: bytearray, start: int, end: int, why: int) -> None:
    for at in range(start, end):
        held[at] = held[at] or why


def _is_phone(number: str) -> bool:
    """Digits alone, or with spaces between thousands, may be a quantity; a telephone number is written otherwise."""
    digits = sum(char in DIGITS for char in number)
    return 7 <= digits <= 15 and digits < len(number) and not (number.endswith("000") and _GROUPED.fullmatch(number))


def _pairs(line: str, held: bytearray, marks: dict[str, str]) -> list[tuple[int, int]]:
    """Where a bracket or a quotation begins and ends; one that never closes is none, inner ones are words."""
    pairs: list[tuple[int, int]] = []
    last = {mark: line.rfind(mark) for closing in marks.values() for mark in closing}
    opened, start, depth = "", 0, 0
    for at, char in enumerate(line):
        if held[at]:
            continue
        if opened and char in marks[opened]:
            depth -= 1
            if depth == 0:
                pairs.append((start, at + 1))
                opened = ""
        elif opened:
            depth += char == opened
        elif char in marks and any(last[mark] > at for mark in marks[char]) and _opens(line, at, marks):
            opened, start, depth = char, at, 1
    return pairs


def is_quotation(text: str) -> bool:
    """Whether a pair of quotes is around all of it."""
    pairs = _pairs(text, bytearray(len(text)), _QUOTES) if text[:1] in _QUOTES else []
    return bool(pairs) and pairs[0][1] == len(text)


def _opens(line: str, at: int, marks: dict[str, str]) -> bool:
    """A quotation begins a word; a quote after one is an inch."""
    return marks is BRACKETS or at == 0 or not line[at - 1].isalnum()
