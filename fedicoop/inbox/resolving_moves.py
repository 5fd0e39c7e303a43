"""Looking up where somebody says that they are now."""

from fedicoop.actors import directory
from fedicoop.errors import Forbidden, Gone, NotFound
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import same_origin
from fedicoop.vocabulary.types import Actor, Move


async def moved(node: Node, activity: Move, sender: Actor) -> Actor:
    """The actor that the sender has become, asked of its own house: it must name the sender's id as its own.

    Raises Forbidden where it does not, or where somebody else is moved (M activity/move.rb).
    """
    object = activity.object if isinstance(activity.object, str) else activity.object.id
    if object != sender.id:
        raise Forbidden("inbox.foreign_object", object)
    if activity.target == sender.id or same_origin(activity.target, node.settings.origin):
        raise Forbidden("inbox.move_unconfirmed", activity.target)
    try:
        target = await directory.actor(node, activity.target, refresh=True)
    except (Gone, NotFound) as absent:
        raise Forbidden("inbox.move_unconfirmed", activity.target) from absent
    if sender.id not in target.also_known_as:
        raise Forbidden("inbox.move_unconfirmed", f"{activity.target} does not name {sender.id}")
    return target
