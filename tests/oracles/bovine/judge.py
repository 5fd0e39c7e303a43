"""bovine as a judge of draft-cavage signatures: one JSON question a line in, one JSON answer a line out.

Runs in the judges' environment, not in ours, and greets with `{"ready": true}`.  Bodies travel in base64.

    {"ask": "verify", "method", "url", "headers", "body", "key_id", "algorithm", "public"}
        → {"accepted": true}
    {"ask": "sign", "method", "url", "body", "key_id", "private", "content_type"}
        → {"headers": {…}}
"""

import asyncio
import json
import sys
from base64 import b64decode

from bovine.clients.utils import host_target_from_url
from bovine.crypto.helper import content_digest_sha256
from bovine.crypto.http_signature import build_signature
from bovine.crypto.signature_checker import SignatureChecker
from bovine.crypto.types import CryptographicIdentifier, CryptographicSecret
from bovine.utils import get_gmt_now

OWNER = "https://owner.test/"


def identifier(question):
    if question["algorithm"] == "rsa":
        return CryptographicIdentifier.from_pem(question["public"], OWNER)
    return CryptographicIdentifier.from_tuple(OWNER, question["public"])


async def verify(question):
    """Whether bovine knows who signed.  It finds one key, under the id that the question names."""

    async def key(key_id):
        return identifier(question) if key_id == question["key_id"] else None

    async def body():
        return b64decode(question["body"])

    owner = await SignatureChecker(key).validate_signature(
        question["method"], question["url"], question["headers"], body
    )
    return {"accepted": owner == OWNER}


async def sign(question):
    """The headers of a request as bovine's own client signs it (bovine/clients/signed_http_methods.py)."""
    host, target = host_target_from_url(question["url"])
    signature = build_signature(host, question["method"].lower(), target).with_field("date", get_gmt_now())
    if question["method"] == "POST":
        digest = content_digest_sha256(b64decode(question["body"]), prefix="SHA-256")
        signature = signature.with_field("digest", digest).with_field(
            "content-type", question["content_type"]
        )
    else:
        signature = signature.with_field("accept", question["content_type"])
    secret = CryptographicSecret.from_pem(question["key_id"], question["private"])
    headers = {name: value for name, value in signature.fields if name != "(request-target)"}
    return {"headers": headers | {"signature": signature.sign_for_http_draft(secret)}}


def main():
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = asyncio.run({"verify": verify, "sign": sign}[question["ask"]](question))
        except Exception as error:  # the judge must outlive a bad question, and say what it was
            answer = {"accepted": False, "error": repr(error)}
        print(json.dumps(answer), flush=True)


main()
