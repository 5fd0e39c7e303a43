"""Notices as notifications: each with the status that it is about, or with its own words in one."""

from typing import Any

from starlette.responses import Response

from fedicoop.access import Member
from fedicoop.clients import marks, paging, status_pages, statuses, things
from fedicoop.clients.accounts import moment
from fedicoop.clients.answering import told
from fedicoop.clients.doors import Call, Door, at
from fedicoop.clients.things import Thing
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.listings import stream
from fedicoop.log import log
from fedicoop.notices import store as notices
from fedicoop.notices.notice import Notice

_CLEARED = "cleared"
_NEWS = ("match", "watch", "search", "listing")


def type_of(notice: Notice, about: Thing) -> str:
    """In Mastodon's words: news of a listing are a `status`, whatever else concerns one is a `mention`."""
    return "status" if notice.kind.partition(".")[0] in _NEWS and about is not notice else "mention"


async def index(call: Call) -> Response:
    """The latest, or those around an id; what was cleared or put away is not told again."""
    limit = call.sent.number("limit", otherwise=paging.MOST, most=80)
    above, least = call.sent["min_id"][:40] or call.sent["since_id"][:40], bool(call.sent["min_id"])
    async with call.node.db.read() as tx:
        cleared = await _cleared(tx, call.member)
        found = await notices.between(
            tx,
            call.member.id,
            below=call.sent["max_id"][:40],
            above=max(above, cleared),
            oldest_first=least,
            limit=limit,
        )
        found = found[::-1] if least else found
        put_away = await marks.dismissed(tx, call.member.id)
        told_of = await _drawn(tx, call, [one for one in found if one.id not in put_away])
    wanted, unwanted = call.sent.all("types"), call.sent.all("exclude_types")
    shown = [one for one in told_of if (not wanted or one["type"] in wanted) and one["type"] not in unwanted]
    return paging.page(call, shown, *((found[0].id, found[-1].id) if found else ("", "")))


async def _cleared(tx: Tx, who: Member) -> str:
    marker = (await marks.markers(tx, who.id)).get(_CLEARED)
    return marker.last_read if marker else ""


async def _drawn(tx: Tx, call: Call, found: list[Notice]) -> list[dict[str, Any]]:
    """Each with what it is about; one that cannot be drawn is left out."""
    about = await _about(tx, call.member, found)
    language = status_pages.language(call)
    known = await statuses.known(tx, call.origin, call.member, list(about.values()), language=language)
    shown = list[dict[str, Any]]()
    for one in found:
        try:
            status = statuses.status(about[one.id], known)
            shown.append(
                {
                    "id": one.id,
                    "type": type_of(one, about[one.id]),
                    "created_at": moment(one.created_at),
                    "group_key": f"ungrouped-{one.id}",
                    "account": status["account"],
                    "status": status,
                }
            )
        except Exception:
            log.exception("client.notice_undrawn", notice=one.id)
    return shown


async def _about(tx: Tx, who: Member, found: list[Notice]) -> dict[str, Thing]:
    """By notice: the listing or the message that it is about, if the member may read it, else itself."""
    said = await things.seen(tx, [one.key for one in found if one.kind.partition(".")[0] == "enquiry"], who)
    keys = {one.id: one.path.removeprefix("/l/") for one in found if one.path.startswith("/l/")}
    shown = await stream.keyed(tx, sorted(set(keys.values())))
    about = dict[str, Thing]()
    for one in found:
        listing = shown.get(keys.get(one.id, ""))
        about[one.id] = said.get(one.key) or one
        if one.id in keys and listing and things.may_see(who, listing):
            about[one.id] = listing
    return about


async def show(call: Call) -> Response:
    async with call.node.db.read() as tx:
        found = await notices.find(tx, call.member.id, call.at("id"))
        drawn = await _drawn(tx, call, [found]) if found else []
    if not drawn:
        raise NotFound("client.no_notice", call.at("id")[:80])
    return told(drawn[0])


async def clear(call: Call) -> Response:
    """All of them are read, and told to applications no more; the site keeps them for their time."""
    async with call.node.db.write() as tx:
        latest = await notices.of_member(tx, call.member.id, limit=1)
        if latest:
            await marks.put_marker(tx, call.member.id, _CLEARED, latest[0].id)
            await marks.undismiss_before(tx, call.member.id, latest[0].id)
        await notices.see_all(tx, call.member.id)
    return told({})


async def dismiss(call: Call) -> Response:
    async with call.node.db.write() as tx:
        found = await notices.find(tx, call.member.id, call.at("id"))
        if found is None:
            raise NotFound("client.no_notice", call.at("id")[:80])
        await marks.dismiss(tx, call.member.id, found.id)
        await notices.see(tx, call.member.id, first=found.id, last=found.id)
    return told({})


async def unread(call: Call) -> Response:
    async with call.node.db.read() as tx:
        return told({"count": min(await notices.unread(tx, call.member.id), 100)})


async def markers(call: Call) -> Response:
    """How far the member has read, on whatever device."""
    async with call.node.db.read() as tx:
        return told(await _markers(tx, call))


async def _markers(tx: Tx, call: Call) -> dict[str, Any]:
    wanted = call.sent.all("timeline") or ["home", "notifications"]
    found = await marks.markers(tx, call.member.id)
    return {
        name: {
            "last_read_id": found[name].last_read,
            "version": found[name].version,
            "updated_at": moment(found[name].updated_at),
        }
        for name in ("home", "notifications")
        if name in found and name in wanted
    }


async def mark(call: Call) -> Response:
    """What an application has shown; notices up to there are read on the site, too."""
    async with call.node.db.write() as tx:
        for name in ("home", "notifications"):
            if last := call.sent[f"{name}[last_read_id]"][:60]:
                await marks.put_marker(tx, call.member.id, name, last)
                if name == "notifications":
                    await notices.see(tx, call.member.id, first="", last=last)
        return told(await _markers(tx, call))


_READ, _WRITE = "read:notifications", "write:notifications"
routes = [
    at("/api/v1/notifications", GET=Door(index, _READ)),
    at("/api/v1/notifications/clear", POST=Door(clear, _WRITE)),
    at("/api/v1/notifications/unread_count", GET=Door(unread, _READ)),
    at("/api/v1/notifications/{id}", GET=Door(show, _READ)),
    at("/api/v1/notifications/{id}/dismiss", POST=Door(dismiss, _WRITE)),
    at("/api/v1/markers", GET=Door(markers, "read:statuses"), POST=Door(mark, "write:statuses")),
]
