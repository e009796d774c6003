"""What the use cases need from the world, as protocols whose docstrings are contracts.

Every adapter of a port passes the same suite in ``tests/contract``. Any method of a store may raise ``Unavailable``
(the storage is out of reach or full; nothing was done) and, where it writes, ``OutcomeUnknown``.
"""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, NewType, Protocol

from shoplist_appliance.domain.ids import EditId, ListId, PersonId, TokenId
from shoplist_appliance.domain.lists import Actor, Change, Header, Known, Summary
from shoplist_appliance.domain.people import Language, Person, PersonName, Token


class Damaged(Exception):
    """What is stored cannot be read: it was changed at rest, or was sealed with a key that is not there."""


class Clock(Protocol):
    def now(self) -> int:
        """The time in ms since 1970, UTC."""


class Counters(Protocol):
    def add(self, name: str, amount: float = 1, /, **labels: str) -> None:
        """Count something that happened."""


class Passwords(Protocol):
    """Argon2id in a bounded pool of threads, never on the event loop."""

    async def hash(self, password: str) -> str:
        """The PHC string of the password under a new salt."""

    async def verify(self, password: str, phc: str | None) -> bool:
        """Whether the password made this string; ``None`` (no such account) takes the same time and is False."""


class PeopleStore(Protocol):
    """Accounts and tokens. All but ids, hashes, times, roles, scopes and counts is sealed at rest."""

    async def add_person(self, person: Person) -> None:
        """Store a new account. Raises ``Conflict`` where its id or e-mail (compared by ``email_key``) is taken."""

    async def person(self, person: PersonId) -> Person | None:
        """The account, None where there is none."""

    async def person_by_email(self, email: str) -> Person | None:
        """The account with this address, found through an HMAC of its ``email_key``; None where there is none."""

    async def people(self, people: Iterable[PersonId]) -> Mapping[PersonId, Person]:
        """Those of the accounts that exist."""

    async def put_person(self, person: Person, expected: int) -> None:
        """Replace the account if its stored version is ``expected``; ``Conflict`` otherwise, also where it is gone.

        ``person.version`` is the new version. Never changes ``credentials`` or ``password``: see ``put_credentials``.
        """

    async def put_credentials(self, person: Person, expected: int, keep: TokenId | None) -> Sequence[TokenId]:
        """Replace the account, as ``put_person``, with a greater ``credentials``, ending all tokens but ``keep``.

        The kept token gets the new count. Returns the ids of the tokens that ended.
        """

    async def remove_person(self, person: PersonId, expected: int) -> Sequence[TokenId]:
        """Take the account and its tokens away, if its stored version is ``expected``; ``Conflict`` otherwise.

        Returns the ids of the tokens that ended. Cut short, it leaves an account without tokens.
        """

    async def page_of_people(self, after: PersonId | None, limit: int) -> Sequence[Person]:
        """So many accounts in the order of their ids, from behind ``after`` on."""

    async def admins(self) -> Sequence[Person]:
        """The accounts with the role admin, the oldest first."""

    async def has_admin(self) -> bool:
        """Whether any account has the role admin."""

    async def add_token(self, token: Token) -> None:
        """Store a token, if the account's ``credentials`` still equal the token's; else raises ``Conflict``.

        So a sign-in whose password was checked before a change of password cannot outlive that change.
        """

    async def token(self, hash: bytes) -> tuple[Token, Person] | None:
        """The token with this hash and its account; None where there is none or its ``credentials`` are older."""

    async def tokens_of(self, person: PersonId) -> Sequence[Token]:
        """All valid tokens of an account, the oldest first."""

    async def remove_tokens(self, person: PersonId, tokens: Iterable[TokenId]) -> Sequence[TokenId]:
        """End those of the tokens that are this account's; returns the ids of those that existed."""

    async def touch_tokens(self, seen: Mapping[TokenId, int]) -> None:
        """Move ``last_seen`` of each token forward to the time given (never back); unknown ids are skipped."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A list as stored: its header, the pieces of its newest snapshot, and the changes since, in order without gaps."""

    header: Header
    snapshot: "Snapshot"
    tail: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a list at a revision, as pieces of JSON text that only ``domain/`` can read, each at most 1 MiB."""

    revision: int
    pieces: Sequence[bytes]


class ListStore(Protocol):
    """Lists: headers changed by compare-and-swap, and a log of changes each.

    The key (list, revision) is the one arbiter of order, and (list, edit) of repetition. Titles, items, codes and
    whatever else a person wrote are sealed; ids, revisions, times, kinds and counts are plain.
    """

    async def add_list(self, header: Header, snapshot: Snapshot, summary: Summary) -> None:
        """Store a new list, whole or not at all; ``snapshot.revision`` is 0. ``Conflict`` where the id is taken."""

    async def header(self, list_id: ListId) -> Header | None:
        """The header, None where there never was such a list."""

    async def put_header(self, header: Header, expected: int) -> None:
        """Replace the header if the stored version is ``expected``; raises ``Conflict`` otherwise.

        ``header.version`` is the new version; ``behind`` is not touched by this.
        """

    async def lists_of(self, person: PersonId) -> Sequence[tuple[Header, Summary]]:
        """All lists, deleted and archived ones too, of which the person is a member.

        Passes over those that are damaged, for they must not keep all others, and says so once in the log.
        """

    async def damaged_lists_of(self, person: PersonId) -> Sequence[ListId]:
        """Those that ``lists_of`` passes over."""

    async def forget_member(self, list_id: ListId, person: PersonId) -> None:
        """Let a person no longer find a list that is damaged, so that nobody can take them off its header.

        Where nobody else finds it, it goes for good, as by ``remove_list``.
        """

    async def list_of_invitation(self, hash: bytes) -> ListId | None:
        """The list whose header holds an invitation with this hash."""

    async def list_of_share(self, hash: bytes) -> ListId | None:
        """The list whose header holds a share with this hash, also one that serves no longer."""

    async def load(self, list_id: ListId) -> Loaded | None:
        """The list, with every change that was stored when the call began; None where there is none."""

    async def mark_behind(self, list_id: ListId) -> None:
        """Set the header's ``behind``; called before the first change after a load."""

    def append(self, list_id: ListId, expected: int, changes: Sequence[Change]) -> Awaitable[None]:
        """Store changes ``expected + 1``, ``expected + 2``, … durably, all or (after a crash) a prefix of them.

        Raises ``Conflict`` where one of these revisions, or one of the edit ids, is stored already for this list
        (then nothing is stored), or where revision ``expected`` is not (no hole can be made); ``Unavailable`` where
        nothing was stored; ``OutcomeUnknown`` where nobody can say.
        Calls for one list are stored in the order made. What is returned ends when the changes survive a power cut. A
        failing unit never harms those that share its commit.
        """

    async def known(self, list_id: ListId, edits: Iterable[EditId]) -> Mapping[EditId, Known]:
        """Those of the edits that are stored for this list."""

    async def changes(self, list_id: ListId, after: int, upto: int) -> Sequence[Change]:
        """The stored changes with ``after < revision <= upto``, in order."""

    async def put_snapshot(self, list_id: ListId, snapshot: Snapshot, summary: Summary, *, settled: bool) -> None:
        """Replace the snapshot and the summary, as one, unless one as new is stored.

        ``settled``: nothing is appended meanwhile; then ``behind`` is cleared, unless the log holds more after all.
        Stores nothing where there is no such list.
        """

    async def deleted_before(self, time: int) -> Sequence[ListId]:
        """The lists whose header says that they were deleted before this time."""

    async def remove_list(self, list_id: ListId, expected: int) -> None:
        """Take a list away for good, if the stored version of its header is ``expected``; else raises ``Conflict``.

        From then on nobody finds it, and nothing can be appended to it. What it held goes by ``sweep``; its id stays
        taken until the last of it is gone, and is free then: nothing remembers the list.
        """

    async def sweep(self) -> bool:
        """Remove some of what removed lists held, so little that no edit waits long for it; whether more may be left.

        Also goes on with what was left at the end of an earlier process.
        """


