"""How the house looks: the name, the colour and the sign in the frame of every page.

`actors/facing.py` knows, and leaves it on the request; pages ask here.
"""

from dataclasses import dataclass

from starlette.requests import Request

from fedicoop.node import Node
from fedicoop.web.colours import usual_hue

_AT = "face"  # the name under which it stands in the request's state


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """`name` is the coop's where there is one, the host's where several share a house."""

    name: str
    hue: int
    logo: str | None = None  # the name of a picture of ours
    locale: str | None = None  # what the coop speaks, if we know
    sentence: str = ""  # Markdown
    is_open: bool = True  # False while a house has no coop: its set-up is not over


def put_face(request: Request, face: Face) -> None:
    """For the one place that knows."""
    request.scope.setdefault("state", {})[_AT] = face


def face_of(request: Request) -> Face:
    """The face of this house; a house whose database does not answer has its host's."""
    found: Face | None = request.scope.get("state", {}).get(_AT)
    if found:
        return found
    node: Node = request.app.state.node
    return Face(name=node.settings.host, hue=usual_hue(node.settings.host))
