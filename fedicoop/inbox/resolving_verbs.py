"""What the social verbs are about: always something of ours, found in our own tables."""

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.listings import store as listings
from fedicoop.listings.federation import to_note
from fedicoop.node import Node
from fedicoop.reactions import hearing, store
from fedicoop.reactions.reaction import Kind, Reaction
from fedicoop.vocabulary.hosts import same_origin
from fedicoop.vocabulary.types import Activity, Actor, Announce, Iri, Proposal, Thing
from fedicoop.vocabulary.verbs import Like


async def ours(node: Node, id: str, sender: Actor) -> Proposal | None:
    """A listing of ours that the sender may know of.  Nothing is ever fetched for it."""
    if not same_origin(id, node.settings.origin):
        return None
    async with node.db.read() as tx:
        listing = await listings.find(tx, id)
        if listing is None or not await hearing.sees(tx, listing, sender.id):
            return None
        author = await actors.find(tx, listing.actor_id)
    return to_note(listing, author) if author else None


async def undone(tx: Tx, deed: Thing, by: str) -> Activity | None:
    """The Like or Announce that is taken back, as we kept it: by its id, else by what it was about."""
    id = deed if isinstance(deed, str) else deed.id
    found = await store.said(tx, id, by) if id else None
    if found is None and isinstance(deed, Like | Announce):
        kind = Kind.LIKE if isinstance(deed, Like) else Kind.SHARE
        about = deed.object if isinstance(deed.object, str) else deed.object.id
        kept = await store.of_actor_on(tx, kind, by, about)
        marked = [one for one in kept if isinstance(deed, Like) and one.mark == deed.emoji]
        found = next(iter(marked or kept), None) if deed.actor == by else None
    return _deed(found) if found else None


def _deed(kept: Reaction) -> Activity | None:
    id, actor, about = Iri(kept.id), Iri(kept.actor_id), Iri(kept.listing_id)
    match kept.kind:
        case Kind.LIKE:
            return Like(id=id, actor=actor, object=about, emoji=kept.mark)
        case Kind.SHARE:
            return Announce(id=id, actor=actor, object=about)
    return None
