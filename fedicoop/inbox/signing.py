"""A request as signatures see it: by the origin that we are, never by what its headers say we are."""

from starlette.requests import Request

from fedicoop.signatures.claims import SignedRequest


def signed_request(request: Request, origin: str, body: bytes) -> SignedRequest:
    raw = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.headers.raw]
    path = request.scope.get("raw_path") or request.scope["path"].encode()
    return SignedRequest(
        method=request.method,
        path=path.decode("latin-1").partition("?")[0],
        query=request.scope["query_string"].decode("latin-1"),
        headers=raw,
        body=body,
        origin=origin,
    )
