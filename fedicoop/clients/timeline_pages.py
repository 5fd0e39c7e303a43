"""The timelines: of one's coop and those that it follows, of everybody, of a hashtag."""

from starlette.responses import Response

from fedicoop.access import Member
from fedicoop.clients import paging, status_pages, statuses, things
from fedicoop.clients.doors import Call, Door, For, at
from fedicoop.clients.refs import Sort, Span
from fedicoop.clients.things import Said, Thing
from fedicoop.db import Tx
from fedicoop.enquiries import streaming
from fedicoop.listings import stream
from fedicoop.listings.listing import Listing
from fedicoop.listings.store import Filter
from fedicoop.listings.stream import Home


async def listings(
    tx: Tx, filter: Filter, span: Span, *, home: Home | None = None, with_photos: bool = False
) -> list[Listing]:
    """The listings of a span, newest first."""
    below, above = span.edges(Sort.LISTING)
    found = await stream.stream(
        tx,
        filter,
        home=home,
        below=(below.at, below.key) if below else None,
        above=(above.at, above.key) if above else None,
        oldest_first=span.oldest_first,
        with_photos=with_photos,
        limit=span.limit,
    )
    return found[::-1] if span.oldest_first else found


def seen_by(who: Member | None) -> str | None:
    """The coop whose members' listings one sees besides those for everybody."""
    return who.coop_id if who else None


async def home(call: Call) -> Response:
    """What a member hears of: their coop, those that it follows, and those that they follow themselves."""
    who, span = call.member, paging.span(call)
    async with call.node.db.read() as tx:
        theirs = Home(who.coop_id, who.actor_id)
        found = await listings(tx, Filter(seen_by=who.coop_id), span, home=theirs)
        said = await _answers(tx, who, span)
        some: list[Thing] = sorted([*found, *said], key=lambda one: str(things.ref_of(one)))
        part = some[: span.limit] if span.oldest_first else some[-span.limit :]
        drawn = await statuses.draw(tx, call.origin, who, part[::-1], status_pages.language(call))
    return paging.page(call, drawn)


async def _answers(tx: Tx, who: Member, span: Span) -> list[Said]:
    """What is said for everybody where a member asked or is asked."""
    below, above = span.edges(Sort.MESSAGE)
    found = await streaming.public_around(
        tx,
        who.id,
        below=(below.at, below.key) if below else None,
        above=(above.at, above.key) if above else None,
        oldest_first=span.oldest_first,
        limit=span.limit,
    )
    return await things.readable(tx, found, who)


async def public(call: Call) -> Response:
    """What is published for everybody: here, elsewhere, or both."""
    source = "local" if call.sent.yes("local") else "peers" if call.sent.yes("remote") else "all"
    return await _for_everybody(call, Filter(source=source))


async def tagged(call: Call) -> Response:
    """What is published for everybody under a hashtag."""
    return await _for_everybody(call, Filter(tag=call.at("tag").removeprefix("#")[:100]))


async def _for_everybody(call: Call, filter: Filter) -> Response:
    async with call.node.db.read() as tx:
        photos = call.sent.yes("only_media")
        found = await listings(tx, filter, paging.span(call), with_photos=photos)
        drawn = await statuses.draw(tx, call.origin, call.who, found)
    return paging.page(call, drawn)


routes = [
    at("/api/v1/timelines/home", GET=Door(home, "read:statuses")),
    at("/api/v1/timelines/public", GET=Door(public, "read:statuses", For.ANYBODY)),
    at("/api/v1/timelines/tag/{tag}", GET=Door(tagged, "read:statuses", For.ANYBODY)),
]
