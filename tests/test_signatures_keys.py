"""Keys: what verifies, and what never does (security case 18)."""

import hashlib

import base58
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from fedicoop.errors import Misconfigured
from fedicoop.signatures import keys
from fedicoop.signatures.claims import claim, verifies
from tests.letters import (
    ED25519_PRIVATE,
    ED25519_PUBLIC,
    NOON,
    PAIRS,
    RSA_PRIVATE,
    RSA_PUBLIC,
    a_cavage_letter,
    arrived,
)

BASE = b"date: Wed, 01 May 2030 12:00:00 GMT"


def pem_of(key) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def an_rsa_key(bits=2048, exponent=65537):
    return rsa.generate_private_key(public_exponent=exponent, key_size=bits)


def multibase_of(raw: bytes, prefix=b"\xed\x01") -> str:
    return "z" + base58.b58encode(prefix + raw).decode()


ED25519_RAW = base58.b58decode(ED25519_PUBLIC[1:])[2:]


@pytest.mark.parametrize("algorithm", PAIRS)
def test_a_new_key_signs_and_verifies(algorithm):
    private, public = PAIRS[algorithm]

    signature = keys.sign(private, BASE)

    assert keys.algorithm_of(private) == algorithm
    assert keys.verify(algorithm, public, BASE, signature)
    assert not keys.verify(algorithm, public, BASE + b"x", signature)
    assert not keys.verify(algorithm, public, BASE, signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not keys.verify(algorithm, public, BASE, b"")


def test_keys_are_spelled_as_peers_read_them():
    assert RSA_PRIVATE.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert RSA_PUBLIC.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert ED25519_PRIVATE.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert ED25519_PUBLIC.startswith("z6Mk")
    assert len(ED25519_PUBLIC) == 48


def test_a_key_in_the_older_pem_of_rsa_verifies_too():
    """`BEGIN RSA PUBLIC KEY` (PKCS #1), as some peers still publish it."""
    key = serialization.load_pem_private_key(RSA_PRIVATE.encode(), None)
    older = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)

    assert keys.verify("rsa", older.decode(), BASE, keys.sign(RSA_PRIVATE, BASE))


@pytest.mark.parametrize("bits", [1024, 2040])
def test_an_rsa_key_that_is_too_short_verifies_nothing(bits):
    key = an_rsa_key(bits)
    signature = key.sign(BASE, padding.PKCS1v15(), hashes.SHA256())

    assert not keys.verify("rsa", pem_of(key), BASE, signature)


def test_an_rsa_key_that_is_too_long_verifies_nothing():
    """The modulus is a Mersenne prime of 4253 bits, so that its signature can be reckoned in no time."""
    modulus = (1 << 4253) - 1
    key = rsa.RSAPublicNumbers(65537, modulus).public_key()
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(BASE).digest()
    padded = b"\0\1" + b"\xff" * (532 - 3 - len(info)) + b"\0" + info
    number = pow(int.from_bytes(padded), pow(65537, -1, modulus - 1), modulus)

    key.verify(number.to_bytes(532), BASE, padding.PKCS1v15(), hashes.SHA256())
    assert not keys.verify("rsa", pem.decode(), BASE, number.to_bytes(532))


def test_an_rsa_key_with_another_exponent_verifies_nothing():
    key = an_rsa_key(exponent=3)
    signature = key.sign(BASE, padding.PKCS1v15(), hashes.SHA256())

    assert not keys.verify("rsa", pem_of(key), BASE, signature)


# RSA with 512 bits, which today's `cryptography` no longer makes.
RSA_512 = """-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANDbWX7/PaS9ryr6P9kD7G8B0P5EtngT
LWG08Ba0i4/zplLj+fDKaFxMMYpeCHXTkPztAMx7ILGAf7JmPOdXbCcCAwEAAQ==
-----END PUBLIC KEY-----
"""


@pytest.mark.parametrize(
    "public",
    [
        pytest.param(pem_of(ec.generate_private_key(ec.SECP256R1())), id="EC"),
        pytest.param(pem_of(ed25519.Ed25519PrivateKey.generate()), id="Ed25519 as PEM"),
        pytest.param(pem_of(ed448.Ed448PrivateKey.generate()), id="Ed448"),
        pytest.param(RSA_512, id="RSA-512"),
        pytest.param(RSA_PRIVATE, id="a private key"),
        pytest.param("", id="nothing"),
        pytest.param("no key", id="no PEM"),
        pytest.param("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", id="empty PEM"),
        pytest.param(RSA_PUBLIC + "\n" * 4096, id="too long"),
        pytest.param("\ud800", id="a lone surrogate"),
        pytest.param(ED25519_PUBLIC, id="multibase"),
    ],
)
def test_what_is_no_rsa_key_verifies_nothing(public):
    """Trap T14: a key of another kind made the check itself fail."""
    assert keys.verify("rsa", public, BASE, keys.sign(RSA_PRIVATE, BASE)) is False
    assert not verifies(claim(arrived(a_cavage_letter()), NOON), "rsa", public)


@pytest.mark.parametrize(
    "public",
    [
        pytest.param(multibase_of(bytes(31)), id="short"),
        pytest.param(multibase_of(bytes(33)), id="long"),
        pytest.param(multibase_of(ED25519_RAW, b"\xec\x01"), id="X25519"),
        pytest.param(multibase_of(ED25519_RAW, b""), id="no prefix"),
        pytest.param(multibase_of(ED25519_RAW + b"\0"), id="one more"),
        pytest.param(ED25519_PUBLIC[1:], id="no z"),
        pytest.param(ED25519_PUBLIC + " ", id="a space behind it"),
        pytest.param("u" + ED25519_PUBLIC[1:], id="another base"),
        pytest.param(ED25519_PUBLIC[:-1] + "0", id="not base58"),
        pytest.param("z" + "1" * 4000, id="endless"),
        pytest.param("z", id="nothing"),
        pytest.param("", id="empty"),
        pytest.param("zé\ud800", id="not ASCII"),
        pytest.param(RSA_PUBLIC, id="RSA"),
    ],
)
def test_what_is_no_ed25519_key_verifies_nothing(public):
    assert keys.verify("ed25519", public, BASE, keys.sign(ED25519_PRIVATE, BASE)) is False


def test_padding_of_another_scheme_does_not_verify():
    assert not keys.verify("rsa", RSA_PUBLIC, BASE, keys.sign(RSA_PRIVATE, BASE), pss=True)
    assert not keys.verify("ed25519", ED25519_PUBLIC, BASE, keys.sign(ED25519_PRIVATE, BASE), pss=True)


@pytest.mark.parametrize("private", ["", "no key", RSA_PUBLIC, "\ud800"])
def test_a_key_of_ours_that_cannot_be_read_is_told_to_the_operator(private):
    with pytest.raises(Misconfigured, match=r"signature\.own_key_unusable"):
        keys.sign(private, BASE)


def test_a_key_of_ours_of_a_kind_that_peers_do_not_take_is_told_to_the_operator():
    odd = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    with pytest.raises(Misconfigured, match=r"signature\.own_key_unusable"):
        keys.sign(odd.decode(), BASE)


def test_a_private_key_is_read_once(monkeypatch):
    """Reading costs more than signing: a fan-out must not read the same key for each peer."""
    private, _ = keys.generate_ed25519()
    reads = []
    load = serialization.load_pem_private_key
    monkeypatch.setattr(
        serialization, "load_pem_private_key", lambda *a, **k: reads.append(1) or load(*a, **k)
    )

    for number in range(3):
        keys.sign(private, b"%d" % number)

    assert len(reads) == 1
