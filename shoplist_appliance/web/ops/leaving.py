"""Taking everything along, and going: the export of an account and its deletion."""

from shoplist_appliance.domain.errors import Conflict, WrongCredentials
from shoplist_appliance.web import outputs, shapes
from shoplist_appliance.web.fields import Input, Nothing, Password
from shoplist_appliance.web.ops.accounts import PASSWORDS
from shoplist_appliance.web.ratelimit import Rate
from shoplist_appliance.web.rows import Access, Caller, House, Operation

EXPORTS = Rate("exports", burst=5, per_second=1 / 300, kept=True)


class DeleteAccount(Input):
    """The password, so that nobody who finds a phone does it."""

    password: Password


async def _export(house: House, wish: Nothing, caller: Caller) -> str:
    return f"{house.base_url()}/files/export/{await house.services.exports.make(caller.me.person)}"


async def _delete(house: House, wish: DeleteAccount, caller: Caller) -> None:
    await house.services.leaving.delete(caller.me, wish.password)


ROWS = (
    Operation(
        name="accounts.export",
        summary="Everything about me as a zip file of JSON, by a link that serves once, within an hour",
        access=Access.MANAGE,
        rate=EXPORTS,
        input=Nothing,
        output=outputs.ExportAnswer,
        example={},
        errors=(Conflict,),
        run=_export,
        shape=shapes.export_answer,
    ),
    Operation(
        name="accounts.delete",
        summary="Delete the account; lists with other members go over to them, the rest is removed",
        access=Access.MANAGE,
        rate=PASSWORDS,
        input=DeleteAccount,
        output=outputs.Done,
        example={"password": "a long sentence is a good password"},
        errors=(WrongCredentials,),
        cookie="clears",
        run=_delete,
        shape=shapes.nothing,
    ),
)
