"""A phone that holds passkeys, in software: what a browser and its authenticator do together."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Phone:
    """One credential, made at `origin`; what it says may be bent by a test."""

    origin: str
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    counts: int = 0

    def make(self, options: dict, **bent: object) -> str:
        """The answer to a request for a new passkey."""
        client = self._client("webauthn.create", options["challenge"], bent)
        cose = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        credential = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose
        data = self._data(bent, ATTESTED) + credential
        return self._answer(
            clientDataJSON=client,
            attestationObject=cbor.encode({"fmt": "none", "attStmt": {}, "authData": data}),
        )

    def sign(self, options: dict, **bent: object) -> str:
        """The answer to a request to sign in."""
        client = self._client("webauthn.get", options["challenge"], bent)
        data = self._data(bent)
        signed = data + hashlib.sha256(client).digest()
        key = bent.get("key", self.key)
        return self._answer(
            clientDataJSON=client,
            authenticatorData=data,
            signature=key.sign(signed, ec.ECDSA(hashes.SHA256())),
        )

    def _client(self, kind: str, challenge: str, bent: dict) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": bent.get("origin", self.origin)}
        return json.dumps(said).encode()

    def _data(self, bent: dict, more: int = 0) -> bytes:
        host = str(bent.get("host", self.origin.partition("://")[2]))
        flags = int(bent.get("flags", PRESENT | VERIFIED)) | more
        self.counts = int(bent.get("counts", self.counts))
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.counts)

    def _answer(self, **parts: bytes) -> str:
        response = {name: websafe_encode(value) for name, value in parts.items()}
        id = websafe_encode(self.id)
        return json.dumps({"id": id, "rawId": id, "type": "public-key", "response": response})
