"""The command as scripts and unit files meet it: the ready line, statuses, one line for each refusal, and the end."""

import os
import re
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.clients.process import ROOT, Process, command, environment

PASSWORD = "correct horse"


def refusal(answer: "subprocess.CompletedProcess[str]") -> str:
    """The one line of a start that was refused."""
    assert answer.returncode == 2, answer
    assert answer.stdout == ""
    lines = answer.stderr.splitlines()
    assert len(lines) == 1, answer.stderr
    assert lines[0].startswith("shoplist-appliance: ")
    return lines[0]


def get(url: str) -> int:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return int(answer.status)


def make_admin(data: Path, email: str = "anna@example.org") -> "subprocess.CompletedProcess[str]":
    words = ("admin", "create", "--email", email, "--name", "Anna", "--data", str(data))
    return command(*words, stdin=f"{PASSWORD}\n")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def test_it_says_when_it_answers_and_ends_politely(data: Path, log: Path) -> None:
    with Process(data, log) as process:
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*", process.url)
        assert get(f"{process.url}/healthz") == 200
        process.terminate()
        assert process.ended(30) == 0
        assert process.next_line(30) == "", "standard output holds the ready line only"


def test_it_answers_on_ipv6(data: Path, log: Path) -> None:
    with Process(data, log, listen="[::]:0") as process:
        assert re.fullmatch(r"http://\[::\]:[1-9]\d*", process.url)
        assert get(process.url.replace("[::]", "[::1]") + "/healthz") == 200
        assert get(process.url.replace("[::]", "127.0.0.1") + "/healthz") == 200


def test_ctrl_c_ends_it_too(data: Path, log: Path) -> None:
    with Process(data, log) as process:
        process.popen.send_signal(2)
        assert process.ended(30) == 0
        assert "Traceback" not in process.logged()


STUCK = """
import contextlib, os, signal
from shoplist_appliance import app, cli

@contextlib.asynccontextmanager
async def running(app):
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    yield app
    import time
    time.sleep(600)

app.running, cli.END_AFTER_SECONDS = running, 0.5
signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
cli.main(["run", "--listen", "127.0.0.1:0"])
"""


def test_an_end_that_hangs_is_cut_short_with_status_0(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STUCK]
    environ = {**environment(), "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    assert "cut short" in answer.stderr


def test_the_first_start_says_what_matters_once(data: Path, log: Path) -> None:
    with Process(data, log) as process:
        first = process.logged()
    assert first.count(str(data / "key")) == 1
    assert "without it nothing stored can be read" in first
    assert "admin create --email ADDRESS --name NAME" in first
    assert f"--data {data}" in first
    log.unlink()
    with Process(data, log) as process:
        assert str(data / "key") not in process.logged()


def test_the_data_is_for_its_owner_only(data: Path, log: Path) -> None:
    with Process(data, log):
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        for file in data.rglob("*"):
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
        assert stat.S_IMODE((data / "key").stat().st_mode) == 0o600


def test_every_file_of_the_data_is_in_the_documentation(data: Path, log: Path) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    with Process(data, log):
        names = {file.name for file in data.rglob("*")}
    assert "shoplist.db" in names
    assert [name for name in names if f"`{name}`" not in page] == []


def test_a_start_on_all_addresses_says_where_the_phones_find_it(data: Path, log: Path) -> None:
    from shoplist_appliance.ops.lan import addresses

    with Process(data, log, listen="0.0.0.0:0") as process:
        port = process.url.rpartition(":")[2]
        said = re.findall(r"^in this network: (\S+)$", process.logged(), re.MULTILINE)
    assert said == [f"http://{address}:{port}" for address in addresses("0.0.0.0")]


def test_a_start_on_loopback_says_no_address(data: Path, log: Path) -> None:
    with Process(data, log) as process:
        assert "in this network" not in process.logged()


def test_the_first_admin_is_made_beside_the_running_server(data: Path, log: Path) -> None:
    with Process(data, log) as process:
        made = make_admin(data)
        assert (made.returncode, made.stderr) == (0, "")
        body = b'{"email": "anna@example.org", "password": "correct horse"}'
        request = urllib.request.Request(
            f"{process.url}/api/accounts.sign_in", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert b'"role":"admin"' in answer.read().replace(b": ", b":")
    log.unlink()
    with Process(data, log) as process:
        assert "nobody is admin" not in process.logged()


def test_an_admin_with_a_known_address_is_refused(data: Path) -> None:
    assert make_admin(data).returncode == 0
    again = make_admin(data, "ANNA@example.org")
    assert again.returncode == 1
    assert len(again.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("email", "name", "password", "named"),
    [
        ("anna", "Anna", PASSWORD, "email"),
        ("anna@example.org", " ", PASSWORD, "name"),
        ("anna@example.org", "A" * 101, PASSWORD, "name"),
        ("anna@example.org", "Anna", "short", "password"),
        ("anna@example.org", "Anna", "", "password"),
    ],
)
def test_an_admin_who_makes_no_sense_is_refused(data: Path, email: str, name: str, password: str, named: str) -> None:
    answer = command("admin", "create", "--email", email, "--name", name, "--data", str(data), stdin=f"{password}\n")
    assert answer.returncode == 2
    assert len(answer.stderr.splitlines()) == 1
    assert named in answer.stderr
    assert not password or password not in answer.stderr


def test_a_password_that_is_no_text_is_refused_rather_than_changed(data: Path) -> None:
    create = ("admin", "create", "--email", "anna@example.org", "--name", "Anna", "--data", str(data))
    answer = subprocess.run(
        [sys.executable, "-m", "shoplist_appliance", *create],
        cwd=ROOT,
        env=environment(),
        input=b"\xff" * 8 + b"\n",
        capture_output=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [b"shoplist-appliance: the password is no UTF-8 text"]
    assert not data.exists()


def test_the_openapi_document_is_printed_without_touching_any_data(data: Path) -> None:
    import json

    answer = command("openapi", "--data", str(data))
    assert answer.returncode == 0
    assert json.loads(answer.stdout)["openapi"].startswith("3.1")
    assert not data.exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "COMMAND"),
        (("frob",), "frob"),
        (("run", "--frob"), "--frob"),
        (("run", "--dat", "x"), "--dat"),
        (("run", "--listen", "nowhere"), "listen"),
        (("run", "--config", "/absent.toml"), "config"),
        (("admin", "create"), "--email"),
    ],
)
def test_what_it_does_not_understand_it_says_in_one_line(arguments: tuple[str, ...], named: str) -> None:
    assert named in refusal(command(*arguments))


