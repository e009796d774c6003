"""Objects in a bucket of MinIO or any S3, through the ``minio`` client.

The client's ``put_object`` reads a stream, and would keep a thread for each caller who sends slowly. So the parts of a
large object are collected beside the event loop and uploaded here one by one, by the same calls that it makes.
"""

import contextlib
import io
import logging
import secrets
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from xml.etree.ElementTree import ParseError

import certifi
import urllib3
from minio import Minio
from minio.datatypes import Part
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError
from urllib3.exceptions import TimeoutError as SlowError

from shoplist_appliance.adapters.blobs import MARK, Role, ThreadedBlobs, is_name
from shoplist_appliance.adapters.refusals import StorageRefused, Unfinished
from shoplist_appliance.config import S3Address
from shoplist_appliance.domain.errors import NotFound, OutcomeUnknown, Unavailable
from shoplist_appliance.ports import Clock

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

THREADS: Final = 8
PART: Final = 5 << 20
"""The least that S3 takes. A smaller object is put in one request."""

READ: Final = 512 << 10
SEND: Final = 64 << 10
CONNECT_SECONDS: Final = 3.0
QUIET_SECONDS: Final = 20.0
"""So long not a byte moves before a connection counts as lost: ``SEND`` bytes or the beginning of an answer."""

ATTEMPTS: Final = 4
BACK_OFF: Final = 0.2
TRY_AGAIN: Final = (500, 502, 503, 504)  # S3's SlowDown is a 503

PROBE_BYTES: Final = 16_384
STALE_MS: Final = 24 * 3600 * 1000
"""So old an unfinished upload is nobody's any longer."""

REFUSALS: Final = {
    "InvalidAccessKeyId": "it does not know the key that the setting blobs.key names",
    "SignatureDoesNotMatch": "the setting blobs.secret is not the secret of the key in blobs.key",
    "AccessDenied": "the key in the setting blobs.key may not use the bucket {bucket}",
    "AllAccessDisabled": "the key in the setting blobs.key may not use the bucket {bucket}",
    "NoSuchBucket": "there is no bucket {bucket}, and none can be made",
    "InvalidBucketName": "it takes no bucket of the name {bucket}",
    "BucketAlreadyExists": "the bucket {bucket} is somebody else's; take another name",
    "AuthorizationHeaderMalformed": "the bucket lies in another region; name it as ?region=… in the setting blobs",
    "InvalidRegion": "the bucket lies in another region; name it as ?region=… in the setting blobs",
    "PermanentRedirect": "the bucket lies in another region; name it as ?region=… in the setting blobs",
    "RequestTimeTooSkewed": "its clock and this machine's differ by more than 15 minutes; set the wrong one right",
}


def open_s3(address: S3Address, key: str, secret: str, clock: Clock, role: Role = "home") -> ThreadedBlobs:
    """The objects of a bucket, made if it is not there. Raises ``StorageRefused`` or ``Unfinished`` with one line.

    One that cannot be reached is no reason not to start: it is asked again whenever it is needed.
    """
    try:
        bucket = Bucket(address, key, secret, clock, role)
    except OSError as error:
        raise StorageRefused(
            f"the CA of the object storage at {address.endpoint}, {address.ca}, cannot be read: {error.strerror}"
        ) from error
    try:
        bucket.prepare(patient=False)
    except HalfMoved as why:
        bucket.close()
        raise Unfinished(f"at {address.endpoint} {why}") from why
    except Refusal as why:
        bucket.close()
        raise StorageRefused(f"the object storage at {address.endpoint} refuses: {why}") from why
    except Unreachable as why:
        if role != "home":
            bucket.close()
            raise StorageRefused(f"the object storage at {address.endpoint} cannot be reached: {why}") from why
        log.warning("the object storage at %s cannot be reached yet: %s", address.endpoint, why)
    return ThreadedBlobs(bucket, THREADS, "s3")


class Refusal(Exception):
    """It answers, but not to these settings; ``str()`` says what to do."""


class HalfMoved(Refusal):
    """It holds what a migration that has not ended put there."""


class Unreachable(Exception):
    """It does not answer, or cannot do what it should."""


