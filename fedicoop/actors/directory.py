"""Finding actors and their keys.  May reach the network; never inside a transaction."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from fedicoop.actors import leaving, moves, portraits, public_keys, store, unlabelled
from fedicoop.actors.fetching import check_media_type, fetch, get_signed
from fedicoop.db import Tx
from fedicoop.errors import Gone, Malformed, NotFound, Problem, Unauthenticated, Unreachable
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.vocabulary.hosts import normal_host, same_origin
from fedicoop.vocabulary.reading import read_key
from fedicoop.vocabulary.types import Actor, Key, Thing

STALE = timedelta(days=1)
REFETCH_PAUSE = timedelta(minutes=5)
FAILURE_PAUSE = timedelta(seconds=30)
ASKING = timedelta(seconds=15)
MOST_ASKED = 60
PATIENCE = 0.1  # seconds between two looks at what another letter's question brought


async def actor(node: Node, id: str, *, refresh: bool = False) -> Actor:
    """The actor of that id: from our shelf if it is fresh enough, else from its own house.

    An actor that its owner deleted raises Gone; one that cannot be asked now and is known is
    returned as we know it.  Our own actors are never asked for over HTTP (security case 53).
    """
    async with node.db.read() as tx:
        known, fresh, now = await store.find(tx, id), await store.freshness(tx, id), tx.now
        formerly_ours = await moves.is_former(tx, id)  # whoever has that address now does not speak for it
    if fresh and fresh.gone_at:
        raise Gone("actor.gone", id, id=id)
    ours = formerly_ours or same_origin(id, node.settings.origin)
    if known and fresh and (ours or (not refresh and now - fresh.fetched_at < STALE)):
        return known
    if ours:
        raise NotFound("actor.unknown", id, id=id)
    try:
        return await _fetch_and_keep(node, id)
    except Unreachable:
        if known and not refresh:
            return known
        raise


async def _fetch_and_keep(node: Node, id: str) -> Actor:
    try:
        found = await _asked(node, id)
    except Gone:
        async with node.db.write() as tx:
            if await store.bury(tx, id):
                await leaving.forget(tx, id)
        raise
    if not isinstance(found, Actor):
        raise Malformed("fetch.no_actor", id, url=id)
    found = replace(found, webfinger=None)
    async with node.db.write() as tx:
        found = await portraits.carried(tx, found)
        await store.put(tx, found)
    return found


async def _asked(node: Node, id: str) -> Thing:
    """What its house serves there: labelled as it should be, or vouched for in another way."""
    try:
        return await fetch(node, id)
    except Malformed as problem:
        if problem.key != "fetch.media_type" or "#" in id:
            raise
    return await unlabelled.actor(node, id)


async def key(node: Node, key_id: str, owner_id: str, *, refetch: bool = False) -> Key | None:
    """The key by which `owner_id` may have signed, or None if the owner does not list it.

    Known keys come from our shelf.  An unknown one is looked up, and a wrong answer is believed for
    half a minute; a known key that did not verify is asked for anew (`refetch`) at most once in five
    minutes per owner, so that rotation works and forgeries cost nothing (cases 19 and 20).  Of many
    letters that need the same answer at once, one asks and the others wait for it.
    Raises Unreachable when the owner's house does not answer: the sender should try again later.
    """
    verdict = f"rotation of {owner_id}" if refetch else f"keys of {owner_id}"
    found, judged = await _shelf(node, key_id, owner_id, verdict)
    if judged or (found and not refetch) or same_origin(owner_id, node.settings.origin):
        return found
    async with node.db.write() as tx:
        judged = await peers.cooling(tx, verdict)  # somebody may have asked and answered since we looked
        mine = not judged and await peers.take_turn(tx, f"asking for {verdict}", ASKING)
        if mine and not await _may_ask(tx, normal_host(owner_id)):
            raise Unreachable("actor.silent", f"asked {owner_id} too often", host=normal_host(owner_id))
    if not mine:
        return await _answer_to_others(node, key_id, owner_id, verdict)
    try:
        answer = await _listed_by_owner(node, key_id, owner_id)
    except Unreachable:
        await _conclude(node, f"silence of {owner_id}", FAILURE_PAUSE, verdict)
        raise
    except Problem:
        await _conclude(node, verdict, FAILURE_PAUSE, verdict)
        raise
    await _conclude(node, verdict, REFETCH_PAUSE if refetch else FAILURE_PAUSE, verdict)
    return answer


async def _may_ask(tx: Tx, host: str) -> bool:
    """Whether this host was asked for keys less than `MOST_ASKED` times a minute (case 110).

    Who is refused here is told to try again: forged letters cannot make us knock at a third party's
    door without end, and an honest house with many new voices only waits a little.
    """
    return await peers.take_one_of(tx, f"key look-up at {host}", MOST_ASKED, timedelta(minutes=1))


async def _shelf(node: Node, key_id: str, owner_id: str, verdict: str) -> tuple[Key | None, bool]:
    """The key as we know it, and whether its owner was asked just now.  Raises Unreachable if in vain."""
    async with node.db.read() as tx:
        found = next((one for one in await public_keys.of(tx, owner_id) if one.id == key_id), None)
        if found is None and await peers.cooling(tx, f"silence of {owner_id}"):
            raise Unreachable("actor.silent", owner_id, host=normal_host(owner_id))
        return found, await peers.cooling(tx, verdict)


async def _answer_to_others(node: Node, key_id: str, owner_id: str, verdict: str) -> Key | None:
    for _ in range(int(ASKING.total_seconds() / PATIENCE)):
        await asyncio.sleep(PATIENCE)
        found, judged = await _shelf(node, key_id, owner_id, verdict)
        if judged:
            return found
    raise Unreachable("actor.silent", owner_id, host=normal_host(owner_id))


async def _conclude(node: Node, name: str, pause: timedelta, verdict: str) -> None:
    async with node.db.write() as tx:
        await peers.cool(tx, name, pause)
        await peers.warm(tx, f"asking for {verdict}")


async def _listed_by_owner(node: Node, key_id: str, owner_id: str) -> Key | None:
    """The owner's own document decides; a key document elsewhere only counts if the owner names it."""
    owner = await actor(node, owner_id, refresh=True)
    if found := next((one for one in owner.keys if one.id == key_id), None):
        return found
    if not same_origin(key_id, owner_id) or key_id.partition("#")[0] == owner_id:
        return None
    answer = await get_signed(node, key_id.partition("#")[0])
    check_media_type(answer)
    stub = read_key(answer.body, key_id, plain_http=node.settings.allowed_peers)
    if stub.owner != owner_id:
        raise Unauthenticated("signature.foreign_key", key_id)
    return next((one for one in owner.keys if one.public.strip() == stub.public.strip()), None)
