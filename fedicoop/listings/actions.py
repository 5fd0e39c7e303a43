"""What members do with listings.  One function is one transaction's worth of change."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fedicoop import access
from fedicoop.access import Act, Member
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.actors.coops import AuthorMode
from fedicoop.db import Tx
from fedicoop.listings import boarding, ending, fields, news, reminding, store, turning
from fedicoop.listings.federation import audience, to_note
from fedicoop.listings.listing import Kind, Listing, Mode, Outcome, Photo, Status, Step, Visibility
from fedicoop.listings.photos import let_go
from fedicoop.members import store as members
from fedicoop.outbox import store as outbox
from fedicoop.outbox.say import Audience, activity_id, restate, say
from fedicoop.vocabulary.hosts import origin_of
from fedicoop.vocabulary.types import PUBLIC, Announce, Create, Delete, Iri, Tombstone, Update

_ACTS = {
    Step.PUBLISH: Act.LISTING_PUBLISH,
    Step.UPDATE: Act.LISTING_UPDATE,
    Step.RENEW: Act.LISTING_UPDATE,
    Step.PAUSE: Act.LISTING_PAUSE,
    Step.CLOSE: Act.LISTING_CLOSE,
}


async def draft(tx: Tx, who: Member, raw: Mapping[str, Any], photos: tuple[Photo, ...]) -> Listing:
    """Write a listing without showing it.  Raises Misused, naming the field that is wrong."""
    fields.require(raw)
    listing, _ = fields.change(await blank(tx, who), raw)
    access.require(who, Act.LISTING_WRITE, listing)
    fields.check_end(listing.expires_at, tx.now)
    listing = replace(listing, photos=photos)
    await store.put(tx, listing)
    return listing


async def blank(tx: Tx, who: Member) -> Listing:
    """The listing that a member is about to write: whose it is and who speaks for it, and no word yet."""
    coop = await coops.get(tx, who.coop_id)
    author = who.actor_id if coop.author_mode is AuthorMode.MEMBER and who.actor_id else who.coop_id
    key = tx.new_id().lower()
    origin = origin_of(who.coop_id)
    return Listing(
        id=f"{origin}/listings/{key}",
        key=key,
        actor_id=author,
        coop_id=who.coop_id,
        member_id=who.id if await members.exists(tx, who.id) else None,  # the operator is no member
        local=True,
        kind=Kind.OFFER,
        mode=Mode.GIFT,
        title="",
        language=coop.locale,
        status=Status.DRAFT,
        created_at=tx.now,
        url=f"{origin}/l/{key}",
    )


async def publish(tx: Tx, who: Member, id: str) -> Listing:
    """Show a draft, or a paused listing again, and tell those who follow its author."""
    before = await store.get(tx, id)
    after = await _step(tx, who, before, Step.PUBLISH)
    if before.status is Status.DRAFT:
        await announce(tx, after)
    else:
        await _tell(tx, after, before)
    return after


async def update(
    tx: Tx, who: Member, id: str, raw: Mapping[str, Any], photos: tuple[Photo, ...] | None
) -> Listing:
    """Change what a listing says; followers get the edit.  `photos` replaces them, None keeps them."""
    before = await store.get(tx, id)
    changed, _ = fields.change(before, raw)
    if "expires" in raw:
        fields.check_end(changed.expires_at, tx.now)
    after = await _step(
        tx, who, replace(changed, photos=before.photos if photos is None else photos), Step.UPDATE
    )
    if photos is not None:
        await let_go(tx, before.photos, of=before.id, but=after.photos)
    await _tell(tx, after, before)
    return after


async def pause(tx: Tx, who: Member, id: str) -> Listing:
    """Not for the moment: it leaves the lists, its page says so, and publishing brings it back."""
    return await _take(tx, who, id, Step.PAUSE)


async def close(tx: Tx, who: Member, id: str, outcome: Outcome | None = None) -> Listing:
    """Given, lent, sold or found: it stays readable as closed, with that word if it was said."""
    before = replace(await store.get(tx, id), outcome=outcome)
    after = await _step(tx, who, before, Step.CLOSE)
    await _tell(tx, after, before)
    return after


async def renew(tx: Tx, who: Member, id: str) -> Listing:
    """Another sixty days."""
    return await _take(tx, who, id, Step.RENEW)


async def _take(tx: Tx, who: Member, id: str, step: Step) -> Listing:
    before = await store.get(tx, id)
    after = await _step(tx, who, before, step)
    await _tell(tx, after, before)
    return after


async def _step(tx: Tx, who: Member, before: Listing, step: Step) -> Listing:
    access.require(who, _ACTS[step], before)
    after = await boarding.placed(tx, before.take(step, tx.now))
    await store.put(tx, after)
    await news.promise(tx, after)
    await turning.promise(tx, before, after)
    return after


async def delete(tx: Tx, who: Member, id: str) -> None:
    """Take a listing away for good: everybody who ever got it is told, and its id answers 410."""
    listing = await store.get(tx, id)
    access.require(who, Act.LISTING_DELETE, listing)
    await let_go(tx, listing.photos, of=listing.id)
    if not _federated(listing):
        await store.remove(tx, listing.id)  # it was never told, so not even its end is
        return
    await store.bury(tx, listing.id, listing.actor_id)
    await _withdraw(tx, listing)


async def take_down(tx: Tx, who: Member, id: str) -> Listing:
    """Out of everybody's sight but its author's and the stewards', here and wherever it went."""
    before = await store.get(tx, id)
    access.require(who, Act.LISTING_TAKE_DOWN, before)
    after = before.take(Step.REMOVE, tx.now)
    await store.put(tx, after)
    if _federated(before):
        await _withdraw(tx, before)
    await turning.promise(tx, before, after)
    return after


