"""Reports at rest.  The only file that names the table."""

from dataclasses import asdict, fields
from datetime import timedelta

from fedicoop.db import Tx
from fedicoop.desk.report import Outcome, Report

REMEMBERED = timedelta(days=365)
"""How long a decision is kept: as long as somebody may ask why."""
_COLUMNS = ", ".join(field.name for field in fields(Report))


async def put(tx: Tx, report: Report) -> None:
    """Keep a report; where its source said it before and it waits still, the new words replace the old."""
    values = asdict(report)
    await tx.run(
        f"""INSERT INTO reports ({_COLUMNS}) VALUES ({", ".join(":" + name for name in values)})
            ON CONFLICT (listing_id, source) WHERE settled_at IS NULL DO UPDATE SET
                reason = excluded.reason, text = excluded.text, contact = excluded.contact,
                times = reports.times + 1""",
        **values,
    )


async def waiting(tx: Tx, coop_id: str, *, limit: int = 200) -> list[Report]:
    """What the stewards of a coop have to decide, the oldest first."""
    return await tx.all(
        Report,
        f"""SELECT {_COLUMNS} FROM reports WHERE coop_id = :coop AND settled_at IS NULL
            ORDER BY created_at, id LIMIT :limit""",
        coop=coop_id,
        limit=limit,
    )


async def of_listing(tx: Tx, coop_id: str, listing_id: str) -> list[Report]:
    """What waits about one listing, the oldest first."""
    return await tx.all(
        Report,
        f"""SELECT {_COLUMNS} FROM reports
            WHERE coop_id = :coop AND listing_id = :listing AND settled_at IS NULL ORDER BY created_at, id""",
        coop=coop_id,
        listing=listing_id,
    )


async def open_from(tx: Tx, host: str) -> int:
    """How much waits that this server said."""
    sql = "SELECT count(*) FROM reports WHERE host = :host AND settled_at IS NULL"
    return await tx.count(sql, host=host)


async def pass_on(tx: Tx, coop_id: str, listing_id: str) -> int:
    """Note that the server of whom it is about was told; how many reports that was."""
    return await tx.run(
        """UPDATE reports SET passed_on_at = :now
           WHERE coop_id = :coop AND listing_id = :listing AND settled_at IS NULL AND passed_on_at IS NULL""",
        now=tx.now,
        coop=coop_id,
        listing=listing_id,
    )


async def settled(tx: Tx, coop_id: str, *, limit: int = 20) -> list[Report]:
    """What was decided, the latest first."""
    return await tx.all(
        Report,
        f"""SELECT {_COLUMNS} FROM reports WHERE coop_id = :coop AND settled_at IS NOT NULL
            ORDER BY settled_at DESC, id LIMIT :limit""",
        coop=coop_id,
        limit=limit,
    )


async def settle(tx: Tx, coop_id: str, listing_id: str, by: str, outcome: Outcome, answer: str) -> int:
    """Decide everything that waits about a listing; how many reports that was."""
    return await tx.run(
        """UPDATE reports SET settled_at = :now, settled_by = :by, outcome = :outcome, answer = :answer
           WHERE coop_id = :coop AND listing_id = :listing AND settled_at IS NULL""",
        now=tx.now,
        by=by,
        outcome=outcome,
        answer=answer,
        coop=coop_id,
        listing=listing_id,
    )


async def count(tx: Tx, coop_id: str) -> int:
    """How many listings wait for a decision."""
    sql = "SELECT count(DISTINCT listing_id) FROM reports WHERE coop_id = :coop AND settled_at IS NULL"
    return await tx.count(sql, coop=coop_id)


async def by_member(tx: Tx, member_id: str) -> list[Report]:
    sql = f"SELECT {_COLUMNS} FROM reports WHERE member_id = :member ORDER BY created_at, id"
    return await tx.all(Report, sql, member=member_id)


async def forget_member(tx: Tx, member_id: str) -> None:
    """What they said, or decided, stays as long as others need it; who it was goes."""
    await tx.run("UPDATE reports SET member_id = NULL WHERE member_id = :member", member=member_id)
    await tx.run("UPDATE reports SET settled_by = NULL WHERE settled_by = :member", member=member_id)


async def forget_old(tx: Tx) -> None:
    await tx.run("DELETE FROM reports WHERE settled_at < :then", then=tx.now - REMEMBERED)
