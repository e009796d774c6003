"""Where a request comes from, whether it is https, in which language it asks, and from which page."""

import pytest
from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPServerRequest, RequestStartLine

from shoplist_appliance.web import auth, requests


class Peer(HTTPConnection):
    """What Tornado knows of the other side."""

    def __init__(self, address: str, protocol: str = "http") -> None:
        self.context = self
        self.remote_ip = address
        self.protocol = protocol


def request(peer: str = "192.0.2.9", protocol: str = "http", **headers: str) -> HTTPServerRequest:
    given = {"Host": "shop.example:8080"} | {name.replace("_", "-"): value for name, value in headers.items()}
    start = RequestStartLine("POST", "/api/lists.get", "HTTP/1.1")
    return HTTPServerRequest(connection=Peer(peer, protocol), start_line=start, headers=HTTPHeaders(given))


PROXIES = ("127.0.0.1", "10.0.0.2")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.9", "203.0.113.1", "192.0.2.9"),  # nobody we believe
        ("127.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("::ffff:127.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.1", "203.0.113.1"),  # the first was made up by the client
        ("127.0.0.1", "6.6.6.6, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
        ("127.0.0.1", "10.0.0.2", "10.0.0.2"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.1, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "203.0.113.1:5678", "203.0.113.1"),
        ("127.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("127.0.0.1", "[2001:DB8:0::1]", "2001:db8::1"),
        ("127.0.0.1", "[::ffff:203.0.113.1]:1", "203.0.113.1"),
        ("127.0.0.1", "6.6.6.6:1, 203.0.113.1:2, 10.0.0.2:3", "203.0.113.1"),
        ("127.0.0.1", "203.0.113.1, [10.0.0.2]:80", "203.0.113.1"),
        ("127.0.0.1", "fe80::1%eth0", "fe80::1"),
        ("127.0.0.1", "fe80::1%anything <at> all", "fe80::1"),
        *(
            ("127.0.0.1", f"203.0.113.1, {garbage}", "127.0.0.1")
            for garbage in (
                *("unknown", "_hidden", "203.0.113.1:", "203.0.113.1:x", "203.0.113.1:123456", "203.0.113.999:80"),
                *("[2001:db8::1", "2001:db8::1]:443", "[2001:db8::1]443", "[]:80", "[]", ":80", "%eth0", "1.2.3", "0"),
                *("٢٠٣.0.113.1", "203.0.113.1:٨٠", "2001:db8::1:443:1:2:3:4:5", "[1.2.3.4]]:1", "," * 1000),
            )
        ),
    ],
)
def test_a_forwarded_address_counts_as_far_as_our_proxies_wrote_it(peer: str, forwarded: str, address: str) -> None:
    assert requests.client_address(request(peer, X_Forwarded_For=forwarded), PROXIES) == address


def test_without_the_setting_nothing_forwarded_counts() -> None:
    told = request("127.0.0.1", X_Forwarded_For="203.0.113.1", X_Forwarded_Proto="https")
    assert requests.client_address(told, ()) == "127.0.0.1"
    assert not requests.is_https(told, (), None)


def test_https_is_ours_or_the_proxys_or_the_settings_word() -> None:
    assert requests.is_https(request(protocol="https"), (), None)
    assert requests.is_https(request("127.0.0.1", X_Forwarded_Proto="http, https"), PROXIES, None)
    assert not requests.is_https(request("127.0.0.1", X_Forwarded_Proto="https, http"), PROXIES, None)
    assert not requests.is_https(request("192.0.2.9", X_Forwarded_Proto="https"), PROXIES, None)
    assert requests.is_https(request(), (), "https://shop.example:8080")
    assert not requests.is_https(request(), (), "https://other.example")
    assert not requests.is_https(request(), (), "http://shop.example:8080")


def test_the_language_is_the_headers_then_the_accounts_then_english() -> None:
    assert requests.language_of(request(Accept_Language="ru"), "en") == "ru"
    assert requests.language_of(request(Accept_Language="de"), "ru") == "ru"
    assert requests.language_of(request(), "ru") == "ru"
    assert requests.language_of(request(Accept_Language="de")) == "en"


def test_request_ids_differ() -> None:
    assert len({requests.new_request_id() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"Sec_Fetch_Site": "same-origin"}, True),
        ({"Sec_Fetch_Site": "same-site", "Origin": "http://shop.example:8080"}, False),
        ({"Sec_Fetch_Site": "cross-site"}, False),
        ({"Sec_Fetch_Site": "none"}, False),
        ({"Origin": "http://shop.example:8080"}, True),
        ({"Origin": "https://shop.example:8080"}, True),  # behind a proxy that ends TLS
        ({"Origin": "HTTP://SHOP.example:8080"}, True),
        ({"Origin": "http://shop.example"}, False),
        ({"Origin": "http://shop.example:8081"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://shop.example:8080.evil.example"}, False),
        ({"Origin": "https://url.example"}, True),
        ({"Origin": "http://url.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "http://["}, False),
        ({"Origin": "http://shop.example:99999"}, False),
        ({"Origin": "file://shop.example:8080"}, False),
        ({}, False),
    ],
)
def test_a_cookie_counts_for_our_own_pages_only(headers: dict[str, str], ours: bool) -> None:
    assert auth.is_own_page(request(**headers), "https://url.example") is ours


def test_the_usual_port_may_be_left_out() -> None:
    assert auth.is_own_origin("http://shop.example", "shop.example:80", None)
    assert auth.is_own_origin("https://shop.example:443", "shop.example", None)
    assert auth.is_own_origin("http://[::1]:8080", "[::1]:8080", None)


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Origin": "http://shop.example:8080"}, True),
        ({"Origin": "https://url.example"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://evil.example", "Sec_Fetch_Site": "same-origin"}, False),
        ({"Sec_Fetch_Site": "cross-site"}, False),
        ({"Sec_Fetch_Site": "same-origin"}, True),
    ],
)
def test_a_socket_is_opened_for_no_foreign_page(headers: dict[str, str], allowed: bool) -> None:
    assert auth.handshake_allowed(request(**headers), "https://url.example") is allowed


def test_the_token_is_the_bearers_and_the_cookies_only_for_us() -> None:
    assert auth.bearer(request(Authorization="Bearer abc")) == "abc"
    assert auth.bearer(request(Authorization="bearer abc")) == "abc"
    assert auth.bearer(request(Authorization="Basic abc")) is None
    assert auth.bearer(request(Authorization="Bearer")) == ""
    assert auth.bearer(request()) is None
    assert auth.cookie_token(request(Cookie="a=b; shoplist=abc; c=d")) == "abc"
    assert auth.cookie_token(request(Cookie="shoplists=abc")) is None
    assert auth.cookie_token(request(Cookie="shoplist=")) is None
    assert auth.cookie_token(request()) is None
