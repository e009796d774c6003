"""The command `shoplist-appliance`: what it is told, what it says, and with what status it ends.

Statuses: 0 done, 1 refused (an address that is known, say), 2 told something that makes no sense or cannot start.
"""

import argparse
import asyncio
import contextlib
import errno
import gc
import getpass
import os
import resource
import shlex
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TypeVar

from shoplist_appliance import __version__
from shoplist_appliance.config import BLOBS, STORE, CannotStart, S3Address, SettingError, Settings, load
from shoplist_appliance.domain.errors import Unavailable
from shoplist_appliance.ports import Store

# Ten seconds are promised. By this one everything that was acknowledged has long been stored.
END_AFTER_SECONDS = 9.5
T = TypeVar("T")
CANNOT_LISTEN = (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class Arguments(argparse.ArgumentParser):
    """Says in one line what it does not understand."""

    def error(self, message: str) -> NoReturn:
        end(2, message)


def end(status: int, line: str) -> NoReturn:
    """End this process with one line on standard error."""
    print(f"shoplist-appliance: {line}", file=sys.stderr, flush=True)
    raise SystemExit(status)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Do what the command line says; ends the process."""
    signal.signal(signal.SIGTERM, _ended_early)
    told = parser().parse_args(arguments)
    if told.run is not run:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was cut short was not done
    try:
        settings = load(_flags(told), os.environ, told.config)
        status = told.run(settings, told)
    except CannotStart as why:
        end(2, str(why))
    except sqlite3.Error as error:
        end(2, f"the store cannot be opened: {error}")
    except OSError as error:
        end(2, _words(error))
    except Unavailable:
        end(2, "the storage does not answer now; try again")
    except KeyboardInterrupt:
        status = 0 if told.run is run else 1
    raise SystemExit(status)


def _ended_early(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def parser() -> Arguments:
    """All commands. Their common flags are settings: flags come before environment and file."""
    common = Arguments(add_help=False, allow_abbrev=False)
    common.add_argument("--data", metavar="DIR", help="where everything is kept (default: ./data)")
    common.add_argument("--config", metavar="FILE", type=Path, help="a TOML file with settings")
    top = Arguments(prog="shoplist-appliance", description="A household's shopping lists.", allow_abbrev=False)
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def add(
        commands: "argparse._SubParsersAction[Arguments]", name: str, run: Run, help: str, **options: Any
    ) -> Arguments:
        command = commands.add_parser(
            name, parents=[common], help=help, description=help, allow_abbrev=False, **options
        )
        command.set_defaults(run=run)
        return command

    serve = add(commands, "run", run, "serve until SIGTERM")
    serve.add_argument("--listen", metavar="HOST:PORT", help="the address to listen on (default: 127.0.0.1:8080)")
    admin = commands.add_parser(
        "admin", help="the accounts that may administrate, and who cannot sign in any more", allow_abbrev=False
    ).add_subparsers(metavar="COMMAND", required=True)
    create = add(
        admin,
        "create",
        create_admin,
        "make an account with the role admin, also beside a running server; the password is asked for, or read from "
        "standard input where that is no terminal",
    )
    create.add_argument("--email", required=True, metavar="ADDRESS", type=text)
    create.add_argument("--name", required=True, metavar="NAME", type=text)
    lost = add(
        admin,
        "disable-totp",
        disable_totp,
        "take the second factor away from an account whose owner has lost both app and recovery codes, also beside a"
        " running server",
    )
    lost.add_argument("--email", required=True, metavar="ADDRESS", type=text)
    move = add(
        commands,
        "migrate",
        migrate,
        "move everything to another store, the objects to another place, or both, while the product is stopped; the"
        " key file stays the same; run again, it goes on where it was cut short",
        fromfile_prefix_chars="@",
    )
    for flag, help in (
        ("--from", "where everything but the objects is: as the setting store"),
        ("--to", "where it shall be, which holds nothing yet; @FILE stands for what a file holds"),
        ("--blobs-from", "where the objects are: as the setting blobs; for S3 with the settings blobs.key and .secret"),
        ("--blobs-to", "where they shall be, which holds nothing yet"),
    ):
        move.add_argument(flag, dest=flag, metavar="ADDRESS", help=help)
    keys = commands.add_parser(
        "keys",
        help="the keys that everything stored is sealed with, also beside a running server",
        allow_abbrev=False,
    ).add_subparsers(metavar="COMMAND", required=True)
    add(keys, "list", list_keys, "print the keys of the key file, and how much each is needed for")
    add(keys, "add", add_key, "add a key, which nothing is sealed with until rotate: to have a copy of it before")
    rotate = add(
        keys,
        "rotate",
        rotate_keys,
        "seal everything new with the newest key, made for it where that is in use already; a running server takes it"
        " within seconds, and seals in the background what is there",
    )
    rotate.add_argument("--lookup", action="store_true", help="change the key by which addresses are found instead")
    remove = add(keys, "remove", remove_key, "take a key away that nothing stored needs any longer")
    remove.add_argument("id", metavar="ID", help="as keys list prints it")
    add(commands, "openapi", openapi, "print the OpenAPI document")
    return top


Run = Callable[[Settings, argparse.Namespace], int]


def text(argument: str) -> str:
    """An argument that is text: bytes that are none arrive as lone surrogates, which nothing could store."""
    argument.encode()
    return argument


def _flags(told: argparse.Namespace) -> dict[str, str]:
    return {name: value for name in ("data", "listen") if (value := getattr(told, name, None)) is not None}


def _words(error: OSError) -> str:
    what = error.strerror or str(error)
    return f"{error.filename}: {what}" if error.filename is not None else what


# --- run


def run(settings: Settings, told: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    _take_descriptors()
    # The writer's thread asks for the interpreter's lock between its statements: at Python's 5 ms it stores less.
    sys.setswitchinterval(0.001)
    asyncio.run(_serve(settings))
    return 0


def _take_descriptors() -> None:
    """Each connection takes one. Systems give 1,024 to begin with, and many more to who asks."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # a system whose "as many as you like" is not to be taken so
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _serve(settings: Settings) -> None:
    # Imported here: what the other commands need is there sooner.
    from shoplist_appliance.app import build_app, running
    from shoplist_appliance.ops import logs
    from shoplist_appliance.ops.metrics import Counters

    told_to_end = _told_to_end()
    counters = Counters()
    logs.setup(settings.log_level, settings.log_format, counters)
    app = build_app(settings, counters=counters)
    async with contextlib.AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(running(app))
        except OSError as error:
            if error.errno in CANNOT_LISTEN or isinstance(error, socket.gaierror) or error.filename is None:
                raise CannotStart(f"listen: {settings.listen} cannot be listened on: {error.strerror}") from None
            raise
        await _say_who_is_missing(app.store, settings)
        _say_lan_addresses(settings, app.url)
        print(f"ready {app.url}", flush=True)
        _spare_the_collector()
        lost = app.tasks.start(app.store.lost(), "hearing whether another process took the store over")
        lost.add_done_callback(lambda _: told_to_end.set())
        await told_to_end.wait()
        taken_over = lost.done()
        backstop = threading.Timer(END_AFTER_SECONDS, _end_now)
        backstop.daemon = True
        backstop.start()
    if taken_over:
        raise CannotStart("another shoplist-appliance has taken the store over; this one has ended")


async def _say_who_is_missing(store: Store, settings: Settings) -> None:
    with contextlib.suppress(Unavailable):  # it is said elsewhere that the store does not answer
        if not await store.has_admin():
            say(f"nobody is admin yet: {_how_to_make_an_admin(settings)}")


def _spare_the_collector() -> None:
    """Modules live for ever: walked by each full collection, they make a pause of 30 ms; set aside, of 6."""
    gc.collect()
    gc.freeze()


def _told_to_end() -> asyncio.Event:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told


def _end_now() -> None:
    say("the end took too long and is cut short; what was acknowledged is stored")
    os._exit(0)


def say(line: str) -> None:
    """A line for whoever started us. Standard output has the ready line only."""
    print(line, file=sys.stderr, flush=True)


def _how_to_make_an_admin(settings: Settings) -> str:
    installed = Path(sys.argv[0]).name == "shoplist-appliance"
    command = "shoplist-appliance" if installed else "scripts/run"
    data = "" if settings.data == Settings().data else f" --data {shlex.quote(str(settings.data))}"
    return f"{command} admin create --email ADDRESS --name NAME{data}"


def _say_lan_addresses(settings: Settings, url: str) -> None:
    from shoplist_appliance.ops.lan import addresses

    host, _ = settings.address
    if host in ("0.0.0.0", "::"):
        for address in addresses(host):
            say(f"in this network: {url.replace(f'[{host}]' if ':' in host else host, address)}")


# --- admin create


def create_admin(settings: Settings, told: argparse.Namespace) -> int:
    """Make an account with the role admin, by the same rules as an account that is registered."""
    from shoplist_appliance import app
    from shoplist_appliance.domain.errors import Conflict, Invalid
    from shoplist_appliance.web import words
    from shoplist_appliance.web.ops.accounts import checked

    try:
        new = checked(told.email, told.name, _password())
        person = asyncio.run(app.create_admin(settings, new.email, new.name, new.password))
    except Invalid as error:
        place, reason = next(iter(error.fields.items()))
        raise CannotStart(f"{place}: {words.field(reason, 'en')}") from None
    except Conflict:
        end(1, f"there is an account with the address {told.email} already")
    print(f"{person.name} is an admin")
    return 0


def disable_totp(settings: Settings, told: argparse.Namespace) -> int:
    """Let an account sign in with its password alone."""
    from shoplist_appliance import app
    from shoplist_appliance.domain.errors import Conflict, NotFound

    try:
        person = asyncio.run(app.disable_totp(settings, told.email))
    except NotFound:
        end(1, f"there is no account with the address {told.email}")
    except Conflict:
        end(1, f"the account with the address {told.email} has no second factor")
    print(f"{person.name} signs in with the password alone")
    return 0


def _password() -> str:
    if not sys.stdin.isatty():
        try:
            return sys.stdin.buffer.readline().decode().rstrip("\r\n")
        except UnicodeDecodeError:
            end(1, "the password is no UTF-8 text")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        end(1, "the two passwords differ")
    return password


# --- migrate


def migrate(settings: Settings, told: argparse.Namespace) -> int:
    """Move store, objects or both to another place. Cut short by a signal it ends with status 1."""
    from shoplist_appliance.ops import migrate

    signal.signal(signal.SIGINT, signal.default_int_handler)  # which asyncio replaces by its own for its while
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    store = _pair(
        told, ("--from", "--to"), STORE.parse, "a store; it takes sqlite:/// and a path, or mongodb:// with hosts"
    )
    blobs: tuple[Path | S3Address, Path | S3Address] | None = _pair(
        told,
        ("--blobs-from", "--blobs-to"),
        BLOBS.parse,
        "objects; it takes file:/// and a path, or s3+https://HOST/BUCKET without a key",
    )
    if not store and not blobs:
        end(2, "name what to move: the store by --from and --to, the objects by --blobs-from and --blobs-to, or both")
    try:
        migrate.migrate(settings, say, store=store, blobs=blobs)
    except KeyboardInterrupt:
        end(1, "cut short; the same command goes on from here")
    names = " and ".join(name for name, moved in (("store", store), ("blobs", blobs)) if moved)
    say(f"from now on start with the new address in the setting {names}; what it was moved from is left as it was")
    return 0


def _pair(
    told: argparse.Namespace, flags: tuple[str, str], parse: Callable[[str], T | None], what: str
) -> tuple[T, T] | None:
    """Both addresses or none. Never shown: one may hold a password."""
    texts = [getattr(told, flag) for flag in flags]
    if texts == [None, None]:
        return None
    if None in texts:
        end(2, f"{flags[0]} and {flags[1]} go together: where it is, and where it shall be")
    source, target = (_address(flag, text, parse, what) for flag, text in zip(flags, texts, strict=True))
    return source, target


def _address(flag: str, text: str, parse: Callable[[str], T | None], what: str) -> T:
    try:
        parsed = parse(text)
    except ValueError:
        parsed = None
    if parsed is None:
        raise SettingError(flag, f"this is no address of {what}")
    return parsed


# --- keys


def list_keys(settings: Settings, told: argparse.Namespace) -> int:
    """A line for each key: its id, what it is for, whether it is in use, and how many values need it."""
    from shoplist_appliance.ops import keys

    for key in keys.listed(settings):
        kind = "lookup" if key.is_lookup else "sealing"
        state = "active" if key.is_active else "needed" if key.uses else "not needed"
        print(f"{key.id}  {kind:7}  {state:10}  {key.uses}")
    return 0


def add_key(settings: Settings, told: argparse.Namespace) -> int:
    from shoplist_appliance.ops import keys

    print(keys.add(settings))
    _remind_of_copy(settings)
    return 0


def rotate_keys(settings: Settings, told: argparse.Namespace) -> int:
    """Change the active key; sealing anew is the running product's."""
    from shoplist_appliance.ops import keys

    print(keys.rotate_lookup(settings) if told.lookup else keys.rotate(settings))
    _remind_of_copy(settings)
    say(
        "the product seals in the background what is there, now if it runs, else from its next start on; see: keys list"
    )
    return 0


def remove_key(settings: Settings, told: argparse.Namespace) -> int:
    from shoplist_appliance.ops import keys

    keys.remove(settings, told.id)
    say("a backup that was made before may need it: keep the copy of the key file that belongs to it")
    return 0


def _remind_of_copy(settings: Settings) -> None:
    say(f"keep a copy of the key file {settings.key_path} as it is now; without it nothing stored can be read")


# --- openapi


def openapi(settings: Settings, told: argparse.Namespace) -> int:
    """Print the OpenAPI document."""
    import orjson

    from shoplist_appliance.web.openapi import document
    from shoplist_appliance.web.operations import TABLE

    print(orjson.dumps(document(TABLE), option=orjson.OPT_INDENT_2).decode())
    return 0
