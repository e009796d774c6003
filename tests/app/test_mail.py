"""Mail as a whole product sends it: to a mail server that comes and goes, or into a folder where there is none."""

import asyncio
import email
import os
import ssl
import time
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from bench.certificates import make_certificate
from tests.clients.http import Http
from tests.clients.mail_server import MailServer, Received, Tls
from tests.clients.making import PASSWORD
from tests.clients.person import Person
from tests.clients.process import Process, create_admin

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")

DAY = 24 * 3600


def invitations(process: Process) -> dict[Path, EmailMessage]:
    """The mails of the folder that are for guests, in their order."""
    found = {}
    for path in sorted((process.data / "mail").glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=default)
        if isinstance(message, EmailMessage) and message["To"].startswith("guest"):
            found[path] = message
    return found


async def written(process: Process, count: int) -> dict[Path, EmailMessage]:
    """Those, as soon as there are so many of them."""
    until = time.monotonic() + 60
    while len(found := invitations(process)) < count:
        assert time.monotonic() < until, f"{len(found)} mails, not {count}"
        await asyncio.sleep(0.05)
    return found


async def invite(ann: Person, *addresses: str) -> None:
    shopping_list = await ann.new_list()
    for address in addresses:
        await ann.call("members.invite", list=shopping_list, role="editor", email=address)


