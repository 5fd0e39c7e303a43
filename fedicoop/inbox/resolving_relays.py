"""What relays answer and pass on: only what we asked them for, and only listings, from their own houses."""

from fedicoop.actors import directory
from fedicoop.actors.fetching import fetch
from fedicoop.boards import relaying, relays
from fedicoop.boards.relays import Relay
from fedicoop.errors import Forbidden, Gone, NotFound
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import same_origin
from fedicoop.vocabulary.types import PUBLIC, Activity, Actor, Follow, Iri, Proposal


async def answered(node: Node, activity: Activity) -> Follow | None:
    """The Follow of a relay that is accepted or refused; None where it answers none."""
    thing = activity.object
    if not isinstance(thing, str | Follow):
        return None
    async with node.db.read() as tx:
        return await relaying.asked(tx, Iri(thing) if isinstance(thing, str) else thing, activity.actor)


async def follows_back(node: Node, activity: Activity) -> bool:
    """Whether it is a relay of ours that follows our server in return."""
    async with node.db.read() as tx:
        return isinstance(activity, Follow) and await relays.by_actor(tx, activity.actor) is not None


async def relay(node: Node, sender: Actor) -> Relay | None:
    """The relay that somebody is, if we asked for it and it said yes."""
    async with node.db.read() as tx:
        return await relaying.accepted(tx, sender.id)


async def passed_on(node: Node, id: str, by: Relay) -> Proposal | str:
    """What a relay names, asked of its own house; or why it is let go, in words.

    Raises Forbidden where that house attributes it to another.
    """
    if not await relaying.may_look_at(node, by, id):
        return "a relay passes on too much, or the same again"
    try:
        found = await fetch(node, id)
    except (Gone, NotFound):
        return "what a relay names is not there"
    if not isinstance(found, Proposal) or PUBLIC not in (*found.to, *found.cc):
        return "a relay passes on what is no listing for everybody"
    if not same_origin(found.id, found.by):
        raise Forbidden("inbox.foreign_object", found.id)
    await directory.actor(node, found.by)
    return found
