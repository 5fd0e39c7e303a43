"""Who relayed which listing (Announce)."""

from dataclasses import dataclass

from fedicoop.db import Tx


@dataclass(frozen=True, slots=True)
class Boost:
    id: str
    actor_id: str
    listing_id: str


async def find(tx: Tx, id: str) -> Boost | None:
    return await tx.maybe(Boost, "SELECT id, actor_id, listing_id FROM boosts WHERE id = :id", id=id)


async def between(tx: Tx, actor_id: str, listing_id: str) -> Boost | None:
    return await tx.maybe(
        Boost,
        "SELECT id, actor_id, listing_id FROM boosts WHERE actor_id = :actor AND listing_id = :listing",
        actor=actor_id,
        listing=listing_id,
    )


async def put(tx: Tx, id: str, actor_id: str, listing_id: str) -> None:
    """A second Announce of the same thing by the same actor changes nothing (M activity/announce.rb)."""
    await tx.run(
        """INSERT INTO boosts (id, actor_id, listing_id, at) VALUES (:id, :actor, :listing, :now)
           ON CONFLICT DO NOTHING""",
        id=id,
        actor=actor_id,
        listing=listing_id,
        now=tx.now,
    )


@dataclass(frozen=True, slots=True)
class _Actor:
    actor_id: str


async def relayers(tx: Tx, listing_id: str) -> frozenset[str]:
    """Who relayed a listing."""
    rows = await tx.all(_Actor, "SELECT actor_id FROM boosts WHERE listing_id = :id", id=listing_id)
    return frozenset(row.actor_id for row in rows)


async def end_all_of(tx: Tx, actor_id: str) -> None:
    await tx.run("DELETE FROM boosts WHERE actor_id = :id", id=actor_id)


async def end(tx: Tx, boost: Boost) -> None:
    await tx.run("DELETE FROM boosts WHERE id = :id", id=boost.id)
