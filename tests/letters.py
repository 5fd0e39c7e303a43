"""Letters of the tests: nord signs and sends, sud receives.

What our own `sign` would never write (other covered headers, other algorithms) is put together
here with the same public functions, so that a refusal has one cause and a signature is a true one.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import pytest

from fedicoop.errors import Unauthenticated
from fedicoop.signatures import cavage, keys, rfc9421
from fedicoop.signatures.claims import SignedRequest, claim, verifies
from fedicoop.signatures.digest import content_digest_header, digest_header
from fedicoop.signatures.fields import write_list
from fedicoop.signatures.window import write_date

NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
CREATED = str(int(NOON.timestamp()))
SUD = "https://sud.test"
INBOX = f"{SUD}/inbox"
KEY_ID = "https://nord.test/coops/nord#main-key"
BODY = b'{"type":"Create"}'

RSA_PRIVATE, RSA_PUBLIC = keys.generate_rsa()
ED25519_PRIVATE, ED25519_PUBLIC = keys.generate_ed25519()
MALLORY_PRIVATE, MALLORY_PUBLIC = keys.generate_ed25519()
PAIRS = {"rsa": (RSA_PRIVATE, RSA_PUBLIC), "ed25519": (ED25519_PRIVATE, ED25519_PUBLIC)}


def arrived(
    headers: Mapping[str, str] | Iterable[tuple[str, str]],
    *,
    method="POST",
    path="/inbox",
    query="",
    body=BODY,
    origin=SUD,
) -> SignedRequest:
    """A request as the server hands it on.  Headers as a dict, or as pairs where one comes twice."""
    pairs = tuple(headers.items()) if isinstance(headers, Mapping) else tuple(headers)
    return SignedRequest(method, path, query, pairs, body, origin)


def is_nords(request: SignedRequest, algorithm="rsa", now=NOON) -> bool:
    return verifies(claim(request, now), algorithm, PAIRS[algorithm][1])


def is_believed(request: SignedRequest, algorithm="rsa", now=NOON) -> bool:
    """Whether it passes the whole way, for tests that do not ask where it stopped."""
    try:
        return is_nords(request, algorithm, now)
    except Unauthenticated:
        return False


def refusal(request: SignedRequest, now=NOON) -> str:
    with pytest.raises(Unauthenticated) as refused:
        claim(request, now)
    return refused.value.key


def a_cavage_letter(
    names="(request-target) host date digest",
    *,
    target="post /inbox",
    headers=(),
    algorithm: str | None = "rsa-sha256",
    key="rsa",
    body=BODY,
    **parameters: str,
) -> dict[str, str]:
    """A letter that covers `names`; `parameters` such as created="…" are added as they are."""
    sent = {"host": "sud.test", "date": write_date(NOON), "digest": digest_header(body)} | dict(headers)
    method, _, path = target.partition(" ")
    pseudo = {f"({name})": value.strip('"') for name, value in parameters.items()}
    base = cavage.signature_base(method, path, sent | pseudo, names.split())
    fields = {"keyId": f'"{KEY_ID}"'}
    fields |= {"algorithm": f'"{algorithm}"'} if algorithm else {}
    fields |= {**parameters, "headers": f'"{names}"'}
    fields["signature"] = f'"{b64encode(keys.sign(PAIRS[key][0], base)).decode()}"'
    return sent | {"signature": ",".join(f"{name}={value}" for name, value in fields.items())}


def an_rfc_letter(
    names=("@method", "@target-uri", "content-digest"),
    *,
    label="sig1",
    key="rsa",
    headers=(),
    body=BODY,
    path="/inbox",
    query="",
    **parameters: object,
) -> dict[str, str]:
    """A letter that covers `names`; parameters replace those of the signature, None leaves one out."""
    sent = {"host": "sud.test", "content-digest": content_digest_header(body)} | dict(headers)
    given = {"created": int(NOON.timestamp()), "keyid": KEY_ID} | parameters
    written = write_list(
        [(name, {}) for name in names], {name: value for name, value in given.items() if value is not None}
    )
    base = rfc9421.signature_base(arrived(sent, body=body, path=path, query=query), names, written)
    signature = b64encode(keys.sign(PAIRS[key][0], base)).decode()
    return sent | {"signature-input": f"{label}={written}", "signature": f"{label}=:{signature}:"}


LETTERS = {"cavage": a_cavage_letter, "rfc9421": an_rfc_letter}
both_forms = pytest.mark.parametrize("form", LETTERS)
