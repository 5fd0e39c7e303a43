"""Reactions at rest.  The only file that names the table."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.peers import policies
from fedicoop.peers.peer import Policy
from fedicoop.reactions.reaction import Counts, Kind, Reaction

MOST_MARKS = 8
"""How many different emoji of one actor are kept under one listing (they are one like)."""
_COLUMNS = ", ".join(field.name for field in fields(Reaction))


async def put(tx: Tx, reaction: Reaction) -> bool:
    """Keep a reaction; False where it was said before, in whatever words of the wire, or too often."""
    kept = await of_actor_on(tx, reaction.kind, reaction.actor_id, reaction.listing_id)
    if len(kept) >= MOST_MARKS:
        return False
    values = asdict(reaction)
    return bool(
        await tx.run(
            f"""INSERT INTO reactions ({_COLUMNS}) VALUES ({", ".join(":" + name for name in values)})
                ON CONFLICT (kind, actor_id, listing_id, mark) DO NOTHING""",
            **values,
        )
    )


async def of_actor_on(tx: Tx, kind: Kind, actor_id: str, listing_id: str) -> list[Reaction]:
    """What an actor said of that kind about a listing: of likes, one for each emoji."""
    return await tx.all(
        Reaction,
        f"""SELECT {_COLUMNS} FROM reactions
            WHERE kind = :kind AND actor_id = :actor AND listing_id = :listing ORDER BY at, mark""",
        kind=kind,
        actor=actor_id,
        listing=listing_id,
    )


async def said(tx: Tx, id: str, actor_id: str) -> Reaction | None:
    """The reaction that an actor said under that id; nobody else's counts, whatever its id."""
    return await tx.maybe(
        Reaction,
        f"SELECT {_COLUMNS} FROM reactions WHERE id = :id AND actor_id = :actor ORDER BY at LIMIT 1",
        id=id,
        actor=actor_id,
    )


async def end(tx: Tx, reaction: Reaction) -> None:
    await tx.run(
        """DELETE FROM reactions
           WHERE kind = :kind AND actor_id = :actor AND listing_id = :listing AND mark = :mark""",
        kind=reaction.kind,
        actor=reaction.actor_id,
        listing=reaction.listing_id,
        mark=reaction.mark,
    )


async def end_all_of(tx: Tx, actor_id: str) -> None:
    await tx.run("DELETE FROM reactions WHERE actor_id = :id", id=actor_id)


async def of_actor(tx: Tx, actor_id: str, *, limit: int = 100_000) -> list[Reaction]:
    """Everything that an actor said, oldest first."""
    return await tx.all(
        Reaction,
        f"SELECT {_COLUMNS} FROM reactions WHERE actor_id = :id ORDER BY at, listing_id, mark LIMIT :limit",
        id=actor_id,
        limit=limit,
    )


async def stamped(tx: Tx, stamp: str) -> Reaction | None:
    """The quote that was permitted by the stamp of that key."""
    return await tx.maybe(Reaction, f"SELECT {_COLUMNS} FROM reactions WHERE stamp = :stamp", stamp=stamp)


async def quotes(tx: Tx, listing_id: str, *, limit: int) -> list[Reaction]:
    """Who may quote a listing, the latest first."""
    return await tx.all(
        Reaction,
        f"""SELECT {_COLUMNS} FROM reactions WHERE listing_id = :id AND stamp IS NOT NULL
            ORDER BY at DESC, actor_id, mark LIMIT :limit""",
        id=listing_id,
        limit=limit,
    )


async def refuse(tx: Tx, quote: Reaction) -> None:
    """Somebody here does not want that note to quote: asked again, it is still so."""
    await tx.run("UPDATE reactions SET stamp = NULL WHERE stamp = :stamp", stamp=quote.stamp)


async def end_quote(tx: Tx, note_id: str, actor_id: str) -> None:
    """A note that quotes is gone."""
    await tx.run(
        "DELETE FROM reactions WHERE kind = 'quote' AND actor_id = :actor AND mark = :mark",
        actor=actor_id,
        mark=note_id,
    )


@dataclass(frozen=True, slots=True)
class _Number:
    kind: Kind
    host: str
    number: int


async def counts(tx: Tx, listing_id: str) -> Counts:
    """How many like, share and quote a listing, without who is gone or lives in a house closed here."""
    rows = await tx.all(
        _Number,
        """SELECT r.kind, a.host, count(DISTINCT r.actor_id) AS number
           FROM reactions r JOIN actors a ON a.id = r.actor_id
           WHERE r.listing_id = :id AND a.gone_at IS NULL AND (r.kind <> 'quote' OR r.stamp IS NOT NULL)
           GROUP BY r.kind, a.host""",
        id=listing_id,
    )
    treated = await policies.policies(tx, {row.host for row in rows})
    total = dict.fromkeys(Kind, 0)
    for row in rows:
        if treated[row.host] is not Policy.CLOSED:
            total[row.kind] += row.number
    return Counts(total[Kind.LIKE], total[Kind.SHARE], total[Kind.QUOTE])


@dataclass(frozen=True, slots=True)
class FromHouse:
    """How many of a house like, share or quote a listing, and when the last one did."""

    kind: Kind
    host: str
    number: int
    last_at: datetime


async def by_house(tx: Tx, listing_id: str, *, limit: int = 500) -> list[FromHouse]:
    """The same house by house: for a page that names houses, never people."""
    return await tx.all(
        FromHouse,
        """SELECT r.kind, a.host, count(DISTINCT r.actor_id) AS number, max(r.at) AS last_at
           FROM reactions r JOIN actors a ON a.id = r.actor_id
           WHERE r.listing_id = :id AND a.gone_at IS NULL AND NOT a.local
           GROUP BY r.kind, a.host ORDER BY a.host, r.kind LIMIT :limit""",
        id=listing_id,
        limit=limit,
    )


async def sweep(tx: Tx) -> None:
    """What actors said who are gone since goes too, whatever way they went."""
    await tx.run("DELETE FROM reactions WHERE actor_id IN (SELECT id FROM actors WHERE gone_at IS NOT NULL)")
