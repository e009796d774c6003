"""Our own OpenAPI, held against what the server answers: no 500, nothing that is not written there."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shoplist_appliance.web.operations import TABLE, Access
from tests.clients.http import Http
from tests.clients.making import PASSWORD, add, new_id, tick
from tests.clients.person import Person
from tests.clients.process import Process, create_admin

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
POSTED = sorted(name for name, row in TABLE.items() if not row.live_only)


@pytest.fixture(scope="module")
def schema(server: Process) -> Any:
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


async def someone(url: str) -> tuple[dict[str, str], str, str]:
    """The headers of a new account, a list of hers with a little history, and the key of a share of it."""
    async with Http(url) as http:
        anna = await Person.registered(http)
        list_id = await anna.new_list()
        milk = add("milk", quantity=2, unit="kg", note="n", category="c", price=1.5)
        await anna.done(list_id, milk, add("bread"), tick(milk["item"]))
        key = (await anna.call("shares.create", list=list_id, right="edit"))["key"]
        return {"Authorization": f"Bearer {anna.token}"}, list_id, key


async def an_admin(server: Process, http: Http) -> Person:
    email = f"{new_id()}@example.test"
    made = create_admin(server, email, "Admin", PASSWORD)
    assert made.returncode == 0, made.stderr
    signed_in = (await http.call("accounts.sign_in", {"email": email, "password": PASSWORD})).ok()
    return Person(http, signed_in["user"], signed_in["token"])


async def test_it_names_every_operation_that_is_posted_and_no_other(http: Http) -> None:
    document = (await http.get("/openapi.json")).ok()
    assert document["openapi"].startswith("3.1")
    posted = {path for path, item in document["paths"].items() if "post" in item and path.startswith("/api/")}
    assert posted == {f"/api/{name}" for name in POSTED}


async def test_its_examples_are_what_the_server_takes(server: Process, http: Http, anna: Person) -> None:
    """An example that is refused teaches the wrong thing: those of the request bodies pass the door at least."""
    admin = await an_admin(server, http)
    document = (await http.get("/openapi.json")).ok()
    for name in POSTED:
        body = document["paths"][f"/api/{name}"]["post"].get("requestBody")
        if body is None:
            continue
        media = body["content"]["application/json"]
        examples = [media["example"]] if "example" in media else [one["value"] for one in media["examples"].values()]
        assert examples
        for example in examples:
            caller = admin if TABLE[name].access is Access.ADMIN else anna
            answer = await http.call(name, example, (await caller.again()).token)
            assert answer.status in (200, 401, 404, 409, 410), (name, example, answer.body)


async def test_it_says_what_a_guest_may_call_and_what_guests_are_answered(http: Http, anna: Person) -> None:
    list_id = await anna.new_list()
    key = (await anna.call("shares.create", list=list_id, right="edit"))["key"]
    document = (await http.get("/openapi.json")).ok()
    for_guests = set()
    for name in POSTED:
        operation = document["paths"][f"/api/{name}"]["post"]
        media = operation["requestBody"]["content"]["application/json"]
        payload = {**media.get("example", {}), **media.get("examples", {}).get("key", {}).get("value", {}), "key": key}
        answer = await http.call(name, {**payload, "list": list_id} if "list" in payload else payload)
        assert str(answer.status) in operation["responses"], (name, answer.body)
        takes_a_key = "key" in document["components"]["schemas"][TABLE[name].input.__name__]["properties"]
        if takes_a_key:
            for_guests.add(name)
            assert operation["security"] == [{}, {"token": []}, {"cookie": []}]
            assert "`key`" in operation["description"]
        assert answer.status == (200 if takes_a_key else 401), (name, answer.body)
    assert for_guests == {"lists.get", "lists.edit"}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", POSTED)
def test_nothing_undocumented_is_answered(
    server: Process, schema: Any, name: str, mode: GenerationMode, long: bool
) -> None:
    headers, list_id, key = asyncio.run(someone(server.url))
    operation = schema[f"/api/{name}"]["POST"]

    @settings(
        max_examples=300 if long else 12,
        deadline=None,
        database=None,
        derandomize=not long,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def hold(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)
        if isinstance(case.body, dict) and isinstance(case.body.get("list"), str):
            case.body["list"] = list_id  # so that it gets past the door
            case.call_and_validate(headers=headers, checks=CHECKS)
            if TABLE[name].guests:
                case.body["key"] = key
                case.call_and_validate(headers={}, checks=CHECKS)

    hold()


async def test_a_call_that_nobody_documented_is_not_there(http: Http, anna: Person) -> None:
    (await anna.ask(f"lists.{new_id()}")).problem("unknown_operation")
