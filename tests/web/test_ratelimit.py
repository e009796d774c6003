"""Rates: so many at once, then so many a second; by one setting more, fewer, or without end."""

import pytest

from shoplist_appliance.domain.errors import TooManyRequests
from shoplist_appliance.usecases.limits import MOST_BUCKETS, Limits, Rate
from shoplist_appliance.web.ratelimit import network_of

RATE = Rate("test", burst=5, per_second=2)


class HandTime:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def passed(limits: Limits, tries: int, key: str = "k", cost: float = 1) -> int:
    done = 0
    for _ in range(tries):
        try:
            limits.take(RATE, key, cost)
        except TooManyRequests:
            continue
        done += 1
    return done


def test_a_burst_passes_and_then_the_rate() -> None:
    limits = Limits(1, time := HandTime())
    assert passed(limits, 20) == 5
    time.now += 1
    assert passed(limits, 20) == 2
    time.now += 100
    assert passed(limits, 20) == 5


def test_who_is_refused_is_told_when_it_will_pass() -> None:
    limits = Limits(1, time := HandTime())
    assert passed(limits, 5) == 5
    with pytest.raises(TooManyRequests) as refused:
        limits.take(RATE, "k")
    assert refused.value.retry_after == 1
    time.now += 1
    limits.take(RATE, "k")
    with pytest.raises(TooManyRequests) as refused:
        limits.take(RATE, "k", 5)
    assert refused.value.retry_after == 2
    time.now += 2
    limits.take(RATE, "k", 5)


def test_of_several_buckets_all_are_taken_from_or_none() -> None:
    limits, scarce = Limits(1, HandTime()), Rate("scarce", burst=1, per_second=2)
    limits.take_all([(RATE, "k"), (scarce, "k")])
    for _ in range(3):
        with pytest.raises(TooManyRequests):
            limits.take_all([(RATE, "k"), (scarce, "k")])
    assert passed(limits, 9) == 4


def test_keys_do_not_share() -> None:
    limits = Limits(1, HandTime())
    assert passed(limits, 9, "a") == passed(limits, 9, "b") == 5


def test_the_setting_multiplies_and_0_turns_off() -> None:
    assert passed(Limits(2, HandTime()), 50) == 10
    assert passed(Limits(0.2, HandTime()), 50) == 1
    assert passed(Limits(0.001, HandTime()), 50) == 1
    assert passed(Limits(0, HandTime()), 50) == 50


def test_a_cost_above_the_burst_passes_when_the_bucket_is_full_and_is_paid_for() -> None:
    limits = Limits(1, time := HandTime())
    assert passed(limits, 3, cost=9) == 1
    time.now += 2
    assert passed(limits, 1) == 0
    time.now += 0.5
    assert passed(limits, 1) == 1


def test_what_did_not_happen_is_given_back() -> None:
    limits = Limits(1, HandTime())
    for _ in range(50):
        limits.take(RATE, "k")
        limits.give_back(RATE, "k")
    assert passed(limits, 20) == 5


def test_nobody_makes_it_grow_without_bound() -> None:
    limits = Limits(1, HandTime())
    for number in range(MOST_BUCKETS + 100):
        limits.take(RATE, number)
    assert len(limits._buckets["test"]) == MOST_BUCKETS
    limits.take(RATE, MOST_BUCKETS + 99)
    assert MOST_BUCKETS + 99 in limits._buckets["test"], "the longest untouched leaves first"


def test_an_address_is_that_of_one_subscriber() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("") == ""
