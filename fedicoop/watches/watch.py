"""What a member follows here, and how they want to hear of it.  No database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from fedicoop.listings.question import Question
from fedicoop.notices.kinds import Pace

MOST = 200
"""How many watches a member may have."""


class About(StrEnum):
    """What sort of thing is followed; the first of those that fit a listing is the reason that is told."""

    MEMBER = "member"
    SEARCH = "search"
    COOP = "coop"
    CATEGORY = "category"
    PLACE = "place"


class Channel(StrEnum):
    """Always on the page of notices; by mail besides at once, once a day or once a week."""

    APP = "app"
    INSTANT = "instant"
    DAILY = "daily"
    WEEKLY = "weekly"

    @classmethod
    def of(cls, pace: Pace) -> "Channel":
        return cls.APP if pace is Pace.NEVER else cls(pace)

    @property
    def pace(self) -> Pace:
        """How often by mail, as notices say it."""
        return Pace.NEVER if self is Channel.APP else Pace(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """`target` is a coop's actor id, a member's id, or a question as the query of an address."""

    id: str
    member_id: str
    kind: About
    target: str
    channel: Channel
    paused: bool
    created_at: datetime


def target_of(question: Question) -> str:
    """A question as it is kept: what narrows it, without its order and its page."""
    return urlencode(narrowing(question))


def narrowing(question: Question) -> Mapping[str, str]:
    return {name: value for name, value in question.query.items() if name not in ("tri", "apres")}


def about(question: Question) -> About:
    """A place alone and a category alone have names of their own."""
    asked = narrowing(question).keys()
    if asked == {"lieu", "rayon"}:
        return About.PLACE
    return About.CATEGORY if asked == {"categorie"} else About.SEARCH
