"""Validated addresses and new passwords, as they are asked for from outside."""

import asyncio
import time

import pyotp
import pytest

from tests.clients.http import Http
from tests.clients.mails import code_in, link_mailed, mailed, mails_to, text_of
from tests.clients.making import PASSWORD, new_id
from tests.clients.person import Person
from tests.clients.process import Process
from tests.clients.soon import within_a_second


async def test_a_change_of_address_waits_until_it_is_validated(http: Http, anna: Person) -> None:
    asked = f"{new_id()}@example.test"
    user = (await anna.call("accounts.update", email=asked, name="Аня"))["user"]
    assert user == {**anna.user, "name": "Аня", "new_email": asked}
    assert (await anna.call("accounts.me"))["user"] == user
    (await http.call("accounts.sign_in", {"email": asked, "password": PASSWORD})).problem("wrong_credentials")
    (await http.call("accounts.sign_in", {"email": anna.email, "password": PASSWORD})).ok()
    assert (await anna.call("accounts.update", email=anna.email))["user"] == {**anna.user, "name": "Аня"}


async def test_an_address_that_is_known_is_answered_as_any_other(anna: Person, boris: Person) -> None:
    user = (await anna.call("accounts.update", email=boris.email))["user"]
    assert (user["email"], user["new_email"]) == (anna.email, boris.email)
    assert (await boris.call("accounts.me"))["user"] == boris.user


async def test_a_program_does_not_change_the_address(anna: Person) -> None:
    program = await anna.program("read", "write")
    await program.problem("forbidden", "accounts.update", email="b@example.test")
    await program.problem("forbidden", "accounts.verify_email", code="123456")
    await program.problem("forbidden", "accounts.resend_verification")
    assert (await anna.call("accounts.me"))["user"] == anna.user


async def test_an_address_that_is_none_names_its_field(anna: Person) -> None:
    assert set((await anna.problem("invalid", "accounts.update", email="none"))["fields"]) == {"email"}


async def test_a_code_needs_its_account_and_a_link_needs_nobody(http: Http, anna: Person) -> None:
    (await http.call("accounts.verify_email", {"code": "123456"})).problem("unauthenticated")
    (await http.call("accounts.verify_email", {"code": "123456"}, "no-such-token")).problem("unauthenticated")
    for token in (None, "no-such-token", anna.token):
        (await http.call("accounts.verify_email", {"token": "no-such-link"}, token)).problem("not_found")
    foreign = {"Cookie": f"shoplist={anna.token}", "Origin": "https://evil.example"}
    (await http.call("accounts.verify_email", {"code": "123456"}, headers=foreign)).problem("unauthenticated")
    own = {"Cookie": f"shoplist={anna.token}", "Origin": http.url}
    (await http.call("accounts.verify_email", {"code": "no code"}, headers=own)).problem("not_found")


@pytest.mark.parametrize("payload", [{}, {"code": "1", "token": "1"}, {"code": None}, {"code": " "}, {"code": 123456}])
async def test_one_of_code_and_token_is_needed(anna: Person, payload: dict[str, object]) -> None:
    problem = (await anna.ask("accounts.verify_email", payload)).problem("invalid")
    assert set(problem["fields"]) == {"code"}


async def test_after_five_wrong_codes_every_code_is_gone(anna: Person) -> None:
    codes = [f"{number:06}" for number in range(10)]
    heard = [(await anna.ask("accounts.verify_email", {"code": code})).status for code in codes]
    assert heard == [404] * 5 + [410] * 5


async def test_asking_for_a_reset_is_answered_alike_for_everyone(http: Http, anna: Person) -> None:
    for email in (anna.email, anna.email.upper(), f"{new_id()}@example.test"):
        assert (await http.call("accounts.request_reset", {"email": email})).ok() == {}
    await anna.call("accounts.me")


async def test_a_wrong_link_sets_no_password(http: Http) -> None:
    wrong = {"token": "no-such-link", "password": "another password"}
    (await http.call("accounts.reset_password", wrong)).problem("not_found")
    problem = (await http.call("accounts.reset_password", {**wrong, "password": "short"})).problem("invalid")
    assert set(problem["fields"]) == {"password"}


async def test_the_code_of_the_mail_validates_the_address_and_a_newer_mail_withdraws_it(
    server: Process, anna: Person
) -> None:
    first = code_in(await mailed(server.data, anna.email))
    assert not (await anna.call("accounts.me"))["user"]["email_verified"]
    await anna.call("accounts.resend_verification")
    second = code_in(await mailed(server.data, anna.email, 2))
    if first != second:
        await anna.problem("gone", "accounts.verify_email", code=first)
    assert await anna.call("accounts.verify_email", code=f" {second[:3]}-{second[3:]}") == {}
    assert (await anna.call("accounts.me"))["user"]["email_verified"]
    await anna.problem("gone", "accounts.verify_email", code=second)
    await anna.problem("conflict", "accounts.resend_verification")


