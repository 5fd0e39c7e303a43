"""What somebody else brings without a proof: believed only as far as its own house says the same.

LD signatures are not read (security case 17).  Bounded: the bringer signed with a key that we know already,
the actor is one that we hear, and a thing is asked for once a minute, whoever brings it.
"""

import json
from datetime import timedelta

from fedicoop.actors import public_keys
from fedicoop.actors.fetching import fetch
from fedicoop.boards import relaying
from fedicoop.errors import Forbidden, Gone, Malformed, NotFound, Refused, Unauthenticated
from fedicoop.follows import store as follows
from fedicoop.inbox import verifying
from fedicoop.listings import store as listings
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.signatures.claims import Claim, verifies
from fedicoop.vocabulary.hosts import normal_host, same_origin
from fedicoop.vocabulary.reading import read_envelope
from fedicoop.vocabulary.types import Activity, Create, Delete, Key, Note, Tombstone, Update

PAUSE = timedelta(minutes=1)


async def refetched(node: Node, activity: Activity, found: Claim) -> tuple[Activity, bytes]:
    """The same news as its own house tells them: an activity about the id alone, which is then looked up.

    Raises Unauthenticated `signature.not_the_actor` where that house does not say so.
    """
    about = activity.object if isinstance(activity.object, str) else activity.object.id
    refusal = Unauthenticated("signature.not_the_actor", f"{found.key_id} for {activity.actor}")
    if not isinstance(activity, (Create, Update, Delete)) or not same_origin(about, activity.actor):
        raise refusal
    concerns = await _concerns_us(node, activity.actor, about)
    relay = None if concerns or isinstance(activity, Delete) else await _relay(node, found)
    if about == activity.actor or not (concerns or relay):
        raise refusal
    await _require_carrier(node, found)
    if relay:  # as if it had named the thing, like other relays: that is looked up, and paced, later on
        return await _told(node, "Announce", relay, about)
    async with node.db.write() as tx:
        if not await peers.take_turn(tx, f"brought {about}", PAUSE):
            raise refusal
    if not await _says_so(node, activity, about):
        raise refusal
    return await _told(node, type(activity).__name__, activity.actor, about)


async def _told(node: Node, kind: str, by: str, about: str) -> tuple[Activity, bytes]:
    async with node.db.write() as tx:
        number = tx.new_id()
    place = (by if kind == "Announce" else about).partition("#")[0]
    said = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{place}#brought-{number}",  # its own id stays free for who really says it
        "type": kind,
        "actor": by,
        "object": about,
    }
    body = json.dumps(said).encode()
    heard = read_envelope(body, plain_http=node.settings.allowed_peers)
    assert isinstance(heard, Activity), "what was just written is one"
    return heard, body


async def _concerns_us(node: Node, actor_id: str, about: str) -> bool:
    async with node.db.read() as tx:
        known = await listings.find(tx, about)
        return await follows.heard_by_us(tx, actor_id) or (known is not None and known.actor_id == actor_id)


async def _relay(node: Node, found: Claim) -> str | None:
    """The relay whose key signed, if we asked for it: some bring what was said and name nothing (ae0c)."""
    async with node.db.read() as tx:
        for owner in await public_keys.owners(tx, found.key_id):
            if same_origin(owner, found.key_id) and await relaying.accepted(tx, owner):
                return owner
    return None


async def _require_carrier(node: Node, found: Claim) -> None:
    """Whoever brings it is known, signed it, and lives in no closed house: else anybody could make us ask."""
    host = normal_host(found.key_id)
    async with node.db.read() as tx:
        if await peers.policy(tx, host) is Policy.CLOSED:
            raise Forbidden("inbox.closed_reader", found.key_id, host=host)
        known = await public_keys.owners(tx, found.key_id)
    owners = [one for one in known if same_origin(one, found.key_id)]

    def fits(key: Key) -> bool:
        return verifies(found, key.algorithm, key.public)

    if not owners:  # nobody unknown makes us ask a third party anything
        raise Unauthenticated("signature.not_the_actor", found.key_id)
    try:
        await verifying.by_a_key(node, found.key_id, owners[0], fits)
    except (Gone, NotFound, Refused) as absent:
        raise Unauthenticated("signature.key_unknown", found.key_id) from absent


async def _says_so(node: Node, activity: Activity, about: str) -> bool:
    """Whether the house of a thing has it by that author, or says that it is gone (410, a Tombstone)."""
    ends = isinstance(activity, Delete)
    try:
        thing = await fetch(node, about)
    except Gone:
        return ends
    except (Forbidden, Malformed, NotFound, Refused):
        return False
    if ends:
        return isinstance(thing, Tombstone)
    return isinstance(thing, Note) and thing.by == activity.actor
