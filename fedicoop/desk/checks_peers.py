"""How it goes with the other houses, as far as somebody should look: from the registry of verdicts."""

from collections import defaultdict
from datetime import timedelta

from fedicoop.actors import store as actors
from fedicoop.desk.findings import Finding
from fedicoop.errors import Problem
from fedicoop.follows import store as follows
from fedicoop.follows.follow import Status
from fedicoop.i18n import ago
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.peers import turned_away
from fedicoop.peers.peer import Policy
from fedicoop.peers.verdicts import name_of, of_error, verdict
from fedicoop.vocabulary.hosts import normal_host

RECENT, PATIENCE = timedelta(days=1), timedelta(days=3)
MOST = 3
"""So many houses are named in one finding, and so many requests."""
_WORTH_A_WORD = {"digest_here", "clock_there", "their_signature", "their_key"}


async def neighbours(node: Node, language: str) -> list[Finding]:
    """Whose letters are turned away at our door, and who does not answer our request to follow."""
    async with node.db.read() as tx:
        refused = await turned_away.since(tx, tx.now - RECENT)
        known = {one.host: await peers.find(tx, one.host) for one in refused}
        asked = [one for one in await follows.all_of_ours(tx) if one.status is Status.PENDING]
        late = [one for one in asked if tx.now - one.asked_at > PATIENCE][:MOST]
        names = await actors.several(tx, [one.followed_id for one in late])
        now = tx.now
    found, hosts = dict[str, Problem](), defaultdict[str, list[str]](list)
    for one in refused:
        peer = known[one.host]
        if peer is None or peer.policy is Policy.CLOSED:
            continue  # nobody that we ever met: anybody may write anybody's name on a letter
        if peer.last_heard_at and peer.last_heard_at > one.last_at:
            continue  # over
        problem = of_error(one.problem, one.detail, one.host)
        if name_of(problem) in _WORTH_A_WORD:
            found.setdefault(name_of(problem), problem)
            hosts[name_of(problem)].append(one.host)
    told = [_together(problem, hosts[name]) for name, problem in found.items()]
    for asking in late:
        actor, host = names.get(asking.followed_id), normal_host(asking.followed_id)
        name = f"@{actor.webfinger or f'{actor.handle}@{host}'}" if actor else asking.followed_id
        when = ago(asking.asked_at, now, language)
        told.append(verdict("follow_pending", host=host, name=name, when=when))
    return [Finding("network", "!", problem=problem) for problem in told]


def _together(problem: Problem, hosts: list[str]) -> Problem:
    """One finding for all houses that have the same trouble."""
    named = ", ".join(hosts[:MOST]) + (f" (+{len(hosts) - MOST})" if len(hosts) > MOST else "")
    return verdict(name_of(problem), **(problem.values | {"host": named}))
