"""Accounts: oneself, others, and what they have published."""

from typing import Any

from starlette.responses import Response

from fedicoop.actors import store as actors
from fedicoop.clients import accounts, paging, statuses
from fedicoop.clients.answering import Unfit, told
from fedicoop.clients.doors import Call, Door, For, at
from fedicoop.clients.timeline_pages import listings, seen_by
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.follows import store as follows
from fedicoop.listings.store import Filter
from fedicoop.vocabulary.types import Actor


async def oneself(call: Call) -> Response:
    """For whom the token speaks: the first thing that every client asks."""
    async with call.node.db.read() as tx:
        return told(await accounts.own(tx, call.origin, call.member))


async def change(call: Call) -> Response:
    """What one says of oneself is written on the site, where it is explained what becomes of it."""
    raise Unfit("client.change_on_site", url=f"{call.origin}/moi/profil")


async def found(tx: Tx, call: Call) -> Actor:
    """Whose id stands in the path.  Raises NotFound."""
    actor = await actors.find(tx, accounts.actor_id_of(call.at("id")))
    if actor is None:
        raise NotFound("client.no_account", call.at("id")[:80])
    return actor


async def show(call: Call) -> Response:
    async with call.node.db.read() as tx:
        actor = await found(tx, call)
        return told((await accounts.of(tx, call.origin, [actor.id]))[actor.id])


async def published(call: Call) -> Response:
    """What an account has published; on a coop's, also what it relays of its members."""
    span = paging.span(call)
    if call.sent.yes("pinned"):
        return told([])
    async with call.node.db.read() as tx:
        actor = await found(tx, call)
        tag = call.sent["tagged"][:100] or None
        filter = Filter(actor_id=actor.id, seen_by=seen_by(call.who), tag=tag)
        if call.sent.yes("exclude_reblogs"):
            filter = Filter(author_id=actor.id, seen_by=seen_by(call.who), tag=tag)
        some = await listings(tx, filter, span, with_photos=call.sent.yes("only_media"))
        known = await statuses.known(tx, call.origin, call.who, some, others=[actor.id])
    own = known.accounts[actor.id]
    drawn = statuses.drawn(some, known)
    shown = [one if one["account"]["id"] == own["id"] else statuses.relayed(one, own) for one in drawn]
    return paging.page(call, shown)


async def followers(call: Call) -> Response:
    """Who hears an account: told to itself alone, as on our pages."""
    return await _around(call, own=lambda tx, id: follows.followers(tx, id))


async def following(call: Call) -> Response:
    return await _around(call, own=lambda tx, id: follows.followed_by(tx, id))


async def _around(call: Call, own: Any) -> Response:
    async with call.node.db.read() as tx:
        actor = await found(tx, call)
        if actor.id != call.member.actor_id:
            return told([])
        near: list[Actor] = (await own(tx, actor.id))[: call.sent.number("limit", otherwise=40, most=80)]
        drawn = await accounts.of(tx, call.origin, [one.id for one in near])
    return told([drawn[one.id] for one in near])


async def nobody(_: Call) -> Response:
    return told([])


_READ = "read:accounts"
routes = [
    at("/api/v1/accounts/verify_credentials", GET=Door(oneself, "read:me")),
    at("/api/v1/accounts/update_credentials", PATCH=Door(change, "write:accounts", files=2)),
    at("/api/v1/accounts/familiar_followers", GET=Door(nobody, "read:follows")),
    at("/api/v1/accounts/{id}", GET=Door(show, _READ, For.ANYBODY)),
    at("/api/v1/accounts/{id}/statuses", GET=Door(published, "read:statuses", For.ANYBODY)),
    at("/api/v1/accounts/{id}/followers", GET=Door(followers, _READ)),
    at("/api/v1/accounts/{id}/following", GET=Door(following, _READ)),
    at("/api/v1/accounts/{id}/featured_tags", GET=Door(nobody, _READ, For.ANYBODY)),
    at("/api/v1/accounts/{id}/lists", GET=Door(nobody, "read:lists")),
]
