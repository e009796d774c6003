"""How much work a run puts into its figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    rounds: int
    seconds: float  # of load in each round
    sizes: tuple[int, ...]  # clients in a room
    calls: int  # one after another, for latency
    starts: int  # of each server, for what it costs before anyone does anything
    lengths: tuple[int, ...]  # items of a list
    idle: int  # clients that do nothing
    visits: int  # of each page


# Rounds are many and short: a shared machine changes its speed within seconds, and a round is what is compared.
FULL = Effort(
    9, 1.0, sizes=(1, 10, 100, 1000), calls=1000, starts=5, lengths=(10, 100, 1000, 2000), idle=1000, visits=3
)
QUICK = Effort(2, 0.5, sizes=(1, 10, 100), calls=200, starts=2, lengths=(10, 1000), idle=200, visits=1)
