"""The life of an exchange as one table: from where, by which step, to where, and who may take it."""

from enum import StrEnum


class Status(StrEnum):
    ASKED = "asked"
    COUNTERED = "countered"  # one side proposed something else; the other has to say
    AGREED = "agreed"
    REARRANGING = "rearranging"  # still agreed, while one side asks for another day
    HANDED_OVER = "handed_over"  # loans: it is with the taker
    EXTENDING = "extending"  # the taker asks for longer
    RETURNED = "returned"  # the taker says so; the giver has to
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    MISSED = "missed"  # somebody did not come
    CLOSED = "closed"  # by a mediator


class Step(StrEnum):
    ACCEPT = "accept"
    COUNTER = "counter"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    CANCEL = "cancel"
    REARRANGE = "rearrange"
    GRANT = "grant"
    REFUSE = "refuse"
    HAND_OVER = "hand_over"
    FINISH = "finish"
    MISS = "miss"
    ASK_LONGER = "ask_longer"
    GIVE_BACK = "give_back"
    TAKE_BACK = "take_back"
    NOT_BACK = "not_back"
    CLOSE = "close"
    SETTLE = "settle"


class Side(StrEnum):
    """In whose name a step is taken."""

    PROPOSER = "proposer"
    RESPONDER = "responder"
    STEWARD = "steward"  # a mediator, once a problem was reported
    CLOCK = "clock"

    @property
    def other(self) -> "Side":
        return Side.RESPONDER if self is Side.PROPOSER else Side.PROPOSER


class Who(StrEnum):
    """Who may take a step."""

    PROPOSER = "proposer"
    RESPONDER = "responder"
    EITHER = "either"
    AWAITED = "awaited"  # the side whose answer the other waits for
    GIVER = "giver"
    TAKER = "taker"
    STEWARD = "steward"
    CLOCK = "clock"


_S, _W = Status, Who

STEPS: dict[tuple[Status, Step], tuple[Status, Who]] = {
    (_S.ASKED, Step.ACCEPT): (_S.AGREED, _W.AWAITED),
    (_S.ASKED, Step.COUNTER): (_S.COUNTERED, _W.EITHER),
    (_S.ASKED, Step.DECLINE): (_S.DECLINED, _W.PROPOSER),
    (_S.ASKED, Step.WITHDRAW): (_S.WITHDRAWN, _W.RESPONDER),
    (_S.ASKED, Step.LAPSE): (_S.LAPSED, _W.CLOCK),
    (_S.COUNTERED, Step.ACCEPT): (_S.AGREED, _W.AWAITED),
    (_S.COUNTERED, Step.COUNTER): (_S.COUNTERED, _W.EITHER),
    (_S.COUNTERED, Step.DECLINE): (_S.DECLINED, _W.PROPOSER),
    (_S.COUNTERED, Step.WITHDRAW): (_S.WITHDRAWN, _W.RESPONDER),
    (_S.COUNTERED, Step.LAPSE): (_S.LAPSED, _W.CLOCK),
    (_S.AGREED, Step.HAND_OVER): (_S.HANDED_OVER, _W.EITHER),
    (_S.AGREED, Step.FINISH): (_S.DONE, _W.EITHER),
    (_S.AGREED, Step.REARRANGE): (_S.REARRANGING, _W.EITHER),
    (_S.AGREED, Step.CANCEL): (_S.CANCELLED, _W.EITHER),
    (_S.AGREED, Step.MISS): (_S.MISSED, _W.EITHER),
    (_S.AGREED, Step.LAPSE): (_S.LAPSED, _W.CLOCK),
    (_S.AGREED, Step.SETTLE): (_S.CLOSED, _W.STEWARD),
    (_S.REARRANGING, Step.GRANT): (_S.AGREED, _W.AWAITED),
    (_S.REARRANGING, Step.REFUSE): (_S.AGREED, _W.AWAITED),
    (_S.REARRANGING, Step.LAPSE): (_S.AGREED, _W.CLOCK),
    (_S.REARRANGING, Step.HAND_OVER): (_S.HANDED_OVER, _W.EITHER),
    (_S.REARRANGING, Step.FINISH): (_S.DONE, _W.EITHER),
    (_S.REARRANGING, Step.CANCEL): (_S.CANCELLED, _W.EITHER),
    (_S.REARRANGING, Step.SETTLE): (_S.CLOSED, _W.STEWARD),
    (_S.HANDED_OVER, Step.ASK_LONGER): (_S.EXTENDING, _W.TAKER),
    (_S.HANDED_OVER, Step.GIVE_BACK): (_S.RETURNED, _W.TAKER),
    (_S.HANDED_OVER, Step.TAKE_BACK): (_S.DONE, _W.GIVER),
    (_S.HANDED_OVER, Step.SETTLE): (_S.CLOSED, _W.STEWARD),
    (_S.EXTENDING, Step.GRANT): (_S.HANDED_OVER, _W.GIVER),
    (_S.EXTENDING, Step.REFUSE): (_S.HANDED_OVER, _W.GIVER),
    (_S.EXTENDING, Step.LAPSE): (_S.HANDED_OVER, _W.CLOCK),
    (_S.EXTENDING, Step.GIVE_BACK): (_S.RETURNED, _W.TAKER),
    (_S.EXTENDING, Step.TAKE_BACK): (_S.DONE, _W.GIVER),
    (_S.EXTENDING, Step.SETTLE): (_S.CLOSED, _W.STEWARD),
    (_S.RETURNED, Step.TAKE_BACK): (_S.DONE, _W.GIVER),
    (_S.RETURNED, Step.NOT_BACK): (_S.HANDED_OVER, _W.GIVER),
    (_S.RETURNED, Step.CLOSE): (_S.DONE, _W.CLOCK),
    (_S.RETURNED, Step.SETTLE): (_S.CLOSED, _W.STEWARD),
}
"""Every step there is: from where, to where, and who may take it.  A pair that is missing cannot be taken."""

ONLY_LOANS = frozenset({Step.HAND_OVER, Step.ASK_LONGER, Step.GIVE_BACK, Step.TAKE_BACK, Step.NOT_BACK})
NEVER_LOANS = frozenset({Step.FINISH})
WISHES = frozenset({Step.REARRANGE, Step.ASK_LONGER})
"""Steps that ask for another plan without leaving what is agreed."""

WAITING = frozenset({_S.ASKED, _S.COUNTERED})
BOUND = frozenset({_S.AGREED, _S.REARRANGING, _S.HANDED_OVER, _S.EXTENDING, _S.RETURNED})
"""An agreement holds: its dates are taken, its place and contacts are known to both."""
OUT = frozenset({_S.HANDED_OVER, _S.EXTENDING, _S.RETURNED})
"""With the taker, or said to be back."""
OPEN = WAITING | BOUND
ENDED = frozenset(Status) - OPEN
