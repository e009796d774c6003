"""What is S3's alone: what it refuses and how that is said, regions, styles, TLS, and a line that breaks."""

import asyncio
import io
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import minio.time
import pytest
from minio import MinioAdmin
from minio.credentials.providers import StaticProvider

from bench.certificates import make_certificate
from shoplist_appliance.adapters.blobs import CHECK_SECONDS, ThreadedBlobs
from shoplist_appliance.adapters.refusals import StorageRefused
from shoplist_appliance.adapters.s3 import PART, STALE_MS, Bucket, Http
from shoplist_appliance.domain.errors import Unavailable
from tests.clients.bad_line import BadLine
from tests.clients.servers import Minio, S3Access, a_minio
from tests.contract.blob_places import S3Place, content_of, cut, put
from tests.contract.making import StillClock

REGION = "eu-shop-1"
DOMAIN = "s3.test"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minio]:
    """With TLS by a CA of its own, in a region, taking the bucket as part of the host too."""
    folder = tmp_path_factory.mktemp("strict")
    (folder / "certificates").mkdir()
    made = make_certificate(folder / "certificates", DOMAIN, f"*.{DOMAIN}")
    made.certificate.rename(folder / "certificates" / "public.crt")
    made.key.rename(folder / "certificates" / "private.key")
    env = {"MINIO_SITE_REGION": REGION, "MINIO_DOMAIN": DOMAIN}
    with a_minio(folder, env=env, certificates=folder / "certificates") as server:
        yield server


@pytest.fixture
def ca(strict: Minio) -> str:
    return f"ca={strict.certificates}/public.crt"


def refusal(place: S3Place) -> str:
    with pytest.raises(StorageRefused) as refused:
        place.open()
    assert len(str(refused.value).splitlines()) == 1
    assert place.address.endpoint in str(refused.value)
    assert place.secret not in str(refused.value)
    return str(refused.value)


async def works(blobs: ThreadedBlobs) -> None:
    for size in (10, PART + 10):
        await put(blobs, "files/one", content := os.urandom(size))
        assert await content_of(blobs, "files/one") == content
    assert [name async for name in blobs.list()] == ["files/one"]
    await blobs.check()
    await blobs.close()


def test_a_wrong_key_a_wrong_secret_and_a_wrong_bucket_are_told_apart(s3: S3Access) -> None:
    assert "blobs.key" in refusal(S3Place(replace(s3, key="nobody")))
    assert "blobs.secret" in refusal(S3Place(replace(s3, secret="wrong-secret")))
    place = S3Place(s3)
    place.address = replace(place.address, bucket="minio")  # a name that MinIO keeps to itself
    assert "bucket minio" in refusal(place)


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_a_key_without_rights_is_told(strict: Minio, ca: str) -> None:
    access = replace(strict.access, key="stranger", secret="stranger-secret")
    admin = MinioAdmin(
        endpoint=strict.address,
        credentials=StaticProvider(Minio.KEY, Minio.SECRET),
        region=REGION,
        secure=True,
        cert_check=False,
    )
    admin.user_add(access.key, access.secret)
    place = S3Place(access, f"?{ca}&region={REGION}")
    assert f"may not use the bucket {place.address.bucket}" in refusal(place)


def test_a_clock_that_is_off_is_told(s3: S3Access, monkeypatch: pytest.MonkeyPatch) -> None:
    now = minio.time.utcnow
    monkeypatch.setattr(minio.time, "utcnow", lambda: now() + timedelta(minutes=20))
    assert "clock" in refusal(S3Place(s3))


def test_another_region_is_told(strict: Minio, ca: str) -> None:
    assert "?region=" in refusal(S3Place(strict.access, f"?{ca}&region=us-east-1"))


def test_a_certificate_that_nobody_vouches_for_is_told(strict: Minio, tmp_path: Path) -> None:
    assert "?ca=" in refusal(S3Place(strict.access))
    assert "cannot be read" in refusal(S3Place(strict.access, f"?ca={tmp_path}/absent.pem"))


async def test_tls_with_an_own_ca_in_a_region_named_or_not(strict: Minio, ca: str) -> None:
    place = S3Place(strict.access, f"?{ca}&region={REGION}")
    await works(place.open())
    place.address = replace(place.address, region=None)  # asked for, now that there is a bucket
    await works(place.open())


