"""E-mail addresses: the one form of a mailbox by which all its spellings are known."""

import re
from collections.abc import Iterable
from unicodedata import normalize

from shoplist_appliance.domain.people import Person


def email_key(email: str) -> str:
    """The canonical form of an address, by which accounts, limits and invitations are found. Never raises.

    The domain is in A-labels of lower case, by ``ascii_domain``; one that cannot be registered is in NFKC, without
    regard to case. The local part is in NFC, not NFKC, which takes letters for one another that mail servers (RFC 6532)
    tell apart; and without regard to case by folding that keeps lengths, so that ``ß`` is not ``ss``.
    """
    user, at, domain = email.strip().rpartition("@")
    try:
        domain = ascii_domain(domain)
    except ValueError:
        domain = _folded(normalize("NFKC", domain))
    return f"{_folded(normalize('NFC', user))}{at}{domain}"


def ascii_domain(domain: str) -> str:
    """The domain as it is registered: IDNA 2008, after the mapping of UTS 46 (capitals, full-width letters, stops).

    Raises ``ValueError`` where it is none.
    """
    if not domain.isascii():
        import idna  # 10 ms of the start, for the few

        domain = idna.encode(domain, uts46=True, transitional=False).decode()
    domain = domain.lower()
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", domain):
        raise ValueError("this is no domain")
    return domain


def earlier_email_key(email: str) -> str:
    """The form before this one: an account that was stored by it may still be."""
    return email.strip().casefold()


def holder(people: Iterable[Person], email: str) -> Person | None:
    """Of accounts found by either form, the one whose address this is.

    Two that an earlier version took for different are each found in their own spelling.
    """
    found = [person for person in people if email_key(person.email) == email_key(email)]
    spelled_so = [person for person in found if earlier_email_key(person.email) == earlier_email_key(email)]
    return next(iter(spelled_so or found), None)


def _folded(text: str) -> str:
    return "".join(folded if len(folded := sign.casefold()) == 1 else sign.lower() for sign in text)
