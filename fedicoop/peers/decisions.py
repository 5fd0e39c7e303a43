"""What was decided about houses here: how each is treated, since when, why, and the log of it all."""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.peers.peer import EVERYBODY, Policy
from fedicoop.peers.policies import set_policy


@dataclass(frozen=True, slots=True)
class House:
    """Another house as the desk shows it."""

    host: str
    policy: Policy
    listed: bool
    reason: str
    decided_at: datetime | None
    software: str | None
    last_heard_at: datetime | None
    last_reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the log."""

    host: str
    was: str
    became: str
    reason: str
    member_id: str | None
    decided_at: datetime


_COLUMNS = "host, policy, listed, reason, decided_at, software, last_heard_at, last_reached_at"


async def find(tx: Tx, host: str) -> House | None:
    return await tx.maybe(House, f"SELECT {_COLUMNS} FROM peers WHERE host = :host", host=host)


async def decided(tx: Tx) -> list[House]:
    """Every house that somebody here decided on: closed first, then limited, then opened by name."""
    return await tx.all(
        House,
        f"""SELECT {_COLUMNS} FROM peers
            WHERE (policy <> 'open' OR listed) AND host <> :everybody ORDER BY policy, host""",
        everybody=EVERYBODY,
    )


async def others(tx: Tx, *, limit: int = 100) -> list[House]:
    """Houses that nobody decided on, the one that we talked with last first."""
    return await tx.all(
        House,
        f"""SELECT {_COLUMNS} FROM peers WHERE policy = 'open' AND NOT listed
            ORDER BY COALESCE(last_heard_at, last_reached_at, first_seen_at) DESC, host LIMIT :limit""",
        limit=limit,
    )


async def decide(tx: Tx, host: str, policy: Policy, reason: str, member_id: str | None) -> Policy:
    """Treat a house so from now on, and write down who wanted it and why; how it was treated before."""
    known = await find(tx, host)
    was = known.policy if known else Policy.OPEN
    await set_policy(tx, host, policy)
    await tx.run(
        "UPDATE peers SET reason = :reason, decided_at = :now WHERE host = :host",
        reason=reason,
        now=tx.now,
        host=host,
    )
    await note(tx, host, was, policy, reason, member_id)
    return was


async def listed_only(tx: Tx) -> bool:
    """Whether only houses that somebody opened here by name are open."""
    sql = "SELECT count(*) FROM peers WHERE host = :everybody AND policy = 'closed'"
    return bool(await tx.count(sql, everybody=EVERYBODY))


async def set_listed_only(tx: Tx, yes: bool, member_id: str | None) -> None:
    if yes:
        await set_policy(tx, EVERYBODY, Policy.CLOSED)
    else:
        await tx.run("DELETE FROM peers WHERE host = :everybody", everybody=EVERYBODY)
    became = "listed_only" if yes else "everybody"
    await note(tx, EVERYBODY, "everybody" if yes else "listed_only", became, "", member_id)


async def log(tx: Tx, *, limit: int = 50) -> list[Decision]:
    """What was decided, the latest first."""
    sql = """SELECT host, was, became, reason, member_id, decided_at FROM house_log
             ORDER BY decided_at DESC, id DESC LIMIT :limit"""
    return await tx.all(Decision, sql, limit=limit)


async def by_member(tx: Tx, member_id: str) -> list[Decision]:
    sql = """SELECT host, was, became, reason, member_id, decided_at FROM house_log
             WHERE member_id = :member ORDER BY decided_at, id"""
    return await tx.all(Decision, sql, member=member_id)


async def forget_member(tx: Tx, member_id: str) -> None:
    """What was decided stays; who it was goes with them."""
    await tx.run("UPDATE house_log SET member_id = NULL WHERE member_id = :member", member=member_id)


async def note(tx: Tx, host: str, was: str, became: str, reason: str, member_id: str | None) -> None:
    """One line more in the log, for good."""
    await tx.run(
        """INSERT INTO house_log (id, host, was, became, reason, member_id, decided_at)
           VALUES (:id, :host, :was, :became, :reason, :member, :now)""",
        id=tx.new_id(),
        host=host,
        was=was,
        became=became,
        reason=reason,
        member=member_id,
        now=tx.now,
    )
