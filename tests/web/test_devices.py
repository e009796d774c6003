"""What a device is called whose client gives it no name."""

import pytest

from shoplist_appliance.web.devices import device_name

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
ANDROID = "Mozilla/5.0 (Linux; Android 15; SM-S928B) AppleWebKit/537.36 (KHTML, like Gecko) "
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (ANDROID + "Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (ANDROID + "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android"),
        (IPHONE + "Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (IPHONE + "CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (IPHONE + "FxiOS/145.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        (WINDOWS + "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge on Windows"),
        (WINDOWS + "Chrome/140.0.0.0 YaBrowser/25.10.0.0 Safari/537.36", "Yandex Browser on Windows"),
        (WINDOWS + "Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0", "Opera on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15",
         "Safari on macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        ("Mozilla/5.0 (compatible; something new)", ""),
        ("curl/8.14.1", "curl"),
        ("python-requests/2.32.5", "python-requests"),
        ("curl", "curl"),
        ("<b>bold</b>", ""),
        ("x" * 5000, ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_device_is_known_by_its_browser_and_system_else_by_its_program(agent: str, name: str) -> None:
    assert device_name(agent, "en") == name


def test_it_is_named_in_the_language_of_its_owner() -> None:
    assert device_name(ANDROID + "Chrome/142.0.0.0 Mobile Safari/537.36", "ru") == "Chrome, Android"
