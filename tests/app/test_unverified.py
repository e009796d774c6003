"""What an account may not do before its address is validated, where mails are sent."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.test_access import CALLERS, LIVE_ONLY, MATRIX, World, called, called_live, household, world  # noqa: F401
from tests.clients.http import Http
from tests.clients.mail_server import MailServer
from tests.clients.making import new_id
from tests.clients.person import Person
from tests.clients.process import Process

# Everything else of the matrix an owner hears as ever.
WITHHELD = {"members.invite by mail": "403"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One with a mail server, which is away: addresses are to be validated here, and none is."""
    folder = tmp_path_factory.mktemp("unverified")
    with Process(
        folder / "data", folder / "log", LIMITS_RATE="0", SMTP_HOST="127.0.0.1", SMTP_PORT="1", SMTP_TLS="none"
    ) as process:
        yield process


@pytest.mark.parametrize("name", MATRIX)
async def test_all_but_what_is_withheld_is_as_for_everyone(world: World, http: Http, name: str) -> None:  # noqa: F811
    row, expected = MATRIX[name]
    operation, owner = name.split()[0], world.callers["owner"]
    assert isinstance(owner, Person)
    if operation == "accounts.sign_out":
        owner = await owner.again()
    heard = await (called_live if operation in LIVE_ONLY else called)(http, owner, operation, world.payload(row, owner))
    assert heard == WITHHELD.get(name, dict(zip(CALLERS, expected.split(), strict=True))["owner"])
    assert (await called(http, world.callers["stranger"], "accounts.me", {})) == "ok"


async def mailed(server: MailServer, to: str, path: str) -> str:
    """What the link of the newest mail to this address ends in, as soon as there is one."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for received in reversed(server.received):
            plain = received.message.get_body(("plain",))
            if received.to == to and plain is not None:
                (secret,) = re.findall(rf"/{path}/(\S+)", plain.get_content())
                return str(secret)
        await asyncio.sleep(0.05)
    raise AssertionError(f"no mail to {to}")


async def test_who_has_validated_the_address_invites_by_mail_and_who_has_not_by_link_alone(tmp_path: Path) -> None:
    async with MailServer() as mails:
        told: dict[str, Any] = {"LIMITS_RATE": "0", **mails.settings}
        with Process(tmp_path / "data", tmp_path / "log", **told) as process:
            async with Http(process.url) as http:
                anna = await Person.registered(http, "Anna")
                list_id, guest = await anna.new_list("Дача"), f"guest-{new_id()}@example.test"
                await anna.problem("forbidden", "members.invite", list=list_id, role="viewer", email=guest)
                await anna.invitation(list_id)
                token = await mailed(mails, anna.email, "verify")
                (await http.call("accounts.verify_email", {"token": token})).ok()
                invited = await anna.call("members.invite", list=list_id, role="viewer", email=guest)
                assert invited == {"code": None, "url": None}
                code = await mailed(mails, guest, "join")
                boris = await Person.registered(http, "Борис", invitation=code)
                assert (await boris.get(list_id))["list"]["role"] == "viewer"
                late = await Person.registered(http, "Late")
                await late.problem("gone", "members.accept", code=code)
        assert code not in process.logged()
        assert guest not in process.logged()
