"""What stands behind the one-time link of `fedicoop init` and `admin link`."""

from dataclasses import dataclass

from starlette.requests import Request

from fedicoop.access import Member, Role
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.desk import setups
from fedicoop.desk.answers import Answers
from fedicoop.desk.setups import Setup
from fedicoop.desk.showing import of_coop
from fedicoop.members import links
from fedicoop.members import store as members
from fedicoop.vocabulary.types import Actor

UNSEEN = {"cache-control": "private, no-store"}


@dataclass(frozen=True, slots=True)
class Door:
    """What stands behind a link: whom it is for, and how far the set-up is.

    `actor` is a coop, or the server of a house where there is none yet; `admins` are those who care
    for the coop already: then the link only lets somebody in again.
    """

    path: str
    actor: Actor
    setup: Setup
    admins: list[Member]

    @property
    def is_new(self) -> bool:
        return self.actor.type != "Organization"


async def open_door(request: Request, tx: Tx) -> Door:
    """Raises NotFound `link.void` for a link that is wrong, spent, or too old."""
    secret = request.path_params["secret"]
    link = await links.open(tx, secret)
    actor = await actors.get(tx, link.coop_id)
    known = await setups.find(tx, actor.id)
    admins: list[Member] = []
    if actor.type == "Organization":
        admins = [one for one in await members.of_coop(tx, actor.id) if one.role is Role.ADMIN]
        known = known or Setup(of_coop(actor, await coops.get(tx, actor.id)))
    return Door(f"/bienvenue/{secret}", actor, known or Setup(Answers()), admins)
