"""Pages of a timeline as Mastodon's clients ask for them: `max_id`, `since_id`, `min_id`, and a Link back."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from fedicoop.clients import refs
from fedicoop.clients.answering import told
from fedicoop.clients.doors import Call
from fedicoop.clients.refs import Span

MOST, USUAL = 40, 20
_KEPT = ("limit", "local", "remote", "only_media", "exclude_replies", "exclude_reblogs", "tagged", "resolve")


def span(call: Call) -> Span:
    """The part that is asked for.  What is no id of ours counts as not said."""
    limit = call.sent.number("limit", otherwise=USUAL, most=MOST)
    least = refs.read(call.sent["min_id"])
    above = least or refs.read(call.sent["since_id"])
    return Span(refs.read(call.sent["max_id"]), above, least is not None, limit)


def page(call: Call, items: list[dict[str, Any]], first: str = "", last: str = "") -> Response:
    """A list with its Link, newest first; `first` and `last` are ids, if they are not those of the items."""
    if not items and not last:
        return told(items)
    first, last = first or str(items[0]["id"]), last or str(items[-1]["id"])
    base = call.origin + call.request.scope["path"]
    kept: list[tuple[str, str]] = [
        (name, value)
        for name, value in call.request.query_params.multi_items()
        if name.removesuffix("[]") in _KEPT
    ]
    ways: Mapping[str, tuple[str, str]] = {"next": ("max_id", last), "prev": ("min_id", first)}
    links = [f'<{base}?{urlencode([*kept, way])}>; rel="{rel}"' for rel, way in ways.items()]
    return told(items, headers={"link": ", ".join(links)})
