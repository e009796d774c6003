"""How much work a run puts into its figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    rounds: int
    seconds: float  # of load in each round
    sizes: tuple[int, ...]  # clients in a room
    calls: int  # one after another, for latency
    lengths: tuple[int, ...]  # items of a list
    idle: int  # clients that do nothing


FULL = Effort(rounds=5, seconds=2.0, sizes=(1, 10, 100, 1000), calls=1500, lengths=(10, 100, 1000, 2000), idle=1000)
QUICK = Effort(rounds=2, seconds=0.5, sizes=(1, 10, 100), calls=200, lengths=(10, 1000), idle=200)
