"""What members agreed to, in the words that they read.  The only file that names the table."""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx

AGE = "age"  # eighteen, or a guardian agrees
CHARTER = "charter"  # what joining means here
FOUND = "found"  # other coops may find them


@dataclass(frozen=True, slots=True)
class Consent:
    id: str
    kind: str
    words: str
    given_at: datetime
    withdrawn_at: datetime | None


async def give(tx: Tx, member_id: str, kind: str, words: str) -> None:
    await tx.run(
        """INSERT INTO consents (id, member_id, kind, words, given_at)
           VALUES (:id, :member, :kind, :words, :now)""",
        id=tx.new_id(),
        member=member_id,
        kind=kind,
        words=words,
        now=tx.now,
    )


async def withdraw(tx: Tx, member_id: str, kind: str) -> None:
    """From now on no more; that it was given once stays known, as proof."""
    await tx.run(
        """UPDATE consents SET withdrawn_at = :now
           WHERE member_id = :member AND kind = :kind AND withdrawn_at IS NULL""",
        member=member_id,
        kind=kind,
        now=tx.now,
    )


async def of_member(tx: Tx, member_id: str) -> list[Consent]:
    return await tx.all(
        Consent,
        """SELECT id, kind, words, given_at, withdrawn_at FROM consents
           WHERE member_id = :member ORDER BY id""",
        member=member_id,
    )


async def forget(tx: Tx, member_id: str) -> None:
    await tx.run("DELETE FROM consents WHERE member_id = :member", member=member_id)
