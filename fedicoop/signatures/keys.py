"""Keys as the fediverse spells them: PEM text for RSA, multibase for Ed25519.  Bytes signed, bytes checked.

Reading a key costs more than using it, so keys stay parsed once they were seen (the text is the
cache's key, so a rotated key is another one).  Reading a private key with all of OpenSSL's checks
costs 46 ms, without them 22 µs; ours come from our own database and need none.
Everything here blocks: signing takes about a millisecond (RSA) and belongs in a thread when there
is much of it.  `cryptography` is imported where it is first needed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import base58

from fedicoop.errors import Misconfigured

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

Algorithm = Literal["rsa", "ed25519"]

MIN_RSA_BITS, MAX_RSA_BITS, RSA_EXPONENT = 2048, 4096, 65537
"""Smaller ones are forged, larger ones or other exponents make each check cost us up to 18 ms."""

MAX_PUBLIC = 4096
_ED25519 = b"\xed\x01"  # the multicodec of an Ed25519 public key, as a varint
_MULTIBASE_LENGTH = 48

Check = Callable[[bytes, bytes, bool], bool]


@dataclass(frozen=True, slots=True)
class _Signer:
    algorithm: Algorithm
    sign: Callable[[bytes], bytes]


def generate_rsa() -> tuple[str, str]:
    """A new RSA-2048 pair: (private PKCS #8 PEM, public SPKI PEM).  Takes about 0.2 s."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=RSA_EXPONENT, key_size=MIN_RSA_BITS)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return _pkcs8(key), public.decode()


def generate_ed25519() -> tuple[str, str]:
    """A new Ed25519 pair: (private PKCS #8 PEM, public multibase as in FEP-521a)."""
    from cryptography.hazmat.primitives.asymmetric import ed25519

    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    return _pkcs8(key), "z" + base58.b58encode(_ED25519 + public).decode()


def sign(private_pem: str, base: bytes) -> bytes:
    """Sign with PKCS #1 v1.5 and SHA-256, or with Ed25519, as the key is.

    Raises Misconfigured if our own key cannot be read.
    """
    return _signer(private_pem).sign(base)


def algorithm_of(private_pem: str) -> Algorithm:
    """What kind of key ours is.  Raises Misconfigured if it cannot be read."""
    return _signer(private_pem).algorithm


def verify(algorithm: Algorithm, public: str, base: bytes, signature: bytes, *, pss: bool = False) -> bool:
    """Whether the holder of `public` signed `base`.

    `public` is PEM (`rsa`) or multibase (`ed25519`).  A key that is not what `algorithm` says, is
    too weak, too dear or not a key at all verifies nothing: False, never an exception (security
    case 18).  `pss` asks for RSASSA-PSS with SHA-512 (RFC 9421, section 3.3.1) in the place of
    PKCS #1 v1.5 with SHA-256.
    """
    if len(public) > MAX_PUBLIC:
        return False
    check = _rsa_check(public) if algorithm == "rsa" else _ed25519_check(public)
    return check is not None and check(signature, base, pss)


@lru_cache(maxsize=1024)
def _rsa_check(public: str) -> Check | None:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    try:
        key = serialization.load_pem_public_key(public.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, rsa.RSAPublicKey) or not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        return None
    if key.public_numbers().e != RSA_EXPONENT:
        return None
    plain = padding.PKCS1v15(), hashes.SHA256()
    salted = padding.PSS(padding.MGF1(hashes.SHA512()), salt_length=64), hashes.SHA512()

    def check(signature: bytes, base: bytes, pss: bool) -> bool:
        try:
            key.verify(signature, base, *(salted if pss else plain))
        except InvalidSignature:
            return False
        return True

    return check


@lru_cache(maxsize=1024)
def _ed25519_check(public: str) -> Check | None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ed25519

    raw = _raw_ed25519(public)
    if raw is None:
        return None
    key = ed25519.Ed25519PublicKey.from_public_bytes(raw)

    def check(signature: bytes, base: bytes, pss: bool) -> bool:
        try:
            key.verify(signature, base)
        except InvalidSignature:
            return False
        return not pss

    return check


def _raw_ed25519(multibase: str) -> bytes | None:
    # The length is always this one, and base58 costs the square of it.
    if not multibase.startswith("z") or len(multibase) != _MULTIBASE_LENGTH:
        return None
    try:
        decoded = base58.b58decode(multibase[1:])
    except ValueError:
        return None
    return decoded[2:] if len(decoded) == 34 and decoded.startswith(_ED25519) else None


@lru_cache(maxsize=256)
def _signer(private_pem: str) -> _Signer:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

    try:
        key = serialization.load_pem_private_key(
            private_pem.encode(), password=None, unsafe_skip_rsa_key_validation=True
        )
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Misconfigured("signature.own_key_unusable", type(error).__name__) from error
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return _Signer("ed25519", key.sign)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Misconfigured("signature.own_key_unusable", type(key).__name__)
    rsa_key, plain = key, (padding.PKCS1v15(), hashes.SHA256())
    return _Signer("rsa", lambda base: rsa_key.sign(base, *plain))


def _pkcs8(key: "RSAPrivateKey | Ed25519PrivateKey") -> str:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
