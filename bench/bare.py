"""The floors: bare Starlette applications under uvicorn, uvloop and httptools, as `fedicoop serve` runs.

`python -m bench.bare PORT [FILE]`.  POST /inbox reads the JSON and verifies one RSA signature; GET /object
answers the bytes of FILE; GET / answers a few bytes.
"""

import sys
from pathlib import Path

import uvicorn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def build(document: bytes) -> Starlette:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key, scheme = private.public_key(), (padding.PKCS1v15(), hashes.SHA256())
    base = b"(request-target): post /inbox\nhost: bench.test\ndate: Wed, 01 May 2030 09:00:00 GMT"
    signature = private.sign(base, *scheme)

    async def inbox(request: Request) -> Response:
        await request.json()
        key.verify(signature, base, *scheme)
        return Response(status_code=202)

    async def thing(_: Request) -> Response:
        return Response(document, media_type="application/activity+json")

    async def page(_: Request) -> Response:
        return Response(b"hello", media_type="text/plain")

    return Starlette(
        routes=[
            Route("/inbox", inbox, methods=["POST"]),
            Route("/object", thing),
            Route("/", page),
        ]
    )


if __name__ == "__main__":
    body = Path(sys.argv[2]).read_bytes() if len(sys.argv) > 2 else b"{}"
    uvicorn.run(
        build(body),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
    )
