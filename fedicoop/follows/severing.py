"""What a closed house and we were to each other, ended; and begun again when it is opened."""

from dataclasses import dataclass

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.follows import store
from fedicoop.follows.federation import answer, to_follow
from fedicoop.follows.follow import Following, Status
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.peers.policies import covered
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Follow, Iri, Reject, Undo

MOST = 100
"""Follows that are ended, or begun, in one commit."""


@dataclass(frozen=True, slots=True)
class _Pair:
    follower_id: str
    followed_id: str


async def sever(tx: Tx, followings: list[Following]) -> None:
    """End follows both ways, and say so: a closed house shall not go on thinking that it is heard.

    Whom we heard is remembered, so that it can be asked again.
    """
    for following in followings:
        await store.end(tx, following)
        us = await actors.own(tx, following.follower_id)
        if us is None:
            await answer(tx, Reject, to_follow(following))
            continue
        await tx.run(
            """INSERT INTO severed (follower_id, followed_id, severed_at) VALUES (:us, :them, :now)
               ON CONFLICT DO NOTHING""",
            us=us.id,
            them=following.followed_id,
            now=tx.now,
        )
        them = Iri(following.followed_id)
        undo = Undo(id=activity_id(tx, us.id), actor=us.id, object=to_follow(following), to=(them,))
        await say(tx, undo, Audience(actors=(them,)))


async def mend(tx: Tx, host: str) -> int:
    """Ask again some of those whom we heard in a house, and beneath it, before it was closed; how many."""
    condition, values = covered("a.host", host)
    rows = await tx.all(
        _Pair,
        f"""SELECT s.follower_id, s.followed_id FROM severed s JOIN actors a ON a.id = s.followed_id
            WHERE {condition} ORDER BY s.follower_id, s.followed_id""",
        **values,
    )
    hosts = {row.followed_id: normal_host(row.followed_id) for row in rows}
    policies = await peers.policies(tx, set(hosts.values())) if rows else {}
    rows = [row for row in rows if policies[hosts[row.followed_id]] is not Policy.CLOSED][:MOST]
    for row in rows:
        await tx.run(
            "DELETE FROM severed WHERE follower_id = :us AND followed_id = :them",
            us=row.follower_id,
            them=row.followed_id,
        )
        us, them = await actors.own(tx, row.follower_id), await actors.find(tx, row.followed_id)
        if us is None or them is None or await store.between(tx, us.id, them.id):
            continue
        wish = Follow(id=activity_id(tx, us.id), actor=us.id, object=them.id, to=(them.id,))
        await store.ask(tx, wish.id, us.id, them.id, Status.PENDING)
        await say(tx, wish, Audience(actors=(them.id,)))
    return len(rows)
