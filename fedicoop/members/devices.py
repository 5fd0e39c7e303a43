"""What a device is called in a list of devices, by what its browser says of itself.  Pure; never raises."""

_BROWSERS = (  # the first that is named counts: most also claim to be those that come after
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("DuckDuckGo", "DuckDuckGo"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
POCKET = frozenset({"iPhone", "Android"})


def browser(device: str) -> str:
    """The browser's name, "" where it is none that we know."""
    return _named(device, _BROWSERS)


def system(device: str) -> str:
    return _named(device, _SYSTEMS)


def name(device: str) -> str:
    """`Firefox · Android`; "" where it says nothing of the kind."""
    return " · ".join(part for part in (browser(device), system(device)) if part)


def in_a_pocket(device: str) -> bool:
    return system(device) in POCKET


def _named(device: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for sign, name in known if sign in device), "")
