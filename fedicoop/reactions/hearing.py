"""What we do when somebody elsewhere likes or shares a listing of ours, or takes it back."""

from fedicoop.db import Tx
from fedicoop.follows import blocks
from fedicoop.follows import store as follows
from fedicoop.follows.follow import Status
from fedicoop.listings import hearing as listings
from fedicoop.listings import seeing
from fedicoop.listings import store as shelf
from fedicoop.listings.listing import Listing, Visibility
from fedicoop.reactions import store
from fedicoop.reactions.reaction import Kind, Reaction
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import Actor, Announce, Delete, Proposal, Undo
from fedicoop.vocabulary.verbs import Like


async def sees(tx: Tx, listing: Listing, actor_id: str) -> bool:
    """Whether somebody elsewhere may know a listing of ours: what is for followers, those who follow.

    Whoever may not is answered as if there were nothing (security case 77).
    """
    if not listing.local or not listing.published_at or not seeing.is_open(listing):
        return False
    if listing.visibility is Visibility.PUBLIC:
        return True
    following = await follows.between(tx, actor_id, listing.actor_id)
    followed = following is not None and following.status is Status.ACCEPTED
    return listing.visibility is Visibility.FOLLOWERS and followed


async def is_blocked(tx: Tx, listing: Listing, actor_id: str) -> bool:
    """Whether whoever speaks for a listing wants to hear nothing of that actor."""
    return await blocks.any_blocks(tx, [listing.actor_id, listing.coop_id or ""], actor_id)


async def _keep(tx: Tx, kind: Kind, sender: Actor, listing_id: str, id: str, mark: str = "") -> None:
    listing = await shelf.find(tx, listing_id)
    if listing is None or not await sees(tx, listing, sender.id) or await is_blocked(tx, listing, sender.id):
        return
    reaction = Reaction(kind=kind, actor_id=sender.id, listing_id=listing_id, mark=mark, id=id, at=tx.now)
    await store.put(tx, reaction)


async def on_like(tx: Tx, received: Received[Like, Proposal]) -> None:
    """Somebody likes a listing of ours, with an emoji or without: counted once for each actor."""
    said = received.activity
    await _keep(tx, Kind.LIKE, received.sender, received.object.id, said.id, said.emoji)


async def on_announce(tx: Tx, received: Received[Announce, Proposal]) -> None:
    """Somebody shares a listing: of ours it is counted, of a peer's it is a relay if we hear who says it."""
    await listings.on_announce(tx, received)
    if received.sender.type != "Application":  # a relay passes everything on, and means nothing by it
        await _keep(tx, Kind.SHARE, received.sender, received.object.id, received.activity.id)


async def on_undo_like(tx: Tx, received: Received[Undo, Like]) -> None:
    """Taken back by whoever said it: with an emoji that one, without the like that has none, or all."""
    deed = received.object
    await _take_back(tx, Kind.LIKE, received.sender.id, deed.id, str(deed.object), deed.emoji)


async def on_undo_announce(tx: Tx, received: Received[Undo, Announce]) -> None:
    """A share is taken back, and with it a relay."""
    deed = received.object
    await _take_back(tx, Kind.SHARE, received.sender.id, deed.id, listings.subject_of(deed), "")
    await listings.on_undo_announce(tx, received)


async def _take_back(tx: Tx, kind: Kind, actor_id: str, id: str, listing_id: str, mark: str) -> None:
    found = await store.of_actor_on(tx, kind, actor_id, listing_id)
    named = [one for one in found if one.id == id] or [one for one in found if one.mark == mark] or found
    for one in named:
        await store.end(tx, one)


async def on_delete_actor(tx: Tx, received: Received[Delete, Actor]) -> None:
    """An actor elsewhere is gone, and all that it liked and shared here is not counted any more."""
    await store.end_all_of(tx, received.sender.id)
