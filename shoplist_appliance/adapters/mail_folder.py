"""Mails as files, for a household without a mail server: whoever keeps this one hands them on."""

import asyncio
import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from shoplist_appliance.adapters.folder import sync_folder
from shoplist_appliance.adapters.letters import Letters
from shoplist_appliance.ports import Letter, MailAway

KEPT_MS: Final = 7 * 24 * 3600 * 1000


class MailFolder:
    """Obeys ``ports.Postman``. A letter is one ``.eml``, for its owner alone; the same letter is the same file."""

    def __init__(self, folder: Path, letters: Letters) -> None:
        self._folder = folder
        self._letters = letters

    async def deliver(self, letter: Letter) -> None:
        message = await asyncio.to_thread(self._letters.write, letter)
        try:
            await asyncio.to_thread(self._write, letter, bytes(message))
        except OSError as error:
            raise MailAway(f"the folder of mails cannot be written: {error.strerror}", at_letter=True) from error

    def _write(self, letter: Letter, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        draft = self._folder / f".{letter.id}"
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self._folder / _name(letter))
        except BaseException:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
        sync_folder(self._folder)

    async def rest(self) -> None:
        pass


def _name(letter: Letter) -> str:
    """In the order of acceptance."""
    at = datetime.fromtimestamp(letter.at / 1000, UTC)
    return f"{at:%Y%m%d-%H%M%S}-{letter.at % 1000:03}-{letter.id[:8]}.eml"


def remove_old(folder: Path, now: int) -> None:
    """Remove what was written more than 7 days before ``now``, in ms, and what a crash left unfinished."""
    with contextlib.suppress(FileNotFoundError):
        for entry in list(os.scandir(folder)):
            if entry.name.endswith(".eml") or entry.name.startswith("."):
                with contextlib.suppress(FileNotFoundError):
                    if now - entry.stat(follow_symlinks=False).st_mtime_ns // 1_000_000 >= KEPT_MS:
                        os.unlink(entry.path)
