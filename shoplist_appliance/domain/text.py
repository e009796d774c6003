"""Typed and pasted text as items: "2 kg potatoes, milk 3.5% x2" is two of them, in Russian and English.

The cases in ``tests/text`` are its rules by example. ``static/shared/text.js`` is its twin, line by line.
No word is lost: what is not understood stays in the text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from shoplist_appliance.domain.list_item import quantity_of
from shoplist_appliance.domain.text_amounts import (
    LONGEST,
    Amount,
    Token,
    amount_at,
    amounts_in,
    low,
    tokens_of,
    typed,
    unit_at,
)
from shoplist_appliance.domain.text_pieces import (
    BRACKETS,
    COMMAS,
    DIGITS,
    IN_BRACKETS,
    NOTHING,
    STOPS,
    WHOLE,
    held_in,
    is_quotation,
    parts_of,
)
from shoplist_appliance.domain.text_words import (
    AND,
    ARTICLES,
    BUYING,
    HEADINGS,
    JOINED_NAMES,
    NOT_BEFORE,
    PREPARED,
    PREPARED_ALONE,
    REMARK_STARTS,
)

MOST_TEXT = 500
MOST_NOTE = 2_000
# A line, or one thing of it, that is longer is no one's typing: it is kept as it is.
MOST_LINE = 3_000
MOST_READ = 700
MOST_REMARKS = 8


@dataclass(frozen=True, slots=True)
class TypedItem:
    """What one thing of a typed text says. ``ticked`` is None where no box was typed."""

    text: str
    quantity: float | None = None
    unit: str | None = None
    note: str | None = None
    ticked: bool | None = None


def parse(text: str) -> list[TypedItem]:
    """The items of a text, in its order; none of a text of nothing but separators."""
    return [item for line in lines_of(text) for item in items_of_line(line)]


def lines_of(text: str) -> list[str]:
    """The lines in which something stands: each is read for itself."""
    return [line for line in _LINE_ENDS.split(_UNSEEN.sub("", text)) if line]


# --- lines --------------------------------------------------------------------------------------------------------

_LINE_ENDS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f\u200b\u200e\u200f\u2060\ufeff\ud800-\udfff]")
_SPACE = r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_SPACES = re.compile(_SPACE + "+")
_WORD = re.compile(r"[^ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_BULLET = re.compile(rf"(?:(?:[-‐‑–—−*•·●○◦▪▫■□‣⁃∙>]|\+(?![0-9])){_SPACE}*)+")
_BOLD = re.compile(r"(\*{1,2})([^* ][^*]*[^* ])\1")  # of a chat, or of Markdown
_NUMBERED = re.compile(rf"(?:[0-9]{{1,3}}[.)](?![0-9])|\([0-9]{{1,3}}\)){_SPACE}*")
_TICKED = re.compile(rf"(?:\[[xXхХvV✓✔]\]|[☑✅✔✓][\ufe0e\ufe0f]?){_SPACE}*")
_UNTICKED = re.compile(rf"(?:\[{_SPACE}?\]|[☐⬜][\ufe0e\ufe0f]?){_SPACE}*")
_DATE = r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{2,4}"
_TIME = rf"[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?(?:{_SPACE}?[AaPp]\.?[Mm]\.?)?"
_STAMP = rf"\[(?=[^\]]{{0,50}}[0-9]:[0-9])(?=[^\]]{{0,50}}(?:{_DATE}|20[0-9]{{2}}))[^\[\]]{{8,50}}\]"
_SENDER = r"[^:\[\]]{1,60}:"
# "[12:03, 25/11/2026] Ann: milk" of WhatsApp, "25/11/2026, 12:03 - Ann: milk" of its export.
_SAID = re.compile(
    rf"(?:{_STAMP}{_SPACE}*{_SENDER}|{_DATE},?{_SPACE}+{_TIME}{_SPACE}+[-–—]{_SPACE}+{_SENDER}){_SPACE}*"
)
# "Ann, [25.11.2026 12:03]" of Telegram, on a line of its own.
_SENT = re.compile(rf"[^:\[\]]{{0,60}}{_STAMP}:?")


def items_of_line(line: str) -> Iterator[TypedItem]:
    """The items of a line; none of a heading."""
    for item in _read_line(line):
        yield from _within_limits(replace(item, text=_unquoted(item.text)))


def _read_line(line: str) -> list[TypedItem]:
    line = line.strip()
    said = _SAID.match(line)
    line, ticked = _without_bullet(line[said.end() :] if said else line)
    if NOTHING.fullmatch(line) or (ticked is None and _is_heading(line)):
        return []
    items = map(_read, _things(line)) if len(line) <= MOST_LINE else [TypedItem(_spaced(line))]
    return [replace(item, ticked=ticked) for item in items]


def _without_bullet(line: str) -> tuple[str, bool | None]:
    """The line without bullet, number and tick box, and whether it was ticked."""
    ticked: bool | None = None
    bold = _BOLD.fullmatch(line)
    line = bold[2] if bold else line
    for pattern in (_BULLET, _NUMBERED, _BULLET):
        line = _after(pattern, line)
        for box, says in ((_TICKED, True), (_UNTICKED, False)):
            if ticked is None and box.match(line):
                line, ticked = _after(box, line), says
    return line, ticked


def _after(pattern: re.Pattern[str], line: str) -> str:
    found = pattern.match(line)
    return line[found.end() :] if found else line


def _is_heading(line: str) -> bool:
    """ "Veg:", "For the sauce:", "# Dairy", a chat's sender."""
    if _SENT.fullmatch(line):
        return True
    if line.startswith("#"):
        return line.lstrip("#")[:1] == " "
    bare = line.rstrip("*_ ")
    heads = bare.endswith((":", "：")) and "," not in bare and bare[0] not in DIGITS
    return heads and any(char.isalpha() for char in bare)


