"""The headers of every answer that keep browsers from doing what we never ask of them."""

import re
from collections.abc import Mapping

from tornado.web import RequestHandler

from shoplist_appliance.config import Settings
from shoplist_appliance.web.requests import is_https

# For what is no page: nothing in it is ever run, framed, or kept by a cache.
API_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with it browsers send `Origin: null` with forms, and our own pages would look foreign.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

# Two years, as lists of such sites ask for; for this host alone: others of the domain are not ours to speak for.
HTTPS_HEADERS: Mapping[str, str] = {**API_HEADERS, "Strict-Transport-Security": "max-age=63072000"}


def answer_headers(handler: RequestHandler) -> Mapping[str, str]:
    """Those of any answer; over https also the one that keeps browsers there. Plain http in a LAN stays possible."""
    settings: Settings = handler.settings["shoplist"]
    is_secure = is_https(handler.request, settings.proxies, settings.url)
    return HTTPS_HEADERS if is_secure else API_HEADERS


# Of a page whose address holds a secret: no other server is to learn it, and no search engine to keep it.
SECRET_PAGE_HEADERS: Mapping[str, str] = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}

_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")

# The mini-app pages of ``tgpages/``, as the path is sent: what needs decoding to look like one is none of them.
_TELEGRAM_PAGE = re.compile(r"/tg(/[A-Za-z0-9_-]+)*/?")
_TELEGRAM = "https://web.telegram.org https://*.telegram.org"


def page_headers(host: str, path: str) -> Mapping[str, str]:
    """Those of the page of this path, asked for under this ``Host``: scripts and styles of ours only, nothing inline.

    Only Telegram may show a page in a frame of its own, and only those made for it.
    """
    is_telegrams = _TELEGRAM_PAGE.fullmatch(path) is not None
    ancestors = _TELEGRAM if is_telegrams else "'none'"
    # Safari before 15.4 does not count WebSockets in 'self'.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            f"connect-src 'self'{sockets}; manifest-src 'self'; worker-src 'self'; "
            f"form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        # It knows no origins; where it is absent, `frame-ancestors` alone decides.
        **({} if is_telegrams else {"X-Frame-Options": "DENY"}),
        "Cache-Control": "no-cache",
    }
