"""A listing comes by: who follows something that it belongs to, and hears of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from fedicoop.access import Act, Member, may
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.finding import synonyms
from fedicoop.listings import boosts
from fedicoop.listings.listing import Listing
from fedicoop.members import followable
from fedicoop.members import store as members
from fedicoop.notices.tell import tell
from fedicoop.watches import describing, store, tellings
from fedicoop.watches.waiting import News, question_of, satisfies
from fedicoop.watches.watch import About, Watch

RECENT = timedelta(days=14)
"""What was said longer ago is no news, though it comes only now: with a newly followed coop, say."""

_RANK = {kind: rank for rank, kind in enumerate(About)}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A member, and why they are told: of several watches the one that says most."""

    member: Member
    watch: Watch


async def waiting_for(tx: Tx, listing: Listing) -> list[Waiting]:
    """The members who wait for a listing and may see it; nobody waits for their own."""
    seen = News.of(listing, tx.now)
    house = await synonyms.of_house(tx)
    hanging = await store.hanging_on(tx, seen.hooks(await boosts.relayers(tx, listing.id)))
    found = dict[str, Waiting]()
    for watch in sorted(_in_time(hanging, seen), key=lambda one: (_RANK[one.kind], one.id)):
        if watch.member_id in found or watch.member_id == listing.member_id:
            continue
        member = await members.present(tx, watch.member_id)
        if member is None or not may(member, Act.LISTING_SEE, listing):
            continue
        if watch.kind is About.MEMBER and not await followable.may_be_followed(tx, watch.target):
            continue
        by_question = watch.kind not in (About.COOP, About.MEMBER)
        if not by_question or satisfies(seen, question_of(watch.target), house, seen_by=member.coop_id):
            found[watch.member_id] = Waiting(member, watch)
    return list(found.values())


def _in_time(watches: Iterable[Watch], news: News) -> Iterator[Watch]:
    """What was there before somebody began to follow is no news to them.

    A question may be answered by an edit; for a coop or a member, its first appearance counts.
    """
    published = news.listing.published_at or news.listing.created_at
    changed = news.listing.updated_at or published
    for watch in watches:
        moment = published if watch.kind in (About.COOP, About.MEMBER) else changed
        if moment >= watch.created_at and moment >= news.now - RECENT:
            yield watch


async def tell_of(tx: Tx, waiting: Waiting, listing: Listing) -> None:
    """Tell a member of a listing that they wait for, unless they were told of it before."""
    member, watch = waiting.member, waiting.watch
    if not await tellings.take(tx, member.id, listing.id):
        return
    speaker = await actors.find(tx, listing.coop_id or listing.actor_id)
    await tell(
        tx,
        [member.id],
        f"watch.{watch.kind}",
        path=f"/l/{listing.key}",
        key=listing.id,
        pace=watch.channel.pace,
        title=listing.title,
        what=await describing.title(tx, watch),
        coop=(speaker.name or speaker.handle) if speaker else "",
    )
