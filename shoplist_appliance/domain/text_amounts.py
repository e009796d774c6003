"""Amounts within typed text: words become tokens, and runs of tokens amounts such as "about 2-3 kg".

Everything here has a twin in ``static/shared/``: plain character classes, whole numbers, no look-behind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from unicodedata import normalize

from shoplist_appliance.domain.text_words import (
    ABOUT,
    ABOUT_PAIRS,
    ACCUSATIVES,
    ALONE_RU,
    AND,
    ARTICLES,
    DOZENS,
    FROM,
    HALVES,
    LARGE,
    LENGTHS,
    MEASURES,
    NAMING_UNITS,
    NOT_A_UNIT_BEFORE,
    NOT_AFTER,
    NOT_BEFORE,
    NUMBERED_NAMES,
    NUMBERS,
    OR_SO,
    PARTS,
    PLAIN_MEASURES,
    PREPOSITIONS,
    REMAINDERS,
    SCALES,
    TO,
    WHICH,
    WHOLE_WORDS,
)
from shoplist_appliance.domain.units import unit_code

MOST = 1_000_000_000  # thousandths
LONGEST = 40  # letters of a word that may say an amount
_VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
_DENOMINATORS = (2, 3, 4, 5, 6, 8, 10, 16)

# One piece of a word that may be an amount: a number, a sign, letters. Digits are ASCII: full-width ones are by now.
_PIECE = re.compile(
    r"(?P<n>[0-9]+[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]|[0-9]+[/⁄][0-9]+|[0-9]{1,3}(?:,[0-9]{3}){2,}|"
    r"[0-9]*[.,][0-9]+|[0-9]+)|(?P<a>[~≈])|(?P<d>\.\.\.|\.\.|[-‐‑–—−…])|(?P<x>[×*✕✖]|[xх](?![a-zа-я]))|"
    r"(?P<w>[a-zа-я][a-zа-я./-]*?(?=[xх][0-9])|[a-zа-я][a-zа-я./]*)|(?P<j>[:=]+)|(?P<e>\.)"
)
# Which runs of pieces a word may consist of to be more than a word. `u` is a unit.
_SHAPES = re.compile(r"[ad]?(?:xnu?|nu?x|nxnu?|nuxnu?|n(?:dn)?u?|nu?dnu?)e?")
_KEYED = re.compile(r"([^0-9:=]*[^0-9:=\s])([:=])(.+)")  # "milk:2"
_CLOSED = re.compile(r"(.*[^:=–—-])([:=]+|[-–—])")  # "milk:", "kg:", "onions-"
_EMOJI = re.compile("([\u2600-\u2712\u2744-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+)()(.+)")  # "🥚x10"
_TIMES = re.compile(r"([^0-9×*✕✖]+)()([×*✕✖][0-9]+)|([0-9]+[×*✕✖])()([^0-9×*✕✖]+)")
_PRICED = re.compile(r"[0-9]+[.,][0-9]{2}")
_POINTED = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_THIN = "\u00a0\u202f\u2009"  # spaces that join the digits of a number


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a piece of one: as typed, as compared, the space before it; and its number in thousandths."""

    typed: str
    low: str
    gap: str
    place: int  # in the text
    kind: str = "w"  # n number, a about, d dash, x times, j another sign that joins name and amount, w word
    value: int = 0


@dataclass(frozen=True, slots=True)
class Amount:
    """Tokens ``start`` to ``end`` are this much: thousandths, and a unit's code, empty for counts."""

    start: int
    end: int
    value: int
    unit: str | None = None
    note: str | None = None
    times: bool = False  # a sign of multiplication was typed
    alone: bool = False  # a unit without any number
    spelled: bool = False  # in words
    unit_from: int = 0  # where the unit's words begin

    @property
    def measures(self) -> bool:
        return self.unit in MEASURES


# --- tokens -------------------------------------------------------------------------------------------------------


def low(word: str) -> str:
    """The form in which words are compared: full width as ASCII, lower case, ё as е."""
    plain = word if word.isascii() else normalize("NFC", "".join(map(_narrow, word)))
    return plain.lower().replace("ё", "е").replace("\u00ad", "")


def _narrow(char: str) -> str:
    return chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char


def tokens_of(words: Sequence[tuple[int, str, str, bool]]) -> list[Token]:
    """Of words, each with its place, the space before it, and whether it is kept whole (a link, a quotation)."""
    tokens: list[Token] = []
    for place, gap, word, whole in words:
        tokens += [Token(word, low(word), gap, place)] if whole else _split(place, gap, word)
    return tokens


