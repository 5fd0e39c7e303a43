"""Follows between this house and others as a whole: of a house, of an address, of one actor there."""

from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.follows.follow import Following
from fedicoop.peers.policies import covered

_COLUMNS = "id, follower_id, followed_id, status, asked_at, decided_at"


@dataclass(frozen=True, slots=True)
class _Id:
    id: str


async def with_house(tx: Tx, host: str, *, limit: int) -> list[Following]:
    """Follows between this house and another, or what is beneath that one, both ways."""
    condition, values = covered("t.host", host)
    return await tx.all(
        Following,
        f"""SELECT f.id, f.follower_id, f.followed_id, f.status, f.asked_at, f.decided_at
            FROM follows f JOIN actors t ON t.id IN (f.follower_id, f.followed_id)
            WHERE NOT t.local AND {condition} ORDER BY f.id LIMIT :limit""",
        limit=limit,
        **values,
    )


async def asked_of(tx: Tx, followed_id: str) -> list[Following]:
    """What actors of this house, and those that it had before, asked of one elsewhere."""
    return await tx.all(
        Following,
        """SELECT f.id, f.follower_id, f.followed_id, f.status, f.asked_at, f.decided_at
           FROM follows f JOIN actors a ON a.id = f.follower_id
           WHERE f.followed_id = :id AND f.status <> 'rejected' AND (a.local OR a.former)
           ORDER BY f.asked_at, f.id""",
        id=followed_id,
    )


async def asked_from(tx: Tx, prefix: str) -> list[Following]:
    """What those whose ids begin so asked of others, but of each other."""
    return await tx.all(
        Following,
        f"""SELECT {_COLUMNS} FROM follows WHERE follower_id >= :prefix AND follower_id < :beyond
            AND NOT (followed_id >= :prefix AND followed_id < :beyond) AND status <> 'rejected'
            ORDER BY asked_at, id""",
        prefix=prefix,
        beyond=prefix[:-1] + chr(ord(prefix[-1]) + 1),
    )


async def rename_inside(tx: Tx, old: str, new: str) -> None:
    """Follows between two actors of this house, which takes another address: nobody else knows of them."""
    await tx.run(
        """UPDATE follows SET id = replace(id, :old, :new), follower_id = replace(follower_id, :old, :new),
               followed_id = replace(followed_id, :old, :new)
           WHERE follower_id >= :old AND follower_id < :beyond
             AND followed_id >= :old AND followed_id < :beyond""",
        old=old,
        new=new,
        beyond=old[:-1] + chr(ord(old[-1]) + 1),
    )


async def left_behind(tx: Tx) -> int:
    """How many follow an id that an actor of ours had before, and did not come along yet."""
    return await tx.count(
        """SELECT count(*) FROM follows f JOIN actors a ON a.id = f.followed_id
           WHERE a.former AND f.status = 'accepted'"""
    )


async def followers_at(tx: Tx, actor_id: str, host: str) -> list[str]:
    """The ids of those at one host who follow an actor of ours."""
    rows = await tx.all(
        _Id,
        """SELECT a.id FROM follows f JOIN actors a ON a.id = f.follower_id
           WHERE f.followed_id = :id AND f.status = 'accepted' AND a.host = :host
             AND NOT a.local AND a.gone_at IS NULL ORDER BY a.id""",
        id=actor_id,
        host=host,
    )
    return [row.id for row in rows]


async def ours_following(tx: Tx, actor_id: str) -> list[str]:
    """The ids of our actors who follow one elsewhere."""
    rows = await tx.all(
        _Id,
        """SELECT a.id FROM follows f JOIN actors a ON a.id = f.follower_id
           WHERE f.followed_id = :id AND f.status = 'accepted' AND a.local""",
        id=actor_id,
    )
    return [row.id for row in rows]
