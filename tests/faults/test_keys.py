"""The commands `keys …` beside the running product: everything is sealed anew, and a kill on the way harms nothing."""

import asyncio
import json
import signal
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.http import Http
from tests.clients.making import add
from tests.clients.mongodb import NO_MONGODB, in_database, mongodb
from tests.clients.person import Person
from tests.clients.process import COMMAND, ROOT, Process, environment

PATIENCE = 120.0


class Product(Process):
    """One that may be killed, and the key file's commands beside it."""

    def keys(self, *arguments: str, status: int = 0) -> list[list[str]]:
        """The lines of standard output, in words."""
        done = self.run_command("keys", *arguments)
        assert done.returncode == status, done.stderr
        return [line.split() for line in done.stdout.splitlines()]

    def refused(self, *arguments: str) -> str:
        done = self.run_command("keys", *arguments)
        assert done.returncode == 2, done
        assert len(done.stderr.splitlines()) == 1
        return done.stderr

    def run_command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [*COMMAND, *arguments, "--data", str(self.data)]
        return subprocess.run(
            command, cwd=ROOT, env=environment(**self.settings), capture_output=True, text=True, timeout=60
        )

    def until_unneeded(self, *ids: str) -> None:
        """Wait until nothing stored needs these keys."""
        until, pause = time.monotonic() + PATIENCE, 0.5
        while any(line[2] == "needed" for line in self.keys("list") if line[0] in ids):
            assert time.monotonic() < until, self.logged()
            time.sleep(pause)
            pause = min(2 * pause, 4)  # each look is a start of its own


@pytest.fixture(params=["sqlite", "mongodb"])
def product(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Product]:
    store = ""
    if request.param == "mongodb":
        address = mongodb()
        if address is None:
            pytest.skip(NO_MONGODB)
        store = in_database(address)
    with Product(tmp_path / "data", tmp_path / "log", LIMITS_RATE="0", STORE=store) as product:
        yield product


def on(http: Http, person: Person) -> Person:
    """The same at an address after a restart."""
    return Person(http, person.user, person.token, person.password)


async def furnished(person: Person, edits: int) -> str:
    list_id = await person.new_list("Дача")
    for number in range(edits):
        await person.edit(list_id, add(f"Хлеб {number}"))
    return list_id


async def test_all_is_sealed_anew_while_it_is_used_and_the_old_key_can_go(product: Product) -> None:
    async with Http(product.url) as http:
        ann = await Person.registered(http)
        list_id = await furnished(ann, 120)
        ((old, *_), (old_lookup, *_)) = product.keys("list")
        ((new,),) = product.keys("rotate")
        ((new_lookup,),) = product.keys("rotate", "--lookup")
        assert "is the one in use" in product.refused("remove", new)
        assert "has no key" in product.refused("remove", "deadbeef")
        await ann.edit(list_id, add("Чай"))
        again = await ann.again()
        product.until_unneeded(old, old_lookup)
        states = {line[0]: line[1:3] for line in product.keys("list")[:2]}
        assert states == {old: ["sealing", "not"], new: ["sealing", "active"]}
        product.keys("remove", old)
        product.keys("remove", old_lookup)
        assert [line[0] for line in product.keys("list")] == [new, new_lookup]
        assert len((await again.call("lists.get", list=list_id))["items"]) == 121
        await again.edit(list_id, add("Кофе"))
    product.stop()
    product.start()
    async with Http(product.url) as http:
        back = await on(http, ann).again()
        assert len((await back.call("lists.get", list=list_id))["items"]) == 122


async def test_what_something_is_sealed_with_is_not_removed(product: Product) -> None:
    product.stop()  # so that nobody seals it anew
    ((old, *_), (old_lookup, *_)) = product.keys("list")
    product.keys("rotate")
    product.keys("rotate", "--lookup")
    for id in (old, old_lookup):
        assert "still needed for" in product.refused("remove", id)
    assert {line[0]: line[2] for line in product.keys("list")}.items() >= {old: "needed", old_lookup: "needed"}.items()


async def test_kills_on_the_way_harm_nothing(product: Product) -> None:
    async with Http(product.url) as http:
        ann = await Person.registered(http)
        list_id = await furnished(ann, 150)
    ((old, *_), (old_lookup, *_)) = product.keys("list")
    product.keys("rotate")
    product.keys("rotate", "--lookup")
    for seconds in (1.1, 0.2, 0.4):
        await asyncio.sleep(seconds)
        product.popen.send_signal(signal.SIGKILL)
        product.popen.wait()
        product.start()
        async with Http(product.url) as http:
            back = await on(http, ann).again()
            assert len((await back.call("lists.get", list=list_id))["items"]) == 150
    product.until_unneeded(old, old_lookup)
    product.keys("remove", old)
    product.keys("remove", old_lookup)
    product.stop()
    product.start()
    async with Http(product.url) as http:
        back = await on(http, ann).again()
        assert len((await back.call("lists.get", list=list_id))["items"]) == 150


async def test_a_key_that_was_added_is_there_before_it_is_used(product: Product) -> None:
    ((added,),) = product.keys("add")
    assert [line[:3] for line in product.keys("list") if line[0] == added] == [[added, "sealing", "not"]]
    assert product.keys("rotate") == [[added]]


async def test_another_key_file_under_the_running_product_is_not_taken(product: Product) -> None:
    """Nothing would be sealed by what nobody has."""
    path = product.data / "key"
    right = path.read_bytes()
    content = json.loads(right)
    assert b64decode(content["lookup"])
    content["lookup"] = content["keys"][content["active"]]
    path.write_text(json.dumps(content))
    until = time.monotonic() + 60
    while "put the old one back" not in product.logged():
        assert time.monotonic() < until
        await asyncio.sleep(0.1)
    async with Http(product.url) as http:
        ann = await Person.registered(http)
    path.write_bytes(right)
    product.stop()
    product.start()
    async with Http(product.url) as http:
        await on(http, ann).again()


def test_without_a_store_there_are_no_keys_to_speak_of(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "keys", "list", "--data", str(tmp_path / "data")], cwd=ROOT, env=environment(), capture_output=True,
        text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "is missing" in done.stderr
