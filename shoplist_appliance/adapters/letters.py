"""Mails as they are sent: written from the templates in ``templates/mail``, in the reader's language.

A mail is two templates for each language: ``name.en.txt``, whose first line is the subject, and ``name.en.html``, the
body that ``layout.html`` puts into its page.
"""

import re
import textwrap
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from shoplist_appliance.config import resources
from shoplist_appliance.domain.addresses import ascii_domain
from shoplist_appliance.domain.people import Language
from shoplist_appliance.ports import Letter, MailRefused

if TYPE_CHECKING:
    from email.headerregistry import Address
    from email.message import EmailMessage

    import jinja2

SITE: Final[dict[Language, str]] = {"en": "Shopping lists", "ru": "Списки покупок"}
WIDTH: Final = 76
LONGEST_LINE: Final = 990  # bytes: SMTP has 998
# What steers a terminal, and what has the words after it read from the other side.
_STEERING: Final = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")


class Letters:
    """Writes mails, all from one sender: ``name`` may be empty, ``address`` is ``user@host``."""

    def __init__(self, name: str, address: str) -> None:
        self._name = name
        self.sender = deliverable(address)

    @cached_property
    def _templates(self) -> "jinja2.Environment":
        import jinja2  # 40 ms of the start, which only the first mail needs

        templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(resources("templates") / "mail"),
            autoescape=lambda name: name is not None and name.endswith(".html"),
            undefined=jinja2.StrictUndefined,
            finalize=_line,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        templates.filters["time"] = _time
        return templates

    def write(self, letter: Letter) -> "EmailMessage":
        """The whole message. ``MailRefused`` for an address that is none; a mistake in a template raises as it does."""
        from email.message import EmailMessage  # with its headers 30 ms of the start
        from email.policy import SMTP, SMTPUTF8

        try:
            to = _mailbox("", deliverable(letter.to))
        except ValueError as error:
            raise MailRefused("the address is none", is_ours=False) from error
        subject, text, html = self._rendered(letter)
        # An address in another script than ASCII is possible only where all of the header may be.
        message = EmailMessage(policy=SMTP if to.addr_spec.isascii() else SMTPUTF8)
        message["From"] = _mailbox(_unencoded(self._name or SITE[letter.language]), self.sender)
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = datetime.fromtimestamp(letter.at / 1000, UTC)
        message["Message-ID"] = f"<{letter.id}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        if any(sign in str(value) for value in message.values() for sign in "\r\n\0"):
            raise MailRefused("a header has more than a line", is_ours=False)
        message.set_content(text, cte=_encoding(text))
        message.add_alternative(html, subtype="html", cte=_encoding(html))
        message["Content-Language"] = letter.language  # last: a content that is set takes such headers away
        return message

    def _rendered(self, letter: Letter) -> tuple[str, str, str]:
        values, name = dict(letter.values), f"{letter.template}.{letter.language}"
        plain = self._templates.get_template(f"{name}.txt").render(values)
        subject, _, text = plain.partition("\n")
        subject = _unencoded(" ".join(subject.split()))
        body = self._templates.get_template(f"{name}.html").render(values)
        frame = {"body": body, "subject": subject, "language": letter.language, "site": SITE[letter.language]}
        return subject, _wrapped(text), self._templates.get_template("layout.html").render(frame)


def deliverable(address: str) -> str:
    """The address as mail servers take it, the domain in its ASCII form. Raises ``ValueError`` where it has none."""
    user, _, domain = address.rpartition("@")
    if not user or "=?" in user:
        raise ValueError
    return f"{user}@{ascii_domain(domain)}"


def _mailbox(name: str, address: str) -> "Address":
    from email.headerregistry import Address

    user, _, domain = address.rpartition("@")
    return Address(name, user, domain)


def _unencoded(text: str) -> str:
    """Without encoded words: Python's e-mail package decodes those that somebody typed, line ends and all."""
    return text.replace("=?", "= ?")


def _wrapped(text: str) -> str:
    """Lines as long as mail readers show them; a link is never cut."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(
            line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines) + "\n"


def _encoding(text: str) -> str:
    """Readable as it lies there, wherever lines are short enough for that."""
    if max(len(line) for line in text.encode().splitlines()) > LONGEST_LINE:
        return "quoted-printable"
    return "7bit" if text.isascii() else "8bit"


def _line(value: object) -> object:
    """A text that somebody typed begins no line of its own, and changes nothing of what stands around it."""
    return " ".join(_STEERING.sub("", value).split()) if type(value) is str else value


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
