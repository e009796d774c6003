"""How people, tokens, lists and changes look at rest: the plain fields that a store needs, and one sealed body.

Both stores share it. A body is JSON. Where it is an array, its order is for ever and grows at the end only.
Each body is sealed to its table, field, ids and version: see ``Sealer``.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from shoplist_appliance.adapters.sealing import Sealer, key_id
from shoplist_appliance.domain.addresses import earlier_email_key, email_key
from shoplist_appliance.domain.ids import EditId, InvitationId, ListId, PersonId, ShareId, TokenId
from shoplist_appliance.domain.lists import Change, Header, Invitation, Known, Share, Summary
from shoplist_appliance.domain.people import Person, Token, Totp
from shoplist_appliance.ports import Record, Snapshot

SEALED: Final[Mapping[str, Sequence[str]]] = {
    "people": ("body",),
    "tokens": ("body",),
    "lists": ("header", "summary"),
    "snapshots": ("piece",),
    "changes": ("body",),
    "records": ("body",),
}
"""The sealed fields of each table."""

RECORD_KEY: Final = 32


def pack(id: str) -> bytes:
    """The 16 bytes of an id that a client may have made (a list's, an edit's)."""
    return bytes.fromhex(id.replace("-", ""))


def unpack(raw: bytes) -> str:
    """The 36 characters again."""
    digits = raw.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """A header at rest. The truth is in the body; the rest finds it: invitations and shares by their hashes."""

    id: ListId
    version: int
    members: Sequence[PersonId]
    invitations: Sequence[bytes]
    shares: Sequence[bytes]
    deleted_at: int | None
    body: bytes


@dataclass(frozen=True, slots=True)
class SnapshotRows:
    """A snapshot at rest: its pieces, each bound to the snapshot's id, to its number and to how many there are."""

    id: bytes
    revision: int
    pieces: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """An account at rest. ``email`` is an HMAC; ``role`` is there to be found by."""

    id: PersonId
    email: bytes
    role: str
    credentials: int
    version: int
    body: bytes


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token at rest; ``credentials`` and ``last_seen`` change and are therefore plain."""

    id: TokenId
    hash: bytes
    person: PersonId
    credentials: int
    last_seen: int
    body: bytes


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record at rest: all but its content is plain."""

    kind: str
    key: bytes
    owner: str
    due: int
    version: int
    body: bytes


