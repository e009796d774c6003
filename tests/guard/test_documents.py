"""What a newcomer reads is true: commands, links, decisions, locks, and nothing left undone."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoplist_appliance import cli

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-node.lock")
# Words that mark what is not done; split, so that this file may name them.
UNDONE = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImpl" + "emented")


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository, or of a checkout that is not one (a wheel's source, say) what lies there."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode != 0:
        pytest.skip("no git repository here: run the suite in a clone")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def pages() -> list[Path]:
    return tracked("*.md")


def commands(page: Path) -> Iterator[str]:
    """The lines of a page's shell blocks."""
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if command := line.split("#")[0].strip():
                yield command


def test_every_command_of_the_pages_is_there() -> None:
    found = [command for page in pages() for command in commands(page)]
    assert "scripts/run" in found
    for command in found:
        script = ROOT / command.split()[0]
        assert script.is_file(), command
        assert script.stat().st_mode & 0o111, f"{script} has no run bit"


def test_every_command_of_the_product_that_the_pages_name_is_understood() -> None:
    told = {
        tuple(found.split())
        for page in pages()
        for found in re.findall(
            r"(?:`|^)(?:scripts/run|shoplist-appliance) ([^`\[\n#]+?)(?:`| *\[|$)", page.read_text(), re.M
        )
    }
    assert told
    for arguments in told:
        words = ["run", *arguments] if arguments[0].startswith("-") else [a for a in arguments if a != "…"]
        if words == ["admin", "create"]:
            words += ["--email", "a@example.org", "--name", "A"]
        cli.parser().parse_args(words)


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in pages():
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http://", "https://", "mailto:")):
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_every_decision_is_listed_and_whole() -> None:
    folder = ROOT / "docs" / "adr"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("0*.md"))
    for name in listed:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {name[:4]}: ")
        for part in ("**Context.**", "**Choice.**", "**Cost.**", "**How we would notice that it was wrong.**"):
            assert text.count(part) == 1, f"{name}: {part}"


def test_locks_name_no_host_and_pin_by_hash() -> None:
    for name in LOCKS:
        text = (ROOT / name).read_text()
        assert "://" not in text
        for row in re.split(r"\n(?=\S)", text.strip()):
            assert re.match(r"[a-z0-9-]+==\S+( ; .+?)? \\\n", row), row[:80]
            assert "--hash=sha256:" in row
    for lock in tracked("*package-lock.json"):
        assert '"resolved"' not in lock.read_text(encoding="utf-8"), lock
    for npmrc in tracked("*.npmrc"):
        assert "omit-lockfile-registry-resolved=true" in npmrc.read_text()


def test_what_we_run_on_is_what_we_test_on() -> None:
    """Every package of requirements.lock is in requirements-test.lock at the same version."""
    run, test = (set(re.findall(r"^[a-z0-9-]+==\S+", (ROOT / name).read_text(), re.M)) for name in LOCKS[:2])
    assert run <= test


def test_the_lock_has_what_setup_asks_for() -> None:
    tree = ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))
    lists = {
        target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(target := node.targets[0], ast.Name)
        and isinstance(node.value, ast.List)
    }
    for wanted, name in (("NEEDED", "requirements.lock"), ("FOR_TESTS", "requirements-test.lock")):
        pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text(), re.M))
        assert {re.split(r"[><=]", row)[0] for row in lists[wanted]} <= pinned


def test_nothing_is_left_undone() -> None:
    for file in tracked("*.py", "*.js", "*.html", "*.css", "*.md", "*.toml", "scripts/*", ".ci/*"):
        text = file.read_text(encoding="utf-8")
        for word in UNDONE:
            assert not re.search(rf"\b{word}\b", text), f"{file.relative_to(ROOT)}: {word}"


def test_scripts_have_their_run_bit() -> None:
    for script in [*tracked("scripts/*"), ROOT / ".ci" / "run"]:
        if script.read_text(encoding="utf-8").startswith("#!"):
            assert script.stat().st_mode & 0o111, script


def test_the_build_needs_what_the_lock_has() -> None:
    """Without this an isolated build would take a setuptools that the tests never saw."""
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert any(row.startswith("setuptools") and "<81" in row for row in requires)
