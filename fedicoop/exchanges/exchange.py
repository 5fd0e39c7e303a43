"""A request on a listing, with both its sides, through its whole life.  No database, no wire, no words.

The proposer is whose listing it is, the responder who answered it.  Who gives and who takes follows
from the kind: an offer is given by its proposer, a need is met by its responder.  A click of a member,
the clock, and one day a peer's activity all go through `Exchange.take`.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from fedicoop.access import Act, Member, may, stands_for
from fedicoop.errors import Conflict, Forbidden
from fedicoop.exchanges.steps import (
    ENDED,
    NEVER_LOANS,
    ONLY_LOANS,
    STEPS,
    WISHES,
    Side,
    Status,
    Step,
    Who,
)
from fedicoop.listings.listing import Kind, Mode


class Trouble(StrEnum):
    LATE = "late"
    BROKEN = "broken"
    NO_SHOW = "no_show"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When, how much and where: what one side proposes and the other agrees to."""

    starts_on: date | None = None  # the day of the loan, of the appointment, of the hand-over
    ends_on: date | None = None  # loans: the last day
    at: str | None = None  # "10:00", by the clock of the place
    quantity: Decimal | None = None
    place: str = ""  # where to meet, told to nobody but the two


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One of the two.

    `actor_id` speaks for them, here or elsewhere; "" for a member who left.  `member_id` is ours: None
    where a coop itself is the party, whose stewards then act, or somebody elsewhere.
    """

    actor_id: str
    member_id: str | None = None
    contact: str = ""  # a telephone number or the like, told to the other once agreed


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    id: str
    listing_id: str
    listing_key: str
    title: str  # of the listing, as it was when it was asked for
    kind: Kind
    mode: Mode
    coop_id: str  # whose listing it is; its stewards mediate
    proposer: Party
    responder: Party
    plan: Plan
    status: Status = Status.ASKED
    turn: Side = Side.PROPOSER  # whose answer is awaited
    wish: Plan | None = None  # another plan that is asked for while this one holds
    version: int = 0  # how often it moved: consent is given to what was seen
    due_at: datetime | None = None  # when the clock has something to do
    reminded: int = 0  # how many reminders of this stretch were sent
    asked_at: datetime
    changed_at: datetime
    handed_over_at: datetime | None = None
    returned_at: datetime | None = None
    ended_at: datetime | None = None
    trouble: Trouble | None = None
    trouble_by: Side | None = None
    trouble_at: datetime | None = None
    solved_at: datetime | None = None
    once: str = field(default="", repr=False)  # the form that asked; sent twice, it asks once

    @property
    def lent(self) -> bool:
        """Whether it comes back."""
        return self.mode is Mode.LOAN

    @property
    def giver(self) -> Side:
        return Side.PROPOSER if self.kind is Kind.OFFER else Side.RESPONDER

    @property
    def taker(self) -> Side:
        return self.giver.other

    @property
    def in_trouble(self) -> bool:
        """A problem was reported, and nobody has said yet that it is settled."""
        return self.trouble is not None and self.solved_at is None

    @property
    def mediated(self) -> bool:
        """Stewards were called, and see it from then on."""
        return self.trouble is not None

    @property
    def sides(self) -> tuple[Party, Party]:
        return self.proposer, self.responder

    def side_of(self, who: Member) -> Side | None:
        """On which side somebody stands; who asked does so as themselves, even of their own coop."""
        for side in (Side.RESPONDER, Side.PROPOSER):
            if stands_for(who, self.party(side)):
                return side
        return Side.STEWARD if may(who, Act.EXCHANGE_MEDIATE, self) else None

    def party(self, side: Side) -> Party:
        return self.proposer if side is Side.PROPOSER else self.responder

    def with_contact(self, side: Side, contact: str) -> "Exchange":
        party = replace(self.party(side), contact=contact)
        return replace(self, proposer=party) if side is Side.PROPOSER else replace(self, responder=party)

    def may(self, step: Step, by: Side, today: date) -> bool:
        """Whether this side can take this step now."""
        if (self.status, step) not in STEPS or step in (NEVER_LOANS if self.lent else ONLY_LOANS):
            return False
        if step is Step.MISS and self.plan.starts_on and today < self.plan.starts_on:
            return False  # nobody is missing before the day
        return by in self._sides(STEPS[self.status, step][1])

    def open_to(self, by: Side, today: date) -> list[Step]:
        """The steps that this side can take now, in the order of the table."""
        return [step for status, step in STEPS if status is self.status and self.may(step, by, today)]

    def _sides(self, who: Who) -> frozenset[Side]:
        if who is Who.EITHER:
            return frozenset({Side.PROPOSER, Side.RESPONDER})
        if who is Who.STEWARD:
            return frozenset({Side.STEWARD}) if self.in_trouble else frozenset()
        sides = {Who.AWAITED: self.turn, Who.GIVER: self.giver, Who.TAKER: self.taker}
        return frozenset({sides.get(who) or Side(who.value)})

    def take(self, step: Step, by: Side, now: datetime, today: date, plan: Plan | None = None) -> "Exchange":
        """The exchange after `step`; `plan` is what COUNTER, REARRANGE and ASK_LONGER propose.

        Raises Conflict where the step cannot be taken from here, Forbidden where another has to take it.
        """
        if not self.may(step, by, today):
            if (self.status, step) in STEPS and by not in self._sides(STEPS[self.status, step][1]):
                raise Forbidden("exchange.other_side", f"{by} may not {step} {self.id}")
            raise Conflict("exchange.step", f"{step} of {self.id}, which is {self.status}")
        status = STEPS[self.status, step][0]
        after = replace(
            self, status=status, changed_at=now, version=self.version + 1, reminded=0, wish=None, due_at=None
        )
        if step in WISHES:
            return replace(after, wish=plan, turn=by.other)
        if step is Step.COUNTER:
            return replace(after, plan=plan or self.plan, turn=by.other)
        if step is Step.GRANT and self.wish:
            after = replace(after, plan=self.wish)
        return _stamped(after, step, now)


def _stamped(after: Exchange, step: Step, now: datetime) -> Exchange:
    """The moments that are remembered.  A loan came back when the first of both said so."""
    if step is Step.HAND_OVER:
        return replace(after, handed_over_at=now)
    if step is Step.NOT_BACK:
        return replace(after, returned_at=None)
    if step in (Step.GIVE_BACK, Step.TAKE_BACK):
        after = replace(after, returned_at=after.returned_at or now)
    if step is Step.SETTLE:
        after = replace(after, solved_at=now)
    return replace(after, ended_at=now) if after.status in ENDED else after
