"""Listings at rest.  The only file that writes their table, and that of the deleted ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedicoop.db import Tx
from fedicoop.listings import index
from fedicoop.listings.filtering import Filter as Filter
from fedicoop.listings.filtering import where_of as where_of
from fedicoop.listings.listing import Kind, Listing
from fedicoop.listings.rows import COLUMNS, FIXED, Row, listing_of, maybe, values_of
from fedicoop.notices import store as notices


@dataclass(frozen=True, slots=True)
class Deleted:
    id: str
    actor_id: str
    former_type: str
    deleted_at: datetime


async def get(tx: Tx, id: str) -> Listing:
    """Raises NotFound."""
    return listing_of(await tx.one(Row, f"SELECT {COLUMNS} FROM listings WHERE id = :id", id=id))


async def several(tx: Tx, ids: Sequence[str]) -> dict[str, Listing]:
    """The listings of those ids that there are, by id."""
    names = {f"id{number}": id for number, id in enumerate(ids)}
    if not names:
        return {}
    sql = f"SELECT {COLUMNS} FROM listings WHERE id IN ({', '.join(':' + name for name in names)})"
    return {row.id: listing_of(row) for row in await tx.all(Row, sql, **names)}


async def find(tx: Tx, id: str) -> Listing | None:
    return maybe(await tx.maybe(Row, f"SELECT {COLUMNS} FROM listings WHERE id = :id", id=id))


async def find_by_key(tx: Tx, key: str) -> Listing | None:
    return maybe(await tx.maybe(Row, f"SELECT {COLUMNS} FROM listings WHERE key = :key", key=key))


async def find_by_url(tx: Tx, url: str) -> Listing | None:
    """By the address of its page, at home."""
    sql = f"SELECT {COLUMNS} FROM listings WHERE url = :url ORDER BY id LIMIT 1"
    return maybe(await tx.maybe(Row, sql, url=url)) if url else None


async def latest(tx: Tx, filter: Filter, *, limit: int = 24, before: str | None = None) -> list[Listing]:
    """Published, public listings of every house we know, newest first; `before` is a listing's key."""
    where, values = where_of(filter)
    if before:
        where += """ AND (published_at, id) < (SELECT published_at, id FROM listings WHERE key = :before)"""
        values["before"] = before
    rows = await tx.all(
        Row,
        f"SELECT {COLUMNS} FROM listings WHERE {where} ORDER BY published_at DESC, id DESC LIMIT :limit",
        **values,
        limit=limit,
    )
    return [listing_of(row) for row in rows]


async def count(tx: Tx, filter: Filter) -> int:
    where, values = where_of(filter)
    return await tx.count(f"SELECT count(*) FROM listings WHERE {where}", **values)


async def every(tx: Tx, *, source: str = "all", kind: Kind | None = None) -> list[Listing]:
    """For the operator: listings in every status, newest first, at most a thousand."""
    clauses, values = ["status <> 'removed'"], dict[str, Any]()
    if source != "all":
        clauses.append("local" if source == "local" else "NOT local")
    if kind:
        clauses.append("kind = :kind")
        values["kind"] = kind
    where = " AND ".join(clauses)
    rows = await tx.all(
        Row,
        f"SELECT {COLUMNS} FROM listings WHERE {where} ORDER BY created_at DESC, id DESC LIMIT 1000",
        **values,
    )
    return [listing_of(row) for row in rows]


async def following(tx: Tx, id: str, *, limit: int) -> list[Listing]:
    """Listings of every house in every status, by their ids, after that one: to look at each in turn."""
    sql = f"SELECT {COLUMNS} FROM listings WHERE id > :id ORDER BY id LIMIT :limit"
    return [listing_of(row) for row in await tx.all(Row, sql, id=id, limit=limit)]


async def due(tx: Tx, *, limit: int = 100) -> list[Listing]:
    """Published listings, ours and theirs, whose time is over."""
    rows = await tx.all(
        Row,
        f"""SELECT {COLUMNS} FROM listings WHERE status = 'published' AND expires_at <= :now
            ORDER BY expires_at LIMIT :limit""",
        now=tx.now,
        limit=limit,
    )
    return [listing_of(row) for row in rows]


