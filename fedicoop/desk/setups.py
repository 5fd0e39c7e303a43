"""Set-ups that are not over yet: what was answered, so that a closed tab goes on where it was.

The only file that names the table.
"""

import json
from dataclasses import asdict, dataclass, fields

from fedicoop.db import Tx
from fedicoop.desk.answers import Answers


@dataclass(frozen=True, slots=True)
class Setup:
    """`done` is how many screens were answered."""

    answers: Answers
    done: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    answers: str
    done: int


async def find(tx: Tx, actor_id: str) -> Setup | None:
    """What was answered for this actor: a coop, or the server where there is no coop yet."""
    row = await tx.maybe(_Row, "SELECT answers, done FROM setups WHERE actor_id = :id", id=actor_id)
    if row is None:
        return None
    known = {field.name for field in fields(Answers)}
    said = {name: value for name, value in json.loads(row.answers).items() if name in known}
    return Setup(Answers(**said), row.done)


async def put(tx: Tx, actor_id: str, setup: Setup) -> None:
    await tx.run(
        """INSERT INTO setups (actor_id, answers, done, updated_at) VALUES (:id, :answers, :done, :now)
           ON CONFLICT (actor_id) DO UPDATE SET answers = excluded.answers, done = excluded.done,
               updated_at = excluded.updated_at""",
        id=actor_id,
        answers=asdict(setup.answers),
        done=setup.done,
        now=tx.now,
    )


async def end(tx: Tx, actor_id: str) -> None:
    await tx.run("DELETE FROM setups WHERE actor_id = :id", id=actor_id)
