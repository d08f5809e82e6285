"""What kind of device a ``User-Agent`` names, in two plain words and no more: enough for its owner to know it again,
too little to tell two people of a school apart."""

# The order is that of reading: Edge and Samsung's browser also say Chrome, Chrome also says Safari, Android also Linux.
_SYSTEMS = (
    ("iPhone", "iphone"),
    ("iPad", "ipad"),
    ("Android", "android"),
    ("CrOS", "chromebook"),
    ("Windows", "windows"),
    ("Macintosh", "mac"),
    ("Linux", "linux"),
)
_BROWSERS = (
    ("Edg", "edge"),
    ("SamsungBrowser", "samsung"),
    ("Firefox", "firefox"),
    ("FxiOS", "firefox"),
    ("CriOS", "chrome"),
    ("Chrome", "chrome"),
    ("Safari", "safari"),
)
OTHER = "other"
PROGRAM = "program"  # what comes with a token rather than a cookie


def kind_of_device(user_agent: str) -> tuple[str, str]:
    """(system, browser), each a word that the client has a text for."""
    return _first(_SYSTEMS, user_agent), _first(_BROWSERS, user_agent)


def _first(words: tuple[tuple[str, str], ...], text: str) -> str:
    return next((word for mark, word in words if mark in text), OTHER)
