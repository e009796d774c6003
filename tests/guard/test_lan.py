"""The addresses that a start on all interfaces says."""

import ipaddress
import shutil
import subprocess
from pathlib import Path

import pytest

from shoplist_appliance.ops import lan


@pytest.fixture
def own() -> set[str]:
    """What the system says its addresses are, without loopback and link-local ones."""
    if not shutil.which("hostname"):
        pytest.skip("no hostname command: apt-get install hostname")
    answer = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True)
    return set(answer.stdout.split())


def test_they_are_this_machines(own: set[str]) -> None:
    assert set(lan.addresses("0.0.0.0")) <= {address for address in own if "." in address}
    assert set(lan.addresses("::")) <= {f"[{address}]" if ":" in address else address for address in own}


def test_none_is_a_loopback_address() -> None:
    for address in [*lan.addresses("0.0.0.0"), *lan.addresses("::")]:
        assert not ipaddress.ip_address(address.strip("[]")).is_loopback


def test_bridges_of_containers_are_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = tmp_path / "if_inet6"
    table.write_text(
        "20010db8000000000000000000000007 02 40 00 80     eth0\n"
        "20010db8000000000000000000000008 03 40 00 80  docker0\n"
        "fe800000000000000000000000000007 02 40 20 80     eth0\n"
        "00000000000000000000000000000001 01 80 10 80       lo\n"
    )
    monkeypatch.setattr(lan, "IF_INET6", table)
    assert lan.addresses("::") == [*lan.addresses("0.0.0.0"), "[2001:db8::7]"]


def test_where_nobody_knows_there_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lan, "IF_INET6", tmp_path / "absent")
    assert lan.addresses("::") == lan.addresses("0.0.0.0")
