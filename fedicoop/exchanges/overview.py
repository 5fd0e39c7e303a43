"""All exchanges of one member: what waits for them, is under way, is past, and where they mediate."""

from dataclasses import dataclass
from datetime import date

from fedicoop.access import Member, Role
from fedicoop.db import Tx
from fedicoop.exchanges import asking, store, telling, wording, words
from fedicoop.exchanges.exchange import Exchange
from fedicoop.exchanges.steps import OPEN, Side
from fedicoop.exchanges.words import Word
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.members.hub import Waiting


@dataclass(frozen=True, slots=True)
class Line:
    """One exchange in a list."""

    exchange: Exchange
    side: Side
    who: str
    other: str  # the responder, for who stands between
    listing: Listing | None
    last: Word | None
    today: date

    @property
    def state(self) -> str:
        return wording.state(self.exchange, self.side, self.today)

    @property
    def waits(self) -> bool:
        return wording.waits_for(self.exchange, self.side, self.today)


@dataclass(frozen=True, slots=True)
class Overview:
    called: list[Line]
    waiting: list[Line]
    under_way: list[Line]
    past: list[Line]

    @property
    def empty(self) -> bool:
        return not (self.called or self.waiting or self.under_way or self.past)


def voices(who: Member) -> list[str]:
    """The actors that a member stands for: themselves, and as a steward the coop."""
    own = [asking.asker(who).actor_id]
    return [*own, who.coop_id] if who.role in (Role.STEWARD, Role.ADMIN) else own


async def of(tx: Tx, who: Member) -> Overview:
    """What waits comes by its time, the next first; the rest by when it last moved."""
    today = tx.today
    found = [(one, one.side_of(who)) for one in await store.of_parties(tx, voices(who))]
    mine = [(one, side) for one, side in found if side in (Side.PROPOSER, Side.RESPONDER)]
    called = []
    if who.role in (Role.STEWARD, Role.ADMIN):
        troubled = await store.in_trouble(tx, who.coop_id)
        called = [(one, Side.STEWARD) for one in troubled if one.side_of(who) is Side.STEWARD]
    last = await words.latest(tx, [one.id for one, _ in mine])
    lines = [await _line(tx, one, side, last.get(one.id), today) for one, side in mine if side]
    waiting = [line for line in lines if line.waits]
    return Overview(
        called=[await _line(tx, one, side, None, today) for one, side in called],
        waiting=sorted(waiting, key=lambda line: line.exchange.due_at or line.exchange.changed_at),
        under_way=[line for line in lines if not line.waits and line.exchange.status in OPEN],
        past=[line for line in lines if line.exchange.status not in OPEN],
    )


async def waiting(tx: Tx, who: Member) -> list[Waiting]:
    """For a member's own page: how many exchanges wait for them, and how many ask for their help."""
    overview = await of(tx, who)
    return [
        Waiting(len(overview.waiting), "me.waiting.exchanges", "/echanges", "exchange"),
        Waiting(len(overview.called), "me.waiting.troubles", "/echanges", "warning"),
    ]


async def _line(tx: Tx, exchange: Exchange, side: Side, last: Word | None, today: date) -> Line:
    across = side.other if side in (Side.PROPOSER, Side.RESPONDER) else Side.PROPOSER
    who = await telling.called(tx, exchange.party(across))
    other = await telling.called(tx, exchange.responder)
    return Line(exchange, side, who, other, await listings.find(tx, exchange.listing_id), last, today)