@dataclass(frozen=True, slots=True)
class Record:
    """A small thing with an end of its own: a code, a mail that waits, a count of failures, an alert.

    ``key`` has 32 bytes, a SHA-256 or an HMAC, and is unique within the kind. ``due``, in ms since 1970, UTC, is when
    something is to be done about it: to send it, or to forget it. Kind, key, owner and due are plain at rest, the
    content is sealed.
    """

    kind: str
    key: bytes
    due: int
    content: bytes
    owner: str = ""  # a person's id
    version: int = 1


class RecordStore(Protocol):
    """Small things under (kind, key), changed by compare-and-swap.

    ``record`` raises ``Damaged`` for one that was changed at rest; ``records_of`` and ``records_due`` pass it over,
    for it must not keep all others, and say so once in the log.
    """

    async def add_record(self, record: Record) -> None:
        """Store a new one. Raises ``Conflict`` where its kind and key are taken."""

    async def record(self, kind: str, key: bytes) -> Record | None:
        """The record, None where there is none."""

    async def put_record(self, record: Record, expected: int) -> None:
        """Replace it if its stored version is ``expected``; ``Conflict`` otherwise, also where it is gone.

        ``record.version`` is the new version; its owner stays what it was.
        """

    async def remove_record(self, kind: str, key: bytes, expected: int | None = None) -> bool:
        """Take it away, only with this version where one is given; True for exactly one of several who try."""

    async def remove_records_of(self, owner: str) -> None:
        """Take all away, of any kind, that this person owns."""

    async def records_of(self, kind: str, owner: str) -> Sequence[Record]:
        """All of a kind that this person owns, in the order of ``due``, then of their keys."""

    async def records_due(self, kind: str, upto: int, limit: int) -> Sequence[Record]:
        """So many of a kind that are due at this time, in the order of ``due``, then of their keys."""

    async def count_records(self, kind: str) -> int:
        """How many of a kind there are."""


