"""Who and what is meant by words: a handle, an address, a name; what is not known here may be asked for."""

from datetime import timedelta
from typing import Any

from fedicoop.access import Act, may
from fedicoop.actors import names, seeking
from fedicoop.actors import store as actors
from fedicoop.clients import accounts
from fedicoop.clients.doors import Call
from fedicoop.clients.timeline_pages import seen_by
from fedicoop.db import Tx
from fedicoop.errors import Problem
from fedicoop.finding.searching import search as search_listings
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.listings.question import LONGEST, Question
from fedicoop.log import log
from fedicoop.vocabulary.types import Actor
from fedicoop.web import limits

LOOKS = limits.Limit("client look-up", 60, timedelta(hours=1))
"""How many other houses we ask in an hour for one member."""


async def ask_its_house(call: Call, words: str) -> None:
    """Look a handle or an address up that is not known here; what cannot be had is simply not found."""
    address = words if "://" in words else words.removeprefix("@") if "@" in words.removeprefix("@") else ""
    if not address or " " in address or address.endswith(f"@{call.node.settings.host}"):
        return
    async with call.node.db.read() as tx:
        if address.startswith(f"{call.origin}/") or await known(tx, call, words):
            return
        if await listings.find(tx, address) or await listings.find_by_url(tx, address):
            return
    await limits.take(call.node.db, (LOOKS, call.member.id))
    try:
        await names.by_name(call.node, address if "://" in address else f"@{address}")
    except Problem as problem:
        log.info("client.not_resolved", address=address, key=problem.key)


async def known(tx: Tx, call: Call, words: str) -> Actor | None:
    """Somebody by their address or their whole handle."""
    if "://" in words:
        return await actors.find(tx, words) or await _by_page(tx, call, words)
    user, _, host = words.removeprefix("acct:").removeprefix("@").rpartition("@")
    if not user:
        return await actors.find_local(tx, host)
    if host.lower() == call.node.settings.host:
        return await actors.find_local(tx, user)
    return await actors.find_by_handle(tx, user, host)


async def _by_page(tx: Tx, call: Call, address: str) -> Actor | None:
    handle = address.removeprefix(f"{call.origin}/@").rstrip("/")
    return await actors.find_local(tx, handle) if handle != address and "/" not in handle else None


async def accounts_named(tx: Tx, call: Call, words: str, limit: int) -> list[dict[str, Any]]:
    whole = await known(tx, call, words)
    near = [] if "://" in words else await seeking.named(tx, words, limit=limit)
    ids = list(dict.fromkeys([*([whole.id] if whole else []), *(one.id for one in near)]))[:limit]
    told = await accounts.of(tx, call.origin, ids)
    return [told[id] for id in ids if id in told]


async def listings_named(tx: Tx, call: Call, words: str, limit: int) -> list[Listing]:
    """By address exactly one; by words those that the site's own search finds."""
    if "://" in words:
        key = words.removeprefix(f"{call.origin}/l/").rstrip("/")
        one = (
            await listings.find_by_key(tx, key)
            if key != words and "/" not in key
            else await listings.find(tx, words) or await listings.find_by_url(tx, words)
        )
        return [one] if one and one.published_at and may(call.who, Act.LISTING_SEE, one) else []
    if "@" in words:
        return []
    question = Question(words=words.removeprefix("#")[:LONGEST])
    found = await search_listings(tx, question, seen_by=seen_by(call.who), limit=limit, loosen=False)
    return [one for one in found.listings if one.published_at]


async def hashtags_named(tx: Tx, call: Call, words: str) -> list[dict[str, Any]]:
    """The hashtag itself, where anything that everybody may read has it."""
    name = words.removeprefix("#").lower()[:100]
    if not name or " " in name or not await listings.count(tx, listings.Filter(tag=name)):
        return []
    return [tag(call.origin, name)]


def tag(origin: str, name: str) -> dict[str, Any]:
    return {"id": name, "name": name, "url": f"{origin}/tags/{name}", "history": [], "following": False}
