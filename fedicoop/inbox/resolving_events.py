"""Who speaks for an event: a person says it, and it belongs to their group, as Mobilizon has it.

An event that somebody says in another's name proves nothing by itself (security case 26).  It is asked of
its own address: what that house says there of its own group counts, whoever brought the news.
"""

from fedicoop.actors import directory
from fedicoop.actors.fetching import fetch
from fedicoop.errors import Forbidden, Gone, NotFound
from fedicoop.follows import store as follows
from fedicoop.listings import store as listings
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import same_origin
from fedicoop.vocabulary.types import Actor, Proposal, Thing, Tombstone


async def stated(node: Node, thing: Thing, sender: Actor) -> tuple[Thing, Actor]:
    """The event as its own house tells it, and its group as who says it; anything else as it is.

    Only for a group that somebody here follows: nobody makes us ask for more.  Raises Forbidden where the
    house tells it otherwise, and what asking raises.
    """
    if not _is_for_another(thing, sender):
        return thing, sender
    assert isinstance(thing, Proposal)
    async with node.db.read() as tx:
        if not await follows.heard_by_us(tx, thing.by):
            return thing, sender
    told = await fetch(node, thing.id)
    if not isinstance(told, Proposal) or not told.event or told.by != thing.by:
        raise Forbidden("inbox.foreign_object", thing.id)
    return told, await directory.actor(node, told.by)


def _is_for_another(thing: Thing, sender: Actor) -> bool:
    another = isinstance(thing, Proposal) and thing.event and thing.by != sender.id
    return another and isinstance(thing, Proposal) and same_origin(thing.by, sender.id)


async def ended(node: Node, thing: Thing, sender: Actor) -> Actor:
    """Whose word the end of an event is: its group's, where its house says that it is gone."""
    if not isinstance(thing, Tombstone):
        return sender
    async with node.db.read() as tx:
        known = await listings.find(tx, thing.id)
    if known is None or not known.event or known.actor_id == sender.id:
        return sender
    try:
        told = await fetch(node, thing.id)
    except (Gone, NotFound):
        return await directory.actor(node, known.actor_id)
    return await directory.actor(node, known.actor_id) if isinstance(told, Tombstone) else sender
