"""Exchanges at rest.  The only file that names their table."""

from collections.abc import Sequence
from datetime import timedelta

from fedicoop.db import Tx
from fedicoop.errors import Conflict
from fedicoop.exchanges.exchange import Exchange
from fedicoop.exchanges.rows import COLUMNS, Row, exchange_of, values_of
from fedicoop.exchanges.steps import BOUND, WAITING, Side, Status

_ALL = ", ".join(COLUMNS)


def _listed(statuses: frozenset[Status]) -> str:
    return ", ".join(f"'{status}'" for status in sorted(statuses))


async def find(tx: Tx, id: str) -> Exchange | None:
    row = await tx.maybe(Row, f"SELECT {_ALL} FROM exchanges WHERE id = :id", id=id)
    return exchange_of(row) if row else None


async def find_asked(tx: Tx, responder_id: str, once: str) -> Exchange | None:
    """What this form asked for already."""
    row = await tx.maybe(
        Row,
        f"SELECT {_ALL} FROM exchanges WHERE responder_id = :responder AND once = :once",
        responder=responder_id,
        once=once,
    )
    return exchange_of(row) if row else None


async def find_unanswered(tx: Tx, listing_id: str, responder_id: str) -> Exchange | None:
    """What this party asked of this listing, and was not yet answered."""
    row = await tx.maybe(
        Row,
        f"""SELECT {_ALL} FROM exchanges WHERE listing_id = :listing AND responder_id = :responder
            AND status IN ({_listed(WAITING)})""",
        listing=listing_id,
        responder=responder_id,
    )
    return exchange_of(row) if row else None


async def of_listing(tx: Tx, listing_id: str, statuses: frozenset[Status]) -> list[Exchange]:
    """The exchanges on a listing that stand so, oldest first."""
    rows = await tx.all(
        Row,
        f"""SELECT {_ALL} FROM exchanges
            WHERE listing_id = :listing AND status IN ({_listed(statuses)}) ORDER BY id""",
        listing=listing_id,
    )
    return [exchange_of(row) for row in rows]


async def unanswered(tx: Tx, *, limit: int = 1000) -> list[Exchange]:
    """Every request that waits for an answer, the oldest first."""
    rows = await tx.all(
        Row,
        f"SELECT {_ALL} FROM exchanges WHERE status IN ({_listed(WAITING)}) ORDER BY id LIMIT :limit",
        limit=limit,
    )
    return [exchange_of(row) for row in rows]


async def of_parties(
    tx: Tx,
    actor_ids: Sequence[str],
    statuses: frozenset[Status] = frozenset(Status),
    *,
    limit: int = 500,
    before: str = "",
) -> list[Exchange]:
    """What these have going on or behind them, with either hat on, the last moved first.

    `before` is the id of an exchange: only those that moved earlier.
    """
    names = {f"who{number}": id for number, id in enumerate(dict.fromkeys(actor_ids)) if id}
    if not names:
        return []
    who = ", ".join(f":{name}" for name in names)
    rows = await tx.all(
        Row,
        f"""SELECT {_ALL} FROM exchanges WHERE (proposer_id IN ({who}) OR responder_id IN ({who}))
            AND status IN ({_listed(statuses)})
            AND (:before = '' OR (changed_at, id) < (SELECT changed_at, id FROM exchanges WHERE id = :before))
            ORDER BY changed_at DESC, id DESC LIMIT :limit""",
        **names,
        limit=limit,
        before=before,
    )
    return [exchange_of(row) for row in rows]


async def in_trouble(tx: Tx, coop_id: str) -> list[Exchange]:
    """The exchanges of a coop's listings for which a mediator is called, the longest waiting first."""
    rows = await tx.all(
        Row,
        f"""SELECT {_ALL} FROM exchanges
            WHERE coop_id = :coop AND trouble IS NOT NULL AND solved_at IS NULL ORDER BY trouble_at""",
        coop=coop_id,
    )
    return [exchange_of(row) for row in rows]


async def due(tx: Tx, *, limit: int = 100) -> list[Exchange]:
    """Those at which the clock has to look, the longest overdue first."""
    rows = await tx.all(
        Row,
        f"SELECT {_ALL} FROM exchanges WHERE due_at <= :now ORDER BY due_at LIMIT :limit",
        now=tx.now,
        limit=limit,
    )
    return [exchange_of(row) for row in rows]


async def put_contact(tx: Tx, id: str, side: Side, contact: str) -> None:
    """Beside the steps: nobody consents to a telephone number."""
    column = "proposer_contact" if side is Side.PROPOSER else "responder_contact"
    await tx.run(f"UPDATE exchanges SET {column} = :contact WHERE id = :id", id=id, contact=contact)


async def put_off(tx: Tx, id: str, by: timedelta) -> None:
    """The clock looks again only then."""
    await tx.run("UPDATE exchanges SET due_at = :then WHERE id = :id", id=id, then=tx.now + by)


async def put(tx: Tx, exchange: Exchange) -> None:
    """Keep a new request.  Raises Conflict `exchange.asked_before` where the same is waiting already."""
    values = values_of(exchange)
    kept = await tx.run(
        f"""INSERT INTO exchanges ({", ".join(values)}) VALUES ({", ".join(":" + name for name in values)})
            ON CONFLICT DO NOTHING""",
        **values,
    )
    if not kept:
        raise Conflict("exchange.asked_before", exchange.listing_id)


async def keep_step(tx: Tx, before: Exchange, after: Exchange) -> None:
    """Keep a step, unless somebody stepped first: then Conflict `exchange.moved_on`."""
    values = values_of(after)
    changes = ", ".join(f"{name} = :{name}" for name in values if name != "id")
    touched = await tx.run(
        f"UPDATE exchanges SET {changes} WHERE id = :id AND version = :seen", **values, seen=before.version
    )
    if not touched:
        raise Conflict("exchange.moved_on", before.id)


async def past_of(tx: Tx, actor_id: str, *, limit: int = 200) -> list[Exchange]:
    """The ended exchanges of a party, the latest first; no more than tell what they are like."""
    ended = _listed(frozenset(Status) - WAITING - BOUND)
    rows = await tx.all(
        Row,
        f"""SELECT {_ALL} FROM exchanges WHERE (proposer_id = :who OR responder_id = :who)
            AND status IN ({ended}) ORDER BY changed_at DESC, id DESC LIMIT :limit""",
        who=actor_id,
        limit=limit,
    )
    return [exchange_of(row) for row in rows]
