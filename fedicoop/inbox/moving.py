"""Somebody whom we hear is elsewhere now."""

from fedicoop.actors import moves
from fedicoop.db import Tx
from fedicoop.follows import moving as follows
from fedicoop.log import log
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import Actor, Move
from fedicoop.watches import moving as watches


async def on_move(tx: Tx, received: Received[Move, Actor]) -> None:
    """Our coops ask at the new address, and members who watch the old one watch the new one.

    The listings stay until those at the new address were read: they replace them one by one.  Within a
    week nobody moves twice.
    """
    old, new = received.sender, received.object
    if not await moves.note(tx, old.id, new.id):
        log.info("moved_too_soon", actor=old.id, target=new.id)
        return
    asked = await follows.follow_along(tx, old.id, new)
    await watches.follow_along(tx, old.id, new.id)
    log.info("moved", actor=old.id, target=new.id, followed=asked)
