"""What members and coops do: like and share a listing, ours or a peer's, and take it back.

Each may be done twice with the effect of once.  Applications call these by the listing's id.
"""

from datetime import timedelta

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import Conflict, NotFound
from fedicoop.listings import seeing
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.node import Node
from fedicoop.outbox import store as outbox
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.reactions import store
from fedicoop.reactions.reaction import Kind, Reaction
from fedicoop.vocabulary.types import PUBLIC, Activity, Actor, Announce, Iri, Undo
from fedicoop.vocabulary.verbs import Like
from fedicoop.web import limits

OFTEN = limits.Limit("react", 200, timedelta(hours=1))
"""How many of these one member does in an hour: more than anybody means."""


async def like(node: Node, who: Member, object_id: str) -> Listing:
    """Tell the owner of a listing that one likes it.

    Raises NotFound for what this member may not see, alike for what never was; TooMany.
    """
    await limits.take(node.db, (OFTEN, who.id))
    async with node.db.write() as tx:
        return await _like(tx, who, object_id)


async def unlike(node: Node, who: Member, object_id: str) -> Listing:
    """Take it back.  Raises NotFound as `like` does; TooMany."""
    await limits.take(node.db, (OFTEN, who.id))
    async with node.db.write() as tx:
        listing = await _seen(tx, who, object_id)
        await _end(tx, Kind.LIKE, speaker(who), listing)
        return listing


async def boost(node: Node, who: Member, object_id: str, *, for_coop: bool = False) -> Listing:
    """Share a public listing with one's followers; `for_coop`: a steward, with those of the coop.

    Raises NotFound as `like` does, Conflict for what is not public, Forbidden; TooMany.
    """
    await limits.take(node.db, (OFTEN, who.id))
    async with node.db.write() as tx:
        return await _boost(tx, who, object_id, for_coop=for_coop)


async def unboost(node: Node, who: Member, object_id: str, *, for_coop: bool = False) -> Listing:
    """Take it back.  Raises NotFound, Forbidden; TooMany."""
    await limits.take(node.db, (OFTEN, who.id))
    async with node.db.write() as tx:
        listing = await _seen(tx, who, object_id)
        await _end(tx, Kind.SHARE, _voice(who, for_coop=for_coop), listing)
        return listing


def speaker(who: Member) -> str:
    """The actor that speaks for a member: their own, or the coop's for who has none."""
    return who.actor_id or who.coop_id


def _voice(who: Member, *, for_coop: bool) -> str:
    if for_coop or who.actor_id is None:
        access.require(who, Act.COOP_SHARE, OfCoop(who.coop_id))
        return who.coop_id
    return who.actor_id


async def _seen(tx: Tx, who: Member, id: str) -> Listing:
    listing = await listings.find(tx, id)
    if listing is None or not access.may(who, Act.LISTING_SEE, listing) or not seeing.is_open(listing):
        raise NotFound("page.no_listing", id[:200])
    return listing


async def _like(tx: Tx, who: Member, id: str) -> Listing:
    listing, us = await _seen(tx, who, id), Iri(speaker(who))
    if await store.of_actor_on(tx, Kind.LIKE, us, listing.id):
        return listing
    owner = await _elsewhere(tx, listing)
    to = (owner.id,) if owner else ()
    said = Like(id=activity_id(tx, us), actor=us, object=Iri(listing.id), to=to, published=tx.now)
    await _keep(tx, Kind.LIKE, said, listing)
    if owner:
        await say(tx, said, Audience(actors=to))
    return listing


async def _boost(tx: Tx, who: Member, id: str, *, for_coop: bool) -> Listing:
    listing, us = await _seen(tx, who, id), await actors.get(tx, _voice(who, for_coop=for_coop))
    if not seeing.is_public(listing):
        raise Conflict("reaction.not_public", listing.id)
    if await store.of_actor_on(tx, Kind.SHARE, us.id, listing.id):
        return listing
    owner = await _elsewhere(tx, listing)
    to = (owner.id,) if owner else ()
    said = Announce(
        id=activity_id(tx, us.id),
        actor=us.id,
        object=Iri(listing.id),
        to=(PUBLIC,),
        cc=(*((us.followers,) if us.followers else ()), *to),
        published=tx.now,
    )
    await _keep(tx, Kind.SHARE, said, listing)
    await say(tx, said, Audience(followers_of=(us.id,), actors=to))
    return listing


async def _elsewhere(tx: Tx, listing: Listing) -> Actor | None:
    """Whoever is to be told: the author, unless it lives in this house."""
    return None if listing.local else await actors.find(tx, listing.actor_id)


async def _keep(tx: Tx, kind: Kind, said: Activity, listing: Listing) -> None:
    reaction = Reaction(kind=kind, actor_id=said.actor, listing_id=listing.id, id=said.id, at=tx.now)
    await store.put(tx, reaction)


async def _end(tx: Tx, kind: Kind, us: str, listing: Listing) -> None:
    for reaction in await store.of_actor_on(tx, kind, us, listing.id):
        await take_back(tx, reaction, listing)


async def take_back(tx: Tx, reaction: Reaction, listing: Listing) -> None:
    """End what an actor of ours said, and say so to whoever heard it."""
    await store.end(tx, reaction)
    owner = await _elsewhere(tx, listing)
    if reaction.kind is Kind.LIKE and owner is None:
        return
    us, to = await actors.get(tx, reaction.actor_id), (owner.id,) if owner else ()
    about, id = Iri(listing.id), Iri(reaction.id)
    shared = reaction.kind is Kind.SHARE
    deed = (Announce if shared else Like)(id=id, actor=us.id, object=about)
    cc = (*((us.followers,) if us.followers else ()), *to)
    undo = Undo(
        id=activity_id(tx, us.id),
        actor=us.id,
        object=deed,
        to=(PUBLIC,) if shared else to,
        cc=cc if shared else (),
        published=tx.now,
    )
    await outbox.take_back(tx, reaction.id)
    await say(tx, undo, Audience(followers_of=(us.id,) if shared else (), actors=to))
