"""Object integrity proofs: an activity that carries its own signature (FEP-8b32, `eddsa-jcs-2022`).

The bytes that are signed are SHA-256 of the proof's options and SHA-256 of the document without its
proof, both in the one spelling of RFC 8785 (W3C vc-di-eddsa 1.0, section 3.3).  So what is proved is the
JSON itself: whoever forwards it may write it otherwise, and may not change it.  LD signatures (`signature`)
are another thing, and never believed (security case 17).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import base58

from fedicoop.errors import Unauthenticated
from fedicoop.signatures import keys

SUITE = "eddsa-jcs-2022"
MOST = 4
"""Of so many proofs of one document the first of our sort is looked at; more are refused."""
_LONGEST_SIGNATURE = 90  # characters of 64 bytes in base58, and one for the alphabet
_OPTIONS = ("verificationMethod", "created", "proofValue")


@dataclass(frozen=True, slots=True)
class ProofClaim:
    """A proof that nobody has checked yet: one of `bases` is what the holder of `key_id` must have signed."""

    key_id: str
    created: datetime
    bases: tuple[bytes, ...]
    signature: bytes

    def holds(self, public: str) -> bool:
        """Whether the key of that multibase made it."""
        return any(keys.verify("ed25519", public, base, self.signature) for base in self.bases)


def prove(document: Mapping[str, Any], key_id: str, private_key: str, at: datetime) -> dict[str, Any]:
    """The proof of a document of ours, to stand in it as `proof`."""
    proof = {
        **({"@context": document["@context"]} if "@context" in document else {}),
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "verificationMethod": key_id,
        "proofPurpose": "assertionMethod",
    }
    signature = keys.sign(private_key, _base(document, proof))
    return {**proof, "proofValue": "z" + base58.b58encode(signature).decode()}


def claimed(body: bytes) -> ProofClaim | None:
    """The proof that a letter carries; None where it has none, or none of a sort that we know.

    `body` is JSON that was found readable before.  Raises Unauthenticated `signature.proof_malformed`.
    """
    if b'"proof"' not in body:
        return None
    try:
        document = json.loads(body)
        proof = _ours(document.pop("proof", None))
        return _claim(document, proof) if proof is not None else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unauthenticated("signature.proof_malformed", repr(error)[:200]) from error


def _ours(found: Any) -> dict[str, Any] | None:
    proofs = found if isinstance(found, list) else [found]
    if len(proofs) > MOST:
        raise ValueError(f"{len(proofs)} proofs")
    return next((one for one in proofs if isinstance(one, dict) and one.get("cryptosuite") == SUITE), None)


def _claim(document: dict[str, Any], proof: dict[str, Any]) -> ProofClaim:
    method, created, value = (proof[name] for name in _OPTIONS)
    if proof["type"] != "DataIntegrityProof" or proof["proofPurpose"] != "assertionMethod":
        raise ValueError("not a proof of who says it")
    if not all(isinstance(one, str) for one in (method, created, value)):
        raise TypeError("options are strings")
    if not value.startswith("z") or len(value) > _LONGEST_SIGNATURE:
        raise ValueError("proofValue")
    at = datetime.fromisoformat(created)
    if at.tzinfo is None:
        raise ValueError("created without a zone")
    options = {name: said for name, said in proof.items() if name != "proofValue"}
    if options.setdefault("@context", document.get("@context")) != document.get("@context"):
        raise ValueError("a context that is not the document's")
    if "@context" not in document:
        del options["@context"]
    bases = [_base(document, options)]
    if document.pop("signature", None):  # Fedify adds its LD signature after the proof; we read none of it
        bases.append(_base(document, options))
    return ProofClaim(method, at.astimezone(UTC), tuple(bases), base58.b58decode(value[1:]))


def _base(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    import rfc8785

    return sha256(rfc8785.dumps(dict(options))).digest() + sha256(rfc8785.dumps(dict(document))).digest()
