"""Our words carry their own proof (FEP-8b32), made once, when they are kept."""

import json
from dataclasses import dataclass

from fedicoop.actors import keyring
from fedicoop.db import Tx
from fedicoop.signatures import proofs
from fedicoop.vocabulary.types import Activity
from fedicoop.vocabulary.writing import write


async def proved(tx: Tx, activity: Activity) -> str:
    """An activity as it is kept and sent; without a proof where its actor has no key for one."""
    prover = await keyring.prover(tx, activity.actor)
    if prover is None:
        return write(activity).decode()
    body = write(activity, proved=True)
    proof = proofs.prove(json.loads(body), prover.key_id, prover.private_key, tx.now)
    return f"{body[:-1].decode()},{_json({'proof': proof})[1:]}"


async def prove_again(tx: Tx, actor_id: str) -> None:
    """After a change of keys: what waits or stands in the outbox would else bear a proof that no key fits."""
    prover = await keyring.prover(tx, actor_id)
    assert prover is not None, "whoever changes keys has new ones"
    sql = "SELECT id, body FROM sent WHERE actor_id = :actor AND body <> '' ORDER BY id"
    for row in await tx.all(_Kept, sql, actor=actor_id):
        document = json.loads(row.body)
        if document.pop("proof", None):
            proof = proofs.prove(document, prover.key_id, prover.private_key, tx.now)
            body = _json({**document, "proof": proof})
            await tx.run("UPDATE sent SET body = :body WHERE id = :id", body=body, id=row.id)


def _json(document: dict[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class _Kept:
    id: str
    body: str
