"""http-message-signatures judges our RFC 9421, in this process.  Its clock is the real one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    MappingKeyResolver,
    algorithms,
)
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from fedicoop.signatures import rfc9421
from fedicoop.signatures.claims import claim
from fedicoop.signatures.digest import content_digest_header
from tests.letters import (
    BODY,
    ED25519_PRIVATE,
    INBOX,
    KEY_ID,
    PAIRS,
    RSA_PRIVATE,
    arrived,
    is_believed,
    is_nords,
)

JUDGES = {"rsa": algorithms.RSA_V1_5_SHA256, "ed25519": algorithms.ED25519}
SIGNERS = {
    "rsa-v1_5-sha256": (algorithms.RSA_V1_5_SHA256, "rsa"),
    "rsa-pss-sha512": (algorithms.RSA_PSS_SHA512, "rsa"),
    "ed25519": (algorithms.ED25519, "ed25519"),
}
COVERAGES = [
    ("@method", "@target-uri", "content-digest"),
    ("@method", "@authority", "@request-target", "content-digest"),
    ("@method", "@authority", "@path", "@query", "@scheme", "content-digest", "content-type", "host"),
]


@dataclass
class Message:
    """A request as the judge wants it."""

    headers: dict
    method: str = "POST"
    url: str = f"{INBOX}?page=2"
    body: bytes = BODY


def the_keys() -> dict[str, MappingKeyResolver]:
    private = {"rsa": RSA_PRIVATE, "ed25519": ED25519_PRIVATE}
    loaded = {
        name: serialization.load_pem_private_key(pem.encode(), password=None) for name, pem in private.items()
    }
    return {
        name: MappingKeyResolver(public_keys={KEY_ID: key.public_key()}, private_keys={KEY_ID: key})
        for name, key in loaded.items()
    }


KEYS = the_keys()


def believes(message: Message, key="rsa") -> bool:
    judge = HTTPMessageVerifier(signature_algorithm=JUDGES[key], key_resolver=KEYS[key])
    try:
        judge.verify(message, max_age=timedelta(hours=1), body=message.body)
    except HTTPMessageSignaturesException:
        return False
    return True


def now() -> datetime:
    return datetime.now(UTC)


def as_arrived(message: Message):
    path, _, query = message.url.removeprefix("https://sud.test").partition("?")
    return arrived(
        {name.lower(): value for name, value in message.headers.items()},
        method=message.method,
        path=path,
        query=query,
        body=message.body,
    )


def a_signed_message(key="rsa", **changes) -> Message:
    headers = rfc9421.sign("POST", f"{INBOX}?page=2", BODY, KEY_ID, PAIRS[key][0], now())
    return Message(headers, **changes)


@pytest.mark.parametrize("key", PAIRS)
def test_the_judge_believes_our_post(key):
    assert believes(a_signed_message(key), key)


@pytest.mark.parametrize("key", PAIRS)
def test_the_judge_believes_our_get(key):
    headers = rfc9421.sign("GET", f"{INBOX}?page=2", b"", KEY_ID, PAIRS[key][0], now())

    assert believes(Message(headers, "GET", body=b""), key)


@pytest.mark.parametrize("key", PAIRS)
@pytest.mark.parametrize(
    "changes",
    [
        {"body": b"{}"},
        {"method": "PUT"},
        {"url": f"{INBOX}?page=3"},
        {"url": INBOX},
        {"url": "https://sud.test/elsewhere?page=2"},
    ],
)
def test_neither_the_judge_nor_we_believe_a_request_that_was_changed(key, changes):
    message = a_signed_message(key, **changes)

    assert not believes(message, key)
    assert not is_believed(as_arrived(message), key, now())


@pytest.mark.parametrize("key", PAIRS)
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("signature-input", "created=1", "created=2"),
        ("signature-input", "nord", "mallory"),
        ("signature-input", ' "content-digest"', ""),
        ("signature-input", "sig1", "sig2"),
        ("signature-input", ";alg=", ";tag="),
        ("signature", "sig1=:", "sig1=:AAAA"),
        ("content-digest", "sha-256", "sha-512"),
    ],
)
def test_neither_the_judge_nor_we_believe_a_header_that_was_changed(key, name, old, new):
    message = a_signed_message(key)
    assert old in message.headers[name]
    message.headers[name] = message.headers[name].replace(old, new, 1)

    assert not believes(message, key)
    assert not is_believed(as_arrived(message), key, now())


def test_neither_the_judge_nor_we_believe_another_digest_of_the_right_body():
    message = a_signed_message()
    message.headers["content-digest"] = content_digest_header(b"{}")
    message.body = b"{}"

    assert not believes(message)
    assert not is_nords(as_arrived(message), now=now())


def test_neither_the_judge_nor_we_believe_another_key():
    message = a_signed_message("ed25519")

    assert not believes(message, "rsa")
    assert not is_nords(as_arrived(message), "rsa", now())


@pytest.mark.parametrize("names", COVERAGES)
@pytest.mark.parametrize("include_alg", [True, False])
@pytest.mark.parametrize("alg", SIGNERS)
def test_we_believe_what_the_judge_signs(alg, include_alg, names):
    algorithm, key = SIGNERS[alg]
    headers = {"host": "sud.test", "content-type": "application/activity+json"}
    message = Message(headers | {"content-digest": content_digest_header(BODY)})
    signer = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=KEYS[key])

    signer.sign(
        message,
        key_id=KEY_ID,
        created=now(),
        expires=now() + timedelta(minutes=5),
        covered_component_ids=names,
        include_alg=include_alg,
        use_existing_digest=True,
    )

    request = as_arrived(message)
    assert claim(request, now()).key_id == KEY_ID
    # An RSA key without a named algorithm is taken for PKCS #1 v1.5, as every peer of ours takes it.
    assert is_nords(request, key, now()) is (include_alg or alg != "rsa-pss-sha512")
    message.url = f"{INBOX}?page=3"
    assert not is_nords(as_arrived(message), key, now())
