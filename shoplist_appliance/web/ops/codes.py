"""What comes back from a mail: a validated address, a new password."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shoplist_appliance.domain.addresses import email_key
from shoplist_appliance.domain.errors import Conflict, Forbidden, Gone, NotFound, Unauthenticated
from shoplist_appliance.web import outputs, shapes
from shoplist_appliance.web.fields import Email, Input, Nothing, OpaqueId, Password, refused
from shoplist_appliance.web.ratelimit import Rate, network_of
from shoplist_appliance.web.rows import Access, Caller, House, Operation

VALIDATING = Rate("validate", burst=30, per_second=1 / 5, kept=True)
RESENDING = Rate("resend", burst=20, per_second=1 / 60, kept=True)
# By address. The second one by address and account, so that nobody uses up what others have for their own.
ASKING = Rate("ask_reset", burst=30, per_second=1 / 60, kept=True)
ASKING_FOR_ONE = Rate("ask_reset_for_one", burst=10, per_second=1 / 600, kept=True)
RESETTING = Rate("reset", burst=30, per_second=1 / 10, kept=True)


class VerifyEmail(Input):
    """The code of a mail, or what its link ends in: exactly one of the two."""

    code: Annotated[OpaqueId | None, Field(description="The six digits. Only for who is signed in.")] = None
    token: Annotated[OpaqueId | None, Field(description="What the link ends in. For anyone who holds it.")] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.code is None) == (self.token is None):
            raise refused("code_or_token")
        return self


class RequestReset(Input):
    """Whose password is to be set anew."""

    email: Email


class ResetPassword(Input):
    """What the link of the mail ends in, and the password as it is to be."""

    token: OpaqueId
    password: Password


async def _verify(house: House, wish: VerifyEmail, caller: Caller) -> None:
    if wish.token is not None:
        return await house.services.codes.validate_by_link(wish.token)
    if caller.principal is None:
        raise Unauthenticated
    if not caller.me.session:
        raise Forbidden("api_token")
    digits = "".join((wish.code or "").split()).replace("-", "")
    return await house.services.codes.validate(caller.me.person, digits)


async def _resend(house: House, wish: Nothing, caller: Caller) -> None:
    await house.services.codes.resend(caller.me.person)


async def _request_reset(house: House, wish: RequestReset, caller: Caller) -> None:
    house.limits.take(ASKING_FOR_ONE, (network_of(caller.address), email_key(wish.email)))
    await house.services.codes.request_reset(wish.email)


async def _reset(house: House, wish: ResetPassword, caller: Caller) -> None:
    await house.services.codes.reset(wish.token, wish.password)


_SECRET = "3Qx0m7yV9tG2hJ5kL8pR1sT4uW6zA0bC3dE5fH7iK9o"

ROWS = (
    Operation(
        name="accounts.verify_email",
        summary="Validate the address that waits, by the code or the link of the newest mail",
        description="A code bears five wrong tries. Each counts for a day, and once.",
        access=Access.EITHER,
        rate=VALIDATING,
        input=VerifyEmail,
        output=outputs.Done,
        example={"code": "123456"},
        errors=(Unauthenticated, Forbidden, NotFound, Gone, Conflict),
        run=_verify,
        shape=shapes.nothing,
    ),
    Operation(
        name="accounts.resend_verification",
        summary="Send a new code to the address that waits; those of before no longer count",
        access=Access.MANAGE,
        rate=RESENDING,
        input=Nothing,
        output=outputs.Done,
        example={},
        errors=(Conflict,),
        run=_resend,
        shape=shapes.nothing,
    ),
    Operation(
        name="accounts.request_reset",
        summary="Have a link sent by which a forgotten password is set anew",
        description="The answer is the same whether or not there is such an account. A link counts for an hour, once.",
        access=Access.ANYONE,
        rate=ASKING,
        input=RequestReset,
        output=outputs.Done,
        example={"email": "ann@example.org"},
        run=_request_reset,
        shape=shapes.nothing,
    ),
    Operation(
        name="accounts.reset_password",
        summary="Set a password by the link of a mail, and end all sessions of the account",
        access=Access.ANYONE,
        rate=RESETTING,
        input=ResetPassword,
        output=outputs.Done,
        example={"token": _SECRET, "password": "another sentence is a good one too"},
        errors=(NotFound, Gone),
        run=_reset,
        shape=shapes.nothing,
    ),
)
