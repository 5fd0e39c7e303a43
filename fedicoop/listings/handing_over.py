"""After a move: who came along gets what there is, under its new ids; the old ids end everywhere."""

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.follows.back_fill import HandOver
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job, Promise
from fedicoop.listings import actions, store
from fedicoop.listings.listing import Listing, Status, Visibility
from fedicoop.node import Node
from fedicoop.outbox import store as outbox
from fedicoop.outbox.say import Audience, Deliver, activity_id, say
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import PUBLIC, Delete, Iri, Tombstone

_LIVING = (Status.PUBLISHED, Status.PAUSED)
CHUNK = 100


async def hand_over(node: Node, job: Job, task: HandOver) -> None:
    """Bring the listings of an actor of ours to the inbox of somebody who follows it at its new id."""
    after = ""
    while some := await _some(node, after):
        after = some[-1].id
        async with node.db.write() as tx:
            for listing in some:
                await _bring(tx, listing, task)
    async with node.db.write() as tx:
        await queue.done(tx, job)


async def _some(node: Node, after: str) -> list[Listing]:
    async with node.db.read() as tx:
        return await store.following(tx, after, limit=CHUNK)


async def _bring(tx: Tx, listing: Listing, task: HandOver) -> None:
    ours = listing.local and listing.status in _LIVING and listing.visibility is not Visibility.COOP
    relayed = listing.visibility is Visibility.PUBLIC and listing.coop_id == task.actor_id
    stands_there = task.actor_id in (listing.actor_id, listing.board)
    if not ours or not (stands_there or relayed):
        return
    said = await outbox.about(tx, listing.id)
    wanted = [one for one in said if one.actor_id == task.actor_id and one.type in ("Create", "Announce")]
    lane = f"to {normal_host(task.inbox)}"
    letters = [
        Promise(Deliver(one.id, listing.id, listing.id, task.inbox), lane, listing.id) for one in wanted
    ]
    await queue.enqueue_all(tx, letters)


async def say_again(tx: Tx, listing: Listing) -> bool:
    """The first word of a listing under its new id, unless it was said; whoever comes along gets it."""
    if not listing.local or listing.status not in _LIVING or listing.published_at is None:
        return False
    if listing.former_id is None or await outbox.about(tx, listing.id):
        return False
    await actions.announce(tx, listing)
    return True


async def end_old_ids(tx: Tx, old: str) -> int:
    """Tell everybody who ever got a listing under its old id that this id is gone; how many, CHUNK at most.

    Mastodon never moves posts, and nobody takes an edit of an id from an actor of another house: so an
    old copy could only grow stale.
    """
    rows = await outbox.created_below(tx, f"{old}/listings/", limit=CHUNK)
    for row in rows:
        author = await actors.get(tx, row.actor_id)
        gone = Tombstone(id=Iri(row.object_id), former_type="Note", deleted=tx.now)
        followers = (author.followers,) if author.followers else ()
        to, cc = ((PUBLIC,), followers) if row.public else (followers, ())
        end = Delete(
            id=activity_id(tx, author.id), actor=author.id, object=gone, to=to, cc=cc, published=tx.now
        )
        await say(tx, end, Audience(everyone_reached=True))
        await outbox.erase(tx, row.object_id, but=end.id)
    return len(rows)
