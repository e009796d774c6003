"""Mails as a household without a mail server finds them: files in the data folder."""

import asyncio
import email
import re
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

WAIT = 60.0


def mails_to(data: Path, address: str) -> list[EmailMessage]:
    """Those to this address, in the order of sending."""
    paths = sorted((data / "mail").glob("*.eml"))
    read = [email.message_from_bytes(path.read_bytes(), policy=default) for path in paths]
    return [one for one in read if isinstance(one, EmailMessage) and one["To"].lower() == address.lower()]


def text_of(mail: EmailMessage) -> str:
    plain = mail.get_body(("plain",))
    assert plain is not None
    return "\n".join(str(plain.get_content()).splitlines())  # files have the ends of lines that mail has


async def mailed(data: Path, address: str, count: int = 1) -> EmailMessage:
    """The newest mail to this address, as soon as there are so many."""
    async with asyncio.timeout(WAIT):
        while len(found := mails_to(data, address)) < count:
            await asyncio.sleep(0.05)
    return found[-1]


async def link_mailed(data: Path, address: str, place: str) -> str:
    """What the link ends in that leads to this place, of the newest mail to this address with such a link."""
    async with asyncio.timeout(WAIT):
        while True:
            for mail in reversed(mails_to(data, address)):
                if found := re.search(rf"/{place}/([\w-]+)$", text_of(mail), re.MULTILINE):
                    return found[1]
            await asyncio.sleep(0.05)


def code_in(mail: EmailMessage) -> str:
    (code,) = re.findall(r"^[0-9]{6}$", text_of(mail), re.MULTILINE)
    return str(code)
