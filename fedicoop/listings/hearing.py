"""What we do when a peer publishes, edits, deletes or relays a listing."""

from collections.abc import Iterable
from dataclasses import replace

from fedicoop.actors import portraits
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.follows import store as follows
from fedicoop.jobs import queue
from fedicoop.listings import boosts, news, store, veil
from fedicoop.listings import store_succeeding as succeeding
from fedicoop.listings.importing import from_note
from fedicoop.listings.listing import Listing, Photo, Status
from fedicoop.listings.photos import let_go
from fedicoop.media import store as pictures
from fedicoop.media.store import CopyPicture
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import (
    PUBLIC,
    Activity,
    Actor,
    Announce,
    Create,
    Delete,
    Proposal,
    Tombstone,
    Undo,
    Update,
)


async def on_create(tx: Tx, received: Received[Create, Proposal]) -> None:
    """A coop that we follow published an offer or a need: put it on our shelf."""
    if await follows.heard_by_us(tx, received.sender.id):
        await keep(tx, received.object)


async def on_update(tx: Tx, received: Received[Update, Proposal]) -> None:
    """The owner changed a listing; an edit that overtook its Create becomes the listing."""
    known = await store.find(tx, received.object.id)
    if known or await follows.heard_by_us(tx, received.sender.id):
        await keep(tx, received.object)


async def keep(tx: Tx, note: Proposal) -> bool:
    """Keep a peer's listing as its owner last stated it; False where what we have stands.

    Older state never replaces newer, what was deleted stays deleted, and a listing never changes
    hands (security cases 25 to 31).
    """
    known = await store.find(tx, note.id)
    if await store.is_gone(tx, note.id, note.by):
        return False
    was = None if known else await succeeding.predecessor(tx, note)
    before = known or was
    listing = from_note(note, key=before.key if before else tx.new_id().lower(), now=tx.now)
    if known and (known.local or known.actor_id != note.by or not _newer(listing, known)):
        return False
    if known:
        listing = replace(listing, created_at=known.created_at, published_at=known.published_at)
    if (
        known and known.status is Status.REMOVED
    ):  # a steward here took it out of sight; an edit brings it not back
        listing = replace(listing, status=Status.REMOVED)
    listing = replace(listing, photos=await wanted(tx, listing), heard_by=await _heard_by(tx, note))
    listing = await veil.settled(tx, listing)
    if was:
        listing = replace(listing, created_at=was.created_at)
        if was.status is Status.REMOVED:
            listing = replace(listing, status=Status.REMOVED)
        await succeeding.succeed(tx, was, listing)
    else:
        await store.put(tx, listing)
        await news.promise(tx, listing)
    await let_go(tx, before.photos if before else (), of=note.id, but=listing.photos)
    return True


async def _heard_by(tx: Tx, note: Proposal) -> tuple[str, ...]:
    """The coops of ours that a listing is addressed to, by name or among its author's followers.

    Empty for what is public.  One that is addressed to somebody else is for nobody here.
    """
    addressed = {*note.to, *note.cc}
    if PUBLIC in addressed:
        return ()
    author = await actors.find(tx, note.by)
    to_followers = author is not None and author.followers in addressed
    ours = await follows.followers(tx, note.by)
    coops = [one for one in ours if one.type == "Organization"]
    named = [one for one in coops if to_followers or one.id in addressed]
    return tuple(dict.fromkeys(one.moved_to or one.id for one in named))  # ours may have had another id


def _newer(stated: Listing, known: Listing) -> bool:
    """Strictly newer, by the owner's own clock; a first edit is no older than what it edits (case 30)."""
    if stated.updated_at is None:
        return False
    if known.updated_at is None:
        return known.published_at is None or stated.updated_at >= known.published_at
    return stated.updated_at > known.updated_at


async def wanted(tx: Tx, listing: Listing) -> tuple[Photo, ...]:
    """Promise a copy of each photo: our pages never send a member's browser to somebody else."""
    found = list[Photo]()
    for photo in listing.photos[:4]:
        assert photo.source is not None, "a peer's photo has an address of its own"
        name = await pictures.want(tx, photo.source)
        lane = f"pictures {normal_host(photo.source)}"
        await queue.enqueue(tx, CopyPicture(photo.source), lane=lane, thread=photo.source)
        found.append(replace(photo, name=name))
    return tuple(found)


