"""Which offers answer a need, and which needs an offer answers: few, and right.

    found = await matches_of(tx, listing, viewer)      # list[Match], the best first, at most six
    found[0].listing                                   # of the other kind; the viewer may see it
    found[0].why(language)                             # « vélo, cargo », même catégorie, à moins de 5 km

Two listings match when they are of opposite kinds and of different people, when their ways of sharing
go together, when they are near enough and free at the same time, and when their titles and
categories speak of the same thing (topics.py).  Everything but `matches_of` is pure.
"""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.access import Act, Member, may
from fedicoop.db import Tx
from fedicoop.finding import opposites, topics
from fedicoop.i18n import t
from fedicoop.listings.categories import NARROW
from fedicoop.listings.listing import EVENT, Kind, Listing, Mode, Where
from fedicoop.places.geometry import blur, distance_km, shown_km

REACH_KM = 30
"""How far apart an offer and a need may be: a long errand by bicycle, a short one by bus."""
MOST = 6

_TOGETHER: dict[Mode, dict[Mode, float]] = {
    Mode.LOAN: {Mode.LOAN: 1, Mode.GIFT: 0.9, Mode.EXCHANGE: 0.5},
    Mode.GIFT: {Mode.GIFT: 1, Mode.LOAN: 0.6, Mode.EXCHANGE: 0.6},
    Mode.EXCHANGE: {Mode.EXCHANGE: 1, Mode.GIFT: 0.9, Mode.SALE: 0.6, Mode.LOAN: 0.5},
    Mode.SALE: {Mode.SALE: 1, Mode.GIFT: 1, Mode.EXCHANGE: 0.7, Mode.LOAN: 0.5},
    Mode.SERVICE: {Mode.SERVICE: 1, Mode.SKILL: 0.8, Mode.EXCHANGE: 0.5},
    Mode.SKILL: {Mode.SKILL: 1, Mode.SERVICE: 0.9, Mode.EXCHANGE: 0.5},
}
"""How well an offer (inner) serves who asks in that way (outer); a pair that is missing does not."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that two listings have in common: the text `match.<key>`, and what fills it."""

    key: str
    values: tuple[tuple[str, str], ...] = ()

    def words(self, language: str) -> str:
        return t(f"match.{self.key}", language, **dict(self.values))

    @property
    def kept(self) -> dict[str, object]:
        """To be kept now and said in the reader's language later (`i18n.said`)."""
        return {"text": f"match.{self.key}", "values": dict(self.values)}


@dataclass(frozen=True, slots=True)
class Match:
    """The other listing, how well it fits (0 to 1), and why one thinks so."""

    listing: Listing
    score: float
    reasons: tuple[Reason, ...]
    apart_km: float | None = None  # between their blurred places, where both are known

    def why(self, language: str) -> str:
        """The reasons, as one reads them: a few words each, joined by commas."""
        return ", ".join(reason.words(language) for reason in self.reasons)

    @property
    def kept_why(self) -> dict[str, object]:
        """The same, to be said later, in the language of whoever reads it then."""
        return {"all": [reason.kept for reason in self.reasons], "by": ", "}


async def matches_of(
    tx: Tx, listing: Listing, viewer: Member | None, *, most: int = MOST, reach_km: float = REACH_KM
) -> list[Match]:
    """What fits this listing among those that `viewer` may see (None: a visitor), the best first."""
    topic = topics.of(listing.title, listing.language)
    coop = viewer.coop_id if viewer else None
    rough = await opposites.of(tx, listing, topic, coop, reach_km=reach_km)
    found = [
        match
        for other in rough
        if may(viewer, Act.LISTING_SEE, other)
        and (match := compare(listing, other, tx.now, reach_km=reach_km))
    ]
    return sorted(found, key=lambda match: (-match.score, match.listing.id))[:most]


def compare(listing: Listing, other: Listing, now: datetime, *, reach_km: float = REACH_KM) -> Match | None:
    """`other` as a match of `listing`, or None where they do not go together."""
    if EVENT in (listing.sort, other.sort) or listing.kind is other.kind or _same_hands(listing, other):
        return None
    need, offer = (listing, other) if listing.kind is Kind.NEED else (other, listing)
    way = _TOGETHER[need.mode].get(offer.mode, 0.0)
    apart = _apart(listing.where, other.where)
    if not way or (apart is not None and apart > reach_km):
        return None
    if not _in_time(need, offer, now) or not _within_budget(need, offer):
        return None
    if (about := _about(need, offer)) is None:
        return None
    near = 1.0 if apart is None else 1.0 - 0.3 * apart / reach_km
    likeness, reasons = about
    return Match(other, round(likeness * way * near, 3), (*reasons, *_further(need, offer, apart)), apart)


