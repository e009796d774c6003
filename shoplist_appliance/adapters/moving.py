"""Moving a store: the rows that every kind of store has, in one order, and how those of two stores are compared.

Rows go as they lie, sealed: a body is bound to its table, ids and version, not to the kind of store. What counts of a
source are the rows that can be reached: what a removed list or a snapshot that never came about has left behind stays
behind, and with it the notes by which it would be swept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from shoplist_appliance.adapters.codec import Codec, RecordRow, TokenRow, unpack
from shoplist_appliance.domain.ids import EditId, ListId

Row = tuple[Any, ...]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Its rows are tuples of ``fields``, and ordered by their key: the first fields, so many as ``keys`` says.

    ``page`` rows are read and written at once: some MiB at most.
    """

    name: str
    fields: tuple[str, ...]
    keys: int
    page: int

    @property
    def key(self) -> tuple[str, ...]:
        return self.fields[: self.keys]


PEOPLE: Final = Table("people", ("id", "email", "role", "credentials", "version", "body"), 1, 500)
TOKENS: Final = Table("tokens", ("id", "hash", "person", "credentials", "last_seen", "body"), 1, 500)
# `members`, `invitations` and `shares` are tuples in order, `behind` is 0 or 1.
LISTS: Final = Table(
    "lists",
    (
        *("id", "version", "behind", "header", "snapshot", "snapshot_revision", "pieces", "summary_revision"),
        *("summary", "deleted_at", "members", "invitations", "shares"),
    ),
    1,
    100,
)
SNAPSHOTS: Final = Table("snapshots", ("list", "id", "number", "revision", "piece"), 3, 8)
CHANGES: Final = Table("changes", ("list", "revision", "edit", "body"), 2, 500)
RECORDS: Final = Table("records", ("kind", "key", "owner", "due", "version", "body"), 2, 500)
TABLES: Final = (PEOPLE, TOKENS, LISTS, SNAPSHOTS, CHANGES, RECORDS)


class Rows(Protocol):
    """One store, past its port, for as long as it is moved. Every call may raise ``CannotOpen``.

    ``name`` is for people, ``mark`` tells it from every other store, ``key_check`` is by what it knows its keys.
    """

    name: str
    mark: bytes
    key_check: bytes

    def page(self, table: Table, after: Key | None, most: int) -> Sequence[Row]:
        """So many rows in the order of their keys, from behind ``after`` on."""

    def count(self, table: Table) -> int:
        """About how many there are."""

    def put(self, table: Table, rows: Sequence[Row]) -> None:
        """Store rows whose keys are not there."""

    def remove(self, table: Table, rows: Sequence[Row]) -> None:
        """Take these rows away."""


class Target(Rows, Protocol):
    """A store that is refused to everybody else until ``finish``."""

    begun: bool
    """Whether an earlier attempt has left something."""

    def finish(self) -> None:
        """From now on it counts as a store."""


def read(rows: Rows, table: Table) -> Iterator[Row]:
    """All rows of a table, page by page; what is written meanwhile is read only if it comes behind what was read."""
    after: Key | None = None
    while page := rows.page(table, after, table.page):
        for row in page:
            if after is not None and row[: table.keys] <= after:
                raise ValueError(f"{rows.name} gives {table.name} in another order than that of their keys")
            after = row[: table.keys]
            yield row


def content(rows: Rows, table: Table, codec: Codec) -> Iterator[Row]:
    """What counts of a table, as its target shall hold it. Raises ``Unsealable`` at a row that cannot be unsealed."""
    match table.name:
        case "people":
            return _people(rows, codec)
        case "tokens":
            return _tokens(rows, codec)
        case "lists":
            return _lists(rows, codec)
        case "snapshots":
            return _pieces(rows, codec)
        case "records":
            return _records(rows, codec)
        case _:
            return _changes(rows, codec)


def reachable(rows: Rows, table: Table) -> Iterator[Row]:
    """What counts of a table, as it lies."""
    return (row for row, _ in _pieces_of_lists(rows)) if table is SNAPSHOTS else read(rows, table)


def _people(rows: Rows, codec: Codec) -> Iterator[Row]:
    for row in read(rows, PEOPLE):
        id, _, _, _, version, body = row
        codec.person(id, version, body)
        yield row


def _tokens(rows: Rows, codec: Codec) -> Iterator[Row]:
    for row in read(rows, TOKENS):
        codec.token(TokenRow(*row))
        yield row


def _lists(rows: Rows, codec: Codec) -> Iterator[Row]:
    """By what a list is found, its header says: the truth, also where an older version kept less beside it."""
    for row in read(rows, LISTS):
        id, version, behind, body, *_, summary_revision, summary, _, _, _, _ = row
        list_id = ListId(unpack(id))
        header = codec.header(list_id, version, bool(behind), body)
        codec.summary(list_id, summary_revision, summary)
        invitations = sorted(invitation.hash for invitation in header.invitations)
        shares = sorted(share.hash for share in header.shares)
        found_by = (tuple(sorted(header.members)), tuple(invitations), tuple(shares))
        yield (*row[:-4], header.deleted_at, *found_by)


def _pieces(rows: Rows, codec: Codec) -> Iterator[Row]:
    for row, count in _pieces_of_lists(rows):
        list_id, id, number, revision, piece = row
        codec.piece(ListId(unpack(list_id)), revision, id, count, number, piece)
        yield row


def _pieces_of_lists(rows: Rows) -> Iterator[tuple[Row, int]]:
    """Each piece of the snapshots that lists have now, with how many there are of it."""
    for row, shopping_list in _of_lists(rows, SNAPSHOTS):
        _, id, number, revision, _ = row
        snapshot, its_revision, count = shopping_list[4:7]
        if (id, revision) == (snapshot, its_revision) and number < count:
            yield row, count


def _changes(rows: Rows, codec: Codec) -> Iterator[Row]:
    for row, _ in _of_lists(rows, CHANGES):
        list_id, revision, edit, body = row
        codec.change(ListId(unpack(list_id)), revision, EditId(unpack(edit)), body)
        yield row


def _records(rows: Rows, codec: Codec) -> Iterator[Row]:
    for row in read(rows, RECORDS):
        codec.record(RecordRow(*row))
        yield row


def _of_lists(rows: Rows, table: Table) -> Iterator[tuple[Row, Row]]:
    """Each row with that of its list, as far as there is one: both come in the order of the lists' ids."""
    lists = read(rows, LISTS)
    shopping_list = next(lists, None)
    for row in read(rows, table):
        while shopping_list is not None and shopping_list[0] < row[0]:
            shopping_list = next(lists, None)
        if shopping_list is not None and shopping_list[0] == row[0]:
            yield row, shopping_list


def compared(
    ours: Iterator[Row], theirs: Iterator[Row], table: Table
) -> Iterator[tuple[Row, None] | tuple[None, Row] | tuple[Row, Row]]:
    """The rows of two stores side by side, by their keys; None where one has no such row."""
    keys = table.keys
    our, their = next(ours, None), next(theirs, None)
    while our is not None or their is not None:
        if their is None or (our is not None and our[:keys] < their[:keys]):
            assert our is not None
            yield our, None
            our = next(ours, None)
        elif our is None or their[:keys] < our[:keys]:
            yield None, their
            their = next(theirs, None)
        else:
            yield our, their
            our, their = next(ours, None), next(theirs, None)
