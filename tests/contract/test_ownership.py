"""A data folder has one owner; the next is told who it is."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shoplist_appliance.adapters.ownership import Owner
from shoplist_appliance.adapters.refusals import AlreadyRunning, StoreUnreadable

OWN = """
import sys
from pathlib import Path
from shoplist_appliance.adapters.ownership import Owner
owner = Owner.take(Path(sys.argv[1]))
print("owned", flush=True)
sys.stdin.read()
"""


def test_a_folder_is_made_private_and_owned_once(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    owner = Owner.take(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "lock").stat().st_mode & 0o777 == 0o600
    with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}") as refusal:
        Owner.take(folder)
    assert "\n" not in str(refusal.value)
    owner.release()
    owner.release()
    Owner.take(folder).release()


def test_a_killed_owner_leaves_the_folder_free(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", OWN, str(tmp_path)],
        cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"owned\n"
    with pytest.raises(AlreadyRunning, match=f"process {process.pid}"):
        Owner.take(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    Owner.take(tmp_path).release()


def test_two_folders_have_two_owners(tmp_path: Path) -> None:
    first, second = Owner.take(tmp_path / "first"), Owner.take(tmp_path / "second")
    first.release()
    second.release()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(StoreUnreadable, match="cannot be used"):
        Owner.take(tmp_path / "data")
