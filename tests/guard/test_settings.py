"""The table of settings: every way to give one, every way to get one wrong, and its page."""

import ast
import re
from pathlib import Path

import pytest

from shoplist_appliance.config import SETTINGS, S3Address, Sender, SettingError, Settings, load
from shoplist_appliance.ops import settings_page

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "shoplist_appliance"


def from_file(folder: Path, text: str) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text)
    return load({}, {}, file)


def refused(flags: dict[str, str], environ: dict[str, str], file: Path | None = None) -> SettingError:
    with pytest.raises(SettingError) as caught:
        load(flags, environ, file)
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


def test_no_configuration_is_one_too() -> None:
    settings = load({}, {"PATH": "/bin"}, None)
    assert settings == Settings()
    assert settings.address == ("127.0.0.1", 8080)
    assert settings.data == Path("data")
    assert settings.key_path == Path("data/key")
    assert settings.store_path == Path("data/shoplist.db")
    assert settings.registration == "open"
    assert settings.unverified == {"invite", "chat"}


def test_what_is_withheld_may_be_nothing(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('unverified = ["chat"]\n')
    assert load({}, {}, file).unverified == {"chat"}
    assert load({}, {"SHOPLIST_UNVERIFIED": ""}, file).unverified == frozenset()
    assert load({}, {"SHOPLIST_UNVERIFIED": "chat, invite"}, file).unverified == {"invite", "chat"}
    assert refused({}, {"SHOPLIST_UNVERIFIED": "invite,shop"}).name == "unverified"


def test_flags_come_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        'listen = "127.0.0.1:1"\nregistration = "closed"\nurl = "https://one.example"\n[limits]\nrate = 2.5\n'
    )
    environ = {"SHOPLIST_LISTEN": "127.0.0.1:2", "SHOPLIST_URL": "https://two.example"}
    settings = load({"listen": "127.0.0.1:3"}, environ, file)
    assert settings.listen == "127.0.0.1:3"
    assert settings.url == "https://two.example"
    assert settings.registration == "closed"
    assert settings.limits_rate == 2.5


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "store"
    secret.write_text("sqlite:////var/lib/shop.db\n")
    settings = load({}, {"SHOPLIST_STORE_FILE": str(secret)}, None)
    assert settings.store_path == Path("/var/lib/shop.db")


def test_what_is_no_secret_may_not_lie_in_a_file() -> None:
    assert refused({}, {"SHOPLIST_URL_FILE": "/dev/null"}).name == "SHOPLIST_URL_FILE"


def test_a_secret_is_given_once(tmp_path: Path) -> None:
    environ = {"SHOPLIST_STORE": "sqlite:///a", "SHOPLIST_STORE_FILE": str(tmp_path / "b")}
    assert "SHOPLIST_STORE" in str(refused({}, environ))


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('store = ["mongodb://me:hunter22@there"]')
    for error in (
        refused({}, {"SHOPLIST_STORE": "mongo://me:hunter22@there"}),
        refused({}, {}, file),
        refused({}, {"SHOPLIST_STORE_FILE": str(tmp_path / "absent")}),
    ):
        assert error.name == "store"
        assert "hunter22" not in str(error)


@pytest.mark.parametrize(
    "variable", ["SHOPLIST_X", "SHOPLIST_", "SHOPLIST_TELEGRAM_TOKEN", "SHOPLIST_listen", "SHOPLIST_TESTS"]
)
def test_an_unknown_variable_is_refused_by_its_name(variable: str) -> None:
    assert variable in str(refused({}, {variable: "1"}))


