"""The coops around ours, as a steward sees them: who hears whom, since when, and whether they still talk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fedicoop.access import Act, Member, OfCoop, may
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.follows import store as follows
from fedicoop.follows.follow import Following, Status
from fedicoop.jobs import queue
from fedicoop.listings import store as listings
from fedicoop.members.hub import Waiting
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor
from fedicoop.watches import actions
from fedicoop.watches import store as watches

QUIET = timedelta(days=30)
"""A house that has said nothing for so long is called silent."""
PEOPLE = 50
"""How many followers who are no coops are shown by name."""


class State(StrEnum):
    """How it stands between us and a coop that we asked to follow; words: `network.state.<name>`."""

    ASKED = "asked"
    REFUSED = "refused"
    CLOSED = "closed"  # we take nothing from its house any more
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    HEARD = "heard"


@dataclass(frozen=True, slots=True)
class Contact:
    """When a house last spoke to us or took something from us, and since when it takes nothing."""

    at: datetime | None
    failing_since: datetime | None
    software: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A coop that ours follows, or asked to."""

    actor: Actor
    state: State
    since: datetime | None  # of the state: when we asked, when they refused, when they last spoke
    contact: Contact
    listings: int
    mutual: bool  # it follows us, too


@dataclass(frozen=True, slots=True)
class Wished:
    """A coop that members here follow and the house does not hear."""

    actor: Actor
    members: int


@dataclass(frozen=True, slots=True)
class Network:
    neighbours: list[Neighbour]
    waiting: list[Actor]  # who asks to follow us
    coops: list[Actor]  # coops that follow us
    people: list[Actor]  # others who do: at most PEOPLE
    people_count: int
    wished: list[Wished]


async def of(tx: Tx, us: Actor) -> Network:
    """Everything around a coop of ours, by last contact."""
    followers = await follows.followers(tx, us.id)
    hearing = {one.id for one in followers}
    found = list[Neighbour]()
    for following in await follows.all_of_ours(tx):
        if following.follower_id == us.id and (them := await actors.find(tx, following.followed_id)):
            found.append(await _neighbour(tx, following, them, them.id in hearing))
    coops = [one for one in followers if one.type == "Organization"]
    people = [one for one in followers if one.type != "Organization"]
    return Network(
        sorted(found, key=_by_contact),
        await follows.followers(tx, us.id, status=Status.PENDING),
        coops,
        people[:PEOPLE],
        len(people),
        await _wished(tx),
    )


def _by_contact(neighbour: Neighbour) -> tuple[bool, float, str]:
    """Who waits for an answer first, then who spoke last."""
    at = neighbour.contact.at
    return neighbour.state is not State.ASKED, -at.timestamp() if at else 0.0, neighbour.actor.id


async def _neighbour(tx: Tx, following: Following, them: Actor, mutual: bool) -> Neighbour:
    contact = await contact_with(tx, them.id, local=await actors.own(tx, them.id) is not None)
    state, since = _state(following, contact, tx.now)
    held = await listings.count(tx, listings.Filter(actor_id=them.id))
    return Neighbour(them, state, since, contact, held, mutual)


def _state(following: Following, contact: Contact, now: datetime) -> tuple[State, datetime | None]:
    if contact.closed:
        return State.CLOSED, None
    if following.status is Status.REJECTED:
        return State.REFUSED, following.decided_at
    if contact.failing_since:
        return State.UNREACHABLE, contact.failing_since
    if following.status is Status.PENDING:
        return State.ASKED, following.asked_at
    if contact.at and now - contact.at > QUIET:
        return State.SILENT, contact.at
    return State.HEARD, contact.at or following.decided_at


async def waiting(tx: Tx, who: Member) -> list[Waiting]:
    """Of the network, what waits for somebody: those who ask to follow their coop."""
    if not may(who, Act.COOP_ANSWER_FOLLOW, OfCoop(who.coop_id)):
        return []
    asking = await follows.followers(tx, who.coop_id, status=Status.PENDING)
    return [Waiting(len(asking), "network.waiting", actions.NETWORK, "coops")]


async def contact_with(tx: Tx, actor_id: str, *, local: bool = False) -> Contact:
    """What we know of talking with the house of an actor."""
    if local:
        return Contact(tx.now, None, "fedicoop", False)
    host = normal_host(actor_id)
    peer = await peers.find(tx, host)
    moments = [at for at in (peer.last_heard_at, peer.last_reached_at) if at] if peer else []
    return Contact(
        max(moments, default=None),
        await queue.failing_since(tx, f"to {host}"),
        (peer.software or "") if peer else "",
        await peers.policy(tx, host) is Policy.CLOSED,
    )


async def _wished(tx: Tx) -> list[Wished]:
    found = list[Wished]()
    for wish in await watches.wishes(tx):
        them = await actors.find(tx, wish.target)
        if them and not await actions.is_heard(tx, them.id):
            found.append(Wished(them, wish.members))
    return found
