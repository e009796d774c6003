"""`lists.parse`: typed and pasted text as items, by POST and over a live connection."""

import asyncio

import orjson
import pytest

from tests.clients.http import Http
from tests.clients.live import Live
from tests.clients.making import add
from tests.clients.person import Person

NO_MORE = {"quantity": None, "unit": None, "note": None, "ticked": None}


async def test_typed_text_comes_back_as_items_over_both_transports(http: Http) -> None:
    anna = await Person.registered(http, "Anna")
    text = "Veg:\n- [x] 2 кг картошки\nmilk 3.5% x2, eggs (large)"
    expected = [
        NO_MORE | {"text": "картошки", "quantity": 2, "unit": "kg", "ticked": True},
        NO_MORE | {"text": "milk 3.5%", "quantity": 2},
        NO_MORE | {"text": "eggs", "note": "large"},
    ]
    assert (await anna.call("lists.parse", text=text))["items"] == expected
    async with Live(http.url) as live:
        await live.connect({"token": anna.token})
        answer = await live.ask("lists.parse", {"text": text})
    assert answer == {"ok": True, "result": {"items": expected}}


@pytest.mark.parametrize("text", ["", " ", "\n\t\n", "\u00a0"])
async def test_blank_text_is_invalid(http: Http, text: str) -> None:
    anna = await Person.registered(http, "Anna")
    answer = await http.call("lists.parse", {"text": text}, anna.token)
    assert answer.status == 400
    assert set(answer.problem("invalid")["fields"]) == {"text"}


@pytest.mark.parametrize("text", [",", "---\n* \n;", "Veg:"])
async def test_nothing_but_separators_and_headings_is_no_items(http: Http, text: str) -> None:
    anna = await Person.registered(http, "Anna")
    assert (await anna.call("lists.parse", text=text))["items"] == []


async def test_500_items_are_answered_and_one_more_is_invalid(http: Http) -> None:
    anna = await Person.registered(http, "Anna")
    assert len((await anna.call("lists.parse", text="milk\n" * 500))["items"]) == 500
    answer = await http.call("lists.parse", {"text": "milk\n" * 501}, anna.token)
    assert "500" in answer.problem("invalid")["fields"]["text"]


async def test_whatever_was_read_can_be_added(http: Http) -> None:
    anna = await Person.registered(http, "Anna")
    shopping = await anna.new_list("Groceries")
    text = "1/3 cup oats\n1000000 nails\n" + "word " * 700 + "\n" + "x" * 2_600 + "\n1 onion, finely chopped (red)"
    items = (await anna.call("lists.parse", text=text))["items"]
    adds = []
    for item in items:
        ticked = item.pop("ticked")
        assert ticked is None
        adds.append(add(**item))
    await anna.done(shopping, *adds)


async def test_others_are_answered_while_a_text_as_long_as_a_body_is_read(http: Http) -> None:
    anna = await Person.registered(http, "Anna")
    ben = await Person.registered(http, "Ben")
    text = "\n".join([" ".join(["2 and 2 a (2) b - 3 « half"] * 24)] * 500) + "\n" + "veg:\n" * 80_000
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {anna.token}"}
    body = orjson.dumps({"text": text})
    reading = asyncio.create_task(http.send("POST", "/api/lists.parse", body, headers, timeout=120))
    answered = 0
    while not reading.done():
        await ben.call("accounts.me")
        answered += 1
    assert (await reading).status in (200, 400)
    # Were the loop held until the end, one call would be answered before it and one after.
    assert answered > 5
