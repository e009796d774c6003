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


def page_headers(host: str) -> Mapping[str, str]:
    """Those of a page that was asked for under this ``Host``: scripts and styles of ours only, nothing inline."""
    # Safari before 15.4 does not count WebSockets in 'self'.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            f"connect-src 'self'{sockets}; manifest-src 'self'; worker-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-cache",
    }
