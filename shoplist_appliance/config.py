"""Every setting of the process in one table, and how its value is found: flags before environment before file.

The table is the dataclass ``Settings``: a field's metadata holds the name by which people know it. ``docs/settings.md``
is made from it.
"""

import contextlib
import dataclasses
import ipaddress
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, cast
from urllib.parse import parse_qsl, unquote, urlsplit

T = TypeVar("T")
Style = Literal["auto", "path", "host"]
Registration = Literal["open", "invitation", "closed"]
Withheld = Literal["invite", "chat"]
MailTls = Literal["tls", "starttls", "none"]
LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["text", "json"]

PREFIX = "SHOPLIST_"
FOR_TESTS = "SHOPLIST_TEST_"  # the test suite's own names: where a server for tests is, and the like


class CannotStart(Exception):
    """Why this process cannot begin its work: one line for the person who started it. It ends with status 2."""


class SettingError(CannotStart):
    """A setting that nobody knows, or whose value makes no sense. The text is one line that names it."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What values a setting takes: ``words`` for people, the types it has in TOML, and how text becomes the value.

    ``parse`` raises ``ValueError`` where the text makes no sense.
    """

    words: str
    toml: tuple[type, ...]
    parse: Callable[[str], T]


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table. A secret may also be in a file that ``SHOPLIST_NAME_FILE`` names, and is never shown."""

    name: str
    field: str
    kind: Kind[Any]
    default: str
    help: str
    secret: bool

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.replace(".", "_").upper()


def _path(text: str) -> Path:
    return Path(_some(text)).expanduser()


def _some(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise ValueError
    return text


def _optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    return lambda text: parse(text) if text else None


def _host(text: str) -> str:
    if text.startswith("[") and text.endswith("]"):
        return str(ipaddress.IPv6Address(text[1:-1]))
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})", text):
        raise ValueError
    if re.fullmatch(r"[0-9.]+", text):
        return str(ipaddress.IPv4Address(text))
    return text.lower()


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise ValueError
    return int(text)


def join_address(host: str, port: int) -> str:
    """``HOST:PORT``, an IPv6 host in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def split_address(text: str) -> tuple[str, int]:
    """The two parts of ``HOST:PORT``, an IPv6 host without its brackets. Raises ``ValueError``."""
    host, colon, port = text.rpartition(":")
    if not colon:
        raise ValueError
    return _host(host), _port(port)


def _listen(text: str) -> str:
    return join_address(*split_address(text))


def _url(text: str) -> str:
    """As browsers write an origin: lower case, no default port, nothing after it."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError
    if parts.username is not None or not parts.hostname:
        raise ValueError
    host = _host(f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname)
    usual = 80 if parts.scheme == "http" else 443
    port = usual if parts.port is None else parts.port
    if port == 0:
        raise ValueError
    return f"{parts.scheme}://" + join_address(host, port).removesuffix(f":{usual}")


def _store(text: str) -> str:
    if not re.fullmatch(r"sqlite:///[^\0]+|mongodb(\+srv)?://[^\s\0/]+(/[A-Za-z0-9_-]{0,63})?(\?[^\s\0]*)?", text):
        raise ValueError
    return text


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where a bucket is: ``endpoint`` is host and perhaps port, ``style`` how addresses of objects name the bucket."""

    endpoint: str
    bucket: str
    secure: bool
    region: str | None
    style: Style
    ca: Path | None


def _blobs(text: str) -> Path | S3Address:
    parts = urlsplit(text)
    if parts.username is not None or parts.fragment or "\0" in text:
        raise ValueError
    if parts.scheme == "file":
        if parts.netloc or parts.query or parts.path.strip("/") == "":
            raise ValueError
        return Path(unquote(parts.path))
    return _s3(text)


def _s3(text: str) -> S3Address:
    parts = urlsplit(text)
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    host, asked = parts.hostname or "", dict(pairs)
    secure, bucket = parts.scheme == "s3+https", parts.path.removeprefix("/").removesuffix("/")
    if parts.scheme not in ("s3+https", "s3+http") or not (secure or is_near(host)):
        raise ValueError
    if not re.fullmatch(r"[a-z0-9](?!.*[.-]\.|.*\.-)[a-z0-9.-]{1,61}[a-z0-9]", bucket):
        raise ValueError
    region, style, ca = (asked.pop(name, None) for name in ("region", "style", "ca"))
    if (
        asked
        or len(pairs) > len(dict(pairs))
        or style not in (None, "path", "host")
        or not re.fullmatch(r"[a-z0-9-]{1,60}", region or "auto")
    ):
        raise ValueError
    if ca is not None and not (secure and ca):
        raise ValueError
    endpoint = _host(f"[{host}]" if ":" in host else host)
    endpoint = join_address(endpoint, parts.port) if parts.port else join_address(endpoint, 0).removesuffix(":0")
    return S3Address(endpoint, bucket, secure, region or None, cast(Style, style or "auto"), Path(ca) if ca else None)


