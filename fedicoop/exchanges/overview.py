"""All exchanges of one member: what waits for them, is under way, is past, and where they mediate."""

from dataclasses import dataclass
from datetime import date

from fedicoop.access import Member, Role
from fedicoop.db import Tx
from fedicoop.exchanges import asking, store, telling, wording, words
from fedicoop.exchanges.exchange import Exchange, Party
from fedicoop.exchanges.steps import ENDED, OPEN, Side
from fedicoop.exchanges.words import Word
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.members.hub import Waiting

PAST = 20
"""Past exchanges on one page."""


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
    """`older` is the id before which more of the past is found, if there is more."""

    called: list[Line]
    waiting: list[Line]
    under_way: list[Line]
    past: list[Line]
    older: str = ""

    @property
    def empty(self) -> bool:
        return not (self.called or self.waiting or self.under_way or self.past)


def voices(who: Member) -> list[str]:
    """The actors that a member stands for: themselves, and as a steward the coop."""
    own = [asking.asker(who).actor_id]
    return [*own, who.coop_id] if who.role in (Role.STEWARD, Role.ADMIN) else own


async def of(tx: Tx, who: Member, *, before: str = "") -> Overview:
    """What waits comes by its time, the next first; the rest by when it last moved.

    With `before`, only what lies further back.
    """
    lines = _Lines(tx, who)
    past = await store.of_parties(tx, voices(who), ENDED, limit=PAST + 1, before=before)
    older = past[PAST - 1].id if len(past) > PAST else ""
    if before:
        return Overview([], [], [], await lines.of(past[:PAST]), older)
    under_way = await lines.of(await store.of_parties(tx, voices(who), OPEN))
    waiting = [line for line in under_way if line.waits]
    return Overview(
        called=await lines.of(await _called(tx, who)),
        waiting=sorted(waiting, key=lambda line: line.exchange.due_at or line.exchange.changed_at),
        under_way=[line for line in under_way if not line.waits],
        past=await lines.of(past[:PAST]),
        older=older,
    )


async def _called(tx: Tx, who: Member) -> list[Exchange]:
    """Where a steward is asked to help, and is none of the two."""
    if who.role not in (Role.STEWARD, Role.ADMIN):
        return []
    return [one for one in await store.in_trouble(tx, who.coop_id) if one.side_of(who) is Side.STEWARD]


async def waiting(tx: Tx, who: Member) -> list[Waiting]:
    """For a member's own page: how many exchanges wait for them, and how many ask for their help."""
    found = [(one, one.side_of(who)) for one in await store.of_parties(tx, voices(who), OPEN)]
    waits = sum(1 for one, side in found if side and wording.waits_for(one, side, tx.today))
    return [
        Waiting(waits, "me.waiting.exchanges", "/echanges", "exchange"),
        Waiting(len(await _called(tx, who)), "me.waiting.troubles", "/echanges", "warning"),
    ]


class _Lines:
    """Exchanges as lines of a list; each name is looked up once."""

    def __init__(self, tx: Tx, who: Member) -> None:
        self.tx, self.who, self.names = tx, who, dict[Party, str]()

    async def of(self, exchanges: list[Exchange]) -> list[Line]:
        last = await words.latest(self.tx, [one.id for one in exchanges])
        return [await self._line(one, last.get(one.id)) for one in exchanges]

    async def _line(self, exchange: Exchange, last: Word | None) -> Line:
        side = exchange.side_of(self.who) or Side.STEWARD
        across = side.other if side in (Side.PROPOSER, Side.RESPONDER) else Side.PROPOSER
        return Line(
            exchange,
            side,
            await self._name(exchange.party(across)),
            await self._name(exchange.responder),
            await listings.find(self.tx, exchange.listing_id),
            last if side is not Side.STEWARD else None,
            self.tx.today,
        )

    async def _name(self, party: Party) -> str:
        if party not in self.names:
            self.names[party] = await telling.called(self.tx, party)
        return self.names[party]
