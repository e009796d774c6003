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


def unescaped(path: str) -> str:
    """-xx writes paths of descriptors in hex as well."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), path)


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
                call = Call(match[2], unescaped(match[4]), number, match[5])
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
        return [call for call in self.calls if call.path.startswith("socket:") and plain in call.text]


def early(trace: Trace, edits: list[str]) -> list[str]:
    """The edits that were spoken of before they were durable."""
    found = []
    for edit in edits:
        durable = trace.synced_after(trace.written(edit))
        assert durable.ended is not None
        assert re.search(r"\) += 0$", durable.text), durable
        said = trace.said(edit)
        assert said, "an answer must have left"
        found += [edit for call in said if call.begun < durable.ended]
    return found


EDIT = "8d7f2c1e-5a53-4f0e-9f43-1d2a6c0b7e11"
ROW = "".join(f"\\x{byte:02x}" for byte in uuid.UUID(EDIT).bytes)
TOLD = "".join(f"\\x{byte:02x}" for byte in EDIT.encode())


@pytest.mark.parametrize(
    ("order", "is_early"),
    [("write begin end say", False), ("write say begin end", True), ("write begin say end", True),
     ("begin write end sync say", False), ("begin write end say sync", True)],
)  # fmt: skip
def test_an_answer_that_leaves_too_early_is_found(tmp_path: Path, order: str, is_early: bool) -> None:
    """A trace in which the answer leaves while the fdatasync runs, or after one that began before the write."""
    lines = {
        "write": f'7 pwrite64(5</d/shoplist.db-wal>, "{ROW}", 4096, 0) = 4096',
        "begin": "7 fdatasync(5</d/shoplist.db-wal> <unfinished ...>",
        "end": "7 <... fdatasync resumed>) = 0",
        "sync": "7 fdatasync(5</d/shoplist.db-wal>) = 0",
        "say": f'8 sendto(9<socket:[1]>, "{TOLD}", 36, 0, NULL, 0) = 36',
    }
    (tmp_path / "trace").write_text("\n".join(lines[name] for name in order.split()))
    assert bool(early(Trace.read(tmp_path / "trace"), [EDIT])) is is_early


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
    async with asyncio.timeout(60):  # the tracer writes its last lines
        while not re.search(rf"^{process.pid} +\+\+\+ exited", output.read_text(errors="replace"), re.MULTILINE):
            await asyncio.sleep(0.05)
    trace = Trace.read(output)
    assert not early(trace, edits)
    assert sum(len(trace.said(edit)) for edit in edits) > len(edits), "answers and what the room was told"
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
