"""What stands under a listing, for programs: `replies`, `context`, and each message of ours at its id.

Public ones only.  A private one, one that waits for a steward and one that never was answer alike.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedicoop.db import Tx
from fedicoop.enquiries import conversations, houses, messages
from fedicoop.enquiries.enquiry import Conversation, Message, State
from fedicoop.enquiries.federation import note_id, to_note
from fedicoop.enquiries.reading import side_of
from fedicoop.errors import NotFound
from fedicoop.listings import seeing
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.node import Node
from fedicoop.vocabulary.types import Iri, Thing, Tombstone
from fedicoop.vocabulary.writing import write
from fedicoop.web import collections
from fedicoop.web.negotiation import activity_response, wants_activity
from fedicoop.web.viewer import member_of


async def _public(tx: Tx, request: Request) -> Listing:
    node: Node = request.app.state.node
    listing = await listings.find(tx, f"{node.settings.origin}/listings/{request.path_params['key']}")
    if listing is None or not seeing.is_public(listing):
        raise NotFound("page.not_found", request.path_params["key"])
    return listing


async def replies(request: Request) -> Response:
    """The ids of the questions that answer the listing itself, newest first."""
    return await _under(request, "replies", direct=True)


async def context(request: Request) -> Response:
    """The conversation that a listing begins (FEP-7888): all that is said under it, and the listing last."""
    return await _under(request, "context", direct=False)


async def _under(request: Request, name: str, *, direct: bool) -> Response:
    node: Node = request.app.state.node
    before = collections.asked_page(request)
    async with node.db.read() as tx:
        listing = await _public(tx, request)
        said = await houses.heard(tx, await messages.under(tx, listing.id))
    said = [one for one in said if not direct or one.reply_to == listing.id]
    total = len(said) + (not direct)
    if before is None:
        return collections.index(request, f"{listing.id}/{name}", total)
    rest = [one for one in said if not before or one.key < before]
    found = rest[: collections.PAGE]
    more = len(rest) > len(found)
    items: list[Thing] = [Iri(one.id) for one in found]
    return collections.page(
        request,
        f"{listing.id}/{name}",
        items if direct or more else [*items, Iri(listing.id)],
        total=total,
        before=before,
        next_before=found[-1].key if more else None,
    )


async def note(request: Request) -> Response:
    """`/notes/{key}`: a message of ours; a browser is led to where it stands, if it may read it there."""
    node: Node = request.app.state.node
    key = request.path_params["key"]
    async with node.db.read() as tx:
        message = await messages.find(tx, note_id(node.settings.origin, key))
        conversation = await conversations.get(tx, message.conversation_id) if message else None
        listing = await _seen(tx, conversation)
        if message is None or conversation is None or not message.local:
            raise NotFound("page.not_found", key)
        open_to_all = message.public and (listing is None or seeing.is_public(listing))
        if wants_activity(request):
            if not open_to_all or message.state not in (State.SHOWN, State.GONE):
                raise NotFound("page.not_found", key)
            return await _document(tx, request, message, conversation)
    reader = side_of(conversation, member_of(request))
    if reader is None and not (open_to_all and listing and message.state is State.SHOWN):
        raise NotFound("page.not_found", key)
    return RedirectResponse(f"{conversation.path}#{message.anchor}", 303, {"vary": "Accept, Cookie"})


async def _seen(tx: Tx, conversation: Conversation | None) -> Listing | None:
    return await listings.find(tx, conversation.listing_id) if conversation else None


async def _document(tx: Tx, request: Request, message: Message, conversation: Conversation) -> Response:
    if message.state is State.GONE:
        grave = Tombstone(id=Iri(message.id), deleted=message.settled_at)
        return activity_response(request, write(grave), status=410)
    return activity_response(request, write(await to_note(tx, message, conversation)))


routes = [
    Route("/listings/{key}/replies", replies),
    Route("/listings/{key}/context", context),
    Route("/notes/{key}", note),
]
