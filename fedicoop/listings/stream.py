"""Published listings as a stream: newest first, from any place in it, either way.  Only looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.listings import store
from fedicoop.listings.listing import Listing
from fedicoop.listings.rows import COLUMNS, Row, listing_of
from fedicoop.listings.store import Filter


@dataclass(frozen=True, slots=True)
class Home:
    """Whose listings somebody follows: those of their coop, of whom it hears, and of whom they hear."""

    coop_id: str
    actor_id: str | None = None


_HEARD = "SELECT followed_id FROM follows WHERE follower_id IN (:home, :own) AND status = 'accepted'"
_OF_HOME = f"""(coop_id = :home OR actor_id = :home OR actor_id IN ({_HEARD})
    OR coop_id IN ({_HEARD}) OR id IN (SELECT listing_id FROM boosts WHERE actor_id IN ({_HEARD})))"""


async def stream(
    tx: Tx,
    filter: Filter,
    *,
    home: Home | None = None,
    below: tuple[datetime, str] | None = None,
    above: tuple[datetime, str] | None = None,
    oldest_first: bool = False,
    with_photos: bool = False,
    without: Sequence[str] = (),
    limit: int,
) -> list[Listing]:
    """What `filter` lets through between two places, (moment, key) each; `without` these authors."""
    where, values = store.where_of(filter)
    if home is not None:
        where += f" AND {_OF_HOME}"
        values |= {"home": home.coop_id, "own": home.actor_id or home.coop_id}
    for name, place, sign in (("below", below, "<"), ("above", above, ">")):
        if place is not None:
            where += f" AND (published_at, key) {sign} (:{name}_at, :{name}_key)"
            values |= {f"{name}_at": place[0], f"{name}_key": place[1]}
    if with_photos:
        where += " AND photos <> '[]'"
    for number, author in enumerate(without):
        where += f" AND actor_id <> :without{number}"
        values[f"without{number}"] = author
    way = "ASC" if oldest_first else "DESC"
    rows = await tx.all(
        Row,
        f"""SELECT {COLUMNS} FROM listings WHERE {where}
            ORDER BY published_at {way}, key {way} LIMIT :limit""",
        **values,
        limit=limit,
    )
    return [listing_of(row) for row in rows]


async def keyed(tx: Tx, keys: Sequence[str]) -> dict[str, Listing]:
    """The listings of those keys that there are, by key."""
    if not keys:
        return {}
    places, names = among(keys)
    rows = await tx.all(Row, f"SELECT {COLUMNS} FROM listings WHERE key IN ({places})", **names)
    return {row.key: listing_of(row) for row in rows}
