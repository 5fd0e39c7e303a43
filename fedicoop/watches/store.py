"""Watches at rest.  The only file that names their tables."""

from collections.abc import Iterable
from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.watches.watch import About, Watch

_COLUMNS = "id, member_id, kind, target, channel, paused, created_at"
_AT_ONCE = 200  # hooks in one question to the database


@dataclass(frozen=True, slots=True)
class Wish:
    """A coop that members follow, and how many of them."""

    target: str
    members: int


async def find(tx: Tx, member_id: str, kind: About, target: str) -> Watch | None:
    """Whether a member follows this very thing."""
    return await tx.maybe(
        Watch,
        f"SELECT {_COLUMNS} FROM watches WHERE member_id = :member AND kind = :kind AND target = :target",
        member=member_id,
        kind=kind,
        target=target,
    )


async def get(tx: Tx, id: str, member_id: str) -> Watch:
    """A member's own watch.  Somebody else's is told like one that never was: NotFound `watch.none`."""
    found = await tx.maybe(
        Watch,
        f"SELECT {_COLUMNS} FROM watches WHERE id = :id AND member_id = :member",
        id=id,
        member=member_id,
    )
    if found is None:
        raise NotFound("watch.none", id)
    return found


async def of_member(tx: Tx, member_id: str) -> list[Watch]:
    """Everything that a member follows, the latest first."""
    sql = f"SELECT {_COLUMNS} FROM watches WHERE member_id = :member ORDER BY created_at DESC, id DESC"
    return await tx.all(Watch, sql, member=member_id)


async def count(tx: Tx, member_id: str) -> int:
    return await tx.count("SELECT count(*) FROM watches WHERE member_id = :member", member=member_id)


async def put(tx: Tx, watch: Watch, hooks: Iterable[str]) -> None:
    """Keep a watch as it stands; no hooks leave it where it hangs."""
    await tx.run(
        f"""INSERT INTO watches ({_COLUMNS})
            VALUES (:id, :member, :kind, :target, :channel, :paused, :at)
            ON CONFLICT (member_id, kind, target) DO UPDATE SET channel = excluded.channel,
                paused = excluded.paused""",
        id=watch.id,
        member=watch.member_id,
        kind=watch.kind,
        target=watch.target,
        channel=watch.channel,
        paused=watch.paused,
        at=watch.created_at,
    )
    if wanted := sorted(hooks):
        await hang(tx, watch, wanted)


async def hang(tx: Tx, watch: Watch, hooks: Iterable[str]) -> None:
    """Let a watch hang on these hooks and no others."""
    await tx.run("DELETE FROM watch_hooks WHERE watch_id = :id", id=watch.id)
    await tx.run_many(
        """INSERT INTO watch_hooks (hook, watch_id) SELECT :hook, id FROM watches WHERE id = :id
           ON CONFLICT (hook, watch_id) DO NOTHING""",
        [{"hook": hook, "id": watch.id} for hook in hooks],
    )


async def end(tx: Tx, watch: Watch) -> None:
    await tx.run("DELETE FROM watches WHERE id = :id", id=watch.id)


async def hanging_on(tx: Tx, hooks: Iterable[str]) -> list[Watch]:
    """The watches that hang on any of these, paused ones left out."""
    wanted, found = sorted(hooks), dict[str, Watch]()
    for start in range(0, len(wanted), _AT_ONCE):
        some = {f"hook{number:03}": hook for number, hook in enumerate(wanted[start : start + _AT_ONCE])}
        rows = await tx.all(
            Watch,
            f"""SELECT {_COLUMNS} FROM watches WHERE NOT paused AND id IN (
                    SELECT watch_id FROM watch_hooks
                    WHERE hook IN ({", ".join(f":{name}" for name in some)}))""",
            **some,
        )
        found |= {watch.id: watch for watch in rows}
    return list(found.values())


async def of_questions(tx: Tx, *, after: str, limit: int) -> list[Watch]:
    """Everybody's searches, places and categories, by id."""
    return await tx.all(
        Watch,
        f"""SELECT {_COLUMNS} FROM watches WHERE id > :after AND kind NOT IN (:coop, :member)
            ORDER BY id LIMIT :limit""",
        after=after,
        coop=About.COOP,
        member=About.MEMBER,
        limit=limit,
    )


async def forget_who_left(tx: Tx) -> None:
    """What members followed, and who followed them, goes when they have left the house."""
    left = "SELECT id FROM members WHERE left_at IS NOT NULL"
    await tx.run(
        f"DELETE FROM watches WHERE member_id IN ({left}) OR (kind = :kind AND target IN ({left}))",
        kind=About.MEMBER,
    )


async def wishes(tx: Tx) -> list[Wish]:
    """The coops that members of this house follow, the most followed first."""
    return await tx.all(
        Wish,
        """SELECT target, count(*) AS members FROM watches WHERE kind = :coop
           GROUP BY target ORDER BY members DESC, target LIMIT 500""",
        coop=About.COOP,
    )


async def following(tx: Tx, kind: About, target: str) -> list[Watch]:
    """Everybody's watches of one thing."""
    sql = f"SELECT {_COLUMNS} FROM watches WHERE kind = :kind AND target = :target ORDER BY id"
    return await tx.all(Watch, sql, kind=kind, target=target)


async def forget_member(tx: Tx, member_id: str) -> None:
    """Somebody left: what they followed, and that others followed them."""
    await tx.run(
        """DELETE FROM watch_hooks WHERE watch_id IN (
               SELECT id FROM watches WHERE member_id = :id OR (kind = :kind AND target = :id))""",
        id=member_id,
        kind=About.MEMBER,
    )
    await tx.run(
        "DELETE FROM watches WHERE member_id = :id OR (kind = :kind AND target = :id)",
        id=member_id,
        kind=About.MEMBER,
    )


async def aim(tx: Tx, watch: Watch, target: str) -> None:
    """The same watch of another thing: what it watched has another id now."""
    await tx.run("UPDATE watches SET target = :target WHERE id = :id", id=watch.id, target=target)
