"""Who calls: the token that a request carries, and whether one that came in a cookie came from our own page."""

import re
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

from shoplist_appliance.domain.errors import BadOrigin, Unauthenticated
from shoplist_appliance.usecases.people import People, Principal

COOKIE = "shoplist"
# By which a browser is known again after its session has ended; it lets nobody in.
BROWSER_COOKIE = "shoplist_device"
# Browsers cut it to 400 days; every start of a page renews it.
COOKIE_SECONDS = 400 * 24 * 3600
# Ours have 43 characters. What is longer is no token, and not worth hashing.
LONGEST_TOKEN = 200
_SECRET = re.compile("[A-Za-z0-9_-]{43}")


def bearer(request: HTTPServerRequest) -> str | None:
    """The token of the header ``Authorization``; None where there is none, or it is for another scheme."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def cookie_token(request: HTTPServerRequest) -> str | None:
    """The token of our cookie."""
    if "Cookie" not in request.headers:
        return None
    morsel = request.cookies.get(COOKIE)
    return morsel.value if morsel is not None and morsel.value else None


def browser_of(request: HTTPServerRequest) -> str | None:
    """The secret by which the browser is known again; None where it shows none that could be one of ours."""
    if "Cookie" not in request.headers:
        return None
    morsel = request.cookies.get(BROWSER_COOKIE)
    return morsel.value if morsel is not None and _SECRET.fullmatch(morsel.value) else None


async def authenticate(request: HTTPServerRequest, people: People, url: str | None) -> Principal:
    """Who calls. Raises ``Unauthenticated``, or ``BadOrigin`` for a cookie sent on behalf of a foreign page."""
    token = bearer(request)
    if token is None:
        token = cookie_token(request)
        if token is None:
            raise Unauthenticated
        if not is_own_page(request, url):
            raise BadOrigin
    if len(token) > LONGEST_TOKEN:
        raise Unauthenticated("token")
    return people.cached(token) or await people.authenticate(token)


def is_own_page(request: HTTPServerRequest, url: str | None) -> bool:
    """Whether a page of ours made the browser send this POST; one that says nothing about it is not ours."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and is_own_origin(origin, request.host, url)


def handshake_allowed(request: HTTPServerRequest, url: str | None) -> bool:
    """Whether a socket may be opened: not from a foreign page, whatever it carries; who names no page is no browser."""
    origin = request.headers.get("Origin")
    if origin is not None and not is_own_origin(origin, request.host, url):
        return False
    return request.headers.get("Sec-Fetch-Site") not in ("cross-site", "same-site")


def is_own_origin(origin: str, host: str, url: str | None) -> bool:
    """Whether an ``Origin`` is the host that was asked for, or the setting ``url``.

    The scheme of the first is not compared: behind a proxy that ends TLS we see http where the browser sees https.
    """
    origin = origin.lower()
    if origin == url:
        return True
    try:
        parts = urlsplit(origin)
        asked = urlsplit(f"{parts.scheme}://{host.lower()}")
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        return (
            usual is not None
            and parts.hostname is not None
            and (parts.hostname, parts.port or usual) == (asked.hostname, asked.port or usual)
        )
    except ValueError:
        return False
