"""Members who let the others of their coop follow them.  The only file that names the table."""

from fedicoop.db import Tx


async def may_be_followed(tx: Tx, member_id: str) -> bool:
    sql = "SELECT count(*) FROM followable WHERE member_id = :member"
    return bool(await tx.count(sql, member=member_id))


async def allow(tx: Tx, member_id: str, yes: bool) -> None:
    """Whether others may follow somebody, from now on."""
    if not yes:
        await tx.run("DELETE FROM followable WHERE member_id = :member", member=member_id)
        return
    await tx.run(
        """INSERT INTO followable (member_id, since) VALUES (:member, :now)
           ON CONFLICT (member_id) DO NOTHING""",
        member=member_id,
        now=tx.now,
    )
