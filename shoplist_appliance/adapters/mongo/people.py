"""Accounts and tokens in MongoDB, each change of one document; what spans two stands in an order that may be cut."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pymongo import UpdateOne

from shoplist_appliance.adapters.codec import Codec, PersonRow, TokenRow
from shoplist_appliance.adapters.mongo.db import Document, Mongo
from shoplist_appliance.domain.addresses import holder
from shoplist_appliance.domain.errors import Conflict
from shoplist_appliance.domain.ids import PersonId, TokenId
from shoplist_appliance.domain.people import Person, Token


class MongoPeople:
    """Obeys ``ports.PeopleStore``.

    A token counts while its ``credentials`` are its account's, or while the account names it as ``kept``: so the one
    that stays through a change of password counts at every moment of it.
    """

    def __init__(self, mongo: Mongo, codec: Codec) -> None:
        self._mongo = mongo
        self._codec = codec

    async def add_person(self, person: Person) -> None:
        await self._expect_free(person)
        with self._mongo.writing():
            await self._mongo["people"].insert_one(_person_out(self._codec.person_row(person)))

    async def person(self, person: PersonId) -> Person | None:
        return self._person(await self._found("people", {"_id": person}))

    async def person_by_email(self, email: str) -> Person | None:
        keys = list(self._codec.emails(email))
        with self._mongo.reading():
            found = (
                await self._mongo["people"].find({"email": keys[0] if len(keys) == 1 else {"$in": keys}}).to_list(None)
            )
        return holder((self._codec.person(one["_id"], one["version"], one["body"]) for one in found), email)

    async def people(self, people: Iterable[PersonId]) -> Mapping[PersonId, Person]:
        with self._mongo.reading():
            found = await self._mongo["people"].find({"_id": {"$in": list(set(people))}}).to_list(None)
        persons = (self._person(document) for document in found)
        return {person.id: person for person in persons if person is not None}

    async def put_person(self, person: Person, expected: int) -> None:
        async with self._mongo.alone(person.id):
            stored = await self._expect(person.id, expected)
            if person.email != stored.email:
                await self._expect_free(person)
            kept = replace(person, credentials=stored.credentials, password=stored.password)
            await self._replace(self._codec.person_row(kept), expected, moves=person.email != stored.email)

    async def put_credentials(self, person: Person, expected: int, keep: TokenId | None) -> Sequence[TokenId]:
        """The account first: with it all tokens but the kept one are over, whatever becomes of the rest."""
        old = {"person": person.id, "_id": {"$ne": keep}, "credentials": {"$lt": person.credentials}}
        async with self._mongo.alone(person.id):
            stored = await self._expect(person.id, expected)
            if stored.credentials >= person.credentials:
                raise Conflict
            moves = person.email != stored.email
            await self._replace(self._codec.person_row(person), expected, moves=moves, kept=keep)
            with self._mongo.writing(begun=True):
                ended = await self._mongo["tokens"].find(old, {"_id": True}).to_list(None)
                await self._mongo["tokens"].delete_many({"_id": {"$in": [token["_id"] for token in ended]}})
                await self._mongo["tokens"].update_one(
                    {"_id": keep, "person": person.id}, {"$set": {"credentials": person.credentials}}
                )
        return [TokenId(token["_id"]) for token in ended]

    async def remove_person(self, person: PersonId, expected: int) -> Sequence[TokenId]:
        """Its tokens first: none of them outlives it."""
        async with self._mongo.alone(person):
            await self._expect(person, expected)
            with self._mongo.writing():
                ended = await self._mongo["tokens"].find({"person": person}, {"_id": True}).to_list(None)
                await self._mongo["tokens"].delete_many({"person": person})
            with self._mongo.writing(begun=True):
                removed = await self._mongo["people"].delete_one({"_id": person, "version": expected})
        if removed.deleted_count != 1:
            raise Conflict
        return [TokenId(token["_id"]) for token in ended]

    async def page_of_people(self, after: PersonId | None, limit: int) -> Sequence[Person]:
        with self._mongo.reading():
            found = self._mongo["people"].find({"_id": {"$gt": after or ""}}).sort("_id", 1).limit(limit)
            documents = await found.to_list(None)
        return [self._codec.person(document["_id"], document["version"], document["body"]) for document in documents]

    async def admins(self) -> Sequence[Person]:
        with self._mongo.reading():
            found = await self._mongo["people"].find({"role": "admin"}).to_list(None)
        admins = (self._codec.person(document["_id"], document["version"], document["body"]) for document in found)
        return sorted(admins, key=lambda one: (one.created_at, one.id))

    async def has_admin(self) -> bool:
        return await self._found("people", {"role": "admin"}) is not None

    async def add_token(self, token: Token) -> None:
        """Stored first and then compared: of a change of credentials beside it, one of the two sees the other."""
        async with self._mongo.alone(token.person):
            with self._mongo.writing():
                await self._mongo["tokens"].insert_one(_token_out(self._codec.token_row(token)))
            with self._mongo.writing(begun=True):
                person = await self._mongo["people"].find_one({"_id": token.person}, {"credentials": True})
                if person is None or person["credentials"] != token.credentials:
                    await self._mongo["tokens"].delete_one({"_id": token.id})
                    raise Conflict

    async def token(self, hash: bytes) -> tuple[Token, Person] | None:
        document = await self._found("tokens", {"hash": hash})
        owner = document and await self._found("people", {"_id": document["person"]})
        if not document or not owner or not _counts(document, owner):
            return None
        person = self._person(owner)
        return None if person is None else (self._token(document, owner), person)

    async def tokens_of(self, person: PersonId) -> Sequence[Token]:
        owner = await self._found("people", {"_id": person})
        if owner is None:
            return []
        with self._mongo.reading():
            found = await self._mongo["tokens"].find({"person": person}).to_list(None)
        tokens = (self._token(document, owner) for document in found if _counts(document, owner))
        return sorted(tokens, key=lambda token: (token.created_at, token.id))

    async def remove_tokens(self, person: PersonId, tokens: Iterable[TokenId]) -> Sequence[TokenId]:
        removed: list[TokenId] = []
        for id in tokens:
            with self._mongo.writing(begun=bool(removed)):
                if await self._mongo["tokens"].find_one_and_delete({"_id": id, "person": person}):
                    removed.append(id)
        return removed

    async def touch_tokens(self, seen: Mapping[TokenId, int]) -> None:
        updates = [UpdateOne({"_id": id}, {"$max": {"last_seen": time}}) for id, time in seen.items()]
        if updates:
            with self._mongo.writing():
                await self._mongo["tokens"].bulk_write(updates, ordered=False)

    async def _found(self, collection: str, wanted: Document) -> Document | None:
        with self._mongo.reading():
            return await self._mongo[collection].find_one(wanted)

    async def _expect(self, id: PersonId, version: int) -> Person:
        """The stored account, if it has this version."""
        stored = await self.person(id)
        if stored is None or stored.version != version:
            raise Conflict
        return stored

    async def _expect_free(self, person: Person) -> None:
        """The unique index knows an address by one lookup only: by those of before it, it is asked for."""
        if len(self._codec.emails(person.email)) > 1:
            found = await self.person_by_email(person.email)
            if found is not None and found.id != person.id:
                raise Conflict

    async def _replace(self, row: PersonRow, expected: int, *, moves: bool, **more: object) -> None:
        """An account whose address does not change is found by what it was found by."""
        left = {"_id"} if moves else {"_id", "email"}
        fields = {name: value for name, value in _person_out(row).items() if name not in left} | more
        with self._mongo.writing():
            put = await self._mongo["people"].update_one({"_id": row.id, "version": expected}, {"$set": fields})
        if put.matched_count != 1:
            raise Conflict

    def _person(self, document: Document | None) -> Person | None:
        return self._codec.person(document["_id"], document["version"], document["body"]) if document else None

    def _token(self, document: Document, owner: Document) -> Token:
        """With the credentials that it counts for."""
        return self._codec.token(
            TokenRow(
                document["_id"],
                document["hash"],
                document["person"],
                owner["credentials"],
                document["last_seen"],
                document["body"],
            )
        )


def _counts(token: Document, owner: Document) -> bool:
    return bool(token["credentials"] == owner["credentials"] or token["_id"] == owner.get("kept"))


def _person_out(row: PersonRow) -> Document:
    return {
        "_id": row.id,
        "email": row.email,
        "role": row.role,
        "credentials": row.credentials,
        "version": row.version,
        "body": row.body,
    }


def _token_out(row: TokenRow) -> Document:
    return {
        "_id": row.id,
        "hash": row.hash,
        "person": row.person,
        "credentials": row.credentials,
        "last_seen": row.last_seen,
        "body": row.body,
    }
