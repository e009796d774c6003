"""Accounts and tokens in SQLite."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from shoplist_appliance.adapters.codec import Codec, PersonRow, TokenRow
from shoplist_appliance.adapters.sqlite.db import Readers
from shoplist_appliance.adapters.sqlite.writer import Writer
from shoplist_appliance.domain.addresses import holder
from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.domain.ids import PersonId, TokenId
from shoplist_appliance.domain.people import Person, Token

_TOKEN = "tokens.id, tokens.hash, tokens.person, tokens.credentials, tokens.last_seen, tokens.body"


class SqlitePeople:
    """Obeys ``ports.PeopleStore``."""

    def __init__(self, writer: Writer, readers: Readers, codec: Codec) -> None:
        self._writer = writer
        self._readers = readers
        self._codec = codec

    async def add_person(self, person: Person) -> None:
        row = self._codec.person_row(person)

        def insert(connection: sqlite3.Connection) -> None:
            self._expect_free(connection, person)
            connection.execute(
                "INSERT INTO people (id, email, role, credentials, version, body) VALUES (?, ?, ?, ?, ?, ?)",
                (row.id, row.email, row.role, row.credentials, row.version, row.body),
            )

        await self._writer.run(insert)

    async def person(self, person: PersonId) -> Person | None:
        return await self._readers.read(lambda connection: self._person(connection, person))

    async def person_by_email(self, email: str) -> Person | None:
        return await self._readers.read(lambda connection: self._holder(connection, email))

    async def people(self, people: Iterable[PersonId]) -> Mapping[PersonId, Person]:
        wanted = list(dict.fromkeys(people))

        def find(connection: sqlite3.Connection) -> Mapping[PersonId, Person]:
            found = ((id, self._person(connection, id)) for id in wanted)
            return {id: person for id, person in found if person is not None}

        return await self._readers.read(find)

    async def put_person(self, person: Person, expected: int) -> None:
        def put(connection: sqlite3.Connection) -> None:
            stored = self._expect(connection, person.id, expected)
            if person.email != stored.email:
                self._expect_free(connection, person)
            kept = replace(person, credentials=stored.credentials, password=stored.password)
            _update(connection, self._codec.person_row(kept), moves=person.email != stored.email)

        await self._writer.run(put)

    async def put_credentials(self, person: Person, expected: int, keep: TokenId | None) -> Sequence[TokenId]:
        row = self._codec.person_row(person)

        def put(connection: sqlite3.Connection) -> Sequence[TokenId]:
            stored = self._expect(connection, person.id, expected)
            if stored.credentials >= person.credentials:
                raise Conflict
            _update(connection, row, moves=person.email != stored.email)
            ended = connection.execute(
                "DELETE FROM tokens WHERE person = ? AND id IS NOT ? RETURNING id", (person.id, keep)
            ).fetchall()
            connection.execute("UPDATE tokens SET credentials = ? WHERE person = ?", (person.credentials, person.id))
            return [TokenId(id) for (id,) in ended]

        return await self._writer.run(put)

    async def remove_person(self, person: PersonId, expected: int) -> Sequence[TokenId]:
        def remove(connection: sqlite3.Connection) -> Sequence[TokenId]:
            self._expect(connection, person, expected)
            ended = connection.execute("DELETE FROM tokens WHERE person = ? RETURNING id", (person,)).fetchall()
            connection.execute("DELETE FROM people WHERE id = ?", (person,))
            return [TokenId(id) for (id,) in ended]

        return await self._writer.run(remove)

    async def page_of_people(self, after: PersonId | None, limit: int) -> Sequence[Person]:
        def find(connection: sqlite3.Connection) -> Sequence[Person]:
            rows = connection.execute(
                "SELECT id, version, body FROM people WHERE id > ? ORDER BY id LIMIT ?", (after or "", limit)
            )
            return [self._codec.person(*row) for row in rows]

        return await self._readers.read(find)

    async def admins(self) -> Sequence[Person]:
        def find(connection: sqlite3.Connection) -> Sequence[Person]:
            rows = connection.execute("SELECT id, version, body FROM people WHERE role = 'admin'")
            return sorted((self._codec.person(*row) for row in rows), key=lambda one: (one.created_at, one.id))

        return await self._readers.read(find)

    async def has_admin(self) -> bool:
        def find(connection: sqlite3.Connection) -> bool:
            return connection.execute("SELECT 1 FROM people WHERE role = 'admin'").fetchone() is not None

        return await self._readers.read(find)

    async def add_token(self, token: Token) -> None:
        row = self._codec.token_row(token)

        def insert(connection: sqlite3.Connection) -> None:
            person = connection.execute("SELECT credentials FROM people WHERE id = ?", (row.person,)).fetchone()
            if person != (row.credentials,):
                raise Conflict
            connection.execute(
                "INSERT INTO tokens (id, hash, person, credentials, last_seen, body) VALUES (?, ?, ?, ?, ?, ?)",
                (row.id, row.hash, row.person, row.credentials, row.last_seen, row.body),
            )

        await self._writer.run(insert)

    async def token(self, hash: bytes) -> tuple[Token, Person] | None:
        def find(connection: sqlite3.Connection) -> tuple[Token, Person] | None:
            row = connection.execute(
                f"SELECT {_TOKEN}, people.version, people.body FROM tokens JOIN people ON people.id = tokens.person"
                " WHERE tokens.hash = ? AND tokens.credentials = people.credentials",
                (hash,),
            ).fetchone()
            if row is None:
                return None
            token = self._codec.token(TokenRow(*row[:6]))
            return token, self._codec.person(token.person, *row[6:])

        return await self._readers.read(find)

    async def tokens_of(self, person: PersonId) -> Sequence[Token]:
        def find(connection: sqlite3.Connection) -> Sequence[Token]:
            rows = connection.execute(
                f"SELECT {_TOKEN} FROM tokens JOIN people ON people.id = tokens.person"
                " WHERE tokens.person = ? AND tokens.credentials = people.credentials",
                (person,),
            )
            tokens = (self._codec.token(TokenRow(*row)) for row in rows)
            return sorted(tokens, key=lambda token: (token.created_at, token.id))

        return await self._readers.read(find)

    async def remove_tokens(self, person: PersonId, tokens: Iterable[TokenId]) -> Sequence[TokenId]:
        wanted = list(tokens)

        def delete(connection: sqlite3.Connection) -> Sequence[TokenId]:
            removed = (
                connection.execute(
                    "DELETE FROM tokens WHERE id = ? AND person = ? RETURNING id", (id, person)
                ).fetchone()
                for id in wanted
            )
            return [TokenId(row[0]) for row in removed if row]

        return await self._writer.run(delete)

    async def touch_tokens(self, seen: Mapping[TokenId, int]) -> None:
        times = [(time, id) for id, time in seen.items()]

        def touch(connection: sqlite3.Connection) -> None:
            connection.executemany("UPDATE tokens SET last_seen = max(last_seen, ?) WHERE id = ?", times)

        await self._writer.run(touch)

    def _person(self, connection: sqlite3.Connection, id: PersonId) -> Person | None:
        row = connection.execute("SELECT version, body FROM people WHERE id = ?", (id,)).fetchone()
        return self._codec.person(id, *row) if row else None

    def _expect_free(self, connection: sqlite3.Connection, person: Person) -> None:
        """The unique index knows an address by one lookup only: by those of before it, it is asked for."""
        found = self._holder(connection, person.email)
        if found is not None and found.id != person.id:
            raise Conflict

    def _holder(self, connection: sqlite3.Connection, email: str) -> Person | None:
        keys = self._codec.emails(email)
        rows = connection.execute(f"SELECT id, version, body FROM people WHERE email IN ({_places(keys)})", keys)
        return holder((self._codec.person(*row) for row in rows), email)

    def _expect(self, connection: sqlite3.Connection, id: PersonId, version: int) -> Person:
        """The stored account, if it has this version."""
        stored = self._person(connection, id)
        if stored is None or stored.version != version:
            raise Conflict
        return stored


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _update(connection: sqlite3.Connection, row: PersonRow, *, moves: bool) -> None:
    """An account whose address does not change is found by what it was found by."""
    connection.execute(
        "UPDATE people SET email = coalesce(?, email), role = ?, credentials = ?, version = ?, body = ? WHERE id = ?",
        (row.email if moves else None, row.role, row.credentials, row.version, row.body, row.id),
    )
