"""The photos that come with a form: taken in, described, put in order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from fedicoop.errors import Malformed, Misused, Problem
from fedicoop.i18n import Explanation, explain
from fedicoop.listings.fields import MOST_PHOTOS
from fedicoop.listings.listing import Photo
from fedicoop.listings.values import LONGEST, line
from fedicoop.media import store as pictures
from fedicoop.media.pictures import MOST_BYTES
from fedicoop.node import Node
from fedicoop.web.forms import Form


class Upload(Protocol):
    """A file as it came with a form."""

    filename: str | None

    async def read(self, size: int = -1) -> bytes: ...


async def take_in(node: Node, form: Form, *, there: int) -> tuple[Photo, ...]:
    """Re-encode and keep the photos that came with a form, as many as there is room for beside `there`.

    What is wrong with one is noted on the form by the name of its file, and the others are kept all
    the same.
    """
    kept = list[Photo]()
    for upload in form.files.get("photos", ()):
        try:
            if there + len(kept) >= MOST_PHOTOS:
                raise Misused("publish.photos_many", most=str(MOST_PHOTOS))
            kept.append(await _taken(node, upload))
        except Problem as problem:
            _refuse(form, upload.filename or "", problem)
    return tuple(kept)


async def _taken(node: Node, upload: Upload) -> Photo:
    data = await upload.read(MOST_BYTES + 1)
    if not data:
        raise Malformed("picture.not_a_picture")
    picture = await pictures.keep(node, data)
    return Photo(picture.name, "", picture.width, picture.height, picture.blurhash)


def _refuse(form: Form, file: str, problem: Problem) -> None:
    """Several photos may be wrong at once: `photos`, `photos.2`, `photos.3`, each with its file's name."""
    said = explain(problem, form.language)
    number = sum(name.partition(".")[0] == "photos" for name in form.wrong) + 1
    named = f"{line(file)[:60]} : {said.what}" if file else said.what
    form.wrong[f"photos.{number}" if number > 1 else "photos"] = Explanation(
        said.code, named, said.why, said.remedy
    )


def arranged(photos: Sequence[Photo], form: Form) -> tuple[Photo, ...]:
    """The photos that are kept, in the order and with the descriptions that the form gives them.

    Only what is kept already is ever shown: a name that somebody else's photo has changes nothing
    (security case 72).
    """
    order = {name: place for place, name in enumerate(form.all("photo"))}
    placed = sorted(photos, key=lambda photo: order.get(photo.name, len(order)))
    return tuple(
        replace(photo, alt=line(form[f"alt-{photo.name}"])[: LONGEST["alt"]])
        if f"alt-{photo.name}" in form
        else photo
        for photo in placed
    )


def moved(photos: Sequence[Photo], name: str, by: int) -> tuple[Photo, ...]:
    """One photo further to the front or to the back."""
    order = list(photos)
    at = next((place for place, photo in enumerate(order) if photo.name == name), None)
    if at is not None:
        photo = order.pop(at)
        order.insert(max(0, at + by), photo)
    return tuple(order)
