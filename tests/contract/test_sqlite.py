"""What is SQLite's alone: group commit, a full disk, a failing one, the file and who may read it."""

import asyncio
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shoplist_appliance.adapters.codec import Codec, pack
from shoplist_appliance.adapters.refusals import KeyWrong, StoreUnreadable
from shoplist_appliance.adapters.sealing import Sealer
from shoplist_appliance.adapters.sqlite.store import SqliteStore
from shoplist_appliance.adapters.sqlite.writer import Writer
from shoplist_appliance.domain.errors import Conflict, OutcomeUnknown, Unavailable
from shoplist_appliance.domain.ids import ListId
from shoplist_appliance.domain.lists import Change
from tests.contract.making import (
    NOW,
    a_header,
    a_list,
    a_list_of,
    a_person,
    a_snapshot,
    a_summary,
    a_token,
    an_add,
    an_invitation,
)
from tests.contract.places import SqlitePlace


@pytest_asyncio.fixture
async def sqlite(sqlite_place: SqlitePlace) -> AsyncIterator[SqliteStore]:
    store = sqlite_place.open()
    yield store
    await store.close()


@contextmanager
def held(writer: Writer) -> Iterator[None]:
    """Whatever is written within the block waits, and so comes into one group."""
    gate, entered = threading.Event(), threading.Event()

    def wait(_: sqlite3.Connection) -> None:
        entered.set()
        gate.wait()

    holding = writer.run(wait)  # referred to until it has ended, lest it be collected
    assert entered.wait(5)
    try:
        yield
    finally:
        gate.set()
        assert not holding.cancelled()


async def outcomes_of(*calls: Awaitable[object]) -> list[type]:
    return [type(outcome) for outcome in await asyncio.gather(*calls, return_exceptions=True)]


# --- group commit ---


async def test_64_edits_at_once_share_a_few_commits(sqlite: SqliteStore) -> None:
    lists = [await a_list(sqlite) for _ in range(64)]
    before = sqlite.commits
    await asyncio.gather(*(sqlite.append(list_id, 0, [an_add(1)]) for list_id in lists))
    assert 1 <= sqlite.commits - before <= 16


async def test_repeats_among_64_edits_do_not_cost_a_commit_each(sqlite: SqliteStore) -> None:
    lists = [await a_list_of(sqlite, 1) for _ in range(64)]
    before = sqlite.commits
    repeated = [number % 2 for number in range(64)]
    calls = [
        sqlite.append(list_id, 1, [an_add(2, changes[0].edit if repeat else None)])
        for (list_id, changes), repeat in zip(lists, repeated, strict=True)
    ]
    assert await outcomes_of(*calls) == [Conflict if repeat else type(None) for repeat in repeated]
    assert sqlite.commits - before <= 16


async def test_a_group_takes_whole_units_up_to_200_rows(sqlite: SqliteStore) -> None:
    lists = [await a_list(sqlite) for _ in range(5)]
    before = sqlite.commits
    with held(sqlite._writer):
        calls = [
            asyncio.ensure_future(sqlite.append(list_id, 0, [an_add(revision) for revision in range(1, length + 1)]))
            for list_id, length in zip(lists, [90, 90, 90, 500, 1], strict=True)
        ]
        await asyncio.sleep(0)
    await asyncio.gather(*calls)
    assert sqlite.commits - before == 1 + 4, "the one that held them; 90 and 90; 90; 500; 1"


