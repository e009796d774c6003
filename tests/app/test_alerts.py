"""An admin sees what went wrong: with the disk, with sign-ins; nobody else does."""

import asyncio
import time
from pathlib import Path
from typing import Any

from tests.clients.http import Http
from tests.clients.making import PASSWORD, Json
from tests.clients.person import Person
from tests.clients.process import Process, create_admin

NEVER_ENOUGH = "100000G"


async def an_admin(process: Process, http: Http) -> Person:
    made = create_admin(process, "admin@example.test", "Admin", PASSWORD)
    assert made.returncode == 0, made.stderr
    answer = (await http.call("accounts.sign_in", {"email": "admin@example.test", "password": PASSWORD})).ok()
    return Person(http, answer["user"], answer["token"])


async def alerts_when(admin: Person, kind: str) -> list[Json]:
    """All alerts, as soon as there is one of this kind."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        answer: dict[str, Any] = await admin.call("admin.alerts")
        if any(alert["kind"] == kind for alert in answer["alerts"]):
            return list(answer["alerts"])
        await asyncio.sleep(0.2)
    raise AssertionError(f"no alert of kind {kind}")


async def test_a_disk_nearly_full_is_shown_also_after_a_restart(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    with Process(data, log, ALERTS_DISK=NEVER_ENOUGH) as process:
        async with Http(process.url) as http:
            admin = await an_admin(process, http)
            (alert,) = await alerts_when(admin, "disk")
            assert (alert["place"], alert["count"]) == (str(data), 1)
            assert alert["detail"].endswith(" MiB")
            ann = await Person.registered(http)
            await ann.problem("forbidden", "admin.alerts")
    with Process(data, log) as process:
        async with Http(process.url) as http:
            again = Person(http, admin.user, admin.token)
            assert (await again.call("admin.alerts"))["alerts"] == [alert]


async def test_a_disk_with_room_is_no_alert(tmp_path: Path) -> None:
    with Process(tmp_path / "data", tmp_path / "log", ALERTS_DISK="1") as process:
        async with Http(process.url) as http:
            admin = await an_admin(process, http)
            await asyncio.sleep(6)
            assert await admin.call("admin.alerts") == {"alerts": [], "mail": "folder"}
