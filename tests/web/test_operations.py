"""The one way to call an operation: who may, how often, with what, in this order; and what a failure becomes."""

import asyncio
import dataclasses
import logging
from typing import Any

import pytest

from shoplist_appliance.app import App
from shoplist_appliance.domain import errors
from shoplist_appliance.usecases.people import BOTH_SCOPES, Principal
from shoplist_appliance.web import shapes
from shoplist_appliance.web.fields import Nothing
from shoplist_appliance.web.operations import TABLE, Access, Caller, Dispatcher, Operation, table_of
from shoplist_appliance.web.outputs import Done
from shoplist_appliance.web.ratelimit import Limits, Rate
from shoplist_appliance.web.rows import House, UndecidedAccess
from tests.clients.http import Http
from tests.clients.making import PASSWORD, add, new_id
from tests.clients.person import Person

NOBODY = Caller(None, "en", "192.0.2.1", "request")


async def caller_of(app: App, email: str = "ann@example.test") -> Caller:
    signed_in = await app.services.people.register(email, PASSWORD, "Ann", "en", None)
    return dataclasses.replace(NOBODY, principal=await app.services.people.authenticate(signed_in.secret))


def narrowed(caller: Caller, **rights: Any) -> Caller:
    return dataclasses.replace(caller, principal=dataclasses.replace(caller.me, **rights))


def row(**more: Any) -> Operation:
    async def run(house: House, wish: Nothing, caller: Caller) -> None:
        raise ZeroDivisionError("of what anyone typed")

    given: dict[str, Any] = {"name": "test.op", "summary": "", "input": Nothing, "output": Done, "example": {}}
    return Operation(**(given | {"run": run, "shape": shapes.nothing, "access": Access.READ} | more))


def dispatcher(app: App, one: Operation, factor: float = 0) -> Dispatcher:
    return Dispatcher(app.services, Limits(factor), app.counters, app.base_url, table_of([one]))


def test_a_row_that_does_not_say_who_may_call_it_stops_the_start() -> None:
    with pytest.raises(UndecidedAccess, match=r"test\.op"):
        table_of([row(access=None)])


def test_every_row_has_an_example_that_its_model_takes_and_words() -> None:
    for one in TABLE.values():
        assert one.access is not None
        assert one.summary, one.name
        assert not one.summary.endswith("."), one.name
        one.input.model_validate(one.example)


def test_only_what_needs_no_account_is_open_to_anyone() -> None:
    assert {name for name, one in TABLE.items() if one.access is Access.ANYONE} == {
        "accounts.register",
        "accounts.sign_in",
        "accounts.request_reset",
        "accounts.reset_password",
    }
    assert {name for name, one in TABLE.items() if one.access is Access.EITHER} == {"accounts.verify_email"}


async def test_checks_come_in_the_contracts_order(app: App) -> None:
    """Each caller breaks the rule at hand and all later ones; the first broken one is told."""
    once = Rate("once", burst=1, per_second=0.001)
    tested = dispatcher(app, row(access=Access.WRITE, rate=once), factor=1)
    ann = await caller_of(app)
    reader = narrowed(ann, scopes=frozenset({"read"}))
    ended = narrowed(reader, token="ended")
    app.services.people._end(["ended"], "revoked")  # type: ignore[list-item]
    for name, caller, error in (
        ("test.none", NOBODY, errors.UnknownOperation),
        ("test.op", NOBODY, errors.Unauthenticated),
        ("test.op", ended, errors.Unauthenticated),
        ("test.op", reader, errors.Forbidden),
        ("test.op", ann, errors.Invalid),  # takes the only call that the rate allows
        ("test.op", ann, errors.TooManyRequests),
    ):
        with pytest.raises(error):
            tested.begin(name, b"{", caller)