class Patience(urllib3.Retry):
    """Tries again what broke, not what kept silent for so long: a second time would be as long."""

    def increment(  # type: ignore[override]
        self, method: str, url: str, *, error: Exception | None = None, **named: Any
    ) -> urllib3.Retry:
        silent = isinstance(error, ProtocolError) and any(isinstance(cause, TimeoutError) for cause in error.args)
        if error is not None and (silent or isinstance(error, ReadTimeoutError)):
            raise error
        return super().increment(method, url, error=error, **named)


class Http(urllib3.PoolManager):
    """urllib3 with our patience: bounded, and counted for each block of a body rather than for all of it."""

    def __init__(self, address: S3Address) -> None:
        context = None
        if address.secure:
            context = ssl.create_default_context(cafile=address.ca)
            if address.ca is None:
                context.load_verify_locations(certifi.where())
        super().__init__(
            maxsize=THREADS,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=QUIET_SECONDS),
            blocksize=SEND,
            ssl_context=context,
        )
        self._patient = Patience(
            ATTEMPTS - 1,
            allowed_methods=None,  # each of our requests may be repeated
            status_forcelist=TRY_AGAIN,
            backoff_factor=BACK_OFF,
            backoff_jitter=BACK_OFF,
            raise_on_status=False,
            redirect=False,
            respect_retry_after_header=False,
        )
        self.retries: urllib3.Retry = self._patient

    def be_patient(self, patient: bool) -> None:
        """Whether to try again what fails."""
        self.retries = self._patient if patient else urllib3.Retry(0, redirect=False)

    def urlopen(  # type: ignore[override]
        self, method: str, url: str, redirect: bool = True, **named: Any
    ) -> urllib3.BaseHTTPResponse:
        """Send a body in blocks, each of which has its time, where bytes would have to go within one."""
        if (body := named.get("body")) and isinstance(body, bytes):
            named["body"] = io.BytesIO(body)
        return super().urlopen(method, url, redirect=redirect, retries=self.retries, **named)


