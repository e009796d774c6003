"""The server's time, by which clients correct theirs."""

from shoplist_appliance.web import outputs, shapes
from shoplist_appliance.web.fields import Nothing
from shoplist_appliance.web.rows import Access, Caller, House, Operation


async def _clock(house: House, wish: Nothing, caller: Caller) -> int:
    return house.services.clock.now()


ROWS = (
    Operation(
        name="clock",
        summary="The server's time",
        access=Access.READ,
        guests=True,
        live_only=True,
        input=Nothing,
        output=outputs.NowAnswer,
        example={},
        run=_clock,
        shape=shapes.now_answer,
    ),
)
