"""Runs the suite: prints each section as it is done, then writes them all to ``docs/benchmarks.md``."""

import argparse
import resource
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench import machine, report
from bench.effort import FULL, QUICK, Effort
from bench.figures import Section
from bench.rows import blobs, fanout, http, idle, latency, length, mongodb, pages, stored

ROWS: Mapping[str, Callable[[Effort], Section]] = {
    "fan-out": fanout.measure,
    "fan-out-tls": fanout.measure_tls,
    "stored": stored.measure,
    "mongodb": mongodb.measure,
    "http": http.measure,
    "latency": latency.measure,
    "length": length.measure,
    "blobs": blobs.measure,
    "idle": idle.measure,
    "lighthouse": pages.judge,
    "pages": pages.measure,
}
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few and short rounds, to try it; writes no page")
    parser.add_argument("--rows", action="append", choices=ROWS, help="only this section")
    parser.add_argument(
        "--write",
        type=Path,
        help=f"write the page here, of chosen rows their sections; docs/{PAGE.name} where all was measured in full",
    )
    asked = parser.parse_args(given)
    effort = QUICK if asked.quick else FULL
    allow_many_sockets()
    described = machine.described()
    print(described, flush=True)
    sections = []
    for name in asked.rows or ROWS:
        sections.append(ROWS[name](effort))
        print(f"\n{report.one(sections[-1])}", flush=True)
    page = asked.write or (None if asked.quick or asked.rows else PAGE)
    if page is None:
        return
    if asked.rows and page.exists():
        written = report.renewed(page.read_text("utf-8"), sections, effort.rounds, machine.run())
    else:
        written = report.whole(sections, effort.rounds, described)
    page.write_text(written, "utf-8")


def allow_many_sockets() -> None:
    """A room of 1,000 is a thousand files on either side; servers started from here inherit the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    main()
