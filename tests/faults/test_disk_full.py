"""A disk that is full: 503 and not ready, nothing acknowledged lost, and on it goes when there is room."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.http import Http
from tests.clients.making import Json, add
from tests.clients.person import Person
from tests.clients.process import Process
from tests.faults.ledger import Ledger


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A tmpfs of 6 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("a small tmpfs can be mounted by root alone")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no tmpfs may be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, leave: int) -> Path:
    """A file that takes all room but so many bytes."""
    room = os.statvfs(folder)
    filler = folder / "filler"
    with filler.open("wb") as file:
        file.write(b"\0" * max(0, room.f_bavail * room.f_frsize - leave))
    return filler


async def until_ready(http: Http, ready: bool) -> None:
    for _ in range(1200):
        if ((await http.get("/readyz")).status == 200) is ready:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"/readyz does not say {'ready' if ready else 'not ready'}")


async def test_a_full_disk_is_503_and_nothing_is_lost(small_disk: Path, tmp_path: Path) -> None:
    ledger = Ledger()
    process = Process(small_disk / "data", tmp_path / "log", LIMITS_RATE="0").start()
    async with Http(process.url) as http:
        anna = await Person.registered(http)
        lists = [await anna.new_list() for _ in range(2)]
        async with await anna.live() as phone:
            for list_id in lists:
                await phone.call("lists.open", list=list_id)
            filler = fill(small_disk, 150_000)
            refused = await edit_until_full(anna, lists, ledger)
            assert refused > 0
            await until_ready(http, False)
            assert (await http.get("/healthz")).status == 200, "it is alive, though not ready"
            for list_id in lists:
                await ledger.check(anna, list_id)
            filler.unlink()
            await until_ready(http, True)
            await resend(anna, ledger)
            for list_id in lists:
                await ledger.check(anna, list_id)
            for list_id in lists:
                count = (await anna.get(list_id))["list"]["revision"]
                await phone.until(lambda: len(phone.changes(list_id)) >= count)  # noqa: B023
                assert [told["revision"] for told in phone.changes(list_id)] == list(range(1, count + 1))
            for event in phone.events("list.changed"):
                ledger.tell(event)
    process.kill()
    process.start()
    async with Http(process.url) as http:
        anna = Person(http, anna.user, anna.token)
        for list_id in lists:
            await ledger.check(anna, list_id)
    process.stop()
    assert "Traceback" not in process.logged()


async def edit_until_full(anna: Person, lists: list[str], ledger: Ledger) -> int:
    """Edit both lists, several calls at once, until nothing is taken any more; how many edits were answered 503."""
    refused = 0
    for number in range(400):
        answers = await asyncio.gather(*[attempt(anna, list_id, number, ledger) for list_id in lists for _ in range(4)])
        refused += answers.count(503)
        if answers == [503] * len(answers) and number > 10:
            return refused
    raise AssertionError("the disk never was full")


async def attempt(anna: Person, list_id: str, number: int, ledger: Ledger) -> int:
    sent = add(f"item {number}", note="ж" * 1000)
    sent["text"] += sent["id"]
    ledger.send(list_id, sent)
    return await call(anna, list_id, sent, ledger)


async def call(anna: Person, list_id: str, sent: Json, ledger: Ledger) -> int:
    answer = await anna.ask("lists.edit", {"list": list_id, "edits": [sent]})
    if answer.status == 200:
        (result,) = answer.body["results"]
        assert result["status"] in ("applied", "duplicate"), result
        ledger.answer(result)
    else:
        answer.problem("unavailable")
    return answer.status


async def resend(anna: Person, ledger: Ledger) -> None:
    """The queues of all phones once there is room: the same calls with the same ids are safe."""
    waiting = ledger.waiting()
    assert waiting
    for list_id, sent in waiting:
        assert await call(anna, list_id, sent, ledger) == 200
