"""`POST /api/v1/statuses`: a reply is a question or an answer, anything else a letter, or refused."""

import re
import secrets

from starlette.responses import Response

from fedicoop.clients import searching, status_pages, things
from fedicoop.clients.answering import Unfit, told
from fedicoop.clients.doors import Call, Door, For, at
from fedicoop.clients.things import Said
from fedicoop.db import Tx
from fedicoop.enquiries import actions, conversations, further
from fedicoop.enquiries.asking_pages import QUESTIONS
from fedicoop.enquiries.enquiry import Message, Side
from fedicoop.enquiries.pages import ANSWERS
from fedicoop.enquiries.reading import side_of
from fedicoop.errors import Misused
from fedicoop.i18n import LANGUAGES
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.members.hashing import hashed
from fedicoop.notices.notice import Notice
from fedicoop.web import limits

_MENTIONS = re.compile(r"\A(?:@[^\s@]+(?:@[^\s@]+)?\s+)+")
_FIRST = re.compile(r"\A@([^\s@]+)(?:@([^\s@]+))?\s")


async def write(call: Call) -> Response:
    """Say something; the same key twice says it once."""
    text, to = call.sent["status"], call.sent["in_reply_to_id"]
    if call.sent.all("media_ids"):
        raise Unfit("client.no_media", url=f"{call.origin}/publier")
    if any(name.startswith("poll[") for name in call.sent.values) or call.sent["scheduled_at"]:
        raise Unfit("client.no_poll")
    await limits.take(call.node.db, (ANSWERS if to else QUESTIONS, call.member.id))
    async with call.node.db.write() as tx:
        if to:
            message = await _reply(tx, call, to, _MENTIONS.sub("", text + " ").strip())
        else:
            message = await _begin(tx, call, text)
        return told(await _drawn(tx, call, message))


async def _drawn(tx: Tx, call: Call, message: Message) -> dict[str, object]:
    said = Said(message, await conversations.get(tx, message.conversation_id))
    [found] = await status_pages.drawn(tx, call, [said])
    return found


def _once(call: Call) -> str:
    """What makes a message one that was said before: the key of its request, else nothing does."""
    key = call.request.headers.get("idempotency-key", "").strip()[:500]
    return f"client {hashed(key)[:32]}" if key else f"client {secrets.token_hex(16)}"


def _language(call: Call) -> str | None:
    return call.sent["language"] if call.sent["language"] in LANGUAGES else None


def _for_everybody(call: Call) -> bool:
    return call.sent["visibility"] in ("public", "unlisted")


async def _reply(tx: Tx, call: Call, id: str, text: str) -> Message:
    """On a listing a question, public or private as it was written; on a message an answer."""
    found = await things.get(tx, id, call.member)
    if isinstance(found, Notice):
        raise Unfit("client.answer_on_site", url=call.origin + found.path)
    if isinstance(found, Listing):
        return await _ask(tx, call, found, text, public=_for_everybody(call))
    talk, once = found.conversation, _once(call)
    side = side_of(talk, call.member)
    private = not _for_everybody(call)
    if not talk.public or (side is not None and not private):
        return await actions.answer(
            tx, call.member, talk.id, text, once=once, to=found.message.key, language=_language(call)
        )
    if side is Side.OWNER:  # what is said under a listing is for everybody: a private word is not put there
        raise Unfit("client.not_in_private")
    about = await listings.get(tx, talk.listing_id)
    return await _ask(tx, call, about, text, public=not private)


async def _ask(tx: Tx, call: Call, listing: Listing, text: str, *, public: bool) -> Message:
    return await actions.ask(
        tx, call.member, listing, text, public=public, once=_once(call), language=_language(call)
    )


async def _begin(tx: Tx, call: Call, text: str) -> Message:
    """What answers nothing: to somebody in private if it begins with their name; no listing is made of it."""
    named = _FIRST.match(text + " ")
    them = await searching.known(tx, call, text.split()[0]) if named else None
    if them is None or _for_everybody(call):
        raise Unfit("client.publish_on_site", url=f"{call.origin}/publier")
    words = _MENTIONS.sub("", text + " ").strip()
    return await further.write_to(tx, call.member, them, words, once=_once(call), language=_language(call))


async def change(call: Call) -> Response:
    """Say otherwise what one said; a listing is changed on its own page."""
    async with call.node.db.write() as tx:
        message = await _own(tx, call)
        if not call.sent["status"]:
            raise Misused("enquiry.empty", field="text")
        words = _MENTIONS.sub("", call.sent["status"] + " ").strip()
        return told(await _drawn(tx, call, await further.edit(tx, call.member, message.key, words)))


async def delete(call: Call) -> Response:
    """Take back what one said; its words come back, for who wants to say it anew."""
    async with call.node.db.write() as tx:
        message = await _own(tx, call)
        found = await _drawn(tx, call, message)
        await actions.delete(tx, call.member, message.key)
    return told(found | {"text": message.text})


async def _own(tx: Tx, call: Call) -> Message:
    found = await things.get(tx, call.at("id"), call.member)
    if not isinstance(found, Said):
        path = f"/l/{found.key}" if isinstance(found, Listing) else found.path
        raise Unfit("client.change_on_site", url=call.origin + path)
    return found.message


async def upload(call: Call) -> Response:
    """Photos stand in listings, which are written on the site."""
    raise Unfit("client.no_media", url=f"{call.origin}/publier")


_WRITE = "write:statuses"
routes = [
    at(
        "/api/v1/statuses",
        GET=Door(status_pages.several, "read:statuses", For.ANYBODY),
        POST=Door(write, _WRITE),
    ),
    at(
        "/api/v1/statuses/{id}",
        GET=Door(status_pages.show, "read:statuses", For.ANYBODY),
        PUT=Door(change, _WRITE),
        DELETE=Door(delete, _WRITE),
    ),
    at("/api/v1/media", POST=Door(upload, "write:media", files=1)),
    at("/api/v2/media", POST=Door(upload, "write:media", files=1)),
]
