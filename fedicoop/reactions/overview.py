"""Reactions on many listings at once, for whoever draws a page of them.  Only looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.peers import policies
from fedicoop.peers.peer import Policy
from fedicoop.reactions.reaction import Counts, Kind


@dataclass(frozen=True, slots=True)
class _Number:
    listing_id: str
    kind: Kind
    host: str
    number: int


@dataclass(frozen=True, slots=True)
class Deed:
    """What one actor did to one listing, and when."""

    kind: Kind
    listing_id: str
    at: datetime


async def counts_of(tx: Tx, listing_ids: Sequence[str]) -> dict[str, Counts]:
    """The numbers of `store.counts` for several listings; one that nobody reacted to is left out."""
    if not listing_ids:
        return {}
    places, names = among(sorted(set(listing_ids)))
    rows = await tx.all(
        _Number,
        f"""SELECT r.listing_id, r.kind, a.host, count(DISTINCT r.actor_id) AS number
            FROM reactions r JOIN actors a ON a.id = r.actor_id
            WHERE r.listing_id IN ({places}) AND a.gone_at IS NULL
              AND (r.kind <> 'quote' OR r.stamp IS NOT NULL)
            GROUP BY r.listing_id, r.kind, a.host""",
        **names,
    )
    treated = await policies.policies(tx, {row.host for row in rows}) if rows else {}
    found: dict[str, dict[Kind, int]] = {}
    for row in rows:
        if treated[row.host] is not Policy.CLOSED:
            total = found.setdefault(row.listing_id, dict.fromkeys(Kind, 0))
            total[row.kind] += row.number
    return {id: Counts(one[Kind.LIKE], one[Kind.SHARE], one[Kind.QUOTE]) for id, one in found.items()}


async def done_by(tx: Tx, actor_id: str, listing_ids: Sequence[str]) -> frozenset[tuple[Kind, str]]:
    """What one actor did to these listings: (kind, listing) each."""
    if not listing_ids:
        return frozenset()
    places, names = among(sorted(set(listing_ids)))
    rows = await tx.all(
        Deed,
        f"""SELECT kind, listing_id, at FROM reactions
            WHERE actor_id = :actor AND listing_id IN ({places})""",
        actor=actor_id,
        **names,
    )
    return frozenset((row.kind, row.listing_id) for row in rows)


async def liked_by(tx: Tx, actor_id: str, *, before: datetime | None, limit: int) -> list[Deed]:
    """What an actor likes, the last liked first."""
    return await tx.all(
        Deed,
        f"""SELECT kind, listing_id, max(at) AS at FROM reactions
            WHERE actor_id = :actor AND kind = 'like' GROUP BY kind, listing_id
            {"HAVING max(at) < :before" if before else ""} ORDER BY max(at) DESC, listing_id LIMIT :limit""",
        actor=actor_id,
        limit=limit,
        **({"before": before} if before else {}),
    )
