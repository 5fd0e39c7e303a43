"""`/aide` and `/help`: the index, which can be searched, and each page."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedicoop.errors import NotFound
from fedicoop.help import manual
from fedicoop.i18n import LANGUAGES
from fedicoop.web.render import language_of, render


async def index(request: Request) -> Response:
    """All pages, or those that answer a question."""
    language, question = language_of(request), request.query_params.get("q", "").strip()
    found = manual.search(question, language)
    return render(
        request,
        "help/index.html",
        here=manual.path("", language).rstrip("/"),
        asked={"q": question} if question else {},
        question=question,
        found=found,
        shelves={
            audience: [page for page in found if page.audience == audience] for audience in manual.AUDIENCES
        },
    )


async def show(request: Request) -> Response:
    """One page, in the reader's language, at whichever of its addresses."""
    language, slug = language_of(request), request.path_params["slug"]
    page = manual.find(slug, language)
    if page is None:
        raise NotFound("help.no_page", slug)
    others = [other for other in manual.pages(language) if other.audience == page.audience]
    at = others.index(page)
    return render(
        request,
        "help/show.html",
        here=page.path(language),
        page=page,
        languages_paths={other: page.path(other) for other in LANGUAGES},
        following=others[at + 1] if at + 1 < len(others) else None,
    )


async def with_slash(request: Request) -> Response:
    """`/aide/` is `/aide`."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(request.scope["path"].rstrip("/") + query, 308)


routes = [
    Route("/aide", index),
    Route("/help", index),
    Route("/aide/", with_slash),
    Route("/help/", with_slash),
    Route("/aide/{slug}", show),
    Route("/help/{slug}", show),
]
