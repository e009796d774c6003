"""Encryption at rest: the keys, and how a value is sealed to the one place where it may be read again."""

import contextlib
import hashlib
import hmac
import json
import logging
import os
import secrets
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shoplist_appliance.adapters.ownership import make_private
from shoplist_appliance.adapters.refusals import KeyMissing, KeyWrong

log = logging.getLogger(__name__)

KEY_SIZE: Final = 32
KEY_ID_SIZE: Final = 4
NONCE_SIZE: Final = 12
NONCES_DRAWN: Final = 512
FORMAT: Final = b"\x01"  # AES-256-GCM, this header
HEADER_SIZE: Final = len(FORMAT) + KEY_ID_SIZE


def key_id(sealed: bytes) -> str:
    """The id of the key by which a value is sealed."""
    return sealed[len(FORMAT) : HEADER_SIZE].hex()


class Unsealable(Exception):
    """A sealed value is damaged, was moved from another place, or was made with a key that we do not have."""

    def __init__(self, place: tuple[str | int, ...], why: str) -> None:
        super().__init__(f"the sealed value at {'/'.join(map(str, place))} cannot be read: {why}")
        self.place = place


class Keyring:
    """The content of a key file: sealing keys by their ids, one of them active, and the key of the lookups.

    The lookup key is apart: sealing keys are replaced from time to time, and what is looked up must still be found.
    """

    def __init__(self, keys: Mapping[str, bytes], active: str, lookup: bytes) -> None:
        self.keys = dict(keys)
        self.active = active
        self.lookup = lookup

    @classmethod
    def new(cls) -> "Keyring":
        active = secrets.token_hex(KEY_ID_SIZE)
        return cls({active: os.urandom(KEY_SIZE)}, active, os.urandom(KEY_SIZE))

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
            keyring = cls(keys, content["active"], b64decode(content["lookup"], validate=True))
            sizes = {len(key) for key in (*keys.values(), keyring.lookup)}
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
        return json.dumps(content, indent=2).encode() + b"\n"


def _write_once(path: Path, text: bytes) -> bool:
    """Whether this call made the file. It is there whole or not at all, also after a power cut, and never replaced."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


class Sealer:
    """Seals and unseals with a keyring. Any thread may use it.

    A place is the table, the field, the ids of the row and its version: strings and whole numbers, told apart as JSON
    tells them apart, so that no two places read the same. What was sealed for one place unseals at no other.
    Nonces are random: good for 2^32 values under one key; a new one is to be made active before that.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._ciphers = {bytes.fromhex(name): AESGCM(key) for name, key in keyring.keys.items()}
        key_id = bytes.fromhex(keyring.active)
        self._header = FORMAT + key_id
        self._encrypt = self._ciphers[key_id].encrypt
        self._lookup = keyring.lookup
        self._nonces: deque[bytes] = deque()

    def seal(self, plain: bytes, *place: str | int) -> bytes:
        """Header (format, key id), nonce, ciphertext with its tag."""
        nonce = self._nonce()
        return self._header + nonce + self._encrypt(nonce, plain, self._header + orjson.dumps(place))

    def _nonce(self) -> bytes:
        """Random, used once. Drawn many at a time: ``urandom`` lets the interpreter's lock go, and getting it back from
        a busy writer thread takes longer than sealing."""
        try:
            return self._nonces.popleft()
        except IndexError:
            drawn = os.urandom(NONCE_SIZE * NONCES_DRAWN)
            self._nonces.extend(
                drawn[start : start + NONCE_SIZE] for start in range(NONCE_SIZE, len(drawn), NONCE_SIZE)
            )
            return drawn[:NONCE_SIZE]

    def unseal(self, sealed: bytes, *place: str | int) -> bytes:
        """What was sealed for this very place; raises ``Unsealable`` otherwise."""
        header = sealed[:HEADER_SIZE]
        cipher = self._ciphers.get(header[1:])
        if header[:1] != FORMAT or cipher is None:
            raise Unsealable(place, "the key file has not the key that it was sealed with")
        body = HEADER_SIZE + NONCE_SIZE
        try:
            return cipher.decrypt(sealed[HEADER_SIZE:body], sealed[body:], header + orjson.dumps(place))
        except (InvalidTag, ValueError) as error:
            raise Unsealable(place, "it is damaged, or belongs to another place") from error

    def lookup(self, kind: str, text: str) -> bytes:
        """By which a text is found without being stored: HMAC-SHA256, the same for the same kind and text."""
        return hmac.digest(self._lookup, orjson.dumps((kind, text)), hashlib.sha256)
