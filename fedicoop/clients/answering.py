"""Answers to applications: JSON, for any site's script to read, and for no cookie (case 131)."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response

from fedicoop import i18n
from fedicoop.errors import Problem, TooMany, Unavailable
from fedicoop.web.problems import PAUSE
from fedicoop.web.render import language_of

Json = Mapping[str, Any]

CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Link, X-RateLimit-Reset, X-Request-Id",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PREFLIGHT = {
    "access-control-allow-methods": ", ".join(METHODS),
    "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key",
    "access-control-max-age": "86400",
}


class Unfit(Problem):
    """What was asked for is understood, and is not done in this way here (RFC 9110, section 15.5.21)."""

    status = 422


class NotAllowed(Problem):
    """The address is right, the method is not."""

    status = 405


class Unsaid(Problem):
    """Our own mistake, told to an application."""

    status = 500


class OAuthRefusal(Problem):
    """A refusal of OAuth 2, with the word that programs know (RFC 6749, section 5.2)."""

    status = 400
    error: ClassVar[str] = "invalid_request"


class InvalidClient(OAuthRefusal):
    status = 401
    error = "invalid_client"


class InvalidGrant(OAuthRefusal):
    error = "invalid_grant"


class InvalidScope(OAuthRefusal):
    error = "invalid_scope"


class UnsupportedGrant(OAuthRefusal):
    error = "unsupported_grant_type"


def told(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that nobody keeps for anybody else."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    kept = {"cache-control": "private, no-store", "vary": "Authorization"}
    return Response(body, status, kept | dict(headers or {}), "application/json")


def with_cors(response: Response) -> Response:
    response.headers.update(CORS)
    return response


def preflight() -> Response:
    """What a browser asks before it lets another site's script ask."""
    return Response(status_code=204, headers=CORS | _PREFLIGHT)


def refused(request: Request, problem: Problem, language: str | None = None) -> Response:
    """`{"error": …}` as Mastodon's clients show it, in words that say what to do."""
    said = i18n.explain(problem, language or language_of(request))
    words = f"{said.what} {said.remedy}".strip()
    document = {"error": words, "code": said.code}
    headers: dict[str, str] = {}
    if isinstance(problem, OAuthRefusal):
        document = {"error": problem.error, "error_description": words, "code": said.code}
    if isinstance(problem, TooMany):
        headers["retry-after"] = str(problem.seconds)
    elif isinstance(problem, Unavailable):
        headers["retry-after"] = str(PAUSE)
    elif problem.status == 401:
        headers["www-authenticate"] = 'Bearer realm="fedicoop"'
    return told(document, problem.status, headers)
