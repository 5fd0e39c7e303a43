"""What members do with what they follow.  One function is one transaction's worth of change."""

from collections.abc import Iterable
from dataclasses import replace

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import Conflict, Misused, NotFound
from fedicoop.finding import synonyms
from fedicoop.follows import store as follows
from fedicoop.listings.question import Question
from fedicoop.members import followable
from fedicoop.members import store as members
from fedicoop.notices.tell import tell
from fedicoop.vocabulary.types import Actor
from fedicoop.watches import store, waiting
from fedicoop.watches.watch import MOST, About, Channel, Watch, about, target_of

NETWORK = "/admin/reseau"


async def watch_coop(tx: Tx, who: Member, coop: Actor, channel: Channel) -> Watch:
    """Follow a coop, of this house or elsewhere.

    The house hears a coop elsewhere only if it follows it: where it does not, its stewards learn
    what the member wishes, so that the wish does not end here.
    """
    if coop.type == "Application":
        raise Misused("watch.no_coop", coop.id, name=coop.name or coop.handle)
    watch = await _keep(tx, who, About.COOP, coop.id, channel, {waiting.of_coop(coop.id)})
    if not await is_heard(tx, coop.id):
        await _wish(tx, who, coop)
    return watch


async def is_heard(tx: Tx, actor_id: str) -> bool:
    """Whether its listings come here: it lives here, or a coop of this house follows it."""
    return await actors.own(tx, actor_id) is not None or await follows.heard_by_us(tx, actor_id)


async def _wish(tx: Tx, who: Member, coop: Actor) -> None:
    carers = [one.id for one in await members.stewards(tx, who.coop_id)]
    name = coop.name or coop.handle
    await tell(tx, carers, "watch.wish", path=NETWORK, key=coop.id, coop=name, member=who.name)


async def watch_member(tx: Tx, who: Member, other: Member, channel: Channel) -> Watch:
    """Follow a member of one's own coop who allows it.  Raises NotFound where they do not."""
    access.require(who, Act.MEMBER_WATCH, OfCoop(other.coop_id))
    if who.id == other.id:
        raise Misused("watch.oneself", who.id)
    if not await followable.may_be_followed(tx, other.id):
        raise NotFound("watch.no_member", other.id)
    return await _keep(tx, who, About.MEMBER, other.id, channel, {waiting.of_member(other.id)})


async def watch_question(tx: Tx, who: Member, question: Question, channel: Channel) -> Watch:
    """Follow a search, a place or a category.  Raises Misused where its place is not known."""
    if question.unknown_place:
        near = ", ".join(question.close_names)
        key = "watch.place_near" if near else "watch.place_unknown"
        raise Misused(key, question.unknown_place, place=question.unknown_place, near=near)
    hanging = waiting.hooks_of(question, await synonyms.of_house(tx))
    return await _keep(tx, who, about(question), target_of(question), channel, hanging)


async def _keep(
    tx: Tx, who: Member, kind: About, target: str, channel: Channel, hanging: Iterable[str]
) -> Watch:
    known = await store.find(tx, who.id, kind, target)
    if known is None and await store.count(tx, who.id) >= MOST:
        raise Conflict("watch.too_many", who.id, most=str(MOST))
    new = Watch(
        id=tx.new_id(),
        member_id=who.id,
        kind=kind,
        target=target,
        channel=channel,
        paused=False,
        created_at=tx.now,
    )
    watch = replace(known, channel=channel, paused=False) if known else new
    await store.put(tx, watch, hanging)
    return watch


async def change(
    tx: Tx, who: Member, id: str, *, channel: Channel | None = None, paused: bool | None = None
) -> Watch:
    """Hear of it in another way, or not for a while.  Raises NotFound where it is not theirs."""
    before = await store.get(tx, id, who.id)
    after = replace(
        before,
        channel=channel or before.channel,
        paused=before.paused if paused is None else paused,
    )
    await store.put(tx, after, ())
    return after


async def end(tx: Tx, who: Member, id: str) -> Watch:
    """No longer follow something; what was it, so that it can be followed again."""
    watch = await store.get(tx, id, who.id)
    await store.end(tx, watch)
    return watch


async def let_follow(tx: Tx, who: Member, yes: bool) -> None:
    """Let the other members of one's coop follow one's listings, or no longer."""
    await followable.allow(tx, who.id, yes)


async def member_to_watch(tx: Tx, who: Member | None, handle: str) -> Member:
    """The member of that handle whom somebody may follow; a hidden one and one that is not are told alike."""
    found = await members.find_by_handle(tx, handle)
    if (
        found is None
        or not access.may(who, Act.MEMBER_WATCH, OfCoop(found.coop_id))
        or not await followable.may_be_followed(tx, found.id)
    ):
        raise NotFound("watch.no_member", handle)
    return found
