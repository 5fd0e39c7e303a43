"""The name of the house at its gate, and what whoever watches over the machine asks."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fedicoop.app import insiders, measures
from fedicoop.desk import checks, findings
from fedicoop.errors import Misdirected, Problem
from fedicoop.node import Node
from fedicoop.web import problems
from fedicoop.web.render import language_of

_LIVES = ("/healthz", "/health", "/livez")
_PROBES = (*_LIVES, "/readyz", "/metrics")


class OwnHost:
    """Requests for another host are not ours to answer (security, T11 and invariant 16).

    Probes may knock by any name: strangers learn nothing but that we live, and are ready.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app, self.hosts = app, {host, f"{host}:443", f"{host}:80"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in _PROBES:
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
    """Whether pages can be served: 503 where not.  What was found and what to do, for insiders alone."""
    node: Node = request.app.state.node
    language = language_of(request)
    failed = await checks.vital(node, language)
    told: dict[str, object] = {"status": "not ready" if failed else "ready"}
    if insiders.is_inside(request, node.settings):
        found = failed
        try:
            found = await checks.examine(node, language)
            async with node.db.read() as tx:
                waiting = await tx.count("SELECT count(*) FROM jobs WHERE NOT dead")
                dead = await tx.count("SELECT count(*) FROM jobs WHERE dead")
            told["jobs"] = {"waiting": waiting, "dead": dead}
        except Problem:
            pass  # then what failed is all that can be told
        told["checks"] = [findings.told(one, language) for one in found]
    return JSONResponse(told, 503 if failed else 200, {"cache-control": "no-store"})


routes = [*(Route(path, alive) for path in _LIVES), Route("/readyz", ready), *measures.routes]
