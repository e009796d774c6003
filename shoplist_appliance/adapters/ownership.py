"""A data folder has one owner at a time, and nobody else on the machine can look into it."""

import contextlib
import fcntl
import os
import secrets
from pathlib import Path

from shoplist_appliance.adapters.refusals import AlreadyRunning, StoreUnreadable


def make_private(folder: Path) -> None:
    """Make the folder with mode 0700, its parents too; an empty one that is there is taken over with that mode.

    One that holds something already keeps its mode: it may be a home or ``/etc``.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not any(folder.iterdir()) and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise StoreUnreadable(f"the folder {folder} cannot be used: {error.strerror}") from error


def name_of(folder: Path) -> str:
    """The folder's own name, drawn once, by which a store elsewhere knows it again. Only its owner may ask."""
    path = folder / "home"
    try:
        if not path.exists():
            draft = path.with_name("home.new")
            draft.write_text(secrets.token_hex(16))
            draft.replace(path)
        return path.read_text().strip()
    except OSError as error:
        raise StoreUnreadable(f"the file {path} cannot be made or read: {error.strerror}") from error


class Owner:
    """The lock on a data folder, held until ``release`` or the end of the process, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, folder: Path) -> "Owner":
        """Own the folder, made if need be. Raises ``AlreadyRunning`` where a process does, this one included."""
        make_private(folder)
        path = folder / "lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnreadable(f"the lock {path} cannot be made: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise AlreadyRunning(
                f"the data folder {folder} is in use by a running shoplist-appliance"
                f" (process {holder or 'unknown'}); stop that one first, or name another folder with --data"
            ) from error
        # The number is for the reader of the message above; on a full disk the lock holds without it.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Let the folder go; again does nothing. The file stays: removing it would let two owners in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
