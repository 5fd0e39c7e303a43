"""Everything that the page of one exchange shows, read in one go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from markupsafe import Markup

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.exchanges import actions, due, photos, record, telling, wording, words
from fedicoop.exchanges.exchange import Exchange, Party, Plan
from fedicoop.exchanges.photos import StatePhoto
from fedicoop.exchanges.record import Record
from fedicoop.exchanges.steps import BOUND, WAITING, Side, Step
from fedicoop.exchanges.warnings import NEWCOMER, signs
from fedicoop.exchanges.words import Sort, Word
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing, Where
from fedicoop.places import gazetteer

_TWO = (Side.PROPOSER, Side.RESPONDER)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the thread, as its reader sees it."""

    word: Word
    mine: bool
    who: str
    beware: list[str]

    @property
    def text(self) -> Markup:
        return wording.linked(self.word.text)

    @property
    def key(self) -> str:
        return wording.log_key(self.word, self.mine)

    @property
    def logged(self) -> bool:
        """A step or a problem has a sentence of ours before its writer's words."""
        return self.word.sort in (Sort.STEP, Sort.TROUBLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`other` is who stands across; for a mediator, the proposer."""

    exchange: Exchange
    side: Side
    today: date
    zone: tzinfo
    listing: Listing | None
    names: Mapping[Side, str]
    whole_name: str  # of the other
    record: Record
    thread: list[Entry]
    photos: list[StatePhoto]

    @property
    def party(self) -> bool:
        return self.side in _TWO

    @property
    def other(self) -> Side:
        return self.side.other if self.party else Side.PROPOSER

    @property
    def who(self) -> str:
        return self.names[self.other]

    @property
    def bound(self) -> bool:
        return self.exchange.status in BOUND

    @property
    def state(self) -> str:
        return wording.state(self.exchange, self.side, self.today)

    @property
    def next_step(self) -> Step | None:
        return wording.next_step(self.exchange, self.side, self.today)

    @property
    def changing(self) -> Step | None:
        return wording.changing(self.exchange, self.side, self.today)

    @property
    def ending(self) -> Step | None:
        return wording.ending(self.exchange, self.side, self.today)

    @property
    def deadline(self) -> datetime | None:
        """Until when a proposal waits for its answer."""
        if self.exchange.status not in WAITING:
            return None
        return next((at for at, event in due.events(self.exchange, self.zone) if event is Step.LAPSE), None)

    @property
    def role(self) -> str:
        return "giver" if self.side is self.exchange.giver else "taker"

    @property
    def shown_plan(self) -> Plan:
        """What is being asked for, else what holds."""
        return self.exchange.wish or self.exchange.plan

    @property
    def contact(self) -> str:
        """How to reach the other, from the agreement to its end, and for the two alone."""
        return self.exchange.party(self.side.other).contact if self.bound and self.party else ""

    @property
    def own_contact(self) -> str:
        return self.exchange.party(self.side).contact if self.party else ""

    @property
    def place(self) -> str:
        """Where to meet, in somebody's own words: for the two alone, and once agreed; each sees their own."""
        return self.exchange.plan.place if self.bound and self.party else ""

    @property
    def spot(self) -> Where | None:
        """The listing's exact point, for the two alone, once agreed, and if it is more than a town."""
        where = self.listing.where if self.listing and self.bound and self.party else None
        if where is None or where.latitude is None or where.longitude is None:
            return None
        town = gazetteer.find_town(where.name) if where.name else None
        return (
            None if town and (town.latitude, town.longitude) == (where.latitude, where.longitude) else where
        )

    @property
    def thanked(self) -> bool:
        return any(one.word.sort is Sort.THANKS and one.mine for one in self.thread)


async def read(tx: Tx, who: Member, id: str) -> Scene:
    """Raises NotFound where this member may not see it."""
    exchange = await actions.get_seen(tx, who, id)
    side = actions.side_of(who, exchange)
    names = {one: await telling.called(tx, exchange.party(one)) for one in _TWO}
    names[Side.STEWARD] = await telling.name_of(tx, Party(actor_id=exchange.coop_id))
    records = {one: await record.of(tx, exchange.party(one).actor_id) for one in _TWO}
    guarded = any(one.done < NEWCOMER for one in records.values())
    thread = [_entry(word, side, names, guarded) for word in await words.of_exchange(tx, id)]
    return Scene(
        exchange=exchange,
        side=side,
        today=tx.today,
        zone=tx.zone,
        listing=await listings.find(tx, exchange.listing_id),
        names=names,
        whole_name=await telling.name_of(tx, exchange.party(side.other if side in _TWO else Side.PROPOSER)),
        record=records[side.other if side in _TWO else Side.RESPONDER],
        thread=thread,
        photos=await photos.of_exchange(tx, id),
    )


def _entry(word: Word, side: Side, names: Mapping[Side, str], guarded: bool) -> Entry:
    mine = word.side is side
    beware = signs(word.text) if guarded and not mine and word.side in _TWO else []
    return Entry(word, mine, names.get(word.side, ""), beware)
