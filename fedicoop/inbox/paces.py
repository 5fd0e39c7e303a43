"""How fast one house may speak to us, and one address may fail to (security case 109).

A flood is refused before it costs a commit.  What a house sends to make up for days of silence fits into
what it may say at once; who is refused is told when to come again, and loses nothing.
"""

from math import ceil

from fedicoop.errors import TooMany
from fedicoop.log import log
from fedicoop.pace import Pace


class Paces:
    """Of houses that proved who they are, by each good letter; and of addresses, by each bad one."""

    def __init__(self) -> None:
        self.letters = Pace(a_minute=1200, at_once=500)
        self.failures = Pace(a_minute=120, at_once=120)


def take(pace: Pace, who: str) -> None:
    """Count one.  Raises TooMany `inbox.too_often`."""
    if wait := pace.take(who):
        log.seldom("inbox.too_often", about=who, who=who)
        raise TooMany("inbox.too_often", who, seconds=max(1, ceil(wait)), host=who)
