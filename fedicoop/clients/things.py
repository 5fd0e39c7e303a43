"""What a status can be, and who may see it: a listing, a message of an enquiry, a notice in its words.

Who may not see a thing is told what is told of things that never were (security case 77).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fedicoop.access import Act, Member, may
from fedicoop.clients import refs
from fedicoop.clients.refs import Ref, Sort
from fedicoop.db import Tx
from fedicoop.enquiries import conversations, houses, streaming
from fedicoop.enquiries.enquiry import Conversation, Message, State
from fedicoop.errors import NotFound
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.notices import store as notices
from fedicoop.notices.notice import Notice


@dataclass(frozen=True, slots=True)
class Said:
    """A message, and the conversation that it is of."""

    message: Message
    conversation: Conversation


Thing = Listing | Said | Notice


def ref_of(thing: Thing) -> Ref:
    match thing:
        case Listing():
            assert thing.published_at is not None, "a draft is no status"
            return Ref(thing.published_at, Sort.LISTING, thing.key)
        case Said():
            return Ref(thing.message.kept_at, Sort.MESSAGE, thing.message.key)
        case Notice():
            return Ref(thing.created_at, Sort.NOTICE, thing.id)


def may_see(who: Member | None, listing: Listing) -> bool:
    return listing.published_at is not None and may(who, Act.LISTING_SEE, listing)


async def get(tx: Tx, id: str, who: Member | None) -> Thing:
    """The thing of that id.  Raises NotFound for what is not there, or not for whoever asks."""
    found = (await several(tx, [id], who)).get(id)
    if found is None:
        raise NotFound("client.no_status", id[:80])
    return found


async def get_listing(tx: Tx, id: str, who: Member | None) -> Listing:
    """Raises NotFound for any other thing."""
    found = await get(tx, id, who)
    if not isinstance(found, Listing):
        raise NotFound("client.no_status", id[:80])
    return found


async def several(tx: Tx, ids: Sequence[str], who: Member | None) -> dict[str, Thing]:
    """Those of them that are there, and for whoever asks, by their ids."""
    named = {id: ref for id in ids if (ref := refs.read(id))}
    found = dict[str, Thing]()
    said = await seen(tx, [ref.key for ref in named.values() if ref.sort is Sort.MESSAGE], who)
    for id, ref in named.items():
        if ref.sort is Sort.MESSAGE and ref.key in said:
            found[id] = said[ref.key]
        elif ref.sort is Sort.NOTICE and who and (notice := await notices.find(tx, who.id, ref.key)):
            found[id] = notice
        elif ref.sort in (Sort.LISTING, Sort.RELAYED):
            listing = await listings.find_by_key(tx, ref.key)
            if listing and may_see(who, listing):
                found[id] = listing
    return found


async def seen(tx: Tx, keys: Sequence[str], who: Member | None) -> dict[str, Said]:
    """Those of these messages that somebody may read, by their keys."""
    return {
        one.message.key: one for one in await readable(tx, (await streaming.keyed(tx, keys)).values(), who)
    }


async def readable(tx: Tx, some: Iterable[Message], who: Member | None) -> list[Said]:
    """Of several messages those that somebody may read: their own, and what is public under what they see."""
    messages = await houses.heard(tx, [one for one in some if one.state is State.SHOWN])
    talks = await conversations.several(tx, [one.conversation_id for one in messages])
    about = await listings.several(tx, [one.listing_id for one in talks.values() if one.listing_id])
    found = list[Said]()
    for one in messages:
        talk = talks[one.conversation_id]
        listing = about.get(talk.listing_id)
        open_to_all = one.public and listing is not None and may(who, Act.LISTING_SEE, listing)
        if open_to_all or may(who, Act.ENQUIRY_SEE, talk):
            found.append(Said(one, talk))
    return found
