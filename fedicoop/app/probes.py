"""The name of the house at its gate, and what whoever watches over the machine asks."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fedicoop import meta
from fedicoop.errors import Misdirected, Problem
from fedicoop.node import Node
from fedicoop.web import problems

_LIVES = ("/healthz", "/health", "/livez")


class OwnHost:
    """Requests for another host are not ours to answer (security, T11 and invariant 16).

    Probes may knock by any name: they learn nothing but that we live.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app, self.hosts = app, {host, f"{host}:443", f"{host}:80"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in ("/healthz", "/health", "/livez", "/readyz"):
            named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
            if len(named) != 1 or named[0].lower().rstrip(".") not in self.hosts:
                refusal = await problems.on_problem(
                    Request(scope), Misdirected("page.other_host", str(named))
                )
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


async def alive(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "alive"}, headers={"cache-control": "no-store"})


async def ready(request: Request) -> Response:
    """The database answers with our own origin in it; 503 where it does not."""
    node: Node = request.app.state.node
    headers = {"cache-control": "no-store"}
    try:
        async with node.db.read() as tx:
            known = await meta.find(tx, "origin") == node.settings.origin
            waiting = await tx.count("SELECT count(*) FROM jobs WHERE NOT dead")
            dead = await tx.count("SELECT count(*) FROM jobs WHERE dead")
    except Problem as problem:
        return JSONResponse({"status": "not ready", "why": problem.key}, 503, headers)
    if not known:
        return JSONResponse({"status": "not ready", "why": "settings.origin_changed"}, 503, headers)
    return JSONResponse({"status": "ready", "jobs": {"waiting": waiting, "dead": dead}}, headers=headers)


routes = [*(Route(path, alive) for path in _LIVES), Route("/readyz", ready)]
