"""What is done with a form that was sent: kept as a draft whatever it says, and published if it is right.

Each button of the form sends all of it.  `do` says which one: publish, save, preview, photos, or with
what after a colon: `remove:NAME`, `up:NAME`, `down:NAME`, `place:TOWN`; the script says `keep`.
"""

from dataclasses import dataclass, replace
from typing import Any

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.errors import Conflict, NotFound
from fedicoop.listings import drafts
from fedicoop.listings.drafts import Draft
from fedicoop.listings.fields import MOST_PHOTOS
from fedicoop.listings.listing import Listing, Photo
from fedicoop.node import Node
from fedicoop.publishing import form_fields, form_photos, looks, publishing
from fedicoop.publishing.form_desk import Desk
from fedicoop.publishing.looks import Looks
from fedicoop.web.forms import Form

_LONGEST_KEPT = 25_000  # characters of one field of a draft: more than any field may have
_MOVES = {"up": -1, "down": 1}
_ONLY_IF_BEGUN = ("publish", "preview", "keep")
"""What keeps no draft of a form in which nothing was written: nobody asked for one."""


@dataclass(frozen=True, slots=True)
class Button:
    does: str
    what: str = ""

    @classmethod
    def of(cls, text: str) -> "Button":
        does, _, what = text.partition(":")
        return cls(does or "publish", what[:200])


@dataclass(frozen=True, slots=True)
class Outcome:
    """`key` is the listing that the form became; else the draft as it is kept now, and how it looks."""

    draft: Draft
    key: str | None = None
    looks: Looks | None = None


async def receive(node: Node, who: Member, desk: Desk, form: Form) -> Outcome:
    """Do what the form asks for; what is wrong is on the form afterwards, and nothing is published."""
    button = Button.of(form["do"])
    if button.does == "place":
        form.values = {**form.values, "place": [button.what]}
    new = await form_photos.take_in(node, form, there=len(desk.draft.photos))
    raw = form_fields.read(form, desk.setting) if button.does in ("publish", "preview") else {}
    if button.does == "publish" and desk.editing:
        _check_untouched(desk.editing, form)
    if set(form.all("photo")) - {photo.name for photo in desk.draft.photos} and not desk.draft.updated_at:
        form.refuse("photos", NotFound("publish.photos_gone"))
    async with node.db.write() as tx:
        before = await drafts.find(tx, desk.draft.id, who.id) or desk.draft
        if before.became:
            await publishing.drop(tx, new)
            return Outcome(before, before.became)
        draft = replace(before, content=content_of(form), photos=await _photos(tx, before, new, form, button))
        if button.does == "publish" and not form.wrong:
            return Outcome(draft, (await _publish(tx, who, desk, draft, raw)).key)
        shown = await looks.of(tx, who, raw, draft.photos, desk.editing) if button.does == "preview" else None
        if button.does not in _ONLY_IF_BEGUN or draft.begun or before.updated_at:
            draft = await publishing.keep(tx, draft, before)
        return Outcome(draft, looks=shown)


def _check_untouched(listing: Listing, form: Form) -> None:
    """Somebody else may have changed the listing since the page was made: that is said once."""
    if form["as_of"] and form["as_of"] != listing.mark:
        form.refuse("", Conflict("publish.changed_meanwhile"))
        form.values = {**form.values, "as_of": [listing.mark]}


async def _photos(
    tx: Tx, before: Draft, new: tuple[Photo, ...], form: Form, button: Button
) -> tuple[Photo, ...]:
    photos = form_photos.arranged(before.photos, form) + new
    if button.does == "remove":
        photos = tuple(photo for photo in photos if photo.name != button.what)
    elif button.does in _MOVES:
        photos = form_photos.moved(photos, button.what, _MOVES[button.does])
    await publishing.drop(
        tx, photos[MOST_PHOTOS:]
    )  # where two sendings at once brought more than there is room for
    return photos[:MOST_PHOTOS]


async def _publish(tx: Tx, who: Member, desk: Desk, draft: Draft, raw: dict[str, Any]) -> Listing:
    if desk.editing:
        return await publishing.change(tx, who, draft, desk.editing, raw)
    return await publishing.publish(tx, who, draft, raw)


def content_of(form: Form) -> dict[str, list[str]]:
    """What is kept of a form: its own fields, each within bounds."""
    names = (*form_fields.NAMES, "as_of")
    return {name: [value[:_LONGEST_KEPT] for value in form.all(name)[:1]] for name in names if name in form}