class Bucket:
    """Obeys ``blobs.Storage``.

    What is sent is verified there: it goes with its SHA-256 where the line is plain, with its MD5 where it is TLS.
    """

    piece = PART

    def __init__(self, address: S3Address, key: str, secret: str, clock: Clock, role: Role = "home") -> None:
        logging.getLogger("urllib3").setLevel(logging.ERROR)  # it tells of each attempt, with the object's address
        self.name = address.bucket
        self._clock = clock
        self._role = role
        self._http = Http(address)
        self.client = Minio(
            address.endpoint, key, secret, secure=address.secure, region=address.region, http_client=self._http
        )
        if address.style == "host":
            self.client.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
        elif address.style == "path":
            self.client.disable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
        self._prepared = False
        self._made = False
        self._failing = False
        self._left: list[tuple[str, str]] = []

    def prepare(self, patient: bool = True) -> None:
        """Make sure once that the bucket is there. Raises ``Refusal`` or ``Unreachable``."""
        self._http.be_patient(patient)
        try:
            with self._understood():
                self._look_or_make()
                if self._role != "target":
                    self._refuse_half_moved()
                self._prepared = self._made = True
                self._abort_stale()
        finally:
            self._http.be_patient(True)

    def ask(self, call: Callable[Concatenate[str, P], T], *args: P.args, **named: P.kwargs) -> T:
        """Call the client for this bucket. Raises ``NotFound`` or ``Unavailable``; one line of the log says why."""
        try:
            if not self._prepared:
                self.prepare()
            with self._understood():
                answer = call(self.name, *args, **named)
        except (Refusal, Unreachable) as why:
            if not self._failing:
                self._failing = True
                log.error("the object storage cannot be used: %s", why)
            raise Unavailable("storage") from why
        if self._failing:
            self._failing = False
            log.warning("the object storage can be used again")
        return answer

    def source(self, name: str, start: int, end: int | None) -> "Download":
        return Download(self, name, start, end)

    def sink(self, name: str) -> "Upload":
        return Upload(self, name)

    def size(self, name: str) -> int | None:
        try:
            return self.ask(self.client.stat_object, name).size
        except NotFound:
            return None

    def remove(self, name: str) -> None:
        self.ask(self.client.remove_object, name)

    def names(self, prefix: str) -> Iterator[str]:
        listed = self.ask(self.client.list_objects, prefix=prefix, recursive=True)
        while (found := self.ask(lambda _: next(listed, None))) is not None:
            if found.object_name is not None:
                yield found.object_name

    def check(self) -> None:
        """Puts what no object is named like, and takes it back: a full storage can be read all the same."""
        self.ask(self._probe)
        self.abort_left()

    def close(self) -> None:
        self._http.clear()

    def leave(self, name: str, upload: str) -> None:
        """Abort an upload, now or when the storage is back."""
        self._left.append((name, upload))
        self.abort_left()

    def abort_left(self) -> None:
        """Abort what could not be aborted in its time."""
        for left in list(self._left):
            name, upload = left
            try:
                self.ask(self.client._abort_multipart_upload, name, upload)
            except NotFound:
                pass
            except Unavailable:
                return
            with contextlib.suppress(ValueError):
                self._left.remove(left)

    def _probe(self, bucket: str) -> None:
        name = f".check/{secrets.token_hex(8)}"
        self.client.put_object(bucket, name, io.BytesIO(bytes(PROBE_BYTES)), PROBE_BYTES)
        self.client.remove_object(bucket, name)

    def _look(self, bucket: str) -> None:
        next(iter(self.client.list_objects(bucket, prefix=".check/")), None)

    def _look_or_make(self) -> None:
        try:
            self._look(self.name)
        except S3Error as error:
            if error.code != "NoSuchBucket":
                raise
            if self._role == "source" or self._made:  # what was there a moment ago is not to be begun anew
                raise Refusal(f"there is no bucket {self.name}") from error
            self._make()

    def _refuse_half_moved(self) -> None:
        first = next(iter(self.client.list_objects(self.name, prefix=MARK)), None)
        if first is not None and first.object_name == MARK:
            raise HalfMoved(
                f"the bucket {self.name} is the target of a migration that has not ended; run the same command migrate"
                " again, and it goes on"
            )

    def _make(self) -> None:
        try:
            self.client.make_bucket(self.name)
        except S3Error as error:
            if error.code != "BucketAlreadyOwnedByYou":  # another process was faster
                raise
        else:
            log.warning("made the bucket %s", self.name)

    def _abort_stale(self) -> None:
        """The uploads of processes that crashed. MinIO forgets them by itself, and does not list them."""
        stale = self._clock.now() - STALE_MS
        with contextlib.suppress(S3Error):  # a key that may not list them may still do all else
            for upload in self.client._list_multipart_uploads(self.name).uploads:
                begun = upload.initiated_time
                name, id = upload.object_name, upload.upload_id
                if begun is None or begun.timestamp() * 1000 >= stale or not id or not name:
                    continue
                if is_name(name):  # others may keep something there too
                    self._left.append((name, id))

    @contextlib.contextmanager
    def _understood(self) -> Iterator[None]:
        """What client and line say, as ``NotFound``, ``Refusal`` or ``Unreachable``."""
        try:
            yield
        except S3Error as error:
            if error.code in ("NoSuchKey", "NoSuchUpload"):
                raise NotFound from None
            if error.code == "NoSuchBucket":
                self._prepared = False
            if error.code in REFUSALS:
                raise Refusal(REFUSALS[error.code].format(bucket=self.name)) from error
            raise Unreachable(f"it answers {error.code}") from error
        except ServerError as error:
            raise Unreachable(f"it answers with status {error.status_code}") from error
        except InvalidResponseError as error:
            raise Unreachable("it answers as no S3 does") from error
        except MaxRetryError as error:
            raise _lost(error.reason or error) from error
        except (MinioException, HTTPError, OSError, ParseError) as error:
            raise _lost(error) from error


def _lost(error: Exception) -> Refusal | Unreachable:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Refusal(
                f"its certificate is not believed ({cause.verify_message}); name the file of its CA as ?ca=…"
                " in the setting blobs"
            )
        if isinstance(cause, OSError) and cause.strerror:
            return Unreachable(cause.strerror)
        if isinstance(cause, TimeoutError | SlowError) and not isinstance(cause, NewConnectionError):
            return Unreachable("no answer in time")
        cause = cause.__cause__ or cause.__context__ or next((a for a in cause.args if isinstance(a, Exception)), None)
    return Unreachable(" ".join(str(error).split()))


