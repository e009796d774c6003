"""The report says what was measured: medians, ratios of the same round, and what lost, with its reason."""

import pytest

from bench import report
from bench.figures import Beside, Row, Sample, Section, Series, alternate

REASON = "the commit takes 1 ms, and the echo commits nothing"


def series(name: str, *values: float) -> Series:
    return Series(name, [Sample(value, generator=0.5, server=0.9) for value in values])


def section(*rows: Row) -> Section:
    return Section("key", "A title", "What is compared.", "clients", "more", rows)


def test_each_round_begins_with_another_subject_and_measures_all() -> None:
    order: list[str] = []

    def subject(name: str) -> Sample:
        order.append(name)
        return Sample(len(order))

    taken = alternate(3, {"a": lambda: subject("a"), "b": lambda: subject("b")})
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert taken["b"].values == [2, 3, 6]


def test_a_ratio_is_of_the_same_round_so_that_a_slow_minute_does_not_count() -> None:
    assert Beside(series("peer", 200, 20, 100)).ratio(series("ours", 100, 10, 50)) == 0.5


def test_what_reaches_its_aim_is_not_called_missed() -> None:
    row = Row("10", series("ours", 100), [Beside(series("peer", 100), 1.0)], bound=99)
    assert row.misses("more") == []
    assert "missed" not in report.one(section(row)).lower()


def test_what_loses_is_printed_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row("10", series("ours", 80), [Beside(series("peer", 100), 0.9)])
    monkeypatch.setattr(report, "reasons", lambda: {"key/10/peer": REASON})
    text = report.one(section(row))
    assert "**0.80** | ≥ 0.9 **missed**" in text
    assert f"10, peer: {REASON}" in text


def test_a_loss_that_nobody_has_explained_is_printed_all_the_same() -> None:
    row = Row("memory", series("ours", 90), bound=75)
    text = report.one(Section("key", "A title", "Text.", "what", "less", [row]))
    assert "**≤ 75 missed**" in text
    assert "memory, the aim: reason not yet found" in text


def test_every_reason_that_is_kept_is_a_sentence_for_a_row_of_a_section() -> None:
    from bench.__main__ import ROWS

    for key, reason in report.reasons().items():
        assert key.split("/")[0] in ROWS
        assert key.count("/") >= 2  # a row may be named after an address
        assert reason.endswith(".")


def test_how_busy_both_sides_were_stands_beside_the_figures() -> None:
    row = Row("10", series("ours", 80), [Beside(series("peer", 100))])
    assert "- 10: ours 50% / 90%; peer 50% / 90%" in report.one(section(row))


def test_a_column_has_its_aims_also_where_the_first_row_has_none() -> None:
    first = Row("1", series("ours", 50), [Beside(series("peer", 100))])
    second = Row("10", series("ours", 90), [Beside(series("peer", 100), 0.5)])
    table = report.table(section(first, second)).splitlines()
    assert table[0] == "| clients | ours | peer | ours ÷ it | aim |"
    assert table[2].endswith("| 0.50 |  |")
    assert table[3].endswith("| 0.90 | ≥ 0.5 |")


def test_chosen_sections_take_the_place_of_theirs_and_say_of_which_run_they_are() -> None:
    first = Section("one", "One", "Text.", "what", "less", [Row("a", series("ours", 1))])
    second = Section("two", "Two", "Text.", "what", "less", [Row("b", series("ours", 2))])
    third = Section("three", "Three", "Text.", "what", "less", [Row("c", series("ours", 3))])
    page = report.whole([first, second], 3, "- Machine: this one")
    again = Section("one", "One", "Text.", "what", "less", [Row("a", series("ours", 7))])
    renewed = report.renewed(page, [again, third], 3, "today; version measured: 1.0")
    assert report.renewed(renewed, [again, third], 3, "today; version measured: 1.0") == renewed
    titles = [line for line in renewed.splitlines() if line.startswith("## ")]
    assert titles == ["## One", "## Two", "## Three"]
    assert "| a | 7" in renewed
    assert "| a | 1" not in renewed
    assert "| b | 2" in renewed
    assert renewed.count("Measured apart from the rest, 3 rounds: today; version measured: 1.0.") == 2