def test_an_unknown_setting_ends_the_start() -> None:
    assert "SHOPLIST_FROB" in refusal(command("run", FROB="1"))
    assert "limits.rate" in refusal(command("run", LIMITS_RATE="fast"))


def test_one_process_owns_the_data(data: Path, log: Path) -> None:
    with Process(data, log) as process:
        line = refusal(command("run", "--data", str(data), "--listen", "127.0.0.1:0"))
        assert str(data) in line
        assert get(f"{process.url}/healthz") == 200


def test_a_taken_port_is_named(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert address in refusal(command("run", "--data", str(data), "--listen", address, LOG_LEVEL="error"))


def test_a_host_that_is_not_here_is_named(data: Path) -> None:
    line = refusal(command("run", "--data", str(data), "--listen", "192.0.2.77:0", LOG_LEVEL="error"))
    assert "192.0.2.77:0" in line


def test_data_without_their_key_are_no_empty_shop(data: Path, log: Path) -> None:
    with Process(data, log):
        pass
    (data / "key").rename(data / "elsewhere")
    assert str(data / "key") in refusal(command("run", "--data", str(data), "--listen", "127.0.0.1:0"))
    assert not (data / "key").exists()


def test_data_with_anothers_key_are_no_empty_shop(data: Path, log: Path, tmp_path: Path) -> None:
    for folder in (data, tmp_path / "other"):
        with Process(folder, log):
            pass
    (tmp_path / "other" / "key").replace(data / "key")
    assert "key" in refusal(command("run", "--data", str(data), "--listen", "127.0.0.1:0"))


@pytest.mark.parametrize("text", ["", "{}", "\0\0", '{"keys": {}}'])
def test_a_damaged_key_is_refused(data: Path, text: str) -> None:
    data.mkdir(mode=0o700)
    (data / "key").write_text(text)
    assert str(data / "key") in refusal(command("run", "--data", str(data), "--listen", "127.0.0.1:0"))
    assert (data / "key").read_text() == text


def test_a_store_that_is_none_is_refused(data: Path, log: Path) -> None:
    with Process(data, log):
        pass
    for file in data.glob("shoplist.db*"):
        file.write_bytes(b"not a database, though long enough to look like one" * 200)
    refusal(command("run", "--data", str(data), "--listen", "127.0.0.1:0"))


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert str(file) in refusal(command("run", "--data", str(file), "--listen", "127.0.0.1:0"))


def test_importing_the_command_is_quick_and_brings_no_bot(data: Path) -> None:
    """The bot's library alone costs 2.4 s and 125 MB; aiohttp 9 MB."""
    code = (
        "import sys, shoplist_appliance.app; print(sorted({'aiogram', 'aiohttp', 'motor', 'minio'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert answer.stdout == "[]\n"
