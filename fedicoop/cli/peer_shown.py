"""`peer show`: what was said between a house and ours, what was answered, what waits, and what to do."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Command, as_json
from fedicoop.cli.terminal import marked, one_line, show, show_json
from fedicoop.cli.words import language, n, t
from fedicoop.errors import NotFound

if TYPE_CHECKING:
    from fedicoop.errors import Problem
    from fedicoop.relations.facts import Facts
    from fedicoop.relations.timeline import Event


@click.command(
    "show",
    cls=Command,
    examples=("fedicoop peer show objets.example", "fedicoop peer show objets.example --json"),
)
@click.argument("host", metavar="DOMAIN")
@as_json
def show_peer(host: str, as_json: bool) -> None:
    facts, events, fault = opening.perform(_known(host))
    if as_json:
        return show_json(_told(facts, events, fault))
    show(one_line(facts.host))
    for line in [*verdict_lines(fault), *_between(facts)]:
        show(line)
    show()
    for one in events:
        for line in event_lines(one):
            show(line)
    return None


async def _known(host: str) -> "tuple[Facts, list[Event], Problem | None]":
    from fedicoop.relations import facts as facts_room
    from fedicoop.relations import standing, timeline
    from fedicoop.vocabulary.hosts import normal_host

    named = normal_host(host.rpartition("@")[2].partition("://")[2] or host.rpartition("@")[2])
    async with opening.opened() as node, node.db.read() as tx:
        facts = await facts_room.of_house(tx, node, named)
        if not facts.met:
            raise NotFound("relation.no_house", named)
        shown = await timeline.page(tx, facts)
        return facts, shown.events, standing.judge(facts, language())


def verdict_lines(fault: "Problem | None") -> Iterator[str]:
    """The one thing to know first, and what to do about it."""
    from fedicoop.i18n import explain
    from fedicoop.peers.verdicts import mark_of

    if fault is None:
        yield "  " + marked("✓", t("relation.all_well"))
        return
    said = explain(fault, language())
    yield "  " + marked(mark_of(fault), one_line(f"{said.what}  {said.code}"))
    yield "    " + one_line(t("cli.why", why=said.why))
    yield "    " + one_line(t("cli.do", do=said.remedy))


def _between(facts: "Facts") -> Iterator[str]:
    from fedicoop.i18n import ago
    from fedicoop.relations.handshake import next_try, waiting_in_words

    yield f"  {t(f'relation.policy.{facts.policy}')}"
    for side, some in (("we_follow", facts.ours), ("they_follow", facts.theirs)):
        names = [
            f"{facts.name(one.followed_id if side == 'we_follow' else one.follower_id)} "
            f"({t(f'relation.status.{one.status}')})"
            for one in some[:5]
        ]
        yield one_line(f"  {t(f'relation.fact.{side}')}: {', '.join(names) or t('relation.nobody')}")
    last = facts.last_heard_at
    yield f"  {t('relation.fact.heard')}: {ago(last, facts.now, language()) if last else t('relation.never')}"
    for lane in facts.lanes:
        if lane.lane.startswith("to ") and lane.waiting:
            yield f"  {waiting_in_words(lane.waiting, lane.oldest, next_try(facts), facts, language())}"
        if lane.lane.startswith("to ") and lane.dead:
            yield f"  {n('relation.given_up', lane.dead)}"


def event_lines(one: "Event") -> Iterator[str]:
    """What was said, when, what came of it; under it why, and what to do."""
    from fedicoop.i18n import explain, moment

    words = t(one.words, name=one.about, type=one.type)
    about = f": {one.about}" if one.about and one.way != "follow" else ""
    outcome = f" · {t(one.outcome)}" if one.outcome else ""
    status = f" ({one.status})" if one.status else ""
    times = f" · {n('relation.times', one.times)}" if one.times > 1 else ""
    yield marked(one.mark, one_line(f"{moment(one.at, language())}  {words}{about}{outcome}{status}{times}"))
    if one.problem is not None:
        said = explain(one.problem, language())
        yield "    " + one_line(f"{said.what}  {said.code}")
        yield "    " + one_line(t("cli.do", do=said.remedy))
    elif one.way == "in" and one.said:
        yield f"    {t(one.said)}"


def _told(facts: "Facts", events: "list[Event]", fault: "Problem | None") -> dict[str, Any]:
    from fedicoop.i18n import explain
    from fedicoop.relations.handshake import next_try

    said = explain(fault, language()) if fault else None
    again = next_try(facts)
    return {
        "host": facts.host,
        "policy": str(facts.policy),
        "verdict": {"code": said.code, "what": said.what, "why": said.why, "do": said.remedy}
        if said
        else None,
        "last_heard": facts.last_heard_at.isoformat() if facts.last_heard_at else None,
        "next_try": again.isoformat() if again else None,
        "waiting": sum(one.waiting for one in facts.lanes),
        "given_up": sum(one.dead for one in facts.lanes),
        "events": [_event_told(one) for one in events],
    }


def _event_told(one: "Event") -> dict[str, Any]:
    from fedicoop.i18n import explain

    said = explain(one.problem, language()) if one.problem else None
    told: dict[str, Any] = {"at": one.at.isoformat(), "way": one.way, "type": one.type or None}
    told["about"] = one.about or None
    told |= {
        "words": t(one.words, name=one.about, type=one.type),
        "outcome": t(one.outcome) if one.outcome else None,
    }
    told |= {"status": int(one.status) if one.status else None, "times": one.times}
    return told | {"code": said.code if said else None, "do": said.remedy if said else None}
