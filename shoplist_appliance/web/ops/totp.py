"""Two-factor sign-in: setting up an authenticator app, and giving it up."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from shoplist_appliance.domain.errors import Conflict, WrongCredentials
from shoplist_appliance.usecases.second_factor import Begun
from shoplist_appliance.web import outputs, qr, shapes
from shoplist_appliance.web.fields import Input, Nothing, OpaqueId, Password
from shoplist_appliance.web.ratelimit import Rate
from shoplist_appliance.web.rows import Access, Caller, House, Operation

CODES = Rate("totp", burst=10, per_second=1 / 10, kept=True)


class ConfirmTotp(Input):
    """What the app shows now."""

    code: Annotated[OpaqueId, Field(description="The six digits.")]


class DisableTotp(Input):
    """What proves that both are still one's own."""

    password: Password
    totp: Annotated[OpaqueId, Field(description="A code of the app, or a recovery code.")]


async def _begin(house: House, wish: Nothing, caller: Caller) -> tuple[Begun, str]:
    begun = await house.services.second_factor.begin(caller.me.person)
    return begun, await asyncio.to_thread(qr.svg, begun.uri)  # drawing takes too long for the loop


async def _confirm(house: House, wish: ConfirmTotp, caller: Caller) -> Sequence[str]:
    return await house.services.second_factor.confirm(caller.me.person, wish.code)


async def _disable(house: House, wish: DisableTotp, caller: Caller) -> None:
    await house.services.second_factor.disable(caller.me.person, wish.password, wish.totp)


ROWS = (
    Operation(
        name="totp.begin",
        summary="A new secret for an authenticator app; it counts once it is confirmed",
        access=Access.MANAGE,
        rate=CODES,
        input=Nothing,
        output=outputs.TotpBegunAnswer,
        example={},
        errors=(Conflict,),
        run=_begin,
        shape=shapes.totp_begun_answer,
    ),
    Operation(
        name="totp.confirm",
        summary="Have the second factor count from now on; the recovery codes are shown this once",
        access=Access.MANAGE,
        rate=CODES,
        input=ConfirmTotp,
        output=outputs.RecoveryCodesAnswer,
        example={"code": "123456"},
        errors=(WrongCredentials, Conflict),
        run=_confirm,
        shape=shapes.recovery_codes_answer,
    ),
    Operation(
        name="totp.disable",
        summary="Sign in with the password alone from now on",
        access=Access.MANAGE,
        rate=CODES,
        input=DisableTotp,
        output=outputs.Done,
        example={"password": "a long sentence is a good password", "totp": "123456"},
        errors=(WrongCredentials, Conflict),
        run=_disable,
        shape=shapes.nothing,
    ),
)