def is_near(host: str) -> bool:
    """Whether a host is this machine or in its own network: names of everybody have a dot and no such ending."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".lan", ".internal", ".home.arpa"))
    return address.is_loopback or address.is_private or address.is_link_local


def _credential(text: str) -> str:
    if not re.fullmatch(r"[!-~]{1,1000}", text):
        raise ValueError
    return text


def _factor(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or value < 0 or "_" in text:
        raise ValueError
    return value


def _bytes(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,15}) ?([KMG]i?B?)?", text)
    if found is None or int(found[1]) == 0:
        raise ValueError
    return int(found[1]) << 10 * " KMG".index((found[2] or " ")[0])


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_address(part.strip())) for part in text.split(",") if part.strip())


def _choice(*names: str) -> Kind[str]:
    def parse(text: str) -> str:
        if text not in names:
            raise ValueError
        return text

    return Kind(" or ".join([", ".join(names[:-1]), names[-1]]), (str,), parse)


def _any_of(*names: str) -> Kind[frozenset[str]]:
    def parse(text: str) -> frozenset[str]:
        found = frozenset(part.strip() for part in text.split(",") if part.strip())
        if not found <= set(names):
            raise ValueError
        return found

    return Kind(f"any of {', '.join(names)}, with commas between them, or nothing", (list, str), parse)


def _name_of_host(text: str) -> str:
    return _host(f"[{text}]" if ":" in text and not text.startswith("[") else text)


def _some_port(text: str) -> int:
    if (port := _port(text)) == 0:
        raise ValueError
    return port


def _phrase(text: str) -> str:
    if len(text) > 1000 or any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise ValueError
    return text


@dataclass(frozen=True, slots=True)
class Sender:
    """From whom mails are: ``name`` may be empty, ``address`` is ``user@host``."""

    name: str
    address: str


def _sender(text: str) -> Sender:
    found = re.fullmatch(r"(?:([^<>\x00-\x1f\x7f]{0,100})<([^<>]+)>|([^<>]+))", text.strip())
    if found is None:
        raise ValueError
    user, _, host = (found[2] or found[3]).rpartition("@")
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", user):
        raise ValueError
    if ":" in (host := _host(host.encode("idna").decode())) or not re.search("[a-z]", host):
        raise ValueError
    return Sender((found[1] or "").strip().strip('"').strip(), f"{user}@{host}")


FOLDER = Kind("the path of a folder", (str,), _path)
FILE = Kind("the path of a file, or nothing", (str,), _optional(_path))
LISTEN = Kind("HOST:PORT, with brackets around an IPv6 address", (str,), _listen)
URL = Kind("http:// or https:// with a host and perhaps a port, or nothing", (str,), _optional(_url))
STORE = Kind(
    "sqlite:/// and a path, mongodb:// with hosts and perhaps a database, or nothing", (str,), _optional(_store)
)
BLOBS = Kind(
    "file:/// and a path, or s3+https://HOST[:PORT]/BUCKET (s3+http:// within one's own network only) with any of"
    " region=NAME, style=path or host, ca=PATH behind a question mark, or nothing",
    (str,),
    _optional(_blobs),
)
CREDENTIAL = Kind("letters, digits and signs without blanks, or nothing", (str,), _optional(_credential))
HOST = Kind("the name or IP address of a machine, or nothing", (str,), _optional(_name_of_host))
PORT = Kind("a number from 1 to 65535, or nothing", (int, str), _optional(_some_port))
PHRASE = Kind("text in one line, or nothing", (str,), _optional(_phrase))
SENDER = Kind(
    "an e-mail address, or a name and an address as in Our lists <lists@example.org>, or nothing",
    (str,),
    _optional(_sender),
)
FACTOR = Kind("a number, 0 or more", (int, float), _factor)
SIZE = Kind("a number of bytes, or one with K, M or G", (int, str), _bytes)
ADDRESSES = Kind("IP addresses with commas between them", (list, str), _addresses)


def _setting(name: str, kind: Kind[Any], default: str, help: str, *, secret: bool = False) -> Any:
    return dataclasses.field(
        default_factory=lambda: kind.parse(default),
        metadata={"name": name, "kind": kind, "default": default, "help": help, "secret": secret},
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a process was told. Each field has a sensible default, so that no configuration at all is one too."""

    data: Path = _setting("data", FOLDER, "data", "Where everything is kept. Made, for its owner only, where missing.")
    listen: str = _setting("listen", LISTEN, "127.0.0.1:8080", "The address to listen on. Port 0 takes a free one.")
    url: str | None = _setting(
        "url", URL, "", "The address by which people reach this server, for links. Without it: the address listened on."
    )
    store: str | None = _setting(
        "store",
        STORE,
        "",
        "The address of the store, an SQLite file or a MongoDB database. Without it: the file shoplist.db in the data"
        " folder.",
        secret=True,  # an address may hold a password
    )
    blobs: Path | S3Address | None = _setting(
        "blobs",
        BLOBS,
        "",
        "The address of the object storage, for files and archives. Without it: the folder blobs in the data folder.",
        secret=True,  # somebody will put a password there
    )
    blobs_key: str | None = _setting(
        "blobs.key", CREDENTIAL, "", "The access key of the object storage, if that is S3.", secret=True
    )
    blobs_secret: str | None = _setting(
        "blobs.secret", CREDENTIAL, "", "The secret that belongs to that key.", secret=True
    )
    key_file: Path | None = _setting(
        "key_file",
        FILE,
        "",
        "The key by which everything is sealed. Without it: the file key in the data folder.",
    )
    registration: Registration = _setting(
        "registration",
        _choice("open", "invitation", "closed"),
        "open",
        "Who may make an account: anyone, who has an invitation to a list, or nobody.",
    )
    unverified: frozenset[Withheld] = _setting(
        "unverified",
        _any_of("invite", "chat"),
        "invite,chat",
        "What an account may not do before its e-mail address is validated: invite others by mail, chat. Without a mail"
        " server nothing is withheld.",
    )
    admin_totp: Literal["optional", "required"] = _setting(
        "admin.totp",
        _choice("optional", "required"),
        "optional",
        "Whether an admin needs a second factor for what only admins may do.",
    )
    smtp_host: str | None = _setting(
        "smtp.host",
        HOST,
        "",
        "The mail server that takes our mails. Without it they are written into the folder mail of the data folder.",
    )
    smtp_port: int | None = _setting(
        "smtp.port", PORT, "", "Its port. Without it: 465 for tls, 587 for starttls, 25 for none."
    )
    smtp_tls: MailTls = _setting(
        "smtp.tls",
        _choice("tls", "starttls", "none"),
        "starttls",
        "How the way to it is encrypted: from the first byte, from the command STARTTLS on, or not at all"
        " (within one's own network only).",
    )
    smtp_ca: Path | None = _setting(
        "smtp.ca", FILE, "", "The CA of a mail server with a certificate of one's own. Without it: those of the system."
    )
    smtp_user: str | None = _setting("smtp.user", PHRASE, "", "The name to log in with, where it asks for one.")
    smtp_password: str | None = _setting(
        "smtp.password", PHRASE, "", "The password that belongs to that name.", secret=True
    )
    smtp_from: Sender | None = _setting(
        "smtp.from",
        SENDER,
        "",
        "From whom mails are. Without it: smtp.user if that is an address, else shoplist at the host of url.",
    )
    proxies: tuple[str, ...] = _setting(
        "proxies",
        ADDRESSES,
        "",
        "The addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    )
    limits_rate: float = _setting(
        "limits.rate",
        FACTOR,
        "1",
        "Multiplies every rate limit. 0 turns them off, for load tests; tries of a mail's code always count.",
    )
    lists_memory: int = _setting(
        "lists.memory", SIZE, "64M", "How much memory lists may take that nobody is using right now."
    )
    alerts_disk: int = _setting(
        "alerts.disk", SIZE, "500M", "The admins are told when less than this is free on the disk of the data folder."
    )
    log_level: LogLevel = _setting(
        "log.level", _choice("debug", "info", "warning", "error"), "info", "The least important lines to log."
    )
    log_format: LogFormat = _setting(
        "log.format", _choice("text", "json"), "text", "Lines for people, or one JSON object a line for programs."
    )

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of ``listen``."""
        return split_address(self.listen)

    @property
    def key_path(self) -> Path:
        """Where the key file is."""
        return self.key_file or self.data / "key"

    @property
    def mail_path(self) -> Path:
        """Where mails are that no mail server takes."""
        return self.data / "mail"

    @property
    def sender(self) -> Sender:
        """From whom mails are."""
        if self.smtp_from is not None:
            return self.smtp_from
        with contextlib.suppress(ValueError):
            return _sender(self.smtp_user or "")
        host = urlsplit(self.url or "").hostname or "localhost"
        return Sender("", f"shoplist@{host if re.search('[a-z]$', host) else 'localhost'}")

    @property
    def is_on_mongodb(self) -> bool:
        """Whether the store is a MongoDB database; else it is an SQLite file."""
        return self.store is not None and self.store.startswith("mongodb")

    @property
    def blobs_path(self) -> Path | S3Address:
        """Where the objects are."""
        return self.blobs or self.data / "blobs"

    @property
    def store_path(self) -> Path:
        """Where the SQLite file is. ``sqlite:///a`` is relative to the working folder, ``sqlite:////a`` is not."""
        return Path(self.store.removeprefix("sqlite:///")) if self.store else self.data / "shoplist.db"


SETTINGS: Mapping[str, Setting] = {
    row.metadata["name"]: Setting(field=row.name, **cast(dict[str, Any], row.metadata))
    for row in dataclasses.fields(Settings)
}


def load(flags: Mapping[str, str], environ: Mapping[str, str], file: Path | None) -> Settings:
    """The settings of a process. Raises ``SettingError`` for an unknown name or a value that makes no sense."""
    found = {**_from_file(file), **_from_environment(environ), **flags}
    settings = Settings(**{SETTINGS[name].field: _value(SETTINGS[name], text) for name, text in found.items()})
    if isinstance(settings.blobs, S3Address):
        for name in ("blobs.key", "blobs.secret"):
            if getattr(settings, SETTINGS[name].field) is None:
                raise SettingError(name, "it is needed where the setting blobs names S3")
    _check_mail(settings)
    return settings


def _check_mail(settings: Settings) -> None:
    if (settings.smtp_user is None) != (settings.smtp_password is None):
        missing, given = ("smtp.user", "smtp.password")[:: 1 if settings.smtp_user is None else -1]
        raise SettingError(missing, f"it is needed where {given} is given")
    if settings.smtp_host and settings.smtp_tls == "none" and not is_near(settings.smtp_host):
        raise SettingError("smtp.tls", "without TLS only a mail server within one's own network is taken")
    if settings.smtp_ca is not None and not settings.smtp_ca.is_file():
        raise SettingError("smtp.ca", f"there is no file {str(settings.smtp_ca)!r}")


def _value(setting: Setting, text: str) -> Any:
    try:
        return setting.kind.parse(text)
    except ValueError:
        shown = "the value given" if setting.secret else repr(text)
        raise SettingError(setting.name, f"{shown} makes no sense; it takes {setting.kind.words}") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    by_variable = {setting.variable: setting for setting in SETTINGS.values()}
    by_file = {f"{setting.variable}_FILE": setting for setting in SETTINGS.values() if setting.secret}
    found: dict[str, str] = {}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable.startswith(FOR_TESTS):
            continue
        setting = by_variable.get(variable) or by_file.get(variable)
        if setting is None:
            raise SettingError(variable, "no setting has this name")
        if setting.name in found:
            raise SettingError(variable, f"{setting.variable} is set too; only one of the two may be")
        text = environ[variable]
        found[setting.name] = text if variable in by_variable else _secret(setting, variable, text)
    return found


def _secret(setting: Setting, variable: str, path: str) -> str:
    try:
        text = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        if text:
            return text
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingError(setting.name, f"the file that {variable} names cannot be read: {why}") from None
    raise SettingError(setting.name, f"the file that {variable} names is empty")


def _from_file(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError("config", f"{str(file)!r} cannot be read: {error.strerror}") from None
    except ValueError as error:  # bad UTF-8 and bad TOML alike
        raise SettingError("config", f"{str(file)!r} is no TOML file: {' '.join(str(error).split())}") from None
    return {name: _text(name, value) for name, value in _flat(table).items()}


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in table.items():
        if isinstance(value, dict) and (value or any(name.startswith(f"{prefix}{key}.") for name in SETTINGS)):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = value
    return flat


def _text(name: str, value: object) -> str:
    """The value of a TOML key as it would be written in the environment; a value of a wrong type makes no sense."""
    setting = SETTINGS.get(name)
    if setting is None:
        raise SettingError(repr(name)[1:-1], "no setting has this name")
    if type(value) not in setting.kind.toml or (isinstance(value, list) and not all(type(v) is str for v in value)):
        shown = "the value given" if setting.secret else repr(value)
        raise SettingError(name, f"{shown} makes no sense; it takes {setting.kind.words}")
    return ",".join(value) if isinstance(value, list) else str(value)


def resources(folder: str) -> Path:
    """A folder of what is not Python (``templates``, ``static``): packed into the wheel, or beside us in a checkout."""
    package = Path(__file__).resolve().parent
    packed = package / "_resources" / folder
    return packed if packed.is_dir() else package.parent / folder
