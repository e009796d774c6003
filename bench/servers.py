"""A server under measurement: a process of its own that says ``ready URL`` when it answers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from bench.certificates import Certificate

SETTINGS = {"SHOPLIST_LIMITS_RATE": "0", "SHOPLIST_LOG_LEVEL": "warning"}
PEERS = Path(__file__).parent / "peers"
ROOT = Path(__file__).parent.parent


class Server:
    """Started on entering (at ``began``, by ``time.perf_counter``), ended on leaving."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self.command = command
        self.env = env or {}
        self.url = ""
        self.began = 0.0

    def __enter__(self) -> "Server":
        self.began = time.perf_counter()
        self.running = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **self.env},
        )
        assert self.running.stdout is not None
        line = self.running.stdout.readline()
        if not line.startswith("ready "):
            self.running.kill()
            raise SystemExit(f"{' '.join(self.command)}: said {line!r} where its ready line was due")
        self.url = line.split()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.running.send_signal(signal.SIGTERM)
        try:
            self.running.wait(15)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()

    def ask(self, line: str) -> str:
        """Say a line to the process and wait for one of its own."""
        assert self.running.stdin is not None
        assert self.running.stdout is not None
        print(line, file=self.running.stdin, flush=True)
        return self.running.stdout.readline()

    def cpu(self) -> float:
        """Seconds of CPU that all its threads have used so far."""
        tasks = Path(f"/proc/{self.running.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def resident(self) -> float:
        """Resident memory in MB (10^6 bytes)."""
        for line in Path(f"/proc/{self.running.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise SystemExit("the server is gone")


def product(data: Path, tls: Certificate | None = None, store: str = "") -> Server:
    """The product as installed, without rate limits; over TLS by a launcher, since that is no setting of it yet."""
    if tls is not None:
        return Server([sys.executable, "-m", "bench.product_tls", str(data), *tls.arguments()], SETTINGS)
    command = [sys.executable, "-m", "shoplist_appliance", "run", "--data", str(data), "--listen", "127.0.0.1:0"]
    return Server(command, {**SETTINGS, "SHOPLIST_STORE": store} if store else SETTINGS)


def python_peer(name: str, *arguments: str) -> Server:
    return Server([sys.executable, "-m", f"bench.peers.{name}", *arguments])


def node_peer(name: str, *arguments: str) -> Server:
    return Server(["node", str(PEERS / f"{name}.js"), *arguments])
