"""The command migrate under a household: killed again and again on its way, and nothing acknowledged is lost."""

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.clients.mongodb import NO_MONGODB, in_database, mongodb
from tests.clients.process import COMMAND, ROOT, Process, command, environment
from tests.faults.ledger import Ledger
from tests.faults.test_kill import check, moved_in, until_answers
from tests.faults.test_start import failed


@pytest.fixture
def database() -> str:
    address = mongodb()
    if address is None:
        pytest.skip(NO_MONGODB)
    return in_database(address)


def words(data: Path, source: str, target: str) -> tuple[str, ...]:
    return ("migrate", "--data", str(data), "--from", source, "--to", target)


def begun(*told: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([*COMMAND, *told], cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True)


def killed_on_its_way(chance: random.Random, *told: str) -> bool:
    """Whether SIGKILL came before its end."""
    process = begun(*told)
    assert process.stderr is not None
    process.stderr.readline()
    time.sleep(chance.random() / 2)
    process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def refused(*told: str) -> str:
    ended = command(*told)
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.count("\n") == 1
    return ended.stderr


async def test_a_household_moves_to_mongodb_and_back_through_kills(database: str, tmp_path: Path, long: bool) -> None:
    kills = 20 if long else 2
    chance, ledger, data = random.Random(9), Ledger(), tmp_path / "data"
    old, new = f"sqlite:///{data / 'shoplist.db'}", f"sqlite:///{data / 'again.db'}"
    process = Process(data, tmp_path / "log", LIMITS_RATE="0").start()
    household = await moved_in(process, ledger, chance)
    for source, target in ((old, database), (database, new)):
        async with household.alive(process.url):
            await until_answers(household, household.answers + 300)
            assert "in use by a running shoplist-appliance" in refused(*words(data, source, target))
            process.terminate()
            assert process.ended(30) == 0
        household.flying = 0
        for _ in range(kills):
            if killed_on_its_way(chance, *words(data, source, target)):
                assert "has not ended" in failed(data, STORE=target).stderr
        ended = command(*words(data, source, target))
        assert ended.returncode == 0, ended.stderr
        assert "moved and verified" in ended.stderr
        assert "holds something already" in refused(*words(data, source, target))
        process = Process(data, tmp_path / "log", LIMITS_RATE="0", STORE=target).start()
        await check(process, household, ledger)
    process.stop()
    assert "Traceback" not in process.logged()


def test_a_product_of_another_data_folder_that_has_the_database_is_in_the_way(database: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Process(data, tmp_path / "log"):
        pass
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "key").write_bytes((data / "key").read_bytes())
    with Process(tmp_path / "other", tmp_path / "other log", STORE=database):
        line = refused(*words(data, database, f"sqlite:///{tmp_path / 'new.db'}"))
        assert "in use by another running" in line
    assert not (tmp_path / "new.db").exists()


def test_a_signal_ends_it_with_status_1_and_it_goes_on(database: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Process(data, tmp_path / "log"):
        pass
    for _ in range(5):  # on a busy machine it may have ended before it is told to
        told = words(data, f"sqlite:///{data / 'shoplist.db'}", in_database(database))
        process = begun(*told)
        assert process.stderr is not None
        assert "moving" in process.stderr.readline()
        process.terminate()
        _, said = process.communicate()
        if process.returncode != 0:
            break
    assert process.returncode == 1, said
    assert "Traceback" not in said
    assert said.endswith("cut short; the same command goes on from here\n")
    ended = command(*told)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    "nonsense", ["", "shoplist.db", "mysql://user:secret@host/x", "mongodb://user:secret@host/a/b"]
)
def test_nonsense_is_one_line_that_never_shows_the_address(tmp_path: Path, nonsense: str) -> None:
    line = refused(*words(tmp_path / "data", nonsense, "sqlite:///x.db"))
    assert line.startswith("shoplist-appliance: --from: ")
    assert "secret" not in line
    assert not (tmp_path / "data").exists()


def test_an_address_with_a_password_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "address").write_text("mongodb://user:secret@127.0.0.1:1/x\n")
    data = tmp_path / "data"
    with Process(data, tmp_path / "log"):
        pass
    line = refused(*words(data, f"sqlite:///{data / 'shoplist.db'}", f"@{tmp_path / 'address'}"))
    assert "127.0.0.1:1/x does not answer" in line
    assert "secret" not in line
