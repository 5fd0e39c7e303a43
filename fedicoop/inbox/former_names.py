"""What peers say about a thing of ours by the name that it had before this house moved."""

from fedicoop.actors import changing_house
from fedicoop.node import Node

_ABOUT_FOLLOWS = frozenset({"Follow", "Accept", "Reject", "Move"})


async def brought_up_to_date(node: Node, body: str, type: str) -> str:
    """The words of a letter with our present names in the place of older ones.

    A like, a boost, an answer to a listing's old id is about the listing.  Not so with follows: who
    followed or follows the old actor follows the old actor, until they come along.
    """
    former = await changing_house.formerly(node)
    if not former or type in _ABOUT_FOLLOWS or (type == "Undo" and '"Follow"' in body):
        return body
    for old in former:
        body = body.replace(f'"{old}/', f'"{node.settings.origin}/')
    return body
