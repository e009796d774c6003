"""The process as a unit file or a script meets it: started, listened to on its pipes, signalled, started again."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "shoplist_appliance")
START = 60.0


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without any setting of the product, and with those given: ``LIMITS_RATE="0"``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHOPLIST_")}
    return {**kept, **{f"SHOPLIST_{name}": value for name, value in settings.items()}}


class Process:
    """One ``run`` on a data folder, of the product in the folder ``home``.

    Its standard error goes to a file: it is never held up, and can be searched.
    """

    def __init__(
        self,
        data: Path,
        log: Path,
        *flags: str,
        listen: str = "127.0.0.1:0",
        before: Sequence[str] = (),
        home: Path = ROOT,
        **settings: str,
    ) -> None:
        self.data, self.log, self.home = data, log, home
        self.command = [*before, *COMMAND, "run", "--data", str(data), "--listen", listen, *flags]
        self.settings = settings
        self.url = ""
        self.lines: queue.Queue[str] = queue.Queue()

    def start(self) -> Self:
        """Start it and wait for its ready line."""
        self.spawn()
        line = self.next_line(START)
        match = re.fullmatch(r"ready (http://\S+)", line)
        assert match, f"expected the ready line, got {line!r}; log: {self.logged()[-2000:]}"
        self.url = match[1]
        return self

    def spawn(self) -> Self:
        """Start it, whatever comes of it."""
        self.lines = queue.Queue()
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.command,
                cwd=self.home,
                env=environment(**self.settings),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.popen.stdout is not None
        threading.Thread(target=self._read, args=(self.popen.stdout, self.lines), daemon=True).start()
        return self

    @staticmethod
    def _read(stdout: IO[str], lines: "queue.Queue[str]") -> None:
        for line in stdout:
            lines.put(line.rstrip("\n"))
        lines.put("")

    def next_line(self, wait: float) -> str:
        """The next line of its standard output; an empty one at its end."""
        return self.lines.get(timeout=wait)

    @property
    def pid(self) -> int:
        return self.popen.pid

    def logged(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """SIGKILL: nothing of it runs any more when this returns."""
        self.popen.kill()
        self.popen.wait()

    def terminate(self) -> None:
        self.popen.send_signal(signal.SIGTERM)

    def ended(self, wait: float) -> int:
        """Wait for its end; its status."""
        return self.popen.wait(wait)

    def stop(self) -> None:
        """End it the polite way, and assert that it went so."""
        if self.popen.poll() is None:
            self.terminate()
            try:
                status = self.ended(15)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"SIGTERM did not end it within 15 s; log: {self.logged()[-2000:]}") from None
            assert status == 0, (status, self.logged()[-2000:])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def resident(self) -> int:
        """Bytes of memory that it holds now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        match = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert match
        return int(match[1]) * 1024


def command(*args: str, stdin: str = "", wait: float = 60, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run another command of the product to its end."""
    return subprocess.run(
        [*COMMAND, *args],
        cwd=ROOT,
        env=environment(**settings),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=wait,
        check=False,
    )


def wait_until_gone(pid: int, wait: float = 30) -> None:
    """Wait until no process has this id."""
    end = time.monotonic() + wait
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < end, f"{pid} is still there"
        time.sleep(0.02)


def create_admin(process: Process, email: str, name: str, password: str) -> "subprocess.CompletedProcess[str]":
    """By the command line, beside this running server."""
    told = ("--data", str(process.data), "--email", email, "--name", name)
    return command("admin", "create", *told, stdin=password + "\n", STORE=process.settings.get("STORE", ""))
