"""The key file: the keys that everything at rest is sealed with, how it is made, and how it is changed."""

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import secrets
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from shoplist_appliance.adapters.ownership import make_private
from shoplist_appliance.adapters.refusals import KeyMissing, KeyWrong

log = logging.getLogger(__name__)

KEY_SIZE: Final = 32
KEY_ID_SIZE: Final = 4


class Keyring:
    """The content of a key file: sealing keys by their ids in the order of their making, one of them active, and the
    key of the lookups, with those before it that something may still be found by.

    The lookup key is apart: what is looked up cannot be found by a key other than the one it was stored by.
    """

    def __init__(
        self, keys: Mapping[str, bytes], active: str, lookup: bytes, old_lookups: Sequence[bytes] = ()
    ) -> None:
        self.keys = dict(keys)
        self.active = active
        self.lookup = lookup
        self.old_lookups = tuple(old_lookups)

    @classmethod
    def new(cls) -> "Keyring":
        active = _new_id()
        return cls({active: os.urandom(KEY_SIZE)}, active, os.urandom(KEY_SIZE))

    # --- changes, each of which gives another keyring ---

    def added(self) -> "Keyring":
        """With a new sealing key, which nothing is sealed with yet."""
        id = next(id for id in iter(_new_id, None) if id not in self.keys)
        return Keyring({**self.keys, id: os.urandom(KEY_SIZE)}, self.active, self.lookup, self.old_lookups)

    def rotated(self) -> "Keyring":
        """With its newest key active, made for it where the newest one is active already."""
        ring = self.added() if self.active == self.newest else self
        return Keyring(ring.keys, ring.newest, ring.lookup, ring.old_lookups)

    def with_new_lookup(self) -> "Keyring":
        """What was stored by the lookup key until now is found by it until it is stored anew."""
        return Keyring(self.keys, self.active, os.urandom(KEY_SIZE), (self.lookup, *self.old_lookups))

    def without(self, id: str) -> "Keyring":
        """Without a key, of either kind, that is not the active one."""
        keys = {name: key for name, key in self.keys.items() if name != id or name == self.active}
        lookups = [key for key in self.old_lookups if lookup_id(key) != id]
        return Keyring(keys, self.active, self.lookup, lookups)

    @property
    def newest(self) -> str:
        return next(reversed(self.keys))

    @property
    def is_of_one(self) -> bool:
        """Whether nothing can be sealed or stored by an outdated key."""
        return len(self.keys) == 1 and not self.old_lookups

    @property
    def outdated(self) -> tuple[str, ...]:
        """The ids of the keys that nothing new is sealed or stored by; of the sealing keys, those before the active."""
        names = list(self.keys)
        return (*names[: names.index(self.active)], *map(lookup_id, self.old_lookups))

    def follows(self, other: "Keyring") -> bool:
        """Whether all that the other seals and stores can be read by this one."""
        lookups = (self.lookup, *self.old_lookups)
        return self.keys.get(other.active) == other.keys[other.active] and other.lookup in lookups

    # --- the file ---

    @classmethod
    def open(cls, path: Path, create: bool) -> "Keyring":
        """Read the key file; where there is none, make it if ``create``: for a first run, when there is no store yet.

        Raises ``KeyMissing`` or ``KeyWrong``.
        """
        try:
            return cls._parse(path.read_bytes(), path)
        except FileNotFoundError as error:
            if not create:
                raise KeyMissing(
                    f"the key file {path} is missing, and without it the data that is there cannot be read;"
                    " put it back from where you keep its copy"
                ) from error
        except OSError as error:
            raise KeyWrong(f"the key file {path} cannot be read: {error.strerror}") from error
        return cls._create(path)

    @classmethod
    def change(cls, path: Path, change: "Callable[[Keyring], Keyring]") -> "Keyring":
        """Put the changed keyring in the place of the file's, whole or not at all; one change after another.

        Raises ``KeyMissing`` or ``KeyWrong``, and what ``change`` raises.
        """
        path = path.resolve()  # a link stays one
        with _changed_by_us(path):
            keyring = change(cls.open(path, create=False))
            try:
                _replace(path, keyring._text())
            except OSError as error:
                raise KeyWrong(f"the key file {path} cannot be written: {error.strerror}") from error
        return keyring

    @classmethod
    def _create(cls, path: Path) -> "Keyring":
        make_private(path.parent)
        keyring = cls.new()
        try:
            made = _write_once(path, keyring._text())
        except OSError as error:
            raise KeyMissing(f"the key file {path} cannot be made: {error.strerror}") from error
        if not made:
            return cls.open(path, create=False)  # another process was faster
        log.warning(
            "made the key file %s: keep a copy of it in another place; without it nothing stored can be read", path
        )
        return keyring

    @classmethod
    def _parse(cls, text: bytes, path: Path) -> "Keyring":
        try:
            content = json.loads(text)
            keys = {str(name): b64decode(key, validate=True) for name, key in content["keys"].items()}
            old_lookups = [b64decode(key, validate=True) for key in content.get("old lookups", [])]
            keyring = cls(keys, content["active"], b64decode(content["lookup"], validate=True), old_lookups)
            sizes = {len(key) for key in (*keys.values(), keyring.lookup, *old_lookups)}
            names = {len(bytes.fromhex(name)) for name in keys}
            sound = sizes == {KEY_SIZE} and names == {KEY_ID_SIZE} and keyring.active in keys
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeyWrong(f"the key file {path} is damaged; put it back from where you keep its copy") from error
        if not sound:
            raise KeyWrong(f"the key file {path} is damaged; put it back from where you keep its copy")
        return keyring

    def _text(self) -> bytes:
        content = {
            "active": self.active,
            "keys": {name: b64encode(key).decode() for name, key in self.keys.items()},
            "lookup": b64encode(self.lookup).decode(),
        }
        if self.old_lookups:
            content["old lookups"] = [b64encode(key).decode() for key in self.old_lookups]
        return json.dumps(content, indent=2).encode() + b"\n"


def lookup_id(key: bytes) -> str:
    """By which people name a lookup key: it tells nothing of the key."""
    return hashlib.sha256(key).digest()[:KEY_ID_SIZE].hex()


def _new_id() -> str:
    return secrets.token_hex(KEY_ID_SIZE)


def _write_once(path: Path, text: bytes) -> bool:
    """Whether this call made the file. It is there whole or not at all, also after a power cut, and never replaced."""
    with _draft(path, text) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
    _keep_name(path)
    return True


def _replace(path: Path, text: bytes) -> None:
    """The old file stays whole until the new one is, also through a power cut. It keeps its owner and its mode."""
    with _draft(path, text) as draft:
        old = path.stat()
        os.chown(draft, old.st_uid, old.st_gid)
        draft.chmod(stat.S_IMODE(old.st_mode))
        draft.replace(path)
    _keep_name(path)


@contextlib.contextmanager
def _draft(path: Path, text: bytes) -> Iterator[Path]:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _keep_name(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _changed_by_us(path: Path) -> Iterator[None]:
    """Two commands at once change the file one after another. The folder is locked: the file itself is replaced."""
    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise KeyMissing(f"the key file {path} is missing") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
