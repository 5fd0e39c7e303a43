"""Links, pictures, places and tags: what hangs on an object and is dropped when it does not fit."""

import re
from typing import Any

from fedicoop.errors import Malformed
from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.cursor import MAX_ATTACHMENTS, MAX_NAME, MAX_TAGS, Cursor, many, number
from fedicoop.vocabulary.hosts import check_id, same_origin

MAX_ALT = 1500
_BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,128}", re.ASCII)
_MEDIA_TYPE = re.compile(r"image/[a-z0-9.+-]{1,32}", re.ASCII)
_METRES = {"m": 1, "km": 1000, "miles": 1609}


def page_address(at: Cursor, id: t.Iri) -> t.Iri | None:
    """The page for people of the thing `id`: `url` as a string, Link or list, text/html before others.

    One in another house than the id is dropped: a link must not lead where its thing does not live.
    """
    found = _address(at, at.get("url"), "text/html")
    return found if found is not None and same_origin(found, id) else None


def _address(at: Cursor, value: Any, wanted: str) -> t.Iri | None:
    """The best of one or many addresses or Links, by media type."""
    links = [(link, "") if isinstance(link, str) else _link(link) for link in many(value)[:16]]
    for href, _ in sorted(links, key=lambda link: not link[1].startswith(wanted)):
        try:
            return check_id(href, plain_http_hosts=at.plain_http)
        except Malformed:
            continue
    return None


def _link(value: Any) -> tuple[Any, str]:
    if not isinstance(value, dict):
        return None, ""
    media_type = value.get("mediaType")
    return value.get("href") or value.get("url"), media_type if isinstance(media_type, str) else ""


def read_images(at: Cursor) -> tuple[t.Image, ...]:
    """The pictures of an object: `attachment`, else `image`.  Sounds, films and links are left out."""
    places = [place for place in at.many("attachment")[:64] if isinstance(place, dict)]
    found = [image for place in places if (image := read_image(at, place))]
    found = found or [image for place in at.many("image")[:64] if (image := read_image(at, place))]
    return tuple(found[:MAX_ATTACHMENTS])


def read_image(at: Cursor, value: Any) -> t.Image | None:
    """An Image, or a Document that says it is one; a bare address is one too where an icon stands."""
    place = at.at(value if isinstance(value, dict) else {"type": "Image", "url": value}, ".image")
    media_type = place.get("mediaType")
    pictured = isinstance(media_type, str) and _MEDIA_TYPE.fullmatch(media_type.lower())
    url = _address(place, place.get("url"), "image/")
    if url is None or not ("Image" in place.types() or ("Document" in place.types() and pictured)):
        return None
    alt = next((text for text in (place.get("summary"), place.get("name")) if isinstance(text, str)), "")
    blurhash = place.get("blurhash")
    return t.Image(
        url=url,
        media_type=media_type.lower() if pictured else "image/jpeg",
        alt=alt[:MAX_ALT],
        width=place.whole("width", 1, 65535),
        height=place.whole("height", 1, 65535),
        blurhash=blurhash if isinstance(blurhash, str) and _BLURHASH.fullmatch(blurhash) else None,
        focal=_focal(place.get("focalPoint")),
    )


def _focal(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    x, y = (number(part, -1, 1) for part in value)
    return None if x is None or y is None else (x, y)


def read_tags(at: Cursor) -> tuple[t.Tag, ...]:
    """Hashtags and mentions; emoji and others are left out."""
    return tuple(tag for place in at.children("tag", MAX_TAGS) if (tag := _tag(place)))


def _tag(at: Cursor) -> t.Tag | None:
    name, href = at.get("name"), at.find_iri("href")
    name = name[:MAX_NAME] if isinstance(name, str) else ""
    if "Hashtag" in at.types() and name:
        return t.Tag(type="Hashtag", name=name, href=href)
    if "Mention" in at.types() and href:
        return t.Tag(type="Mention", name=name, href=href)
    return None


def read_place(at: Cursor) -> t.Place | None:
    """Where it is: `location`, or ValueFlows' `eligibleLocation`.  Half a point is no point."""
    place = at.find_child("location") or at.find_child("eligibleLocation")
    if place is None:
        return None
    latitude, longitude = place.number("latitude", -90, 90), place.number("longitude", -180, 180)
    radius, unit = place.number("radius", 0, 20_000_000), place.get("units")
    factor = _METRES.get(unit) if isinstance(unit, str) else 1
    name = place.get("name")
    found = t.Place(
        name=name[:MAX_NAME] if isinstance(name, str) else "",
        latitude=None if longitude is None else latitude,
        longitude=None if latitude is None else longitude,
        radius=None if radius is None or factor is None else round(radius * factor),
    )
    return None if found == t.Place() else found