class Download:
    """Obeys ``blobs.Source``. A line that breaks is taken up where it broke, if the object is still the same."""

    def __init__(self, bucket: Bucket, name: str, start: int, end: int | None) -> None:
        self._bucket = bucket
        self._name = name
        self._at = start
        self._response: urllib3.BaseHTTPResponse | None = None
        self._etag = ""
        if end == start or not self._open(None if end is None else end - start):
            self.size = self._size()
            self.left = 0

    def _size(self) -> int:
        return self._bucket.ask(self._bucket.client.stat_object, self._name).size or 0

    def _open(self, length: int | None) -> bool:
        """Whether any byte lies there."""
        try:
            response = self._bucket.ask(self._get, length)
        except _NoSuchRange:
            return False
        ranged = response.headers.get("content-range")  # bytes 0-9/100
        self.left = int(response.headers["content-length"])
        self.size = int(ranged.rpartition("/")[2]) if ranged else self.left
        self._etag = response.headers.get("etag", "")
        self._response = response
        return True

    def _get(self, bucket: str, length: int | None) -> urllib3.BaseHTTPResponse:
        try:
            return self._bucket.client.get_object(
                bucket,
                self._name,
                offset=self._at,
                length=length or 0,
                request_headers={"If-Match": self._etag} if self._etag else None,
            )
        except S3Error as error:
            if error.code == "InvalidRange":
                raise _NoSuchRange from None
            raise

    def read(self) -> bytes:
        for attempt in range(ATTEMPTS):
            try:
                assert self._response is not None
                piece = self._response.read(min(READ, self.left))
                if piece:
                    self._at += len(piece)
                    self.left -= len(piece)
                    return piece
            except SlowError:
                break
            except (HTTPError, OSError):
                pass
            self.close()
            time.sleep(BACK_OFF * attempt)
            try:
                if not self._open(self.left):
                    break
            except NotFound:
                break
        raise Unavailable("storage")

    def close(self) -> None:
        if self._response is not None:
            if self.left:
                self._response.close()
            self._response.release_conn()


class _NoSuchRange(Exception):
    pass


class Upload:
    """Obeys ``blobs.Sink``: one request for what fits into a part, else a multipart upload."""

    def __init__(self, bucket: Bucket, name: str) -> None:
        self._bucket = bucket
        self._client = bucket.client
        self._name = name
        self._held = b""
        self._upload = ""
        self._parts: list[Part] = []
        self._size = 0

    def write(self, piece: bytes) -> None:
        if self._held:
            self._send()
        self._held = piece
        self._size += len(piece)

    def keep(self) -> None:
        if self._upload:
            self._send()
            self._last(self._complete)
            self._upload = ""
        else:
            self._last(self._put)

    def drop(self) -> None:
        self._held = b""
        if self._upload:
            self._bucket.leave(self._name, self._upload)

    def _send(self) -> None:
        if not self._upload:
            self._bucket.abort_left()
            self._upload = self._bucket.ask(self._client._create_multipart_upload, self._name, {})
        number = len(self._parts) + 1
        etag = self._bucket.ask(self._client._upload_part, self._name, self._held, None, self._upload, number)
        self._parts.append(Part(number, etag))
        self._held = b""

    def _last(self, step: Callable[[], None]) -> None:
        """After it the object is there; where it fails, nobody can say."""
        try:
            step()
        except Unavailable as error:
            if isinstance(error.__cause__, Refusal):
                raise
            raise OutcomeUnknown("storage") from error

    def _put(self) -> None:
        self._bucket.ask(self._client.put_object, self._name, io.BytesIO(self._held), len(self._held))

    def _complete(self) -> None:
        try:
            done = self._bucket.ask(self._client._complete_multipart_upload, self._name, self._upload, self._parts)
        except NotFound:  # completed by an attempt whose answer was lost
            if self._bucket.size(self._name) != self._size:
                raise Unavailable("storage") from None
        else:
            if not done.etag:  # S3 may begin with 200, and then tell of a failure
                raise Unavailable("storage")