class Codec:
    """Turns what the domain knows into rows and back. Any thread may use it.

    Reading raises ``Unsealable`` where a body was changed, or stands in another place than it was written to.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._seal = sealer.seal
        self._unseal = sealer.unseal
        self._sealer = sealer

    # --- changes: one small body each, made on the way of every edit ---

    def change_body(self, list_id: ListId, change: Change) -> bytes:
        """Everything but the revision and the id of the edit, which are plain and bound to the body."""
        plain = orjson.dumps(
            (
                change.kind,
                change.status,
                change.by,
                change.at,
                change.items,
                change.list,
                change.item,
                change.memory,
                change.stored_at,
            ),
            _as_dict,
        )
        return self._seal(plain, *_change_place(list_id, change.revision, change.edit))

    def change(self, list_id: ListId, revision: int, edit: EditId, body: bytes) -> Change:
        return Change(revision, edit, *self._change_fields(list_id, revision, edit, body))

    def known(self, list_id: ListId, revision: int, edit: EditId, body: bytes) -> Known:
        """What a repeat of the edit is answered with."""
        return Known(revision, self._change_fields(list_id, revision, edit, body)[6])

    def _change_fields(self, list_id: ListId, revision: int, edit: EditId, body: bytes) -> Sequence[Any]:
        fields: list[Any] = orjson.loads(self._unseal(body, *_change_place(list_id, revision, edit)))
        return fields[:9]

    # --- lists ---

    def header_row(self, header: Header) -> HeaderRow:
        content = {
            "members": dict(header.members),
            "created_by": header.created_by,
            "created_at": header.created_at,
            "epoch": header.epoch,
            "archived": header.archived,
            "deleted_at": header.deleted_at,
            "invitations": [_invitation_out(invitation) for invitation in header.invitations],
            "shares": [_share_out(share) for share in header.shares],
            "lowered": dict(header.lowered),
        }
        return HeaderRow(
            header.id,
            header.version,
            list(header.members),
            [invitation.hash for invitation in header.invitations],
            [share.hash for share in header.shares],
            header.deleted_at,
            self._seal(orjson.dumps(content), *_header_place(header.id, header.version)),
        )

    def header(self, list_id: ListId, version: int, behind: bool, body: bytes) -> Header:
        content = orjson.loads(self._unseal(body, *_header_place(list_id, version)))
        return Header(
            id=list_id,
            members=content["members"],
            created_by=content["created_by"],
            created_at=content["created_at"],
            epoch=content["epoch"],
            archived=content["archived"],
            deleted_at=content["deleted_at"],
            invitations=tuple(_invitation_in(invitation) for invitation in content["invitations"]),
            shares=tuple(_share_in(share) for share in content.get("shares", ())),
            lowered=content.get("lowered", {}),
            behind=behind,
            version=version,
        )

    def summary_body(self, list_id: ListId, summary: Summary) -> bytes:
        """Everything but the revision."""
        categories = {shop: list(names) for shop, names in summary.categories.items()}
        plain = orjson.dumps((summary.title, categories, summary.open, summary.total, summary.updated_at))
        return self._seal(plain, *_summary_place(list_id, summary.revision))

    def summary(self, list_id: ListId, revision: int, body: bytes) -> Summary:
        fields = orjson.loads(self._unseal(body, *_summary_place(list_id, revision)))
        title, categories, open, total, updated_at = fields[:5]
        return Summary(title, categories, revision, open, total, updated_at)

    def snapshot_rows(self, list_id: ListId, snapshot: Snapshot) -> SnapshotRows:
        """Under a new id: two attempts to store the same revision never mix."""
        id, count = os.urandom(8), len(snapshot.pieces)
        sealed = [
            self._seal(piece, *_piece_place(list_id, snapshot.revision, id, count, number))
            for number, piece in enumerate(snapshot.pieces)
        ]
        return SnapshotRows(id, snapshot.revision, sealed)

    def snapshot(self, list_id: ListId, rows: SnapshotRows) -> Snapshot:
        """``rows.pieces``: all of them, in order."""
        place, count = (list_id, rows.revision, rows.id), len(rows.pieces)
        pieces = [self.piece(*place, count, number, piece) for number, piece in enumerate(rows.pieces)]
        return Snapshot(rows.revision, pieces)

    def piece(self, list_id: ListId, revision: int, id: bytes, count: int, number: int, body: bytes) -> bytes:
        """One of the ``count`` pieces of the snapshot ``id``."""
        return self._unseal(body, *_piece_place(list_id, revision, id, count, number))

    # --- people ---

    def email(self, email: str) -> bytes:
        """By which an address is stored."""
        return self._sealer.lookup("email", email_key(email))

    def emails(self, email: str) -> Sequence[bytes]:
        """The same, followed by what it may still be stored by: before a change of the lookup key, or of the form.

        By the latter others may be found too, whose address it is not.
        """
        forms = dict.fromkeys((email_key(email), earlier_email_key(email)))
        return [lookup for form in forms for lookup in self._sealer.lookups("email", form)]

    def person_row(self, person: Person) -> PersonRow:
        content = {
            "name": person.name,
            "email": person.email,
            "password": person.password,
            "language": person.language,
            "theme": person.theme,
            "role": person.role,
            "created_at": person.created_at,
            "email_verified": person.email_verified,
            "credentials": person.credentials,
            "blocked": person.blocked,
            "totp": _totp_out(person.totp),
            "devices": [device.hex() for device in person.devices],
            "new_email": person.new_email,
        }
        body = self._seal(orjson.dumps(content), *_person_place(person.id, person.version))
        return PersonRow(person.id, self.email(person.email), person.role, person.credentials, person.version, body)

    def person(self, id: PersonId, version: int, body: bytes) -> Person:
        content = orjson.loads(self._unseal(body, *_person_place(id, version)))
        return Person(
            id=id,
            name=content["name"],
            email=content["email"],
            password=content["password"],
            language=content["language"],
            theme=content["theme"],
            role=content["role"],
            created_at=content["created_at"],
            email_verified=content["email_verified"],
            credentials=content["credentials"],
            version=version,
            blocked=content.get("blocked", False),
            totp=_totp_in(content.get("totp")),
            devices=tuple(bytes.fromhex(device) for device in content.get("devices", ())),
            new_email=content.get("new_email"),
        )

    def token_row(self, token: Token) -> TokenRow:
        content = {
            "name": token.name,
            "scopes": sorted(token.scopes),
            "session": token.session,
            "created_at": token.created_at,
        }
        body = self._seal(orjson.dumps(content), *_token_place(token.id, token.hash, token.person))
        return TokenRow(token.id, token.hash, token.person, token.credentials, token.last_seen, body)

    def token(self, row: TokenRow) -> Token:
        content = orjson.loads(self._unseal(row.body, *_token_place(row.id, row.hash, row.person)))
        return Token(
            id=row.id,
            hash=row.hash,
            person=row.person,
            name=content["name"],
            scopes=frozenset(content["scopes"]),
            session=content["session"],
            created_at=content["created_at"],
            last_seen=row.last_seen,
            credentials=row.credentials,
        )

    # --- records ---

    def record_row(self, record: Record) -> RecordRow:
        """Raises ``ValueError`` for a key of another length: not every store would order it as the others do."""
        if len(record.key) != RECORD_KEY:
            raise ValueError(f"the key of a record has {RECORD_KEY} bytes")
        place = _record_place(record.kind, record.key, record.owner, record.due, record.version)
        body = self._seal(record.content, *place)
        return RecordRow(record.kind, record.key, record.owner, record.due, record.version, body)

    def record(self, row: RecordRow) -> Record:
        content = self._unseal(row.body, *_record_place(row.kind, row.key, row.owner, row.due, row.version))
        return Record(row.kind, row.key, row.due, content, row.owner, row.version)

    # --- the value by which a store knows its key ---

    def key_check(self) -> bytes:
        """Sealed, and holding what only the right lookup key gives: so either key being another one is found out."""
        return self._seal(self._sealer.lookup("check", "lookup"), *_CHECK_PLACE)

    def is_right_key(self, sealed: bytes) -> bool:
        """Whether this keyring, or what it was before a change, made the check value. Raises ``Unsealable`` where it
        cannot even read it."""
        return self._unseal(sealed, *_CHECK_PLACE) in self._sealer.lookups("check", "lookup")

    # --- what a change of the keys has left behind ---

    def renewed(self, table: str, row: Mapping[str, Any]) -> dict[str, bytes]:
        """The fields of a row that are not by the present keys, as they are by them. Raises ``Unsealable``.

        A row of ``snapshots`` needs ``count`` beside its fields, how many pieces its snapshot has.
        """
        fields = {field: self._sealer.resealed(row[field], *place_of(table, field, row)) for field in SEALED[table]}
        renewed = {field: sealed for field, sealed in fields.items() if sealed is not None}
        if table == "people":
            email = self.email(self.person(row["id"], row["version"], row["body"]).email)
            if email != row["email"]:
                renewed["email"] = email
        return renewed

    def key_ids(self, table: str, row: Mapping[str, Any]) -> Sequence[str]:
        """The ids of the keys by which the fields of a row are sealed."""
        return [key_id(row[field]) for field in SEALED[table]]

    def lookup_of(self, row: Mapping[str, Any]) -> int:
        """By which lookup key a row of ``people`` is stored: 0 for the present one, 1 for the one before it, and on."""
        email = self.person(row["id"], row["version"], row["body"]).email
        return self.emails(email).index(row["email"])

    def lookup_of_check(self, sealed: bytes) -> int:
        """The same of the check value."""
        return self._sealer.lookups("check", "lookup").index(self._unseal(sealed, *_CHECK_PLACE))

    def renewed_key_check(self, sealed: bytes) -> bytes | None:
        """The same for the check value; None where it is by the present keys."""
        is_present = key_id(sealed) == self._sealer.active and self._unseal(
            sealed, *_CHECK_PLACE
        ) == self._sealer.lookup("check", "lookup")
        return None if is_present else self.key_check()


# --- the place of each value, which it is sealed to ---

Place = tuple[str | int, ...]

_CHECK_PLACE: Place = ("store", "key check")


def _change_place(list_id: ListId, revision: int, edit: EditId) -> Place:
    return ("changes", "body", list_id, revision, edit)


def _header_place(list_id: ListId, version: int) -> Place:
    return ("lists", "header", list_id, version)


def _summary_place(list_id: ListId, revision: int) -> Place:
    return ("lists", "summary", list_id, revision)


def _piece_place(list_id: ListId, revision: int, id: bytes, count: int, number: int) -> Place:
    return ("snapshots", "piece", list_id, revision, id.hex(), count, number)


def _person_place(id: PersonId, version: int) -> Place:
    return ("people", "body", id, version)


def _token_place(id: TokenId, hash: bytes, person: PersonId) -> Place:
    return ("tokens", "body", id, hash.hex(), person)


def _record_place(kind: str, key: bytes, owner: str, due: int, version: int) -> Place:
    return ("records", "body", kind, key.hex(), owner, due, version)


def place_of(table: str, field: str, row: Mapping[str, Any]) -> Place:
    """The place of a sealed field of a row."""
    match table:
        case "people":
            return _person_place(row["id"], row["version"])
        case "tokens":
            return _token_place(row["id"], row["hash"], row["person"])
        case "lists":
            id = ListId(unpack(row["id"]))
            return (
                _header_place(id, row["version"]) if field == "header" else _summary_place(id, row["summary_revision"])
            )
        case "snapshots":
            return _piece_place(ListId(unpack(row["list"])), row["revision"], row["id"], row["count"], row["number"])
        case "records":
            return _record_place(row["kind"], row["key"], row["owner"], row["due"], row["version"])
        case _:
            return _change_place(ListId(unpack(row["list"])), row["revision"], EditId(unpack(row["edit"])))


def _totp_out(totp: Totp | None) -> dict[str, object] | None:
    if totp is None:
        return None
    return {
        "secret": totp.secret,
        "confirmed": totp.confirmed,
        "last_step": totp.last_step,
        "recovery": [code.hex() for code in totp.recovery],
        "recovery_key": totp.recovery_key.hex(),
        "failures": totp.failures,
        "failed_at": totp.failed_at,
    }


def _totp_in(content: dict[str, Any] | None) -> Totp | None:
    if content is None:
        return None
    return Totp(
        secret=content["secret"],
        confirmed=content["confirmed"],
        last_step=content["last_step"],
        recovery=tuple(bytes.fromhex(code) for code in content["recovery"]),
        recovery_key=bytes.fromhex(content["recovery_key"]),
        failures=content.get("failures", 0),
        failed_at=content.get("failed_at", 0),
    )


def _invitation_out(invitation: Invitation) -> dict[str, object]:
    return {
        "id": invitation.id,
        "hash": invitation.hash.hex(),
        "code": invitation.code,
        "role": invitation.role,
        "made_by": invitation.made_by,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "email": invitation.email,
        "accepted_by": invitation.accepted_by,
        "withdrawn": invitation.withdrawn,
    }


def _invitation_in(content: dict[str, Any]) -> Invitation:
    return Invitation(
        id=InvitationId(content["id"]),
        hash=bytes.fromhex(content["hash"]),
        code=content["code"],
        role=content["role"],
        made_by=content["made_by"],
        created_at=content["created_at"],
        expires_at=content["expires_at"],
        email=content.get("email"),
        accepted_by=content.get("accepted_by"),
        withdrawn=content.get("withdrawn", False),
    )


def _share_out(share: Share) -> dict[str, object]:
    return {
        "id": share.id,
        "hash": share.hash.hex(),
        "key": share.key,
        "right": share.right,
        "name": share.name,
        "created_at": share.created_at,
        "expires_at": share.expires_at,
        "last_used": share.last_used,
        "revoked_at": share.revoked_at,
    }


def _share_in(content: dict[str, Any]) -> Share:
    return Share(
        id=ShareId(content["id"]),
        hash=bytes.fromhex(content["hash"]),
        key=content["key"],
        right=content["right"],
        name=content["name"],
        created_at=content["created_at"],
        expires_at=content["expires_at"],
        last_used=content["last_used"],
        revoked_at=content["revoked_at"],
    )


def _as_dict(value: object) -> object:
    """For mappings and sequences that are no dict and no list: orjson takes only these by itself."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")
