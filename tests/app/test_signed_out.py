"""The end of a token: its calls are refused at once, and its live connections are told and closed within a second."""

import asyncio
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from shoplist_appliance.domain.people import Person as TokenOwner
from shoplist_appliance.domain.people import Token
from shoplist_appliance.ports import Store
from tests.clients.house import house
from tests.clients.http import check_problem
from tests.clients.live import Live
from tests.clients.making import PASSWORD, add
from tests.clients.person import Person
from tests.clients.process import Process
from tests.clients.soon import within_a_second
from tests.clients.wire import Wire


async def ends(live: Live, since: float) -> float:
    """Assert that this connection hears why and is closed; how many seconds after what was answered at ``since``."""
    await live.until(lambda: live.events("disconnected"))
    took = time.monotonic() - since
    (payload,) = live.events("signed_out")
    assert list(payload) == ["reason"]
    assert payload["reason"]
    told = [name for name, _ in live.heard if name != "answer"]
    assert told[-2:] == ["signed_out", "disconnected"]
    assert live.heard[-1][0] == "disconnected"
    return took


async def stays(live: Live) -> None:
    await live.settle()
    assert live.connected
    assert not live.events("signed_out")


async def test_signing_out_closes_this_devices_connections_alone(anna: Person) -> None:
    async def tried() -> float:
        phone = await anna.again()
        async with await phone.live() as first, await phone.live() as second, await anna.live() as tablet:
            await phone.call("accounts.sign_out")
            start = time.monotonic()
            took = [await ends(first, start), await ends(second, start)]
            await stays(tablet)
        return max(took)

    await within_a_second(tried)


async def test_signing_out_over_the_connection_answers_and_closes_it(anna: Person) -> None:
    async def tried() -> float:
        phone = await anna.again()
        async with await phone.live() as live:
            await live.call("accounts.sign_out")
            return await ends(live, time.monotonic())

    await within_a_second(tried)


async def test_revoking_a_token_closes_its_connections(anna: Person) -> None:
    async def tried() -> float:
        program = await anna.call("tokens.create", name="script", scopes=["read", "write"])
        script = Person(anna.http, anna.user, program["token"])
        async with await script.live() as live, await anna.live() as mine:
            await anna.call("tokens.revoke", id=program["id"])
            took = await ends(live, time.monotonic())
            await stays(mine)
        return took

    await within_a_second(tried)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("tokens.revoke_others", {}),
        ("accounts.change_password", {"password": PASSWORD, "new_password": PASSWORD}),
    ],
)
async def test_revoking_the_others_and_changing_the_password_close_all_but_this(
    anna: Person, name: str, payload: dict[str, str]
) -> None:
    async def tried() -> float:
        phone, script = await anna.again(), await anna.program("read")
        async with await phone.live() as one, await script.live() as two, await anna.live() as mine:
            await mine.call(name, **payload)
            start = time.monotonic()
            took = [await ends(one, start), await ends(two, start)]
            await stays(mine)
        return max(took)

    await within_a_second(tried)


async def test_a_call_by_an_ended_token_is_refused_at_once_on_a_connection_still_open(
    server: Process, anna: Person
) -> None:
    list_id = await anna.new_list()
    phone = await anna.again()
    wire, _ = await Wire.live(server.url, {"token": phone.token})
    async with wire:
        wire.emit("accounts.sign_out", {}, 1)
        wire.emit("lists.edit", {"list": list_id, "edits": [add("late")]}, 2)
        assert (await wire.answer(1))["ok"] is True
        late = ""
        while (text := await wire.packet()) != "" and not late:
            late = text if text.startswith("43/live,2[") else ""
        if late:
            assert '"unauthenticated"' in late
    assert (await anna.get(list_id))["list"]["revision"] == 0


async def test_who_is_signed_out_hears_the_list_no_longer(anna: Person) -> None:
    list_id = await anna.new_list()
    phone = await anna.again()
    async with await phone.live() as live:
        await live.call("lists.open", list=list_id)
        await phone.call("accounts.sign_out")
        await anna.done(list_id, add("milk"))
        await live.until(lambda: live.events("disconnected"))
        assert not live.changes(list_id)


@pytest.mark.parametrize("round_number", range(10))
async def test_a_revocation_during_a_handshake_leaves_no_connection(
    server: Process, anna: Person, round_number: int
) -> None:
    """The handshake is begun, and the token ends at some moment of it: refused, or told and closed; never left open."""
    phone = await anna.again()

    async def shake() -> None:
        await asyncio.sleep(round_number * 0.0005)
        wire, packet = await Wire.live(server.url, {"token": phone.token})
        async with wire:
            if packet.startswith("44/live,"):
                check_problem(orjson.loads(packet.removeprefix("44/live,"))["data"], "unauthenticated")
                return
            assert packet.startswith("40/live,") or packet == "", packet
            await wire.closed()

    async def revoke() -> Any:
        return await phone.call("accounts.sign_out")

    await asyncio.gather(*[shake() for _ in range(4)], revoke())


class HeldReads:
    """A store before which a read of a token, once done, waits until a test lets its answer through."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.hold = False
        self.was_read, self.go_on = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def token(self, hash: bytes) -> tuple[Token, TokenOwner] | None:
        found = await self._store.token(hash)
        if self.hold:
            self.was_read.set()
            await self.go_on.wait()
        return found


@pytest.mark.parametrize("ended_by", ["tokens.revoke_others", "accounts.change_password"])
async def test_a_token_that_ends_while_it_is_looked_at_lets_nobody_in(tmp_path: Path, ended_by: str) -> None:
    """The store answered that the token is good; before that answer is used, the token ends."""
    held: list[HeldReads] = []

    def around(store: Store) -> HeldReads:
        held.append(HeldReads(store))
        return held[0]

    async with house(tmp_path / "data") as http:
        signed_in = await Person.registered(http)
        on_phone = await signed_in.again()
    async with house(tmp_path / "data", around=around) as http:
        anna, phone = [Person(http, person.user, person.token) for person in (signed_in, on_phone)]
        await anna.call("accounts.me")  # hers is known from now on, the phone's has to be read
        (reads,) = held
        reads.hold = True
        handshake = asyncio.ensure_future(Wire.live(http.url, {"token": phone.token}))
        call = asyncio.ensure_future(phone.ask("accounts.me"))
        await asyncio.wait_for(reads.was_read.wait(), 30)
        passwords = {"password": PASSWORD, "new_password": PASSWORD}
        await anna.call(ended_by, **(passwords if ended_by == "accounts.change_password" else {}))
        reads.go_on.set()
        (await call).problem("unauthenticated")
        wire, packet = await handshake
        if packet.startswith("40/live,"):
            await wire.closed()
        else:
            assert packet.startswith("44/live,"), packet
            check_problem(orjson.loads(packet.removeprefix("44/live,"))["data"], "unauthenticated")
        wire.close()
