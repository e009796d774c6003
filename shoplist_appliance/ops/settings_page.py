"""The page docs/settings.md, made from the table of settings: `python -m shoplist_appliance.ops.settings_page`."""

from shoplist_appliance.config import SETTINGS, Setting

INTRODUCTION = """\
# Settings

Made from the table in `shoplist_appliance/config.py` by `scripts/docs`; a test holds it true.

No setting is needed. One may be given as a flag (`--data`, `--listen`), as a variable of the environment, or as a key
of the TOML file that the flag `--config` names; flags come before the environment, that before the file. A secret may
also lie in a file of its own, named by the variable with `_FILE` behind it. A name that is not in this table, or a
value that makes no sense, ends the start with status 2 and one line that names the setting. Variables that begin with
`SHOPLIST_TEST_` are the test suite's and are left alone.

| name | variable | takes | default | what for |
| --- | --- | --- | --- | --- |
"""

EXAMPLE = """
In a file:

```toml
listen = "0.0.0.0:8080"
url = "https://lists.example.org"
proxies = ["127.0.0.1"]

[log]
format = "json"
```
"""


def page() -> str:
    """The whole page."""
    return INTRODUCTION + "".join(_row(setting) for setting in SETTINGS.values()) + EXAMPLE


def _row(setting: Setting) -> str:
    variable = f"`{setting.variable}`" + (f" or `{setting.variable}_FILE`" if setting.secret else "")
    default = f"`{setting.default}`" if setting.default else ""
    return f"| `{setting.name}` | {variable} | {setting.kind.words} | {default} | {setting.help} |\n"


if __name__ == "__main__":
    print(page(), end="")