async def test_scopes_and_sessions_decide_what_a_token_may(app: App) -> None:
    ann = await caller_of(app)
    program = narrowed(ann, session=False)
    reader = narrowed(program, scopes=frozenset({"read"}))
    writer = narrowed(program, scopes=frozenset({"write"}))
    admin = narrowed(ann, role="admin")
    admins_program = narrowed(admin, session=False)
    allowed = {
        Access.READ: {ann: True, program: True, reader: True, writer: False},
        Access.WRITE: {ann: True, program: True, reader: False, writer: True},
        Access.MANAGE: {ann: True, program: False, reader: False, writer: False},
        Access.ADMIN: {ann: False, program: False, admin: True, admins_program: False},
    }
    for access, callers in allowed.items():
        tested = dispatcher(app, row(access=access))
        for caller, may in callers.items():
            if may:
                with pytest.raises(ZeroDivisionError):
                    await tested.call("test.op", {}, caller)
            else:
                with pytest.raises(errors.Forbidden):
                    tested.begin("test.op", {}, caller)


async def test_what_is_signed_in_is_never_limited_by_address(app: App) -> None:
    once = Rate("once", burst=1, per_second=0.001)
    signed, open_to_all = row(rate=once), row(rate=once, access=Access.ANYONE)
    ann, bob = await caller_of(app), await caller_of(app, "bob@example.test")
    tested = dispatcher(app, signed, factor=1)
    for caller in (ann, bob):
        with pytest.raises(ZeroDivisionError):
            await tested.call("test.op", {}, caller)
    tested = dispatcher(app, open_to_all, factor=1)
    with pytest.raises(ZeroDivisionError):
        await tested.call("test.op", {}, NOBODY)
    with pytest.raises(errors.TooManyRequests):
        tested.begin("test.op", {}, ann)


async def test_live_operations_are_unknown_to_http(app: App) -> None:
    ann = await caller_of(app)
    for name, one in TABLE.items():
        if one.live_only:
            with pytest.raises(errors.UnknownOperation):
                app.dispatcher.begin(name, one.example, ann)


async def test_calls_take_their_place_in_the_turn_before_begin_returns(app: App) -> None:
    ann = await caller_of(app)
    answer: Any = await app.dispatcher.call("lists.create", {"title": "G"}, ann)
    list_id = answer["list"]["id"]
    sent = [add(f"item {number}") for number in range(20)]
    started = [app.dispatcher.begin("lists.edit", {"list": list_id, "edits": [one]}, ann) for one in sent]
    started.append(app.dispatcher.begin("lists.undo", {"list": list_id, "revision": 20, "id": new_id()}, ann))
    assert all(isinstance(one.waiting, asyncio.Future) for one in started)
    answers: list[Any] = [one.answer(await one.waiting) for one in reversed(started)]
    assert [one["results"][0]["revision"] for one in reversed(answers)] == list(range(1, 22))


async def test_edits_are_counted_whether_or_not_they_are_well_formed(app: App) -> None:
    limits = Limits(1 / 60)  # a hundred edits at once
    tested = Dispatcher(app.services, limits, app.counters, app.base_url)
    ann = await caller_of(app)
    with pytest.raises(errors.Invalid):
        tested.begin("lists.edit", {"list": "x", "edits": [{}] * 100}, ann)
    with pytest.raises(errors.TooManyRequests) as refused:
        tested.begin("lists.edit", b'{"list": "x", "edits": [{}]}', ann)
    assert refused.value.retry_after is not None


