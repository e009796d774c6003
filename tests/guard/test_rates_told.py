"""The table of who is held up, in the documentation for whoever runs a server, says what the code does."""

import re
from pathlib import Path

import pytest

from shoplist_appliance.usecases.codes import LINKS_TO, MAILS_BY, MAILS_TO, MAILS_TO_ONE, MOST_TRIES
from shoplist_appliance.usecases.limits import Rate
from shoplist_appliance.web.operations import GUESSES
from shoplist_appliance.web.ops import accounts, codes, members

TABLE = Path(__file__).parents[2] / "docs" / "operations.md"
TIMES = {2: "2 s", 5: "5 s", 10: "10 s", 60: "minute", 600: "10 minutes", 1800: "half an hour", 3600: "hour"}

# How a row begins, and its rates in the order of its numbers.
ROWS: dict[str, list[Rate]] = {
    "wrong passwords from one address (": [accounts.SIGNING_IN],
    "wrong passwords from one address for one account": [accounts.SIGNING_IN_TO_ONE],
    "the same from a browser": [accounts.SIGNING_IN_AGAIN],
    "wrong passwords where a signed-in device": [accounts.PASSWORDS],
    "new accounts from one address": [accounts.REGISTERING],
    "requests for a new password": [codes.ASKING, codes.ASKING_FOR_ONE],
    "mails with a code by one account": [MAILS_BY, MAILS_TO_ONE],
    "mails with a code to one address": [MAILS_TO, MAILS_TO],
    "mails with a link": [LINKS_TO],
    "invitations by mail": [members.MAILING, members.MAILING_TO],
    "unknown keys of shared lists": [GUESSES],
}


def rows() -> list[list[str]]:
    section = TABLE.read_text(encoding="utf-8").partition("## Who guesses is held up")[2].partition("\n## ")[0]
    return [re.split(r" *\| *", line.strip("| ")) for line in section.splitlines() if line.startswith("| ")]


@pytest.mark.parametrize("begins", ROWS)
def test_a_row_has_the_numbers_of_the_code(begins: str) -> None:
    ((_, most, each),) = [row for row in rows() if row[0].startswith(begins)]
    rates = ROWS[begins]
    assert most == ", ".join(f"{rate.burst:g}" for rate in rates)
    assert each.split(", ") in (
        [TIMES[round(1 / rate.per_second)] for rate in rates],
        [TIMES[round(1 / rates[0].per_second)]],
    )


def test_no_row_is_without_a_rate_but_those_that_are_counted_in_the_account_or_the_code() -> None:
    others = [row for row in rows() if not any(row[0].startswith(begins) for begins in ROWS)]
    assert [row[0] for row in others] == [
        "what",
        "---",
        "wrong codes of the second factor, after the right password",
        "wrong tries of the code of one mail",
    ]
    assert others[-1][1] == str(MOST_TRIES)
