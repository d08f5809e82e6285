"""A device is named in plain words, whatever it says of itself."""

import pytest

from server.people.sessions.agent import kind_of_device

ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (f"{ANDROID} Chrome/131.0.0.0 Mobile Safari/537.36", ("android", "chrome")),
        (f"{ANDROID} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36", ("android", "samsung")),
        ("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", ("android", "firefox")),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1",
            ("iphone", "safari"),
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
            "Safari/537.36 Edg/131.0.0.0",
            ("windows", "edge"),
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", ("linux", "firefox")),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/131.0.0.0 Safari/537.36", ("chromebook", "chrome")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1.15", ("mac", "safari")),
        ("curl/8.5.0", ("other", "other")),
        ("", ("other", "other")),
        ("\x00" * 5000, ("other", "other")),
    ],
)
def test_in_two_plain_words(said: str, kind: tuple[str, str]) -> None:
    assert kind_of_device(said) == kind
