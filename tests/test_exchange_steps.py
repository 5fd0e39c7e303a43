"""The life of an exchange: every step that there is leads where it says, and every other is refused."""

import itertools
from datetime import timedelta

import pytest

from fedicoop.errors import Conflict, Forbidden
from fedicoop.exchanges.exchange import Plan, Trouble
from fedicoop.exchanges.steps import (
    BOUND,
    ENDED,
    NEVER_LOANS,
    ONLY_LOANS,
    OPEN,
    STEPS,
    WAITING,
    Side,
    Status,
    Step,
    Who,
)
from fedicoop.listings.listing import Kind, Mode
from tests.exchanging import NOW, TODAY, WEEKEND, an_exchange, day

ON_THE_DAY = NOW + timedelta(days=3)


def the_sides(who: Who, exchange) -> set[Side]:
    """Who the table means, worked out anew for these two people."""
    lender, borrower = (
        (Side.PROPOSER, Side.RESPONDER) if exchange.kind is Kind.OFFER else (Side.RESPONDER, Side.PROPOSER)
    )
    return {
        Who.PROPOSER: {Side.PROPOSER},
        Who.RESPONDER: {Side.RESPONDER},
        Who.EITHER: {Side.PROPOSER, Side.RESPONDER},
        Who.AWAITED: {exchange.turn},
        Who.GIVER: {lender},
        Who.TAKER: {borrower},
        Who.STEWARD: {Side.STEWARD},
        Who.CLOCK: {Side.CLOCK},
    }[who]


@pytest.mark.parametrize(("status", "step"), list(itertools.product(Status, Step)))
def test_every_step_leads_where_the_table_says_for_those_who_may_and_nobody_else(status, step):
    for kind, turn, side in itertools.product(Kind, (Side.PROPOSER, Side.RESPONDER), Side):
        mode = Mode.SERVICE if step in NEVER_LOANS else Mode.LOAN
        before = an_exchange(status, kind=kind, mode=mode, turn=turn, trouble=Trouble.OTHER)

        if (status, step) not in STEPS:
            with pytest.raises(Conflict):
                before.take(step, side, ON_THE_DAY, ON_THE_DAY.date(), WEEKEND)
            continue
        target, who = STEPS[status, step]
        if side not in the_sides(who, before):
            with pytest.raises(Forbidden):
                before.take(step, side, ON_THE_DAY, ON_THE_DAY.date(), WEEKEND)
            continue
        after = before.take(step, side, ON_THE_DAY, ON_THE_DAY.date(), WEEKEND)
        assert after.status is target
        assert (after.version, after.changed_at) == (before.version + 1, ON_THE_DAY)
        assert step in before.open_to(side, ON_THE_DAY.date())


def test_what_has_ended_stays_so():
    assert {status for status, _ in STEPS} == OPEN
    for status in ENDED:
        assert not any(an_exchange(status, trouble=Trouble.OTHER).open_to(side, day(400)) for side in Side)


def test_every_open_exchange_can_be_brought_to_an_end_by_either_or_by_the_clock():
    """Nobody is ever stuck: from each status there is a way out."""
    ways = {
        status: {target for (start, _), (target, _) in STEPS.items() if start is status} for status in OPEN
    }

    for status in OPEN:
        reached, edge = {status}, {status}
        while edge:
            edge = {target for one in edge for target in ways.get(one, ())} - reached
            reached |= edge
        assert reached & ENDED, status
    assert WAITING | BOUND == OPEN


@pytest.mark.parametrize("mode", Mode)
def test_only_loans_come_back(mode):
    for status, side in itertools.product(Status, (Side.PROPOSER, Side.RESPONDER)):
        steps = set(an_exchange(status, mode=mode).open_to(side, day(3)))
        assert not steps & (NEVER_LOANS if mode is Mode.LOAN else ONLY_LOANS)
    assert (Step.FINISH in an_exchange(Status.AGREED, mode=mode).open_to(Side.PROPOSER, day(3))) is (
        mode is not Mode.LOAN
    )


