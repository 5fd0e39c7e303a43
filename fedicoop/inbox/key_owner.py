"""Whose key signed a request that names no actor."""

from fedicoop.actors import public_keys
from fedicoop.actors.fetching import get_signed
from fedicoop.errors import Unauthenticated
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import same_origin
from fedicoop.vocabulary.reading import read_key


async def owner_of(node: Node, key_id: str) -> str:
    """Who claims a key: as we know it, else the document before its `#`, else the document of the key."""
    async with node.db.read() as tx:
        known = [one for one in await public_keys.owners(tx, key_id) if same_origin(one, key_id)]
    if known:
        return known[0]
    document, fragment, _ = key_id.partition("#")
    if fragment:
        return document
    answer = await get_signed(node, document)
    owner = read_key(answer.body, key_id, plain_http=node.settings.allowed_peers).owner
    if not same_origin(owner, key_id):
        raise Unauthenticated("signature.foreign_key", key_id)
    return owner
