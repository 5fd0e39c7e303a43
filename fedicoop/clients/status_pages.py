"""One status: read, with what was said before and after it, and marked for oneself."""

from starlette.responses import Response

from fedicoop.clients import marks, paging, statuses, things
from fedicoop.clients.answering import told
from fedicoop.clients.doors import Call, Door, For, at
from fedicoop.clients.paging import MOST, USUAL
from fedicoop.clients.statuses import Json
from fedicoop.clients.things import Said, Thing
from fedicoop.db import Tx
from fedicoop.enquiries import conversations, messages, reading
from fedicoop.enquiries.enquiry import Message
from fedicoop.errors import NotFound
from fedicoop.follows import blocks
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.web.render import language_of

_MOST_IN_THREAD = 500


async def drawn(tx: Tx, call: Call, some: list[Thing]) -> list[Json]:
    return await statuses.draw(tx, call.origin, call.who, some, language(call))


def language(call: Call) -> str:
    """What whoever asks reads: as they chose here, else as their client says."""
    return (call.bearer.language if call.bearer else None) or language_of(call.request)


async def one(tx: Tx, call: Call, id: str) -> Json:
    """Raises NotFound for what is not there, not for whoever asks, or cannot be drawn."""
    found = await drawn(tx, call, [await things.get(tx, id, call.who)])
    if not found:
        raise NotFound("client.no_status", id[:80])
    return found[0]


async def show(call: Call) -> Response:
    async with call.node.db.read() as tx:
        return told(await one(tx, call, call.at("id")))


async def several(call: Call) -> Response:
    """`?id[]=…`: those of them that are there, and for whoever asks."""
    async with call.node.db.read() as tx:
        found = await things.several(tx, call.sent.all("id", USUAL), call.who)
        return told(await drawn(tx, call, list(found.values())))


async def context(call: Call) -> Response:
    """Under a listing the questions and answers that one may read; around a message what was said with it."""
    async with call.node.db.read() as tx:
        found = await things.get(tx, call.at("id"), call.who)
        before, after = list[Thing](), list[Thing]()
        if isinstance(found, Listing):
            after = await _under(tx, call, found)
        elif isinstance(found, Said):
            before, after = await _around(tx, call, found)
        shown = await drawn(tx, call, [*before, *after])
    return told({"ancestors": shown[: len(before)], "descendants": shown[len(before) :]})


async def _under(tx: Tx, call: Call, listing: Listing) -> list[Thing]:
    talks = await conversations.of_listing(tx, listing.id)
    if call.who:
        talks += await conversations.of_two_about(tx, listing.id, call.who.id)
    found = await messages.of_conversations(tx, list(dict.fromkeys(talk.id for talk in talks)))
    said = [one for some in found.values() for one in some]
    return await _readable(tx, call, sorted(said, key=lambda one: one.key)[:_MOST_IN_THREAD])


async def _around(tx: Tx, call: Call, found: Said) -> tuple[list[Thing], list[Thing]]:
    id = found.conversation.id
    said = (await messages.of_conversations(tx, [id]))[id]
    before = await _readable(tx, call, [one for one in said if one.key < found.message.key])
    after = await _readable(tx, call, [one for one in said if one.key > found.message.key])
    about = await listings.several(tx, [found.conversation.listing_id])
    visible = [one for one in about.values() if one.published_at and things.may_see(call.who, one)]
    return [*visible, *before], after


async def _readable(tx: Tx, call: Call, said: list[Message]) -> list[Thing]:
    """What one may read of it; not what is said by whom one has blocked."""
    hidden = set[str]()
    if call.who:
        hidden = {block.blocked_id for block in await blocks.of(tx, reading.voice(call.who))}
    return [*await things.readable(tx, [one for one in said if one.actor_id not in hidden], call.who)]


async def source(call: Call) -> Response:
    """The words as they were typed: for clients that edit; of one's own alone."""
    async with call.node.db.read() as tx:
        found = await things.get(tx, call.at("id"), call.who)
    typed = found.message if isinstance(found, Said) and found.message.member_id == call.member.id else None
    return told({"id": call.at("id"), "text": typed.text if typed else "", "spoiler_text": ""})


async def bookmark(call: Call) -> Response:
    return await _mark(call, yes=True)


async def unbookmark(call: Call) -> Response:
    return await _mark(call, yes=False)


async def _mark(call: Call, *, yes: bool) -> Response:
    async with call.node.db.write() as tx:
        found = await one(tx, call, call.at("id"))
        await (marks.bookmark if yes else marks.unbookmark)(tx, call.member.id, str(found["id"]))
    return told(found | {"bookmarked": yes})


async def bookmarks(call: Call) -> Response:
    """Everything that a member marked, the last marked first; what they may no longer see is left out."""
    limit = call.sent.number("limit", otherwise=USUAL, most=MOST)
    async with call.node.db.read() as tx:
        marked = await marks.bookmarks(tx, call.member.id, before=call.sent["max_id"][:40], limit=limit)
        found = await things.several(tx, [one.status_id for one in marked], call.who)
        shown = await drawn(tx, call, [found[one.status_id] for one in marked if one.status_id in found])
    return paging.page(call, shown, *((marked[0].id, marked[-1].id) if marked else ("", "")))


async def nobody(call: Call) -> Response:
    """Who liked or shared a thing is counted, not named."""
    async with call.node.db.read() as tx:
        await things.get(tx, call.at("id"), call.who)
    return told([])


_READ = "read:statuses"
routes = [
    at("/api/v1/statuses/{id}/context", GET=Door(context, _READ, For.ANYBODY)),
    at("/api/v1/statuses/{id}/source", GET=Door(source, _READ)),
    at("/api/v1/statuses/{id}/bookmark", POST=Door(bookmark, "write:bookmarks")),
    at("/api/v1/statuses/{id}/unbookmark", POST=Door(unbookmark, "write:bookmarks")),
    at("/api/v1/statuses/{id}/favourited_by", GET=Door(nobody, _READ, For.ANYBODY)),
    at("/api/v1/statuses/{id}/reblogged_by", GET=Door(nobody, _READ, For.ANYBODY)),
    at("/api/v1/bookmarks", GET=Door(bookmarks, "read:bookmarks")),
]
