"""The product on MongoDB, whose server is late, dies, stalls and comes back; and two products on one database."""

import asyncio
import random
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest

from shoplist_appliance.adapters.mongo.db import Address
from shoplist_appliance.adapters.mongo.lease import DEAD_SECONDS
from tests.app.test_hunt import evening, found
from tests.clients.http import Http
from tests.clients.making import PASSWORD, add
from tests.clients.mongodb import NO_MONGODB, MongoServer, in_database, mongodb
from tests.clients.person import Person
from tests.clients.process import COMMAND, ROOT, Process, environment
from tests.clients.servers import S3Access
from tests.faults.ledger import Ledger
from tests.faults.test_kill import check, moved_in, until_answers
from tests.faults.test_start import failed

BOUNDED_SECONDS = 25.0
BACK_SECONDS = 60.0


@pytest.fixture
def server() -> Iterator[MongoServer]:
    """One that a test may kill; not the one that others share."""
    found = MongoServer.found()
    if found is None:
        pytest.skip(NO_MONGODB)
    yield found
    found.kill()


@pytest.fixture
def shared() -> str:
    address = mongodb()
    if address is None:
        pytest.skip(NO_MONGODB)
    return in_database(address)


async def ready(http: Http) -> bool:
    answer = await http.get("/readyz")
    return answer.status == 200


async def becomes(http: Http, wanted: bool, seconds: float) -> float:
    """Wait until ``/readyz`` says so; how long it took."""
    begun = time.monotonic()
    while await ready(http) is not wanted:
        assert time.monotonic() - begun < seconds, f"/readyz does not become {wanted}"
        await asyncio.sleep(0.1)
    return time.monotonic() - begun


@pytest.fixture
def process(server: MongoServer, tmp_path: Path) -> Iterator[Process]:
    """On a server that is not started."""
    process = Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0", STORE=in_database(server.uri))
    yield process
    process.stop()
    assert "Traceback" not in process.logged()


async def test_the_product_starts_before_its_server_and_says_so(server: MongoServer, process: Process) -> None:
    server.start()
    process.start()
    process.kill()
    server.kill()
    process.start()
    async with Http(process.url) as http:
        assert (await http.get("/healthz")).status == 200
        assert not await ready(http)
        begun = time.monotonic()
        (await http.call("accounts.register", {"email": "a@example.test", "password": "x" * 12, "name": "A"})).problem(
            "unavailable"
        )
        assert time.monotonic() - begun < BOUNDED_SECONDS
        server.start()
        await becomes(http, True, BACK_SECONDS)
        anna = await Person.registered(http)
        await anna.done(await anna.new_list(), add("Milk"))


async def test_without_a_key_file_only_the_server_can_say_whether_one_is_to_be_made(
    server: MongoServer, tmp_path: Path
) -> None:
    ended = failed(tmp_path / "data", STORE=server.uri)
    assert ended.returncode == 2
    assert "does not answer" in ended.stderr
    assert not (tmp_path / "data" / "key").exists()


async def test_nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed_under_twenty_clients(
    server: MongoServer, process: Process, long: bool
) -> None:
    rounds = 20 if long else 3
    chance, ledger = random.Random(7), Ledger()
    server.start()
    process.start()
    household = await moved_in(process, ledger, chance)
    async with Http(process.url) as http:
        for _ in range(rounds):
            async with household.alive(process.url):
                await until_answers(household, household.answers + chance.randrange(20, 200))
                server.kill()
                await becomes(http, False, BOUNDED_SECONDS)
                server.start()
                back = await becomes(http, True, BACK_SECONDS)
                await until_answers(household, household.answers + 50)
            print(f"ready {back:.1f} s after the server's return")
            household.flying = 0
            await check(process, household, ledger)


async def test_a_server_that_stalls_holds_nobody_up_for_long(server: MongoServer, process: Process) -> None:
    server.start()
    process.start()
    async with Http(process.url) as http:
        anna = await Person.registered(http)
        list_id = await anna.new_list()
        server.pause()
        milk = add("Milk")
        begun = time.monotonic()
        await anna.problem("unavailable", "lists.edit", list=list_id, edits=[milk])
        await anna.problem("unavailable", "lists.index")
        assert time.monotonic() - begun < 2 * BOUNDED_SECONDS
        server.go_on()
        await becomes(http, True, BACK_SECONDS)
        [result] = (await anna.edit(list_id, milk))["results"]
        assert result["status"] in ("applied", "duplicate")
        assert [item["text"] for item in (await anna.items(list_id)).values()] == ["Milk"]


