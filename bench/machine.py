"""Where and with what a run was made."""

import json
import os
import platform
import sqlite3
import ssl
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from shoplist_appliance import __version__

PACKAGES = ("tornado", "python-socketio", "orjson", "pydantic", "cryptography")


def described() -> str:
    """Machine, versions and date, as lines of Markdown."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return "\n".join(
        [
            f"- Date: {run()}",
            f"- Machine: {os.cpu_count()} × {processor()}, {memory()} GB, {platform.system()} {platform.release()}",
            f"- Python {platform.python_version()}, {packages}, SQLite {sqlite3.sqlite_version}, {ssl.OPENSSL_VERSION}",
            f"- Node {said('node', '--version')}, socket.io {socketio()}",
        ]
    )


def run() -> str:
    """When, and what of ours."""
    return f"{datetime.now(UTC):%Y-%m-%d}; version measured: {commit()}"


def commit() -> str:
    """The commit, with a plus where the working tree holds more."""
    changed = "+" if said("git", "status", "--porcelain", "--untracked-files=no") else ""
    return f"{__version__}, {said('git', 'rev-parse', '--short', 'HEAD')}{changed}"


def said(*command: str) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    ).stdout.strip()


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


def socketio() -> str:
    lock = json.loads((Path(__file__).parent / "peers" / "package-lock.json").read_text())
    return str(lock["packages"]["node_modules/socket.io"]["version"])
