"""Telling an end to those who do not apply edits: a short public reply, "Closed: …".

Misskey takes no Update of a note (K ApInboxService.ts, update), so an offer that is gone would look as
fresh there as on its first day.  Everybody else gets the Update and nothing of this.
"""

from html import escape

from fedicoop.actors import names
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import Problem
from fedicoop.follows import store as follows
from fedicoop.i18n import t
from fedicoop.listings import store, taken
from fedicoop.listings.federation import audience
from fedicoop.listings.listing import Listing, Status, Visibility
from fedicoop.node import Node
from fedicoop.outbox import store as outbox
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.peers import software
from fedicoop.vocabulary.hosts import normal_host, origin_of
from fedicoop.vocabulary.types import Create, Delete, Iri, Note, Tombstone

NO_EDITS = ("misskey", "foundkey", "meisskey", "groundpolis")
"""What servers of these names in NodeInfo show of a note is what it said first.  Their kin that does apply
edits (Sharkey, Iceshrimp, Firefish, CherryPick) is not among them."""
MOST_ASKED = 20
_TOLD = (Status.CLOSED, Status.EXPIRED, Status.PAUSED)


async def learn(node: Node, listing_id: str) -> None:
    """Ask those servers that follow, and of which we do not know yet what they run; each once a day."""
    async with node.db.read() as tx:
        listing = await store.find(tx, listing_id)
        inboxes = await _inboxes(tx, listing) if listing and listing.status in _TOLD else []
        unknown = await software.unknown(tx, {normal_host(inbox) for inbox in inboxes})
    bases = sorted({origin_of(inbox) for inbox in inboxes if normal_host(inbox) in unknown})
    for base in bases[:MOST_ASKED]:
        async with node.db.write() as tx:
            mine = await software.take_turn(tx, normal_host(base))
        if mine:
            try:
                await names.coops_of(node, base)
            except Problem:
                continue  # it does not say: then it gets what everybody gets


async def tell(tx: Tx, listing: Listing) -> None:
    """Say how it stands, where it was not said; take back what was, where it is to be had again."""
    said = await outbox.words_under(tx, _under(listing.id))
    if listing.status not in _TOLD or listing.visibility is not Visibility.PUBLIC:
        await take_back(tx, listing)
        return
    if said and said[-1].object_id.startswith(f"{_under(listing.id)}{listing.status}-"):
        return
    deaf = await software.running(tx, NO_EDITS)
    inboxes = [inbox for inbox in await _inboxes(tx, listing) if normal_host(inbox) in deaf]
    if not inboxes:
        return
    author = await actors.get(tx, listing.actor_id)
    to, cc = audience(listing, author)
    note = Note(
        id=Iri(f"{_under(listing.id)}{listing.status}-{tx.new_id().lower()}"),
        by=author.id,
        content=f"<p>{escape(t(await _word(tx, listing), listing.language, title=listing.title))}</p>",
        language=listing.language,
        published=tx.now,
        url=Iri(listing.url or listing.id),
        to=to,
        cc=cc,
        in_reply_to=Iri(listing.id),
        context=Iri(f"{listing.id}/context"),
    )
    id = activity_id(tx, author.id)
    create = Create(id=id, actor=author.id, object=note, to=to, cc=cc, published=tx.now)
    await say(tx, create, Audience(inboxes=tuple(inboxes)))


async def take_back(tx: Tx, listing: Listing) -> None:
    """It is to be had again, or gone altogether: nobody reads that it is closed."""
    for one in await outbox.words_under(tx, _under(listing.id)):
        author = await actors.get(tx, one.actor_id)
        to, cc = audience(listing, author)
        gone = Tombstone(id=Iri(one.object_id), deleted=tx.now)
        delete = Delete(
            id=activity_id(tx, author.id), actor=author.id, object=gone, to=to, cc=cc, published=tx.now
        )
        await say(tx, delete, Audience(everyone_reached=True))
        await outbox.erase(tx, one.object_id, but=delete.id)


async def _word(tx: Tx, listing: Listing) -> str:
    if listing.status is not Status.PAUSED:
        return f"wire.told.{listing.status}"
    takings = await taken.of_listing(tx, listing.id, since=tx.today)
    reserved = any(one.paused and not one.finished for one in takings)
    return "wire.told.reserved" if reserved else "wire.told.paused"


async def _inboxes(tx: Tx, listing: Listing) -> list[str]:
    """Where it was read: of those who follow its author, and its coop."""
    speakers = sorted({listing.actor_id, listing.coop_id or listing.actor_id})
    found = [row for one in speakers for row in await follows.follower_inboxes(tx, one)]
    return sorted({row.shared_inbox or row.inbox for row in found})


def _under(listing_id: str) -> str:
    return f"{listing_id}/told/"
