"""Starts that must fail, with one clear line and the right status; and what the first start leaves behind."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.clients.http import Http
from tests.clients.person import Person
from tests.clients.process import COMMAND, ROOT, Process, environment


def failed(data: Path, *flags: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """A start that must not succeed: it ends by itself, without a ready line or a traceback."""
    ended = subprocess.run(
        [*COMMAND, "run", "--data", str(data), "--listen", "127.0.0.1:0", *flags],
        cwd=ROOT, env=environment(**settings), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended


def used(tmp_path: Path) -> Path:
    """A data folder that a process has used."""
    with Process(tmp_path / "data", tmp_path / "log"):
        pass
    return tmp_path / "data"


def test_a_second_process_on_the_same_data_ends_with_status_2(tmp_path: Path) -> None:
    with Process(tmp_path / "data", tmp_path / "log"):
        ended = failed(tmp_path / "data")
        assert ended.returncode == 2
        assert ended.stderr.count("\n") == 1


async def test_the_first_one_goes_on_and_the_next_may_start_when_it_was_killed(tmp_path: Path) -> None:
    process = Process(tmp_path / "data", tmp_path / "log").start()
    assert failed(tmp_path / "data").returncode == 2
    async with Http(process.url) as http:
        await Person.registered(http)
    process.kill()
    process.start()
    process.stop()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"NO_SUCH": "1"}, "SHOPLIST_NO_SUCH"),
        ({"LIMITS_RATE": "-1"}, "limits.rate"),
        ({"LIMITS_RATE": "nan"}, "limits.rate"),
        ({"LIMITS_RATE": "many"}, "limits.rate"),
        ({"REGISTRATION": "perhaps"}, "registration"),
        ({"LOG_LEVEL": "loud"}, "log.level"),
        ({"URL": "lists.example.test"}, "url"),
        ({"PROXIES": "nowhere"}, "proxies"),
        ({"LISTEN": "here"}, "listen"),
    ],
)
def test_a_setting_that_makes_no_sense_ends_with_status_2_and_one_line_that_names_it(
    tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    if "LISTEN" in settings:
        ended = failed(tmp_path / "data", "--listen", settings["LISTEN"])
    else:
        ended = failed(tmp_path / "data", **settings)
    assert ended.returncode == 2
    assert named in ended.stderr or named.upper() in ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr


def test_a_name_in_the_file_that_nobody_knows_ends_with_status_2(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[limits]\nrates = 1\n")
    ended = failed(tmp_path / "data", "--config", str(config))
    assert ended.returncode == 2
    assert "limits.rates" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_names_for_tests_and_the_file_and_flags_have_their_order(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('registration = "closed"\n[log]\nlevel = "loud"\n')
    with Process(
        tmp_path / "data", tmp_path / "log", "--config", str(config), LOG_LEVEL="info", TEST_ANYTHING="1"
    ) as process:
        assert process.url


def test_the_key_file_is_made_once_for_its_owner_alone_and_that_is_said(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        data = used(tmp_path)
    finally:
        os.umask(old)
    assert stat.S_IMODE((data / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    first = (tmp_path / "log").read_text()
    assert str(data / "key") in first
    with Process(data, tmp_path / "second log"):
        pass
    assert str(data / "key") not in (tmp_path / "second log").read_text(), "said once"
    open_to_others = [path for path in data.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert not open_to_others


def test_a_missing_key_is_an_error_and_never_an_empty_shop(tmp_path: Path) -> None:
    data = used(tmp_path)
    (data / "key").rename(tmp_path / "kept")
    ended = failed(data)
    assert "key" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (data / "key").exists(), "a new key over old data would hide the loss"
    (tmp_path / "kept").rename(data / "key")
    with Process(data, tmp_path / "log"):
        pass


def test_a_wrong_or_broken_key_is_an_error(tmp_path: Path) -> None:
    data = used(tmp_path)
    right = (data / "key").read_bytes()
    (tmp_path / "other").mkdir()
    wrong = (used(tmp_path / "other") / "key").read_bytes()
    for content in (wrong, b"", b"nonsense", b"{}", right[: len(right) // 2], right[:-30] + b"x" * 30):
        (data / "key").write_bytes(content)
        ended = failed(data)
        assert "key" in ended.stderr
        assert ended.stderr.count("\n") == 1, ended.stderr
    (data / "key").write_bytes(right)
    with Process(data, tmp_path / "log"):
        pass


def test_an_address_in_use_is_one_line(tmp_path: Path) -> None:
    with Process(tmp_path / "a", tmp_path / "log") as process:
        address = process.url.removeprefix("http://")
        ended = failed(tmp_path / "b", "--listen", address)
        assert address in ended.stderr
        assert ended.stderr.count("\n") <= 3


def test_the_ready_line_is_the_address_as_listened_on(tmp_path: Path) -> None:
    for number, (listen, begins) in enumerate((("127.0.0.1:0", "http://127.0.0.1:"), ("[::1]:0", "http://[::1]:"))):
        process = Process(tmp_path / f"data{number}", tmp_path / "log", listen=listen)
        with process:
            assert process.url.startswith(begins)
            assert not process.url.endswith(":0")
            assert process.lines.empty(), "one line on standard output"
