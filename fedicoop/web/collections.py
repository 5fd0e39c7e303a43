"""Collections as peers pull them: an index with its total, and pages linked from newest to oldest."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedicoop.errors import Malformed
from fedicoop.vocabulary.types import Collection, Iri, Thing
from fedicoop.vocabulary.writing import write
from fedicoop.web.negotiation import activity_response

PAGE = 20


def index(request: Request, id: str, total: int, *, listed: bool = True) -> Response:
    """The collection itself; without `first`, its members are nobody's business (Mastodon reads it so)."""
    first = Iri(f"{id}?page=1") if listed else None
    return activity_response(request, write(Collection(id=Iri(id), total=total, first=first)))


def page(
    request: Request,
    id: str,
    items: Sequence[Thing],
    *,
    total: int,
    before: str = "",
    next_before: str | None = None,
) -> Response:
    """One page; `next_before` is where the next one starts, None on the last."""
    this = f"{id}?page=1" + (f"&before={before}" if before else "")
    following = Iri(f"{id}?page=1&before={next_before}") if next_before else None
    found = Collection(id=Iri(this), total=total, part_of=Iri(id), next=following, items=tuple(items))
    return activity_response(request, write(found), max_age=60)


def asked_page(request: Request) -> str | None:
    """None for the index, else where the page starts.  Raises Malformed for what no link of ours says."""
    if "page" not in request.query_params:
        return None
    before = request.query_params.get("before", "")
    if len(before) > 64 or not (before.isalnum() or before == ""):
        raise Malformed("page.cursor", before[:64])
    return before
