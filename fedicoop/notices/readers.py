"""Who reads notices, and how they want them.  The only file that names these tables."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.notices.kinds import USUAL, Family, Pace


@dataclass(frozen=True, slots=True)
class Reader:
    """A member as one writes to them.  `email` is None where they have none, or where the door is shut."""

    id: str
    name: str
    email: str | None
    language: str
    by_mail: bool
    written_at: datetime | None  # the last letter of news as it came


@dataclass(frozen=True, slots=True)
class Keys:
    """The ways to a member's notices from outside; whoever has one needs no other."""

    member_id: str
    by_mail: bool
    stop_key: str
    feed_key: str | None


@dataclass(frozen=True, slots=True)
class _Choice:
    family: str
    pace: Pace


_READER = """SELECT m.id, m.name, CASE WHEN m.suspended_at IS NULL THEN m.email END AS email,
                    coalesce(m.language, c.locale) AS language,
                    coalesce(r.by_mail, TRUE) AS by_mail, r.written_at
             FROM members m JOIN coops c ON c.actor_id = m.coop_id
             LEFT JOIN notice_readers r ON r.member_id = m.id"""


async def get(tx: Tx, member_id: str) -> Reader:
    return await tx.one(Reader, f"{_READER} WHERE m.id = :id", id=member_id)


async def find(tx: Tx, member_id: str) -> Reader | None:
    return await tx.maybe(Reader, f"{_READER} WHERE m.id = :id", id=member_id)


async def with_news(tx: Tx, since: datetime, *, after: str, limit: int) -> list[Reader]:
    """Those who get mail and have not seen all, by id."""
    return await tx.all(
        Reader,
        f"""{_READER}
            WHERE m.id > :after AND m.email IS NOT NULL AND m.suspended_at IS NULL
              AND coalesce(r.by_mail, TRUE)
              AND EXISTS (SELECT 1 FROM notices n WHERE n.member_id = m.id AND n.seen_at IS NULL
                            AND n.mailed_at IS NULL AND n.created_at > :since)
            ORDER BY m.id LIMIT :limit""",
        since=since,
        after=after,
        limit=limit,
    )


async def paces(tx: Tx, member_id: str) -> dict[Family, Pace]:
    """How often they want each family by mail."""
    chosen = await tx.all(
        _Choice, "SELECT family, pace FROM notice_choices WHERE member_id = :member", member=member_id
    )
    return USUAL | {Family(one.family): one.pace for one in chosen if one.family in {*Family}}


async def choose(tx: Tx, member_id: str, wanted: dict[Family, Pace]) -> None:
    await tx.run_many(
        """INSERT INTO notice_choices (member_id, family, pace) VALUES (:member, :family, :pace)
           ON CONFLICT (member_id, family) DO UPDATE SET pace = excluded.pace""",
        [{"member": member_id, "family": family, "pace": pace} for family, pace in wanted.items()],
    )


async def keys(tx: Tx, member_id: str) -> Keys:
    """The keys of a member, made where there are none yet."""
    await tx.run(
        """INSERT INTO notice_readers (member_id, stop_key) VALUES (:member, :key)
           ON CONFLICT (member_id) DO NOTHING""",
        member=member_id,
        key=_new_key(),
    )
    return await tx.one(Keys, f"{_KEYS} WHERE member_id = :id", id=member_id)


_KEYS = "SELECT member_id, by_mail, stop_key, feed_key FROM notice_readers"


async def find_keys(tx: Tx, member_id: str) -> Keys | None:
    return await tx.maybe(Keys, f"{_KEYS} WHERE member_id = :member", member=member_id)


async def by_stop_key(tx: Tx, key: str) -> Keys | None:
    return await tx.maybe(Keys, f"{_KEYS} WHERE stop_key = :key", key=key)


async def by_feed_key(tx: Tx, key: str) -> Reader | None:
    """Whose feed this is; nobody's where the member is shut out."""
    return await tx.maybe(Reader, f"{_READER} WHERE r.feed_key = :key AND m.suspended_at IS NULL", key=key)


async def set_by_mail(tx: Tx, member_id: str, wanted: bool) -> None:
    await keys(tx, member_id)
    await tx.run(
        "UPDATE notice_readers SET by_mail = :wanted WHERE member_id = :member",
        member=member_id,
        wanted=wanted,
    )


async def set_feed(tx: Tx, member_id: str, wanted: bool) -> None:
    """A feed at a new address, the old one leads nowhere; or none."""
    await keys(tx, member_id)
    await tx.run(
        "UPDATE notice_readers SET feed_key = :key WHERE member_id = :member",
        member=member_id,
        key=_new_key() if wanted else None,
    )


async def written_to(tx: Tx, member_id: str) -> None:
    """A letter of news as it comes was promised."""
    await tx.run(
        "UPDATE notice_readers SET written_at = :now WHERE member_id = :member", member=member_id, now=tx.now
    )


async def forget_member(tx: Tx, member_id: str) -> None:
    await tx.run("DELETE FROM notice_choices WHERE member_id = :member", member=member_id)
    await tx.run("DELETE FROM notice_readers WHERE member_id = :member", member=member_id)


def _new_key() -> str:
    return secrets.token_urlsafe(18)
