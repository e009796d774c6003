"""The second factor itself: codes of an authenticator (RFC 6238) and recovery codes, and what each try leaves behind.

Nothing here is stored or waits: a try takes a factor and gives the one to keep in its place.
"""

import hashlib
import hmac
import math
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace

from shoplist_appliance.domain.errors import TooManyRequests
from shoplist_appliance.domain.people import Totp

ISSUER = "Shoplist"
DIGITS = 6
STEP_MS = 30_000
DRIFT_STEPS = 1
RECOVERY_CODES = 10
LONGEST_LABEL = 64  # of the account's address: the QR code takes no more than some 2,000 bytes in all

# Wrong codes in a row that cost nothing, and how long each one beyond holds up the next. Who gets that far knows the
# password. From then on guessing takes years: at one try in a quarter of an hour, with three codes of a million good.
FREE_TRIES = 10
FIRST_WAIT_MS = 30_000
LONGEST_WAIT_MS = 900_000

# Crockford's base 32: no letters that look like others; 60 bits in a code.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_GROUPS = 3
_MISREAD = str.maketrans("ilo", "110")


def begun() -> Totp:
    """A new factor, not confirmed."""
    import pyotp  # only who has a second factor needs it

    return Totp(secret=pyotp.random_base32(), recovery_key=secrets.token_bytes(32))


def uri(totp: Totp, email: str) -> str:
    """The address ``otpauth://…`` that an authenticator reads from the QR code."""
    import pyotp

    return pyotp.TOTP(totp.secret).provisioning_uri(name=email[:LONGEST_LABEL], issuer_name=ISSUER)


def confirmed(totp: Totp, code: str, now: int) -> tuple[Totp, Sequence[str]] | None:
    """The factor as it counts from now on, with its recovery codes; None where the code is not the authenticator's."""
    step = _step(totp, _typed(code), now)
    if step is None:
        return None
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    recovery = tuple(_hash(totp, _typed(code)) for code in codes)
    return replace(totp, confirmed=True, last_step=step, recovery=recovery), codes


def tried(totp: Totp, code: str, now: int, rate: float) -> tuple[Totp, bool]:
    """The factor after a try with this code, and whether it was good; each time step and recovery code is so once.

    Raises ``TooManyRequests`` where too many were wrong: only a recovery code is looked at then, which nobody guesses.
    ``rate``: the setting ``limits.rate``.
    """
    typed = _typed(code)
    if _is_of_app(typed):
        wait = _wait(totp, now, rate)
        if wait > 0:
            raise TooManyRequests("totp", retry_after=math.ceil(wait / 1000))
        step = _step(totp, typed, now)
        if step is not None:
            return replace(totp, last_step=step, failures=0), True
    else:
        used = _hash(totp, typed)
        if _has(totp.recovery, used):
            left = tuple(hash for hash in totp.recovery if hash != used)
            return replace(totp, recovery=left, failures=0), True
    return replace(totp, failures=totp.failures + 1, failed_at=now), False


def _wait(totp: Totp, now: int, rate: float) -> float:
    """In ms; none where the setting turns limits off."""
    beyond = totp.failures - FREE_TRIES * rate
    if not rate or beyond < 0:
        return 0
    wait = min(FIRST_WAIT_MS * 2 ** min(beyond, 20), LONGEST_WAIT_MS) / rate
    # A clock that was set back holds nobody up for longer than that.
    return min(totp.failed_at + wait - now, wait)


def _step(totp: Totp, typed: str, now: int) -> int | None:
    """The time step whose code this is, if it is near and later than any that was used."""
    if not _is_of_app(typed):
        return None
    import pyotp

    app, present = pyotp.TOTP(totp.secret), now // STEP_MS
    found = None
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if hmac.compare_digest(app.generate_otp(step), typed) and step > totp.last_step:
            found = step
    return found


def kind_of(code: str) -> str:
    """What somebody meant by it, as words for a wrong one call it: ``totp`` or ``recovery``."""
    return "totp" if _is_of_app(_typed(code)) else "recovery"


def _typed(code: str) -> str:
    """A code without what people put between its groups, and with what they misread put right."""
    return "".join(code.split()).replace("-", "").lower().translate(_MISREAD)


def _is_of_app(typed: str) -> bool:
    return len(typed) == DIGITS and typed.isascii() and typed.isdigit()


def _new_code() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(_GROUPS))


def _hash(totp: Totp, typed: str) -> bytes:
    return hmac.digest(totp.recovery_key, typed.encode("utf-8", "surrogatepass"), hashlib.sha256)


def _has(hashes: Iterable[bytes], wanted: bytes) -> bool:
    return any([hmac.compare_digest(hash, wanted) for hash in hashes])
