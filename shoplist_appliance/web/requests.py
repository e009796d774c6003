"""What is true of a request before anyone asks who calls: its id, the address it came from, its language."""

import ipaddress
import itertools
import re
import secrets
from collections.abc import Collection
from functools import lru_cache

from tornado.httputil import HTTPServerRequest

from shoplist_appliance.domain.people import Language
from shoplist_appliance.web import words

_START = secrets.token_hex(4)
_NUMBERS = itertools.count(1)
LONGEST_AGENT = 500


def new_request_id() -> str:
    """An id by which an answer is found in the log: random for the process, then counted."""
    return f"{_START}-{next(_NUMBERS):x}"


def client_address(request: HTTPServerRequest, proxies: Collection[str]) -> str:
    """Where the request comes from. ``X-Forwarded-For`` counts only as far as the setting ``proxies`` wrote it.

    Each proxy appends the address it was called from, so the list is read from its end, up to the first address that
    is not a proxy of ours; what stands before that anyone may have made up. Some write a port behind it, which is left
    out; what is no address ends the reading.
    """
    address = _canonical(request.remote_ip or "")
    if not proxies or address not in proxies:
        return address
    for part in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        named = _canonical(_without_port(part.strip()))
        if not named:
            break
        address = named
        if address not in proxies:
            break
    return address


def _without_port(address: str) -> str:
    """``1.2.3.4:5678`` and ``[2001:db8::1]:443`` without brackets and port; all else as it is."""
    found = _WITH_PORT.fullmatch(address)
    return found[1] or found[2] if found else address


_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")


@lru_cache(maxsize=4096)
def _canonical(address: str) -> str:
    """As the setting ``proxies`` writes it; empty for what is no address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])  # behind it stands an interface, or whatever one likes
    except ValueError:
        return ""
    return str(getattr(ip, "ipv4_mapped", None) or ip)


def agent_of(request: HTTPServerRequest) -> str:
    """What the client says it is; no more of it than any browser says."""
    return request.headers.get("User-Agent", "")[:LONGEST_AGENT]


def is_https(request: HTTPServerRequest, proxies: Collection[str], url: str | None) -> bool:
    """Whether the browser's side of the connection is encrypted.

    By our own TLS, by a believed proxy's word, or because the setting ``url`` says so of the host that was asked for.
    """
    if request.protocol == "https":
        return True
    if proxies and _canonical(request.remote_ip or "") in proxies:
        proto = request.headers.get("X-Forwarded-Proto")
        if proto is not None:
            return proto.rpartition(",")[2].strip().lower() == "https"
    return url is not None and url == f"https://{request.host.lower()}"


def language_of(request: HTTPServerRequest, fallback: Language | None = None) -> Language:
    """The language to answer in: what ``Accept-Language`` asks for, then the account's, then English."""
    accept = request.headers.get("Accept-Language")
    return (_chosen(accept) if accept else None) or fallback or "en"


_chosen = lru_cache(maxsize=1024)(words.chosen)
