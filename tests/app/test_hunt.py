"""A hunt: after one long evening with unmistakable words, none of them is found in the data folder or in the log."""

import asyncio
import base64
import contextlib
import email
import os
import re
import uuid
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import orjson
import pyotp

from tests.clients.http import Http
from tests.clients.making import add, change, edit, new_id, remove, tick
from tests.clients.person import Person
from tests.clients.process import Process, create_admin
from tests.clients.wire import Wire


def a_house(data: Path, log: Path) -> Process:
    """Without limits, with a proxy, with an alert about the disk, and saying all that it ever says."""
    return Process(data, log, LIMITS_RATE="0", PROXIES="127.0.0.1", ALERTS_DISK="100000G", LOG_LEVEL="debug")


def forms(word: str) -> Iterator[bytes]:
    """How a word could lie there: plain, other case, UTF-16, escaped as JSON does, in base64 at any offset, in hex."""
    plain = word.encode()
    yield from {plain, word.lower().encode(), word.upper().encode(), word.casefold().encode()}
    yield word.encode("utf-16-le")
    yield orjson.dumps(word)[1:-1]
    yield word.encode("unicode_escape")
    yield plain.hex().encode()
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + plain)
        yield coded[4 if offset else 0 : len(coded) - 4]
    if len(word) == 43 and word.isascii():  # a secret as its bytes
        yield base64.urlsafe_b64decode(word + "=")


def found(folder: Path, words: dict[str, str]) -> list[str]:
    """Which words are found, and in which file; the mail folder apart, the one plain place.

    Servers that run meanwhile may take a file away between the listing and the reading.
    """
    needles = [(name, form) for name, word in words.items() for form in forms(word)]
    assert all(len(form) >= 8 for _, form in needles), "a word too short to be unmistakable"
    every = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    files = [path for path in every if path.is_file() and "mail" not in path.relative_to(folder).parts]
    assert files
    hits = []
    for path in files:
        with contextlib.suppress(FileNotFoundError):
            searched = str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes()
            hits += [f"{name} in {path.name}" for name, form in needles if form in searched]
    return hits


def word(name: str) -> str:
    return f"{name} {uuid.uuid4().hex[:12]}"


def test_the_hunt_finds_what_is_there(tmp_path: Path) -> None:
    """A hunt that cannot find is no proof: each form of a word is found where it was put."""
    for number, form in enumerate(forms("Ёлочная игрушка")):
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / "file").write_bytes(b"x" * number + form + b"y")
        assert found(tmp_path / "data", {"word": "Ёлочная игрушка"})


