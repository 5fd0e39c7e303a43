"""People who ask to join, and what was answered.  The only file that names their table."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx
from fedicoop.errors import Conflict

KEPT = timedelta(days=90)
"""How long an answered request is kept: for whoever comes back to read the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    id: str
    coop_id: str
    name: str
    email: str | None
    why: str
    language: str
    asked_at: datetime
    answer: str | None = None  # accepted, declined
    answered_at: datetime | None = None
    joined_at: datetime | None = None


_COLUMNS = "id, coop_id, name, email, why, language, asked_at, answer, answered_at, joined_at"


async def put(tx: Tx, candidate: Candidate) -> bool:
    """Keep a request; False where that very form was sent before."""
    return bool(
        await tx.run(
            """INSERT INTO candidates (id, coop_id, name, email, why, language, asked_at)
               VALUES (:id, :coop, :name, :email, :why, :language, :at) ON CONFLICT (id) DO NOTHING""",
            id=candidate.id,
            coop=candidate.coop_id,
            name=candidate.name,
            email=candidate.email,
            why=candidate.why,
            language=candidate.language,
            at=candidate.asked_at,
        )
    )


async def get(tx: Tx, id: str) -> Candidate:
    """Raises NotFound."""
    return await tx.one(Candidate, f"SELECT {_COLUMNS} FROM candidates WHERE id = :id", id=id)


async def waiting(tx: Tx, coop_id: str) -> list[Candidate]:
    """Who has no answer yet, the longest wait first."""
    return await tx.all(
        Candidate,
        f"""SELECT {_COLUMNS} FROM candidates WHERE coop_id = :coop AND answer IS NULL
            ORDER BY asked_at, id LIMIT 200""",
        coop=coop_id,
    )


async def answer(tx: Tx, id: str, answer: str) -> None:
    """Say yes or no, once.  Raises Conflict where somebody answered before."""
    touched = await tx.run(
        "UPDATE candidates SET answer = :answer, answered_at = :now WHERE id = :id AND answer IS NULL",
        id=id,
        answer=answer,
        now=tx.now,
    )
    if not touched:
        raise Conflict("member.answered", id)


async def join(tx: Tx, id: str) -> None:
    """They are a member now: what they wrote to be let in is forgotten.  Raises Conflict the second time."""
    touched = await tx.run(
        """UPDATE candidates SET joined_at = :now, name = '', email = NULL, why = ''
           WHERE id = :id AND answer = 'accepted' AND joined_at IS NULL""",
        id=id,
        now=tx.now,
    )
    if not touched:
        raise Conflict("member.joined_before", id)


async def forget_answered(tx: Tx) -> None:
    """Who was answered long ago, and who never was."""
    await tx.run(
        "DELETE FROM candidates WHERE coalesce(answered_at, asked_at) < :before", before=tx.now - KEPT
    )
