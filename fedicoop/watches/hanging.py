"""Watches are hung anew where words have come to mean more: a new synonym, another release.

Until then a watch may miss what the search finds by the new word; house keeping sees to it every hour.
"""

from fedicoop import __version__, meta
from fedicoop.db import Tx
from fedicoop.finding import synonyms
from fedicoop.node import Node
from fedicoop.watches import store, waiting
from fedicoop.words import tokens

_DONE = "watches.hung"  # in meta: by which words all watches hang
_AT_ONCE = 200


async def renew(node: Node) -> int:
    """Hang every watch of a question as its words say now; how many, 0 where nothing has changed."""
    async with node.db.read() as tx:
        version = await _version(tx)
        if await meta.find(tx, _DONE) == version:
            return 0
    after, hung = "", 0
    while True:
        async with node.db.write() as tx:
            found = await store.of_questions(tx, after=after, limit=_AT_ONCE)
            house = await synonyms.of_house(tx)
            for watch in found:
                await store.hang(tx, watch, waiting.hooks_of(waiting.question_of(watch.target), house))
            if not found:
                await meta.put(tx, _DONE, version)
                return hung
        after, hung = found[-1].id, hung + len(found)


async def _version(tx: Tx) -> str:
    return f"{__version__} {tokens.VERSION} {await synonyms.digest(tx)}"
