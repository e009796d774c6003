"""scripts/run on machines that have what it needs, and on those that do not."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.clients.process import environment

ROOT = Path(__file__).parents[2]


def started(*arguments: str, cwd: Path) -> "subprocess.Popen[str]":
    command = [str(ROOT / "scripts" / "run"), *arguments]
    return subprocess.Popen(
        command, cwd=cwd, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("first", [(), ("run",)])
def test_it_becomes_the_process(tmp_path: Path, first: tuple[str, ...]) -> None:
    process = started(*first, "--data", "here", "--listen", "127.0.0.1:0", cwd=tmp_path)
    assert process.stdout is not None
    assert re.fullmatch(r"ready http://127\.0\.0\.1:\d+\n", process.stdout.readline())
    assert b"shoplist_appliance" in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    assert (tmp_path / "here" / "key").is_file(), "paths are those of the folder it was called from"
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, "")


def test_other_commands_are_passed_on(tmp_path: Path) -> None:
    process = started("admin", "create", cwd=tmp_path)
    said, words = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said == ""
    assert "--email" in words


def test_a_name_in_the_working_folder_shadows_nothing(tmp_path: Path) -> None:
    (tmp_path / "asyncio.py").write_text("raise SystemExit('shadowed')\n")
    process = started("--version", cwd=tmp_path)
    _, words = process.communicate(timeout=60)
    assert "shadowed" not in words


def machine(folder: Path, uid: int, **programs: str) -> dict[str, str]:
    """The environment of a machine on which these programs are other ones."""
    folder.mkdir()
    for name, text in {"id": f"echo {uid}", **programs}.items():
        program = folder / name
        program.write_text(f"#!/bin/bash\n{text}\n")
        program.chmod(0o755)
    return {**environment(), "PATH": f"{folder}:{os.environ['PATH']}"}


def fresh_run(folder: Path, environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run the script in a folder where nothing was ever installed."""
    checkout = folder / "checkout"
    shutil.copytree(ROOT / "scripts", checkout / "scripts")
    command = [str(checkout / "scripts" / "run")]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)


# A Debian Python: there, but for what its package python3-venv brings.
BARE_PYTHON = f'case "$*" in *ensurepip*) exit 1 ;; esac\nexec {shutil.which("python3")} "$@"'


def test_without_pythons_venv_it_prints_the_line_that_installs_it(tmp_path: Path) -> None:
    answer = fresh_run(tmp_path, machine(tmp_path / "bin", 1000, python3=BARE_PYTHON, **{"apt-get": "exit 9"}))
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "sudo apt-get install python3-venv" in answer.stderr


def test_without_pythons_venv_it_installs_it_as_root(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    programs = {"python3": BARE_PYTHON, "apt-get": f'echo "$@" >>{asked}\n[ "${{*: -1}}" != python3-venv ]'}
    answer = fresh_run(tmp_path, machine(tmp_path / "bin", 0, **programs))
    assert "python3-venv" in asked.read_text()
    assert "update" in asked.read_text()
    assert answer.returncode == 1, "what apt-get cannot do is said, not passed over"
    assert answer.stdout == ""


def test_without_a_python_that_is_new_enough_it_says_which(tmp_path: Path) -> None:
    old = {name: "exit 1" for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11")}
    answer = fresh_run(tmp_path, machine(tmp_path / "bin", 1000, **old))
    assert answer.returncode == 1
    assert "Python 3.11" in answer.stderr
