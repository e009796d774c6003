"""Accounts and the tokens of their devices: registering, signing in, and ending what should no longer act."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from shoplist_appliance.config import Registration, Withheld
from shoplist_appliance.domain.addresses import email_key
from shoplist_appliance.domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Gone,
    NotFound,
    OutcomeUnknown,
    TotpRequired,
    Unauthenticated,
    WrongCredentials,
)
from shoplist_appliance.domain.ids import PersonId, TokenId, new_secret, new_uuid
from shoplist_appliance.domain.people import AccountRole, Language, Person, Scope, Theme, Token
from shoplist_appliance.ports import Clock, Passwords, PeopleStore, Rooms
from shoplist_appliance.usecases import totp
from shoplist_appliance.usecases.names import Names

CACHED_PRINCIPALS = 10_000
REMEMBERED_ENDS = 100_000
KNOWN_BROWSERS = 20
PROGRAMS_A_PERSON = 100
BOTH_SCOPES: frozenset[Scope] = frozenset({"read", "write"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling, and with what rights: an account and one of its tokens."""

    person: PersonId
    token: TokenId
    role: AccountRole
    scopes: frozenset[Scope]
    session: bool  # signed in, rather than made by tokens.create
    language: Language


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh token: its secret is shown this once and nowhere kept."""

    person: Person
    secret: str
    token: Token


def hash_of(secret: str) -> bytes:
    """How a token or a code is stored: the secret is random and long, so a plain SHA-256 tells nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class People:
    """What an account may do with itself."""

    def __init__(
        self,
        store: PeopleStore,
        passwords: Passwords,
        rooms: Rooms,
        clock: Clock,
        names: Names,
        registration: Registration = "open",
        withheld: Collection[Withheld] = (),
        *,
        limits_rate: float = 1,
        admins_need_totp: bool = False,
    ) -> None:
        """``withheld``: what an account may not do whose address is not validated."""
        self._store = store
        self._passwords = passwords
        self._rooms = rooms
        self._clock = clock
        self._names = names
        self._registration = registration
        self._withheld = withheld
        self._limits_rate = limits_rate
        self._admins_need_totp = admins_need_totp
        self._principals: OrderedDict[bytes, Principal] = OrderedDict()
        self._ended: OrderedDict[TokenId, None] = OrderedDict()
        self._seen: dict[TokenId, int] = {}
        self._making = asyncio.Lock()  # so that two calls at once cannot both make the last token that is possible

    # --- who is calling

    def cached(self, secret: str) -> Principal | None:
        """The principal of a token met lately, without waiting; None where it has to be read."""
        return self._cached(hash_of(secret))

    def _cached(self, hash: bytes) -> Principal | None:
        principal = self._principals.get(hash)
        if principal is not None:
            self._principals.move_to_end(hash)
            self._seen[principal.token] = self._clock.now()
        return principal

    async def authenticate(self, secret: str) -> Principal:
        """The principal of a token. ``Unauthenticated`` where it is unknown or has ended, also during this read."""
        hash = hash_of(secret)
        principal = self._cached(hash)
        if principal is not None:
            return principal
        found = await self._store.token(hash)
        if found is None or not self.is_live(found[0].id):
            raise Unauthenticated("token")
        return self._remember(*found)

    def is_live(self, token: TokenId) -> bool:
        """Whether a token that was good once has not ended since; asked for each call of a live connection, and so a
        sign of its device."""
        if token in self._ended:
            return False
        self._seen[token] = self._clock.now()
        return True

    def _remember(self, token: Token, person: Person) -> Principal:
        principal = Principal(person.id, token.id, person.role, token.scopes, token.session, person.language)
        self._principals[token.hash] = principal
        if len(self._principals) > CACHED_PRINCIPALS:
            self._principals.popitem(last=False)
        self._seen[token.id] = self._clock.now()
        return principal

    async def keep_seen(self) -> None:
        """Store when tokens were last seen; called now and then, and before the end."""
        seen, self._seen = self._seen, {}
        try:
            if seen:
                await self._store.touch_tokens(seen)
        except DomainError:
            self._seen = seen | self._seen  # for the next time
            raise

    # --- coming in

    async def register(
        self,
        email: str,
        password: str,
        name: str,
        language: Language,
        device: str | None,
        invitation: Callable[[], Awaitable[str | None]] | None = None,
    ) -> SignedIn:
        """Make an account and sign it in.

        ``invitation`` checks the one that the caller holds, raises where it is no good, and tells the address that it
        was mailed to: the same one here is validated by that. Raises ``Forbidden`` where registration is not open to
        this caller, ``Conflict`` where the address is known.
        """
        if self._registration == "closed" or (self._registration == "invitation" and invitation is None):
            raise Forbidden(f"registration_{self._registration}")
        try:
            mailed_to = None if invitation is None else await invitation()
        except Gone:
            if await self._store.person_by_email(email) is None:
                raise
            raise Conflict("email") from None  # it may have made this very account, by a call whose answer was lost
        is_proved = mailed_to is not None and email_key(mailed_to) == email_key(email)
        person = await self._new_person(email, password, name, language, "user", email_verified=is_proved)
        return await self._new_session(person, device)

    async def come_too_late(self, person: PersonId) -> None:
        """The invitation of a new account was used or withdrawn since it was checked.

        Where nobody comes in without one, the account ends and this raises ``Gone``.
        """
        if self._registration == "invitation":
            await self.remove(person)
            raise Gone("invitation")

    async def create_admin(self, email: str, name: str, password: str, language: Language = "en") -> Person:
        """Make an account with the role admin, whatever the setting ``registration``."""
        return await self._new_person(email, password, name, language, "admin")

    async def _new_person(
        self,
        email: str,
        password: str,
        name: str,
        language: Language,
        role: AccountRole,
        *,
        email_verified: bool = False,
    ) -> Person:
        person = Person(
            id=PersonId(new_uuid()),
            name=name,
            email=email,
            password=await self._passwords.hash(password),
            language=language,
            theme="auto",
            role=role,
            created_at=self._clock.now(),
            email_verified=email_verified,
        )
        try:
            await self._store.add_person(person)
        except Conflict:
            raise Conflict("email") from None
        self._names.renamed(person.id, person.name)
        return person

    async def sign_in(
        self, email: str, password: str, device: str | None, code: str | None = None, browser: str | None = None
    ) -> SignedIn:
        """Sign a device in. A wrong password and an unknown address are ``WrongCredentials`` after the same time.

        ``code`` is of the second factor, where the account has one: ``TotpRequired`` without it, ``WrongCredentials``
        for a wrong one, ``TooManyRequests`` after too many wrong ones; but never for a ``browser`` known by its secret.
        """
        while True:
            person = await self._store.person_by_email(email)
            good = await self._passwords.verify(password, person.password if person else None)
            if person is None or not good:
                raise WrongCredentials
            if person.blocked:
                raise Forbidden("blocked")
            try:
                return await self._new_session(await self._past_factor(person, code, browser), device)
            except Conflict:
                continue  # the password was changed since it was checked: check against the new one

    async def _past_factor(self, person: Person, code: str | None, browser: str | None) -> Person:
        """The account once its second factor was proved, if it has one. A code is used up before it lets anyone in.

        Raises ``Conflict`` where the password was changed meanwhile.
        """
        credentials = person.credentials
        is_known = browser is not None and hash_of(browser) in person.devices
        rate = 0 if is_known else self._limits_rate
        while person.totp is not None and person.has_totp:
            if code is None:
                raise TotpRequired
            after, good = totp.tried(person.totp, code, self._clock.now(), rate)
            new = replace(person, totp=after, version=person.version + 1)
            try:
                await self._store.put_person(new, person.version)
            except Conflict:
                person = await self.me(person.id)
                if person.credentials != credentials:
                    raise
                continue  # changed otherwise, or this code was used, meanwhile: look once more
            if not good:
                raise WrongCredentials(totp.kind_of(code))
            return new
        return person

    async def _new_session(self, person: Person, device: str | None) -> SignedIn:
        token, secret = self._new_token(person, device or "", BOTH_SCOPES, session=True)
        await self._store.add_token(token)
        if self.is_live(token.id):  # a change of password may have ended it before this step
            self._remember(token, person)
        return SignedIn(person, secret, token)

    def _new_token(self, person: Person, name: str, scopes: frozenset[Scope], *, session: bool) -> tuple[Token, str]:
        secret, now = new_secret(), self._clock.now()
        token = Token(
            id=TokenId(new_secret(16)),
            hash=hash_of(secret),
            person=person.id,
            name=name,
            scopes=scopes,
            session=session,
            created_at=now,
            last_seen=now,
            credentials=person.credentials,
        )
        return token, secret

    # --- browsers that signed in before

    async def knows(self, email: str, browser: str) -> bool:
        """Whether a browser with this secret signed in to this account before."""
        person = await self._store.person_by_email(email)
        return person is not None and hash_of(browser) in person.devices

    async def met(self, person: Person, browser: str) -> None:
        """Know this browser again: what holds up strangers who guess does not hold up it."""
        hash = hash_of(browser)
        while person.devices[-1:] != (hash,):
            devices = (*(device for device in person.devices if device != hash), hash)[-KNOWN_BROWSERS:]
            try:
                await self._store.put_person(
                    replace(person, devices=devices, version=person.version + 1), person.version
                )
                return
            except Conflict:
                person = await self.me(person.id)

    # --- the account itself

    async def me(self, person: PersonId) -> Person:
        """The account of a principal."""
        account = await self._store.person(person)
        if account is None:
            raise Unauthenticated("token")
        return account

    async def require_verified(self, person: PersonId, what: Withheld) -> None:
        """Raises ``Forbidden`` where this is withheld until the address is validated, and this account's is not."""
        if what in self._withheld and not (await self.me(person)).email_verified:
            raise Forbidden("unverified")

    async def update(
        self, person: PersonId, name: str | None, language: Language | None, theme: Theme | None
    ) -> Person:
        """Change what is given, keep the rest."""
        while True:
            old = await self.me(person)
            new = replace(
                old,
                name=name if name is not None else old.name,
                language=language or old.language,
                theme=theme or old.theme,
                version=old.version + 1,
            )
            try:
                await self._store.put_person(new, old.version)
            except Conflict:
                continue  # changed from another device meanwhile: once more, on top of that
            self._names.renamed(person, new.name)
            self.changed(new)
            return new

    def changed(self, person: Person) -> None:
        """Have what is known here of those who call agree with an account that was stored anew."""
        for hash, principal in self._principals.items():
            if principal.person == person.id:
                self._principals[hash] = replace(principal, language=person.language)

    async def require_factor(self, admin: PersonId) -> None:
        """Raises ``Forbidden`` where the role needs a second factor and this admin has none now: a command may have
        taken it away beside this process."""
        if self._admins_need_totp and not (await self.me(admin)).has_totp:
            raise Forbidden("admin_totp")

    async def change_password(self, principal: Principal, password: str, new_password: str) -> Person:
        """Change it and end all other tokens of the account. ``WrongCredentials`` where ``password`` is not it."""
        while True:
            old = await self.me(principal.person)
            if not await self._passwords.verify(password, old.password):
                raise WrongCredentials("password")
            new = replace(
                old,
                password=await self._passwords.hash(new_password),
                credentials=old.credentials + 1,
                version=old.version + 1,
            )
            try:
                await self._put_credentials(new, old.version, "password_changed", keep=principal.token)
            except Conflict:
                continue
            return new

    async def reset_password(self, account: Person, password: str) -> Person:
        """Set the password for who has proved to read the account's mail, and end all its tokens.

        A change of address that waits is given up: it may be what its owner is getting rid of. Where the address was
        never validated, so are the second factor and the known browsers: whoever set those up never proved that the
        address is theirs. Raises ``Conflict`` where the account was changed since it was read.
        """
        of_nobody = not account.email_verified
        new = replace(
            account,
            totp=None if of_nobody else account.totp,
            devices=() if of_nobody else account.devices,
            password=await self._passwords.hash(password),
            email_verified=True,
            new_email=None,
            credentials=account.credentials + 1,
            version=account.version + 1,
        )
        await self._put_credentials(new, account.version, "password_changed")
        return new

    # --- its tokens

    async def sign_out(self, principal: Principal) -> None:
        """End the token that calls."""
        if not await self._remove(principal.person, [principal.token], "signed_out"):
            self._end([principal.token], "signed_out")

    async def tokens(self, person: PersonId) -> Sequence[Token]:
        """All tokens of the account, the oldest first, as lately seen as this process knows."""
        tokens = await self._store.tokens_of(person)
        return [replace(token, last_seen=max(token.last_seen, self._seen.get(token.id, 0))) for token in tokens]

    async def create_token(self, person: PersonId, name: str, scopes: frozenset[Scope]) -> tuple[Token, str]:
        """A token for a program, and its secret, shown this once. ``Conflict`` where the account has too many."""
        async with self._making:
            if sum(not token.session for token in await self._store.tokens_of(person)) >= PROGRAMS_A_PERSON:
                raise Conflict("too_many_tokens")
            while True:
                token, secret = self._new_token(await self.me(person), name, scopes, session=False)
                try:
                    await self._store.add_token(token)
                except Conflict:
                    continue
                return token, secret

    async def revoke(self, person: PersonId, token: TokenId) -> None:
        """End one token of the account. Raises ``NotFound`` where it has no such token."""
        if not await self._remove(person, [token], "revoked"):
            raise NotFound("token")

    async def revoke_others(self, principal: Principal) -> None:
        """End all tokens of the account but the one that calls."""
        others = [token.id for token in await self._store.tokens_of(principal.person) if token.id != principal.token]
        await self._remove(principal.person, others, "revoked")

    async def _remove(self, person: PersonId, tokens: Collection[TokenId], reason: str) -> Sequence[TokenId]:
        """End those of the tokens that are this account's. Where nobody can say whether the store did, whoever has one
        is out all the same: that was the wish, and asking again makes it so."""
        try:
            ended = await self._store.remove_tokens(person, tokens)
        except OutcomeUnknown:
            self._end(self._met(person).intersection(tokens), reason)
            raise
        self._end(ended, reason)
        return ended

    async def _put_credentials(self, new: Person, expected: int, reason: str, keep: TokenId | None = None) -> None:
        """Store an account that signs in otherwise than before, and end its tokens but one; in doubt as ``_remove``."""
        try:
            ended = await self._store.put_credentials(new, expected, keep)
        except OutcomeUnknown:
            self._end(self._met(new.id) - {keep}, reason)
            raise
        self._end(ended, reason)

    def _met(self, person: PersonId) -> set[TokenId]:
        """The account's tokens that act in this process."""
        return {principal.token for principal in self._principals.values() if principal.person == person}

    # --- its end, and what an admin does

    async def remove(self, person: PersonId) -> None:
        """End the account with all its tokens; nothing where it has ended."""
        while (old := await self._store.person(person)) is not None:
            try:
                ended = await self._store.remove_person(person, old.version)
            except Conflict:
                continue
            except OutcomeUnknown:
                self._end(self._met(person), "deleted")
                raise
            self._end(ended, "deleted")
        self._names.forgotten(person)

    async def page(self, after: PersonId | None, limit: int) -> Sequence[tuple[Person, int | None]]:
        """Accounts in the order of their ids, with when they were last seen."""
        people = await self._store.page_of_people(after, limit)
        return [
            (person, max((token.last_seen for token in await self.tokens(person.id)), default=None))
            for person in people
        ]

    async def block(self, admin: PersonId, person: PersonId, blocked: bool) -> None:
        """Keep an account from signing in, and end all its tokens; or let it again.

        Raises ``NotFound``, and ``Conflict`` where an admin means their own.
        """
        if admin == person:
            raise Conflict("own_account")
        while True:
            old = await self._store.person(person)
            if old is None:
                raise NotFound("person")
            if old.blocked == blocked:
                return
            new = replace(old, blocked=blocked, version=old.version + 1, credentials=old.credentials + 1)
            try:
                await self._put_credentials(new, old.version, "blocked")
            except Conflict:
                continue
            return

    def _end(self, tokens: Iterable[TokenId], reason: str) -> None:
        """Make the end of tokens felt: from this step on their calls are refused and their connections close."""
        ended = set(tokens)
        for hash in [hash for hash, principal in self._principals.items() if principal.token in ended]:
            del self._principals[hash]
        for token in ended:
            self._ended[token] = None
            self._seen.pop(token, None)
            if len(self._ended) > REMEMBERED_ENDS:
                self._ended.popitem(last=False)
        self._rooms.sign_out(ended, reason)