def _same_hands(one: Listing, other: Listing) -> bool:
    """Nobody answers themselves.  A coop's members answer each other."""
    if one.member_id or other.member_id:
        return one.member_id == other.member_id
    return one.local and other.local and one.actor_id == other.actor_id


def _about(need: Listing, offer: Listing) -> tuple[float, tuple[Reason, ...]] | None:
    """How much of one thing they speak (0 to 1), and what says so; None where they do not."""
    wanted, given = topics.of(need.title, need.language), topics.of(offer.title, offer.language)
    both = topics.shared(wanted, given)
    mine, theirs = [one for one, _, _ in both], [other for _, other, _ in both]
    beside = [word for word in topics.told(wanted, _said(offer)) if word not in mine]
    within = [word for word in topics.told(given, _said(need)) if word not in theirs]
    strength = sum(weight for _, _, weight in both)
    strength += min(1.0, sum(word.weight for word in (*beside, *within)) / 2)
    covered = wanted.covered(mine) + wanted.covered(beside) / 2, given.covered(theirs)
    kinship = _kinship(need.category, offer.category)
    same = need.category in NARROW and need.category == offer.category
    heads = bool(both) and both[0][:2] == (wanted.words[0], given.words[0])
    if not same and not _enough(strength, *covered, kinship, heads=heads):
        return None
    score = 0.5 * min(1.0, strength / 2) + 0.2 * min(1.0, max(covered)) + 0.3 * kinship
    spelt = [word.spelt for word in (*theirs, *beside, *within)][:3]
    reasons = [Reason("words", (("words", ", ".join(dict.fromkeys(spelt))),))] if spelt else []
    if kinship == 1:
        reasons.append(Reason("category"))
    return score, tuple(reasons)


def _enough(strength: float, need: float, offer: float, kinship: float, *, heads: bool) -> bool:
    """Where the line is: tuned on one list of pairs and tried on another (tests/test_matching.py).

    `need` and `offer` are how much of each title is covered, `heads` whether both begin alike.
    """
    if kinship == 1:
        return strength >= 0.75 and max(need, offer) >= 0.3
    if kinship:
        return strength >= 0.9 and (need >= 0.75 or min(need, offer) >= 0.55)
    return heads and strength >= 0.9 and need >= 0.9


def _kinship(one: str | None, other: str | None) -> float:
    """1 the same category, 0.5 the same branch, 0.3 where one does not say, 0 different ones."""
    if one is None or other is None or "other" in (one, other):
        return 0.3
    if one == other:
        return 1.0 if "." in one else 0.5
    return 0.5 if one.partition(".")[0] == other.partition(".")[0] else 0.0


def _said(listing: Listing) -> frozenset[str]:
    return topics.text_of(listing.text or listing.html, listing.tags, listing.language)


def _apart(one: Where | None, other: Where | None) -> float | None:
    """Kilometres between two blurred places; None where one is not known."""
    if one is None or other is None:
        return None
    if None in (one.latitude, one.longitude, other.latitude, other.longitude):
        return None
    return distance_km(
        blur(one.latitude or 0.0, one.longitude or 0.0), blur(other.latitude or 0.0, other.longitude or 0.0)
    )


def _in_time(need: Listing, offer: Listing, now: datetime) -> bool:
    """Both are still to come, and they meet; what says no date is free at any."""
    ends = [one.available_to for one in (need, offer) if one.available_to]
    begins = [one.available_from for one in (need, offer) if one.available_from]
    return all(end >= now for end in ends) and all(begin <= end for begin in begins for end in ends)


def _within_budget(need: Listing, offer: Listing) -> bool:
    """An asking price may be a quarter above the budget: people talk.  Other currencies are not judged."""
    if need.price is None or offer.price is None or need.price.currency != offer.price.currency:
        return True
    return need.unit != offer.unit or offer.price.amount * 4 <= need.price.amount * 5


def _further(need: Listing, offer: Listing, apart: float | None) -> list[Reason]:
    found = list[Reason]()
    if apart is not None:
        found.append(Reason("near", (("km", str(shown_km(apart))),)))
    if (need.available_from or need.available_to) and (offer.available_from or offer.available_to):
        found.append(Reason("dates"))
    if need.price and offer.price and need.price.currency == offer.price.currency:
        found.append(Reason("budget"))
    return found
