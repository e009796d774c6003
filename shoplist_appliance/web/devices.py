"""What to call the device of somebody who signs in without naming it, so that its owner knows it again."""

import re
from collections.abc import Mapping, Sequence

from shoplist_appliance.domain.people import Language

# The first that is found counts: most browsers name others too. The pages do the same (static/account/model.js).
_BROWSERS: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (name, re.compile(sign))
    for name, sign in (
        ("Firefox", "Firefox|FxiOS"),
        ("Edge", r"Edg(e|A|iOS)?/"),
        ("Opera", "OPR/"),
        ("Yandex Browser", "YaBrowser/"),
        ("Samsung Internet", "SamsungBrowser"),
        ("Chrome", "Chrome|CriOS"),
        ("Safari", "Safari"),
    )
)
_SYSTEMS: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (name, re.compile(sign))
    for name, sign in (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("macOS", "Mac OS X"),
        ("Linux", "Linux|CrOS"),
    )
)
_TOGETHER: Mapping[Language, str] = {"en": "{browser} on {system}", "ru": "{browser}, {system}"}
# Programs begin with their name: "curl/8.14.1", "python-requests/2.32". Browsers all begin with the same one.
_PROGRAM = re.compile(r"(?!Mozilla\b)[A-Za-z][A-Za-z0-9._-]{0,39}(?![^/ ])")


def device_name(agent: str, language: Language) -> str:
    """The browser and its system by a ``User-Agent``, else the program that sent it; empty where it says nothing."""
    browser, system = _first(_BROWSERS, agent), _first(_SYSTEMS, agent)
    if browser and system:
        return _TOGETHER[language].format(browser=browser, system=system)
    if browser or system:
        return browser or system
    program = _PROGRAM.match(agent)
    return program[0] if program else ""


def _first(signs: Sequence[tuple[str, re.Pattern[str]]], agent: str) -> str:
    return next((name for name, sign in signs if sign.search(agent)), "")
