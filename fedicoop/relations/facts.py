"""Everything that we know of a house without asking it: read in one go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.actors import addresses
from fedicoop.actors import store as actors
from fedicoop.actors.names import is_unconfirmed
from fedicoop.db import Tx
from fedicoop.follows import store_between as between
from fedicoop.follows.follow import Following, Status
from fedicoop.jobs import desk as promises
from fedicoop.jobs import lanes
from fedicoop.jobs.desk import Owed
from fedicoop.jobs.lanes import Lane
from fedicoop.node import Node
from fedicoop.outbox import answers
from fedicoop.outbox.answers import Answered
from fedicoop.peers import readings, turned_away
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Peer, Policy
from fedicoop.peers.turned_away import TurnedAway
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor

WAYS = ("to", "from", "read")
MOST_OWED = 20


@dataclass(frozen=True, slots=True)
class Facts:
    """A house as we know it; `peer` is None for one that we never met.

    `ours` is what we asked of it, `theirs` who of it hears us; `read_us_at` is when it last read who we
    are, which whoever checks our signatures must.
    """

    host: str
    now: datetime
    peer: Peer | None
    policy: Policy
    lanes: list[Lane]
    owed: list[Owed]
    ours: list[Following]
    theirs: list[Following]
    actors: Mapping[str, Actor]
    answered: Answered | None
    turned_away: list[TurnedAway]
    read_us_at: datetime | None
    skew: float | None
    unconfirmed: frozenset[str] = frozenset()  # actors whose name their own host did not confirm of late

    @property
    def met(self) -> bool:
        """Whether anything was ever said between us, or tried."""
        some = (self.lanes, self.answered, self.turned_away, self.ours, self.theirs)
        return self.peer is not None or any(some)

    @property
    def last_heard_at(self) -> datetime | None:
        return self.peer.last_heard_at if self.peer else None

    def name(self, actor_id: str) -> str:
        """How people write an actor; its id where we know no more."""
        actor = self.actors.get(actor_id)
        return f"@{actor.webfinger or f'{actor.handle}@{normal_host(actor.id)}'}" if actor else actor_id

    @property
    def heard(self) -> list[Following]:
        return [one for one in self.ours if one.status is Status.ACCEPTED]


async def of_house(tx: Tx, node: Node, host: str) -> Facts:
    """Read them all."""
    following = await between.with_house(tx, host, limit=50)
    ids = {one.follower_id for one in following} | {one.followed_id for one in following}
    known = await actors.several(tx, ids)
    coops = {one.id for one in await actors.coops(tx)}
    names = [f"{way} {host}" for way in WAYS]
    owed = [one for name in names for one in await promises.owed(tx, name, limit=MOST_OWED)]
    last = await answers.of_host(tx, host, limit=1)
    mine = {addresses.server_id(node.settings.origin), *coops}
    return Facts(
        host=host,
        now=tx.now,
        peer=await peers.find(tx, host),
        policy=await peers.policy(tx, host),
        lanes=await lanes.of_names(tx, names),
        owed=owed[:MOST_OWED],
        ours=[one for one in following if one.follower_id in coops],
        theirs=[one for one in following if one.followed_id in coops],
        actors=known,
        answered=last[0] if last else None,
        turned_away=await turned_away.of_host(tx, host),
        read_us_at=await readings.last_of_some(tx, host, mine),
        skew=node.out.clocks.of(host),
        unconfirmed=frozenset([id for id in sorted(ids) if await is_unconfirmed(tx, id)]),
    )


RECENT = timedelta(days=2)
