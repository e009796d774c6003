"""Objects as files in a folder: whole or not at all, also after a power cut."""

import contextlib
import errno
import fcntl
import logging
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from shoplist_appliance.adapters.blobs import MARK, Role, ThreadedBlobs, is_name
from shoplist_appliance.adapters.ownership import make_private
from shoplist_appliance.adapters.refusals import NotEmpty, StoreUnreadable, Unfinished
from shoplist_appliance.domain.errors import NotFound, Unavailable

log = logging.getLogger(__name__)

THREADS: Final = 4
PIECE: Final = 1 << 20

DRAFTS: Final = ".drafts"
"""Where a file is until it is whole. No name begins with a dot. Without this folder the storage is not there."""


def open_folder(path: Path, role: Role = "home") -> ThreadedBlobs:
    """The objects of a folder, made if it is not there; drafts of crashed processes are removed.

    Raises ``CannotOpen``. Any number of processes may have it open.
    """
    try:
        if role != "target" and (path / MARK).is_file():
            raise Unfinished(
                f"the folder {path} is the target of a migration that has not ended; run the same command migrate"
                " again, and it goes on"
            )
        if role == "source" and not path.is_dir():
            raise StoreUnreadable(f"there is no folder {path}, so that no objects can be moved from there")
        if role == "target" and path.is_dir():
            _refuse_hidden(path)
        make_private(path)
        (path / DRAFTS).mkdir(mode=0o700, exist_ok=True)
        _remove_orphans(path / DRAFTS)
    except OSError as error:
        raise StoreUnreadable(f"the folder {path} cannot be used: {error.strerror}") from error
    return ThreadedBlobs(Folder(path), THREADS, "folder")


def _refuse_hidden(path: Path) -> None:
    """No object has such a name, so that nobody would see what else lies there: it may be a home."""
    for part in path.iterdir():
        if part.name.startswith(".") and part.name != DRAFTS:
            raise NotEmpty(
                f"{path} holds something already, {part.name}; a migration needs a target that holds nothing"
            )


def _remove_orphans(drafts: Path) -> None:
    """Those that no process holds: a lock ends with the process that has it, however that ends."""
    for draft in drafts.iterdir():
        with contextlib.suppress(FileNotFoundError, BlockingIOError), draft.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink()


class Folder:
    """Obeys ``blobs.Storage``."""

    piece = PIECE

    def __init__(self, root: Path) -> None:
        self.root = root
        self._failing = False

    def source(self, name: str, start: int, end: int | None) -> "OpenFile":
        with self.told():
            return OpenFile(self, name, start, end)

    def sink(self, name: str) -> "Draft":
        return Draft(self, name)

    def size(self, name: str) -> int | None:
        with self.told():
            try:
                return (self.root / name).stat().st_size
            except FileNotFoundError:
                self._look()
                return None

    def remove(self, name: str) -> None:
        path = self.root / name
        with self.told():
            try:
                path.unlink()
            except FileNotFoundError:
                self._look()
                return
            sync_folder(path.parent)
            self._remove_empty(path.parent)

    def names(self, prefix: str) -> Iterator[str]:
        with self.told():
            self._look()
            yield from self._names(prefix)

    def check(self) -> None:
        """Writes more than a page, and takes it back."""
        draft = Draft(self, "check")
        try:
            draft.write(bytes(8192))
        finally:
            draft.drop()

    def close(self) -> None:
        pass

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """What the system refuses is ``Unavailable``, and one line of the log when it begins and when it is over."""
        try:
            yield
        except FileNotFoundError:
            self._look()
            raise NotFound from None
        except OSError as error:
            raise self.unavailable(error) from error

    def well(self) -> None:
        """Something could be written."""
        if self._failing:
            self._failing = False
            log.warning("the folder of objects takes writes again")

    def _look(self) -> None:
        """Nothing is found, and nothing is missing, in a folder that is not there."""
        if not (self.root / DRAFTS).is_dir():
            raise self.unavailable(FileNotFoundError(errno.ENOENT, "the folder is gone"))

    def unavailable(self, error: OSError) -> Unavailable:
        """What the caller is told."""
        if not self._failing:
            self._failing = True
            log.error("the folder of objects cannot be used: %s", error.strerror or error)
        return Unavailable("storage")

    def _names(self, folder: str) -> Iterator[str]:
        """As the bytes of whole names stand in order, ``a-b`` comes before ``a/b``."""
        try:
            entries = list(os.scandir(self.root / folder))
        except FileNotFoundError:
            return
        names = [entry.name + "/" * entry.is_dir(follow_symlinks=False) for entry in entries if entry.name[0] != "."]
        for name in sorted(names):
            if name.endswith("/"):
                if not is_name(name[:-1]):
                    yield folder + name  # as `lost+found`: none of ours, and perhaps closed to us
                    continue
                yield from self._names(folder + name)
            else:
                yield folder + name

    def _remove_empty(self, folder: Path) -> None:
        with contextlib.suppress(OSError):  # not empty
            while folder != self.root:
                folder.rmdir()
                folder = folder.parent


class OpenFile:
    """Obeys ``blobs.Source``. What replaces the file meanwhile is another file."""

    def __init__(self, folder: Folder, name: str, start: int, end: int | None) -> None:
        self._folder = folder
        self._file = (folder.root / name).open("rb", buffering=0)
        self.size = os.fstat(self._file.fileno()).st_size
        self.left = max(0, (self.size if end is None else min(end, self.size)) - start)
        self._file.seek(start)

    def read(self) -> bytes:
        with self._folder.told():
            piece = self._file.read(min(PIECE, self.left))
        if not piece:
            raise Unavailable("storage")  # somebody cut it
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()


class Draft:
    """Obeys ``blobs.Sink``: a file of another name, until it is whole."""

    def __init__(self, folder: Folder, name: str) -> None:
        self._folder = folder
        self._target = folder.root / name
        self._path = folder.root / DRAFTS / secrets.token_hex(8)
        self._file: BinaryIO | None = None

    def write(self, piece: bytes) -> None:
        with self._written() as file:
            file.write(piece)

    def keep(self) -> None:
        with self._written() as file:
            file.flush()
            os.fsync(file.fileno())
            self._move()
            file.close()
            self._file = None
        self._folder.well()

    def drop(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    @contextlib.contextmanager
    def _written(self) -> Iterator[BinaryIO]:
        try:
            if self._file is None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                self._file = os.fdopen(os.open(self._path, flags, 0o600), "wb")
                fcntl.flock(self._file, fcntl.LOCK_EX)
            yield self._file
        except OSError as error:
            raise self._folder.unavailable(error) from error

    def _move(self) -> None:
        """To its place, whose folders may be removed as empty in this very moment."""
        for _ in range(10):
            with contextlib.suppress(FileNotFoundError):
                made = self._make_folders()
                os.rename(self._path, self._target)
                break
        else:
            raise FileNotFoundError(errno.ENOENT, "the folder is gone")
        for folder in (self._target.parent, *made):
            sync_folder(folder)

    def _make_folders(self) -> list[Path]:
        """Those of its place; returns which hold a new one."""
        holders = []
        for part in reversed(self._target.relative_to(self._folder.root).parents[:-1]):
            folder = self._folder.root / part
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=0o700)
                holders.append(folder.parent)
        return holders


def sync_folder(folder: Path) -> None:
    """Let names survive a power cut. One that is gone holds none."""
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
