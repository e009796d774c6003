"""The wheel: everything in one file, running from an empty virtual environment outside the checkout."""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def quietly(*command: object, cwd: Path) -> None:
    answer = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-4000:]


def build(source: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Build as pip does, with the setuptools that the lock pins."""
    flags = ("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder))
    command = [sys.executable, "-m", "pip", "wheel", "-v", *flags, "."]
    return subprocess.run(command, cwd=source, capture_output=True, text=True)


def sources(folder: Path) -> Path:
    """What the build needs, apart, so that it leaves nothing in the checkout."""
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("shoplist_appliance", "templates", "static"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    answer = build(sources(tmp_path_factory.mktemp("sources")), folder)
    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-4000:]
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a virtual environment that has the wheel and what requirements.lock pins, nothing else.

    What is pinned was unpacked once by scripts/environment, hashes and all, and is copied from there.
    """
    folder = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(folder)
    target = next(folder.glob("lib/python*/site-packages"))
    pins = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert pins
    for name, version in pins:
        pinned = distribution(name)
        assert pinned.version == version
        for file in pinned.files or []:
            if ".." not in file.parts:  # else a command, which the product needs none of
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(pinned.locate_file(file)), target / file)
    pip = (sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet", "--no-compile")
    quietly(*pip, "--no-deps", "--no-index", wheel, cwd=folder)
    return folder / "bin"


@pytest.fixture
def running(installed: Path, tmp_path: Path) -> Iterator[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("SHOPLIST_", "PYTHON"))}
    command = [str(installed / "shoplist-appliance"), "run", "--listen", "127.0.0.1:0"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("ready http://"), (tmp_path / "log").read_text()
        yield line.removeprefix("ready ").strip()
    finally:
        process.terminate()
        assert process.wait(60) == 0


def test_it_holds_the_pages_and_the_licence_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(re.fullmatch(r"shoplist_appliance/_resources/templates/\w+\.html", name) for name in names)
    assert "shoplist_appliance/_resources/static/dist/build.json" in names
    assert any(name.endswith("/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"shoplist_appliance"}


@pytest.mark.timeout(300)
def test_it_runs_outside_the_checkout(running: str, tmp_path: Path) -> None:
    with urllib.request.urlopen(f"{running}/account", timeout=60) as answer:
        page = answer.read().decode()
    assets = set(re.findall(r"/static/[0-9a-f]+/[\w./-]+\.(?:json|js|css)", page))
    assert assets
    for asset in assets:
        with urllib.request.urlopen(running + asset, timeout=60) as answer:
            assert answer.status == 200
    with urllib.request.urlopen(f"{running}/swagger", timeout=60) as answer:
        assert answer.status == 200
    body = b'{"email": "anna@example.org", "password": "correct horse", "name": "Anna"}'
    request = urllib.request.Request(f"{running}/api/accounts.register", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert b'"token"' in answer.read()
    assert (tmp_path / "data" / "key").is_file(), "by default the data are in ./data"


def test_a_build_without_the_pages_files_says_so_in_one_line(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    shutil.rmtree(sources(source) / "static" / "dist")
    answer = build(source, tmp_path)
    assert answer.returncode == 0, answer.stderr[-4000:]
    assert len([line for line in (answer.stdout + answer.stderr).splitlines() if "static/dist is absent" in line]) == 1
