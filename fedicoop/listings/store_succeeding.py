"""A listing under another id, because its author moved: one row follows another with all it has."""

from fedicoop.actors import moves
from fedicoop.actors import store as actors
from fedicoop.db import Tx, renaming
from fedicoop.listings import index, store
from fedicoop.listings.listing import Listing
from fedicoop.vocabulary.types import Proposal


async def predecessor(tx: Tx, note: Proposal) -> Listing | None:
    """The listing here that a peer's note says it was before.

    It counts only where the author of that one moved to the author of this one, by the word of both:
    nobody takes over what is somebody else's.
    """
    if not note.also_known_as:
        return None
    author, before = await actors.find(tx, note.by), await moves.forerunners(tx, note.by)
    for id in note.also_known_as:
        was = await store.find(tx, id)
        theirs = was is not None and author is not None and was.actor_id in author.also_known_as
        if was and theirs and not was.local and was.actor_id in before:
            return was
    return None


async def succeed(tx: Tx, was: Listing, listing: Listing) -> None:
    """Keep `listing` in the place of `was`: the same page here, the same relays, the same exchanges.

    The old id stays known as gone, so that a late word about it brings nothing back.
    """
    await tx.run("UPDATE listings SET key = :odd WHERE id = :id", odd=f"{was.key} was", id=was.id)
    await store.put(tx, listing)
    await tx.run(
        """UPDATE boosts SET listing_id = :new WHERE listing_id = :old
           AND actor_id NOT IN (SELECT actor_id FROM boosts WHERE listing_id = :new)""",
        new=listing.id,
        old=was.id,
    )
    await tx.run("DELETE FROM boosts WHERE listing_id = :old", old=was.id)
    await renaming.in_columns(tx, "listing_id", was.id, listing.id, but={"boosts", "search_listings"})
    await index.forget(tx, was.id)
    await tx.run("DELETE FROM listings WHERE id = :id", id=was.id)
    await tx.run(
        """INSERT INTO tombstones (id, actor_id, former_type, deleted_at)
           VALUES (:id, :actor, 'Note', :now) ON CONFLICT (id, actor_id) DO NOTHING""",
        id=was.id,
        actor=was.actor_id,
        now=tx.now,
    )


async def note_former_ids(tx: Tx, old: str, new: str) -> None:
    """What we published had another id until this house moved: peers find their copy by it."""
    await tx.run(
        """UPDATE listings SET former_id = replace(id, :new, :old)
           WHERE local AND published_at IS NOT NULL""",
        old=f"{old}/",
        new=f"{new}/",
    )
