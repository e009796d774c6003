"""What a code of the second factor is good for, when, and how often."""

import pyotp
import pytest

from shoplist_appliance.domain.errors import TooManyRequests
from shoplist_appliance.domain.people import Totp
from shoplist_appliance.usecases import totp

NOW = 1_764_000_015_000
STEP = NOW // 30_000


def code_of(factor: Totp, step: int) -> str:
    return pyotp.TOTP(factor.secret).generate_otp(step)


def confirmed() -> tuple[Totp, list[str]]:
    """A factor that counts, whose step before the last was used, and its recovery codes."""
    begun = totp.begun()
    result = totp.confirmed(begun, code_of(begun, STEP - 2), NOW - 60_000)
    assert result is not None
    return result[0], list(result[1])


def test_it_is_confirmed_by_a_code_of_the_app_alone() -> None:
    begun = totp.begun()
    assert not begun.confirmed
    for code in ("", "12345", "1234567", "١٢٣٤٥٦", code_of(totp.begun(), STEP)):
        assert totp.confirmed(begun, code, NOW) is None
    result = totp.confirmed(begun, code_of(begun, STEP), NOW)
    assert result is not None
    assert result[0].confirmed
    assert result[0].last_step == STEP


def test_recovery_codes_are_random_long_and_kept_as_hashes_alone() -> None:
    factor, codes = confirmed()
    other = confirmed()[1]
    assert len({*codes, *other}) == 20
    assert all(len(code.replace("-", "")) == 12 for code in codes)
    assert len(set(factor.recovery)) == 10
    assert not any(code in repr(factor) or code.replace("-", "") in repr(factor) for code in codes)


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_the_step_of_now_and_its_neighbours_are_good(steps: int, good: bool) -> None:
    factor, _ = confirmed()
    after, found = totp.tried(factor, code_of(factor, STEP + steps), NOW, 1)
    assert found is good
    assert after.last_step == (STEP + steps if good else factor.last_step)
    assert after.failures == (0 if good else 1)


def test_a_used_step_and_all_before_it_are_no_good_any_more() -> None:
    factor, _ = confirmed()
    factor, good = totp.tried(factor, code_of(factor, STEP + 1), NOW, 1)
    assert good
    for steps in (-1, 0, 1):
        assert totp.tried(factor, code_of(factor, STEP + steps), NOW, 1)[1] is False
    assert totp.tried(factor, code_of(factor, STEP + 2), NOW + 30_000, 1)[1] is True


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n"])
def test_a_recovery_code_is_good_once_however_it_is_typed(typed: str) -> None:
    factor, codes = confirmed()
    for number, code in enumerate(codes):
        shown = (code, code.upper(), code.replace("-", ""), code.replace("-", " "))[number % 4]
        assert totp.tried(factor, typed.format(shown), NOW, 1)[1] is True
        factor, good = totp.tried(factor, code.replace("0", "O").replace("1", "l"), NOW, 1)
        assert good
        assert totp.tried(factor, code, NOW, 1)[1] is False
    assert factor.recovery == ()


def waits(factor: Totp, now: int, rate: float = 1) -> int:
    try:
        totp.tried(factor, "000000", now, rate)
    except TooManyRequests as error:
        return error.retry_after or -1
    return 0


def failed(factor: Totp, times: int, now: int = NOW) -> Totp:
    """After so many words that are no recovery codes: these are looked at without a wait."""
    for _ in range(times):
        factor, good = totp.tried(factor, "no such code", now, 1)
        assert not good
    return factor


def test_wrong_codes_make_the_next_wait_longer_and_longer_up_to_a_quarter_of_an_hour() -> None:
    factor, codes = confirmed()
    assert waits(failed(factor, 9), NOW) == 0
    assert [waits(failed(factor, times), NOW) for times in (10, 11, 12, 14, 15, 16, 100, 5000)] == [
        30, 60, 120, 480, 900, 900, 900, 900
    ]  # fmt: skip
    held_up = failed(factor, 12)
    assert waits(held_up, NOW + 119_000) == 1
    assert waits(held_up, NOW + 120_000) == 0
    assert totp.tried(held_up, code_of(factor, STEP + 4), NOW + 120_000, 1)[1] is True
    after, good = totp.tried(held_up, codes[0], NOW, 1)
    assert good
    assert waits(after, NOW) == 0


def test_a_clock_that_was_set_back_holds_nobody_up_for_longer() -> None:
    assert waits(failed(confirmed()[0], 10), NOW - 86_400_000) == 30


def test_the_setting_of_limits_counts_here_too() -> None:
    factor, _ = confirmed()
    assert waits(failed(factor, 100), NOW, rate=0) == 0
    assert waits(failed(factor, 19), NOW, rate=2) == 0
    assert waits(failed(factor, 20), NOW, rate=2) == 15


def test_ten_thousand_guesses_open_nothing() -> None:
    """Sent as fast as they are taken, for as long as that takes."""
    factor, _ = confirmed()
    now, taken = NOW, 0
    for guess in range(10_000):
        near = {code_of(factor, now // 30_000 + steps) for steps in (-1, 0, 1)}
        code = next(f"{n % 1_000_000:06}" for n in range(guess, guess + 4) if f"{n % 1_000_000:06}" not in near)
        try:
            factor, good = totp.tried(factor, code, now, 1)
        except TooManyRequests:
            now += 1_000  # ten thousand seconds pass
            continue
        taken += 1
        assert not good
    assert taken < 30  # of which each is right with a chance of three in a million
