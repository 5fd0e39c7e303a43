"""What an application may do, in the words of Mastodon's API: `read`, `write:statuses`, `follow` …  Pure."""

from collections.abc import Collection, Iterable

from fedicoop.errors import Malformed

READ = frozenset(
    "accounts blocks bookmarks favourites filters follows lists mutes notifications search statuses".split()
)
WRITE = frozenset(
    "accounts blocks bookmarks conversations favourites filters follows lists media mutes notifications "
    "reports statuses".split()
)
_FOLLOW = frozenset(f"{verb}:{area}" for verb in ("read", "write") for area in ("blocks", "follows", "mutes"))
_PROFILE = frozenset({"read:me"})
PUSH = "push"
"""Known, so that nobody is refused who asks for it; it opens nothing here."""

OFFERED = (
    *("profile", "read", *(f"read:{area}" for area in sorted(READ))),
    *("write", *(f"write:{area}" for area in sorted(WRITE))),
    *("follow", PUSH),
)
"""Every scope there is here, for the metadata.  Those of Mastodon's administration are not."""


def read(text: str) -> tuple[str, ...]:
    """The scopes of a request, in its order.  Raises Malformed `client.scope` for one that is not offered."""
    asked = tuple(dict.fromkeys(text.replace("+", " ").split()[:60]))
    for scope in asked:
        if scope not in OFFERED:
            raise Malformed("client.scope", scope[:80], scope=scope[:80])
    return asked or ("read",)


def covers(granted: Collection[str], wanted: str) -> bool:
    """Whether what was granted opens what a door asks for (`read:statuses`, or `read:me` for oneself)."""
    if wanted in granted or wanted.partition(":")[0] in granted:
        return True
    if "follow" in granted and wanted in _FOLLOW:
        return True
    return wanted in _PROFILE and bool({"profile", "read:accounts"} & {*granted})


def all_covered(granted: Collection[str], wanted: Iterable[str]) -> bool:
    """Whether everything that is asked for now was asked for when the application was made known."""
    return all(scope in granted or covers(granted, scope) for scope in wanted)


def areas(scopes: Collection[str], verb: str) -> tuple[str, ...]:
    """What may be read, or written, where it is not everything: for the page that asks for a yes."""
    found = {scope.partition(":")[2] for scope in scopes if scope.startswith(f"{verb}:")}
    if "follow" in scopes:
        found |= {"blocks", "follows", "mutes"}
    if "profile" in scopes and verb == "read":
        found.add("accounts")
    return tuple(sorted(found))
