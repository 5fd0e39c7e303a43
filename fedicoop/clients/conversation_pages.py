"""Private conversations, as applications list them."""

from typing import Any

from starlette.responses import Response

from fedicoop.clients import accounts, marks, paging, status_pages
from fedicoop.clients.answering import told
from fedicoop.clients.doors import Call, Door, at
from fedicoop.clients.things import Said
from fedicoop.db import Tx
from fedicoop.enquiries import reading, telling
from fedicoop.enquiries.reading import Entry
from fedicoop.errors import NotFound
from fedicoop.notices import store as notices

_MOST_READ = 100


async def index(call: Call) -> Response:
    """What a member and others say to each other, the last moved first; what was put away, once it moves."""
    limit = call.sent.number("limit", otherwise=paging.USUAL, most=paging.MOST)
    async with call.node.db.read() as tx:
        before = call.sent["max_id"][:40]
        found = await reading.conversations_of(tx, call.member, before=before, limit=limit, private=True)
        put_away = await marks.dismissed(tx, call.member.id)
        shown = await _drawn(tx, call, [one for one in found if one.last and _mark(one) not in put_away])
    ends = (found[0].conversation.id, found[-1].conversation.id) if found else ("", "")
    return paging.page(call, shown, *ends)


def _mark(entry: Entry) -> str:
    """What is put away: a conversation as far as it has come."""
    return f"conversation {entry.last.key if entry.last else ''}"


async def _drawn(tx: Tx, call: Call, entries: list[Entry]) -> list[dict[str, Any]]:
    across = {one.conversation.id: one.other.id if one.other else "" for one in entries}
    others = await accounts.of(tx, call.origin, across.values())
    said = [Said(one.last, one.conversation) for one in entries if one.last]
    drawn = {str(one["uri"]): one for one in await status_pages.drawn(tx, call, [*said])}
    return [
        {
            "id": one.conversation.id,
            "unread": one.waits,
            "accounts": [others.get(across[one.conversation.id]) or accounts.somebody(call.origin)],
            "last_status": drawn[one.last.id],
        }
        for one in entries
        if one.last and one.last.id in drawn
    ]


async def _entry(tx: Tx, call: Call) -> Entry:
    """Raises NotFound for one that is another's exactly as for one that never was."""
    thread = await reading.conversation(tx, call.at("id"), call.member)
    entries = await reading.conversations_of(tx, call.member, limit=_MOST_READ, private=True)
    found = next((one for one in entries if one.conversation.id == thread.conversation.id), None)
    if found is None:
        raise NotFound("enquiry.none", call.at("id")[:80])
    return found


async def read(call: Call) -> Response:
    """What leads there is read on the site, too."""
    async with call.node.db.write() as tx:
        entry = await _entry(tx, call)
        thread = await reading.conversation(tx, call.at("id"), call.member)
        for line in thread.lines[-_MOST_READ:]:
            await notices.see_about(tx, call.member.id, telling.path_to(thread.conversation, line.message))
        [drawn] = await _drawn(tx, call, [entry]) or [{}]
    return told(drawn | {"unread": False})


async def put_away(call: Call) -> Response:
    """Out of the application's list until something more is said; the site keeps it."""
    async with call.node.db.write() as tx:
        await marks.dismiss(tx, call.member.id, _mark(await _entry(tx, call)))
    return told({})


routes = [
    at("/api/v1/conversations", GET=Door(index, "read:statuses")),
    at("/api/v1/conversations/{id}", DELETE=Door(put_away, "write:conversations")),
    at("/api/v1/conversations/{id}/read", POST=Door(read, "write:conversations")),
]
