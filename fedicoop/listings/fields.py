"""What somebody writes to make or change a listing, checked field by field.

The same reader serves the file that `fedicoop listing publish` takes and, later, every form: a key
that is unknown, missing or wrong is named in the refusal, and nothing is guessed.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fedicoop.i18n import LANGUAGES
from fedicoop.listings import values
from fedicoop.listings.listing import Kind, Listing, Mode, Visibility
from fedicoop.listings.values import LONGEST, UNITS, wrong

MOST_PHOTOS = 8
FARTHEST = timedelta(days=366 * 2)


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo to be taken in: a path beside the file that names it, and what is to be seen on it."""

    file: str
    alt: str


def change(listing: Listing, raw: Mapping[str, Any]) -> tuple[Listing, tuple[PhotoFile, ...] | None]:
    """`listing` with the fields that `raw` gives; absent keys stay, null clears.

    Returns the photos apart, as files yet to be read (None: leave them as they are).  Raises
    Misused, naming the field, for whatever is unknown or wrong.
    """
    for name in raw:
        if name not in READERS and name != "photos":
            near = difflib.get_close_matches(name, [*READERS, "photos"], n=1)
            raise wrong(name, "field_near" if near else "field_unknown", near=near[0] if near else "")
    changes = dict[str, Any]()
    for name, value in raw.items():
        if name != "photos":
            changes |= READERS[name](name, value)
    if "kind" in changes and listing.published_at and changes["kind"] is not listing.kind:
        raise wrong("kind", "kind_fixed")
    if "visibility" in changes and listing.published_at and changes["visibility"] is not listing.visibility:
        raise wrong("visibility", "visibility_fixed")
    photos = _photos(raw["photos"]) if "photos" in raw else None
    return replace(listing, **changes), photos


def require(raw: Mapping[str, Any]) -> None:
    """A new listing needs a kind, a mode and a title; everything else has a default."""
    for name in ("kind", "mode", "title"):
        if raw.get(name) in (None, ""):
            raise wrong(name, "field_missing")


def check_end(last: datetime | None, now: datetime) -> None:
    """A listing ends in the future, and not too far.  Raises Misused `listing.expires_…`."""
    if last and last <= now:
        raise wrong("expires", "expires_past")
    if last and last > now + FARTHEST:
        raise wrong("expires", "expires_far")


def _photos(value: Any) -> tuple[PhotoFile, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_PHOTOS:
        raise wrong("photos", "field_photos")
    found = list[PhotoFile]()
    for photo in value:
        if not isinstance(photo, dict) or not {"file"} <= photo.keys() <= {"file", "alt"}:
            raise wrong("photos", "field_photos")
        file = values.text("photos.file", photo["file"], longest=4_000)
        found.append(
            PhotoFile(
                file, values.line(values.text("photos.alt", photo.get("alt") or "", longest=LONGEST["alt"]))
            )
        )
    return tuple(found)


READERS: dict[str, Callable[[str, Any], dict[str, Any]]] = {
    "kind": values.one_of(Kind),
    "mode": values.one_of(Mode),
    "title": values.one_line,
    "text": values.body,
    "category": values.category,
    "tags": values.tags,
    "quantity": values.quantity,
    "unit": values.among(*UNITS),
    "price": values.money,
    "counterpart": values.one_line,
    "deposit": values.money,
    "condition": values.one_line,
    "available": values.available,
    "place": values.place,
    "visibility": values.one_of(Visibility),
    "language": values.among(*LANGUAGES),
    "expires": values.expires,
}
"""Every key of the file, and who reads it.  `photos` is read apart: its files are not yet here."""