async def test_sigkill_of_the_product_loses_nothing_acknowledged(shared: str, tmp_path: Path, long: bool) -> None:
    rounds = 60 if long else 5
    chance, ledger = random.Random(8), Ledger()
    process = Process(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0", STORE=shared).start()
    household = await moved_in(process, ledger, chance)
    starts = []
    for _ in range(rounds):
        async with household.alive(process.url):
            await until_answers(household, household.answers + chance.randrange(1, 200))
            process.kill()
        household.flying = 0
        begun = time.monotonic()
        process.start()
        starts.append(time.monotonic() - begun)
        await check(process, household, ledger)
    process.stop()
    assert min(starts) < DEAD_SECONDS, "the lease of the same data folder is taken at once"
    assert "Traceback" not in process.logged()


def test_a_second_product_on_the_database_ends_with_status_2_until_the_first_has_gone(
    shared: str, tmp_path: Path
) -> None:
    key = str(tmp_path / "one" / "key")
    first = Process(tmp_path / "one", tmp_path / "log", STORE=shared).start()
    ended = failed(tmp_path / "two", STORE=shared, KEY_FILE=key)
    assert ended.returncode == 2
    assert "in use by another running" in ended.stderr
    first.kill()
    second = Process(tmp_path / "two", tmp_path / "log of two", STORE=shared, KEY_FILE=key)
    begun = time.monotonic()
    second.start()
    assert DEAD_SECONDS / 2 < time.monotonic() - begun < 4 * DEAD_SECONDS, "it has watched a lease that nobody keeps"
    second.stop()
    first.start()
    first.stop()


async def test_who_finds_the_lease_taken_over_ends_and_says_why(shared: str, tmp_path: Path) -> None:
    process = Process(tmp_path / "data", tmp_path / "log", STORE=shared).start()
    address = Address(shared)
    with pymongo.MongoClient[dict[str, object]](address.uri) as client:
        client[address.name]["store"].update_one({"_id": "lease"}, {"$set": {"process": "another"}})
    assert await asyncio.to_thread(process.ended, 60) == 2
    assert "has taken the store over" in process.logged()


def test_another_key_file_is_refused(shared: str, tmp_path: Path) -> None:
    with Process(tmp_path / "data", tmp_path / "log", STORE=shared):
        pass
    ended = failed(tmp_path / "other", STORE=shared)
    assert ended.returncode == 2
    assert "the key file" in ended.stderr


async def test_an_admin_is_made_beside_the_running_product(shared: str, tmp_path: Path) -> None:
    with Process(tmp_path / "data", tmp_path / "log", STORE=shared) as process:
        made = await asyncio.create_subprocess_exec(
            *COMMAND, "admin", "create", "--email", "root@example.test", "--name", "Root",
            "--data", str(tmp_path / "data"), env=environment(STORE=shared), cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        told, _ = await made.communicate(PASSWORD.encode() + b"\n")
        assert made.returncode == 0
        assert told == b"Root is an admin\n"
        async with Http(process.url) as http:
            signed_in = await http.call("accounts.sign_in", {"email": "root@example.test", "password": PASSWORD})
            assert signed_in.ok()["user"]["role"] == "admin"


async def test_none_of_the_words_typed_lies_in_any_place_of_the_production_storage(
    server: MongoServer, s3: S3Access, tmp_path: Path
) -> None:
    """In MongoDB's data files, in the bucket, and in what is left of the data folder."""
    if s3.data is None:
        pytest.skip("the files of the S3 that the environment names are not ours to read")
    bucket = f"shoplist-test-{secrets.token_hex(6)}"
    settings: dict[str, Any] = {name.replace(".", "_").upper(): text for name, text in s3.settings(bucket).items()}
    server.start()
    data, log = tmp_path / "data", tmp_path / "log"
    with Process(data, log, LIMITS_RATE="0", STORE=in_database(server.uri), **settings) as process:
        async with Http(process.url) as http:
            words = await evening(http, process)
    server.kill()
    for folder, least in ((server.folder, 100_000), (s3.data / bucket, 1), (data, 1)):
        assert not found(folder, words), folder
        assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) >= least, folder
