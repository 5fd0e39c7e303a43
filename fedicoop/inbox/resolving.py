"""Looking up what an activity is about: our own tables first, then the house that owns the id."""

from dataclasses import replace

from fedicoop.actors import directory
from fedicoop.actors import store as actors
from fedicoop.actors.fetching import fetch
from fedicoop.db import Tx
from fedicoop.errors import Forbidden, Gone, NotFound
from fedicoop.follows import store as follows
from fedicoop.follows.federation import to_follow
from fedicoop.inbox import resolving_events, resolving_relays, resolving_verbs
from fedicoop.inbox.resolving_aversion import blocked, flagged
from fedicoop.inbox.resolving_moves import moved
from fedicoop.listings import boosts
from fedicoop.listings import store as listings
from fedicoop.listings.federation import to_note
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.vocabulary.hosts import normal_host, same_origin
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import (
    Accept,
    Activity,
    Actor,
    Announce,
    Block,
    Create,
    Delete,
    Flag,
    Follow,
    Iri,
    Move,
    Note,
    Proposal,
    Reject,
    Thing,
    Tombstone,
    Undo,
    Update,
)
from fedicoop.vocabulary.verbs import Like, QuoteRequest


class Nothing(Exception):
    """There is nothing to be done about this one: it is kept as ignored, with the reason."""


async def resolve(node: Node, activity: Activity, sender: Actor) -> Received[Activity, Thing]:
    """The activity with its object as a value that may be believed (FEP-fe34).

    What is ours comes from our tables.  What the sender embeds counts only for ids of the sender's
    own origin; anything else is asked of its own house.  Raises Nothing, Malformed, Forbidden, and
    Unreachable where that house sleeps.
    """
    match activity:
        case Follow() | Block():
            thing: Thing = await _our_actor(node, activity)
        case Flag():
            thing = _required(flagged(node, activity), "reports nothing of ours")
        case Accept() | Reject():
            thing = await _our_follow(node, activity)
        case Undo():
            thing = await _their_deed(node, activity)
        case Delete():
            thing = _deleted(node, activity, sender)
            sender = await resolving_events.ended(node, thing, sender)
        case Like() | QuoteRequest():
            thing = await _ours(node, activity, sender)
        case Announce():
            thing = await _announced(node, activity, sender)
        case Move():
            await _require_heard(node, sender)
            thing = await moved(node, activity, sender)
        case Create() | Update():
            thing = await _stated(node, activity, sender)
            thing, sender = await resolving_events.stated(node, thing, sender)
        case _:
            raise Nothing(f"we do not speak {getattr(activity, 'type', type(activity).__name__)}")
    return Received(activity, sender, thing)


def _id(thing: Thing) -> str:
    return thing if isinstance(thing, str) else thing.id


def _required(thing: Thing | None, why_not: str) -> Thing:
    if thing is None:
        raise Nothing(why_not)
    return thing


async def _our_actor(node: Node, activity: Activity) -> Actor:
    async with node.db.read() as tx:
        actor = await actors.own(tx, _id(activity.object))
    if actor is None:
        raise Nothing("follows or blocks nobody of this house")
    if actor.type == "Application" and not await resolving_relays.follows_back(node, activity):
        raise Nothing("the server itself cannot be followed")
    return actor


async def _our_follow(node: Node, activity: Activity) -> Follow:
    """The pending or accepted Follow that is answered: by its id, else by who asked whom."""
    answered = activity.object
    if relay := await resolving_relays.answered(node, activity):
        return relay
    async with node.db.read() as tx:
        following = await follows.find(tx, _id(answered))
        if following is None and isinstance(answered, Follow):
            following = await follows.between(tx, answered.actor, _id(answered.object))
        if following is None or not await actors.own(tx, following.follower_id):
            raise Nothing("answers nothing that we asked")
    return to_follow(following)