Cursor = NewType("Cursor", object)


@dataclass(frozen=True, slots=True)
class Resealed:
    """A step of sealing anew: how many values it changed, and where the next one begins; None at the end."""

    changed: int
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much a store holds: of lists also those that can be restored. ``on_disk``: bytes, None where nobody says."""

    people: int
    lists: int
    changes: int
    on_disk: int | None


class Store(PeopleStore, ListStore, RecordStore, Protocol):
    """A whole store: what one address in the setting ``store`` opens."""

    async def close(self) -> None:
        """Commit what is queued, then let go of the storage."""

    async def check(self) -> None:
        """Raises ``Unavailable`` where a write would not succeed now (for ``/readyz``)."""

    async def sizes(self) -> Sizes:
        """How much is there, as far as that is cheaply known: a little off while others write."""

    async def reseal(self, cursor: Cursor | None = None) -> Resealed:
        """Seal the next few values that are not by the present keys with these, from the cursor or the beginning on.

        What others write meanwhile is theirs: no value is overruled, and what is written behind the cursor by a call
        that began before the keys were changed is found by doing it all again.
        """

    async def reseal_people(self, cursor: Cursor | None = None) -> Resealed:
        """The same for accounts alone, which are then found by the present form of their addresses."""

    async def settle_keys(self) -> None:
        """Nothing was found any more that is not by the present keys: from now on the store asks for these alone."""

    async def lost(self) -> None:
        """Ends when another process has taken the store over, for good; else never."""


@dataclass(frozen=True, slots=True)
class Blob:
    """An object that is being read: how many bytes it has as a whole, and those asked for, in pieces of any size."""

    size: int
    pieces: AsyncIterator[bytes]


class Keys(Protocol):
    """The keys that everything at rest is sealed with, as a running product has them."""

    @property
    def generation(self) -> int:
        """Another number after each change."""

    @property
    def are_several(self) -> bool:
        """Whether something may be by other keys than the present ones."""

    @property
    def outdated(self) -> tuple[str, ...]:
        """The ids of those that nothing new is by."""


class Blobs(Protocol):
    """Objects under names, for what is too large for a store: archives of chats, files. What one address opens.

    A name is parts with slashes between them, such as ``chat/<conversation>/<first>-<last>``: letters and digits of
    ASCII, ``-``, ``_`` and, not at a part's beginning, ``.``; at most 200 characters a part and 900 in all. Another one
    is a ``ValueError``. No name is the folder of another. Names are plain at rest, contents sealed: nothing that a
    person wrote belongs into a name.

    Any method may raise ``Unavailable`` within a bounded time when the storage is out of reach or full, and works again
    by itself when it is back. Reading what was changed at rest raises ``Damaged``.
    """

    async def put(self, name: str, chunks: AsyncIterable[bytes]) -> int:
        """Store the bytes under the name, replacing what was there, and return how many they are.

        It may wait for those who are just reading what it replaces.

        It is there whole or not at all, and survives a power cut once this returns. Where the chunks or the storage
        fail, or the caller leaves, nothing of it is seen and nothing is left; only in the very last step it may still
        land, whole (``OutcomeUnknown``). At most a few parts of it are in memory; the chunks are asked for as they can
        be stored.
        """

    def get(self, name: str, start: int = 0, end: int | None = None) -> AbstractAsyncContextManager[Blob]:
        """Read the bytes ``start <= n < end``; what lies beyond the object's end is left out.

        Raises ``NotFound`` on entering. An object that is replaced meanwhile is read as it was, or ``Unavailable``.
        """

    async def size(self, name: str) -> int | None:
        """How many bytes the object has; None where there is none."""

    async def remove(self, name: str) -> None:
        """Take the object away; nothing where there is none."""

    def list(self, prefix: str = "") -> AsyncIterator[str]:
        """The names that begin with the prefix (whole parts with their slash, or empty), in the order of their bytes.

        What is put or removed meanwhile may be among them or not.
        """

    async def check(self) -> None:
        """Raises ``Unavailable`` where the storage is out of reach now (for ``/readyz``)."""

    async def close(self) -> None:
        """Let go of the storage; who still writes gets ``Unavailable``."""


@dataclass(frozen=True, slots=True)
class ListChanged:
    """Changes of a list, without gaps; ``people`` are those whom they name. For the room of the list."""

    list: ListId
    changes: Sequence[Change]
    people: Sequence[PersonName]


@dataclass(frozen=True, slots=True)
class ListsChanged:
    """What the index answers this account is another now. For the rooms of people."""


@dataclass(frozen=True, slots=True)
class ListGone:
    """The receiver may not hear this list any longer."""

    list: ListId
    reason: Literal["deleted", "removed", "revoked", "expired"]


Event = ListChanged | ListsChanged | ListGone


class Listener(Protocol):
    """One live connection, as use cases see it."""

    def join(self, room: str) -> None:
        """Hear the room from now on, in this very step of the loop."""

    def leave(self, room: str) -> None:
        """Hear it no longer; nothing where it did not."""


class Rooms(Protocol):
    """Telling live clients. Nothing here waits: it puts bytes into buffers; a client too slow for them is dropped.

    Rooms: ``list:<id>`` and ``person:<id>`` (every connection of an account is in it from its start).
    """

    def tell(self, room: str, event: Event) -> None:
        """Send an event to everyone in the room, encoded once."""

    def is_empty(self, room: str) -> bool:
        """Whether nobody hears the room."""

    def rooms(self, prefix: str) -> Sequence[str]:
        """The rooms that somebody hears and whose names begin with the prefix."""

    def expel(self, room: str, event: Event, actor: Actor | None = None) -> None:
        """Send an event to those in the room, or only to this person's or guest's connections, and take them out."""

    def sign_out(self, tokens: Iterable[TokenId], reason: str) -> None:
        """Tell the connections of these tokens ``signed_out``, take them out of all rooms, close them within 1 s."""


class ResealableBlobs(Protocol):
    """Sealed objects, as far as the sealing is concerned."""

    def list(self) -> AsyncIterator[str]:
        """All names."""

    async def renew(self, name: str) -> bool:
        """Seal the object with the active key; whether it was by another. Raises ``NotFound``."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person, before it is written.

    ``id`` is the same at each try; ``at``, in ms, is when it was accepted.
    """

    id: str
    at: int
    to: str
    template: str
    language: Language
    values: Mapping[str, Any]


class MailAway(Exception):
    """No mail at all can be handed over now. The text says why in our own words, without an address.

    ``retry_after``, in seconds, is there where it will hardly change by itself. ``at_letter``: the server was there
    and went away over this very letter, which may be the cause.
    """

    def __init__(self, why: str, retry_after: float | None = None, *, at_letter: bool = False) -> None:
        super().__init__(why)
        self.retry_after = retry_after
        self.at_letter = at_letter


class MailDeferred(Exception):
    """The mailbox does not take this mail now."""


class MailRefused(Exception):
    """This mail will never be taken. ``is_ours``: for what we wrote, and not for the address that somebody typed."""

    def __init__(self, why: str, *, is_ours: bool) -> None:
        super().__init__(why)
        self.is_ours = is_ours


class Postman(Protocol):
    """Hands mails over: to a mail server, or to a folder."""

    async def deliver(self, letter: Letter) -> None:
        """Write it and hand it over. Raises ``MailAway``, ``MailDeferred``, ``MailRefused``.

        The same letter once more is one that its receiver can know again.
        """

    async def rest(self) -> None:
        """Nothing more to deliver for now. Never raises."""
