"""Actors that their house serves as plain JSON, as flohmarkt does, and when they are believed all the same.

The label of an answer is what keeps uploads from speaking (FEP-96ff, CVE-2024-25623): who may put a file on
a house may write an actor into it, and many houses serve such a file as `application/json`.  Nobody but the
house itself writes its WebFinger.  So an actor without the label counts only where the WebFinger of its own
host gives the same address for its handle.  Objects and keys without the label never count.
"""

from fedicoop.actors.fetching import check_media_type, get_signed, read_json
from fedicoop.actors.fingers import JRD, finger_url, self_link
from fedicoop.errors import Malformed, Problem, Unreachable
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import normal_host, origin_of
from fedicoop.vocabulary.reading import read
from fedicoop.vocabulary.types import Actor


async def actor(node: Node, id: str) -> Actor:
    """The actor at `id` that came as plain JSON, if its house stands by it.

    Raises Malformed (`fetch.media_type`) where it does not, and what asking raises.
    """
    answer = await get_signed(node, id)
    essence = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if essence != "application/json":
        check_media_type(answer)
    found = read(answer.body, plain_http=node.settings.allowed_peers)
    stands = isinstance(found, Actor) and found.id == id and await _finger(node, found) == id
    if not isinstance(found, Actor) or not stands:
        raise Malformed("fetch.media_type", f"{id}: {essence}", url=id)
    return found


async def _finger(node: Node, actor: Actor) -> str | None:
    """Where the actor's own host says that this handle lives; None where it says nothing."""
    resource = f"acct:{actor.handle}@{normal_host(actor.id)}"
    try:
        answer = await get_signed(node, finger_url(origin_of(actor.id), resource), accept=JRD)
        return self_link(read_json(answer))
    except Unreachable:
        raise
    except Problem:
        return None
