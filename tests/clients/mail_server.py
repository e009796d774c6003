"""A real mail server (aiosmtpd) in the test's own loop, which may be away, full, or of another opinion."""

import asyncio
import email
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.clients.servers import free_port

Tls = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Received:
    """One mail, with the envelope that it came in."""

    sender: str
    to: str
    message: EmailMessage
    raw: bytes
    over_tls: bool
    login: str | None


class MailServer:
    """``answers`` are replies other than 250: by mailbox, at RCPT; for ``MAIL`` and for ``DATA``.

    ``drops`` are mailboxes whose mails it cannot bear: it ends the connection in the middle.
    """

    def __init__(
        self,
        tls: Tls = "none",
        context: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        utf8: bool = True,
    ) -> None:
        self.port = free_port()
        self.tls = tls
        self.context = context
        self.login = login
        self.utf8 = utf8
        self.received: list[Received] = []
        self.answers: dict[str, str] = {}
        self.drops: set[str] = set()
        self.connections = 0
        self.log_ins = 0
        self.keep_silent = False
        self._server: asyncio.Server | None = None
        self._open: list[SMTP] = []

    @property
    def settings(self) -> dict[str, str]:
        """For a ``Process``."""
        return {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.port), "SMTP_TLS": self.tls}

    async def start(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(
            self._connection, "127.0.0.1", self.port, ssl=self.context if self.tls == "tls" else None
        )
        return self

    async def stop(self) -> None:
        """Be away: refuse who comes, and leave who is there."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in self._open:
            if isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()
        self._open.clear()
        await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _connection(self) -> SMTP:
        self.connections += 1
        connection = SMTP(
            self,
            hostname="mail.test",
            enable_SMTPUTF8=self.utf8,
            tls_context=self.context if self.tls == "starttls" else None,
            require_starttls=self.tls == "starttls",
            auth_required=self.login is not None,
            auth_require_tls=False,
            authenticator=self._authenticate,
            loop=asyncio.get_running_loop(),
        )
        self._open.append(connection)
        return connection

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        self.log_ins += 1
        assert isinstance(given, LoginPassword)
        told = (given.login.decode(), given.password.decode())
        return AuthResult(success=told == self.login, handled=False, auth_data=told[0])

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.answers.get("MAIL"):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if answer := self.answers.get("DATA"):
            return answer
        if self.drops.intersection(envelope.rcpt_tos):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "421 never read"
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        (to,) = envelope.rcpt_tos
        over_tls = server.transport is not None and server.transport.get_extra_info("ssl_object") is not None
        login = session.auth_data if isinstance(session.auth_data, str) else None
        self.received.append(Received(envelope.mail_from or "", to, message, envelope.content, over_tls, login))
        if self.keep_silent:
            await asyncio.sleep(3600)
        return "250 OK"
