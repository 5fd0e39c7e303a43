"""Whether two houses agree on who of one follows somebody of the other (FEP-8fcf).

What goes to followers only carries a digest of those followers who live where it goes.  Who gets it compares
that with what it knows; where they differ, it asks for the list and mends its side.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from fedicoop.db import Tx
from fedicoop.errors import Unauthenticated
from fedicoop.follows import store_between as between
from fedicoop.signatures.cavage import parameters
from fedicoop.vocabulary.hosts import same_origin
from fedicoop.vocabulary.types import Actor

HEADER = "collection-synchronization"
_LONGEST = 2048


@dataclass(frozen=True, slots=True)
class Stated:
    """What a peer says of one collection: its id, where our part of it is, and the digest of that part."""

    collection: str
    url: str
    digest: str


@dataclass(frozen=True, slots=True)
class Synchronise:
    """Ask `actor_id` at `url` who of ours follows it, and mend what differs here."""

    actor_id: str
    url: str


def digest(ids: Iterable[str]) -> str:
    """The SHA-256 of each id, all of them combined by exclusive or, in hexadecimal; order does not matter."""
    total = 0
    for id in set(ids):
        total ^= int.from_bytes(sha256(id.encode()).digest(), "big")
    return f"{total:064x}"


def address(actor_id: str) -> str:
    """Where the followers of an actor of ours are listed, to each house its own."""
    return f"{actor_id}/followers_synchronization"


async def stated(tx: Tx, actor: Actor, host: str) -> dict[str, str]:
    """The header for what goes to the followers of an actor of ours at that host."""
    ids = await between.followers_at(tx, actor.id, host)
    line = f'collectionId="{actor.followers}", url="{address(actor.id)}", digest="{digest(ids)}"'
    return {HEADER: line} if actor.followers else {}


def read(header: str, actor: Actor) -> Stated | None:
    """What a header says of the followers of the actor that sent it; None where it says nothing of use.

    It speaks of that actor's own collection, at an address of that actor's own house, or not at all.
    """
    if not header or len(header) > _LONGEST:
        return None
    try:
        found = parameters(header)
    except Unauthenticated:
        return None
    said = Stated(found.get("collectionid", ""), found.get("url", ""), found.get("digest", "").lower())
    own = said.collection == actor.followers and same_origin(said.url, actor.id)
    return said if own and len(said.digest) == 64 else None
