"""Telling followers that an actor of ours has changed: its name, its words, its keys."""

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.vocabulary.types import PUBLIC, Actor, Update


async def tell(tx: Tx, actor_id: str) -> Actor:
    """Say an Update of the actor as it now stands, in the commit that changed it, and return it.

    The server itself has no followers and says nothing; whoever needs its key asks for it.
    """
    actor = await actors.get(tx, actor_id)
    if actor.type != "Application":
        news = Update(
            id=activity_id(tx, actor.id),
            actor=actor.id,
            object=actor,
            to=(PUBLIC,),
            cc=(actor.followers,) if actor.followers else (),
            published=tx.now,
        )
        await say(tx, news, Audience(followers_of=(actor.id,)))
    return actor
