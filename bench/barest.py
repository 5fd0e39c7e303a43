"""The least server that there is: a bare Starlette under uvicorn.  `python -m bench.barest PORT [FILE]`.

GET / answers a few bytes, and /object the bytes of FILE.
"""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route


def build(document: bytes, *more: BaseRoute) -> Starlette:
    async def thing(_: Request) -> Response:
        return Response(document, media_type="application/activity+json")

    async def page(_: Request) -> Response:
        return Response(b"hello", media_type="text/plain")

    return Starlette(routes=[*more, Route("/object", thing), Route("/", page)])


def serve(*more: BaseRoute) -> None:
    """As `fedicoop serve` runs: uvloop and httptools, on the port and with the file of the command line."""
    uvicorn.run(
        build(Path(sys.argv[2]).read_bytes() if len(sys.argv) > 2 else b"{}", *more),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
    )


if __name__ == "__main__":
    serve()