def _unquoted(text: str) -> str:
    """A text out of the quotes around it, where they held it together: it is read otherwise without them."""
    if not is_quotation(text):
        return text
    inside = text[1:-1].strip()
    if NOTHING.fullmatch(inside):
        return text
    return inside if is_quotation(inside) or not _is_whole(inside) else text


def _is_whole(text: str) -> bool:
    """Whether a text stands for itself, alone and before an amount."""
    return _read_line(text) == [TypedItem(text)] and _read_line(f"{text}, 2 kg") == [TypedItem(text, 2, "kg")]


def _spaced(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


# --- lists with commas, and names joined by "and" -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a line that is one item: its words, and what was in brackets, with the place of each."""

    typed: str
    words: tuple[Token, ...]
    brackets: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Thing:
    """A piece with the pieces that a comma joined to it: an amount, remarks."""

    piece: _Piece
    amount: _Piece | None = None
    remarks: tuple[str, ...] = ()
    priced: bool = False


def _things(line: str) -> list[_Thing]:
    """The parts of a line that are items."""
    return [thing for part in parts_of(line, STOPS) for thing in _list(_without_list_heading(part))]


def _without_list_heading(line: str) -> str:
    """ "To buy: milk, bread" without what heads it."""
    heading, colon, rest = line.partition(":")
    head = low(heading.strip())
    if not colon or head not in HEADINGS or rest.startswith("//"):
        return line
    return rest if len(parts_of(rest, COMMAS)) > (0 if head in BUYING else 1) else line


def _list(line: str) -> list[_Thing]:
    """The things between commas; the last two may be joined by "and"."""
    things: list[_Thing] = []
    for part in parts_of(line, COMMAS):
        piece = _piece(part)
        joined = _joined(things[-1], piece) if things else None
        things[-1:] = [joined] if joined else [*things[-1:], _Thing(piece)]
    if len(things) > 1:
        things[-1:] = _apart(things[-1], _last_names(things[-1].piece))
    return [part for thing in things for part in _apart(thing, _amounts_apart(thing.piece))]


def _joined(thing: _Thing, piece: _Piece) -> _Thing | None:
    """The thing with what a comma only joined to its name: a bare amount, a price, a remark of a recipe."""
    if _is_preparation(piece) and len(thing.remarks) < MOST_REMARKS:
        return replace(thing, remarks=(*thing.remarks, piece.typed))
    if _is_price(piece) and not (thing.amount or thing.remarks or thing.priced):
        return replace(thing, piece=_piece(f"{thing.piece.typed}, {piece.typed}"), priced=True)
    if thing.amount is None and not piece.brackets and _covering(piece.words) and _says_more(thing.piece):
        return replace(thing, amount=piece)
    return None


def _says_more(piece: _Piece) -> bool:
    return _covering(piece.words) is None


def _apart(thing: _Thing, names: list[str]) -> list[_Thing]:
    """The thing as several; what a comma joined to it belongs to the last."""
    if len(names) < 2 and names[0] == thing.piece.typed:
        return [thing]
    return [*(_Thing(_piece(name)) for name in names[:-1]), replace(thing, piece=_piece(names[-1]))]


_PRICE = re.compile(
    r"[0-9]+(?:[.,][0-9]+)?%|[$€£₽¥₴₸][0-9]+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?(?:[$€£₽¥₴₸]|руб\.?|р\.?|рубл[а-я]+)"
)


def _is_price(piece: _Piece) -> bool:
    return len(piece.words) < 3 and _PRICE.fullmatch("".join(token.low for token in piece.words)) is not None


def _is_preparation(piece: _Piece) -> bool:
    """ "finely chopped", "to taste": what a recipe says of the thing before it, and can be no thing itself."""
    said = low(typed(piece.words)[:200])
    if any(said == start or said.startswith(start + " ") for start in REMARK_STARTS):
        return True
    words = [_stem(word) for word in said.split(" ")]
    return all(word in PREPARED for word in words) and any(word in PREPARED_ALONE for word in words)


def _stem(word: str) -> str:
    """Russian participles agree with their thing: the genitive as the nominative."""
    for ending, plain in (("нных", "нные"), ("нного", "нный"), ("нной", "нная"), ("тых", "тые")):
        if word.endswith(ending):
            return word[: -len(ending)] + plain
    return word


def _last_names(piece: _Piece) -> list[str]:
    """The last of a list with commas: "eggs and bread" are two, "and bread" is one, "mac and cheese" too."""
    words = piece.words
    if len(words) > 1 and words[0].low in AND:
        return [piece.typed[words[1].place :]]
    if " ".join(token.low for token in words if token.kind == "w" and token.low) in JOINED_NAMES:
        return [piece.typed]
    return _cut(piece, [at for at in _joints(words) if at + 1 < len(words)])


def _amounts_apart(piece: _Piece) -> list[str]:
    """ "milk and 2 loaves of bread" are two; names joined by "and" stay whole."""
    return _cut(piece, [at for at in _joints(piece.words) if _begins_amount(piece.words, at + 1)])


def _joints(words: Sequence[Token]) -> list[int]:
    """Where "and" stands between words, and not within an amount."""
    if not any(token.low in AND for token in words):
        return []
    amounts = amounts_in(words)
    return [
        at
        for at, token in enumerate(words)
        if at > 0 and token.low in AND and not any(amount.start < at < amount.end for amount in amounts)
    ]


def _begins_amount(words: Sequence[Token], at: int) -> bool:
    amount = amount_at(words, at)
    if amount is None or amount.end == len(words):
        return amount is not None and _is_container(amount)
    return words[amount.end].low not in AND


def _cut(piece: _Piece, joints: list[int]) -> list[str]:
    """The typed text without the words at these places, in parts."""
    places = [piece.words[at].place for at in joints]
    ends = [*places, len(piece.typed)]
    starts = [0, *(place + len(piece.words[at].typed) for place, at in zip(places, joints, strict=True))]
    parts = [piece.typed[start:end].strip() for start, end in zip(starts, ends, strict=True)]
    # A part without a name ("2 and 3 eggs") says that this was no list.
    return parts if all(part and _names(_piece(part)) for part in parts) else [piece.typed]


def _names(piece: _Piece) -> bool:
    """Whether there is a thing in it: at least the bottles of "2 bottles"."""
    amount = _covering(piece.words)
    return amount is None or _is_container(amount)


def _is_container(amount: Amount) -> bool:
    return bool(amount.unit) and not (amount.measures or amount.alone)


# --- the words of a piece -----------------------------------------------------------------------------------------


def _piece(text: str) -> _Piece:
    """A part of a line as words; what is in brackets apart."""
    if len(text) > MOST_READ:
        return _Piece(text, (Token(text, "", "", 0),))
    held = held_in(text)
    brackets: list[tuple[int, str]] = []
    words: list[tuple[int, str, str, bool]] = []
    at, gap = 0, ""
    while at < len(text):
        space = _SPACES.match(text, at)
        bracket = 0 if space else _bracket_end(text, at, held)
        if space:
            gap, at = space[0], space.end()
        elif bracket:
            brackets.append((at, _spaced(text[at + 1 : bracket - 1])))
            gap, at = gap or " ", bracket
        else:
            end = _word_end(text, at, held)
            words.append((at, gap, text[at:end], WHOLE in held[at:end]))
            gap, at = "", end
    return _Piece(text, tuple(tokens_of(words)), tuple(brackets))


def _bracket_end(text: str, at: int, held: bytearray) -> int:
    """Where a remark in brackets ends that begins here; 0 where none does, as in "egg(s)"."""
    if text[at] not in BRACKETS or held[at] != IN_BRACKETS or (at and held[at - 1] == IN_BRACKETS):
        return 0
    end = at
    while end < len(text) and held[end]:
        end += 1
    inside = text[at + 1 : end - 1]
    glued = (at > 0 and text[at - 1].isalnum()) or text[end : end + 1].isalnum()
    if NOTHING.fullmatch(inside) or (glued and _covering(_plain_words(inside)) is None):
        return 0
    return end


def _word_end(text: str, at: int, held: bytearray) -> int:
    """The end of a word; a quotation or a telephone number is one with whatever spaces it has."""
    end = at + 1
    while end < len(text) and (held[end] == WHOLE == held[end - 1] or not _SPACES.match(text, end)):
        if _bracket_end(text, end, held):
            break
        end += 1
    return end


def _plain_words(text: str) -> tuple[Token, ...]:
    """The words of a short text in brackets; none of a longer one, which is a remark."""
    if len(text) > LONGEST:
        return ()
    found = [(word.start(), text[: word.start()][-1:], word[0], False) for word in _WORD.finditer(text)]
    return tuple(tokens_of(found))


def _covering(words: Sequence[Token], lone: bool = False) -> Amount | None:
    """The amount that these words are and nothing else; a unit alone only where asked for, since it may be a thing."""
    amount = amount_at(words, 0) if words else None
    if amount is not None and amount.end == len(words) and (lone or not amount.alone or len(words) > 1):
        return amount
    article = len(words) > 1 and words[0].low in ARTICLES
    unit = unit_at(words, int(article)) if lone or article else None
    return Amount(0, len(words), 1000, unit[1], alone=True) if unit and unit[1] and unit[0] == len(words) else None


# --- an item ------------------------------------------------------------------------------------------------------

_CALLED = frozenset({"plus", "+", "/", "плюс"})  # between two amounts that are meant together


@dataclass(frozen=True, slots=True)
class _Said:
    """What a thing's words come to: those of its name, the amounts beside them, the remarks by their places."""

    name: tuple[Token, ...]
    beside: tuple[tuple[int, Amount], ...]
    remarks: tuple[tuple[int, str], ...]


def _read(thing: _Thing) -> TypedItem:
    """An item; where it is in doubt what is meant, the text as it was typed."""
    said = _said(thing)
    return _item(said, thing) or TypedItem(_as_typed(thing), note=_note(None, thing.remarks))


def _as_typed(thing: _Thing) -> str:
    return _spaced(thing.piece.typed + (f", {thing.amount.typed}" if thing.amount else ""))


def _said(thing: _Thing) -> _Said:
    """A dash with spaces around it begins a remark or an amount; brackets hold one; so may a comma."""
    segments = _segments(thing.piece.words)
    beside: list[tuple[int, Amount]] = []
    remarks: list[tuple[int, str]] = []
    name = segments[0]
    first = _covering(name)
    if first and len(segments) > 1 and _covering(segments[1]) is None:
        beside.append((-1, first))
        segments = segments[1:]
        name = segments[0]
    for segment in segments[1:]:
        if any(token.low in NOT_BEFORE for token in segment) or _is_price(_Piece("", segment)):
            name = (*name, *_with_dash(thing.piece.words, segment))
        else:
            _after_dash(segment, beside, remarks)
    for place, inside in thing.piece.brackets:
        amount = _covering(_plain_words(inside), lone=True)
        beside += [(place, amount)] if amount else []
        remarks.append((place, inside))
    if thing.amount:
        amount = _covering(thing.amount.words)
        beside += [(len(thing.piece.typed), amount)] if amount else []
    return _Said(name, tuple(beside), tuple(sorted(remarks)))


def _segments(words: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """The words between dashes that stand alone, unless a dash joins the ends of a range."""
    dashes = [at for at in range(1, len(words) - 1) if words[at].kind == "d" and words[at].gap and words[at + 1].gap]
    amounts = amounts_in(words) if dashes else []
    starts = [at for at in dashes if not any(amount.start < at < amount.end for amount in amounts)]
    bounds = [-1, *starts, len(words)]
    segments = [words[start + 1 : end] for start, end in pairwise(bounds)]
    return [segment for segment in segments if segment] or [()]


def _with_dash(words: tuple[Token, ...], segment: tuple[Token, ...]) -> tuple[Token, ...]:
    return words[words.index(segment[0]) - 1 : words.index(segment[-1]) + 1]


def _after_dash(segment: tuple[Token, ...], beside: list[tuple[int, Amount]], remarks: list[tuple[int, str]]) -> None:
    """An amount, an amount in a unit and a remark, or a remark."""
    place = segment[0].place
    whole = _covering(segment, lone=True)
    amount = whole or amount_at(segment, 0)
    if whole or (amount and amount.unit and not amount.alone and not beside):
        beside.append((place, replace(amount, start=place) if amount else whole))  # type: ignore[arg-type]
        rest = segment[amount.end :] if amount else ()
        if rest:
            remarks.append((rest[0].place, typed(rest)))
    else:
        remarks.append((place, typed(segment)))


def _item(said: _Said, thing: _Thing) -> TypedItem | None:
    """The item that was said; None where it is in doubt."""
    own = amounts_in(said.name)
    if _meant_together(said.name, own):
        return None
    sure, chosen = _chosen(said.name, own)
    if not sure or (said.beside and not _beside(said, thing)):
        return None
    remarks = dict(said.remarks)
    place, other = _beside(said, thing) or (0, None)
    size = ""
    if other and (chosen is None or (chosen.measures and not other.measures)):
        remarks.pop(place, None)
        chosen, words = other, said.name
    else:
        size = f", {thing.amount.typed}" if thing.amount else ""
        words = _without(said.name, chosen) if chosen else said.name
    text = typed(words) + size
    if NOTHING.fullmatch(text):
        return _container(said.name, chosen, thing)
    note = _note(chosen, (*(remarks[at] for at in sorted(remarks)), *thing.remarks))
    return _amount_item(text, chosen, note)


def _beside(said: _Said, thing: _Thing) -> tuple[int, Amount] | None:
    """The amount said beside the name; a size in brackets after it stays a remark: "curd - 2 packs (180 g)"."""
    if len(said.beside) < 2:
        return said.beside[0] if said.beside else None
    brackets = {place for place, _ in thing.piece.brackets}
    plain = [one for one in said.beside if one[0] not in brackets]
    sizes = all(amount.measures for place, amount in said.beside if place in brackets)
    return plain[0] if len(plain) == 1 and sizes else None


def _amount_item(text: str, amount: Amount | None, note: str | None) -> TypedItem:
    if amount is None:
        return TypedItem(text, note=note)
    return TypedItem(text, quantity_of(amount.value), amount.unit or None, note)


def _note(amount: Amount | None, remarks: Sequence[str]) -> str | None:
    said = [amount.note] if amount and amount.note else []
    return ", ".join([*said, *remarks]) or None


def _container(name: Sequence[Token], amount: Amount | None, thing: _Thing) -> TypedItem | None:
    """ "2 loaves", "3 bottles": the unit is the thing. An amount of nothing is left as typed."""
    if amount is None or not _is_container(amount) or not name or thing.piece.brackets:
        return None
    words = name[amount.unit_from : amount.end]
    return TypedItem(typed(words), quantity_of(amount.value), note=amount.note) if words else None


def _meant_together(words: Sequence[Token], amounts: Sequence[Amount]) -> bool:
    """ "1 cup plus 1 tbsp", "2 lb 3 oz": two amounts that are one."""
    return any(
        amount.end < len(words) and words[amount.end].low in _CALLED and not amount.times
        for amount in amounts
        if amount.unit
    )


def _chosen(words: Sequence[Token], amounts: Sequence[Amount]) -> tuple[bool, Amount | None]:
    """Which of the amounts among the words is the quantity, None for none; False first where that is in doubt."""
    lead = _lead(words)
    signed = [amount for amount in amounts if amount.times]
    if signed:
        return len(signed) == 1 and not _lists(words, signed[0], lead), signed[0]
    said = [amount for amount in amounts if _may_count(words, amount, lead)]
    counts = [amount for amount in said if not amount.measures]
    if len(counts) == 1 and counts[0].unit is None and counts[0].start > lead and _strays(amounts, said):
        return False, None
    best = counts or said
    return len(best) < 2 and not any(_lists(words, amount, lead) for amount in best), best[0] if best else None


def _lists(words: Sequence[Token], amount: Amount, lead: int) -> bool:
    """ "milk 2 l and bread", "get 2 l of milk and bread": the amount is of the first only."""
    return amount.start > lead and any(token.low in AND for token in words[amount.end :])


def _lead(words: Sequence[Token]) -> int:
    """The first word that is more than an emoji."""
    for at, token in enumerate(words):
        if token.kind != "w" or any(char.isalnum() for char in token.low):
            return at
    return 0


def _may_count(words: Sequence[Token], amount: Amount, lead: int) -> bool:
    """A unit makes an amount wherever it stands; a bare number at either end, in words only at the first."""
    if amount.start <= lead:
        return True
    last = amount.end == len(words)
    if amount.alone:
        return last
    return amount.unit is not None or (last and not amount.spelled)


def _strays(amounts: Sequence[Amount], said: Sequence[Amount]) -> bool:
    """Whether other numbers stand about, as in "milk 2 and bread 3"."""
    return any(amount.unit is None for amount in amounts if amount not in said)


def _without(words: tuple[Token, ...], amount: Amount) -> tuple[Token, ...]:
    """The words without an amount, and without the signs that only joined it to them."""
    before, after = list(words[: amount.start]), list(words[amount.end :])
    while before and before[-1].kind in "jd":
        before.pop()
    while after and after[0].kind in "jd":
        after.pop(0)
    if before and after and not after[0].gap:
        after[0] = replace(after[0], gap=words[amount.start].gap)
    return (*before, *after)


# --- limits -------------------------------------------------------------------------------------------------------


def _within_limits(item: TypedItem) -> Iterator[TypedItem]:
    """The item as the list takes it: what its text is too long for goes to the note, and from there to more items."""
    text, rest = _cut_at_word(item.text, MOST_TEXT)
    note = ", ".join(part for part in (rest, item.note) if part)
    note, rest = _cut_at_word(note, MOST_NOTE)
    yield replace(item, text=text, note=note or None)
    while rest:
        text, rest = _cut_at_word(rest, MOST_TEXT)
        note, rest = _cut_at_word(rest, MOST_NOTE)
        yield TypedItem(text, note=note or None, ticked=item.ticked)


def _cut_at_word(text: str, most: int) -> tuple[str, str]:
    """The beginning of a text and the rest; within a word only where one is longer than fits."""
    if len(text) <= most:
        return text, ""
    space = text.rfind(" ", 0, most + 1)
    end = space if space > 0 else most
    return text[:end].strip(), text[end:].strip()
