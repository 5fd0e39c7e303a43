"""How a listing will look before it is one: its card here, and the message that Mastodon will show."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fedicoop.access import Member
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.listings import actions, fields
from fedicoop.listings.federation import to_note
from fedicoop.listings.listing import Listing, Photo, Status, Visibility
from fedicoop.vocabulary.types import Actor

_ON_MASTODON = 4
"""How many pictures Mastodon shows."""


@dataclass(frozen=True, slots=True)
class Looks:
    """`post` is the HTML of the message, "" where nothing leaves the coop."""

    listing: Listing
    author: Actor
    coop: Actor
    post: str
    photos: tuple[Photo, ...]


async def of(
    tx: Tx, who: Member, raw: Mapping[str, Any], photos: tuple[Photo, ...], editing: Listing | None = None
) -> Looks:
    """What `raw` would look like, were it published now; what is missing is simply not there."""
    before = editing or await actions.blank(tx, who)
    said = {name: value for name, value in raw.items() if not (editing and name in ("kind", "visibility"))}
    listing, _ = fields.change(before, said)
    shown = replace(
        listing, status=Status.PUBLISHED, photos=photos, published_at=listing.published_at or tx.now
    )
    author = await actors.get(tx, shown.actor_id)
    coop = await actors.get(tx, shown.coop_id or shown.actor_id)
    post = "" if shown.visibility is Visibility.COOP else to_note(shown, author).content
    return Looks(shown, author, coop, post, photos[:_ON_MASTODON])
