"""Takes a picture of every scene in every look: `scripts/screens [FOLDER]`."""

import argparse
import html
import itertools
import queue
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.browser.household import Language
from tests.browser.scenes import SCENES
from tests.browser.stage import SIZES, Look, Theme, played
from tests.clients.process import Process

NEVER_ENOUGH = "100000G"  # so that the admin's page has an alert to show
HANDS = 3  # browsers at work: a scene waits more than it computes
Work = tuple[str, Look]
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Screens</title>
<style>
body {{ margin: 0 16px 64px; font: 16px/1.5 system-ui, sans-serif; background: #f6f5f1; color: #1d211f; }}
nav {{ position: sticky; top: 0; padding: 8px 0; background: #f6f5f1; }}
nav label {{ margin-right: 16px; }}
section > div {{ display: flex; flex-wrap: wrap; align-items: flex-start; gap: 16px; }}
figure {{ margin: 0; }}
img {{ display: block; height: 480px; width: auto; border: 1px solid #7c837f; background: #fff; }}
figcaption {{ font-size: 13px; color: #5f6662; }}
{hiding}
</style>
</head>
<body>
<nav>{choices}</nav>
{sections}
</body>
</html>
"""


def main(given: Sequence[str] | None = None) -> None:
    asked = parser().parse_args(given)
    looks = [Look(*look) for look in itertools.product(asked.size or SIZES, asked.theme, asked.language)]
    work = [(name, look) for name in asked.only or SCENES for look in looks]
    asked.folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    failed = taken(work, asked.folder)
    (asked.folder / "index.html").write_text(index(asked.folder), "utf-8")
    took = time.monotonic() - began
    print(f"{len(work) - len(failed)} of {len(work)} pictures in {took:.0f} s: {asked.folder}/index.html")
    for line in failed:
        print(f"not taken: {line}", file=sys.stderr)
    sys.exit(1 if failed else 0)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="scripts/screens", description=__doc__)
    made.add_argument("folder", type=Path, nargs="?", default=Path("screens"))
    made.add_argument("--only", action="append", choices=SCENES, metavar="SCENE", help=", ".join(SCENES))
    made.add_argument("--size", action="append", choices=SIZES)
    made.add_argument("--theme", nargs="*", default=get_args(Theme), choices=get_args(Theme))
    made.add_argument("--language", nargs="*", default=get_args(Language), choices=get_args(Language))
    return made


def taken(work: Sequence[Work], folder: Path) -> list[str]:
    """Take them all at one house, by several hands; what could not be taken."""
    waiting: queue.SimpleQueue[Work] = queue.SimpleQueue()
    for one in work:
        waiting.put(one)
    failed: list[str] = []
    with (
        tempfile.TemporaryDirectory() as kept,
        Process(Path(kept) / "data", Path(kept) / "log", LIMITS_RATE="0", ALERTS_DISK=NEVER_ENOUGH) as house,
    ):
        hands = [threading.Thread(target=hand, args=(house, waiting, folder, failed)) for _ in range(HANDS)]
        for one_hand in hands:
            one_hand.start()
        for one_hand in hands:
            one_hand.join()
    return failed


def hand(house: Process, waiting: "queue.SimpleQueue[Work]", folder: Path, failed: list[str]) -> None:
    """Work until nothing waits, with a browser of its own."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium.shell(), args=list(chromium.FLAGS))
        while not waiting.empty():
            try:
                name, look = waiting.get_nowait()
            except queue.Empty:
                break
            try:
                with played(browser, house, look, SCENES[name].play) as scene:
                    scene.page.screenshot(path=folder / f"{name}--{look}.png")
            except Exception as error:
                failed.append(f"{name} {look}: {str(error)[:600]}")
        browser.close()


def index(folder: Path) -> str:
    """A page of all pictures that lie in the folder, by scene, with a choice of size, theme and language."""
    groups = [list(SIZES), list(get_args(Theme)), list(get_args(Language))]
    values = list(itertools.chain(*groups))
    choices = "\n".join(f'<label><input type="checkbox" id="{value}" checked> {value}</label>' for value in values)
    hiding = "\n".join(
        f"body:has(#\\{ord(value[0]):x} {value[1:]}:not(:checked)) .is-{value} {{ display: none; }}" for value in values
    )
    sections = "\n".join(section(name, folder) for name in SCENES)
    return PAGE.format(choices=choices, hiding=hiding, sections=sections)


def section(name: str, folder: Path) -> str:
    figures = "\n".join(figure(picture) for picture in sorted(folder.glob(f"{name}--*.png")))
    says = html.escape(SCENES[name].says)
    return (
        f'<section id="{name}"><h2><a href="#{name}">{name}</a></h2><p>{says}</p><div>{figures}</div></section>'
        if figures
        else ""
    )


def figure(picture: Path) -> str:
    look = picture.stem.partition("--")[2]
    kinds = " ".join(f"is-{part}" for part in look.split("-"))
    shown = f'<img loading="lazy" src="{picture.name}" alt="{picture.stem}">'
    caption = f"<figcaption>{look.replace('-', ' ')}</figcaption>"
    return f'<figure class="{kinds}"><a href="{picture.name}">{shown}</a>{caption}</figure>'


if __name__ == "__main__":
    main()
