"""What the settings name, opened: the keys, the store, the objects."""

from pathlib import Path

from shoplist_appliance.adapters.belonging import Belonging
from shoplist_appliance.adapters.blobs import Role, ThreadedBlobs
from shoplist_appliance.adapters.folder import open_folder
from shoplist_appliance.adapters.key_file import KeyFile
from shoplist_appliance.adapters.letters import Letters
from shoplist_appliance.adapters.mail_folder import MailFolder
from shoplist_appliance.adapters.ownership import Owner, name_of
from shoplist_appliance.adapters.sealed_blobs import SealedBlobs
from shoplist_appliance.adapters.sealing import Sealer
from shoplist_appliance.adapters.sqlite.store import open_sqlite
from shoplist_appliance.config import S3Address, Settings
from shoplist_appliance.ports import Clock, Postman, Store


def open_keys(settings: Settings) -> KeyFile:
    """The keys of the store that the settings name: made where there is neither, refused where only one is there."""
    return KeyFile(settings.key_path, create=not settings.key_path.exists() and not _has_store(settings))


def _has_store(settings: Settings) -> bool:
    if not settings.is_on_mongodb:
        return settings.store_path.exists()
    from shoplist_appliance.adapters.mongo.store import address_of, holds_a_store

    return holds_a_store(address_of(settings.store or ""))


def open_store(settings: Settings, sealer: Sealer, clock: Clock, owner: Owner | None = None) -> Store:
    """The store that the settings name; without an owner of the data folder it is opened beside a running server.

    Raises ``NotOurs`` where the data folder belongs to another.
    """
    belonging = Belonging(settings.data)
    if not settings.is_on_mongodb:
        return open_sqlite(settings.store_path, sealer, clock, belonging)
    from shoplist_appliance.adapters.mongo.lease import Lease
    from shoplist_appliance.adapters.mongo.store import address_of, open_mongo

    lease = Lease(name_of(settings.data)) if owner else None
    return open_mongo(address_of(settings.store or ""), sealer, clock, lease, belonging)


def open_postman(settings: Settings) -> Postman:
    """The way by which mails leave: a mail server, or a folder where the settings name none."""
    letters = Letters(settings.sender.name, settings.sender.address)
    if settings.smtp_host is None:
        return MailFolder(settings.mail_path, letters)
    from shoplist_appliance.adapters.smtp import Smtp

    login = (settings.smtp_user, settings.smtp_password) if settings.smtp_user and settings.smtp_password else None
    return Smtp(letters, settings.smtp_host, settings.smtp_port, settings.smtp_tls, settings.smtp_ca, login)


def open_blobs(settings: Settings, sealer: Sealer, clock: Clock) -> SealedBlobs:
    """The objects that the settings name."""
    return SealedBlobs(open_raw_blobs(settings, settings.blobs_path, clock), sealer)


def open_raw_blobs(settings: Settings, place: Path | S3Address, clock: Clock, role: Role = "home") -> ThreadedBlobs:
    """The sealed bytes at a place, for S3 with the key and the secret of the settings."""
    if not isinstance(place, S3Address):
        return open_folder(place, role)
    # Imported here: minio takes half a second, and most do without.
    from shoplist_appliance.adapters.s3 import open_s3

    return open_s3(place, settings.blobs_key or "", settings.blobs_secret or "", clock, role)
