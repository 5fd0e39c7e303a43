"""What waits for a member, as their own page counts it.

Rooms above this one have things that wait, too; so each says what it has by a function, and `app.py`
puts them together.  A room below is asked here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.db import Tx
from fedicoop.members import candidates
from fedicoop.notices import store as notices


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many things of one sort.  `words` is a text with a plural; none of nothing is shown."""

    count: int
    words: str
    path: str
    icon: str


Ask = Callable[[Tx, Member], Awaitable[list[Waiting]]]


async def waiting(tx: Tx, who: Member) -> list[Waiting]:
    """What this room and those below have: news, and people who ask to join."""
    found = [Waiting(await notices.unread(tx, who.id), "me.waiting.notices", "/alertes", "bell")]
    if access.may(who, Act.MEMBER_APPROVE, OfCoop(who.coop_id)):
        asking = await candidates.waiting(tx, who.coop_id)
        found.append(Waiting(len(asking), "me.waiting.candidates", "/admin/membres", "people"))
    return found
