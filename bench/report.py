"""The report: the same Markdown on the terminal and in ``docs/benchmarks.md``, lost rows and their reasons included."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.figures import Beside, Better, Row, Section, Series, reaches

REASONS = Path(__file__).with_name("reasons.toml")
INTRODUCTION = """\
# Benchmarks

Made by `scripts/bench`, not by hand. Each figure is the median of {rounds} alternated rounds, its spread in brackets; a
ratio is the median of the rounds' ratios. The product is the real one, `shoplist-appliance run` without rate limits on
a new data folder: it checks the token, validates, decides, seals and stores every edit (fdatasync) before it tells
anyone. **No peer stores anything**, the bare SQLite writer apart. Compression is off on all sides. What stands beside
the product was measured in the same run on the same machine; what lost is printed with its reason.

{machine}
"""


def reasons() -> Mapping[str, str]:
    """Why a row misses its aim, found by profiling: ``section/row/what it lost to`` → a sentence."""
    return {key: str(value) for key, value in tomllib.loads(REASONS.read_text("utf-8")).items()}


def whole(sections: Sequence[Section], rounds: int, machine: str) -> str:
    head = INTRODUCTION.format(rounds=rounds, machine=machine)
    return "\n".join([head, *(one(section) for section in sections)])


def renewed(page: str, sections: Sequence[Section], rounds: int, run: str) -> str:
    """The page with these sections in the place of theirs, or behind the others, each with the run that it is of."""
    head, *others = page.split("\n## ")
    parts = {part.partition("\n")[0]: part for part in others}
    for section in sections:
        note = f"Measured apart from the rest, {rounds} rounds: {run}.\n"
        parts[section.title] = one(section).removeprefix("## ").replace("\n\n", f"\n\n{note}\n", 1).rstrip("\n") + "\n"
    return "\n## ".join([head, *parts.values()])


def one(section: Section) -> str:
    """A section: its title, what it compares, the table, how busy both sides were, what missed and why."""
    parts = [f"## {section.title}\n", f"{section.text}\n", table(section), busy(section)]
    parts += [f"- {note}" for note in section.notes]
    parts += [f"- **Missed:** {line}" for line in missed(section)]
    return "\n".join(part for part in parts if part) + "\n"


def table(section: Section) -> str:
    """A column for ours and for each that stands beside it; ratio and aim only where some row has an aim."""
    bounded = any(row.bound is not None for row in section.rows)
    columns = zip(*(row.beside for row in section.rows), strict=True)
    aimed = [any(beside.aim is not None for beside in column) for column in columns]
    head = [section.unit, "ours", *(["aim"] if bounded else [])]
    for beside, has_aim in zip(section.rows[0].beside, aimed, strict=True):
        head += [beside.series.name, *(["ours ÷ it", "aim"] if has_aim else [])]
    lines = [cells(head), cells(["---"] * len(head))]
    return "\n".join([*lines, *(cells(line(row, section.better, bounded, aimed)) for row in section.rows)]) + "\n"


def line(row: Row, better: Better, bounded: bool, aimed: Sequence[bool]) -> list[str]:
    taken = [row.name, spread(row.ours)]
    if bounded:
        taken.append("" if row.bound is None else bound(row, better))
    for beside, has_aim in zip(row.beside, aimed, strict=True):
        taken += [spread(beside.series), *(verdict(row, beside, better) if has_aim else [])]
    return taken


def bound(row: Row, better: Better) -> str:
    assert row.bound is not None
    sign = "≥" if better == "more" else "≤"
    text = f"{sign} {number(row.bound)}"
    return text if reaches(row.ours.median, row.bound, better) else f"**{text} missed**"


def verdict(row: Row, beside: Beside, better: Better) -> list[str]:
    ratio = beside.ratio(row.ours)
    if beside.aim is None:
        return [f"{ratio:.2f}", ""]
    sign = "≥" if better == "more" else "≤"
    held = reaches(ratio, beside.aim, better)
    return [f"{ratio:.2f}" if held else f"**{ratio:.2f}**", f"{sign} {beside.aim:g}" + ("" if held else " **missed**")]


def busy(section: Section) -> str:
    """Shares of a core: where the generator's is well under 100 % and the server's is not, the server was measured."""
    lines = []
    for row in section.rows:
        every = [row.ours, *(beside.series for beside in row.beside)]
        shares = [share for series in every if (share := share_of(series))]
        if shares:
            lines.append(f"- {row.name}: " + "; ".join(shares))
    return "\n".join(["Shares of a core, generator / server:", *lines, ""]) if lines else ""


def share_of(series: Series) -> str:
    generator, server = series.busy("generator"), series.busy("server")
    return "" if generator is None or server is None else f"{series.name} {generator:.0%} / {server:.0%}"


def missed(section: Section) -> list[str]:
    known = reasons()
    lines = []
    for row in section.rows:
        for lost in row.misses(section.better):
            reason = known.get(f"{section.key}/{row.name}/{lost}", "reason not yet found")
            lines.append(f"{row.name}, {lost}: {reason}")
    return lines


def spread(series: Series) -> str:
    low, high = number(min(series.values)), number(max(series.values))
    return f"{number(series.median)} ({low}–{high})"


def number(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def cells(texts: Sequence[str]) -> str:
    return "| " + " | ".join(texts) + " |"
