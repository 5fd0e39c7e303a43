"""The whole handshake with another house: what we see of them, what they see of us, and one verdict.

First asked (`inspecting.py`): name, WebFinger, clock, actor, keys, name agreed.  Then remembered: whether
they can read who we are, who follows whom, what became of our last letters and of theirs, what waits.
"""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.desk.findings import Finding, fine, fine_in_words
from fedicoop.desk.findings import told as finding_told
from fedicoop.errors import Problem
from fedicoop.follows.follow import Status
from fedicoop.i18n import ago, explain, n, t
from fedicoop.inbox.turning_away import gathered_of
from fedicoop.node import Node
from fedicoop.peers.peer import Policy
from fedicoop.peers.verdicts import of_answer, of_error, verdict
from fedicoop.relations import facts as facts_room
from fedicoop.relations import standing
from fedicoop.relations.asking import REFUSED, failed
from fedicoop.relations.facts import RECENT, Facts
from fedicoop.relations.inspecting import Inspection, inspect
from fedicoop.vocabulary.types import Actor


@dataclass(frozen=True, slots=True)
class Handshake:
    """Every step, and the one thing to know first; `fault` is None where all is well."""

    name: str
    host: str
    steps: list[Finding]
    fault: Problem | None
    told: dict[str, object]


async def walk(node: Node, name: str, language: str, us: Actor | None = None) -> Handshake:
    """Ask, then remember.  Raises Misused for what is no name."""
    seen = await inspect(node, name, us)
    host = seen.host
    if not host:  # something of this very house
        return Handshake(seen.name, host, seen.steps, seen.fault, seen.told)
    await gathered_of(node).keep(node.db)
    async with node.db.read() as tx:
        facts = await facts_room.of_house(tx, node, host)
    steps = [one for one in seen.steps if one.label != "becomes"]
    steps += _remembered(facts, seen, language)
    return Handshake(seen.name, host, steps, _verdict(steps, facts, language), seen.told)


def _verdict(steps: list[Finding], facts: Facts, language: str) -> Problem | None:
    """The first ✗ of the walk in its causal order, else what stands between us, else the first !."""
    wrong = [one.problem for one in steps if one.mark == "✗" and one.problem]
    minded = [one.problem for one in steps if one.mark == "!" and one.problem]
    if wrong:
        return wrong[0]
    return standing.judge(facts, language) or (minded[0] if minded else None)


def _remembered(facts: Facts, seen: Inspection, language: str) -> list[Finding]:
    return [
        *_policy(facts),
        _their_view(facts, seen, language),
        *_following(facts, language),
        *_deliveries(facts, language),
        *_waiting(facts, language),
        *_letters(facts, language),
    ]


def _policy(facts: Facts) -> list[Finding]:
    if facts.policy is Policy.CLOSED:
        return []  # said already, before anybody was asked
    return [fine_in_words("policy", f"relation.policy.{facts.policy}")]


def _their_view(facts: Facts, seen: Inspection, language: str) -> Finding:
    """Whether they can read our actor: by a signed answer, a look of theirs, or a letter taken."""
    if seen.told.get("signature") == REFUSED:
        status = str(seen.told.get("status") or "…")
        return failed("their_view", verdict("signature", host=facts.host, status=status))
    if seen.told.get("signature") in ("cavage", "rfc9421"):
        return fine_in_words("their_view", "relation.view.signed")
    if facts.read_us_at is not None:
        return fine(
            "their_view", t("relation.view.read", language, when=_ago(facts.read_us_at, facts, language))
        )
    if any(one.status is not Status.PENDING for one in facts.ours):
        return fine_in_words("their_view", "relation.view.answered")
    if facts.answered and facts.answered.taken:
        return fine_in_words("their_view", "relation.view.taken")
    return fine_in_words("their_view", "relation.view.unknown")


def _following(facts: Facts, language: str) -> list[Finding]:
    found = []
    for one in facts.ours[:5]:
        name = facts.name(one.followed_id)
        if one.status is Status.ACCEPTED:
            found.append(fine("follow", t("relation.we_follow", language, name=name)))
        elif one.status is Status.PENDING:
            when = _ago(one.asked_at, facts, language)
            found.append(failed("follow", verdict("follow_pending", host=facts.host, name=name, when=when)))
        else:
            found.append(failed("follow", verdict("follow_refused", host=facts.host, name=name)))
    if not found:
        found.append(fine_in_words("follow", "relation.we_follow_nobody"))
    followers = sum(one.status is Status.ACCEPTED for one in facts.theirs)
    asking = sum(one.status is Status.PENDING for one in facts.theirs)
    key = (
        "relation.they_ask" if asking else "relation.they_follow" if followers else "relation.they_follow_not"
    )
    return [*found, fine("follow", t(key, language, count=str(asking or followers)))]


def _deliveries(facts: Facts, language: str) -> list[Finding]:
    last = facts.answered
    if last is None:
        return [fine_in_words("deliveries", "relation.never_told")]
    when = _ago(last.at, facts, language)
    if last.taken:
        shown = t("relation.last_taken", language, when=when, status=str(last.status))
        return [fine("deliveries", shown)]
    if last.status is None:
        return [failed("deliveries", of_error(last.problem, last.said, facts.host))]
    return [failed("deliveries", of_answer(last.status, last.said, facts.host))]


def _waiting(facts: Facts, language: str) -> list[Finding]:
    """What waits for them, since when, and when it is tried again."""
    found = []
    for lane in facts.lanes:
        if not lane.lane.startswith("to ") or not (lane.waiting or lane.dead):
            continue
        shown = waiting_in_words(lane.waiting, lane.oldest, next_try(facts), facts, language)
        problem = standing.trouble_of(lane, facts)
        if problem is None:
            found.append(fine("waiting", shown))
        else:
            found.append(Finding("waiting", "!", text=shown))
    return found


def next_try(facts: Facts) -> datetime | None:
    """When what waits for that house is tried again."""
    closed = [one.closed_until for one in facts.lanes if one.lane.startswith("to ") and one.closed_until]
    due = [one.run_at for one in facts.owed if one.lane.startswith("to ") and not one.dead]
    return max(closed) if closed else min(due, default=None)


def waiting_in_words(
    count: int, since: datetime | None, again: datetime | None, facts: Facts, language: str
) -> str:
    shown = n("relation.waiting", count, language, since=_ago(since, facts, language) if since else "…")
    if again is None or not count:
        return shown
    soon = again <= facts.now
    when = t("relation.at_once", language) if soon else _ago(again, facts, language)
    return f"{shown} {t('relation.tried_again', language, when=when)}"


def _letters(facts: Facts, language: str) -> list[Finding]:
    """When they last spoke well, and what was refused of late."""
    last = facts.last_heard_at
    found = [
        fine("letters", t("relation.last_heard", language, when=_ago(last, facts, language)))
        if last
        else fine_in_words("letters", "relation.never_heard")
    ]
    for one in facts.turned_away[:3]:
        if facts.now - one.last_at < RECENT and (last is None or one.last_at >= last):
            found.append(failed("letters", of_error(one.problem, one.detail, facts.host)))
    return found


def _ago(then: datetime, facts: Facts, language: str) -> str:
    return ago(then, facts.now, language)


def told(walked: Handshake, language: str) -> dict[str, object]:
    """For machines."""
    said = explain(walked.fault, language) if walked.fault else None
    return {
        "name": walked.name,
        "host": walked.host,
        "steps": [finding_told(one, language) for one in walked.steps],
        "verdict": {"code": said.code, "what": said.what, "why": said.why, "do": said.remedy}
        if said
        else None,
    }
