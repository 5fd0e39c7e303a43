"""A request as signatures see it: by the origin that we are, never by what its headers say we are."""

from urllib.parse import urlsplit

from starlette.requests import Request

from fedicoop.signatures.claims import SignedRequest

SIGNED_FOR = "signed_for"
"""In the request's state: the origin that it was sent to, where that is one which this house had before."""


def signed_request(request: Request, origin: str, body: bytes) -> SignedRequest:
    origin = request.scope.get("state", {}).get(SIGNED_FOR, origin)
    host = urlsplit(origin).netloc
    raw = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.headers.raw]
    if SIGNED_FOR in request.scope.get("state", {}):
        raw = [(name, host if name == "host" else value) for name, value in raw]
    path = request.scope.get("raw_path") or request.scope["path"].encode()
    return SignedRequest(
        method=request.method,
        path=path.decode("latin-1").partition("?")[0],
        query=request.scope["query_string"].decode("latin-1"),
        headers=raw,
        body=body,
        origin=origin,
    )
