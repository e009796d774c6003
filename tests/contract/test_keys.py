"""The key file is made once, privately, and never guessed; what it seals opens at its own place only."""

import json
import os
import threading
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.refusals import KeyMissing, KeyWrong
from shoplist_appliance.adapters.sealing import Sealer, Unsealable

PARTS = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**53), 2**53))
PLACES = st.lists(PARTS, max_size=4).map(tuple)


def test_a_first_run_makes_a_private_key_file_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "data" / "key"
    os.umask(before := os.umask(0))
    made = Keyring.open(path, create=True)
    assert os.umask(before) == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["key"], "no draft is left"
    again = Keyring.open(path, create=True)
    assert (again.keys, again.active, again.lookup) == (made.keys, made.active, made.lookup)
    assert caplog.text.count("without it nothing stored can be read") == 1
    for secret in (*made.keys.values(), made.lookup):
        assert b64encode(secret).decode() not in caplog.text


def test_the_lookup_key_is_an_entry_of_its_own(tmp_path: Path) -> None:
    keyring = Keyring.open(tmp_path / "key", create=True)
    assert keyring.lookup not in keyring.keys.values()
    assert len({len(key) for key in (keyring.lookup, *keyring.keys.values())} | {32}) == 1


def test_an_empty_folder_becomes_private_and_one_in_use_stays_as_it_is(tmp_path: Path) -> None:
    empty, used = tmp_path / "empty", tmp_path / "used"
    for folder in (empty, used):
        folder.mkdir()
        folder.chmod(0o755)
    (used / "something").touch()
    Keyring.open(empty / "key", create=True)
    Keyring.open(used / "key", create=True)
    assert empty.stat().st_mode & 0o777 == 0o700
    assert used.stat().st_mode & 0o777 == 0o755
    assert (used / "key").stat().st_mode & 0o777 == 0o600


def test_a_missing_key_file_is_refused_where_there_is_a_store(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="is missing") as refusal:
        Keyring.open(tmp_path / "key", create=False)
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: "",
        lambda content: "{",
        lambda content: "[]",
        lambda content: "\xff\x00",
        lambda content: json.dumps({**content, "active": "ffffffff"}),
        lambda content: json.dumps({**content, "active": ["a"]}),
        lambda content: json.dumps({**content, "keys": {}}),
        lambda content: json.dumps({**content, "keys": [1]}),
        lambda content: json.dumps({**content, "keys": {**content["keys"], "zz": content["lookup"]}}),
        lambda content: json.dumps({**content, "keys": {**content["keys"], "00": content["lookup"]}}),
        lambda content: json.dumps({**content, "lookup": content["lookup"][:-8]}),
        lambda content: json.dumps({**content, "lookup": "!" + content["lookup"][1:]}),
        lambda content: json.dumps({"active": content["active"], "keys": content["keys"]}),
    ],
)
def test_a_damaged_key_file_is_refused_and_left_alone(tmp_path: Path, spoil: Callable[[Any], str]) -> None:
    path = tmp_path / "key"
    Keyring.open(path, create=True)
    text = spoil(json.loads(path.read_text())).encode("latin-1")
    path.write_bytes(text)
    with pytest.raises(KeyWrong, match="is damaged") as refusal:
        Keyring.open(path, create=True)
    assert "\n" not in str(refusal.value)
    assert path.read_bytes() == text


def test_two_processes_that_begin_at_once_have_one_key(tmp_path: Path) -> None:
    made: list[Keyring] = []
    barrier = threading.Barrier(8)

    def begin() -> None:
        barrier.wait()
        made.append(Keyring.open(tmp_path / "data" / "key", create=True))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({keyring.active for keyring in made}) == 1
    assert len(made) == 8


@given(plain=st.binary(), place=PLACES)
def test_what_is_sealed_opens_at_its_place(plain: bytes, place: tuple[str | int, ...]) -> None:
    sealer = Sealer(Keyring.new())
    sealed = sealer.seal(plain, *place)
    assert sealer.unseal(sealed, *place) == plain
    assert len(plain) < 8 or plain not in sealed


@given(place=PLACES, other=PLACES)
def test_what_is_sealed_opens_at_no_other_place(place: tuple[str | int, ...], other: tuple[str | int, ...]) -> None:
    sealer = Sealer(Keyring.new())
    if place != other:
        with pytest.raises(Unsealable):
            sealer.unseal(sealer.seal(b"milk", *place), *other)


@pytest.mark.parametrize(
    ("place", "other"),
    [(("a", "bc"), ("ab", "c")), (("a", 1), ("a", "1")), (("a", 11), ("a", 1, 1)), (('a","b',), ("a", "b"))],
)
def test_places_that_look_alike_are_told_apart(place: tuple[str | int, ...], other: tuple[str | int, ...]) -> None:
    sealer = Sealer(Keyring.new())
    with pytest.raises(Unsealable):
        sealer.unseal(sealer.seal(b"milk", *place), *other)


@given(cut=st.integers(0, 40), flip=st.integers(0, 8 * 37 - 1))
def test_nothing_damaged_opens(cut: int, flip: int) -> None:
    sealer = Sealer(Keyring.new())
    sealed = sealer.seal(b"milk", "here")
    damaged = bytearray(sealed)
    damaged[flip // 8] ^= 1 << flip % 8
    for wrong in (bytes(damaged), sealed[: min(cut, len(sealed) - 1)], sealed + b"\0"):
        with pytest.raises(Unsealable):
            sealer.unseal(wrong, "here")


def test_no_nonce_serves_twice() -> None:
    sealer = Sealer(Keyring.new())
    sealed = {sealer.seal(b"milk", "here")[5:17] for _ in range(3_000)}
    assert len(sealed) == 3_000


def test_threads_share_no_nonce() -> None:
    sealer = Sealer(Keyring.new())
    drawn: list[bytes] = []

    def draw() -> None:
        drawn.extend(sealer.seal(b"milk", "here")[5:17] for _ in range(2_000))

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(drawn)) == len(drawn) == 8_000


def test_a_lookup_depends_on_kind_text_and_key() -> None:
    keyring = Keyring.new()
    sealer = Sealer(keyring)
    assert sealer.lookup("email", "anna") == Sealer(keyring).lookup("email", "anna")
    others = [
        sealer.lookup("email", "boris"),
        sealer.lookup("code", "anna"),
        Sealer(Keyring.new()).lookup("email", "anna"),
    ]
    assert len({sealer.lookup("email", "anna"), *others}) == 4
