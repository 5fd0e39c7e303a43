"""Letters that are tampered with: truly signed, but over too little, or changed on the way."""

from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import httpx

from fedicoop.signatures import cavage, keys, rfc9421
from fedicoop.signatures.digest import content_digest_header, digest_header
from fedicoop.signatures.fields import write_list
from fedicoop.signatures.request import SignedRequest
from fedicoop.signatures.window import write_date
from tests.conftest import Instance


@cache
def key_pair(name: str) -> tuple[str, str]:
    """Private and public PEM of somebody; the same for all of that name, since keys are slow to make."""
    return keys.generate_rsa()


@dataclass
class Letter:
    """A signed letter on its way: change anything, then send it."""

    url: str
    headers: list[tuple[str, str]]
    body: bytes

    def put(self, name: str, value: str) -> "Letter":
        self.headers = [(key, old) for key, old in self.headers if key != name] + [(name, value)]
        return self

    def add(self, name: str, value: str) -> "Letter":
        self.headers.append((name, value))
        return self

    async def to(self, instance: Instance, *, path: str = "/inbox", in_parts: bool = False) -> httpx.Response:
        async def parts() -> AsyncIterator[bytes]:
            for start in range(0, len(self.body), 65_536):
                yield self.body[start : start + 65_536]

        content = parts() if in_parts else self.body
        return await instance.http.post(f"{instance.origin}{path}", content=content, headers=self.headers)


def covering(letter: Letter, by: str, key_id: str, names: str, *, target: str = "post /inbox") -> Letter:
    """Sign again in the draft's form, over these headers only."""
    method, _, path = target.partition(" ")
    values = dict(letter.headers) | {"digest": digest_header(letter.body)}
    signature = keys.sign(key_pair(by)[0], cavage.signature_base(method, path, values, names.split()))
    written = f'keyId="{key_id}",headers="{names}",signature="{b64encode(signature).decode()}"'
    return letter.put("signature", written)


def covering_components(
    letter: Letter, by: str, key_id: str, names: list[str], origin: str, created: datetime
) -> Letter:
    """Sign again in RFC 9421's form, over these components only."""
    letter.put("content-digest", content_digest_header(letter.body)).put("date", write_date(created))
    written = write_list(
        [(name, {}) for name in names], {"created": int(created.timestamp()), "keyid": key_id}
    )
    request = SignedRequest("POST", "/inbox", "", letter.headers, letter.body, origin)
    signature = keys.sign(key_pair(by)[0], rfc9421.signature_base(request, names, written))
    letter.put("signature-input", f"sig1={written}")
    return letter.put("signature", f"sig1=:{b64encode(signature).decode()}:")
