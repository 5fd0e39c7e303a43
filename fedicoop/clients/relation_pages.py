"""What is between a member and others: follow, block, mute, each with its undoing."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from fedicoop.access import Member
from fedicoop.actors import store as actors
from fedicoop.clients import account_pages, accounts
from fedicoop.clients.answering import Unfit, told
from fedicoop.clients.doors import Call, Door, at
from fedicoop.db import Tx
from fedicoop.enquiries import reading, sorting
from fedicoop.errors import Conflict, Forbidden, NotFound
from fedicoop.follows import actions as follows
from fedicoop.follows import blocks, overview
from fedicoop.follows import store as following
from fedicoop.follows.follow import Status
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor
from fedicoop.web import limits

_MOST = 40
FOLLOWS = limits.Limit("client follow", 60, timedelta(hours=1))
"""How many one member follows in an hour: each is a letter to somebody's house."""


async def between(tx: Tx, who: Member, ids: list[str]) -> list[dict[str, Any]]:
    """A Relationship for each of these actors, in their order, in two questions."""
    us = reading.voice(who)
    found = await overview.near(tx, us, ids)
    to = {one.followed_id: one.status for one in found if one.follower_id == us}
    back = {one.follower_id for one in found if one.followed_id == us and one.status is Status.ACCEPTED}
    hidden = {block.blocked_id for block in await blocks.of(tx, us)}
    return [
        {
            "id": accounts.id_of(id),
            "following": to.get(id) is Status.ACCEPTED,
            "showing_reblogs": to.get(id) is Status.ACCEPTED,
            "notifying": False,
            "languages": None,
            "followed_by": id in back,
            "blocking": id in hidden,
            "blocked_by": False,
            "muting": id in hidden,
            "muting_notifications": id in hidden,
            "muting_expires_at": None,
            "requested": to.get(id) is Status.PENDING,
            "requested_by": False,
            "domain_blocking": False,
            "endorsed": False,
            "note": "",
        }
        for id in ids
    ]


async def relationships(call: Call) -> Response:
    """`?id[]=…`, at most forty."""
    ids = [actor_id for id in call.sent.all("id", _MOST) if (actor_id := accounts.actor_id_of(id))]
    async with call.node.db.read() as tx:
        return told(await between(tx, call.member, list(dict.fromkeys(ids))))


Deed = Callable[[Tx, Member, Actor], Awaitable[None]]


async def _do(call: Call, deed: Deed) -> Response:
    async with call.node.db.write() as tx:
        them = await account_pages.found(tx, call)
        await deed(tx, call.member, them)
        return told((await between(tx, call.member, [them.id]))[0])


async def follow(call: Call) -> Response:
    """Hear somebody, as oneself: here or elsewhere.  Who is followed already, or asked, stays so."""
    await limits.take(call.node.db, (FOLLOWS, call.member.id))
    return await _do(call, _follow)


async def unfollow(call: Call) -> Response:
    return await _do(call, _unfollow)


async def block(call: Call) -> Response:
    """Hear nothing more of somebody, and be heard by them no more."""
    return await _do(call, _block)


async def mute(call: Call) -> Response:
    """The same: this house knows one way of hearing nothing of somebody."""
    return await _do(call, _shut_out)


async def unblock(call: Call) -> Response:
    return await _do(call, _let_in)


async def _own_actor(tx: Tx, who: Member) -> Actor:
    us = await actors.own(tx, who.actor_id) if who.actor_id else None
    if us is None:
        raise Conflict("enquiry.no_voice", who.id)
    return us


async def _follow(tx: Tx, who: Member, them: Actor) -> None:
    us = await _own_actor(tx, who)
    if them.type == "Application" or us.id == them.id:
        raise Unfit("client.not_followable", them.id)
    if await peers.policy(tx, normal_host(them.id)) is Policy.CLOSED:
        raise Forbidden("client.closed_house", them.id, host=normal_host(them.id))
    before = await following.between(tx, us.id, them.id)
    if before is None or before.status is Status.REJECTED:
        await follows.follow(tx, who, us, them)


async def _unfollow(tx: Tx, who: Member, them: Actor) -> None:
    us = await _own_actor(tx, who)
    try:
        await follows.unfollow(tx, who, us, them)
    except NotFound:
        return  # it was not so before


async def _block(tx: Tx, who: Member, them: Actor) -> None:
    await _shut_out(tx, who, them)
    if who.actor_id:
        await _unfollow(tx, who, them)


async def _shut_out(tx: Tx, who: Member, them: Actor) -> None:
    if them.id in (who.coop_id, reading.voice(who)):
        raise Unfit("client.not_followable", them.id)
    await sorting.shut_out(tx, reading.voice(who), them.id)


async def _let_in(tx: Tx, who: Member, them: Actor) -> None:
    await blocks.end(tx, reading.voice(who), them.id)


async def blocked(call: Call) -> Response:
    """Of whom a member wants to hear nothing, the last first."""
    async with call.node.db.read() as tx:
        found = (await blocks.of(tx, reading.voice(call.member)))[:80]
        drawn = await accounts.of(tx, call.origin, [one.blocked_id for one in found])
    return told([drawn[one.blocked_id] for one in found if one.blocked_id in drawn])


_WRITE = {"follow": follow, "unfollow": unfollow}
_SHUT = {"block": block, "unblock": unblock}
_HUSH = {"mute": mute, "unmute": unblock}
routes = [
    at("/api/v1/accounts/relationships", GET=Door(relationships, "read:follows")),
    *(at(f"/api/v1/accounts/{{id}}/{name}", POST=Door(do, "write:follows")) for name, do in _WRITE.items()),
    *(at(f"/api/v1/accounts/{{id}}/{name}", POST=Door(do, "write:blocks")) for name, do in _SHUT.items()),
    *(at(f"/api/v1/accounts/{{id}}/{name}", POST=Door(do, "write:mutes")) for name, do in _HUSH.items()),
    at("/api/v1/blocks", GET=Door(blocked, "read:blocks")),
    at("/api/v1/mutes", GET=Door(blocked, "read:mutes")),
]
