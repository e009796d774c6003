"""Mails as files: private, whole, in order, and gone after a week."""

import email
import os
from dataclasses import replace
from email.policy import default
from pathlib import Path

import pytest

from shoplist_appliance.adapters.letters import Letters
from shoplist_appliance.adapters.mail_folder import KEPT_MS, MailFolder, remove_old
from shoplist_appliance.ports import MailAway
from tests.contract.test_letters import LINK, a_letter


def a_folder(path: Path) -> MailFolder:
    return MailFolder(path, Letters("", "shoplist@localhost"))


async def test_a_letter_is_one_private_file_that_anyone_can_read_by_eye(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "mail")
    for _ in range(2):
        await folder.deliver(a_letter(language="ru"))
    (path,) = (tmp_path / "mail").iterdir()
    assert path.suffix == ".eml"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    raw = path.read_bytes()
    assert LINK.encode() in raw
    assert "Присоединиться можно".encode() in raw
    assert email.message_from_bytes(raw, policy=default)["To"] == "dora@example.test"


async def test_names_stand_in_the_order_of_acceptance(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "mail")
    letters = [replace(a_letter(), at=1_764_000_000_998 + n, id=f"{9 - n}" * 32) for n in range(5)]
    for letter in letters:
        await folder.deliver(letter)
    found = [email.message_from_bytes(path.read_bytes()) for path in sorted((tmp_path / "mail").iterdir())]
    assert [message["Message-ID"] for message in found] == [f"<{letter.id}@localhost>" for letter in letters]


async def test_a_folder_that_cannot_be_written_lets_mails_wait(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(MailAway) as caught:
        await a_folder(tmp_path / "mail").deliver(a_letter())
    assert str(tmp_path) not in str(caught.value)
    (tmp_path / "mail").unlink()
    await a_folder(tmp_path / "mail").deliver(a_letter())


def test_old_mails_and_old_drafts_go_and_nothing_else_does(tmp_path: Path) -> None:
    remove_old(tmp_path / "absent", 0)
    now = 1_764_000_000_000
    for name, age in {"a.eml": KEPT_MS, "b.eml": KEPT_MS - 1000, ".c": KEPT_MS, ".d": 0, "notes": KEPT_MS}.items():
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, ((now - age) / 1000,) * 2)
    remove_old(tmp_path, now)
    assert {path.name for path in tmp_path.iterdir()} == {"b.eml", ".d", "notes"}
