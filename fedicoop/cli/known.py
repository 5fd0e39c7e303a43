"""Whom our coops know: who is heard, who hears us, and finding one of them by any of their names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedicoop.cli import opening

if TYPE_CHECKING:
    from fedicoop.db import Tx
    from fedicoop.node import Node
    from fedicoop.vocabulary.types import Actor


@dataclass(frozen=True, slots=True)
class Known:
    """One line of `coop list`: which way the news go, and how far that is agreed."""

    direction: str  # following, follower
    status: str
    actor: "Actor"
    ours: "Actor"

    def told(self) -> dict[str, str]:
        actor = self.actor
        told = {"direction": self.direction, "status": self.status, "id": actor.id, "actor": actor.id}
        told |= {"handle": opening.name_of(actor), "name": actor.name, "url": actor.url or actor.id}
        return told | {"coop": opening.name_of(self.ours)}


async def find(node: "Node", name: str) -> "Actor":
    """Somebody whom we know already, found without asking anybody: who is silent can be left too."""
    from fedicoop.actors.names import by_name

    wanted = name.strip().rstrip("/").lower().removeprefix("@")
    wanted = wanted.partition("://")[2] or wanted
    async with node.db.read() as tx:
        actors = {one.actor.id: one.actor for one in await everybody(tx)}
    found = [actor for actor in actors.values() if wanted in _spellings(actor)]
    return found[0] if len(found) == 1 else await by_name(node, name)


def _spellings(actor: "Actor") -> set[str]:
    """How an actor may be typed: its id, its page, its name, the host that it lives at."""
    id, page = (address.partition("://")[2].lower() for address in (actor.id, actor.url or ""))
    return {id, page, id.partition("/")[0], opening.name_of(actor).removeprefix("@").lower()}


async def everybody(tx: "Tx") -> list[Known]:
    """Everything between our coops and others: whom we asked, and who hears us or asks to."""
    from fedicoop.actors import store as actors
    from fedicoop.follows import store
    from fedicoop.follows.follow import Status

    found = list[Known]()
    ours: dict[str, Actor] = {one.id: one for one in await actors.coops(tx)}
    asked = [one for one in await store.all_of_ours(tx) if one.follower_id in ours]
    theirs: Mapping[str, Actor] = await actors.several(tx, [one.followed_id for one in asked])
    for one in asked:
        if one.followed_id in theirs:
            found.append(Known("following", one.status, theirs[one.followed_id], ours[one.follower_id]))
    for us in ours.values():
        for status in (Status.ACCEPTED, Status.PENDING):
            followers = await store.followers(tx, us.id, status=status)
            found += [Known("follower", status, actor, us) for actor in followers]
    return found
