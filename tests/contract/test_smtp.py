"""A mail server as it is met: with TLS and log-in, with refusals of each kind, going away in the middle."""

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.certificates import Certificate, make_certificate
from shoplist_appliance.adapters import smtp
from shoplist_appliance.adapters.letters import Letters
from shoplist_appliance.adapters.smtp import Smtp
from shoplist_appliance.config import CannotStart
from shoplist_appliance.ports import MailAway, MailDeferred, MailRefused
from tests.clients.mail_server import MailServer, Tls
from tests.contract.test_letters import LINK, a_letter

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")

LOGIN = ("lists@example.org", "пароль with blanks")
DORA = "dora@example.test"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
def context(certificate: Certificate) -> ssl.SSLContext:
    """The server's side."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificate.arguments())
    return made


def a_postman(server: MailServer, tls: Tls | None = None, host: str = "127.0.0.1", **more: Any) -> Smtp:
    return Smtp(Letters("", "shoplist@example.org"), host, server.port, tls or server.tls, **more)


@pytest.mark.parametrize("tls", ["tls", "starttls", "none"])
@pytest.mark.parametrize("login", [LOGIN, None])
async def test_a_mail_arrives_whole(
    tls: Tls, login: tuple[str, str] | None, certificate: Certificate, context: ssl.SSLContext
) -> None:
    async with MailServer(tls, context, login) as server:
        postman = a_postman(server, ca=certificate.certificate, login=login)
        for number in range(3):
            await postman.deliver(replace(a_letter(language="ru"), id=f"{number}" * 32))
        await postman.rest()
        assert (server.connections, len(server.received)) == (1, 3)
        received = server.received[0]
        assert (received.sender, received.to) == ("shoplist@example.org", DORA)
        assert (received.over_tls, received.login) == (tls != "none", login and login[0])
        assert received.message["Subject"] == "Ann приглашает вас в список «Groceries»"
        plain, html = [part.get_content() for part in received.message.iter_parts()]
        assert LINK in plain.splitlines()
        assert f'href="{LINK}"' in html
        assert [one.message["Message-ID"] for one in server.received] == [f"<{n * 32}@example.org>" for n in "012"]
        await postman.deliver(a_letter())
        assert server.connections == 2
        await postman.rest()


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_a_certificate_that_nobody_vouches_for_gets_no_mail_and_no_password(
    tls: Tls, context: ssl.SSLContext, tmp_path: Path
) -> None:
    other = make_certificate(tmp_path)
    async with MailServer(tls, context, LOGIN) as server:
        for postman in (
            a_postman(server, login=LOGIN),
            a_postman(server, login=LOGIN, ca=other.certificate),
        ):
            with pytest.raises(MailAway, match="not trusted") as caught:
                await postman.deliver(a_letter())
            assert caught.value.retry_after == smtp.BY_HAND_SECONDS
        assert (server.log_ins, server.received) == (0, [])


async def test_a_name_that_is_not_the_certificates_is_not_trusted(tmp_path: Path) -> None:
    made = make_certificate(tmp_path, "elsewhere.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*made.arguments())
    async with MailServer("tls", context) as server:
        with pytest.raises(MailAway, match="not trusted"):
            await a_postman(server, ca=made.certificate, host="localhost").deliver(a_letter())


async def test_without_starttls_nothing_is_said_in_the_clear() -> None:
    async with MailServer(login=LOGIN) as server:
        with pytest.raises(MailAway, match="offers no STARTTLS") as caught:
            await a_postman(server, "starttls", login=LOGIN).deliver(a_letter())
        assert caught.value.retry_after == smtp.BY_HAND_SECONDS
        assert (server.log_ins, server.received) == (0, [])


async def test_tls_where_none_is_spoken_is_told(context: ssl.SSLContext) -> None:
    async with MailServer() as server:
        with pytest.raises(MailAway):
            await a_postman(server, "tls").deliver(a_letter())


async def test_a_wrong_password_waits_for_somebody_to_set_it_right() -> None:
    async with MailServer(login=LOGIN) as server:
        with pytest.raises(MailAway, match="refuses the log-in: 535") as caught:
            await a_postman(server, login=(LOGIN[0], "wrong")).deliver(a_letter())
        assert caught.value.retry_after == smtp.BY_HAND_SECONDS
        assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("where", "answer", "expected"),
    [
        (DORA, "550 5.1.1 dora@example.test is unknown here", MailRefused("550", is_ours=False)),
        (DORA, "450 4.2.0 dora@example.test is greylisted", MailDeferred("450")),
        (DORA, "421 closing", MailAway("the mail server takes nothing now: 421", at_letter=True)),
        ("DATA", "554 this smells of spam", MailRefused("554", is_ours=True)),
        ("DATA", "452 no room", MailDeferred("452")),
        ("MAIL", "550 who are you", MailAway("the mail server takes no mails from smtp.from: 550", 600.0)),
        ("MAIL", "451 later", MailAway("the mail server takes nothing now: 451")),
    ],
)
async def test_a_refusal_says_what_it_is_for_in_words_of_our_own(where: str, answer: str, expected: Exception) -> None:
    async with MailServer() as server:
        postman = a_postman(server)
        server.answers[where] = answer
        with pytest.raises(type(expected)) as caught:
            await postman.deliver(a_letter())
        assert (str(caught.value), vars(caught.value)) == (str(expected), vars(expected))
        server.answers.clear()
        await postman.deliver(a_letter())
        assert [one.to for one in server.received] == [DORA]
        await postman.rest()


async def test_a_server_that_is_away_and_comes_back() -> None:
    server = MailServer()
    postman = a_postman(server)
    with pytest.raises(MailAway, match="cannot be reached"):
        await postman.deliver(a_letter())
    async with server:
        await postman.deliver(a_letter())
        await server.stop()
        with pytest.raises(MailAway):
            await postman.deliver(a_letter())
        await server.start()
        await postman.deliver(a_letter())
        await postman.rest()
        assert len(server.received) == 2


async def test_a_server_that_says_nothing_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "CONNECT_SECONDS", 2.0)
    monkeypatch.setattr(smtp, "COMMAND_SECONDS", 2.0)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = MailServer()
    async with await asyncio.start_server(silent, "127.0.0.1", server.port):
        with pytest.raises(MailAway, match="does not answer"):
            await a_postman(server).deliver(a_letter())
    async with server:
        server.keep_silent = True
        with pytest.raises(MailAway, match="does not answer"):
            await a_postman(server).deliver(a_letter())


@pytest.mark.parametrize(
    ("to", "utf8"), [("дора@пример.рф", True), ("дора@пример.рф", False), ("dora@пример.рф", False)]
)
async def test_an_address_in_another_script(to: str, utf8: bool) -> None:
    async with MailServer(utf8=utf8) as server:
        postman = a_postman(server)
        if to.startswith("д") and not utf8:
            with pytest.raises(MailRefused) as caught:
                await postman.deliver(a_letter(to=to))
            assert not caught.value.is_ours
        else:
            await postman.deliver(a_letter(to=to))
            assert server.received[0].to == to.partition("@")[0] + "@xn--e1afmkfd.xn--p1ai"
        await postman.deliver(a_letter())
        assert server.received[-1].to == DORA
        await postman.rest()


def test_a_file_that_is_no_certificate_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(CannotStart, match=r"smtp\.ca"):
        Smtp(Letters("", "shoplist@example.org"), "127.0.0.1", None, "tls", tmp_path / "ca.pem")