async def on_delete(tx: Tx, received: Received[Delete, Tombstone]) -> None:
    """The owner deleted a listing: it goes, and a Create that comes late finds it gone."""
    await forget(tx, received.object.id, received.sender.id)


async def forget(tx: Tx, id: str, owner_id: str) -> None:
    known = await store.find(tx, id)
    if known is None and await follows.heard_by_us(tx, owner_id):  # its Create may still be on the way
        await store.bury(tx, id, owner_id)
    if known and known.actor_id == owner_id and not known.local:
        await let_go(tx, known.photos, of=id)
        await store.bury(tx, id, owner_id)


async def on_delete_actor(tx: Tx, received: Received[Delete, Actor]) -> None:
    """An actor elsewhere is gone, with everything that it published here."""
    await forget_actor(tx, received.sender.id)


async def forget_actor(tx: Tx, actor_id: str) -> None:
    """Its listings, photos, relays, follows, keys and name go; that it is gone stays known."""
    for listing in await store.bury_all_of(tx, actor_id):
        await let_go(tx, listing.photos, of=listing.id)
    await _end_relays(tx, actor_id)
    await follows.end_all_of(tx, actor_id)
    await actors.bury(tx, actor_id)


async def let_go_of(tx: Tx, actor_id: str) -> None:
    """What an actor wrote or relayed leaves our shelf, unless somebody here still hears of it."""
    if await follows.heard_by_us(tx, actor_id):
        await _narrow(tx, actor_id)
        await settle(tx, await store.of_author(tx, actor_id))
        return
    await _end_relays(tx, actor_id)
    await _release(tx, await store.of_author(tx, actor_id))
    await portraits.let_go(tx, actor_id)


async def settle(tx: Tx, some: Iterable[Listing]) -> None:
    """Who hears an author has changed: each of these is for whom it is now (veil.py)."""
    for listing in some:
        now = await veil.settled(tx, listing)
        if now != listing:
            await store.put(tx, now)


async def _narrow(tx: Tx, actor_id: str) -> None:
    """A coop of ours that no longer hears an actor sees no more of what was kept to those who do."""
    ours = {one.id for one in await follows.followers(tx, actor_id)}
    for listing in await store.of_author(tx, actor_id):
        still = tuple(id for id in listing.heard_by if id in ours)
        if still != listing.heard_by:
            await store.put(tx, replace(listing, heard_by=still))


async def _end_relays(tx: Tx, actor_id: str) -> None:
    brought = await store.relayed_by(tx, actor_id)
    await boosts.end_all_of(tx, actor_id)
    await _release(tx, brought)


async def _release(tx: Tx, listings: Iterable[Listing]) -> None:
    """Keep what its author tells us of or somebody relays; the rest goes, and its photos with it."""
    for listing in listings:
        if not await follows.heard_by_us(tx, listing.actor_id) and await store.let_go(tx, listing.id):
            await let_go(tx, listing.photos, of=listing.id)


async def on_update_actor(tx: Tx, received: Received[Update, Actor]) -> None:
    """Its document was fetched anew before we came here; keep what its own house says."""
    await actors.put(tx, received.object)
    if await follows.heard_by_us(tx, received.object.id):
        await portraits.want(tx, received.object)


async def on_announce(tx: Tx, received: Received[Announce, Proposal]) -> None:
    """A coop that we follow relays a listing, ours or somebody's: keep both, the relay and the listing."""
    if not await follows.heard_by_us(tx, received.sender.id):
        return
    note = received.object
    if await store.find(tx, note.id) is None:
        author = await actors.find(tx, note.by)
        if author is None or not await keep(tx, note):
            return
    await boosts.put(tx, received.activity.id, received.sender.id, note.id)
    await _settle_one(tx, note.id)


async def _settle_one(tx: Tx, id: str) -> None:
    listing = await store.find(tx, id)
    if listing is not None and not listing.local:
        await settle(tx, [listing])


async def on_undo_announce(tx: Tx, received: Received[Undo, Announce]) -> None:
    """A relay is taken back; a listing that reached us only through it leaves our shelf."""
    boost = await boosts.between(tx, received.sender.id, subject_of(received.object))
    if boost is None:
        return
    await boosts.end(tx, boost)
    await _settle_one(tx, boost.listing_id)
    listing = await store.find(tx, boost.listing_id)
    await _release(tx, [listing] if listing else [])


def subject_of(announce: Activity) -> str:
    thing = announce.object
    return thing if isinstance(thing, str) else thing.id
