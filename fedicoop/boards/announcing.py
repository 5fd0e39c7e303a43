"""What a board says: each of its listings as two Announces, then its edits and its end.

Mastodon and its like boost what an Announce names by id.  Lemmy, NodeBB and Mbin act on a whole activity
inside an Announce by the group (FEP-1b12; L community/announce.rs), and decide by the Note's `audience` to
which group it belongs; of the first form they take no notice.  Lemmy itself says both, in this order too.
"""

from fedicoop.actors import store as actors
from fedicoop.boards import relaying, store
from fedicoop.boards.store import Entry
from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import boarding, seeing
from fedicoop.listings import store as listings
from fedicoop.listings.boarding import PassOn
from fedicoop.listings.federation import to_note
from fedicoop.listings.listing import Listing
from fedicoop.node import Node
from fedicoop.outbox import store as outbox
from fedicoop.outbox.say import Audience, FanOut, activity_id, revoice, say
from fedicoop.outbox.store import Sent
from fedicoop.vocabulary.reading import read
from fedicoop.vocabulary.types import (
    PUBLIC,
    Activity,
    Actor,
    Announce,
    Create,
    Delete,
    Iri,
    Thing,
    Undo,
    Update,
)


async def pass_on(node: Node, job: Job, task: PassOn) -> None:
    """Keep the promise `PassOn`: what was said of a listing is said again by its board."""
    async with node.db.write() as tx:
        said = await outbox.find(tx, task.activity_id)
        listing = await listings.find(tx, task.listing_id)
        deleted = _deletion(node, said)
        wanted = listing.board if listing and seeing.is_public(listing) else None
        for entry in await store.of_listing(tx, task.listing_id):
            board = await actors.own(tx, entry.board_id)
            if board is None:
                continue
            if board.type != "Group":  # of a search: who follows it hears edits from the author
                await _hand_on(tx, board, said)
                continue
            if (
                said and said.type == "Create"
            ):  # it has another id since the house moved: it is announced anew
                await store.remove(tx, entry)
            elif deleted or entry.board_id != wanted:
                await _end(tx, board, entry, deleted)
            elif said and said.type == "Update" and said.body and listing:
                await _edit(tx, board, entry, listing, Iri(said.id))
        if listing and wanted and listing.shown and not await store.find(tx, wanted, listing.id):
            await announce(tx, await actors.get(tx, wanted), listing)
        if said:
            await relaying.carry(tx, listing, said)
        await queue.done(tx, job)


async def _hand_on(tx: Tx, board: Actor, said: Sent | None) -> None:
    """An edit as its author says it, to those who follow a board.  A Delete gets there anyway."""
    if said and said.type == "Update" and said.body and said.public:
        task = FanOut(said.id, said.object_id, said.object_id, followers_of=[board.id])
        await queue.enqueue(tx, task, lane="fan-out", thread=said.object_id)


def _deletion(node: Node, said: Sent | None) -> Delete | None:
    if said is None or said.type != "Delete" or not said.body:
        return None
    found = read(said.body.encode(), plain_http=node.settings.allowed_peers)
    return found if isinstance(found, Delete) else None


async def announce(tx: Tx, board: Actor, listing: Listing) -> Entry:
    """Pass on a listing for the first time: by its id, and for groups elsewhere with its Create inside."""
    first = _announcement(tx, board, Iri(listing.id))
    await say(tx, first, Audience(followers_of=(board.id,)))
    whole_id = None
    if board.type == "Group" and (create := await _create(tx, listing)):
        whole = _announcement(tx, board, create)
        await say(tx, whole, Audience(followers_of=(board.id,)))
        whole_id = whole.id
    entry = Entry(
        board_id=board.id,
        listing_id=listing.id,
        announce_id=first.id,
        whole_id=whole_id,
        announced_at=tx.now,
    )
    await store.put(tx, entry)
    return entry


def _announcement(tx: Tx, board: Actor, thing: Thing, *, id: str = "") -> Announce:
    return Announce(
        id=Iri(id) if id else activity_id(tx, board.id),
        actor=board.id,
        object=thing,
        to=(PUBLIC,),
        cc=(board.followers,) if board.followers else (),
        published=tx.now,
    )


async def _create(tx: Tx, listing: Listing) -> Create | None:
    """The Create of a listing of ours, with the listing as it stands."""
    said = await outbox.create_of(tx, listing.id)
    author = await actors.own(tx, listing.actor_id)
    if said is None or author is None or listing.published_at is None:
        return None
    note = to_note(listing, author)
    return Create(
        id=Iri(said), actor=author.id, object=note, to=note.to, cc=note.cc, published=note.published
    )


async def whole(tx: Tx, board: Actor, entry: Entry, listing: Listing) -> Announce | None:
    """The Announce of a whole Create, with the listing as it stands: as the board's outbox shows it."""
    create = await _create(tx, listing)
    if create is None or entry.whole_id is None:
        return None
    return _announcement(tx, board, create, id=entry.whole_id)


def by_id(board: Actor, entry: Entry) -> Announce:
    """The Announce of a listing's id, as it was said."""
    return Announce(
        id=Iri(entry.announce_id),
        actor=board.id,
        object=Iri(entry.listing_id),
        to=(PUBLIC,),
        cc=(board.followers,) if board.followers else (),
        published=entry.announced_at,
    )


async def _edit(tx: Tx, board: Actor, entry: Entry, listing: Listing, edit: Iri) -> None:
    """Say the edit, and let what was said before say it too: nobody reads the old words here."""
    note = to_note(listing, await actors.get(tx, listing.actor_id))
    update = Update(id=edit, actor=note.by, object=note, to=note.to, cc=note.cc, published=note.updated)
    news = _announcement(tx, board, update)
    await say(tx, news, Audience(followers_of=(board.id,)))
    kept = [news.id, entry.announce_id]
    if said := await whole(tx, board, entry, listing):
        await revoice(tx, said)
        kept.append(said.id)
    await outbox.hush(tx, board.id, listing.id, but=kept)


async def _end(tx: Tx, board: Actor, entry: Entry, deleted: Delete | None) -> None:
    """The listing is gone, or stands here no more: its end is passed on, or the boost taken back."""
    if deleted:
        news: Activity = _announcement(tx, board, deleted)
    else:
        boost = Announce(id=Iri(entry.announce_id), actor=board.id, object=Iri(entry.listing_id))
        news = Undo(
            id=activity_id(tx, board.id),
            actor=board.id,
            object=boost,
            to=(PUBLIC,),
            cc=(board.followers,) if board.followers else (),
            published=tx.now,
        )
    await say(tx, news, Audience(followers_of=(board.id,)))
    await outbox.hush(tx, board.id, entry.listing_id, but=[news.id])
    await store.remove(tx, entry)


async def place(tx: Tx, board: Actor, listing: Listing) -> None:
    """Put a listing that was published before on the board; its Create names the board from now on."""
    placed = await boarding.placed(tx, listing)
    if placed.board != board.id or await store.find(tx, board.id, listing.id):
        return
    await listings.put(tx, placed)
    if create := await _create(tx, placed):
        await revoice(tx, create)
    await announce(tx, board, placed)
