"""Mails handed over to a mail server, over TLS, by aiosmtplib."""

import asyncio
import contextlib
import ssl
from pathlib import Path
from typing import Final

import aiosmtplib

from shoplist_appliance.adapters.letters import Letters
from shoplist_appliance.config import CannotStart, MailTls
from shoplist_appliance.ports import Letter, MailAway, MailDeferred, MailRefused

CONNECT_SECONDS: Final = 20.0
COMMAND_SECONDS: Final = 60.0  # many servers look for spam before they answer
BY_HAND_SECONDS: Final = 600.0  # what somebody has to set right; asked more often, some lock us out
PORTS: Final = {"tls": 465, "starttls": 587, "none": 25}
CLOSING: Final = 421


class Smtp:
    """Obeys ``ports.Postman``: one connection, from the first letter until ``rest``."""

    def __init__(
        self,
        letters: Letters,
        host: str,
        port: int | None,
        tls: MailTls,
        ca: Path | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        """``login`` is name and password. Raises ``CannotStart`` where ``ca`` is no certificate."""
        self._letters = letters
        self._host = host
        self._port = port or PORTS[tls]
        self._tls = tls
        self._login = login
        self._context = None if tls == "none" else _context(ca)
        self._server: aiosmtplib.SMTP | None = None

    async def deliver(self, letter: Letter) -> None:
        message = await asyncio.to_thread(self._letters.write, letter)
        (to,) = message["To"].addresses
        server = await self._connected()
        try:
            await server.send_message(message, sender=self._letters.sender, recipients=[to.addr_spec])
        except BaseException as error:
            why = _why_not(error)
            if not isinstance(why, MailDeferred | MailRefused):
                self._drop()  # nobody knows what it has understood
            if why is error:
                raise
            raise why from error

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._server is not None and self._server.is_connected:
            return self._server
        self._drop()
        server = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._login[0] if self._login else None,
            password=self._login[1] if self._login else None,
            local_hostname=self._letters.sender.rpartition("@")[2],
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            tls_context=self._context,
            timeout=CONNECT_SECONDS,
        )
        try:
            await server.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _no_connection(error) from error
        server.timeout = COMMAND_SECONDS
        self._server = server
        return server

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def rest(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await server.quit(timeout=CONNECT_SECONDS)
            server.close()


def _context(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:  # SSLError among them
        raise CannotStart(f"smtp.ca: {str(ca)!r} is no file of certificates") from error


def _no_connection(error: Exception) -> MailAway:
    """Why, in words of our own: what a server says may hold a name or an address."""
    cause = next((one for one in _causes(error) if isinstance(one, ssl.SSLError)), None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return MailAway(f"the certificate of the mail server is not trusted: {cause.verify_message}", BY_HAND_SECONDS)
    if cause is not None:
        return MailAway("the mail server does not speak TLS here", BY_HAND_SECONDS)
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            is_lasting = error.code >= 500
            return MailAway(
                f"the mail server refuses the log-in: {error.code}", BY_HAND_SECONDS if is_lasting else None
            )
        case aiosmtplib.SMTPTimeoutError():
            return MailAway("the mail server does not answer")
        case aiosmtplib.SMTPResponseException():
            return MailAway(f"the mail server takes nothing now: {error.code}")
    if type(error) is aiosmtplib.SMTPException:  # of what it does not offer, there is no type of its own
        return MailAway("the mail server offers no STARTTLS or no log-in", BY_HAND_SECONDS)
    return MailAway("the mail server cannot be reached")


def _causes(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _why_not(error: BaseException) -> BaseException:
    """What this failure of a handing over means; what no server did stays what it is."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _refusal(error.recipients[0].code, is_ours=False)
        case aiosmtplib.SMTPDataError():
            return _refusal(error.code, is_ours=True)
        case aiosmtplib.SMTPSenderRefused() if error.code >= 500:
            return MailAway(f"the mail server takes no mails from smtp.from: {error.code}", BY_HAND_SECONDS)
        case aiosmtplib.SMTPSenderRefused():
            return MailAway(f"the mail server takes nothing now: {error.code}")
        case aiosmtplib.SMTPNotSupported():
            return MailRefused("the mail server takes addresses in ASCII only", is_ours=False)
        case aiosmtplib.SMTPTimeoutError():
            return MailAway("the mail server does not answer", at_letter=True)
        case aiosmtplib.SMTPException() | OSError():
            return MailAway("the mail server ended the connection", at_letter=True)
        case ValueError():
            return MailRefused("the address is none", is_ours=False)
    return error


def _refusal(code: int, *, is_ours: bool) -> Exception:
    if code == CLOSING:
        return MailAway(f"the mail server takes nothing now: {code}", at_letter=True)
    if code < 500:
        return MailDeferred(str(code))
    return MailRefused(str(code), is_ours=is_ours)
