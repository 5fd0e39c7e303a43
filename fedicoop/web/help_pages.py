"""What each code of an error means, in both languages: `/help/errors/FC-1003`, `/aide/erreurs/FC-1003`."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import i18n
from fedicoop.errors import NotFound, Problem
from fedicoop.web.render import language_of, render

_PLACEHOLDER = re.compile(r"\{\w+\}")


def _explained(key: str, language: str) -> i18n.Explanation:
    """The sentences of a key without an occasion: what a value would fill is left open."""
    said = i18n.explain(Problem(key), language)
    return i18n.Explanation(
        said.code, *(_PLACEHOLDER.sub("…", text) for text in (said.what, said.why, said.remedy))
    )


async def show(request: Request) -> Response:
    """One code: what happened, why, and what to do, in French and in English."""
    code = request.path_params["code"].upper()
    key = next((key for key, known in i18n.codes().items() if known == code), None)
    if key is None:
        raise NotFound("page.no_code", code)
    said = {language: _explained(key, language) for language in i18n.LANGUAGES}
    return render(request, "pages/error_help.html", here=f"/help/errors/{code}", code=code, said=said)


async def index(request: Request) -> Response:
    """Every code there is."""
    language = language_of(request)
    said = sorted((_explained(key, language) for key in i18n.codes()), key=lambda one: one.code)
    return render(request, "pages/error_index.html", here="/help/errors", said=said)


routes = [
    Route("/help/errors", index),
    Route("/aide/erreurs", index),
    Route("/help/errors/{code}", show),
    Route("/aide/erreurs/{code}", show),
]
