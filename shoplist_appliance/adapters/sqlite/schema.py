"""The tables, as numbered migrations: what was released is never changed, only followed by another.

``changes`` keeps its rows in the order of their coming, and its two unique indexes narrow: a row in the order of
(list, revision) splits a page of some list at every fifth edit, and a hundred lists are stored a third slower.
The index on (list, edit) is what finds a repeat. Ids of lists and edits are their 16 bytes.
Whatever is called ``body``, ``header``, ``summary`` or ``piece`` is sealed.
"""

from collections.abc import Sequence
from typing import Final

MIGRATIONS: Final[Sequence[Sequence[str]]] = (
    (
        "CREATE TABLE store (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
        """CREATE TABLE people (
            id TEXT PRIMARY KEY,
            email BLOB NOT NULL UNIQUE,
            role TEXT NOT NULL,
            credentials INTEGER NOT NULL,
            version INTEGER NOT NULL,
            body BLOB NOT NULL
        )""",
        "CREATE INDEX people_by_role ON people (role) WHERE role = 'admin'",
        """CREATE TABLE tokens (
            id TEXT PRIMARY KEY,
            hash BLOB NOT NULL UNIQUE,
            person TEXT NOT NULL,
            credentials INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            body BLOB NOT NULL
        )""",
        "CREATE INDEX tokens_by_person ON tokens (person)",
        """CREATE TABLE lists (
            id BLOB PRIMARY KEY,
            version INTEGER NOT NULL,
            behind INTEGER NOT NULL,
            header BLOB NOT NULL,
            snapshot BLOB NOT NULL,
            snapshot_revision INTEGER NOT NULL,
            pieces INTEGER NOT NULL,
            summary_revision INTEGER NOT NULL,
            summary BLOB NOT NULL
        )""",
        "CREATE TABLE members (person TEXT, list BLOB, PRIMARY KEY (person, list)) WITHOUT ROWID",
        "CREATE INDEX members_by_list ON members (list)",
        "CREATE TABLE invitations (hash BLOB PRIMARY KEY, list BLOB NOT NULL) WITHOUT ROWID",
        "CREATE INDEX invitations_by_list ON invitations (list)",
        """CREATE TABLE snapshots (
            list BLOB,
            id BLOB,
            number INTEGER,
            revision INTEGER NOT NULL,
            piece BLOB NOT NULL,
            PRIMARY KEY (list, id, number)
        )""",
        """CREATE TABLE changes (
            list BLOB,
            revision INTEGER,
            edit BLOB NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (list, revision)
        )""",
        "CREATE UNIQUE INDEX changes_by_edit ON changes (list, edit)",
    ),
    (
        # 0 says of lists made before this column that nobody knows: their headers are asked.
        "ALTER TABLE lists ADD COLUMN deleted_at INTEGER DEFAULT 0",
        "CREATE INDEX lists_by_deletion ON lists (deleted_at) WHERE deleted_at IS NOT NULL",
        "CREATE TABLE removed (list BLOB PRIMARY KEY) WITHOUT ROWID",
    ),
    (
        """CREATE TABLE records (
            kind TEXT,
            key BLOB,
            owner TEXT NOT NULL,
            due INTEGER NOT NULL,
            version INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (kind, key)
        )""",
        "CREATE INDEX records_by_owner ON records (owner, kind)",
        "CREATE INDEX records_by_due ON records (kind, due)",
    ),
    (
        "CREATE TABLE shares (hash BLOB PRIMARY KEY, list BLOB NOT NULL) WITHOUT ROWID",
        "CREATE INDEX shares_by_list ON shares (list)",
    ),
)