def test_a_counter_proposal_needs_the_consent_of_the_other_side():
    asked = an_exchange()
    other = Plan(starts_on=day(8), ends_on=day(9))

    countered = asked.take(Step.COUNTER, Side.PROPOSER, NOW, TODAY, other)

    assert (countered.status, countered.plan, countered.turn) == (Status.COUNTERED, other, Side.RESPONDER)
    with pytest.raises(Forbidden):
        countered.take(Step.ACCEPT, Side.PROPOSER, NOW, TODAY)
    assert countered.take(Step.ACCEPT, Side.RESPONDER, NOW, TODAY).status is Status.AGREED
    again = countered.take(Step.COUNTER, Side.RESPONDER, NOW, TODAY, WEEKEND)
    assert (again.plan, again.turn) == (WEEKEND, Side.PROPOSER)


def test_an_agreement_holds_while_another_day_is_asked_for():
    agreed = an_exchange(Status.AGREED)
    other = Plan(starts_on=day(8), ends_on=day(9))

    asked = agreed.take(Step.REARRANGE, Side.RESPONDER, NOW, TODAY, other)

    assert (asked.plan, asked.wish, asked.turn) == (WEEKEND, other, Side.PROPOSER)
    assert asked.take(Step.REFUSE, Side.PROPOSER, NOW, TODAY).plan == WEEKEND
    assert asked.take(Step.LAPSE, Side.CLOCK, NOW, TODAY).status is Status.AGREED
    granted = asked.take(Step.GRANT, Side.PROPOSER, NOW, TODAY)
    assert (granted.status, granted.plan, granted.wish) == (Status.AGREED, other, None)


def test_longer_is_asked_by_the_borrower_and_granted_by_the_lender():
    """Of an offer the lender is whose listing it is; of a need, who answered it."""
    longer = Plan(starts_on=WEEKEND.starts_on, ends_on=day(9))
    for kind, lender in ((Kind.OFFER, Side.PROPOSER), (Kind.NEED, Side.RESPONDER)):
        lent = an_exchange(Status.HANDED_OVER, kind=kind)
        with pytest.raises(Forbidden):
            lent.take(Step.ASK_LONGER, lender, NOW, TODAY, longer)

        asked = lent.take(Step.ASK_LONGER, lender.other, NOW, TODAY, longer)

        assert asked.plan == WEEKEND
        assert asked.take(Step.GRANT, lender, NOW, TODAY).plan == longer
        assert asked.take(Step.REFUSE, lender, NOW, TODAY).plan == WEEKEND
        assert asked.take(Step.GIVE_BACK, lender.other, NOW, TODAY).status is Status.RETURNED


def test_a_return_that_the_borrower_tells_of_is_for_the_lender_to_confirm():
    lent = an_exchange(Status.HANDED_OVER)

    told = lent.take(Step.GIVE_BACK, Side.RESPONDER, NOW, TODAY)

    assert told.returned_at == NOW
    with pytest.raises(Forbidden):
        told.take(Step.TAKE_BACK, Side.RESPONDER, NOW, TODAY)
    later = NOW + timedelta(days=2)
    confirmed = told.take(Step.TAKE_BACK, Side.PROPOSER, later, TODAY)
    assert (confirmed.status, confirmed.returned_at, confirmed.ended_at) == (Status.DONE, NOW, later)
    denied = told.take(Step.NOT_BACK, Side.PROPOSER, later, TODAY)
    assert (denied.status, denied.returned_at) == (Status.HANDED_OVER, None)


def test_nobody_misses_an_appointment_before_its_day():
    agreed = an_exchange(Status.AGREED)

    for side in (Side.PROPOSER, Side.RESPONDER):
        assert Step.MISS not in agreed.open_to(side, TODAY)
        assert Step.MISS in agreed.open_to(side, WEEKEND.starts_on)
    with pytest.raises(Conflict):
        agreed.take(Step.MISS, Side.PROPOSER, NOW, TODAY)


@pytest.mark.parametrize("status", sorted(BOUND))
def test_a_mediator_closes_only_what_they_were_called_to(status):
    quiet = an_exchange(status)
    troubled = an_exchange(status, trouble=Trouble.LATE)
    settled = an_exchange(status, trouble=Trouble.LATE, solved_at=NOW)

    assert Step.SETTLE in troubled.open_to(Side.STEWARD, TODAY)
    for one in (quiet, settled):
        assert one.open_to(Side.STEWARD, TODAY) == []
        with pytest.raises(Forbidden):
            one.take(Step.SETTLE, Side.STEWARD, NOW, TODAY)
