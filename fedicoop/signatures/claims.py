"""Who says that they signed, in whichever form, and whether it is true."""

from datetime import datetime

from fedicoop.signatures import cavage, keys, rfc9421
from fedicoop.signatures.request import Claim, SignedRequest

__all__ = ["Claim", "SignedRequest", "claim", "verifies"]


def claim(request: SignedRequest, now: datetime) -> Claim:
    """Read a request's one signature, in the form that it has.

    `Signature-Input` makes it RFC 9421, otherwise it is draft-cavage.  Both forms in one request
    are several signatures, and refused.  Raises Unauthenticated with a key `signature.…` for all
    that no key could make good: nothing signed, too little signed, another body, another house,
    too old, unreadable (security cases 2 to 10, 15 and 16).
    """
    if request.lines("signature-input"):
        return rfc9421.claim(request, now)
    return cavage.claim(request, now)


def verifies(claim: Claim, algorithm: keys.Algorithm, public: str) -> bool:
    """Whether the holder of this public key (as in vocabulary's Key) made the claim's signature.

    The key's own type decides; an algorithm named in the claim must fit it.
    """
    if claim.algorithm is not None and (claim.algorithm == "ed25519") != (algorithm == "ed25519"):
        return False
    pss = claim.algorithm == "rsa-pss-sha512"
    return any(keys.verify(algorithm, public, base, claim.signature, pss=pss) for base in claim.bases)