async def shown_of(tx: Tx, member_id: str, *, limit: int = 50) -> list[Listing]:
    """What a member of ours has published, oldest first."""
    sql = f"""SELECT {COLUMNS} FROM listings WHERE member_id = :member AND status = 'published'
              ORDER BY id LIMIT :limit"""
    return [listing_of(row) for row in await tx.all(Row, sql, member=member_id, limit=limit)]


async def put(tx: Tx, listing: Listing) -> None:
    """Keep a listing as it now stands, for the search too.  What is fixed at birth stays as it was born."""
    values = values_of(listing)
    changes = ", ".join(f"{name} = excluded.{name}" for name in values if name not in FIXED)
    kept = await tx.run(
        f"""INSERT INTO listings ({", ".join(values)}) VALUES ({", ".join(":" + name for name in values)})
            ON CONFLICT (id) DO UPDATE SET {changes} WHERE listings.actor_id = excluded.actor_id""",
        **values,
    )
    if kept:
        await index.keep(tx, listing)


async def shows(tx: Tx, photo: str, *, but: str) -> bool:
    """Whether any other listing than `but` shows the picture of that name."""
    sql = "SELECT count(*) FROM listings WHERE photos LIKE :name AND id <> :but"
    return bool(await tx.count(sql, name=f'%"{photo}"%', but=but))


async def remove(tx: Tx, id: str) -> None:
    """Take a listing away without a trace: from the search, and from what members here were told of it."""
    if listing := await find(tx, id):
        await notices.withdraw(tx, f"/l/{listing.key}")
    await index.forget(tx, id)
    await tx.run("DELETE FROM listings WHERE id = :id", id=id)


async def is_gone(tx: Tx, id: str, owner_id: str | None = None) -> Deleted | None:
    """The tombstone of a deleted listing, ours or theirs; where an owner is asked, only its own counts."""
    return await tx.maybe(
        Deleted,
        """SELECT id, actor_id, former_type, deleted_at FROM tombstones
           WHERE id = :id AND (:any OR actor_id = :owner)""",
        id=id,
        any=owner_id is None,
        owner=owner_id or "",
    )


async def bury(tx: Tx, id: str, actor_id: str, *, former_type: str = "Note") -> None:
    """Delete a listing for good: its row goes, its id never comes back."""
    await tx.run("DELETE FROM boosts WHERE listing_id = :id", id=id)
    await remove(tx, id)
    await tx.run(
        """INSERT INTO tombstones (id, actor_id, former_type, deleted_at)
           VALUES (:id, :actor, :type, :now) ON CONFLICT (id, actor_id) DO NOTHING""",
        id=id,
        actor=actor_id,
        type=former_type,
        now=tx.now,
    )


async def let_go(tx: Tx, id: str) -> bool:
    """Take a peer's listing off our shelf, unless somebody whom we hear relays it; it may come back."""
    needless = await tx.count(
        """SELECT count(*) FROM listings WHERE id = :id AND NOT local
           AND NOT EXISTS (SELECT 1 FROM boosts WHERE listing_id = :id)""",
        id=id,
    )
    if needless:
        await remove(tx, id)
    return bool(needless)


async def relayed_by(tx: Tx, actor_id: str) -> list[Listing]:
    """The peers' listings that an actor relays."""
    rows = await tx.all(
        Row,
        f"""SELECT {COLUMNS} FROM listings WHERE NOT local
            AND id IN (SELECT listing_id FROM boosts WHERE actor_id = :id)""",
        id=actor_id,
    )
    return [listing_of(row) for row in rows]


async def of_author(tx: Tx, actor_id: str) -> list[Listing]:
    """Everything here that an actor elsewhere wrote."""
    sql = f"SELECT {COLUMNS} FROM listings WHERE actor_id = :id AND NOT local"
    return [listing_of(row) for row in await tx.all(Row, sql, id=actor_id)]


async def bury_all_of(tx: Tx, actor_id: str) -> list[Listing]:
    """Everything that an actor elsewhere published goes with it; what that was."""
    listings = await of_author(tx, actor_id)
    for listing in listings:
        await bury(tx, listing.id, actor_id)
    return listings
