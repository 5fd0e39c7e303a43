"""Search: accounts and listings by their words; an address or a handle is asked of its own house, once."""

from typing import Any

from starlette.responses import Response

from fedicoop.clients import accounts, searching, status_pages
from fedicoop.clients.answering import told
from fedicoop.clients.doors import Call, Door, For, at
from fedicoop.errors import NotFound

_MOST, _USUAL = 40, 20


async def search(call: Call) -> Response:
    """`/api/v2/search`: what is known here; with `resolve`, a member may have one look-up made."""
    words, kind = call.sent["q"][:2048], call.sent["type"]
    limit = call.sent.number("limit", otherwise=_USUAL, most=_MOST)
    found: dict[str, Any] = {"accounts": [], "statuses": [], "hashtags": []}
    if not words or call.sent.number("offset", otherwise=0, most=10_000):
        return told(found)
    if call.who and call.sent.yes("resolve") and kind in ("", "accounts"):
        await searching.ask_its_house(call, words)
    async with call.node.db.read() as tx:
        if kind in ("", "accounts"):
            found["accounts"] = await searching.accounts_named(tx, call, words, limit)
        if kind in ("", "statuses"):
            shown = await searching.listings_named(tx, call, words, limit)
            found["statuses"] = await status_pages.drawn(tx, call, [*shown])
        if kind in ("", "hashtags"):
            found["hashtags"] = await searching.hashtags_named(tx, call, words)
    return told(found)


async def show_tag(call: Call) -> Response:
    return told(searching.tag(call.origin, call.at("tag").removeprefix("#").lower()[:100]))


async def accounts_only(call: Call) -> Response:
    """`/api/v1/accounts/search`, for whoever types a name."""
    words, limit = call.sent["q"][:200], call.sent.number("limit", otherwise=_USUAL, most=_MOST)
    if call.sent.yes("resolve"):
        await searching.ask_its_house(call, words)
    async with call.node.db.read() as tx:
        return told(await searching.accounts_named(tx, call, words, limit) if words else [])


async def lookup(call: Call) -> Response:
    """`/api/v1/accounts/lookup?acct=…`: one whom we know, by their whole handle."""
    async with call.node.db.read() as tx:
        found = await searching.known(tx, call, call.sent["acct"][:500])
        if found is None or found.type == "Application":
            raise NotFound("client.no_account", call.sent["acct"][:80])
        return told((await accounts.of(tx, call.origin, [found.id]))[found.id])


routes = [
    at("/api/v2/search", GET=Door(search, "read:search", For.ANYBODY)),
    at("/api/v1/accounts/search", GET=Door(accounts_only, "read:accounts")),
    at("/api/v1/accounts/lookup", GET=Door(lookup, "read:accounts", For.ANYBODY)),
    at("/api/v1/tags/{tag}", GET=Door(show_tag, "read", For.ANYBODY)),
]
