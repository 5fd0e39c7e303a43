"""Finding a coop elsewhere by what somebody types: asked of its own house, and never too often."""

from datetime import timedelta

from fedicoop.access import Member
from fedicoop.actors import names
from fedicoop.errors import Misused
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor
from fedicoop.web import limits
from fedicoop.web.limits import Limit

LOOK_UPS = Limit("look-ups of coops", 30, timedelta(hours=1))
"""Each knocks at a door that somebody names."""
LONGEST = 300


async def coop(node: Node, who: Member, name: str) -> Actor:
    """Who speaks for a domain, at an address, or as `@handle@host`.

    Raises Misused `watch.no_coop` for a machine or an unreadable name, TooMany, and what looking up
    raises: Unreachable, Refused, NotFound, Malformed, Gone.
    """
    if len(name) > LONGEST:
        raise Misused("actor.name_unreadable", name[:100], name=f"{name[:40]}…")
    await limits.take(node.db, (LOOK_UPS, who.id))
    found = await names.by_name(node, name)
    if found.type == "Application":
        raise Misused("watch.no_coop", found.id, name=found.name or found.handle)
    return found
