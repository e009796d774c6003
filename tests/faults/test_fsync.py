"""By strace: no answer, and no word to anyone, leaves before the fdatasync that made it durable is through."""

import asyncio
import re
import shutil
import subprocess
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clients.http import Http
from tests.clients.making import add
from tests.clients.person import Person
from tests.clients.process import Process

TRACED = "pwrite64,pwritev,fdatasync,fsync,sendto,sendmsg,write,writev"
CALL = re.compile(r"(\d+) +(\w+)\((\d+)<([^>]*)>(.*)")
RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")


def strace_works() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-f", "true"], capture_output=True, check=False).returncode == 0


@dataclass
class Call:
    """One system call of the trace: at which lines it began and ended, on what, with what."""

    name: str
    path: str
    begun: int
    text: str
    ended: int | None = None


@dataclass
class Trace:
    """The calls in the order in which they began."""

    calls: list[Call] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "Trace":
        trace = cls()
        open_calls: dict[tuple[str, str], Call] = {}
        for number, line in enumerate(path.read_text(errors="replace").splitlines()):
            if match := RESUMED.match(line):
                call = open_calls.pop((match[1], match[2]))
                call.text += match[3]
                call.ended = number
            elif match := CALL.match(line):
                call = Call(match[2], match[4], number, match[5])
                trace.calls.append(call)
                if line.endswith("<unfinished ...>"):
                    open_calls[match[1], match[2]] = call
                else:
                    call.ended = number
        return trace

    def written(self, edit: str) -> Call:
        """The first write to the database's log that holds the edit's id, as the 16 bytes of its row."""
        blob = "".join(f"\\x{byte:02x}" for byte in uuid.UUID(edit).bytes)
        return next(call for call in self.calls if call.path.endswith("-wal") and blob in call.text)

    def synced_after(self, write: Call) -> Call:
        """The first fdatasync of that file that began when the write was done."""
        assert write.ended is not None
        return next(
            call
            for call in self.calls
            if call.name in ("fdatasync", "fsync") and call.path == write.path and call.begun > write.ended
        )

    def said(self, edit: str) -> list[Call]:
        """Everything that left over a socket and names the edit: answers, and what rooms are told."""
        plain = "".join(f"\\x{byte:02x}" for byte in edit.encode())
        return [call for call in self.calls if "socket:" in call.path or "TCP" in call.path if plain in call.text]


NO_STRACE = "strace is not here or may not trace; have it by: apt-get install strace"


@pytest.mark.skipif(not strace_works(), reason=NO_STRACE)
async def test_nothing_is_answered_or_told_before_its_fdatasync(tmp_path: Path) -> None:
    output = tmp_path / "trace"
    # -D: the traced process keeps its place as our child, so that signals reach it.
    strace = ("strace", "-D", "-f", "-y", "-xx", "-s", "70000", "-e", f"trace={TRACED}", "-o", str(output))
    edits: list[str] = []
    with Process(tmp_path / "data", tmp_path / "log", before=strace, LIMITS_RATE="0") as process:
        async with Http(process.url) as http:
            edits = await busy(http)
    await asyncio.sleep(0.5)  # the tracer writes its last lines
    trace = Trace.read(output)
    heard = 0
    for edit in edits:
        durable = trace.synced_after(trace.written(edit))
        assert durable.ended is not None
        assert re.search(r"\) += 0$", durable.text), durable
        said = trace.said(edit)
        assert said, "an answer must have left"
        heard += len(said)
        for call in said:
            assert call.begun > durable.ended, f"{edit} was spoken of before it was durable"
    assert heard > len(edits)
    syncs = [call for call in trace.calls if call.name == "fdatasync" and call.path.endswith("-wal")]
    assert len(syncs) < len(edits), "calls in flight share their commits"


async def busy(http: Http) -> list[str]:
    """Edits one after another, then many in flight, with someone in the room; the ids of all."""
    anna = await Person.registered(http)
    list_id = await anna.new_list()
    adds = [add(f"item {number}") for number in range(320)]
    async with await anna.live() as live, await anna.live() as other:
        await other.call("lists.open", list=list_id)
        for sent in adds[:10]:
            await live.call("lists.edit", list=list_id, edits=[sent])
        for sent in adds[10:20]:
            await anna.done(list_id, sent)
        for start in range(20, 320, 100):
            flying = [
                await live.send("lists.edit", {"list": list_id, "edits": [sent]}) for sent in adds[start : start + 100]
            ]
            assert all(answer["ok"] for answer in await asyncio.gather(*flying))
        await other.until(lambda: len(other.changes(list_id)) == 320)
    return [sent["id"] for sent in adds]