def test_the_test_suites_own_variables_are_left_alone() -> None:
    assert load({}, {"SHOPLIST_TEST_MONGODB": "mongodb://x"}, None) == Settings()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("limit = 1", "limit"),
        ("[limits]\nrates = 1", "limits.rates"),
        ("[telephone]", "telephone"),
        ("[listen]\nhost = 1", "listen.host"),
        ('"a\\nb" = 1', "a\\\\nb"),
        ("[limits]\nrate = true", "limits.rate"),
        ("[limits]\nrate = '2'", "limits.rate"),
        ("[limits]\nrate = nan", "limits.rate"),
        ("listen = 8080", "listen"),
        ("proxies = [1]", "proxies"),
        ("log = 'json'", "log"),
        ("log.format = 'xml'", "log.format"),
        ("listen = ", "config"),
    ],
)
def test_a_wrong_line_of_the_file_is_refused_by_its_name(tmp_path: Path, text: str, name: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    assert re.search(rf"(^|\W){name}(\W|$)", str(refused({}, {}, file)))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "config" in str(refused({}, {}, tmp_path / "absent.toml"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LISTEN", "8080"),
        ("LISTEN", ":8080"),
        ("LISTEN", "127.0.0.1"),
        ("LISTEN", "127.0.0.1:65536"),
        ("LISTEN", "127.0.0.1:-1"),
        ("LISTEN", "127.0.0.256:80"),
        ("LISTEN", "::1:8080"),
        ("LISTEN", "[::1:8080"),
        ("LISTEN", "[127.0.0.1]:8080"),
        ("LISTEN", "a b:80"),
        ("LISTEN", ""),
        ("URL", "lists.example.org"),
        ("URL", "ftp://lists.example.org"),
        ("URL", "https://lists.example.org/path"),
        ("URL", "https://me@lists.example.org"),
        ("URL", "https://lists.example.org:99999"),
        ("URL", "https://lists.example.org:0"),
        ("URL", "https://"),
        ("URL", "https://[::1"),
        ("LIMITS_RATE", "-1"),
        ("LIMITS_RATE", "inf"),
        ("LIMITS_RATE", "fast"),
        ("LIMITS_RATE", ""),
        ("LIMITS_RATE", "1_0"),
        ("REGISTRATION", "Open"),
        ("PROXIES", "localhost"),
        ("PROXIES", "10.0.0.0/33"),
        ("LOG_LEVEL", "loud"),
        ("LISTS_MEMORY", "0"),
        ("LISTS_MEMORY", "64 apples"),
        ("STORE", "redis://x"),
        ("BLOBS", "folder"),
        ("BLOBS", "file://host/path"),
        ("BLOBS", "file:///"),
        ("BLOBS", "s3://host/bucket"),
        ("BLOBS", "s3+https://host"),
        ("BLOBS", "s3+https://host/"),
        ("BLOBS", "s3+https:///bucket"),
        ("BLOBS", "s3+https://host/bucket/more"),
        ("BLOBS", "s3+https://host/Bucket"),
        ("BLOBS", "s3+https://host/b"),
        ("BLOBS", "s3+https://host/a..b"),
        ("BLOBS", "s3+https://me:pass@host/bucket"),
        ("BLOBS", "s3+https://host:99999/bucket"),
        ("BLOBS", "s3+https://host/bucket?region"),
        ("BLOBS", "s3+https://host/bucket?region=EU"),
        ("BLOBS", "s3+https://host/bucket?style=cubist"),
        ("BLOBS", "s3+https://host/bucket?colour=red"),
        ("BLOBS", "s3+https://host/bucket?region=a&region=b"),
        ("BLOBS", "s3+https://host/bucket?ca="),
        ("BLOBS", "s3+http://host/bucket?ca=/etc/ca.pem"),
        ("BLOBS", "s3+http://s3.example.org/bucket"),
        ("BLOBS", "s3+http://8.8.8.8/bucket"),
        ("BLOBS", "s3+https://host/bucket#part"),
        ("BLOBS_KEY", "two words"),
        ("BLOBS_SECRET", "ключ"),
        ("DATA", ""),
        ("DATA", "a\0b"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_the_settings_name(name: str, text: str) -> None:
    error = refused({}, {f"SHOPLIST_{name}": text})
    assert SETTINGS[error.name].variable == f"SHOPLIST_{name}"
    assert str(error).startswith(error.name)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://Lists.Example.org/", "http://lists.example.org"),
        ("https://lists.example.org:443", "https://lists.example.org"),
        ("https://lists.example.org:80", "https://lists.example.org:80"),
        ("http://[FD00::1]:8080", "http://[fd00::1]:8080"),
    ],
)
def test_the_url_is_kept_as_browsers_write_an_origin(given: str, kept: str) -> None:
    assert load({}, {"SHOPLIST_URL": given}, None).url == kept


def test_values_of_every_kind(tmp_path: Path) -> None:
    settings = from_file(
        tmp_path,
        'listen = "[::]:0"\nproxies = ["10.0.0.1", "FD00::1"]\nkey_file = "/run/key"\nlimits.rate = 0\n'
        'lists.memory = "1G"\n',
    )
    assert settings.address == ("::", 0)
    assert settings.proxies == ("10.0.0.1", "fd00::1")
    assert settings.key_path == Path("/run/key")
    assert settings.limits_rate == 0
    assert settings.lists_memory == 1 << 30
    assert load({}, {"SHOPLIST_LISTS_MEMORY": "5000"}, None).lists_memory == 5000


def s3(query: str = "") -> Settings:
    given = {"SHOPLIST_BLOBS_KEY": "me", "SHOPLIST_BLOBS_SECRET": "hunter22"}
    return load({}, {**given, "SHOPLIST_BLOBS": f"s3+https://s3.example.org/our-lists{query}"}, None)


def test_objects_lie_in_the_data_folder_in_another_one_or_in_s3(tmp_path: Path) -> None:
    assert load({"data": "d"}, {}, None).blobs_path == Path("d/blobs")
    assert load({}, {"SHOPLIST_BLOBS": "file:///var/lib/some%20blobs"}, None).blobs_path == Path("/var/lib/some blobs")
    assert s3().blobs_path == S3Address("s3.example.org", "our-lists", True, None, "auto", None)
    assert s3("?region=eu-1&style=host&ca=/etc/ca.pem").blobs == S3Address(
        "s3.example.org", "our-lists", True, "eu-1", "host", Path("/etc/ca.pem")
    )
    settings = from_file(
        tmp_path, 'blobs = "s3+http://[fd00::1]:9000/our.lists"\n"blobs.key" = "me"\n"blobs.secret" = "hunter22"\n'
    )
    assert settings.blobs == S3Address("[fd00::1]:9000", "our.lists", False, None, "auto", None)
    assert (settings.blobs_key, settings.blobs_secret) == ("me", "hunter22")


@pytest.mark.parametrize("missing", ["BLOBS_KEY", "BLOBS_SECRET"])
def test_s3_needs_a_key_and_its_secret(missing: str) -> None:
    given = {"SHOPLIST_BLOBS": "s3+http://minio/our-lists", "SHOPLIST_BLOBS_KEY": "a", "SHOPLIST_BLOBS_SECRET": "b"}
    del given[f"SHOPLIST_{missing}"]
    error = refused({}, given)
    assert SETTINGS[error.name].variable == f"SHOPLIST_{missing}"
    assert "blobs" in str(error)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.1.2.3", "192.168.1.5", "minio", "localhost", "nas.lan"])
def test_s3_without_tls_is_taken_near_by(host: str) -> None:
    environ = {
        "SHOPLIST_BLOBS_KEY": "a",
        "SHOPLIST_BLOBS_SECRET": "b",
        "SHOPLIST_BLOBS": f"s3+http://{host}:9000/lists",
    }
    assert load({}, environ, None).blobs == S3Address(f"{host}:9000", "lists", False, None, "auto", None)


def test_the_page_is_made_from_the_table() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == settings_page.page(), "run scripts/docs"
    for name in SETTINGS:
        assert f"| `{name}` |" in page


def test_every_setting_is_used() -> None:
    """Somebody reads the field, or a property of the table that reads it."""
    read = {"store": {"store_path"}, "blobs": {"blobs_path"}, "key_file": {"key_path"}, "listen": {"address"}}
    read["smtp_from"] = {"sender"}
    used = {
        node.attr
        for file in PACKAGE.rglob("*.py")
        if file.name != "config.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    unused = [
        setting.name for setting in SETTINGS.values() if not ({setting.field} | read.get(setting.field, set())) & used
    ]
    assert unused == []


def test_the_sender_of_mails_is_found_without_being_named() -> None:
    def sender(**flags: str) -> Sender:
        return load({name.replace("_", "."): text for name, text in flags.items()}, {}, None).sender

    assert sender() == Sender("", "shoplist@localhost")
    assert sender(url="https://lists.example.org:8443") == Sender("", "shoplist@lists.example.org")
    assert sender(url="http://192.168.1.5") == sender(url="http://[::1]") == Sender("", "shoplist@localhost")
    login = {"smtp_user": "ann@example.org", "smtp_password": "with blanks"}
    assert sender(**login) == Sender("", "ann@example.org")
    assert sender(**{**login, "smtp_user": "ann"}) == Sender("", "shoplist@localhost")
    assert sender(smtp_from='"Наши списки" <lists@Пример.рф>') == Sender("Наши списки", "lists@xn--e1afmkfd.xn--p1ai")
    assert sender(**login, smtp_from="lists@example.org") == Sender("", "lists@example.org")


@pytest.mark.parametrize(
    "text",
    ["lists", "@example.org", "a@", "a b@c.org", "a@b@c.org", "Ann <a@b.org", "a@1.2.3.4", "a@[::1]", "a\nb@c.org"],
)
def test_a_sender_that_is_no_address_is_refused(text: str) -> None:
    assert refused({"smtp.from": text}, {}).name == "smtp.from"


def test_what_a_mail_server_needs_is_checked_at_the_start(tmp_path: Path) -> None:
    assert refused({"smtp.user": "ann"}, {}).name == "smtp.password"
    assert refused({"smtp.password": "secret words"}, {}).name == "smtp.user"
    assert refused({"smtp.host": "mail.example.org", "smtp.tls": "none"}, {}).name == "smtp.tls"
    assert refused({"smtp.host": "localhost", "smtp.ca": str(tmp_path / "absent.pem")}, {}).name == "smtp.ca"
    for name, text in {"smtp.host": "no host", "smtp.port": "0", "smtp.tls": "ssl", "smtp.user": "a\nb"}.items():
        assert refused({name: text}, {}).name == name
    for host in ("localhost", "127.0.0.1", "mail", "::1", "192.168.1.5"):
        assert load({"smtp.host": host, "smtp.tls": "none"}, {}, None).smtp_host == host
    file = tmp_path / "settings.toml"
    file.write_text('[smtp]\nhost = "mail.example.org"\nport = 2525\nuser = "ann"\npassword = "secret words"\n')
    settings = load({}, {}, file)
    assert (settings.smtp_port, settings.smtp_tls, settings.smtp_password) == (2525, "starttls", "secret words")
    (tmp_path / "secret").write_text("other words\n")
    told = {"SHOPLIST_SMTP_USER": "ann", "SHOPLIST_SMTP_PASSWORD_FILE": str(tmp_path / "secret")}
    assert load({}, told, None).smtp_password == "other words"
