"""What stands in a mail: every template in both languages, and values that somebody chose with ill will."""

import email
import re
from base64 import b64encode
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import jinja2
import pytest

from shoplist_appliance.adapters.letters import LONGEST_LINE, Letters
from shoplist_appliance.domain.people import Language
from shoplist_appliance.ports import Letter, MailRefused
from shoplist_appliance.usecases.alerts import ACCOUNT, NETWORK, TYPED

ROOT = Path(__file__).parents[2]
LINK = "https://lists.example.org/join/hBVm0Zr9vC3kqzS1g3uS2yqM1O8YwJ1pGm6e5QxD7cE"
ALERTS = [
    {"kind": "exception", "place": "web/http.py post KeyError", "detail": "it <b>broke", "count": 3}
    | {"first_at": 1_764_000_000_000, "last_at": 1_764_000_100_000},
    {"kind": "disk", "place": "/var/lib/shoplist", "detail": "", "count": 1, "first_at": 1, "last_at": 1},
    *(
        {"kind": "sign_ins", "place": "ann@example.org", "detail": detail, "count": 15, "first_at": 1, "last_at": 1}
        for detail in (ACCOUNT, NETWORK, TYPED)
    ),
]
CODE = {"url": LINK, "code": "123456"}
VALUES: dict[str, dict[str, Any]] = {
    "invitation": {"inviter": "Ann", "list": "Groceries", "role": "editor", "link": LINK},
    "alert": {"alerts": ALERTS, "url": "https://lists.example.org/admin"},
}
NAMES = sorted({path.name.split(".")[0] for path in (ROOT / "templates" / "mail").glob("*.txt")})
LANGUAGES: tuple[Language, ...] = ("en", "ru")


def a_letter(
    template: str = "invitation", language: Language = "en", to: str = "dora@example.test", **values: Any
) -> Letter:
    return Letter("5" * 32, 1_764_000_000_123, to, template, language, {**VALUES.get(template, CODE), **values})


def written(letter: Letter, name: str = "") -> EmailMessage:
    """The message as its receiver reads it off the line."""
    message = Letters(name, "shoplist@example.org").write(letter)
    raw = bytes(message)
    assert max(len(line) for line in raw.split(b"\r\n")) <= LONGEST_LINE
    read = email.message_from_bytes(raw, policy=default)
    assert isinstance(read, EmailMessage)
    assert read.defects == []
    return read


def parts(message: EmailMessage) -> tuple[str, str]:
    """The plain part and the HTML part."""
    plain, html = message.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return plain.get_content(), html.get_content()


def encoded(text: bytes, charset: str = "utf-8") -> str:
    """An encoded word of RFC 2047."""
    return f"=?{charset}?b?{b64encode(text).decode()}?="


@pytest.mark.parametrize(
    "typed",
    [
        encoded(b"Bank\r\nReply-To: eve@evil.test\r\n\r\nPay at http://evil.test"),
        encoded(b"Bank\nBcc: eve@evil.test"),
        encoded(b"a\0b"),
        encoded(b"\xff\xfe"),
        encoded("Банк".encode("koi8-r"), "koi8-r"),
        "=?utf-8?q?=0D=0AReply-To:_eve@evil.test?=",
        "==??utf-8?q?=0D=0AReply-To:_eve@evil.test?=",
    ],
)
def test_what_is_typed_is_no_header_of_a_mail_however_it_is_encoded(typed: str) -> None:
    message = written(a_letter(inviter=typed, list=typed), name=typed)
    assert not {"reply-to", "bcc"} & {name.lower() for name in message}
    assert str(message["Subject"]).count("invites you to the list") == 1
    plain, _ = parts(message)
    assert LINK in plain
    with pytest.raises(MailRefused):
        Letters("", "shoplist@example.org").write(a_letter(to=f"{typed}@example.org"))


def test_a_domain_goes_to_who_registered_it() -> None:
    """By IDNA 2003 it was `strasse`, which is somebody else's."""
    assert written(a_letter(to="ann@Straße.example"))["To"] == "ann@xn--strae-oqa.example"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", NAMES)
def test_a_mail_is_whole_in_its_language_and_both_of_its_parts_end_in_the_link(
    template: str, language: Language
) -> None:
    message = written(a_letter(template, language))
    plain, html = parts(message)
    is_russian = bool(re.search("[а-яё]", message["Subject"].lower()))
    assert is_russian == (language == "ru") == bool(re.search("[а-яё]{6}", plain)) == bool(re.search("[а-яё]{6}", html))
    assert f'<html lang="{language}">' in html
    for text in (message["Subject"], plain, html):
        assert "{{" not in text
        assert "None" not in text
    values = VALUES.get(template, CODE)
    link = values.get("link") or values["url"]
    assert [line for line in plain.splitlines() if "://" in line] == [link], "alone on its line"
    assert f'href="{link}"' in html
    assert max(len(line) for line in plain.splitlines() if line != link) <= 76


