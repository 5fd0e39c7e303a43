"""The floor of a letter: the least server, with an inbox.  `python -m bench.bare PORT [FILE]`.

POST /inbox reads the JSON and verifies one RSA signature; the rest is barest.py's.
"""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import barest


def inbox() -> Route:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key, scheme = private.public_key(), (padding.PKCS1v15(), hashes.SHA256())
    base = b"(request-target): post /inbox\nhost: bench.test\ndate: Wed, 01 May 2030 09:00:00 GMT"
    signature = private.sign(base, *scheme)

    async def receive(request: Request) -> Response:
        await request.json()
        key.verify(signature, base, *scheme)
        return Response(status_code=202)

    return Route("/inbox", receive, methods=["POST"])


if __name__ == "__main__":
    barest.serve(inbox())