async def test_the_bucket_as_part_of_the_host(strict: Minio, ca: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = set()
    resolve = socket.getaddrinfo

    def resolved(host: str, *arguments: Any, **named: Any) -> Any:
        asked.add(host)
        return resolve("127.0.0.1" if host.endswith(DOMAIN) else host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    access = replace(strict.access, address=f"{DOMAIN}:{strict.port}")
    place = S3Place(access, f"?{ca}&region={REGION}&style=host")
    await works(place.open())
    assert f"{place.address.bucket}.{DOMAIN}" in asked
    asked.clear()
    await works(S3Place(access, f"?{ca}&region={REGION}&style=path").open())
    assert asked == {DOMAIN}


async def test_it_starts_while_the_storage_is_away_and_goes_on_when_it_comes(tmp_path: Path) -> None:
    if Minio.program() is None:
        pytest.skip(Minio.MISSING)
    server = Minio(tmp_path)
    blobs = S3Place(server.access).open()
    for call in (blobs.check(), blobs.put("files/one", cut(b"milk")), blobs.size("files/one")):
        with pytest.raises(Unavailable):
            await call
    with server:
        await works(blobs)


async def test_an_outage_is_told_once_and_so_is_its_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with a_minio(tmp_path) as server:
        blobs = S3Place(server.access).open()
        server.kill()
        caplog.clear()
        for _ in range(3):
            with pytest.raises(Unavailable):
                await blobs.check()
        server.start()
        await works(blobs)
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 2, told
    assert "Connection refused" in told[0]
    assert "can be used again" in told[1]


async def test_an_address_where_something_else_answers_is_away(tmp_path: Path) -> None:
    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(tell, "127.0.0.1", 0) as server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        place = S3Place(S3Access(address, "key", "secret"), "?region=eu-1")
        blobs = await asyncio.to_thread(place.open)
        with pytest.raises(Unavailable):
            await blobs.check()
        await blobs.close()


async def test_bytes_that_changed_on_the_way_are_not_stored(s3: S3Access, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = S3Place(s3).open()
    send = Http.urlopen

    def changed(self: Http, method: str, url: str, redirect: bool = True, **named: Any) -> Any:
        if method == "PUT" and (body := named.get("body")):
            named["body"] = bytes([body[0] ^ 1]) + body[1:]
        return send(self, method, url, redirect, **named)

    monkeypatch.setattr(Http, "urlopen", changed)
    for size in (10, 2 * PART):
        with pytest.raises(Unavailable):
            await blobs.put("files/one", cut(bytes(size)))
        assert await blobs.size("files/one") is None
    await blobs.close()


@pytest.fixture
def line(s3: S3Access) -> Iterator[BadLine]:
    with BadLine(s3.address) as line:
        yield line


@pytest.fixture
async def lined(s3: S3Access, line: BadLine) -> AsyncIterator[ThreadedBlobs]:
    blobs = S3Place(replace(s3, address=line.netloc)).open()
    yield blobs
    await blobs.close()


@pytest.mark.parametrize("size", [100_000, 3 * PART])
async def test_a_put_goes_on_over_a_line_that_breaks(lined: ThreadedBlobs, line: BadLine, size: int) -> None:
    content = os.urandom(size)

    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in cut(content, 1 << 20):
            yield chunk
            line.cut(after=1000, way="up")
        line.lose_answer()

    assert await lined.put("files/one", chunks()) == size
    assert await content_of(lined, "files/one") == content


async def test_a_get_goes_on_where_the_line_broke(lined: ThreadedBlobs, line: BadLine) -> None:
    content = os.urandom(4 << 20)
    await put(lined, "files/one", content)
    for start, end in ((0, None), (1000, 3 << 20)):
        line.cut(after=700_000)
        assert await content_of(lined, "files/one", start, end) == content[start:end]


async def test_uploads_that_a_crash_left_are_aborted_a_day_later(s3: S3Access, monkeypatch: pytest.MonkeyPatch) -> None:
    """MinIO lists them only under their whole name, and forgets them by itself; others list them all."""
    place = S3Place(s3)
    bucket = Bucket(place.address, place.key, place.secret, StillClock())
    bucket.prepare()
    client = bucket.client
    client._create_multipart_upload(bucket.name, "files/left", {})
    everything = client._list_multipart_uploads
    (left,) = everything(bucket.name, prefix="files/left").uploads
    assert left.initiated_time is not None
    begun = int(left.initiated_time.timestamp() * 1000)

    class At(StillClock):
        def __init__(self, now: int) -> None:
            self._now = now

        def now(self) -> int:
            return self._now

    for now, kept in ((begun + STALE_MS - 1000, 1), (begun + STALE_MS + 1000, 0)):
        later = Bucket(place.address, place.key, place.secret, At(now))
        monkeypatch.setattr(later.client, "_list_multipart_uploads", partial(everything, prefix="files/left"))
        later.prepare()
        later.check()
        assert len(everything(bucket.name, prefix="files/left").uploads) == kept


async def test_what_others_keep_in_the_bucket_is_not_ours(s3: S3Access) -> None:
    place = S3Place(s3)
    blobs = place.open()
    bucket = Bucket(place.address, place.key, place.secret, StillClock())
    bucket.client.put_object(bucket.name, "holiday pictures/Ёлка.jpg", io.BytesIO(b"x"), 1)
    await works(blobs)


async def test_a_bucket_that_vanishes_is_not_begun_anew(s3: S3Access) -> None:
    """A disk that is not mounted looks the same: what was put there would seem never to have been."""
    place = S3Place(s3)
    blobs = place.open()
    await put(blobs, "files/one", b"content")
    bucket = Bucket(place.address, place.key, place.secret, StillClock())
    bucket.client.remove_object(bucket.name, "files/one")
    bucket.client.remove_bucket(bucket.name)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await content_of(blobs, "files/one")
        with pytest.raises(Unavailable):
            await put(blobs, "files/two", b"content")
        with pytest.raises(Unavailable):
            await blobs.check()
    assert not bucket.client.bucket_exists(bucket.name)
    bucket.client.make_bucket(bucket.name)
    await works(blobs)


async def test_it_never_waits_longer_than_it_says(s3: S3Access) -> None:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        place = S3Place(replace(s3, address=f"127.0.0.1:{deaf.getsockname()[1]}"))
        blobs = ThreadedBlobs(Bucket(place.address, place.key, place.secret, StillClock()), 2, secrets.token_hex(4))
        async with asyncio.timeout(CHECK_SECONDS + 10):
            with pytest.raises(Unavailable):
                await blobs.check()
