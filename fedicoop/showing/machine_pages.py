"""What other sites ask of ours: search engines a map of the site, whoever embeds a link its card."""

import json
from datetime import datetime
from html import escape
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.listings import counting, house, seeing
from fedicoop.listings.listing import Listing
from fedicoop.listings.store import Filter
from fedicoop.node import Node
from fedicoop.showing import preview
from fedicoop.vocabulary.types import Actor

MOST = 40_000
"""Addresses in the map; a site map may hold 50 000 (sitemaps.org)."""
_PAGES = ("/", "/coops", "/about", "/aide")
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_OPEN = {"access-control-allow-origin": "*"}
_WIDTH, _HEIGHT, _NARROWEST = 480, 160, 200


async def robots(request: Request) -> Response:
    """Everybody may read the pages; each says for itself whether it is to be listed."""
    node: Node = request.app.state.node
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in ("/inbox", "/bienvenue/", "/depuis-mastodon", "/oembed")),
        f"Sitemap: {node.settings.origin}/sitemap.xml",
    ]
    return Response(
        "\n".join(lines) + "\n", headers={"cache-control": "public, max-age=86400"}, media_type="text/plain"
    )


async def site_map(request: Request) -> Response:
    """What search engines are to find: our own pages, coops and listings, nothing kept to somebody."""
    node: Node = request.app.state.node
    origin = node.settings.origin
    async with node.db.read() as tx:
        coops = (await house.read(tx, node.settings.host)).coops
        listed = await counting.addresses(tx, Filter(source="local"), limit=MOST)
    lines = [_entry(f"{origin}{path}") for path in _PAGES]
    lines += [_entry(f"{origin}/@{quote(coop.handle, safe='')}") for coop in coops]
    lines += [_entry(f"{origin}/l/{one.key}", one.changed_at) for one in listed]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_NAMESPACE}">'
    body = "\n".join([head, *lines, "</urlset>\n"])
    return Response(body, headers={"cache-control": "public, max-age=3600"}, media_type="application/xml")


def _entry(address: str, changed: datetime | None = None) -> str:
    when = f"<lastmod>{changed.date().isoformat()}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{when}</url>"


async def embed(request: Request) -> Response:
    """`/oembed?url=…`: a listing of ours as a quotation that any site may show (oEmbed 1.0, type `rich`)."""
    node: Node = request.app.state.node
    asked = request.query_params
    if asked.get("format", "json") != "json":
        return Response(status_code=501, headers=_OPEN)
    key = _key(asked.get("url", ""), node.settings.origin)
    async with node.db.read() as tx:
        listing, coop, site = await _found(tx, key, node)
    document = _card(listing, coop, site, node.settings.origin, _width(asked.get("maxwidth", "")))
    return Response(
        json.dumps(document, ensure_ascii=False),
        headers=_OPEN | {"cache-control": "public, max-age=3600"},
        media_type="application/json",
    )


def _key(address: str, origin: str) -> str:
    """The key of the listing whose page or object this is, at this house; "" for any other address."""
    path = urlsplit(address).path if address.startswith(f"{origin}/") else ""
    head, _, key = path.strip("/").rpartition("/")
    return key if head in ("l", "listings") else ""


async def _found(tx: Tx, key: str, node: Node) -> tuple[Listing, Actor | None, str]:
    listing = await seeing.get_seen(tx, key, None, node.settings.origin)
    if not listing.local:
        raise NotFound("page.no_listing", key)
    coop = (await house.speakers(tx, [listing])).get(listing.id)
    return listing, coop, (await house.read(tx, node.settings.host)).name


def _width(asked: str) -> int:
    most = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else _WIDTH
    return max(_NARROWEST, min(_WIDTH, most))


def _card(listing: Listing, coop: Actor | None, site: str, origin: str, width: int) -> dict[str, object]:
    """The document: title, words and a link, and no script, so that it needs nobody's trust."""
    shown = preview.of(listing, coop, origin, listing.language)
    page, name = f"{origin}/l/{listing.key}", (coop.name or coop.handle) if coop else site
    words = [
        f'<a href="{escape(page)}">{escape(shown.title)}</a>',
        escape(shown.description),
        f"— {escape(name)}",
    ]
    picture = next((photo for photo in listing.photos if photo.name and photo.width and photo.height), None)
    thumbnail = (
        {
            "thumbnail_url": f"{origin}/media/{picture.name}",
            "thumbnail_width": picture.width,
            "thumbnail_height": picture.height,
        }
        if picture
        else {}
    )
    return {
        "version": "1.0",
        "type": "rich",
        "title": shown.title,
        "author_name": name,
        "author_url": (coop.url or coop.id) if coop else origin,
        "provider_name": site,
        "provider_url": origin,
        "cache_age": 3600,
        "html": f'<blockquote lang="{escape(listing.language)}">{"<br>".join(words)}</blockquote>',
        "width": width,
        "height": _HEIGHT,
        **thumbnail,
    }  # fmt: skip


routes = [
    Route("/robots.txt", robots),
    Route("/sitemap.xml", site_map),
    Route("/oembed", embed),
]