async def test_the_loop_is_woken_once_for_a_group(sqlite: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = [await a_list(sqlite) for _ in range(50)]
    loop, wakings = asyncio.get_running_loop(), 0
    wake = loop.call_soon_threadsafe

    def counted(*arguments: Any, **options: Any) -> asyncio.Handle:
        nonlocal wakings
        wakings += 1
        return wake(*arguments, **options)

    with held(sqlite._writer):
        calls = [asyncio.ensure_future(sqlite.append(list_id, 0, [an_add(1)])) for list_id in lists]
        await asyncio.sleep(0)
        monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
    await asyncio.gather(*calls)
    assert wakings == 2, "one for what held them, one for all of them"


async def test_an_acknowledged_change_survives_a_power_cut(sqlite: SqliteStore) -> None:
    """As far as it is SQLite's to say: the log is synced with every commit."""
    settings = [
        await sqlite._writer.run(lambda connection, name=name: connection.execute(f"PRAGMA {name}").fetchone()[0])  # type: ignore[misc]
        for name in ("journal_mode", "synchronous")
    ]
    assert settings == ["wal", 2]


# --- a full disk ---


async def limit(store: SqliteStore, spare: int | None) -> None:
    """Leave the file room for so many more pages; None: as many as it wants."""

    def set_limit(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {2**30 if spare is None else pages + spare}")

    await store._writer.run(set_limit)


async def test_a_full_disk_refuses_every_edit_loses_nothing_and_goes_on_when_there_is_room(sqlite: SqliteStore) -> None:
    lists = [await a_list_of(sqlite, 3) for _ in range(40)]
    await limit(sqlite, 0)
    calls = [sqlite.append(list_id, 3, [an_add(4, text="x" * 5_000), an_add(5)]) for list_id, _ in lists]
    assert await outcomes_of(*calls) == [Unavailable] * 40
    with pytest.raises(Unavailable):
        await sqlite.check()
    for list_id, changes in lists:
        assert await sqlite.changes(list_id, 0, 9) == changes
    await limit(sqlite, None)
    await sqlite.check()
    for list_id, changes in lists:
        await sqlite.append(list_id, 3, [later := an_add(4)])
        assert await sqlite.changes(list_id, 0, 9) == [*changes, later]


async def test_a_unit_for_which_there_is_no_room_does_not_harm_its_neighbours(sqlite: SqliteStore) -> None:
    lists = [await a_list(sqlite) for _ in range(5)]
    await limit(sqlite, 20)
    with held(sqlite._writer):
        texts = ["a", "b", "y" * 1_000_000, "c", "d"]
        calls = [
            asyncio.ensure_future(sqlite.append(list_id, 0, [an_add(1, text=text)]))
            for list_id, text in zip(lists, texts, strict=True)
        ]
        await asyncio.sleep(0)
    none = type(None)
    assert await outcomes_of(*calls) == [none, none, Unavailable, none, none]
    assert [len(await sqlite.changes(list_id, 0, 9)) for list_id in lists] == [1, 1, 0, 1, 1]


# --- a failing disk ---


class Faulty(sqlite3.Connection):
    """The real thing, but for a fault that a test puts before a statement."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fault: Callable[[str], None] = lambda statement: None

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        self.fault(statement)
        return super().execute(statement, *values)


def broken(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    return error


class Bench:
    """A writer over a connection that can be made to fail, and some lists for it."""

    def __init__(self, place: SqlitePlace, lists: list[ListId]) -> None:
        self.connection = sqlite3.connect(
            place.path, timeout=0.1, isolation_level=None, check_same_thread=False, factory=Faulty
        )
        self.codec = Codec(Sealer(place.keyring))
        self.lists = lists
        self.writer = Writer(self.connection)

    def append(self, list_id: ListId, *changes: Change) -> "asyncio.Future[None]":
        values: list[bytes | int] = []
        for change in changes:
            values += (pack(list_id), change.revision, pack(change.edit), self.codec.change_body(list_id, change))
        return self.writer.append(pack(list_id), changes[0].revision - 1, values)

    async def stored(self) -> list[int]:
        def count(connection: sqlite3.Connection) -> list[int]:
            query = "SELECT count(*) FROM changes WHERE list = ?"
            return [connection.execute(query, (pack(list_id),)).fetchone()[0] for list_id in self.lists]

        return await self.writer.run(count)


@pytest_asyncio.fixture
async def bench(sqlite_place: SqlitePlace) -> AsyncIterator[Bench]:
    store = sqlite_place.open()
    lists = [await a_list(store) for _ in range(4)]
    await store.close()
    bench = Bench(sqlite_place, lists)
    yield bench
    await bench.writer.close()
    bench.connection.close()


@pytest.mark.parametrize(
    ("code", "told"),
    [(sqlite3.SQLITE_IOERR_FSYNC, OutcomeUnknown), (sqlite3.SQLITE_FULL, Unavailable)],
)
async def test_a_commit_that_fails_is_told_as_what_it_is(bench: Bench, code: int, told: type) -> None:
    """After a failed fsync the frames may be whole, and a crash brings them back; on a full disk the last is not."""

    def fault(statement: str) -> None:
        if statement == "COMMIT":
            raise broken(code)

    bench.connection.fault = fault
    assert await outcomes_of(bench.append(bench.lists[0], an_add(1))) == [told]
    bench.connection.fault = lambda statement: None
    assert await bench.stored() == [0, 0, 0, 0]
    await bench.append(bench.lists[0], an_add(1))
    assert await bench.stored() == [1, 0, 0, 0]


async def test_a_failed_commit_of_a_group_is_done_again_unit_by_unit(bench: Bench) -> None:
    faults = iter([sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_WRITE])

    def fault(statement: str) -> None:
        if statement == "COMMIT" and (code := next(faults, None)):
            raise broken(code)

    with held(bench.writer):
        calls = [bench.append(list_id, an_add(1)) for list_id in bench.lists]

        def arm(statement: str) -> None:
            if statement == "BEGIN IMMEDIATE":  # not before the commit of what holds them
                bench.connection.fault = fault

        bench.connection.fault = arm
    assert await outcomes_of(*calls) == [type(None)] * 4
    assert next(faults, None) is None
    assert await bench.stored() == [1, 1, 1, 1]


async def test_a_transaction_that_sqlite_rolled_back_as_a_whole_is_done_again(bench: Bench) -> None:
    """A repeat makes the writer look at each unit; at the third the disk fails, and SQLite takes back the first two."""
    await bench.append(bench.lists[3], first := an_add(1))
    inserts = 0

    def fault(statement: str) -> None:
        nonlocal inserts
        if statement.startswith("INSERT INTO changes"):
            inserts += 1
            if inserts == 4:
                bench.connection.rollback()
                raise broken(sqlite3.SQLITE_IOERR)

    with held(bench.writer):
        calls = [bench.append(list_id, an_add(1)) for list_id in bench.lists[:3]]
        calls.append(bench.append(bench.lists[3], an_add(2, first.edit)))
        bench.connection.fault = fault
    assert await outcomes_of(*calls) == [type(None)] * 3 + [Conflict]
    assert inserts > 4
    assert await bench.stored() == [1, 1, 1, 1]


async def test_while_another_process_keeps_the_lock_a_group_is_unavailable_at_once(
    bench: Bench, sqlite_place: SqlitePlace
) -> None:
    other = sqlite3.connect(sqlite_place.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with asyncio.timeout(20):  # which they would not keep one after another
        calls = [bench.append(list_id, an_add(1)) for list_id in bench.lists * 100]
        outcomes = await outcomes_of(*calls)
    assert set(outcomes) == {Unavailable}
    other.execute("ROLLBACK")
    other.close()
    await bench.append(bench.lists[0], an_add(1))
    assert await bench.stored() == [1, 0, 0, 0]


async def test_a_writer_that_has_ended_leaves_nobody_waiting(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def fault(statement: str) -> None:
        if statement == "BEGIN IMMEDIATE":
            raise SystemExit

    with held(bench.writer):
        calls = [bench.append(list_id, an_add(1)) for list_id in bench.lists]
        calls += [bench.append(list_id, *(an_add(n) for n in range(2, 200))) for list_id in bench.lists]
        bench.connection.fault = fault
    async with asyncio.timeout(60):
        outcomes = await outcomes_of(*calls)
        assert outcomes == [OutcomeUnknown] * 4 + [Unavailable] * 4, "the group that it was at; what waited"
        assert await outcomes_of(bench.append(bench.lists[0], an_add(1))) == [Unavailable]
    assert "the writer of the store has ended" in caplog.text
    bench.connection.fault = lambda statement: None


async def test_work_that_raises_undoes_itself_alone(bench: Bench) -> None:
    def half_done(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM lists")
        raise ZeroDivisionError

    with held(bench.writer):
        calls: list[Awaitable[object]] = [bench.append(bench.lists[0], an_add(1)), bench.writer.run(half_done)]
        calls.append(bench.append(bench.lists[1], an_add(1)))
    assert await outcomes_of(*calls) == [type(None), ZeroDivisionError, type(None)]
    assert await bench.stored() == [1, 1, 0, 0]


# --- the file ---


async def test_a_token_of_before_is_void_when_its_row_is_put_back(sqlite_place: SqlitePlace) -> None:
    store = sqlite_place.open()
    person = a_person()
    token = a_token(person)
    await store.add_person(person)
    await store.add_token(token)
    await store.close()
    sqlite_place._run("CREATE TABLE kept AS SELECT * FROM tokens", ())
    store = sqlite_place.open()
    await store.put_credentials(replace(person, credentials=2, version=2), 1, None)
    await store.close()
    sqlite_place._run("INSERT INTO tokens SELECT * FROM kept", ())
    store = sqlite_place.open()
    try:
        assert await store.token(token.hash) is None
        assert await store.tokens_of(person.id) == []
    finally:
        await store.close()


async def test_nobody_else_on_the_machine_can_read_the_files(sqlite_place: SqlitePlace) -> None:
    store = sqlite_place.open()
    await a_list_of(store, 3)
    modes = {path.name: path.stat().st_mode & 0o777 for path in sqlite_place.path.parent.iterdir()}
    await store.close()
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
    assert sqlite_place.path.parent.stat().st_mode & 0o777 == 0o700


async def test_nothing_that_a_person_wrote_lies_in_the_files(sqlite_place: SqlitePlace, tmp_path: Path) -> None:
    store = sqlite_place.open()
    person = a_person("hidden.address@example.org", name="Василиса Премудрая", password="phc-of-the-password")
    token, invitation = a_token(person), an_invitation()
    await store.add_person(person)
    await store.add_token(token)
    list_id, _ = await a_list_of(store, 1)
    header = await store.header(list_id)
    assert header is not None
    await store.append(list_id, 1, [an_add(2, text="молоко топлёное")])
    await store.put_snapshot(list_id, a_snapshot(2), a_summary(2, "список на дачу"), settled=True)
    words = [person.email, person.email.upper(), person.name, person.password, token.name, invitation.code]
    words += ["молоко топлёное", "список на дачу", "Овощи", '"piece"']
    # Read by another process: closing the file in this one would drop SQLite's locks on it.
    copying = await asyncio.create_subprocess_exec("cp", "-r", sqlite_place.path.parent, tmp_path / "copy")
    assert await copying.wait() == 0
    await store.close()
    for path in [*(tmp_path / "copy").iterdir(), sqlite_place.path]:
        found = [word for word in words if word.encode() in path.read_bytes()]
        assert (path.name, found) == (path.name, [])


BESIDE = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from shoplist_appliance.adapters.clock import SystemClock
from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.sealing import Sealer
from shoplist_appliance.adapters.sqlite.store import open_sqlite
from tests.contract.making import a_person

async def main():
    folder = Path(sys.argv[1])
    store = open_sqlite(folder / "store.db", Sealer(Keyring.open(folder / "key", create=False)), SystemClock())
    await store.add_person(a_person("admin@example.org", role="admin"))
    await store.close()

asyncio.run(main())
"""


async def test_another_process_may_add_an_account_beside_this_one(sqlite_place: SqlitePlace) -> None:
    folder = sqlite_place.path.parent
    sqlite_place.keyring = sqlite_place.keyring.open(folder / "key", create=True)
    store = sqlite_place.open()
    list_id = await a_list(store)
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", BESIDE, str(folder), cwd=root)
    revision = 0
    while process.returncode is None:
        await store.append(list_id, revision, [an_add(revision + 1)])
        revision += 1
        await asyncio.sleep(0.001)
    assert process.returncode == 0
    assert await store.has_admin()
    await store.append(list_id, revision, [an_add(revision + 1)])
    await store.close()
    store = sqlite_place.open()
    try:
        assert len(await store.changes(list_id, 0, 2**40)) == revision + 1
        assert await store.person_by_email("admin@example.org") is not None
    finally:
        await store.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(sqlite_place: SqlitePlace) -> None:
    sqlite_place.path.parent.mkdir()
    sqlite_place.path.write_bytes(b"a letter to grandmother" * 100)
    with pytest.raises(StoreUnreadable, match="not a database"):
        sqlite_place.open()
    assert sqlite_place.path.read_bytes() == b"a letter to grandmother" * 100


def test_a_folder_that_is_a_file_is_refused(sqlite_place: SqlitePlace) -> None:
    sqlite_place.path.parent.write_bytes(b"")
    with pytest.raises(StoreUnreadable, match="cannot be used"):
        sqlite_place.open()


async def test_a_database_that_lost_its_check_value_is_refused(sqlite_place: SqlitePlace) -> None:
    await sqlite_place.open().close()
    sqlite_place._run("DELETE FROM store WHERE name = 'key check'", ())
    with pytest.raises(KeyWrong):
        sqlite_place.open()


# --- an older schema ---


async def test_lists_deleted_before_the_column_that_finds_them_are_found_by_their_headers(
    sqlite_place: SqlitePlace,
) -> None:
    store = sqlite_place.open()
    deleted, living = replace(a_header(), deleted_at=NOW), a_header()
    for header in (deleted, living):
        await store.add_list(header, a_snapshot(), a_summary())
    await store.close()
    sqlite_place.undo_migrations()
    store = sqlite_place.open()
    try:
        assert await store.deleted_before(NOW + 1) == [deleted.id]
        assert await store.deleted_before(NOW) == []
    finally:
        await store.close()


async def test_a_header_of_an_older_schema_that_cannot_be_unsealed_does_not_hide_the_others(
    sqlite_place: SqlitePlace,
) -> None:
    store = sqlite_place.open()
    damaged, deleted = (replace(a_header(), deleted_at=NOW) for _ in range(2))
    for header in (damaged, deleted):
        await store.add_list(header, a_snapshot(), a_summary())
    await store.close()
    sqlite_place.undo_migrations()
    with sqlite3.connect(sqlite_place.path) as connection:
        connection.execute("UPDATE lists SET header = zeroblob(100) WHERE id = ?", (pack(damaged.id),))
    connection.close()
    store = sqlite_place.open()
    try:
        assert await store.deleted_before(NOW + 1) == [deleted.id]
    finally:
        await store.close()
