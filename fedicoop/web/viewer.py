"""Who looks at a page: a member who is signed in, with what the page must know of them, or a visitor.

`members/session.py` finds out and leaves the answer on the request; every page and every room above
asks here.  So no page reads a cookie, and no room but `members` knows how one signs in.
"""

from dataclasses import dataclass

from starlette.requests import Request

from fedicoop.access import Member
from fedicoop.errors import Problem, Unauthenticated

_TROUBLE = "viewer_trouble"
_AT = "viewer"  # the name under which it stands in the request's state


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A member at a device: `language` and `theme` are what they chose, None where they chose nothing."""

    member: Member
    session_id: str
    language: str | None = None
    theme: str | None = None  # light, dark
    unread: int = 0  # notices not yet seen


class SignInFirst(Unauthenticated):
    """The page is for members: whoever asks is led to the entrance and back."""


def put_viewer(request: Request, viewer: Viewer | None) -> None:
    """For the one place that reads sessions."""
    request.scope.setdefault("state", {})[_AT] = viewer


def put_trouble(request: Request, problem: Problem) -> None:
    """Who looks could not be read just now: a page for everybody is drawn, one for members says why not."""
    request.scope.setdefault("state", {})[_TROUBLE] = problem


def viewer_of(request: Request) -> Viewer | None:
    """Who looks, or None for a visitor."""
    found: Viewer | None = request.scope.get("state", {}).get(_AT)
    return found


def member_of(request: Request) -> Member | None:
    """The member who looks, or None: for asking `access.may`."""
    viewer = viewer_of(request)
    return viewer.member if viewer else None


def require_member(request: Request) -> Member:
    """The member who looks.  Raises SignInFirst, which leads a browser to the entrance and back again.

    Where their session could not be read, nobody is sent to sign in: what stood in the way is raised.
    """
    member = member_of(request)
    trouble: Problem | None = request.scope.get("state", {}).get(_TROUBLE)
    if member is None and trouble is not None:
        raise trouble
    if member is None:
        raise SignInFirst("page.sign_in_first")
    return member