async def _withdraw(tx: Tx, listing: Listing) -> None:
    """Everybody who ever got it is told that it is gone; its words leave what we said."""
    author = await actors.get(tx, listing.actor_id)
    to, cc = audience(listing, author)
    gone = Tombstone(id=Iri(listing.id), former_type="Note", deleted=tx.now)
    activity = Delete(
        id=activity_id(tx, author.id), actor=author.id, object=gone, to=to, cc=cc, published=tx.now
    )
    await say(tx, activity, Audience(followers_of=_heard_through(listing), everyone_reached=True))
    await outbox.erase(tx, listing.id, but=activity.id)
    await boarding.pass_on(tx, listing, activity)
    await ending.take_back(tx, listing)


async def expire(tx: Tx, listing: Listing) -> None:
    """Its time is over: ours is told as ended, a peer's just leaves the lists (its owner renews it)."""
    after = listing.take(Step.EXPIRE, tx.now) if listing.local else replace(listing, status=Status.EXPIRED)
    await store.put(tx, after)
    if listing.local:
        await _tell(tx, after, listing)
        await turning.promise(tx, listing, after)
        await reminding.tell_of_end(tx, after)


def _federated(listing: Listing) -> bool:
    return listing.published_at is not None and listing.visibility is not Visibility.COOP


def _heard_through(listing: Listing) -> tuple[str, ...]:
    """Whose followers hear of it: the author's; of what is public the coop's and its board's, too."""
    relayed = (listing.coop_id, listing.board) if listing.visibility is Visibility.PUBLIC else ()
    return tuple(dict.fromkeys(id for id in (listing.actor_id, *relayed) if id))


async def announce(tx: Tx, listing: Listing) -> None:
    """The first word of a listing: a Create by its author, boosted by the coop where a member writes."""
    if not _federated(listing):
        return
    author = await actors.get(tx, listing.actor_id)
    note = to_note(listing, author)
    create = Create(
        id=activity_id(tx, author.id),
        actor=author.id,
        object=note,
        to=note.to,
        cc=note.cc,
        published=note.published,
    )
    await say(tx, create, Audience(followers_of=(author.id,)))
    await boarding.pass_on(tx, listing, create)
    if listing.coop_id and listing.coop_id != author.id and listing.visibility is Visibility.PUBLIC:
        coop = await actors.get(tx, listing.coop_id)
        boost = Announce(
            id=activity_id(tx, coop.id),
            actor=coop.id,
            object=Iri(listing.id),
            to=(PUBLIC,),
            cc=(*((coop.followers,) if coop.followers else ()), author.id),
            published=tx.now,
        )
        await say(tx, boost, Audience(followers_of=(coop.id,)))


async def _tell(tx: Tx, listing: Listing, before: Listing) -> None:
    """An edit of something already said; a draft or a listing of the house says nothing."""
    if not _federated(listing):
        return
    author = await actors.get(tx, listing.actor_id)
    note = to_note(listing, author)
    edit = Update(
        id=activity_id(tx, author.id), actor=author.id, object=note, to=note.to, cc=note.cc, published=tx.now
    )
    await say(tx, edit, Audience(followers_of=_heard_through(listing)))
    await restate(tx, edit)
    await boarding.pass_on(tx, listing, edit, was=before.board)
