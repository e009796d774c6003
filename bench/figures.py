"""What a measurement leaves: samples of alternated rounds, their median, and how they stand to their aims."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

Better = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One round's figure, with the shares of a core that generator and server used for it where they were watched."""

    value: float
    generator: float | None = None
    server: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """The rounds of one subject."""

    name: str
    samples: Sequence[Sample]

    @property
    def values(self) -> list[float]:
        return [sample.value for sample in self.samples]

    @property
    def median(self) -> float:
        return median(self.values)

    def unwatched(self, name: str) -> "Series":
        """The same figures under another name, where how busy both sides were is told already."""
        return Series(name, [Sample(sample.value) for sample in self.samples])

    def busy(self, who: Literal["generator", "server"]) -> float | None:
        shares = [share for sample in self.samples if (share := getattr(sample, who)) is not None]
        return median(shares) if shares else None


@dataclass(frozen=True, slots=True)
class Beside:
    """Something measured in the same rounds. ``aim`` is the share of it that ours must reach, or may cost; or None."""

    series: Series
    aim: float | None = None

    def ratio(self, ours: Series) -> float:
        """The median over the rounds of ours by theirs: what slows both in one round does not count."""
        return median(mine / other for mine, other in zip(ours.values, self.series.values, strict=True))


@dataclass(frozen=True, slots=True)
class Row:
    """One line: ours, what stands beside it, and a bound of its own where the aim is no ratio."""

    name: str
    ours: Series
    beside: Sequence[Beside] = ()
    bound: float | None = None

    def misses(self, better: Better) -> list[str]:
        """The names of what it loses to; ``"the aim"`` for its own bound."""
        lost = [
            beside.series.name
            for beside in self.beside
            if beside.aim is not None and not reaches(beside.ratio(self.ours), beside.aim, better)
        ]
        if self.bound is not None and not reaches(self.ours.median, self.bound, better):
            lost.append("the aim")
        return lost


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the report. ``key`` chooses it on the command line and begins the keys of its reasons."""

    key: str
    title: str
    text: str
    unit: str
    better: Better
    rows: Sequence[Row]
    notes: Sequence[str] = field(default_factory=list)


def reaches(value: float, aim: float, better: Better) -> bool:
    return value >= aim if better == "more" else value <= aim


def alternate(rounds: int, subjects: Mapping[str, Callable[[], Sample]]) -> dict[str, Series]:
    """Measure all subjects in each round, each round beginning with another, so that none always comes first."""
    names = list(subjects)
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            samples[name].append(subjects[name]())
    return {name: Series(name, taken) for name, taken in samples.items()}
