"""This week in numbers: a coop's own, and nobody else's."""

from dataclasses import dataclass
from datetime import timedelta

from fedicoop.db import Tx
from fedicoop.exchanges.steps import Status
from fedicoop.follows import store as follows

WEEK = timedelta(days=7)
_AGREED = (
    *(Status.AGREED, Status.REARRANGING, Status.HANDED_OVER, Status.EXTENDING, Status.RETURNED),
    Status.DONE,
)


@dataclass(frozen=True, slots=True)
class Week:
    """What came in seven days, beside what there is in all."""

    listings: int  # published
    online: int  # of our listings
    answered: int  # needs for which somebody was found
    exchanges: int  # agreed upon, offers and needs
    joined: int
    members: int
    followers: int


async def of_coop(tx: Tx, coop_id: str) -> Week:
    asked = {"coop": coop_id, "since": tx.now - WEEK}
    agreed = ", ".join(f"'{status}'" for status in _AGREED)
    bound = f"""SELECT count(*) FROM exchanges WHERE coop_id = :coop AND asked_at > :since
                AND status IN ({agreed})"""
    here = "SELECT count(*) FROM members WHERE coop_id = :coop AND left_at IS NULL AND suspended_at IS NULL"
    ours = "SELECT count(*) FROM listings WHERE coop_id = :coop"
    return Week(
        listings=await tx.count(f"{ours} AND published_at > :since AND status <> 'removed'", **asked),
        online=await tx.count(f"{ours} AND status = 'published'", coop=coop_id),
        answered=await tx.count(f"{bound} AND kind = 'need'", **asked),
        exchanges=await tx.count(bound, **asked),
        joined=await tx.count(f"{here} AND created_at > :since", **asked),
        members=await tx.count(here, coop=coop_id),
        followers=await follows.followers_count(tx, coop_id),
    )
