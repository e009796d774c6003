"""What is counted while the process runs, and its page at ``/metrics`` in the text format of Prometheus."""

from collections.abc import Callable

# Beyond as many label sets of one name, further ones count as "other": no label that a stranger chooses may grow us.
MOST_SERIES = 200

Labels = tuple[tuple[str, str], ...]


class Counters:
    """Numbers that only grow, by name and labels, and gauges that are read when somebody asks."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[Labels, float]] = {}
        self._gauges: dict[str, Callable[[], float]] = {}

    def add(self, name: str, amount: float = 1, /, **labels: str) -> None:
        """Count something. ``name`` is lower case with underscores and has neither prefix nor ``_total``."""
        series = self._counts.setdefault(name, {})
        key = tuple(sorted(labels.items()))
        if key not in series and len(series) >= MOST_SERIES:
            key = tuple((label, "other") for label, _ in key)
        series[key] = series.get(key, 0) + amount

    def count(self, name: str, /, **labels: str) -> float:
        """The sum over all series of the name that have at least these labels."""
        wanted = labels.items()
        return sum(value for key, value in self._counts.get(name, {}).items() if wanted <= dict(key).items())

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        """Show under this name what ``read`` answers at that moment."""
        self._gauges[name] = read

    def render(self) -> str:
        """The page."""
        lines: list[str] = []
        for name, series in sorted(self._counts.items()):
            lines.append(f"# TYPE shoplist_{name}_total counter")
            lines += [f"shoplist_{name}_total{_braces(key)} {_number(value)}" for key, value in sorted(series.items())]
        for name, read in sorted(self._gauges.items()):
            lines += [f"# TYPE shoplist_{name} gauge", f"shoplist_{name} {_number(read())}"]
        return "".join(f"{line}\n" for line in lines)


def _braces(labels: Labels) -> str:
    return "{" + ",".join(f'{label}="{_escaped(value)}"' for label, value in labels) + "}" if labels else ""


def _number(value: float) -> str:
    """Exact: a count beyond six digits is not rounded."""
    return str(int(value)) if value == int(value) else repr(value)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
