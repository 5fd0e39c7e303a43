"""Saying no: to a person with a page, to a program with problem+json (RFC 9457), never with a trace."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from fedicoop import i18n
from fedicoop.errors import NotFound, Problem, TooMany, Unavailable
from fedicoop.log import log, shown_path
from fedicoop.web import forms, kept, origin
from fedicoop.web.headers import request_id
from fedicoop.web.negotiation import wants_page
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import SignInFirst

PAUSE = 60  # seconds until one comes back to what is not possible just now
_UNSEEN = {"cache-control": "private, no-store"}


class NotAllowed(Problem):
    """The address is right, the method is not."""

    status = 405


class Unforeseen(Problem):
    """Our own mistake: the reader learns its name, the log learns the rest."""

    status = 500


async def on_problem(request: Request, problem: Exception) -> Response:
    """A refusal in the reader's language: what happened, why, what to do, and a code to look up."""
    assert isinstance(problem, Problem)
    if isinstance(problem, SignInFirst) and request.method in ("GET", "HEAD") and wants_page(request):
        return RedirectResponse(_entrance(request), 303, {"cache-control": "private, no-store"})
    if wants_page(request) and (again := await _not_lost(request, problem)):
        return again
    told = {"key": problem.key, "detail": problem.detail, "path": shown_path(request.scope["path"])}
    if isinstance(problem, Unavailable):
        log.seldom("page.unavailable", about=problem.key, **told)
    else:
        log.info("page.refused", **told)
    return _answer(request, problem, problem.status, _later(problem))


def _later(problem: Problem) -> dict[str, str] | None:
    """When it may be tried again, for those who asked too often or at a bad time (RFC 9110, 10.2.3)."""
    if isinstance(problem, TooMany):
        return {"retry-after": str(problem.seconds)}
    return {"retry-after": str(PAUSE)} if isinstance(problem, Unavailable) else None


async def _not_lost(request: Request, problem: Problem) -> Response | None:
    """What somebody sent for a session that is over: kept until they have signed in, or shown again.

    So a session that is revoked in mid-form takes nothing along.  None where there is nothing to keep.
    """
    if not kept.is_surely_ours(request):
        return None
    if isinstance(problem, SignInFirst) and request.method == "POST":
        form = await forms.sent(request)
        if form is None or not (secret := await kept.keep(request, form)):
            return RedirectResponse("/entrer", 303, _UNSEEN)
        response = RedirectResponse(f"/entrer?{urlencode({'next': '/reprendre'})}", 303, _UNSEEN)
        origin.set_cookie(response, request.app.state.node.settings.origin, secret, what=kept.COOKIE, days=1)
        return response
    if isinstance(problem, forms.Stale):
        form = problem.form
        held = kept.Kept(request.scope["path"], json.dumps(kept.fields_of(form)), any(form.files.values()))
        path, values = request.scope["path"], held.values
        return render(request, "kept.html", 403, kept=held, values=values, send_to=path, stale=True)
    return None


async def on_http(request: Request, refusal: Exception) -> Response:
    """What the router itself refuses: no such address, or another method."""
    assert isinstance(refusal, HTTPException)
    headers = dict(refusal.headers or {})
    if refusal.status_code == 404:
        return _answer(request, NotFound("page.not_found"), 404, headers)
    if refusal.status_code == 405:
        return _answer(request, NotAllowed("page.method"), 405, headers)
    return _answer(request, Problem("page.refused", str(refusal.detail)), refusal.status_code, headers)


async def on_error(request: Request, error: Exception) -> Response:
    """Something nobody foresaw.  Who reads gets the name of this request; who runs the house, the trace."""
    log.error(
        "page.unforeseen",
        request=request_id(request.scope),
        path=shown_path(request.scope["path"]),
        exc_info=error,
    )
    return _answer(request, Unforeseen("page.unforeseen", request=request_id(request.scope)), 500)


async def on_leaving(request: Request, _: Exception) -> Response:
    """Who asked has gone in the middle of what they sent: nobody reads the answer, and it is no fault."""
    log.debug("page.left", path=shown_path(request.scope["path"]))
    return Response(status_code=400)


handlers: Mapping[Any, Any] = {
    Problem: on_problem,
    HTTPException: on_http,
    ClientDisconnect: on_leaving,
    Exception: on_error,
}
"""For `Starlette(exception_handlers=…)`."""


def _answer(
    request: Request, problem: Problem, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    said = i18n.explain(problem, language_of(request))
    extra = {"cache-control": "no-store", **(headers or {})}
    if wants_page(request):
        return render(request, "problem.html", status, headers=extra, said=said, status_code=status)
    return Response(
        json.dumps(_document(request, said, status), ensure_ascii=False),
        status,
        {**extra, "vary": "Accept, Accept-Language", "content-language": language_of(request)},
        "application/problem+json",
    )


def _entrance(request: Request) -> str:
    """The page where one signs in, which leads back to where one wanted to go."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"/entrer?{urlencode({'next': request.scope['path'] + query})}"


def _document(request: Request, said: i18n.Explanation, status: int) -> dict[str, object]:
    origin = request.app.state.node.settings.origin
    return {
        "type": f"{origin}/help/errors/{said.code}",
        "title": said.what,
        "status": status,
        "detail": said.why,
        "remedy": said.remedy,
        "code": said.code,
        "request": request_id(request.scope),
    }
