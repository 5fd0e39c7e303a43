"""How we stand with a house, judged from what we know without asking: one verdict, or all is well."""

from datetime import datetime, timedelta

from fedicoop.desk import clock
from fedicoop.errors import Problem
from fedicoop.follows.follow import Status
from fedicoop.i18n import ago
from fedicoop.jobs.lanes import Lane
from fedicoop.peers.peer import Policy
from fedicoop.peers.verdicts import of_answer, of_error, of_kept, verdict
from fedicoop.relations.facts import RECENT, Facts

QUIET = timedelta(days=30)
_NOT_THEIRS = ("storage.", "inbox.")
"""Our own disk, or a third house that must be asked first: no word about this one."""
SOON = timedelta(hours=1)
"""A request that was not answered after so long is worth a word."""


def judge(facts: Facts, language: str) -> Problem | None:
    """The one thing that somebody should know first; None where all is well."""
    if facts.policy is Policy.CLOSED:
        return verdict("closed_here", host=facts.host)
    for look in (_deliveries, _letters, _last_answer):
        if problem := look(facts):
            return problem
    return _follows(facts, language) or _quiet(facts, language) or _names(facts)


def trouble_of(lane: Lane, facts: Facts) -> Problem | None:
    """Why a lane is in trouble, in the words of the registry, with what they said themselves."""
    if not lane.last_error or lane.last_error.startswith(_NOT_THEIRS):
        late = lane.oldest is not None and facts.now - lane.oldest > SOON
        return verdict("late", host=facts.host) if late else None
    last = facts.answered
    key, _, detail = lane.last_error.partition(" ")
    if last and last.problem == key and lane.lane.startswith("to "):
        status = str(last.status) if last.status else None
        return of_error(key, detail.strip("()"), facts.host, status, last.said if last.status else "")
    return of_kept(lane.last_error, facts.host)


def _deliveries(facts: Facts) -> Problem | None:
    for way in ("to", "read", "from"):
        for lane in facts.lanes:
            if lane.lane.startswith(f"{way} ") and (problem := trouble_of(lane, facts)):
                return problem
    return None


def _letters(facts: Facts) -> Problem | None:
    """What was refused at our door after the last letter that was good."""
    good = facts.last_heard_at
    for one in facts.turned_away:
        if facts.now - one.last_at < RECENT and (good is None or one.last_at >= good):
            return of_error(one.problem, one.detail, facts.host)
    return None


def _last_answer(facts: Facts) -> Problem | None:
    last = facts.answered
    if last is None or last.taken or facts.now - last.at > RECENT:
        return None
    if last.status is None:
        return of_error(last.problem, last.said, facts.host)
    return of_answer(last.status, last.said, facts.host)


def _follows(facts: Facts, language: str) -> Problem | None:
    for one in facts.ours:
        name = facts.name(one.followed_id)
        if one.status is Status.REJECTED:
            return verdict("follow_refused", host=facts.host, name=name)
        if one.status is Status.PENDING and facts.now - one.asked_at > SOON:
            return verdict(
                "follow_pending", host=facts.host, name=name, when=_ago(one.asked_at, facts, language)
            )
    return None


def _quiet(facts: Facts, language: str) -> Problem | None:
    last = facts.last_heard_at
    if facts.skew is not None and abs(facts.skew) > clock.ODD:
        return verdict("clock_there", host=facts.host, seconds=str(round(abs(facts.skew))))
    if facts.heard and last is not None and facts.now - last > QUIET:
        return verdict("quiet", host=facts.host, when=_ago(last, facts, language))
    return None


def _names(facts: Facts) -> Problem | None:
    """Last, for everything works by the address: a name that its own host does not confirm."""
    for id in sorted(facts.unconfirmed):
        if actor := facts.actors.get(id):
            return verdict("loop", host=facts.host, name=f"{actor.handle}@{facts.host}")
    return None


def _ago(then: datetime, facts: Facts, language: str) -> str:
    return ago(then, facts.now, language)
