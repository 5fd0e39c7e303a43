"""The public keys that actors list: what verifies their letters."""

from collections.abc import Collection
from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.signatures.keys import Algorithm
from fedicoop.vocabulary.types import Actor, Iri, Key


@dataclass(frozen=True, slots=True)
class _KeyRow:
    id: Iri
    owner: Iri
    algorithm: str
    public: str


async def of(tx: Tx, actor_id: str) -> tuple[Key, ...]:
    """The public keys that an actor lists now, RSA first."""
    return (await of_several(tx, {actor_id})).get(actor_id, ())


async def of_several(tx: Tx, actor_ids: Collection[str]) -> dict[str, tuple[Key, ...]]:
    """The same of many actors, by their ids; who lists none is not there."""
    places, names = among(sorted(actor_ids))
    rows = await tx.all(
        _KeyRow,
        f"""SELECT id, actor_id AS owner, algorithm, public_key AS public FROM keys
            WHERE actor_id IN ({places}) ORDER BY algorithm DESC, created_at DESC""",
        **names,
    )
    found: dict[str, tuple[Key, ...]] = {}
    for row in rows:
        algorithm: Algorithm = "rsa" if row.algorithm == "rsa" else "ed25519"
        key = Key(id=row.id, owner=row.owner, algorithm=algorithm, public=row.public)
        found[row.owner] = (*found.get(row.owner, ()), key)
    return found


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


@dataclass(frozen=True, slots=True)
class _Owner:
    owner: str


async def owners(tx: Tx, key_id: str) -> list[str]:
    """Who lists a key of that id, as far as we know; a neighbour may list one that is not its own."""
    sql = "SELECT actor_id AS owner FROM keys WHERE id = :id ORDER BY created_at LIMIT 5"
    return [row.owner for row in await tx.all(_Owner, sql, id=key_id)]
