"""The HTML of pages, from the templates, and the build of scripts and styles that they are shells for."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jinja2
import orjson

from shoplist_appliance.config import resources


@dataclass(frozen=True, slots=True)
class Build:
    """What ``scripts/static`` made: a name that is a hash of all of it, and the files that may be asked for."""

    name: str
    files: frozenset[str]
    folder: Path


def current_build(static: Path) -> Build | None:
    """The build that the pages are of; None where there is none."""
    manifest = static / "dist" / "build.json"
    try:
        return _read_build(manifest, manifest.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=1)
def _read_build(manifest: Path, changed: int) -> Build:
    found = orjson.loads(manifest.read_bytes())
    return Build(found["build"], frozenset(found["files"]), manifest.parent / found["build"])


class Shells:
    """The pages' HTML; it names no user and holds no list, so it is the same for everyone."""

    def __init__(self, templates: Path | None = None, static: Path | None = None) -> None:
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(templates or resources("templates")),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._static = static or resources("static")

    @property
    def build(self) -> Build | None:
        """The build as it is now: made anew while we run, it is another."""
        return current_build(self._static)

    def render(self, template: str, values: dict[str, object]) -> str:
        """A page. A value that its template names and nobody gave is an error."""
        return self._templates.get_template(template).render(values)
