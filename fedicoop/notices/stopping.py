"""The link at the foot of each letter of news: ends them with one button, without signing in.

A mail program presses it by itself (RFC 8058): it posts to the address, brings no cookie, no token and
no page of ours.  So the key in the address is all the proof there is, and all that one can do with it
is to stop letters, or take them up again.  Opening the address changes nothing: those who look through
letters for viruses open every link.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.errors import NotFound
from fedicoop.node import Node
from fedicoop.notices import readers
from fedicoop.web.render import render

_HEADERS = {"cache-control": "private, no-store", "referrer-policy": "no-referrer"}


async def show(request: Request) -> Response:
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        found = await readers.by_stop_key(tx, request.path_params["key"])
    if found is None:
        raise NotFound("notice.no_letters")
    return render(
        request, "notices/stop.html", headers=_HEADERS, here=request.scope["path"], by_mail=found.by_mail
    )


async def stop(request: Request) -> Response:
    """No more letters of news; with `?again=1`, as they were chosen before."""
    node: Node = request.app.state.node
    async with node.db.write() as tx:
        found = await readers.by_stop_key(tx, request.path_params["key"])
        if found is None:
            raise NotFound("notice.no_letters")
        by_mail = request.query_params.get("again") == "1"
        await readers.set_by_mail(tx, found.member_id, by_mail)
    return render(request, "notices/stop.html", headers=_HEADERS, here=request.scope["path"], by_mail=by_mail)


routes = [
    Route("/alertes/courriels/{key}", show),
    Route("/alertes/courriels/{key}", stop, methods=["POST"]),
]
