"""Encryption at rest: how a value is sealed to the one place where it may be read again."""

import hashlib
import hmac
import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shoplist_appliance.adapters.keyring import KEY_ID_SIZE, Keyring
from shoplist_appliance.ports import Damaged

NONCE_SIZE: Final = 12
NONCES_DRAWN: Final = 512
FORMAT: Final = b"\x01"  # AES-256-GCM, this header
HEADER_SIZE: Final = len(FORMAT) + KEY_ID_SIZE

Encrypt = Callable[[bytes, bytes, bytes], bytes]


def key_id(sealed: bytes) -> str:
    """The id of the key by which a value is sealed."""
    return sealed[len(FORMAT) : HEADER_SIZE].hex()


class Unsealable(Damaged):
    """A sealed value is damaged, was moved from another place, or was made with a key that we do not have."""

    def __init__(self, place: tuple[str | int, ...], why: str) -> None:
        super().__init__(f"the sealed value at {'/'.join(map(str, place))} cannot be read: {why}")
        self.place = place


class Sealer:
    """Seals and unseals with a keyring. Any thread may use it.

    A place is the table, the field, the ids of the row and its version: strings and whole numbers, told apart as JSON
    tells them apart, so that no two places read the same. What was sealed for one place unseals at no other.
    Nonces are random: good for 2^32 values under one key; a new one is to be made active before that.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._nonces: deque[bytes] = deque()
        self.use(keyring)

    def use(self, keyring: Keyring) -> None:
        """From now on seal with its active key, and unseal what any of its keys has sealed."""
        self._ciphers = {bytes.fromhex(name): AESGCM(key) for name, key in keyring.keys.items()}
        self._lookups = (keyring.lookup, *keyring.old_lookups)
        active = bytes.fromhex(keyring.active)
        # Header and cipher in one, so that a thread between the two never takes them of two keys.
        self._active: tuple[bytes, Encrypt] = (FORMAT + active, self._ciphers[active].encrypt)

    @property
    def active(self) -> str:
        """The id of the key that is sealed with."""
        return key_id(self._active[0])

    def seal(self, plain: bytes, *place: str | int) -> bytes:
        """Header (format, key id), nonce, ciphertext with its tag."""
        header, encrypt = self._active
        nonce = self._nonce()
        return header + nonce + encrypt(nonce, plain, header + orjson.dumps(place))

    def resealed(self, sealed: bytes, *place: str | int) -> bytes | None:
        """The same value sealed with the active key; None where it is already. Raises ``Unsealable``."""
        return None if key_id(sealed) == self.active else self.seal(self.unseal(sealed, *place), *place)

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
        return self.lookups(kind, text)[0]

    def lookups(self, kind: str, text: str) -> Sequence[bytes]:
        """The same, followed by what it was before each change of the lookup key: it may be stored by that still."""
        return [hmac.digest(key, orjson.dumps((kind, text)), hashlib.sha256) for key in self._lookups]
