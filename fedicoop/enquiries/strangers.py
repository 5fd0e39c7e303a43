"""Servers from which nobody here ever heard, and what a coop does with the first that they say.

By default their public questions wait for a steward, because they would be shown to everybody in the
coop's name; their private ones go to the one who is asked, who may block: nobody else sees them.  Nothing
is lost: what waits is kept, and what was thrown away can be brought back for a month.
"""

from dataclasses import dataclass
from enum import StrEnum

from fedicoop.db import Tx
from fedicoop.enquiries import messages
from fedicoop.peers import policies
from fedicoop.peers.peer import Policy


class Quarantine(StrEnum):
    """Of which first messages from unknown servers a steward decides."""

    PUBLIC = "public"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class _Choice:
    quarantine: Quarantine


async def chosen(tx: Tx, coop_id: str) -> Quarantine:
    sql = "SELECT quarantine FROM enquiry_choices WHERE coop_id = :id"
    found = await tx.maybe(_Choice, sql, id=coop_id)
    return found.quarantine if found else Quarantine.PUBLIC


async def choose(tx: Tx, coop_id: str, quarantine: Quarantine) -> None:
    await tx.run(
        """INSERT INTO enquiry_choices (coop_id, quarantine) VALUES (:id, :quarantine)
           ON CONFLICT (coop_id) DO UPDATE SET quarantine = excluded.quarantine""",
        id=coop_id,
        quarantine=quarantine,
    )


async def waits(tx: Tx, coop_id: str, host: str, *, public: bool) -> bool:
    """Whether the first that somebody there says waits for a steward of that coop.

    Of a house that is limited here it always does, and so does all that it says in public.
    """
    limited = await policies.policy(tx, host) is Policy.LIMITED
    wanted = Quarantine.ALL if limited else await chosen(tx, coop_id)
    if wanted is Quarantine.NONE or (wanted is Quarantine.PUBLIC and not public):
        return False
    return (limited and public) or not await known(tx, coop_id, host)


async def known(tx: Tx, coop_id: str, host: str) -> bool:
    """Opened by a steward, or followed either way, or written to by somebody of this house."""
    sql = "SELECT count(*) FROM acquaintances WHERE coop_id = :coop AND host = :host"
    if await tx.count(sql, coop=coop_id, host=host):
        return True
    follows = await tx.count(
        """SELECT count(*) FROM follows f JOIN actors a ON a.id IN (f.follower_id, f.followed_id)
           WHERE f.status = 'accepted' AND a.host = :host AND NOT a.local""",
        host=host,
    )
    return bool(follows) or await messages.wrote_to(tx, host)


async def meet(tx: Tx, coop_id: str, host: str) -> None:
    """From now on that server is known."""
    await tx.run(
        """INSERT INTO acquaintances (coop_id, host, since) VALUES (:coop, :host, :now)
           ON CONFLICT (coop_id, host) DO NOTHING""",
        coop=coop_id,
        host=host,
        now=tx.now,
    )
