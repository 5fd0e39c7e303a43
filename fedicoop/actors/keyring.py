"""Our own keys: made once, kept across restarts, replaced only by command."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.db.together import among
from fedicoop.signatures import keys


@dataclass(frozen=True, slots=True)
class Signer:
    key_id: str
    private_key: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A fresh key of each sort: RSA for HTTP signatures, Ed25519 for those who read Multikeys."""

    rsa: tuple[str, str]
    ed25519: tuple[str, str]


async def make() -> Pair:
    """Fresh keys, made in a thread: an RSA key takes a quarter of a second of computing."""
    rsa, ed25519 = await asyncio.to_thread(lambda: (keys.generate_rsa(), keys.generate_ed25519()))
    return Pair(rsa, ed25519)


async def put(tx: Tx, actor_id: str, pair: Pair) -> None:
    """Give an actor of ours its keys; those that it had retire in the same commit.

    The RSA key keeps the fragment `#main-key`, which peers expect; after a rotation they find the
    new key behind the old name by asking once more, as all of them do when a signature fails
    (M concerns/signature_verification.rb).
    """
    await tx.run("DELETE FROM keys WHERE actor_id = :id", id=actor_id)
    for fragment, algorithm, (private, public) in (
        ("main-key", "rsa", pair.rsa),
        ("ed25519-key", "ed25519", pair.ed25519),
    ):
        await tx.run(
            """INSERT INTO keys (id, actor_id, algorithm, public_key, private_key, created_at)
               VALUES (:id, :actor, :algorithm, :public, :private, :now)""",
            id=f"{actor_id}#{fragment}",
            actor=actor_id,
            algorithm=algorithm,
            public=public,
            private=private,
            now=tx.now,
        )


async def signer(tx: Tx, actor_id: str) -> Signer:
    """Who signs for that actor of ours.  Raises NotFound for anybody else."""
    return await tx.one(
        Signer,
        """SELECT id AS key_id, private_key FROM keys
           WHERE actor_id = :id AND algorithm = 'rsa' AND private_key IS NOT NULL""",
        id=actor_id,
    )


async def prover(tx: Tx, actor_id: str) -> Signer | None:
    """Who proves what that actor of ours says; None for one that has no key for it."""
    return await tx.maybe(
        Signer,
        """SELECT id AS key_id, private_key FROM keys
           WHERE actor_id = :id AND algorithm = 'ed25519' AND private_key IS NOT NULL""",
        id=actor_id,
    )


@dataclass(frozen=True, slots=True)
class _Signer:
    actor_id: str
    key_id: str
    private_key: str


async def signers(tx: Tx, actor_ids: Collection[str]) -> dict[str, Signer]:
    """Who signs for each of these actors of ours; nobody does for others."""
    if not actor_ids:
        return {}
    places, names = among(sorted(actor_ids))
    rows = await tx.all(
        _Signer,
        f"""SELECT actor_id, id AS key_id, private_key FROM keys
            WHERE actor_id IN ({places}) AND algorithm = 'rsa' AND private_key IS NOT NULL""",
        **names,
    )
    return {row.actor_id: Signer(row.key_id, row.private_key) for row in rows}


async def drop(tx: Tx, actor_id: str) -> None:
    """Nothing is signed in this actor's name any more."""
    await tx.run("DELETE FROM keys WHERE actor_id = :id", id=actor_id)
