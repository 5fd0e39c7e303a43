"""The doors of the API: which method, which scope, for whom; and what an application is told that may not in.

Every path of this room answers in JSON, whatever happens behind it.  Nothing here looks at a cookie: a page
of another site, which the browser would send ours along with, opens nothing (case 131).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from time import monotonic

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.access import Member
from fedicoop.clients import answering, body, scopes
from fedicoop.clients.body import Sent
from fedicoop.db import room
from fedicoop.errors import Forbidden, NotFound, Problem, TooMany, Unauthenticated, Unavailable
from fedicoop.log import log, shown_path
from fedicoop.members import applications
from fedicoop.members.applications import Bearer
from fedicoop.node import Node
from fedicoop.pace import Pace
from fedicoop.web.headers import request_id
from fedicoop.web.limits import address_of


class For(StrEnum):
    """Who may come through: anybody, an application, or one that speaks for a member."""

    ANYBODY = "anybody"
    APPLICATION = "application"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, once it is known who asks for what."""

    request: Request
    node: Node
    sent: Sent
    bearer: Bearer | None

    @property
    def who(self) -> Member | None:
        """The member for whom it is asked; None for a visitor, and for an application of its own accord."""
        return self.bearer.member if self.bearer else None

    @property
    def member(self) -> Member:
        """The member, behind a door for members."""
        assert self.who is not None, "this door is open to visitors"
        return self.who

    @property
    def origin(self) -> str:
        return self.node.settings.origin

    def at(self, name: str) -> str:
        """What stands in a hole of the path."""
        return str(self.request.path_params[name])


Answer = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Door:
    """`scope` is asked of whoever bears a token, also where anybody may come without one."""

    answer: Answer
    scope: str | None = None
    open_to: For = For.MEMBER
    files: int = 0


class Paces:
    """How fast an application may ask for one member, or an address without a token."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.tokens = Pace(a_minute=120, at_once=300, clock=clock)
        self.addresses = Pace(a_minute=60, at_once=150, clock=clock)


def at(path: str, **doors: Door) -> Route:
    """A path with its doors by method; with a slash at its end, too (`everything_else` sees to that)."""

    async def endpoint(request: Request) -> Response:
        return answering.with_cors(await _answered(request, doors))

    return Route(path, endpoint, methods=list(answering.METHODS), name=path)


async def _answered(request: Request, doors: Mapping[str, Door]) -> Response:
    method = "GET" if request.method == "HEAD" else request.method
    if method == "OPTIONS":
        return answering.preflight()
    language = None
    try:
        if method not in doors:
            raise answering.NotAllowed("client.method", request.method)
        bearer = await _bearer(request)
        language = bearer.language if bearer else None
        _require(doors[method], bearer)
        if method != "GET":
            room.require(request.app.state.node.settings, room.FOR_MEMBERS)
        sent = await body.read(request, files=doors[method].files)
        return await doors[method].answer(Call(request, request.app.state.node, sent, bearer))
    except ClientDisconnect:
        raise
    except Problem as problem:
        log.debug("client.refused", key=problem.key, detail=problem.detail, path=_path(request))
        return answering.refused(request, problem, language)
    except Exception:
        log.exception("client.unforeseen", request=request_id(request.scope), path=_path(request))
        return answering.refused(
            request, answering.Unsaid("page.unforeseen", request=request_id(request.scope))
        )


def _path(request: Request) -> str:
    return shown_path(request.scope["path"])


async def _bearer(request: Request) -> Bearer | None:
    """Who asks, by the token in the header and nothing else.  Raises Unauthenticated for a bad one."""
    node: Node = request.app.state.node
    paces: Paces = request.app.state.client_paces
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        _keep_pace(paces.addresses, address_of(request))
        return None
    async with node.db.read() as tx:
        bearer = await applications.find(tx, secret.strip()) if 20 <= len(secret) <= 200 else None
    if bearer is None:
        _keep_pace(paces.addresses, address_of(request))
        raise Unauthenticated("client.token")
    _keep_pace(paces.tokens, bearer.token_id)
    if applications.wants_touch(bearer, node.db.clock()):
        try:
            async with node.db.write() as tx:
                await applications.touch(tx, bearer.token_id)
        except Unavailable as problem:  # a full disk lets everybody read on
            log.seldom("client.not_touched", about=problem.key, key=problem.key)
    return bearer


def _keep_pace(pace: Pace, who: str) -> None:
    if wait := pace.take(who):
        seconds = max(1, ceil(wait))
        raise TooMany("page.too_many", seconds=seconds, minutes=str(ceil(seconds / 60)))


def _require(door: Door, bearer: Bearer | None) -> None:
    if bearer is None:
        if door.open_to is not For.ANYBODY:
            raise Unauthenticated("client.no_token")
        return
    if door.open_to is For.MEMBER and bearer.member is None:
        raise Forbidden("client.no_member")
    if door.scope and not scopes.covers(bearer.scopes, door.scope):
        raise Forbidden("client.scope_missing", door.scope, scope=door.scope)


async def nothing_here(_: Call) -> Response:
    """Mastodon's API is large; what this house does not have is a plain 404."""
    raise NotFound("client.no_endpoint")


def everything_else(routes: list[Route]) -> Route:
    """Behind all the others: paths with a slash too many at their end, and those that there are not."""

    async def endpoint(request: Request) -> Response:
        path = request.scope["path"].rstrip("/")
        if path != request.scope["path"]:
            for route in routes:
                match, child = route.matches({**request.scope, "path": path})
                if match.value == 2:
                    request.scope.update(child)
                    answer: Response = await route.endpoint(request)
                    return answer
        anybody = Door(nothing_here, open_to=For.ANYBODY)
        every = {method: anybody for method in answering.METHODS if method not in ("HEAD", "OPTIONS")}
        return answering.with_cors(await _answered(request, every))

    return Route("/api/{path:path}", endpoint, methods=list(answering.METHODS), name="api")
