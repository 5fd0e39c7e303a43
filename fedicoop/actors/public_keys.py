"""The public keys that actors list: what verifies their letters."""

from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.vocabulary.types import Actor, Iri, Key


@dataclass(frozen=True, slots=True)
class _KeyRow:
    id: Iri
    owner: Iri
    algorithm: str
    public: str


async def of(tx: Tx, actor_id: str) -> tuple[Key, ...]:
    """The public keys that an actor lists now, RSA first."""
    rows = await tx.all(
        _KeyRow,
        """SELECT id, actor_id AS owner, algorithm, public_key AS public FROM keys
           WHERE actor_id = :id ORDER BY algorithm DESC, created_at DESC""",
        id=actor_id,
    )
    return tuple(
        Key(
            id=row.id,
            owner=row.owner,
            algorithm="rsa" if row.algorithm == "rsa" else "ed25519",
            public=row.public,
        )
        for row in rows
    )


async def replace(tx: Tx, actor: Actor) -> None:
    """A key that is no longer listed no longer verifies: rotation and theft are the same to us."""
    await tx.run(
        """DELETE FROM keys WHERE actor_id = :id AND private_key IS NULL
           AND NOT EXISTS (SELECT 1 FROM actors WHERE id = :id AND local)""",
        id=actor.id,
    )
    for key in actor.keys:
        await tx.run(
            """INSERT INTO keys (id, actor_id, algorithm, public_key, created_at)
               VALUES (:id, :actor, :algorithm, :public, :now)
               ON CONFLICT (actor_id, id) DO UPDATE
                   SET algorithm = excluded.algorithm, public_key = excluded.public_key
               WHERE keys.private_key IS NULL""",
            id=key.id,
            actor=actor.id,
            algorithm=key.algorithm,
            public=key.public,
            now=tx.now,
        )
