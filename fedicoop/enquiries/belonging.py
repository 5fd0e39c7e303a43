"""Where a message from elsewhere belongs: to which conversation, and between whom.

A reply is public only if itself addressed to Public, whatever it answers (security case 73).  What the
sender may not see is for it as if it were not there (case 77): a listing kept to others, a message between
others.
"""

from fedicoop.actors import boards
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.enquiries import conversations, federation, messages
from fedicoop.enquiries.enquiry import Conversation
from fedicoop.follows import store as follows
from fedicoop.follows.follow import Status as FollowStatus
from fedicoop.listings import seeing
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing, Status, Visibility
from fedicoop.members import store as members
from fedicoop.vocabulary.types import Actor, Iri, Note


async def belonging(tx: Tx, note: Note, sender: Actor) -> Conversation | None:
    """The conversation of a note: one that is kept, or a new one that is not kept yet.

    None where it is none of our business: it answers nothing of ours and names nobody of ours.
    """
    answered = await _answered(tx, note, sender)
    listing = await _listing(tx, note, sender)
    if federation.is_public(note):
        return await _public(tx, note, sender, answered, listing)
    return await _private(tx, note, sender, answered, listing)


async def _answered(tx: Tx, note: Note, sender: Actor) -> Conversation | None:
    """The conversation of the message that it answers, if the sender may know of that."""
    parent = await messages.find(tx, note.in_reply_to) if note.in_reply_to else None
    if parent is None:
        return None
    conversation = await conversations.get(tx, parent.conversation_id)
    return conversation if parent.public or conversation.is_of(sender.id) else None


async def _listing(tx: Tx, note: Note, sender: Actor) -> Listing | None:
    """The listing that it answers: ours as far as the sender may see it, or the sender's own."""
    if note.in_reply_to is None:
        return None
    found = await listings.find(tx, note.in_reply_to) or await listings.find_by_url(tx, note.in_reply_to)
    if found is None or (not found.local and found.actor_id != sender.id):
        return None
    return found if not found.local or await _may_see(tx, found, sender) else None


async def _may_see(tx: Tx, listing: Listing, sender: Actor) -> bool:
    """From outside: what is public, and what goes to followers if they are one."""
    if listing.status in (Status.DRAFT, Status.REMOVED) or listing.visibility is Visibility.COOP:
        return False
    if seeing.is_public(listing):
        return True
    followed = (listing.actor_id, listing.coop_id or "")
    found = [await follows.between(tx, sender.id, id) for id in followed]
    return any(one is not None and one.status is FollowStatus.ACCEPTED for one in found)


async def _public(
    tx: Tx, note: Note, sender: Actor, answered: Conversation | None, listing: Listing | None
) -> Conversation | None:
    if answered and answered.public:
        return answered
    if listing is None and answered and answered.listing_id:
        listing = await listings.find(tx, answered.listing_id)
    if listing is not None and listing.local and seeing.is_public(listing):
        return about(tx, listing, sender.id, public=True)
    if listing is not None and listing.local:  # kept to some: what is said of it is between the two
        known = await conversations.between(tx, listing.actor_id, sender.id, listing.id)
        return known or about(tx, listing, sender.id, public=False)
    named = await _named(tx, note)
    return await _with(tx, named[0], sender, note, public=True) if named else None


async def _private(
    tx: Tx, note: Note, sender: Actor, answered: Conversation | None, listing: Listing | None
) -> Conversation | None:
    """With whoever is named; of several, with whose listing it is, else with the first."""
    named = await _named(tx, note)
    ids: list[str] = [one.id for one in named]
    if not named:
        return None
    if answered and not answered.public and answered.across(sender.id) in ids:
        return answered
    listing_id = listing.id if listing else answered.listing_id if answered else ""
    listing = listing or (await listings.find(tx, listing_id) if listing_id else None)
    owners = [listing.actor_id, listing.coop_id] if listing and listing.local else []
    owner = next((named[ids.index(id)] for id in owners if id in ids), named[0])
    if known := await conversations.between(tx, owner.id, sender.id, listing_id):
        return known
    if listing and listing.local and owner.id in owners:
        return about(tx, listing, sender.id, public=False, owner_id=owner.id)
    return await _with(tx, owner, sender, note, public=False, listing=listing)


async def _named(tx: Tx, note: Note) -> list[Actor]:
    """The coops and members of ours to whom it is addressed; the house itself talks with nobody.

    Who writes to a board asks its coop.  Mastodon addresses a private mention of a Group to its followers,
    too (M app/lib/activitypub/tag_manager.rb): it stays between the two, and nobody passes it on.
    """
    found = dict[str, Actor]()
    for id in federation.addressed(note)[:100]:
        board = await boards.find(tx, id)
        named = await actors.own(tx, board.coop_id if board else id)
        if named is not None and named.type != "Application":
            found.setdefault(named.id, named)
    return list(found.values())


def about(
    tx: Tx,
    listing: Listing,
    asker_id: str,
    *,
    public: bool,
    owner_id: str = "",
    asker_member_id: str | None = None,
) -> Conversation:
    """A new conversation on a listing, with whoever speaks for it."""
    owner_id = owner_id or listing.actor_id
    return Conversation(
        id=tx.new_id().lower(),
        listing_id=listing.id,
        listing_key=listing.key,
        title=listing.title,
        public=public,
        owner_id=owner_id,
        owner_member_id=listing.member_id,
        asker_id=asker_id,
        asker_member_id=asker_member_id,
        coop_id=listing.coop_id or "",
        context=f"{listing.id}/context",
        begun_at=tx.now,
        moved_at=tx.now,
    )


async def _with(
    tx: Tx, owner: Actor, sender: Actor, note: Note, *, public: bool, listing: Listing | None = None
) -> Conversation:
    """A new conversation with a coop or a member of ours, on none of our listings."""
    member = None if owner.type == "Organization" else await members.speaking_as(tx, owner.id)
    return Conversation(
        id=tx.new_id().lower(),
        listing_id=listing.id if listing else "",
        listing_key=listing.key if listing else "",
        title=listing.title if listing else "",
        public=public,
        owner_id=owner.id,
        owner_member_id=member.id if member else None,
        asker_id=sender.id,
        coop_id=member.coop_id if member else owner.id,
        context=note.context or Iri(note.id),
        begun_at=tx.now,
        moved_at=tx.now,
    )


async def blockers(tx: Tx, conversation: Conversation) -> list[str]:
    """The actors of ours who may have blocked somebody that writes here."""
    found = [conversation.owner_id, conversation.coop_id, conversation.asker_id]
    for member_id in (conversation.owner_member_id, conversation.asker_member_id):
        if member_id and (member := await members.present(tx, member_id)):
            found.append(member.actor_id or "")
    return found
