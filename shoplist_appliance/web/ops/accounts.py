"""Accounts: registering, signing in and out, and what a person may change of their own."""

from collections.abc import Hashable, Sequence
from contextlib import suppress
from functools import partial
from typing import Annotated

from pydantic import Field, ValidationError

from shoplist_appliance.domain.addresses import email_key
from shoplist_appliance.domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Gone,
    NotFound,
    TotpRequired,
    WrongCredentials,
)
from shoplist_appliance.domain.people import Language, Person, Theme
from shoplist_appliance.usecases.people import SignedIn, hash_of
from shoplist_appliance.web import outputs, problems, shapes
from shoplist_appliance.web.devices import device_name
from shoplist_appliance.web.fields import Email, Input, Name, Nothing, OpaqueId, Password
from shoplist_appliance.web.ratelimit import Rate, network_of
from shoplist_appliance.web.rows import Access, Caller, House, Operation

# By address, and twenty phones of a household share one: an attempt that succeeds hardly counts.
REGISTERING = Rate("register", burst=60, per_second=1 / 2, kept=True)
SIGNING_IN = Rate("sign_in", burst=30, per_second=1 / 5, kept=True)
SUCCESS_BACK = 0.9
# By address and account. Not by account alone: then strangers could lock its owner out.
SIGNING_IN_TO_ONE = Rate("sign_in_to_one", burst=40, per_second=1 / 60, kept=True)
# By account and browser, for one that signed in to it before: nothing that others do holds it up.
SIGNING_IN_AGAIN = Rate("sign_in_again", burst=50, per_second=1 / 60, kept=True)
PASSWORDS = Rate("passwords", burst=10, per_second=1 / 10, kept=True)

Device = Annotated[
    Name | None,
    Field(description="What the person will know this device by, among their tokens. Without it: browser and system."),
]
Invitation = Annotated[OpaqueId | None, Field(description="The code of an invitation to a list, which is then joined.")]


class Register(Input):
    """What a new account needs."""

    email: Email
    password: Password
    name: Name
    language: Annotated[Language | None, Field(description="At first the caller's.")] = None
    device: Device = None
    invitation: Invitation = None


def checked(email: str, name: str, password: str) -> Register:
    """An account by the rules of the door, for who comes by the command line. Raises ``Invalid``."""
    try:
        return Register.model_validate({"email": email, "name": name, "password": password})
    except ValidationError as error:
        raise problems.invalid(error) from None


class SignIn(Input):
    """What proves who signs in."""

    email: Email
    password: Password
    totp: Annotated[
        OpaqueId | None, Field(description="A code of the app, or a recovery code, where there is a second factor.")
    ] = None
    device: Device = None


class UpdateAccount(Input):
    """What is to change; what is missing stays."""

    name: Name | None = None
    email: Annotated[
        Email | None, Field(description="It counts once it is validated; until then the old one does.")
    ] = None
    language: Language | None = None
    theme: Theme | None = None


class ChangePassword(Input):
    """The password as it is, and as it is to be."""

    password: Password
    new_password: Password


async def _register(house: House, wish: Register, caller: Caller) -> SignedIn:
    people, members = house.services.people, house.services.members
    check = partial(members.check, wish.invitation) if wish.invitation else None
    language = wish.language or caller.language
    device = wish.device or device_name(caller.agent, language)
    signed_in = await people.register(wish.email, wish.password, wish.name, language, device, check)
    if wish.invitation:
        try:
            await members.accept(signed_in.person.id, wish.invitation)
        except (Gone, NotFound):
            await people.come_too_late(signed_in.person.id)
        except DomainError:
            pass  # the account is made and its token must be told
    if not signed_in.person.email_verified:
        await house.services.codes.welcome(signed_in.person)
    if caller.browser is not None:
        with suppress(DomainError):
            await people.met(signed_in.person, caller.browser.secret)
    return signed_in


async def _sign_in(house: House, wish: SignIn, caller: Caller) -> SignedIn:
    """An attempt counts as failed until it has succeeded, so that many at once are as limited as one after another.

    A failure is stored before it is answered: a restart forgives nobody.
    """
    people = house.services.people
    taken = await _taken(house, wish.email, caller)
    device = wish.device or device_name(caller.agent, caller.language)
    browser = caller.browser.secret if caller.browser is not None else None
    try:
        signed_in = await people.sign_in(wish.email, wish.password, device, wish.totp, browser)
    except WrongCredentials:
        house.services.alerts.failed_sign_in(network_of(caller.address), wish.email)
        await house.services.kept_limits.keep()
        raise
    except DomainError:
        _give_back(house, taken)  # no password was wrong
        raise
    _give_back(house, taken)
    if caller.browser is not None:
        with suppress(DomainError):  # its token must be told
            await people.met(signed_in.person, caller.browser.secret)
    return signed_in