async def test_the_unexpected_is_logged_once_by_name_and_told_to_nobody(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    tested = dispatcher(app, row())
    ann = await caller_of(app)
    with caplog.at_level(logging.INFO, logger="shoplist_appliance.web"):
        try:
            await tested.call("test.op", {}, ann)
        except ZeroDivisionError as error:
            problem = tested.problem(error, ann, "test.op")
    assert (problem["status"], problem["code"]) == (500, "internal")
    assert "typed" not in str(problem)
    (line,) = caplog.records
    assert (line.levelno, line.__dict__["operation"]) == (logging.ERROR, "test.op")
    assert line.__dict__["request_id"] == problem["request_id"] == "request"
    assert app.counters.count("refused", code="internal", operation="test.op") == 1


async def test_a_refusal_is_one_quiet_line_without_what_was_sent(app: App, caplog: pytest.LogCaptureFixture) -> None:
    ann = await caller_of(app)
    with caplog.at_level(logging.INFO, logger="shoplist_appliance.web"):
        problem = app.dispatcher.problem(errors.NotFound("list"), ann, "lists.get")
        app.dispatcher.problem(errors.UnknownOperation(), ann, "no.such\noperation")
    assert problem["code"] == "not_found"
    first, second = caplog.records
    assert (first.levelno, first.__dict__["operation"], first.__dict__["person"]) == (20, "lists.get", ann.me.person)
    assert second.__dict__["operation"] is None
    assert app.counters.count("refused", code="unknown_operation", operation="") == 1


async def test_a_call_is_one_line_with_its_operation_who_and_how_long(
    app: App, http: Http, caplog: pytest.LogCaptureFixture
) -> None:
    """At the level that everyone keeps only what decides who may do what; over either transport."""
    with caplog.at_level(logging.DEBUG, logger="shoplist_appliance.web"):
        ann = await Person.registered(http)
        list_id = await ann.new_list()
        share = await ann.call("shares.create", list=list_id, right="view")
        await ann.call("shares.list", list=list_id)
        async with await ann.live() as live:
            await live.call("lists.open", list=list_id)
            await live.call("lists.edit", list=list_id, edits=[add("milk")])
            await live.problem("invalid", "lists.edit", list=list_id)
        (await http.call("lists.get", {"list": list_id, "key": share["key"]})).ok()
        (await http.get("/healthz")).ok()
    lines = [(line.levelname, *map(line.__dict__.get, ("operation", "person", "status"))) for line in caplog.records]
    assert lines == [
        ("INFO", "accounts.register", ann.id, 200),
        ("DEBUG", "lists.create", ann.id, 200),
        ("INFO", "shares.create", ann.id, 200),
        ("DEBUG", "shares.list", ann.id, 200),
        ("DEBUG", "lists.open", ann.id, 200),
        ("DEBUG", "lists.edit", ann.id, 200),
        ("INFO", "lists.edit", ann.id, 400),
        ("DEBUG", "lists.get", "guest", 200),
        ("DEBUG", None, None, 200),
    ]
    assert len({line.__dict__["request_id"] for line in caplog.records}) == len(lines)
    assert caplog.records[0].__dict__["ms"] > 10, "it hashed a password"
    assert all(0 <= line.__dict__["ms"] < 10_000 for line in caplog.records)


@pytest.mark.parametrize(
    "raw",
    [b"{", b"NaN", b"[1e999]", b'"\\ud800"', b"\xff", b"\xef\xbb\xbf{}", b"'a'", b"{}{}", b"[" * 2000 + b"]" * 2000],
)
def test_what_is_no_json_is_invalid(raw: bytes) -> None:
    with pytest.raises(errors.Invalid):
        Dispatcher.decode(raw)


def test_an_empty_body_is_an_empty_object() -> None:
    assert Dispatcher.decode(b"") == {}


async def test_true_is_not_one(app: App) -> None:
    ann = await caller_of(app)
    for link in (1, "true", None, False):
        with pytest.raises(errors.Invalid) as refused:
            app.dispatcher.begin("members.invite", {"list": new_id(), "role": "editor", "link": link}, ann)
        assert list(refused.value.fields) == ["link"]


def test_a_principal_is_enough_to_say_who_calls() -> None:
    principal = Principal("p", "t", "user", BOTH_SCOPES, True, "en")  # type: ignore[arg-type]
    assert dataclasses.replace(NOBODY, principal=principal).me is principal