async def test_no_word_address_name_token_or_code_is_found(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    with a_house(data, log) as process:
        async with Http(process.url) as http:
            words = await evening(http, process)
        assert not found(data, words), "while it runs"
    assert not found(data, words)
    with Process(data, log, LIMITS_RATE="0", LOG_LEVEL="debug", LOG_FORMAT="json"):  # loads, and writes what is due
        pass
    assert not found(data, words), "after a second start"
    logs = tmp_path / "logs"
    logs.mkdir()
    log.rename(logs / "log")
    assert (logs / "log").stat().st_size > 0
    assert not found(logs, words)


async def evening(http: Http, process: Process) -> dict[str, str]:
    """Two people, every operation of this house, good and bad; the words that must not be found."""
    words: dict[str, str] = {"address of the caller": "2001:db8:77:abcd::1234"}

    def say(name: str) -> str:
        words[name] = word(name)
        return words[name]

    http.session.headers["X-Forwarded-For"] = words["address of the caller"]
    password = say("password")
    anna = await Person.registered(http, say("Имя Анны"), password=password, device=say("device"))
    boris = await Person.registered(http, say("name of Boris"), password=say("another password"))
    phone = await anna.again(say("phone name"))
    words |= {"mail of Anna": anna.email, "mail of Boris": boris.email}
    words |= {"token of Anna": anna.token, "token of Boris": boris.token, "token of the phone": phone.token}
    program = await anna.call("tokens.create", name=say("program name"), scopes=["read"])
    words["token of the program"] = program["token"]

    list_id = str((await anna.answered_list("lists.create", title=say("название списка")))["id"])
    made = await anna.call("members.invite", list=list_id, role="editor", link=True)
    share = await anna.call("shares.create", list=list_id, right="edit", name=say("name of a share"))
    words["key of a share"] = share["key"]
    (await http.get(f"/api/shared/{share['key']}")).ok()
    await http.get(f"/s/{share['key']}")
    await http.call("lists.history", {"list": list_id, "key": share["key"]})
    words["code"] = made["code"]
    await boris.answered_list("members.accept", code=made["code"])

    words["address of a guest"] = f"{uuid.uuid4()}@example.test"
    await anna.call("members.invite", list=list_id, role="viewer", email=words["address of a guest"])
    words["code of a guest"] = await mailed(process, words["address of a guest"], "join")

    milk, shelf = add(say("молоко"), note=say("note of milk"), unit=say("unit"), category=say("category")), new_id()
    async with await anna.live() as live:
        await live.call("lists.open", list=list_id)
        await boris.done(list_id, milk, edit("rename", title=say("второе название")))
        await boris.done(list_id, change(milk["item"], text=say("кефир"), note=say("second note")), tick(milk["item"]))
        await boris.done(list_id, edit("arrange", shop=say("shop name"), categories=[say("first shelf")]))
        await live.call("lists.undo", list=list_id, revision=3, id=new_id())
        await boris.done(list_id, remove(milk["item"]), add(words["молоко"]), add(words["молоко"].upper()))
        await live.call("lists.copy", list=list_id, id=shelf, title=say("title of the copy"))
        await live.problem("invalid", "lists.edit", list=list_id, edits=[{**add(say("refused text")), "quantity": -1}])
        await live.problem("not_found", "members.accept", code=say("wrong code"))
        await live.ask(say("name of an event"), {"x": say("payload of an event")})
    await anna.done(list_id, *[add(f"{words['кефир']} {n}") for n in range(250)])  # a snapshot falls due
    await anna.answered_list("lists.archive", list=shelf, archived=True)
    await anna.call("lists.delete", list=shelf)
    await anna.call("accounts.update", name=say("new name of Anna"), language="ru", theme="dark")
    words["link to the export"] = (await anna.call("accounts.export"))["url"].rpartition("/")[2]
    await strange(http, process, say)
    await phone.call("accounts.sign_out")
    new_password = say("new password")
    await anna.call("accounts.change_password", password=password, new_password=new_password)
    await mails(http, boris, say, words)
    words["link that validates"] = await mailed(process, words["new address of Boris"], "verify")
    await http.call("accounts.verify_email", {"token": words["link that validates"]})
    await factor_and_reset(http, process, say, words)
    await boris.call("members.leave", list=list_id)
    await boris.call("tokens.revoke_others")
    address = f"{uuid.uuid4()}@example.test"
    created = create_admin(process, address, say("name of the admin"), say("password of the admin"))
    assert created.returncode == 0, created.stderr
    await asyncio.sleep(1.5)  # lists that fell idle write their snapshots
    return words


async def mailed(process: Process, to: str, path: str) -> str:
    """What the link of the mail to this address ends in, as soon as it lies in the folder of mails."""
    for _ in range(200):
        for file in (process.data / "mail").glob("*.eml"):
            message = email.message_from_bytes(file.read_bytes(), policy=default)
            plain = message.get_body(("plain",)) if isinstance(message, EmailMessage) and message["To"] == to else None
            if plain is not None and (found := re.search(rf"/{path}/(\S+)", plain.get_content())):
                return found[1]
        await asyncio.sleep(0.05)
    raise AssertionError(f"no mail to {to}")


async def mails(http: Http, person: Person, say: Callable[[str], str], words: dict[str, str]) -> None:
    """What mails are sent for; their codes and links are in the mail folder alone, and wrong ones nowhere."""
    words["new address of Boris"] = f"{uuid.uuid4()}@example.test"
    await person.call("accounts.update", email=words["new address of Boris"])
    await person.call("accounts.resend_verification")
    await person.problem("not_found", "accounts.verify_email", code=say("wrong code of a mail"))
    await person.problem("not_found", "accounts.verify_email", token=say("wrong link of a mail"))
    words["address that forgot"] = f"{uuid.uuid4()}@example.test"
    for address in (person.email, words["address that forgot"]):
        (await http.call("accounts.request_reset", {"email": address})).ok()
    wrong = {"token": say("wrong link for a password"), "password": say("password by a wrong link")}
    (await http.call("accounts.reset_password", wrong)).problem("not_found")
    known = await http.call("accounts.sign_in", {"email": person.email, "password": person.password})
    words["secret of a browser"] = known.cookie("shoplist_device")


async def factor_and_reset(http: Http, process: Process, say: Callable[[str], str], words: dict[str, str]) -> None:
    """A second factor with its codes, good and wrong, and a password that is set by the link of a mail."""
    clara = await Person.registered(http, say("name of Clara"), password=say("password of Clara"))
    begun = await clara.call("totp.begin")
    words["second factor"] = begun["secret"]
    codes = (await clara.call("totp.confirm", code=pyotp.TOTP(begun["secret"]).now()))["recovery_codes"]
    words |= {
        "recovery code": codes[0],
        "another recovery code": codes[1],
        "the same, typed": codes[0].replace("-", ""),
    }
    known = {"email": clara.email, "password": clara.password}
    for code in (codes[0], codes[0], say("wrong recovery code")):
        await http.call("accounts.sign_in", {**known, "totp": code})
    (await http.call("accounts.request_reset", {"email": clara.email})).ok()
    words["link for a password"] = await mailed(process, clara.email, "reset")
    reset = {"token": words["link for a password"], "password": say("password by a link")}
    (await http.call("accounts.reset_password", reset)).ok()


async def strange(http: Http, process: Process, say: Callable[[str], str]) -> None:
    """What strangers send: wrong passwords, wrong tokens, nonsense; it must not be in the log either."""
    unknown = f"{uuid.uuid4()}@example.test"
    (await http.call("accounts.sign_in", {"email": unknown, "password": say("wrong password")})).problem(
        "wrong_credentials"
    )
    (await http.call("accounts.me", {}, say("wrong token").replace(" ", "-"))).problem("unauthenticated")
    (await http.raw("accounts.register", b'{"email": "' + say("broken json").encode())).problem("invalid")
    await http.send("POST", "/api/" + say("operation").replace(" ", "-"), b"{}")
    await http.get("/" + say("path").replace(" ", "-") + "?q=" + say("query").replace(" ", "-"))
    await http.send("POST", "/api/accounts.me", b"{}", {"Content-Type": say("content type")})
    await http.get(
        "/list", {"User-Agent": say("user agent"), "Referer": "http://x/" + say("referer").replace(" ", "-")}
    )
    for packet in (f'42/live,1["{say("packet name")}",{{}}]', f"nonsense {say('packet')}"):
        wire, _ = await Wire.live(process.url, {"token": say("live token")})
        async with wire:
            wire.send(packet)
            await asyncio.sleep(0.05)
