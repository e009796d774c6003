"""Mails as whoever runs a server without SMTP finds them: files in the data folder."""

import email
import email.policy
import re
import time
from pathlib import Path

SOON = 60.0


def mailed(data: Path, address: str, sought: str) -> str:
    """The group of this pattern in the plain part of the newest mail to this address that has it; waits a while."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        for file in sorted((data / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            part = message.get_body(("plain",))
            found = re.search(sought, part.get_content()) if part and address in str(message["To"]) else None
            if found:
                return str(found[1])
        time.sleep(0.1)
    raise AssertionError(f"no mail to {address} has {sought}")
