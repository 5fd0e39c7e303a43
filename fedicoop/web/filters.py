"""Small questions that templates ask of addresses and names.  Pure; none raises, whatever a peer sent."""

import re
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from fedicoop.vocabulary.types import Actor

_CONTROLS = frozenset(map(chr, (*range(0x21), 0x7F)))


def host_of(address: str) -> str:
    """The host and port of an address, as people read it."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def weblink(address: str | None) -> str | None:
    """An address that a link may lead to: http or https, with a host and without tricks; else None.

    Browsers drop tabs and line ends inside a scheme and take `\\` for `/` (security case 65), so an
    address that has any of these leads nowhere.
    """
    if not address or "\\" in address or _CONTROLS & set(address):
        return None
    known = address.lower().startswith(("https://", "http://"))
    return address if known and host_of(address) else None


def coop_path(actor: Actor, host: str) -> str:
    """Where the page of a coop is on this house: `/@velo` for ours, `/@velo@host` for a peer's."""
    home = host_of(actor.id)
    name = quote(actor.handle, safe="")
    return f"/@{name}" if home == host else f"/@{name}@{home}"


def initial(name: str) -> str:
    """The letter that stands for a name in its sign."""
    return next((letter.upper() for letter in name if letter.isalnum()), "·")


def thumbnail(photo: str) -> str:
    """The small form of a photo of ours, for cards."""
    return f"{photo.rpartition('.')[0] or photo}.card.webp"


def commands(text: str) -> Markup:
    """A sentence of ours, what stands between `backticks` set as code, whose words are not broken in two."""
    pieces = re.split(r"`([^`]+)`", text)
    drawn = [_code(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)]
    return Markup("").join(drawn)


def _code(command: str) -> Markup:
    words = (Markup("<span>{}</span>").format(word) for word in command.split(" "))
    return Markup("<code>{}</code>").format(Markup(" ").join(words))
