"""Relays, both ways: asked for by an admin, brought what is for everybody, heard for listings alone.

What a relay passes on is only a hint: the listing is asked of its own house, once (security case 104).
"""

from dataclasses import replace
from datetime import timedelta

from fedicoop import access, meta
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import addresses, coops, directory
from fedicoop.actors import store as actors
from fedicoop.boards import relays
from fedicoop.boards.relays import Relay, Standing, Style
from fedicoop.db import Tx
from fedicoop.errors import Conflict, Gone, Malformed, NotFound
from fedicoop.follows.federation import answer
from fedicoop.jobs import queue
from fedicoop.listings import boarding, boosts, hearing, seeing
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.node import Node
from fedicoop.outbox.say import Audience, Deliver, activity_id, say
from fedicoop.outbox.store import Sent
from fedicoop.peers import store as peers
from fedicoop.vocabulary.hosts import check_id, normal_host, origin_of, same_origin
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import (
    PUBLIC,
    Accept,
    Actor,
    Announce,
    Follow,
    Iri,
    Proposal,
    Undo,
)

MOST = 5
PACE, MINUTE = 60, timedelta(minutes=1)
"""Things of one relay that are looked at in a minute; what comes beyond is let go."""
LOOKED_AT = timedelta(days=1)
_BRIEFLY = timedelta(hours=6)


async def discover(node: Node, address: str) -> tuple[Actor, Style]:
    """The actor behind an address that an admin was given, and how such a relay is asked.

    Relays for Mastodon give out an inbox, those for Pleroma and Akkoma an actor.  Raises NotFound
    `relay.none` where no actor is behind it.
    """
    text = address.strip()
    given = check_id(
        text if "://" in text else f"https://{text}", plain_http_hosts=node.settings.allowed_peers
    )
    if same_origin(given, node.settings.origin):
        raise Conflict("relay.ourselves", given)
    is_inbox = given.rstrip("/").endswith("/inbox")
    base = given.rstrip("/").removesuffix("/inbox")
    for candidate in dict.fromkeys([f"{base}/actor", base] if is_inbox else [given, f"{base}/actor"]):
        try:
            found = await directory.actor(node, candidate, refresh=True)
        except (Gone, NotFound, Malformed):
            continue
        return found, Style.MASTODON if is_inbox else Style.LITEPUB
    raise NotFound("relay.none", given, url=given)


async def _require(tx: Tx, who: Member) -> None:
    """Raises Forbidden for everybody but an admin of the first coop: a relay concerns the whole house."""
    access.require(who, Act.HOUSE_POLICY, OfCoop((await coops.first(tx)).actor_id))


async def add(tx: Tx, who: Member, address: str, actor: Actor, style: Style) -> Relay:
    """Ask a relay to bring us what it has, and to take what is ours.  Asked again, it is asked anew."""
    await _require(tx, who)
    known = await relays.by_actor(tx, actor.id)
    if known is None and len(await relays.every(tx)) >= MOST:
        raise Conflict("relay.too_many", actor.id, most=str(MOST))
    if known and known.status is Standing.ACCEPTED:
        raise Conflict("relay.already", actor.id, name=normal_host(actor.id))
    us = addresses.server_id(origin_of(who.coop_id))
    wish = Follow(id=activity_id(tx, us), actor=us, object=_followed(style, actor.id), to=(actor.id,))
    relay = Relay(
        id=wish.id,
        address=address.strip()[:500],
        style=style,
        actor_id=actor.id,
        inbox=actor.inbox,
        status=Standing.ASKED,
        asked_at=tx.now,
    )
    await relays.put(tx, relay)
    await say(tx, wish, Audience(actors=(actor.id,)))
    return relay


def _followed(style: Style, actor_id: str) -> Iri:
    return PUBLIC if style is Style.MASTODON else Iri(actor_id)


