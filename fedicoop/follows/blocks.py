"""Of whom an actor of ours wants to hear nothing.  The only file that names the table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.db.together import among


@dataclass(frozen=True, slots=True)
class Block:
    blocker_id: str
    blocked_id: str
    blocked_at: datetime


async def put(tx: Tx, blocker_id: str, blocked_id: str) -> bool:
    """Nothing of that actor reaches ours from now on; False where it was so already."""
    return bool(
        await tx.run(
            """INSERT INTO blocks (blocker_id, blocked_id, blocked_at) VALUES (:blocker, :blocked, :now)
               ON CONFLICT (blocker_id, blocked_id) DO NOTHING""",
            blocker=blocker_id,
            blocked=blocked_id,
            now=tx.now,
        )
    )


async def end(tx: Tx, blocker_id: str, blocked_id: str) -> bool:
    """They may write again; False where they could."""
    return bool(
        await tx.run(
            "DELETE FROM blocks WHERE blocker_id = :blocker AND blocked_id = :blocked",
            blocker=blocker_id,
            blocked=blocked_id,
        )
    )


async def end_all_of(tx: Tx, actor_id: str) -> None:
    """An actor is gone: nobody is kept from it, or it from anybody."""
    await tx.run("DELETE FROM blocks WHERE blocker_id = :id OR blocked_id = :id", id=actor_id)


async def any_blocks(tx: Tx, blocker_ids: Iterable[str], blocked_id: str) -> bool:
    """Whether one of these actors of ours has blocked that one."""
    wanted = sorted({id for id in blocker_ids if id})
    if not wanted:
        return False
    places, names = among(wanted)
    sql = f"SELECT count(*) FROM blocks WHERE blocked_id = :blocked AND blocker_id IN ({places})"
    return bool(await tx.count(sql, blocked=blocked_id, **names))


async def of(tx: Tx, blocker_id: str) -> list[Block]:
    """Everybody whom an actor of ours has blocked, the last first."""
    return await tx.all(
        Block,
        """SELECT blocker_id, blocked_id, blocked_at FROM blocks WHERE blocker_id = :id
           ORDER BY blocked_at DESC, blocked_id LIMIT 1000""",
        id=blocker_id,
    )
