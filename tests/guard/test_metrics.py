"""Counting, and the page that Prometheus reads."""

from shoplist_appliance.ops.metrics import MOST_SERIES, Counters


def test_counts_and_gauges_are_shown_in_the_text_format() -> None:
    counters = Counters()
    counters.add("refused", code="invalid")
    counters.add("refused", 2, code="gone")
    counters.add("stored")
    counters.gauge("clients", lambda: 7)
    assert counters.render() == (
        "# TYPE shoplist_refused_total counter\n"
        'shoplist_refused_total{code="gone"} 2\n'
        'shoplist_refused_total{code="invalid"} 1\n'
        "# TYPE shoplist_stored_total counter\n"
        "shoplist_stored_total 1\n"
        "# TYPE shoplist_clients gauge\n"
        "shoplist_clients 7\n"
    )


def test_nothing_counted_is_an_empty_page() -> None:
    assert Counters().render() == ""


def test_large_counts_are_exact() -> None:
    counters = Counters()
    counters.add("edits", 12345678)
    assert "shoplist_edits_total 12345678\n" in counters.render()


def test_a_label_cannot_break_out_of_its_quotes() -> None:
    counters = Counters()
    counters.add("refused", code='a"b\\c\nd')
    assert 'shoplist_refused_total{code="a\\"b\\\\c\\nd"} 1' in counters.render()


def test_labels_that_strangers_choose_do_not_grow_us() -> None:
    counters = Counters()
    for number in range(10 * MOST_SERIES):
        counters.add("unknown", name=str(number))
    assert len(counters.render().splitlines()) <= MOST_SERIES + 2
    assert counters.count("unknown") == 10 * MOST_SERIES
    assert counters.count("unknown", name="other") == 9 * MOST_SERIES
