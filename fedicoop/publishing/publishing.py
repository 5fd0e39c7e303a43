"""From a form to a listing: the form is kept, and published once, however often it is sent."""

from collections.abc import Mapping
from typing import Any

from fedicoop import access
from fedicoop.access import Act, Member
from fedicoop.db import Tx
from fedicoop.errors import Conflict, NotFound
from fedicoop.listings import actions, drafts, pins, store
from fedicoop.listings.drafts import Draft
from fedicoop.listings.listing import Listing, Photo, Status
from fedicoop.listings.photos import let_go
from fedicoop.media import store as pictures

CHANGEABLE = (Status.DRAFT, Status.PUBLISHED, Status.PAUSED, Status.EXPIRED)
"""What may still be edited.  What is closed is over: one publishes another like it."""


async def publish(tx: Tx, who: Member, draft: Draft, raw: Mapping[str, Any]) -> Listing:
    """Publish what a form says, with the photos of its draft.

    Raises Misused, naming the field that is wrong.
    """
    listing = await actions.draft(tx, who, raw, draft.photos)
    listing = await actions.publish(tx, who, listing.id)
    await drafts.mark(tx, draft, listing.key)
    return listing


async def change(
    tx: Tx, who: Member, draft: Draft, listing: Listing, raw: Mapping[str, Any], *, show: bool = True
) -> Listing:
    """Change a listing to what a form says; an expired one is shown again by that, and a draft published.

    Raises Conflict where it is over.
    """
    if listing.status not in CHANGEABLE:
        raise Conflict("publish.ended", listing.id)
    if listing.status is Status.EXPIRED:
        await actions.renew(tx, who, listing.id)
    await drafts.mark(tx, draft, listing.key)
    after = await actions.update(tx, who, listing.id, raw, draft.photos)
    if after.status is Status.DRAFT and show:
        after = await actions.publish(tx, who, listing.id)
    return after


async def keep(tx: Tx, draft: Draft, before: Draft) -> Draft:
    """Keep what stands in a form, and let go of the photos that it no longer shows."""
    kept = await drafts.put(tx, draft)
    await let_go(tx, before.photos, of=draft.id, but=draft.photos)
    for other in await drafts.too_many(tx, draft.member_id):
        await forget(tx, other)
    return kept


async def forget(tx: Tx, draft: Draft) -> None:
    """Let go of a draft and of its photos, but for those of a listing."""
    await drafts.remove(tx, draft.id)
    await let_go(tx, draft.photos, of=draft.id)


async def drop(tx: Tx, photos: tuple[Photo, ...]) -> None:
    """Photos that came with a form which had been published already: nothing will ever show them."""
    await pictures.forget(tx, [photo.name for photo in photos])


async def sweep(tx: Tx) -> int:
    """Let go of the drafts that nobody touched for long, a hundred at once; how many.  And of idle pins."""
    await pins.tidy(tx)
    old = await drafts.over(tx)
    for draft in old:
        await forget(tx, draft)
    return len(old)


async def may_change(tx: Tx, who: Member, key: str) -> Listing:
    """A listing that this member may change; for anybody else there is none (security case 76)."""
    listing = await store.find_by_key(tx, key)
    if listing is None or not listing.local or not access.may(who, Act.LISTING_UPDATE, listing):
        raise NotFound("page.no_listing", key)
    return listing
