"""What only an admin of this server sees."""

from collections.abc import Sequence

from shoplist_appliance.usecases.alerts import Alert
from shoplist_appliance.web import outputs, shapes
from shoplist_appliance.web.fields import Nothing
from shoplist_appliance.web.rows import Access, Caller, House, Operation


async def _alerts(house: House, wish: Nothing, caller: Caller) -> Sequence[Alert]:
    return await house.services.alerts.list()


ROWS = (
    Operation(
        name="admin.alerts",
        summary="Strange situations of the last 90 days, grouped and counted, the last to happen first",
        access=Access.ADMIN,
        input=Nothing,
        output=outputs.AlertsAnswer,
        example={},
        run=_alerts,
        shape=shapes.alerts_answer,
    ),
)
