"""Where objects live during a test: a folder or a bucket, raw or sealed."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Literal, Protocol

import pytest

from shoplist_appliance.adapters.blobs import ThreadedBlobs
from shoplist_appliance.adapters.folder import DRAFTS, open_folder
from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.s3 import Bucket, open_s3
from shoplist_appliance.adapters.sealed_blobs import SealedBlobs
from shoplist_appliance.adapters.sealing import Sealer
from shoplist_appliance.config import S3Address, load
from shoplist_appliance.ports import Blobs
from tests.clients.servers import S3Access
from tests.contract.making import StillClock

Kind = Literal["folder", "s3"]
KINDS: tuple[Kind, ...] = ("folder", "s3")


class BlobPlace(Protocol):
    """Empty at first; all that is opened there are the same objects."""

    def open(self) -> ThreadedBlobs: ...

    def unfinished(self, name: str) -> int:
        """How many puts of this name have left something that is no object."""


class FolderPlace:
    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> ThreadedBlobs:
        return open_folder(self.path)

    def unfinished(self, name: str) -> int:
        return len(list((self.path / DRAFTS).iterdir()))


class S3Place:
    """A new bucket, at its own address or as seen through a line at another one."""

    def __init__(self, access: S3Access, query: str = "") -> None:
        settings = load(access.settings(f"shop-{secrets.token_hex(6)}", query), {}, None)
        assert isinstance(settings.blobs, S3Address)
        self.address, self.key, self.secret = settings.blobs, access.key, access.secret

    def open(self) -> ThreadedBlobs:
        return open_s3(self.address, self.key, self.secret, StillClock())

    def unfinished(self, name: str) -> int:
        client = Bucket(self.address, self.key, self.secret, StillClock()).client
        return len(client._list_multipart_uploads(self.address.bucket, prefix=name).uploads)


def blob_place(kind: Kind, folder: Path, request: pytest.FixtureRequest) -> BlobPlace:
    """One of the kind; an S3 is started only where it is asked for."""
    return FolderPlace(folder / "blobs") if kind == "folder" else S3Place(request.getfixturevalue("s3"))


def sealed(raw: Blobs, keyring: Keyring | None = None) -> SealedBlobs:
    return SealedBlobs(raw, Sealer(keyring or Keyring.new()))


async def cut(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    """The content in chunks."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def content_of(blobs: Blobs, name: str, start: int = 0, end: int | None = None) -> bytes:
    async with blobs.get(name, start, end) as blob:
        return b"".join([piece async for piece in blob.pieces])


async def put(blobs: Blobs, name: str, content: bytes) -> None:
    assert await blobs.put(name, cut(content)) == len(content)


def files(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.rglob("*") if path.is_file())
