"""Whose word it is: by the signature on the letter, or by the proof inside it (FEP-8b32)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from fedicoop.actors import directory
from fedicoop.errors import Gone, Malformed, NotFound, Refused, Unauthenticated, Unavailable, Unreachable
from fedicoop.node import Node
from fedicoop.signatures import proofs
from fedicoop.signatures.proofs import ProofClaim
from fedicoop.vocabulary.hosts import normal_host, same_origin
from fedicoop.vocabulary.types import Activity, Announce, Create, Delete, Key, Update

FORWARDED = (Create, Update, Delete, Announce)
"""What may come by way of somebody else.  Who asks, answers or takes back does so in person."""
FRESH = timedelta(days=30)
"""A proof, unlike a signed request, is good for ever.  Each id counts once, and ids are remembered for
three times as long as this: so nobody can play old words again."""
AHEAD = timedelta(hours=1)


async def by_a_key(
    node: Node, key_id: str, actor_id: str, fits: Callable[[Key], bool], wrong: str = "signature.wrong"
) -> None:
    """A key that the actor lists fits; asked for anew once, for a rotation.

    Raises Gone and NotFound for an actor that is not there, Unavailable where its house is silent,
    Unauthenticated otherwise.
    """
    for refetch in (False, True):
        try:
            key = await directory.key(node, key_id, actor_id, refetch=refetch)
        except (Gone, NotFound):
            raise
        except Unreachable as silent:
            host = normal_host(actor_id)
            raise Unavailable("signature.key_unreachable", str(silent), host=host) from silent
        except (Malformed, Refused) as problem:
            raise Unauthenticated("signature.key_unknown", str(problem)) from problem
        if key and fits(key):
            return
    raise Unauthenticated(wrong, key_id)


def forwarded(activity: Activity, body: bytes, key_id: str, now: datetime) -> ProofClaim | None:
    """The proof by its actor of an activity that somebody else brings; None where there is none.

    Raises Unauthenticated `signature.not_the_actor` for what nobody may bring, or `signature.proof_old`.
    """
    if not isinstance(activity, FORWARDED):
        raise Unauthenticated("signature.not_the_actor", f"{key_id} for {activity.actor}")
    proof = proofs.claimed(body)
    if proof is None:
        return None
    if not now - FRESH < proof.created < now + AHEAD:
        raise Unauthenticated("signature.proof_old", proof.created.isoformat())
    return proof


async def by_its_proof(node: Node, proof: ProofClaim, actor_id: str) -> None:
    """The proof is the actor's own, made with a key that it lists.  Raises as `by_a_key` does."""
    if not same_origin(proof.key_id, actor_id):
        raise Unauthenticated("signature.proof_wrong", f"{proof.key_id} for {actor_id}")

    def fits(key: Key) -> bool:
        return key.algorithm == "ed25519" and proof.holds(key.public)

    await by_a_key(node, proof.key_id, actor_id, fits, "signature.proof_wrong")


async def proof_inside(node: Node, body: bytes, actor_id: str) -> None:
    """A proof goes before the signature on the letter: where there is one, it must hold."""
    if proof := proofs.claimed(body):
        await by_its_proof(node, proof, actor_id)
