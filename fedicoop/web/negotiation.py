"""Who is asking: a person's browser, or a peer's program?  One address answers both."""

import hashlib
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

ACTIVITY = "application/activity+json"
LD = "application/ld+json"
PROFILE = "https://www.w3.org/ns/activitystreams"
_PAGES = ("text/html", "application/xhtml+xml")
_MOST = 30  # a browser names seven types; a longer list is not read to its end


@dataclass(frozen=True, slots=True)
class Wish:
    """One entry of an Accept header: `type` is `major/minor` or has stars; `quality` is 0 to 1."""

    type: str
    quality: float
    profile: str | None = None


def read_accept(header: str) -> list[Wish]:
    """The wishes of an Accept header (RFC 9110, section 12.5.1).  What cannot be read is left out."""
    wishes = (_wish(part) for part in header.split(",")[:_MOST])
    return [wish for wish in wishes if wish]


def _wish(part: str) -> Wish | None:
    type, *parameters = (piece.strip() for piece in part.split(";"))
    if type.count("/") != 1:
        return None
    pairs = {
        name.strip().lower(): value.strip().strip('"')
        for name, _, value in (p.partition("=") for p in parameters)
    }
    try:
        quality = float(pairs.get("q", "1"))
    except ValueError:
        return None
    if not 0 <= quality <= 1:
        return None
    return Wish(type.lower(), quality, pairs.get("profile"))


def _best(wishes: list[Wish], *types: str) -> float:
    """How much one of these types is wished for by its own name; a star names nothing."""
    return max((wish.quality for wish in wishes if wish.type in types and _readable(wish)), default=0.0)


def _readable(wish: Wish) -> bool:
    return wish.profile is None or PROFILE in wish.profile.split()


def wants_activity(request: Request) -> bool:
    """Whether the answer is an ActivityStreams document rather than a page.

    Peers say so in four ways: activity+json, ld+json with the profile (Mastodon's first request),
    bare ld+json, or plain JSON (flohmarkt).  Mastodon adds `text/html;q=0.1`, so qualities count.
    A browser, or a client that takes anything, gets the page.
    """
    wishes = read_accept(request.headers.get("accept", ""))
    named = _best(wishes, ACTIVITY, LD, "application/json")
    return named > 0 and named >= _best(wishes, *_PAGES)


def takes_pages(request: Request) -> bool:
    """Whether a page is among what the client named, however little it wants it."""
    wishes = read_accept(request.headers.get("accept", ""))
    return not wishes or _best(wishes, *_PAGES, "*/*", "text/*") > 0


def wants_page(request: Request) -> bool:
    """Whether a refusal is read by a person: only browsers name HTML, programs take anything."""
    wishes = read_accept(request.headers.get("accept", ""))
    pages = _best(wishes, *_PAGES)
    return pages > 0 and pages >= _best(wishes, ACTIVITY, LD, "application/json", "application/problem+json")


def activity_response(
    request: Request,
    body: bytes,
    *,
    status: int = 200,
    max_age: int = 180,
    public: bool = True,
    media_type: str = ACTIVITY,
) -> Response:
    """A document for peers, with what caches need; an unchanged one is answered 304 without a body.

    The media type carries no profile and no charset: Lemmy and GoToSocial take exactly this
    (federation.md, section 3).  Three minutes is what Mastodon itself allows.
    """
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "vary": "Accept",
        "etag": tag,
        "cache-control": f"public, max-age={max_age}" if public else "private, no-store",
    }
    if status == 200 and _known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, media_type)


def _known(header: str, tag: str) -> bool:
    """RFC 9110, section 13.1.2: weak comparison."""
    tags = [candidate.strip().removeprefix("W/") for candidate in header.split(",")]
    return tag in tags or "*" in tags