def test_the_head_says_who_and_when_and_that_nobody_need_answer() -> None:
    message = written(a_letter(to="Дора@Пример.рф", language="ru"))
    assert (message["To"], message["From"]) == ("Дора@xn--e1afmkfd.xn--p1ai", "Списки покупок <shoplist@example.org>")
    assert message["Message-ID"] == f"<{'5' * 32}@example.org>"
    assert message["Date"].datetime.timestamp() == 1_764_000_000
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ru"
    assert written(a_letter(), "Our lists")["From"] == "Our lists <shoplist@example.org>"


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "it <b>broke; 3 times, last 2025-11-24 16:01 UTC", "once, last 1970-01-01 00:00 UTC"),
        ("ru", "it <b>broke; раз: 3, последний 2025-11-24 16:01 UTC", "раз: 1, последний 1970-01-01 00:00 UTC"),
    ],
)
def test_an_alert_says_what_where_and_how_often_on_its_lines(language: Language, first: str, second: str) -> None:
    plain, html = parts(written(a_letter("alert", language)))
    lines = plain.splitlines()
    assert lines[lines.index(f"  {first}") + 2] == f"  {second}"
    assert first.partition("; ")[2] in html


def test_values_are_text_in_html_and_nothing_else() -> None:
    evil = '<img src=x onerror=alert(1)> "&amp;'
    plain, html = parts(written(a_letter(inviter=evil, list=evil)))
    assert evil in plain.replace("\n", " ")
    assert "<img" not in html
    assert "&lt;img src=x" in html


def test_a_value_cannot_add_a_header_or_a_receiver() -> None:
    message = written(a_letter(inviter="Ann\r\nBcc: eve@example.test\r\n\r\nhello", list="a\u2028b\x85c"))
    assert "Bcc" not in message
    assert message["Subject"] == "Ann Bcc: eve@example.test hello invites you to the list “a b c”"
    assert not [line for line in parts(message)[0].splitlines() if line.startswith("Bcc")]


def test_a_value_turns_no_words_around_and_steers_no_terminal() -> None:
    message = written(a_letter(inviter="A\u202enn\x1b[2J\x9b", list="\u2067Gro\x07ceries 👩\u200d👧 שלום\u200f"))
    assert message["Subject"] == "Ann[2J invites you to the list “Groceries 👩\u200d👧 שלום\u200f”"
    assert not set("\u202e\u2067\x1b\x9b\x07") & set("".join(parts(message)))


@pytest.mark.parametrize(
    "address",
    ["a@b\nBcc: eve@example.test", "a\n@b.c", "a@b>,<eve", "a@", "@b", "a@-", "a@\u2024"],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(MailRefused) as caught:
        written(a_letter(to=address))
    assert not caught.value.is_ours
    assert address not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["a,b@example.org", "a@b,eve@example.org", "<a>@example.org", 'a"b@example.org', "o'neil+x@example.org"]
)
def test_a_strange_mailbox_is_one_receiver(address: str) -> None:
    (to,) = written(a_letter(to=address))["To"].addresses
    assert f"{to.username}@{to.domain}" == address


def test_text_without_end_still_arrives() -> None:
    endless = "ы" * 600
    plain, html = parts(written(a_letter(language="ru", list=endless)))
    assert endless in plain
    assert endless in html


def test_a_value_that_is_missing_is_an_error() -> None:
    letter = a_letter()
    with pytest.raises(jinja2.UndefinedError):
        Letters("", "shoplist@example.org").write(Letter(letter.id, letter.at, letter.to, "invitation", "en", {}))


def test_the_colours_are_those_of_the_house() -> None:
    def colours(path: str) -> set[str]:
        return set(re.findall(r"#[0-9a-f]{6}\b", (ROOT / path).read_text().lower()))

    assert colours("templates/mail/layout.html") <= colours("static/css/tokens.css")


def test_every_template_is_there_in_each_language_and_form() -> None:
    names = {path.name for path in (ROOT / "templates" / "mail").iterdir()} - {"layout.html"}
    assert names == {
        f"{name}.{language}.{form}" for name in NAMES for language in LANGUAGES for form in ("txt", "html")
    }


def test_a_mail_loads_nothing_from_anywhere() -> None:
    for name in NAMES:
        for language in LANGUAGES:
            _, html = parts(written(a_letter(name, language)))
            assert not re.search(r"<(img|link|script|iframe)|@import|url\(|src=", html)