async def _taken(house: House, email: str, caller: Caller) -> Sequence[tuple[Rate, Hashable]]:
    """Take what an attempt costs, and say of which rates. Of strangers the door has taken the first already:
    it is taken anew with the second, so that an attempt that was none costs nobody else at the address."""
    network, account, browser = network_of(caller.address), email_key(email), caller.browser
    if browser is not None and not browser.is_new:
        if await house.services.people.knows(email, browser.secret):
            own = (account, hash_of(browser.secret).hex())
            house.limits.take(SIGNING_IN_AGAIN, own)
            return [(SIGNING_IN_AGAIN, own)]
    else:
        house.limits.give_back(SIGNING_IN, network)
    rates: Sequence[tuple[Rate, Hashable]] = [(SIGNING_IN, network), (SIGNING_IN_TO_ONE, (network, account))]
    house.limits.take_all(rates)
    return rates


def _give_back(house: House, taken: Sequence[tuple[Rate, Hashable]]) -> None:
    for rate, key in taken:
        house.limits.give_back(rate, key, SUCCESS_BACK if rate is SIGNING_IN else 1)


async def _me(house: House, wish: Nothing, caller: Caller) -> Person:
    return await house.services.people.me(caller.me.person)


async def _update(house: House, wish: UpdateAccount, caller: Caller) -> Person:
    if wish.email is not None:
        if not caller.me.session:
            raise Forbidden("api_token")
        await house.services.codes.change_address(caller.me.person, wish.email)
    return await house.services.people.update(caller.me.person, wish.name, wish.language, wish.theme)


async def _change_password(house: House, wish: ChangePassword, caller: Caller) -> None:
    await house.services.codes.change_password(caller.me, wish.password, wish.new_password)


async def _sign_out(house: House, wish: Nothing, caller: Caller) -> None:
    await house.services.people.sign_out(caller.me)


_PASSWORD = "a long sentence is a good password"

ROWS = (
    Operation(
        name="accounts.register",
        summary="Make an account and sign it in",
        access=Access.ANYONE,
        rate=REGISTERING,
        input=Register,
        output=outputs.SignedInAnswer,
        example={"email": "ann@example.org", "password": _PASSWORD, "name": "Ann", "language": "en", "device": "Phone"},
        errors=(Forbidden, NotFound, Conflict, Gone),
        cookie="sets",
        run=_register,
        shape=shapes.signed_in_answer,
    ),
    Operation(
        name="accounts.sign_in",
        summary="Sign a device in",
        description=(
            "Unknown address and wrong password are answered alike. An account with a second factor needs a code as"
            " well: without one the answer is `totp_required`. A browser gets the token in a cookie too."
        ),
        access=Access.ANYONE,
        rate=SIGNING_IN,
        spares_browsers=True,
        input=SignIn,
        output=outputs.SignedInAnswer,
        example={"email": "ann@example.org", "password": _PASSWORD, "device": "Phone"},
        errors=(WrongCredentials, TotpRequired, Forbidden),
        cookie="sets",
        run=_sign_in,
        shape=shapes.signed_in_answer,
    ),
    Operation(
        name="accounts.me",
        summary="The account that calls",
        access=Access.READ,
        input=Nothing,
        output=outputs.UserAnswer,
        example={},
        cookie="renews",
        run=_me,
        shape=shapes.user_answer,
    ),
    Operation(
        name="accounts.update",
        summary="Change name, e-mail address, language or theme",
        description=(
            "Another address gets a mail with a code, and the present one hears of it; the account moves when the code "
            "has come back. The present address again gives the change up. A token of `tokens.create` cannot do this."
        ),
        access=Access.WRITE,
        input=UpdateAccount,
        output=outputs.UserAnswer,
        example={"name": "Ann", "theme": "dark"},
        run=_update,
        shape=shapes.user_answer,
    ),
    Operation(
        name="accounts.change_password",
        summary="Change the password and end all other sessions",
        access=Access.MANAGE,
        rate=PASSWORDS,
        input=ChangePassword,
        output=outputs.Done,
        example={"password": _PASSWORD, "new_password": "another sentence is a good one too"},
        errors=(WrongCredentials,),
        run=_change_password,
        shape=shapes.nothing,
    ),
    Operation(
        name="accounts.sign_out",
        summary="End the token that calls, and clear the cookie",
        access=Access.READ,
        input=Nothing,
        output=outputs.Done,
        example={},
        cookie="clears",
        run=_sign_out,
        shape=shapes.nothing,
    ),
)