async def test_without_a_mail_server_mails_are_private_files_for_a_week(tmp_path: Path) -> None:
    with Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            ann = await Person.registered(http, "Anna")
            await invite(ann, *(f"guest{number}@example.test" for number in range(5)))
        found = await written(process, 5)
        paths, messages = list(found), list(found.values())
        assert [message["To"] for message in messages] == [f"guest{number}@example.test" for number in range(5)]
        assert f"{process.url}/join/" in messages[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert {path.stat().st_mode & 0o777 for path in [*paths, process.data / "mail"]} == {0o600, 0o700}
    for path in paths[:2]:
        os.utime(path, (time.time() - 8 * DAY,) * 2)
    with Process(tmp_path / "data", tmp_path / "log") as process:
        until = time.monotonic() + 60
        while [path for path in paths[:2] if path.exists()] and time.monotonic() < until:
            await asyncio.sleep(0.05)
        assert list(invitations(process)) == paths[2:], "and none is written twice"


async def test_a_mail_accepted_just_before_the_power_went_is_written_after_it_is_back(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "mail").write_text("in the way of the folder")
    process = Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0").start()
    async with Http(process.url) as http:
        await invite(await Person.registered(http, "Anna"), "guest@example.test")
    process.kill()
    (tmp_path / "data" / "mail").unlink()
    with Process(tmp_path / "data", tmp_path / "log") as process:
        (message,) = (await written(process, 1)).values()
        assert message["To"] == "guest@example.test"


async def arrived(server: MailServer, count: int, seconds: float = 60) -> list[str]:
    """To whom the mails are that the server has, as soon as there are so many."""
    until = time.monotonic() + seconds
    while len(found := to_guests(server)) < count:
        assert time.monotonic() < until, f"{len(found)} mails, not {count}"
        await asyncio.sleep(0.05)
    return [one.to for one in found]


def to_guests(server: MailServer) -> list[Received]:
    """What is not about somebody's own account."""
    return [one for one in server.received if one.to.startswith("guest")]


def guests(first: int, last: int) -> list[str]:
    return [f"guest{number:02}@example.test" for number in range(first, last)]


async def test_mails_wait_for_a_server_that_is_away_and_come_once_in_order(tmp_path: Path) -> None:
    server = MailServer()
    told: dict[str, Any] = {"LIMITS_RATE": "0", "UNVERIFIED": "", **server.settings}
    process = Process(tmp_path / "data", tmp_path / "log", **told).start()
    async with Http(process.url) as http:
        ann = await Person.registered(http, "Anna")
        await invite(ann, *guests(0, 4))
        await asyncio.sleep(0.5)
        process.kill()
    process.start()
    async with Http(process.url) as http:
        ann = await Person(http, ann.user, ann.token).again()
        await invite(ann, *guests(4, 8))
        async with server:
            assert await arrived(server, 8) == guests(0, 8)
            await server.stop()
            await invite(ann, *guests(8, 10))
            await asyncio.sleep(0.5)
            await server.start()
            assert await arrived(server, 10) == guests(0, 10)
            process.stop()
            process.start()
            await asyncio.sleep(1)
            assert len(to_guests(server)) == 10
            assert len({one.message["Message-ID"] for one in server.received}) == len(server.received)
    process.stop()
    assert not (tmp_path / "data" / "mail").exists()
    logged = process.logged()
    assert "guest" not in logged
    assert "Traceback" not in logged


async def test_what_still_waits_for_an_account_that_was_deleted_is_not_sent(tmp_path: Path) -> None:
    server = MailServer()
    told: dict[str, Any] = {"LIMITS_RATE": "0", "UNVERIFIED": "", **server.settings}
    with Process(tmp_path / "data", tmp_path / "log", **told) as process:
        async with Http(process.url) as http:
            anna = await Person.registered(http, "Anna")
            await anna.call("accounts.update", email="guest.anna@example.test")
            await invite(anna, *guests(0, 1))
            await anna.call("accounts.delete", password=PASSWORD)
            boris = await Person.registered(http, "Boris")
            await invite(boris, *guests(1, 2))
            async with server:
                assert await arrived(server, 2) == guests(0, 2)
                assert [one.to for one in server.received] == [*guests(0, 1), boris.email, *guests(1, 2)]


async def test_what_a_mailbox_does_not_take_now_comes_later_and_what_it_never_takes_is_dropped(tmp_path: Path) -> None:
    async with MailServer() as server:
        told: dict[str, Any] = {"LIMITS_RATE": "0", "UNVERIFIED": "", **server.settings}
        with Process(tmp_path / "data", tmp_path / "log", **told) as process:
            server.answers = {guests(0, 1)[0]: "450 greylisted", guests(1, 2)[0]: "550 unknown"}
            async with Http(process.url) as http:
                await invite(await Person.registered(http, "Anna"), *guests(0, 3))
                assert await arrived(server, 1) == guests(2, 3)
                server.answers.clear()
                assert await arrived(server, 2) == [*guests(2, 3), *guests(0, 1)]
                until = time.monotonic() + 60
                # It is counted when the mail server has said so, which is after it has the mail.
                while 'shoplist_mails_total{outcome="sent"} 3' not in (
                    metrics := str((await http.get("/metrics")).body)
                ):
                    assert time.monotonic() < until, metrics
                    await asyncio.sleep(0.05)
        assert 'shoplist_mails_total{outcome="refused"} 1' in metrics


async def test_ending_the_process_does_not_double_the_mail_at_hand(tmp_path: Path) -> None:
    """A server that keeps its answer to itself is left after a few seconds; the same mail is known again by its id."""
    async with MailServer() as server:
        told: dict[str, Any] = {"LIMITS_RATE": "0", "UNVERIFIED": "", **server.settings}
        process = Process(tmp_path / "data", tmp_path / "log", **told).start()
        async with Http(process.url) as http:
            anna = await Person.registered(http, "Anna")
            while not server.received:  # that about her own address
                await asyncio.sleep(0.05)
            server.keep_silent = True
            await invite(anna, *guests(0, 2))
        await arrived(server, 1)
        process.terminate()
        began = time.monotonic()
        while process.popen.poll() is None:
            assert time.monotonic() - began < 10
            await asyncio.sleep(0.05)
        assert process.popen.returncode == 0
        server.keep_silent = False
        with process:
            assert await arrived(server, 3) == [guests(0, 1)[0], *guests(0, 2)]
        assert len({one.message["Message-ID"] for one in to_guests(server)}) == 2


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_the_admins_hear_by_mail_over_tls_of_what_is_strange(tls: Tls, tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*made.arguments())
    (tmp_path / "password").write_text("pass word\n")
    async with MailServer(tls, context, ("lists@example.org", "pass word")) as server:
        told: dict[str, Any] = {
            **server.settings,
            "SMTP_CA": str(made.certificate),
            "SMTP_USER": "lists@example.org",
            "SMTP_PASSWORD_FILE": str(tmp_path / "password"),
            "SMTP_FROM": "Our lists <lists@example.org>",
            "ALERTS_DISK": "100000G",
        }
        process = Process(tmp_path / "data", tmp_path / "log", **told)
        for name in ("ann", "ben"):
            create_admin(process, f"{name}@example.test", name, PASSWORD)
        with process:
            until = time.monotonic() + 60
            while len(server.received) < 2:
                assert time.monotonic() < until, process.logged()
                await asyncio.sleep(0.05)
        assert {one.to for one in server.received} == {"ann@example.test", "ben@example.test"}
        for one in server.received:
            assert (one.over_tls, one.login, one.sender) == (True, "lists@example.org", "lists@example.org")
            assert one.message["From"] == "Our lists <lists@example.org>"
            assert "The disk is nearly full" in one.raw.decode()
        assert "pass word" not in process.logged()
        assert "example.test" not in process.logged()
