"""Whether an edit costs more the longer its list is: it must not, since it is one small row."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import load, servers, shop
from bench.effort import Effort
from bench.figures import Beside, Row, Sample, Section, Series, alternate

WINDOW = 64
AIM = 1.1
TEXT = """\
Microseconds an edit takes, one edit a call, 64 in flight over one connection: one item after another gets a quantity,
is ticked, gets a note, is unticked, so that the list keeps its length. Snapshots fall due meanwhile and count: CPU is
all that the product's threads used, elapsed what passed on the clock. Twice the rounds, of half the time."""


def measure(effort: Effort) -> Section:
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        product = stack.enter_context(servers.product(data))
        entered = shop.enter(product.url)
        # Twice as many rounds of half the time: a tenth is to be told apart.
        measured = [Length(product, entered, length, effort.seconds / 2) for length in effort.lengths]
        cpu = alternate(effort.rounds * 2, {length.name: length.cpu for length in measured})
    elapsed = {length.name: Series(length.name, length.elapsed) for length in measured}
    rows = [*against_shortest(cpu, "CPU"), *against_shortest(elapsed, "elapsed")]
    return Section("length", "An edit by the length of its list", TEXT, "items", "less", rows)


def against_shortest(series: dict[str, Series], what: str) -> list[Row]:
    shortest = next(iter(series))
    beside = Beside(series[shortest].unwatched("the shortest list"), AIM)
    return [Row(f"{name}, {what}", taken, [beside]) for name, taken in series.items()]


class Length:
    """A list with so many items."""

    def __init__(self, product: servers.Server, entered: shop.Shop, length: int, seconds: float) -> None:
        self.name = f"{length:,}"
        self.product = product
        self.shop = entered
        self.seconds = seconds
        self.list, self.items = entered.make_list(length)
        self.elapsed: list[Sample] = []

    def cpu(self) -> Sample:
        """The CPU of an edit; what passed on the clock is kept beside it."""
        client = self.shop.connect()
        seen = load.stored({client: shop.changes(self.list, self.items)}, WINDOW, self.seconds, self.product.cpu)
        client.close()
        self.elapsed.append(Sample(1e6 / seen.rate))
        return Sample(1e6 * seen.server / seen.rate, seen.busy, seen.server)
