"""What an admin is told in numbers."""

from shoplist_appliance.ports import Sizes
from shoplist_appliance.usecases.mail import Mail
from shoplist_appliance.usecases.stats import ServerStats, Stats
from tests.usecases.conftest import House


async def test_numbers_are_those_of_the_moment_and_the_start_stays(house: House) -> None:
    live = [3]
    stats = Stats(house.store, house.clock, connections=lambda: live[0], disk_free=lambda: 7)
    started, mail = house.clock.now(), Mail(house.store, house.clock, is_configured=True)
    first = await stats.read()
    assert first == ServerStats(Sizes(0, 0, 0, first.sizes.on_disk), 3, 0, 7, started)
    house.clock.advance(seconds=60)
    live[0] = 4
    await house.person("Anna")
    await mail.send("anna@example.test", "verify", "en", {})
    later = await stats.read()
    assert later == ServerStats(Sizes(1, 0, 0, later.sizes.on_disk), 4, 1, 7, started)
