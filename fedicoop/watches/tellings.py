"""Of which listings members were told.  The only file that names the table.

A listing may be a match, come from a coop that somebody follows and answer two of their searches:
they hear of it once.
"""

from datetime import datetime

from fedicoop.db import Tx


async def take(tx: Tx, member_id: str, listing_id: str) -> bool:
    """Note that a member is told of a listing now; False where they were told before."""
    fresh = await tx.run(
        """INSERT INTO watch_tellings (member_id, listing_id, at) VALUES (:member, :listing, :now)
           ON CONFLICT (member_id, listing_id) DO NOTHING""",
        member=member_id,
        listing=listing_id,
        now=tx.now,
    )
    return bool(fresh)


async def forget(tx: Tx, before: datetime) -> None:
    """What was told long ago, and to whom has left; what is still edited then may be told once more."""
    await tx.run("DELETE FROM watch_tellings WHERE at < :before", before=before)
    await tx.run(
        """DELETE FROM watch_tellings
           WHERE member_id IN (SELECT id FROM members WHERE left_at IS NOT NULL)"""
    )


async def forget_member(tx: Tx, member_id: str) -> None:
    await tx.run("DELETE FROM watch_tellings WHERE member_id = :member", member=member_id)
