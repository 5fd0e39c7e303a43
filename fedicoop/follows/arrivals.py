"""From which houses followers came: for a page that names houses, never people."""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody of a house began to follow; who it is stays untold."""

    host: str
    at: datetime


async def since(tx: Tx, followed_id: str, moment: datetime, *, limit: int = 200) -> list[Came]:
    """From which houses followers came since then, the last one first."""
    return await tx.all(
        Came,
        """SELECT a.host AS host, f.decided_at AS at FROM follows f JOIN actors a ON a.id = f.follower_id
           WHERE f.followed_id = :id AND f.status = 'accepted' AND f.decided_at >= :moment AND NOT a.local
           ORDER BY f.decided_at DESC, f.id LIMIT :limit""",
        id=followed_id,
        moment=moment,
        limit=limit,
    )