def _split(place: int, gap: str, word: str) -> list[Token]:
    """The pieces of "2kg", "x2", "2x500g", "milk:2"; a word that is nothing of the kind stays one token."""
    plain = low(word)
    if len(plain) != len(word) or len(word) > LONGEST:
        return [Token(word, plain, gap, place)]
    for pattern in (_KEYED, _CLOSED, _EMOJI):
        found = pattern.fullmatch(plain)
        if found:
            return _joined(place, gap, word, plain, found)
    times = _TIMES.fullmatch(plain)
    if times and not _pieces(place, gap, word, plain):
        cut = times.end(1) if times[1] else times.end(4)
        first = _pieces(place, gap, word[:cut], plain[:cut]) or [Token(word[:cut], plain[:cut], gap, place)]
        rest = word[cut:], plain[cut:]
        return [*first, *(_pieces(place + cut, "", *rest) or [Token(*rest, "", place + cut)])]
    lower, dash, upper = plain.partition("-")
    if dash and lower in NUMBERS and NUMBERS[lower] < NUMBERS.get(upper, 0):
        return _words_of_range(place, gap, word, len(lower))
    return _pieces(place, gap, word, plain) or [Token(word, plain, gap, place)]


def _joined(place: int, gap: str, word: str, plain: str, found: re.Match[str]) -> list[Token]:
    """Name, sign and amount of "milk:2l"; also where one of them is in another word."""
    sign, after = found.start(2), found.end(2)
    rest = _pieces(place + after, "", word[after:], plain[after:]) if plain[after:] else []
    if rest is None:
        return [Token(word, plain, gap, place)]
    name = _pieces(place, gap, word[:sign], plain[:sign]) or [Token(word[:sign], plain[:sign], gap, place)]
    joiner = Token(word[sign:after], plain[sign:after], "", place + sign, "j")
    return [*name, *([joiner] if after > sign else []), *rest]


def _words_of_range(place: int, gap: str, word: str, dash: int) -> list[Token]:
    """ "two-three", «две-три»."""
    lower, upper = word[:dash], word[dash + 1 :]
    return [
        Token(lower, low(lower), gap, place),
        Token(word[dash], "-", "", place + dash, "d"),
        Token(upper, low(upper), "", place + dash + 1),
    ]


def _pieces(place: int, gap: str, word: str, plain: str) -> list[Token] | None:
    tokens, kinds, at = [], "", 0
    while at < len(plain):
        found = _PIECE.match(plain, at)
        kind = (found.lastgroup or "") if found else ""
        value = number(found[0]) if found and kind == "n" else 0
        if found is None or value is None:
            return None
        known = kind == "w" and unit_of(found[0]) is not None
        tokens.append(Token(word[at : found.end()], found[0], "" if at else gap, place + at, kind, value))
        kinds += "u" if known else kind
        at = found.end()
    if not (_SHAPES.fullmatch(kinds) or (len(kinds) == 1 and kinds in "adjx")):
        return None
    return _with_its_dot(tokens) if kinds.endswith("e") else tokens


def _with_its_dot(tokens: list[Token]) -> list[Token]:
    """The full stop at the end of "2." belongs to the number before it."""
    return [*tokens[:-2], replace(tokens[-2], typed=tokens[-2].typed + tokens[-1].typed)]


def number(text: str) -> int | None:
    """Thousandths of a number as typed; None where it has more than three decimals, or is no fraction people write."""
    if text[-1] in _VULGAR:
        return _whole(text[:-1] or "0") + _part(*_VULGAR[text[-1]])
    if "/" in text or "⁄" in text:
        over, under = (int(part[:9]) for part in re.split("[/⁄]", text))
        return _part(over, under) if 0 < over < under and under in _DENOMINATORS else None
    if text.count(",") > 1:
        return _whole(text.replace(",", ""))
    whole, _, decimals = text.replace(",", ".").partition(".")
    return _whole(whole or "0") + int(decimals.ljust(3, "0")) if len(decimals) <= 3 else None


def _whole(digits: str) -> int:
    return int(digits) * 1000 if len(digits) < 10 else MOST + 1


def _part(over: int, under: int) -> int:
    """Half a thousandth is rounded up."""
    return (2000 * over + under) // (2 * under)


# --- numbers ------------------------------------------------------------------------------------------------------

# A number and the token after it.
_Found = tuple[int, int]


def _low(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].low if 0 <= at < len(tokens) else ""


