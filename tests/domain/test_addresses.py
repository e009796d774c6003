"""Of the many spellings of one mailbox one form is made, and of two mailboxes never the same."""

import pytest

from shoplist_appliance.domain.addresses import email_key

ALIKE = [
    ("ann@example.org", "ANN@EXAMPLE.org", " Ann@Example.Org "),
    ("ann@xn--e1afmkfd.xn--p1ai", "ann@пример.рф", "Ann@ПРИМЕР.РФ", "ann@XN--E1AFMKFD.рф", "ann@Пример。рф"),
    ("ann@example.org", "ann@ｅｘａｍｐｌｅ.org", "ann@ＥＸＡＭＰＬＥ．ＯＲＧ"),
    ("ann@xn--strae-oqa.example", "ann@straße.example", "ann@STRAẞE.example"),
    ("ann@xn--mnchen-3ya.example", "ann@mu\u0308nchen.example", "ann@MÜNCHEN.example"),
    ("jos\u00e9@example.org", "jose\u0301@example.org", "JOSÉ@example.org"),
    ("иван@example.org", "ИВАН@example.org"),
    ("οδοσ@example.org", "ΟΔΟΣ@example.org", "οδος@example.org"),
    ("ann@[ipv6:2001:db8::1]", "ann@[IPv6:2001:DB8::1]"),
    ("ann@no_domain.пример", "ann@NO_domain.ПРИМЕР", "ann@ｎｏ_domain.пример"),
    ("ann@.", "ann@\u2024"),
]
APART = [
    ("straße@example.org", "strasse@example.org"),
    ("ann@straße.example", "ann@strasse.example"),
    ("ann@bücher.example", "ann@bucher.example"),
    ("ａnn@example.org", "ann@example.org"),  # whoever may have that mailbox: RFC 6532 keeps them apart
    ("ﬁn@example.org", "fin@example.org"),
    ("аnn@example.org", "ann@example.org"),  # the first letter is Cyrillic
    ("a@b@example.org", "ab@example.org"),
]


@pytest.mark.parametrize("spellings", ALIKE)
def test_all_spellings_of_a_mailbox_are_one(spellings: tuple[str, ...]) -> None:
    assert {email_key(one) for one in spellings} == {spellings[0]}


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_mailboxes_are_two(one: str, other: str) -> None:
    assert email_key(one) != email_key(other)


def test_the_form_of_a_form_is_itself_and_any_text_has_one() -> None:
    for number in range(0x20, 0x20000, 7):
        form = email_key(f"a{chr(number)}b@example.org")
        assert email_key(form) == form, hex(number)
    for text in ("", "@", "a@", "@b", "none", "a@-", "a@xn--", "a@xn--\u0430", "a@\u0430" + "b" * 200, "a@\ud800"):
        assert email_key(email_key(text)) == email_key(text)
