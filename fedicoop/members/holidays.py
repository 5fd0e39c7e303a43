"""Being away: a member's listings rest meanwhile, and come back with them.

They are paused and shown again as listings are by hand, so that peers and followers elsewhere see it
too; which ones, is remembered here, so that what the member had paused themselves stays so.  The
listings themselves are the room above: it keeps the promises made here (`listings/resting.py`).
"""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.members import store

LANE = "holidays"


@dataclass(frozen=True, slots=True)
class Rest:
    """A member is away: what they have published pauses."""

    member_id: str


@dataclass(frozen=True, slots=True)
class Return:
    """A member is back: what paused for their absence is shown again."""

    member_id: str


async def leave(tx: Tx, member_id: str, until: datetime) -> None:
    await store.set_away(tx, member_id, until)
    await queue.enqueue(tx, Rest(member_id), lane=LANE, thread=member_id)


async def come_back(tx: Tx, member_id: str) -> None:
    await store.set_away(tx, member_id, None)
    await queue.enqueue(tx, Return(member_id), lane=LANE, thread=member_id)


async def end_what_is_over(tx: Tx) -> None:
    """Bring back those whose holiday ends; for the house keeping."""
    for member in await store.back_by_now(tx):
        await come_back(tx, member.id)


async def note(tx: Tx, member_id: str, listing_id: str) -> None:
    """This listing rests because its member is away."""
    await tx.run(
        """INSERT INTO resting (listing_id, member_id) VALUES (:listing, :member)
           ON CONFLICT (listing_id) DO NOTHING""",
        listing=listing_id,
        member=member_id,
    )


@dataclass(frozen=True, slots=True)
class _Listing:
    listing_id: str


async def resting(tx: Tx, member_id: str, *, limit: int = 50) -> list[str]:
    """The listings that rest for a member's absence."""
    sql = "SELECT listing_id FROM resting WHERE member_id = :member ORDER BY listing_id LIMIT :limit"
    return [row.listing_id for row in await tx.all(_Listing, sql, member=member_id, limit=limit)]


async def wake(tx: Tx, listing_id: str) -> None:
    await tx.run("DELETE FROM resting WHERE listing_id = :listing", listing=listing_id)


async def forget(tx: Tx, member_id: str) -> None:
    await tx.run("DELETE FROM resting WHERE member_id = :member", member=member_id)