async def _their_deed(node: Node, activity: Undo) -> Activity:
    """The Follow, Like, Announce or Block that is undone, as we kept it."""
    deed = activity.object
    async with node.db.read() as tx:
        if block := await blocked(tx, deed):
            return block
        following = await follows.find(tx, _id(deed))
        if following is None and isinstance(deed, Follow):
            following = await follows.between(tx, deed.actor, _id(deed.object))
        if following is not None:
            return to_follow(following)
        if found := await resolving_verbs.undone(tx, deed, activity.actor):
            return found
        boost = await boosts.find(tx, _id(deed))
        if boost is None and isinstance(deed, Announce):
            boost = await boosts.between(tx, deed.actor, _id(deed.object))
    if boost is None:
        raise Nothing("undoes nothing that we know")
    return Announce(id=Iri(boost.id), actor=Iri(boost.actor_id), object=Iri(boost.listing_id))


def _deleted(node: Node, activity: Delete, sender: Actor) -> Tombstone | Actor:
    id = _id(activity.object)
    if id == sender.id:
        return sender
    if same_origin(id, node.settings.origin) or not same_origin(id, sender.id):
        raise Forbidden("inbox.foreign_object", id)
    return activity.object if isinstance(activity.object, Tombstone) else Tombstone(id=Iri(id))


async def _announced(node: Node, activity: Announce, sender: Actor) -> Thing:
    """What is relayed, never the copy that the relayer embeds (security case 33)."""
    id = _id(activity.object)
    if same_origin(id, node.settings.origin):
        return await _ours(node, activity, sender)
    if not (relay := await resolving_relays.relay(node, sender)):
        await _require_heard(node, sender)
    async with node.db.read() as tx:
        if await peers.policy(tx, normal_host(id)) is Policy.CLOSED:
            raise Nothing("relays what a house says that is closed here")
        if known := await _known(tx, id):
            return known
    if relay:
        passed = await resolving_relays.passed_on(node, id, relay)
        if isinstance(passed, str):
            raise Nothing(passed)
        return passed
    found = await _ask(node, id)
    if isinstance(found, Note):
        if not same_origin(found.id, found.by):
            raise Forbidden("inbox.foreign_object", found.id)
        await directory.actor(node, found.by)
    return found


async def _ours(node: Node, activity: Activity, sender: Actor) -> Proposal:
    """A listing of ours, whoever speaks of it: nobody is asked for anything."""
    found = await resolving_verbs.ours(node, _id(activity.object), sender)
    if found is None:
        raise Nothing("speaks of nothing of ours that its actor may know")
    return found


async def _require_heard(node: Node, sender: Actor) -> None:
    """We fetch nothing for somebody whom nobody here follows: strangers get no work out of us."""
    async with node.db.read() as tx:
        if not await follows.heard_by_us(tx, sender.id):
            raise Nothing("nobody here follows its actor")


async def _known(tx: Tx, id: str) -> Proposal | None:
    listing = await listings.find(tx, id)
    if listing is None or listing.published_at is None:
        return None
    author = await actors.find(tx, listing.actor_id)
    return to_note(listing, author) if author else None


async def _stated(node: Node, activity: Activity, sender: Actor) -> Thing:
    """What its author publishes or changes."""
    thing = activity.object
    if same_origin(_id(thing), node.settings.origin):
        raise Forbidden("inbox.our_origin", _id(thing))
    if isinstance(thing, Actor) or _id(thing) == sender.id:
        if _id(thing) != sender.id:
            raise Forbidden("inbox.foreign_object", _id(thing))
        return await directory.actor(node, sender.id, refresh=True)
    if isinstance(thing, str) or not same_origin(thing.id, sender.id):
        if not same_origin(_id(thing), sender.id):
            raise Forbidden("inbox.foreign_object", _id(thing))
        await _require_heard(node, sender)
        thing = await _ask(node, _id(thing))
    if isinstance(thing, Note) and not thing.to and not thing.cc:
        thing = replace(thing, to=activity.to, cc=activity.cc)
    return thing


async def _ask(node: Node, id: str) -> Thing:
    try:
        return await fetch(node, id)
    except (Gone, NotFound) as gone:
        raise Nothing("what it speaks of is not there") from gone
