"""The walls of the house: which module may import which, and calls that have one place only."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "shoplist_appliance"
MODULES = sorted(PACKAGE.rglob("*.py"))


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imported(file: Path) -> Iterator[str]:
    """The names of all modules that a file imports, wherever in it."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            assert node.module
            yield node.module


def lint_imports(root: Path) -> "subprocess.CompletedProcess[str]":
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--no-cache",
        "--config",
        str(ROOT / "pyproject.toml"),
    ]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env={"PYTHONPATH": str(root)})


def test_the_floors_are_kept() -> None:
    answer = lint_imports(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        ("domain/lists.py", "shoplist_appliance.ports"),
        ("domain/lists.py", "shoplist_appliance.config"),
        ("usecases/lists.py", "shoplist_appliance.web"),
        ("web/__init__.py", "shoplist_appliance.adapters"),
        ("adapters/__init__.py", "shoplist_appliance.live"),
        ("live/__init__.py", "shoplist_appliance.adapters"),
        ("tasks.py", "shoplist_appliance.domain"),
        ("live/__init__.py", "shoplist_appliance.ops"),
    ],
)
def test_a_breach_of_the_floors_is_found(tmp_path: Path, room: str, forbidden: str) -> None:
    for file in MODULES:
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    breached = tmp_path / "shoplist_appliance" / room
    breached.write_text(breached.read_text(encoding="utf-8") + f"\nimport {forbidden}\n", encoding="utf-8")
    answer = lint_imports(tmp_path)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "BROKEN" in answer.stdout


def test_the_rules_need_the_standard_library_only() -> None:
    """But idna, which only computes what a domain is registered as."""
    for file in (PACKAGE / "domain").glob("*.py"):
        for name in imported(file):
            top = name.split(".")[0]
            assert top in {*sys.stdlib_module_names, "idna"} or name.startswith("shoplist_appliance.domain"), (
                f"{file.name}: {name}"
            )


def test_who_judges_the_rules_in_the_tests_has_nothing_of_the_product() -> None:
    for name in ("clients.py", "reference.py"):
        tops = {module.split(".")[0] for module in imported(ROOT / "tests" / "domain" / name)}
        assert tops <= sys.stdlib_module_names, f"{name}: {tops - sys.stdlib_module_names}"


USED = ("shoplist_appliance", "orjson", "pyotp")


def test_use_cases_know_no_library_that_serves_or_stores() -> None:
    """But orjson, which they give to the rules as a writer of snapshots, and pyotp, which only computes."""
    for file in [*(PACKAGE / "usecases").glob("*.py"), PACKAGE / "ports.py"]:
        for name in imported(file):
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names or top in USED, f"{file.name}: {name}"


def test_pydantic_is_at_the_door_only() -> None:
    users = {
        file.relative_to(PACKAGE).parts[0] for file in MODULES if any(n.startswith("pydantic") for n in imported(file))
    }
    assert users == {"web"}


def calls_of(names: set[str]) -> set[str]:
    return {
        str(file.relative_to(PACKAGE))
        for file in MODULES
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Attribute) and node.attr in names
    }


def test_background_tasks_start_in_one_place() -> None:
    assert calls_of({"create_task", "spawn_callback", "TaskGroup", "run_coroutine_threadsafe"}) == {"tasks.py"}
    # There it is no new work: what Tornado's reads and answers give is a future already, and an append is waited for.
    assert calls_of({"ensure_future"}) <= {"live/wires.py", "live/requests.py", "usecases/turns.py"}


def test_time_and_chance_are_asked_in_few_places() -> None:
    """What needs the time takes a clock, so that a test can move it."""
    places = {
        str(file.relative_to(PACKAGE))
        for file in MODULES
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr)
        in {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow")}
    }
    assert places <= {"adapters/clock.py"}


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file in MODULES
        if file.read_text().strip() and not ast.get_docstring(parsed(file))
    ]
    assert silent == []


def test_no_file_is_longer_than_a_newcomer_can_know() -> None:
    long = {
        str(f.relative_to(ROOT)): n for f in MODULES if (n := len(f.read_text(encoding="utf-8").splitlines())) > 600
    }
    assert long == {}
