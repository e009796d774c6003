"""The HTML of pages, from the templates, and the build of scripts and styles that they are shells for."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from shoplist_appliance.config import resources

if TYPE_CHECKING:
    import jinja2


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

    def __init__(self, static: Path | None = None) -> None:
        self._static = static or resources("static")

    @cached_property
    def _templates(self) -> "jinja2.Environment":
        import jinja2  # 40 ms of the start, which only the first page needs

        return jinja2.Environment(
            loader=jinja2.FileSystemLoader(resources("templates")),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    @property
    def build(self) -> Build | None:
        """The build as it is now: made anew while we run, it is another."""
        return current_build(self._static)

    def render(self, template: str, values: dict[str, object]) -> str:
        """A page. A value that its template names and nobody gave is an error."""
        return self._templates.get_template(template).render(values)