def _fraction(token: Token) -> bool:
    return token.kind == "n" and token.value < 1000 and any(sign in "/⁄" or sign in _VULGAR for sign in token.low)


def _number_at(tokens: Sequence[Token], at: int) -> _Found | None:
    """ "2", "1 1/2", "two hundred and fifty", "one and a half", «два с половиной», "two dozen"."""
    found = _digits_at(tokens, at) or _words_at(tokens, at) or _half_at(tokens, at)
    if found is not None:
        found = _with_remainder(tokens, *found)
        found = _parts_at(tokens, *found) or found
    start = found or (_article_end(tokens, at), 1000)
    if _low(tokens, start[0]) in DOZENS and (found or _low(tokens, start[0]) in DOZENS):
        return start[0] + 1, start[1] * DOZENS[_low(tokens, start[0])]
    return found


def _article_end(tokens: Sequence[Token], at: int) -> int:
    return at + 1 if _low(tokens, at) in ARTICLES else at


def _digits_at(tokens: Sequence[Token], at: int) -> _Found | None:
    if at >= len(tokens) or tokens[at].kind != "n":
        return None
    end, value = at + 1, tokens[at].value
    if end < len(tokens) and value % 1000 == 0 and value:
        following = tokens[end]
        if _fraction(following) and following.gap:
            return end + 1, value + following.value
        # "1-1/2", as American recipes write it.
        if following.kind == "d" and not following.gap and _fraction_after_dash(tokens, end):
            return end + 2, value + tokens[end + 1].value
    return _grouped(tokens, at)


def _fraction_after_dash(tokens: Sequence[Token], dash: int) -> bool:
    return dash + 1 < len(tokens) and _fraction(tokens[dash + 1]) and not tokens[dash + 1].gap


def _grouped(tokens: Sequence[Token], at: int) -> _Found:
    """ "1 000": a group of zeros, or any three digits after a space that does not break."""
    end, value = at + 1, tokens[at].value
    if not (tokens[at].low.isdecimal() and len(tokens[at].low) <= 3 and value):
        return end, value
    while end < len(tokens) and tokens[end].kind == "n" and len(tokens[end].low) == 3 and tokens[end].low.isdecimal():
        if tokens[end].low != "000" and tokens[end].gap not in _THIN:
            break
        value, end = min(value * 1000 + tokens[end].value, MOST + 1), end + 1
    return end, value


def _words_at(tokens: Sequence[Token], at: int) -> _Found | None:
    """A number in words. Each word is smaller than the one before it, but for hundred and thousand, which multiply."""
    if _low(tokens, at) in WHOLE_WORDS:
        value, scale = WHOLE_WORDS[_low(tokens, at)], SCALES.get(_low(tokens, at + 1), 0)
        return (at + 2, value * scale) if scale else (at + 1, value)
    total = current = 0
    room, end = 1000, _article_end(tokens, at)
    if end > at and _low(tokens, end) not in SCALES:
        return None
    while end < len(tokens):
        step = end + 1 if current + total and _low(tokens, end) in AND and _continues(tokens, end + 1, room) else end
        word = _low(tokens, step)
        value = _compound(word)
        if value and value < room:
            current, room = current + value, _room(value)
        elif word in SCALES and (SCALES[word] == 100 or not total):
            total, current, room = _scaled(total, current, SCALES[word])
        else:
            break
        end = step + 1
    return (end, (total + current) * 1000) if total + current else None


def _continues(tokens: Sequence[Token], at: int, room: int) -> bool:
    """Whether "and" is within a number: "two hundred and fifty", not "two kilos and five eggs"."""
    return room == 100 and 0 < _compound(_low(tokens, at)) < room


def _scaled(total: int, current: int, scale: int) -> tuple[int, int, int]:
    if scale == 100:
        return total, (current or 1) * 100, 100
    return total + (current or 1) * scale, 0, 1000


def _room(value: int) -> int:
    """Only what is smaller than this may follow."""
    return 1 if value < 20 else 10 if value < 100 else 100


def _compound(word: str) -> int:
    """The value of "five" and of "twenty-five", 0 of other words."""
    tens, dash, ones = word.partition("-")
    if not dash:
        return NUMBERS.get(word, 0)
    first, second = NUMBERS.get(tens, 0), NUMBERS.get(ones, 0)
    return first + second if 20 <= first < 100 and 0 < second < 10 else 0


