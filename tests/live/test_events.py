"""Events over every transport."""

import pytest

from tests.live.conftest import Town


@pytest.mark.parametrize("transports", [("websocket",), ("polling",), ("polling", "websocket")])
async def test_a_call_is_answered(town: Town, transports: tuple[str, ...]) -> None:
    async with await town.client("anna", *transports) as client:
        assert await client.call("echo", text="молоко") == {"text": "молоко"}
        town.tell("milk")
        await client.call("lists.open", list="milk")
        town.tell("milk")
        assert await client.hear("list.gone") == {"list": "milk", "reason": "deleted"}
