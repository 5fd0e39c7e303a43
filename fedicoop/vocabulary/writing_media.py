"""The small parts of a document: pictures, places, and the habit of leaving out what is not there."""

from typing import Any

from fedicoop.vocabulary import types as t

Json = dict[str, Any]


def present(**members: Any) -> Json:
    """Leave out what is not there: peers read a missing member and an empty one alike, null not."""
    return {name: value for name, value in members.items() if value}


def write_image(image: t.Image) -> Json:
    """A picture with one plain address, and its description under `name` (federation.md 1.4)."""
    return {
        "type": "Image",
        "mediaType": image.media_type,
        "url": image.url,
        **present(
            name=image.alt,
            width=image.width,
            height=image.height,
            blurhash=image.blurhash,
            focalPoint=image.focal and list(image.focal),
        ),
    }


def write_place(place: t.Place) -> Json:
    """A place; it must be blurred before it gets here."""
    point = {"latitude": place.latitude, "longitude": place.longitude}
    return {
        "type": "Place",
        **present(name=place.name),
        **(point if None not in point.values() else {}),
        **({"radius": place.radius, "units": "m"} if place.radius is not None else {}),
    }