def _half_at(tokens: Sequence[Token], at: int) -> _Found | None:
    """ "half a", "a quarter of a", «половина», before a unit, a dozen or, after an article, anything."""
    start = _article_end(tokens, at)
    value = HALVES.get(_low(tokens, start))
    if value is None:
        return None
    end = start + 1
    if _low(tokens, end) == "of" and end + 1 < len(tokens):
        end += 1
    inner = _article_end(tokens, end)
    if inner >= len(tokens):
        return None
    if unit_at(tokens, inner) or _low(tokens, inner) in DOZENS:
        return inner, value
    named = inner == start + 2 and _low(tokens, start) == "half"  # "half an onion"
    russian = inner == start + 1 and _low(tokens, start).startswith("половин")
    return (inner, value) if named or russian else None


def _with_remainder(tokens: Sequence[Token], end: int, value: int) -> _Found:
    """ "one and a half", "1 and 1/2", «два с половиной»."""
    if value % 1000 or not value:
        return end, value
    if _low(tokens, end) in ("and", "и"):
        last = _article_end(tokens, end + 1)
        if last < len(tokens) and _fraction(tokens[last]):
            return last + 1, value + tokens[last].value
        if last > end + 1 and _low(tokens, last) in REMAINDERS:
            return last + 1, value + REMAINDERS[_low(tokens, last)]
    if _low(tokens, end) in ("с", "со") and _low(tokens, end + 1) in REMAINDERS:
        return end + 2, value + REMAINDERS[_low(tokens, end + 1)]
    return end, value


