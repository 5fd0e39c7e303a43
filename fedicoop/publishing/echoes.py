"""What became of a listing out there, for whoever published it: which houses have it, read it, answered it.

Houses only: who reads, likes or follows stays untold here.
"""

from dataclasses import dataclass, field
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.errors import Problem
from fedicoop.follows import arrivals
from fedicoop.follows import store as follows
from fedicoop.jobs import desk as promises
from fedicoop.listings.listing import Listing
from fedicoop.outbox import answers
from fedicoop.outbox import store as outbox
from fedicoop.outbox.answers import Answered
from fedicoop.peers import readings
from fedicoop.peers.verdicts import of_answer, of_error
from fedicoop.reactions import store as reactions
from fedicoop.reactions.reaction import Kind
from fedicoop.vocabulary.hosts import normal_host

MOST = 60
"""Houses that are named; the rest is counted."""


@dataclass
class Echo:
    """One house.  `has_it` since `taken_at` (None: longer than we remember); `problem` where it has not."""

    host: str
    has_it: bool = False
    taken_at: datetime | None = None
    waits: bool = False
    problem: Problem | None = None
    read_at: datetime | None = None
    followers: int = 0
    likes: int = 0
    shares: int = 0
    last_at: datetime | None = None

    def saw(self, at: datetime) -> None:
        self.last_at = max(self.last_at, at) if self.last_at else at


@dataclass
class Echoes:
    """`houses`, the one last heard of first; `leaving`: to whom it goes is just being spelt out."""

    houses: list[Echo] = field(default_factory=list)
    leaving: bool = False

    @property
    def has_it(self) -> int:
        return sum(one.has_it for one in self.houses)

    @property
    def waits(self) -> int:
        return sum(one.waits for one in self.houses)

    @property
    def read(self) -> int:
        return sum(one.read_at is not None for one in self.houses)

    @property
    def troubled(self) -> int:
        return sum(one.problem is not None for one in self.houses)

    @property
    def followers(self) -> int:
        return sum(one.followers for one in self.houses)

    @property
    def likes(self) -> int:
        return sum(one.likes for one in self.houses)

    @property
    def shares(self) -> int:
        return sum(one.shares for one in self.houses)

    @property
    def busy(self) -> bool:
        """Whether it is worth looking again in a moment."""
        return self.leaving or self.waits > 0


async def of_listing(tx: Tx, listing: Listing) -> Echoes:
    """All that we know of it."""
    found: dict[str, Echo] = {}

    def house(host: str) -> Echo:
        return found.setdefault(host, Echo(host))

    for inbox in await outbox.reached(tx, listing.id):
        house(normal_host(inbox)).has_it = True
    for told in reversed(await answers.about(tx, listing.id)):
        _note(house(told.host), told)
    for reading in await readings.of_thing(tx, listing.id):
        house(reading.host).read_at = reading.first_at
        house(reading.host).saw(reading.first_at)
    for some in await reactions.by_house(tx, listing.id):
        house(some.host).saw(some.last_at)
        if some.kind is Kind.LIKE:
            house(some.host).likes = some.number
        else:
            house(some.host).shares += some.number
    await _follows(tx, listing, found)
    leaving = await _waiting(tx, listing, found)
    order = sorted(found.values(), key=lambda one: one.host)
    order.sort(key=lambda one: one.last_at.timestamp() if one.last_at else 0.0, reverse=True)
    return Echoes(order, leaving)


def _note(one: Echo, told: Answered) -> None:
    """The answers come oldest first: the last one says how it stands, the first good one since when."""
    one.saw(told.at)
    if told.taken:
        one.problem = None
        if told.type in ("Create", "Announce"):
            one.has_it, one.taken_at = True, one.taken_at or told.at
    elif told.status is None:
        one.problem = of_error(told.problem, told.said, told.host)
    else:
        one.problem = of_answer(told.status, told.said, told.host)


async def _follows(tx: Tx, listing: Listing, found: dict[str, Echo]) -> None:
    if listing.published_at is None:
        return
    for id in {listing.actor_id, listing.coop_id or listing.actor_id}:
        for came in await arrivals.since(tx, id, listing.published_at):
            one = found.setdefault(came.host, Echo(came.host))
            one.followers += 1
            one.saw(came.at)


async def _waiting(tx: Tx, listing: Listing, found: dict[str, Echo]) -> bool:
    """Which houses it is still on its way to; whether to whom it goes is still being spelt out."""
    hosts = set(found)
    for row in await follows.follower_inboxes(tx, listing.actor_id):
        hosts.add(normal_host(row.shared_inbox or row.inbox))
    lanes = [f"to {host}" for host in sorted(hosts)[:500]]
    waiting = await promises.lanes_with(tx, listing.id, [*lanes, "fan-out"])
    for lane in waiting - {"fan-out"}:
        host = lane.removeprefix("to ")
        found.setdefault(host, Echo(host)).waits = True
    return "fan-out" in waiting