async def remove(tx: Tx, who: Member, relay: Relay) -> None:
    """No longer: it is told, and what came through it alone leaves our shelf."""
    await _require(tx, who)
    await relays.remove(tx, relay)
    us = addresses.server_id(origin_of(who.coop_id))
    wish = Follow(id=Iri(relay.id), actor=us, object=_followed(relay.style, relay.actor_id))
    undo = Undo(id=activity_id(tx, us), actor=us, object=wish, to=(Iri(relay.actor_id),))
    await say(tx, undo, Audience(actors=(relay.actor_id,)))
    await hearing.let_go_of(tx, relay.actor_id)
    if not await relays.every(tx):
        await meta.put(tx, boarding.CARRIED, "")


async def asked(tx: Tx, answered: Follow | Iri, by: str) -> Follow | None:
    """The Follow of a relay that is answered: by its id, else by who answers."""
    id = answered if isinstance(answered, str) else answered.id
    relay = await relays.find(tx, id)
    if relay is None and isinstance(answered, Follow):
        relay = await relays.by_actor(tx, by)
    if relay is None:
        return None
    us = addresses.server_id(origin_of(relay.id))
    return Follow(id=Iri(relay.id), actor=us, object=Iri(relay.actor_id))


async def on_answer(tx: Tx, follow: Follow, *, yes: bool) -> bool:
    """A relay takes us, or does not; False where the Follow was none of a relay."""
    relay = await relays.find(tx, follow.id)
    if relay is None:
        return False
    status = Standing.ACCEPTED if yes else Standing.REFUSED
    await relays.put(tx, replace(relay, status=status, decided_at=tx.now))
    if yes:
        await meta.put(tx, boarding.CARRIED, "yes")
    return True


async def on_follow_back(tx: Tx, received: Received[Follow, Actor]) -> None:
    """A relay of the second style follows our server in return: it is told yes, and nothing else follows."""
    if await relays.by_actor(tx, received.sender.id):
        await answer(tx, Accept, received.activity)


async def carry(tx: Tx, listing: Listing | None, said: Sent) -> None:
    """Bring the relays what was said of a listing for everybody.

    A Delete goes to whoever got the listing, them included, without our doing.
    """
    if listing is None or not seeing.is_public(listing) or not said.public or not said.body:
        return
    for relay in await relays.every(tx, status=Standing.ACCEPTED):
        if said.type == "Create" and relay.style is Style.LITEPUB:
            await _announce(tx, relay, listing)
        elif said.type in ("Create", "Update"):
            task = Deliver(said.id, listing.id, listing.id, relay.inbox)
            await queue.enqueue(tx, task, lane=f"to {normal_host(relay.inbox)}", thread=listing.id)


async def _announce(tx: Tx, relay: Relay, listing: Listing) -> None:
    us = addresses.server_id(origin_of(listing.id))
    boost = Announce(
        id=activity_id(tx, us),
        actor=us,
        object=Iri(listing.id),
        to=(PUBLIC,),
        cc=(Iri(relay.actor_id),),
        published=tx.now,
    )
    await say(tx, boost, Audience(actors=(relay.actor_id,)))


async def may_look_at(node: Node, relay: Relay, id: str) -> bool:
    """Whether what a relay names is worth a question to its house: not too many a minute, each once a day."""
    async with node.db.write() as tx:
        paced = await peers.take_one_of(tx, f"relay {relay.actor_id}", PACE, MINUTE)
        return paced and await peers.take_turn(tx, f"relayed {id}", LOOKED_AT)


async def accepted(tx: Tx, actor_id: str) -> Relay | None:
    """The relay that this actor is, if we asked for it and it said yes."""
    relay = await relays.by_actor(tx, actor_id)
    return relay if relay and relay.status is Standing.ACCEPTED else None


async def on_announce(tx: Tx, received: Received[Announce, Proposal]) -> bool:
    """A relay passes a listing on: kept as its own house states it.  False where no relay says it."""
    relay, note = await accepted(tx, received.sender.id), received.object
    if relay is None:
        return False
    known = await listings.find(tx, note.id)
    fresh = known is None and PUBLIC in (*note.to, *note.cc) and await actors.find(tx, note.by)
    if fresh and await hearing.keep(tx, note):
        relay = replace(relay, kept=relay.kept + 1)
        known = await listings.find(tx, note.id)
    if known is not None and not known.local:
        await boosts.put(tx, received.activity.id, relay.actor_id, note.id)
    await relays.put(tx, replace(relay, heard_at=tx.now))
    return True