def _parts_at(tokens: Sequence[Token], end: int, value: int) -> _Found | None:
    """ "three quarters of a cup", «две трети стакана»: parts of one, before a unit."""
    under = PARTS.get(_low(tokens, end))
    if under is None or value % 1000 or not 0 < value < under * 1000:
        return None
    after = end + 1
    if _low(tokens, after) == "of":
        after = _article_end(tokens, after + 1)
    return (after, _part(value // 1000, under)) if unit_at(tokens, after) else None


# --- units --------------------------------------------------------------------------------------------------------


_LATIN, _CYRILLIC = "kgmtcphoeax", "кгмтсрноеах"
_TO_LATIN, _TO_CYRILLIC = str.maketrans(_CYRILLIC, _LATIN), str.maketrans(_LATIN, _CYRILLIC)


def unit_of(word: str) -> str | None:
    """The code of a unit's spelling, also with letters of the other keyboard; empty for a count."""
    if len(word) > LONGEST:
        return None
    code = unit_code(word)
    if code is not None or word.isascii():
        return code
    if word in ACCUSATIVES:
        return ACCUSATIVES[word]
    mixed = any("a" <= letter <= "z" for letter in word)
    return (unit_code(word.translate(_TO_CYRILLIC)) or unit_code(word.translate(_TO_LATIN))) if mixed else None


def unit_at(tokens: Sequence[Token], at: int) -> tuple[int, str] | None:
    """The token after a unit's spelling, and its code, empty for a word of bare counts."""
    for length in (2, 1):
        words = tokens[at : at + length]
        if len(words) < length or any(token.kind != "w" for token in words) or (length == 2 and not words[1].gap):
            continue
        code = unit_of(" ".join(token.low for token in words))
        if code is not None:
            end = at + length
            named = words[0].low in NAMING_UNITS and _low(tokens, end) in NOT_A_UNIT_BEFORE
            return None if named else (end, code)
    return None


def _half_unit(word: str) -> tuple[int, str | None] | None:
    """«полкило», «пол-литра», «полдюжины»: half of a unit or of a dozen, in one word."""
    if not word.startswith("пол") or len(word) < 6:
        return None
    rest = word[4:] if word[3] == "-" else word[3:]
    if rest in DOZENS:
        return DOZENS[rest] * 500, None
    code = unit_code(rest) if len(rest) > 2 else None
    return (500, code) if code else None


def _of(tokens: Sequence[Token], end: int) -> int:
    """A linking "of" belongs to the amount where something follows it."""
    return end + 1 if _low(tokens, end) == "of" and end + 1 < len(tokens) else end


# --- amounts ------------------------------------------------------------------------------------------------------


def amounts_in(tokens: Sequence[Token]) -> list[Amount]:
    """All amounts, from left to right; numbers that belong to a name are none."""
    found: list[Amount] = []
    at = 0
    while at < len(tokens):
        dimensions = _dimensions(tokens, at)
        if dimensions:
            at = dimensions
            continue
        amount = amount_at(tokens, at)
        if amount is not None:
            found.append(amount)
        at = amount.end if amount is not None else at + 1
    return found


def amount_at(tokens: Sequence[Token], at: int) -> Amount | None:
    """The amount that begins at a token, with "about" and the range as its note."""
    begin = _about_end(tokens, at)
    signed = begin < len(tokens) and tokens[begin].kind == "x"
    start = begin + 1 if signed else begin
    amount = _counted(tokens, at, start, signed) or (None if signed else _uncounted(tokens, at, start))
    if amount is None or not 0 < amount.value <= MOST:
        return None
    return _with_or_so(tokens, amount, begin)


def _about_end(tokens: Sequence[Token], at: int) -> int:
    if _low(tokens, at) in ABOUT:
        return at + 1
    return at + 2 if f"{_low(tokens, at)} {_low(tokens, at + 1)}" in ABOUT_PAIRS else at


def _with_or_so(tokens: Sequence[Token], amount: Amount, begin: int) -> Amount:
    """Amount with the words that say how exact it is in its note, around the range."""
    words = [typed(tokens[amount.start : begin])] if begin > amount.start else []
    words += [amount.note] if amount.note else []
    end = amount.end
    if f"{_low(tokens, end)} {_low(tokens, end + 1)}" in OR_SO:
        words, end = [*words, typed(tokens[end : end + 2])], _of(tokens, end + 2)
    return replace(amount, end=end, note=" ".join(words) or None)


def _counted(tokens: Sequence[Token], at: int, start: int, signed: bool) -> Amount | None:
    """A number or a range, its unit, a sign of multiplication before or after it."""
    if f"{_low(tokens, start)} {_low(tokens, start + 1)}" in NUMBERED_NAMES:
        return None
    first = start + 1 if _low(tokens, start) in FROM else start
    lower = _number_at(tokens, first)
    upper = _upper_at(tokens, first, *lower) if lower else None
    if lower is None or (first > start and upper is None):
        return _halved(tokens, at, start)
    end, value = upper or lower
    unit = unit_at(tokens, end)
    amount = Amount(
        at, end, _thousands(tokens, first, end, value, unit), note=typed(tokens[start:end]) if upper else None,
        times=signed, spelled=tokens[first].kind != "n", unit_from=end,
    )  # fmt: skip
    if unit is None:
        return _bare(tokens, amount)
    if _low(tokens, at - 1) in WHICH:
        return None
    if unit[1] not in MEASURES and _low(tokens, unit[0] + 1) and tokens[unit[0]].kind == "x":
        return replace(amount, end=unit[0] + 1, unit=unit[1], times=True)  # "2 packs x 500 g"
    return replace(amount, end=_of(tokens, unit[0]), unit=unit[1])


def _halved(tokens: Sequence[Token], at: int, start: int) -> Amount | None:
    half = _half_unit(_low(tokens, start))
    return Amount(at, _of(tokens, start + 1), half[0], half[1]) if half else None


def _upper_at(tokens: Sequence[Token], first: int, end: int, value: int) -> _Found | None:
    """The upper end of a range that begins with this number; a unit may be typed at both ends."""
    unit = unit_at(tokens, end)
    for sign in (end, unit[0] if unit else end):
        dash = sign < len(tokens) and (
            tokens[sign].kind == "d" or tokens[sign].low in TO or _between(tokens, first, sign)
        )
        upper = _number_at(tokens, sign + 1) if dash else None
        if upper is None or upper[1] <= value:
            continue
        second = unit_at(tokens, upper[0])
        if sign != end and (unit is None or second is None or unit[1] != second[1]):
            continue
        # Two long numbers without a unit are a telephone's.
        if len(tokens[first].low) > 2 and upper[1] >= 100_000 and second is None:
            continue
        return upper
    return None


def _between(tokens: Sequence[Token], first: int, joint: int) -> bool:
    """Whether "and" joins the ends of a range: "between 5 and 6"."""
    return _low(tokens, first - 1) in ("between", "между") and tokens[joint].low in AND


def _thousands(tokens: Sequence[Token], first: int, end: int, value: int, unit: tuple[int, str] | None) -> int:
    """ "1,000 napkins" are a thousand; "1,250 kg" is a kilo and a quarter."""
    grouped = end == first + 1 and _THOUSANDS.fullmatch(tokens[first].low)
    return value * 1000 if grouped and (unit is None or unit[1] not in LARGE) else value


def _bare(tokens: Sequence[Token], amount: Amount) -> Amount | None:
    """A number without a unit, unless it belongs to the name or is of something that nobody buys."""
    end = amount.end
    if not amount.times and (_owned(tokens, amount.start, end) or _doubtful(tokens, amount)):
        return None
    if not amount.times and _signed(tokens, end):
        return replace(amount, end=end + 1, times=True, spelled=False)
    if _low(tokens, end - 1) in DOZENS:
        return replace(amount, end=_of(tokens, end), spelled=False)
    return amount


def _doubtful(tokens: Sequence[Token], amount: Amount) -> bool:
    """ "1.000" of a thing may be a thousand, "bread 2.50" a price."""
    number = tokens[amount.end - 1].low
    return bool(_POINTED.fullmatch(number)) or (amount.start > 0 and bool(_PRICED.fullmatch(number)))


def _signed(tokens: Sequence[Token], at: int) -> bool:
    """Whether a sign of multiplication belongs to the number before it: not in "size 4 x2"."""
    if at >= len(tokens) or tokens[at].kind != "x":
        return False
    return not (tokens[at].gap and at + 1 < len(tokens) and tokens[at + 1].kind == "n" and not tokens[at + 1].gap)


def _owned(tokens: Sequence[Token], at: int, end: int) -> bool:
    after = _low(tokens, end)
    if after in NOT_BEFORE or after.rstrip(".,") in NOT_BEFORE or after[:1] in ("%", "/", "°"):
        return True
    if after in ("in", "в") and end + 1 < len(tokens) and tokens[end + 1].kind == "n":
        return True
    before = _low(tokens, at - 1)
    if at and unit_of(before) in MEASURES and (at == 1 or tokens[at - 2].kind != "n"):
        return True  # «сыр грамм 300»
    return before in NOT_AFTER or (len(before) <= 3 and _low(tokens, at - 2) in ("vitamin", "витамин", "витамины"))


def _uncounted(tokens: Sequence[Token], at: int, start: int) -> Amount | None:
    """A unit alone is one of it: "a bunch of dill", «кило лука». Only where sure: names begin like units."""
    word = _article_end(tokens, start)
    unit = unit_at(tokens, word)
    if unit is None or not unit[1]:
        return None
    end, code = unit
    linked = _of(tokens, end)
    article = word > start
    plain = _low(tokens, word) in PLAIN_MEASURES and end < len(tokens)
    measured = article and (code in MEASURES or code in ("pinch", "bunch", "sprig")) and end < len(tokens)
    closing = article and end == len(tokens) and at > 0
    russian = " ".join(token.low for token in tokens[word:end]) in ALONE_RU and _named_in_russian(tokens, end)
    if not (linked > end or plain or measured or closing or russian):
        return None
    if article and _low(tokens, end) == "and" and _low(tokens, end + 1) == "a" and _low(tokens, end + 2) in REMAINDERS:
        more = REMAINDERS[_low(tokens, end + 2)]  # "a pound and a half of beef"
        return Amount(at, _of(tokens, end + 3), 1000 + more, code, alone=True)
    return Amount(at, linked, 1000, code, alone=True)


def _named_in_russian(tokens: Sequence[Token], at: int) -> bool:
    """Whether a Russian name in the genitive can follow: no preposition, no adjective in the nominative."""
    word = _low(tokens, at)
    adjective = len(word) > 3 and word.endswith(("ый", "ий", "ая", "ое", "ые"))
    return "а" <= word[:1] <= "я" and word not in PREPOSITIONS and not adjective


def _dimensions(tokens: Sequence[Token], at: int) -> int:
    """The token after "4x40", "30 x 30 cm", "30 cm x 10 m": sizes, never amounts; 0 where there are none."""
    if at >= len(tokens) or tokens[at].kind != "n":
        return 0
    first = unit_at(tokens, at + 1)
    sign = first[0] if first else at + 1
    if not first and (not _signed(tokens, sign) or _owned(tokens, at, sign)):
        return 0
    if not (sign + 1 < len(tokens) and tokens[sign].kind == "x" and tokens[sign + 1].kind == "n"):
        return 0
    second = unit_at(tokens, sign + 2)
    if second is None:
        return 0 if first else sign + 2
    if second[1] in LENGTHS or (first and first[1] in MEASURES and second[1] in MEASURES):
        return second[0]
    return 0


def typed(tokens: Sequence[Token]) -> str:
    """Tokens as they were typed, without the space before the first, any space as one."""
    return "".join((" " if token.gap and at else "") + token.typed for at, token in enumerate(tokens))
