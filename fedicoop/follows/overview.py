"""What is between several actors, in one question.  Only looks."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.follows.follow import Following

_COLUMNS = "id, follower_id, followed_id, status, asked_at, decided_at"


async def near(tx: Tx, actor_id: str, others: Sequence[str]) -> list[Following]:
    """What there is between one actor and each of several others, both ways."""
    if not others:
        return []
    places, names = among(sorted(set(others)))
    return await tx.all(
        Following,
        f"""SELECT {_COLUMNS} FROM follows
            WHERE (follower_id = :us AND followed_id IN ({places}))
               OR (followed_id = :us AND follower_id IN ({places}))""",
        us=actor_id,
        **names,
    )


@dataclass(frozen=True, slots=True)
class _Number:
    id: str
    number: int


async def counts(tx: Tx, actor_ids: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Of several actors at once: how many follow each, as far as we know, and how many each follows."""
    if not actor_ids:
        return {}, {}
    places, names = among(actor_ids)
    found = list[dict[str, int]]()
    for column in ("followed_id", "follower_id"):
        rows = await tx.all(
            _Number,
            f"""SELECT {column} AS id, count(*) AS number FROM follows
                WHERE {column} IN ({places}) AND status = 'accepted' GROUP BY {column}""",
            **names,
        )
        found.append({row.id: row.number for row in rows})
    return found[0], found[1]
