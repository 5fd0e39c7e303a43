"""Follows at rest.  The only file that names the table."""

from dataclasses import dataclass

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.follows.follow import Following, Status
from fedicoop.vocabulary.types import Actor

_COLUMNS = "id, follower_id, followed_id, status, asked_at, decided_at"


@dataclass(frozen=True, slots=True)
class _Id:
    id: str


@dataclass(frozen=True, slots=True)
class Inbox:
    inbox: str
    shared_inbox: str | None


async def find(tx: Tx, id: str) -> Following | None:
    return await tx.maybe(Following, f"SELECT {_COLUMNS} FROM follows WHERE id = :id", id=id)


async def between(tx: Tx, follower_id: str, followed_id: str) -> Following | None:
    return await tx.maybe(
        Following,
        f"SELECT {_COLUMNS} FROM follows WHERE follower_id = :follower AND followed_id = :followed",
        follower=follower_id,
        followed=followed_id,
    )


async def ask(tx: Tx, id: str, follower_id: str, followed_id: str, status: Status) -> None:
    """Note a Follow; asked again under a new id, the new id counts."""
    await tx.run(
        """INSERT INTO follows (id, follower_id, followed_id, status, asked_at, decided_at)
           VALUES (:id, :follower, :followed, :status, :now, :decided)
           ON CONFLICT (follower_id, followed_id) DO UPDATE SET id = excluded.id,
               status = excluded.status, asked_at = excluded.asked_at, decided_at = excluded.decided_at""",
        id=id,
        follower=follower_id,
        followed=followed_id,
        status=status,
        now=tx.now,
        decided=None if status is Status.PENDING else tx.now,
    )


async def decide(tx: Tx, following: Following, status: Status) -> None:
    await tx.run(
        "UPDATE follows SET status = :status, decided_at = :now WHERE id = :id",
        id=following.id,
        status=status,
        now=tx.now,
    )


async def end(tx: Tx, following: Following) -> None:
    await tx.run("DELETE FROM follows WHERE id = :id", id=following.id)


async def end_all_of(tx: Tx, actor_id: str) -> None:
    """An actor is gone: nobody hears it and it hears nobody."""
    await tx.run("DELETE FROM follows WHERE follower_id = :id OR followed_id = :id", id=actor_id)


async def end_those_reading_at(tx: Tx, inbox: str) -> int:
    """Nobody reads there any more: its readers follow us no longer; how many follows that were."""
    return await tx.run(
        """DELETE FROM follows
           WHERE follower_id IN (SELECT id FROM actors
                                 WHERE NOT local AND (inbox = :inbox OR shared_inbox = :inbox))
             AND followed_id IN (SELECT id FROM actors WHERE local)""",
        inbox=inbox,
    )


async def follower_inboxes(tx: Tx, actor_id: str) -> list[Inbox]:
    """Where the followers of an actor of ours read, gone ones left out."""
    return await tx.all(
        Inbox,
        """SELECT DISTINCT a.inbox, a.shared_inbox FROM follows f JOIN actors a ON a.id = f.follower_id
           WHERE f.followed_id = :id AND f.status = 'accepted' AND a.gone_at IS NULL AND NOT a.local""",
        id=actor_id,
    )


async def read_at(tx: Tx, actor_id: str, inbox: str) -> bool:
    """Whether any follower of an actor of ours reads at that inbox."""
    return bool(
        await tx.count(
            """SELECT count(*) FROM follows f JOIN actors a ON a.id = f.follower_id
               WHERE f.followed_id = :id AND f.status = 'accepted' AND a.gone_at IS NULL
                 AND (a.inbox = :inbox OR a.shared_inbox = :inbox)""",
            id=actor_id,
            inbox=inbox,
        )
    )


async def followers(tx: Tx, actor_id: str, *, status: Status = Status.ACCEPTED) -> list[Actor]:
    return await _actors(tx, "follower_id", "followed_id", actor_id, status)


async def followed_by(tx: Tx, actor_id: str, *, status: Status = Status.ACCEPTED) -> list[Actor]:
    """Whom an actor hears, oldest first."""
    return await _actors(tx, "followed_id", "follower_id", actor_id, status)


async def _actors(tx: Tx, wanted: str, given: str, actor_id: str, status: Status) -> list[Actor]:
    rows = await tx.all(
        _Id,
        f"""SELECT {wanted} AS id FROM follows WHERE {given} = :id AND status = :status
            ORDER BY asked_at, id LIMIT 1000""",
        id=actor_id,
        status=status,
    )
    found = await actors.several(tx, [row.id for row in rows])
    return [found[row.id] for row in rows if row.id in found]


async def followers_count(tx: Tx, actor_id: str) -> int:
    return await tx.count(
        "SELECT count(*) FROM follows WHERE followed_id = :id AND status = 'accepted'", id=actor_id
    )


async def following_count(tx: Tx, actor_id: str) -> int:
    return await tx.count(
        "SELECT count(*) FROM follows WHERE follower_id = :id AND status = 'accepted'", id=actor_id
    )


async def heard_by_us(tx: Tx, actor_id: str) -> bool:
    """Whether an actor of this house follows that one: only then is its news kept."""
    return bool(
        await tx.count(
            """SELECT count(*) FROM follows f JOIN actors a ON a.id = f.follower_id
               WHERE f.followed_id = :id AND f.status = 'accepted' AND (a.local OR a.former)""",
            id=actor_id,
        )
    )


async def all_of_ours(tx: Tx) -> list[Following]:
    """Everything that actors of this house asked for, oldest first."""
    return await tx.all(
        Following,
        """SELECT f.id, f.follower_id, f.followed_id, f.status, f.asked_at, f.decided_at
           FROM follows f JOIN actors a ON a.id = f.follower_id WHERE a.local ORDER BY f.asked_at, f.id""",
    )
