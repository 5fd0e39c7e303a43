"""`/l/{key}/epingler`: a listing that the coop shows first, or no longer."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.listings import pins
from fedicoop.node import Node
from fedicoop.publishing import publishing
from fedicoop.web import forms
from fedicoop.web.viewer import require_member


async def pin(request: Request) -> Response:
    """Pinned or not, as the button says: the same tap twice does it once."""
    node: Node = request.app.state.node
    who, form = require_member(request), await forms.read(request)
    async with node.db.write() as tx:
        listing = await publishing.may_change(tx, who, request.path_params["key"])
        await (pins.unpin if form["do"] == "unpin" else pins.pin)(tx, who, listing)
    return forms.see_other(request, f"/l/{listing.key}#changed")


routes = [Route(f"/l/{{key}}/{name}", pin, methods=["POST"]) for name in ("epingler", "pin")]
