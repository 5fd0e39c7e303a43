"""Public data for programs: any site may read it from a browser, caches may keep it for a while.

Nothing here depends on who asks: no cookie is looked at, so nothing needs to be kept from anybody
(invariants 8 and 17).
"""

from starlette.requests import Request
from starlette.responses import Response

from fedicoop.web.negotiation import activity_response

MAX_AGE = 300  # seconds


def public_data(
    request: Request, body: bytes, media_type: str, *, next_url: str | None = None, file_name: str = ""
) -> Response:
    """An answer with its tag (304 where it is known already), its next page, and a name to be saved under."""
    response = activity_response(request, body, max_age=MAX_AGE, media_type=media_type)
    response.headers["access-control-allow-origin"] = "*"
    response.headers["access-control-expose-headers"] = "ETag, Link"
    if next_url:
        response.headers["link"] = f'<{next_url}>; rel="next"'
    if file_name:
        response.headers["content-disposition"] = f'attachment; filename="{file_name}"'
    return response
