"""A member's notices as an Atom feed, at an address that only they know and can change."""

from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import i18n
from fedicoop.actors import coops
from fedicoop.errors import NotFound
from fedicoop.mail.writing import one_line
from fedicoop.node import Node
from fedicoop.notices import readers, store
from fedicoop.notices.notice import Notice

_ENTRIES = 50


async def feed(request: Request) -> Response:
    """The latest notices; an unchanged feed is answered without a body."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        reader = await readers.by_feed_key(tx, request.path_params["key"])
        if reader is None:
            raise NotFound("notice.no_feed")
        found = await store.of_member(tx, reader.id, limit=_ENTRIES)
        house = await coops.face(tx, node.settings.host)
    headers = {
        "cache-control": "private, max-age=600",
        "etag": f'"{found[0].id if found else "none"}-{reader.language}"',
        "x-robots-tag": "noindex",
    }
    if request.headers.get("if-none-match", "").removeprefix("W/") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    body = _written(found, node.settings.origin, reader.language, house.name, request.scope["path"])
    return Response(body, headers=headers, media_type="application/atom+xml; charset=utf-8")


def _written(notices: list[Notice], origin: str, language: str, coop: str, path: str) -> str:
    from feedgenerator import Atom1Feed

    made = Atom1Feed(
        title=i18n.t("notice.feed.title", language, coop=one_line(coop)),
        link=f"{origin}/alertes",
        description="",
        language=language,
        author_name=one_line(coop),
        feed_url=f"{origin}{path}",
        feed_guid=f"{origin}/alertes",
    )
    for notice in notices:
        made.add_item(
            title=one_line(notice.words(language)),
            link=f"{origin}{notice.path}",
            description=escape(one_line(notice.why(language))),  # readers take a summary for HTML
            unique_id=f"{origin}/alertes#{notice.id}",
            pubdate=notice.created_at,
            updateddate=notice.created_at,
        )
    text: str = made.writeString("utf-8")
    return text


routes = [Route("/alertes/flux/{key}.atom", feed)]