async def test_the_link_of_the_mail_validates_the_address_for_who_is_not_signed_in(
    server: Process, http: Http, anna: Person
) -> None:
    link = {"token": await link_mailed(server.data, anna.email, "verify")}
    (await http.call("accounts.verify_email", link)).ok()
    assert (await anna.call("accounts.me"))["user"]["email_verified"]
    (await http.call("accounts.verify_email", link)).problem("gone")


async def test_mails_speak_the_language_of_the_account(server: Process, http: Http) -> None:
    for language, word in (("ru", "ссылку"), ("en", "link")):
        person = await Person.registered(http, language=language)
        assert word in text_of(await mailed(server.data, person.email))


async def test_an_address_moves_by_its_mail_and_the_old_one_hears_of_it_twice(
    server: Process, http: Http, anna: Person
) -> None:
    await mailed(server.data, anna.email)
    new = f"{new_id()}@example.test"
    await anna.call("accounts.update", email=new)
    asked = await mailed(server.data, anna.email, 2)
    assert new not in text_of(asked)
    await anna.call("accounts.verify_email", code=code_in(await mailed(server.data, new)))
    user = (await anna.call("accounts.me"))["user"]
    assert user == {**anna.user, "email": new, "email_verified": True}
    await mailed(server.data, anna.email, 3)
    (await http.call("accounts.sign_in", {"email": new, "password": PASSWORD})).ok()
    (await http.call("accounts.sign_in", {"email": anna.email, "password": PASSWORD})).problem("wrong_credentials")


async def test_an_address_with_an_account_is_told_so_and_gets_no_code(
    server: Process, anna: Person, boris: Person
) -> None:
    await mailed(server.data, boris.email)
    await anna.call("accounts.update", email=boris.email)
    assert "/verify/" not in text_of(await mailed(server.data, boris.email, 2))


async def test_a_password_is_set_by_the_mail_and_every_session_ends_within_a_second(
    server: Process, http: Http
) -> None:
    async def tried() -> float:
        anna = await Person.registered(http)
        program = await anna.program("read")
        (await http.call("accounts.request_reset", {"email": anna.email.upper()})).ok()
        token = await link_mailed(server.data, anna.email, "reset")
        async with await anna.live() as live:
            (await http.call("accounts.reset_password", {"token": token, "password": "another password"})).ok()
            start = time.monotonic()
            assert (await live.hear("signed_out"))["reason"] == "password_changed"
            took = time.monotonic() - start
        await anna.problem("unauthenticated", "accounts.me")
        await program.problem("unauthenticated", "accounts.me")
        (await http.call("accounts.sign_in", {"email": anna.email, "password": PASSWORD})).problem("wrong_credentials")
        (await http.call("accounts.sign_in", {"email": anna.email, "password": "another password"})).ok()
        again = {"token": token, "password": "a third password"}
        (await http.call("accounts.reset_password", again)).problem("gone")
        assert (await mailed(server.data, anna.email, 3))["Subject"] == "Your password was changed"
        return took

    await within_a_second(tried)


async def test_a_stranger_keeps_no_address_by_a_second_factor_of_their_own(
    server: Process, http: Http, anna: Person
) -> None:
    """Nor by a browser that they signed in with: whoever reads the mail is asked for neither."""
    secret = (await anna.call("totp.begin"))["secret"]
    await anna.call("totp.confirm", code=pyotp.TOTP(secret).now())
    (await http.call("accounts.request_reset", {"email": anna.email})).ok()
    token = await link_mailed(server.data, anna.email, "reset")
    (await http.call("accounts.reset_password", {"token": token, "password": "another password"})).ok()
    answer = await http.call("accounts.sign_in", {"email": anna.email, "password": "another password"})
    assert answer.ok()["user"]["totp"] is False


async def test_a_second_factor_of_a_validated_address_outlives_a_reset(
    server: Process, http: Http, anna: Person
) -> None:
    await anna.call("accounts.verify_email", code=code_in(await mailed(server.data, anna.email)))
    secret = (await anna.call("totp.begin"))["secret"]
    await anna.call("totp.confirm", code=pyotp.TOTP(secret).now())
    (await http.call("accounts.request_reset", {"email": anna.email})).ok()
    token = await link_mailed(server.data, anna.email, "reset")
    (await http.call("accounts.reset_password", {"token": token, "password": "another password"})).ok()
    signed = await http.call("accounts.sign_in", {"email": anna.email, "password": "another password"})
    signed.problem("totp_required")


@pytest.mark.parametrize(
    "address", ["a\u00adb@example.org", "ab@exam\u200bple.org", "=?utf-8?q?a=0D=0ABcc:_b@b.test?=@example.org"]
)
async def test_an_address_with_what_is_not_seen_is_none(http: Http, address: str) -> None:
    payload = {"name": "Eve", "email": address, "password": PASSWORD}
    (await http.call("accounts.register", payload)).problem("invalid")


async def test_an_address_without_an_account_gets_no_mail(server: Process, http: Http, anna: Person) -> None:
    nobody = f"{new_id()}@example.test"
    for email in (nobody, anna.email):
        (await http.call("accounts.request_reset", {"email": email})).ok()
    await link_mailed(server.data, anna.email, "reset")
    await asyncio.sleep(1)
    assert mails_to(server.data, nobody) == []
