"""Looking up what is reported and who is blocked: our own things alone, nothing is asked of anybody."""

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.follows import blocks
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import same_origin
from fedicoop.vocabulary.types import Block, Collection, Flag, Iri, Thing


def flagged(node: Node, flag: Flag) -> Collection | None:
    """What of it has an address of ours; None where nothing has."""
    ids = [flag.object if isinstance(flag.object, str) else flag.object.id, *flag.others]
    ours = tuple(id for id in dict.fromkeys(ids) if same_origin(id, node.settings.origin))
    return Collection(id=flag.id, items=ours) if ours else None


async def blocked(tx: Tx, deed: Thing) -> Block | None:
    """The Block that is undone, as we know it: who blocks whom of ours."""
    if not isinstance(deed, Block):
        return None
    whom = deed.object if isinstance(deed.object, str) else deed.object.id
    known = await actors.own(tx, whom) is not None and await blocks.any_blocks(tx, [deed.actor], whom)
    return Block(id=deed.id, actor=deed.actor, object=Iri(whom)) if known else None
