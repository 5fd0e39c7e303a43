"""The end of a set-up: the coop speaks, somebody cares for it, and the link is spent.  One commit."""

from dataclasses import dataclass, replace

from fedicoop.access import Member, operator
from fedicoop.actors import actions as actor_actions
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.actors.coops import AuthorMode, Coop, Joining
from fedicoop.actors.keyring import Pair
from fedicoop.db import Tx
from fedicoop.desk import actions, setups
from fedicoop.desk.answers import Answers
from fedicoop.errors import NotFound
from fedicoop.members import actions as members
from fedicoop.vocabulary.types import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class You:
    """Whoever did the set-up; `password` is a PHC string."""

    name: str
    email: str | None
    password: str | None


async def begin(
    tx: Tx, origin: str, secret: str, actor_id: str, you: You, pairs: tuple[Pair, Pair]
) -> Member:
    """Make what was answered true, and whoever answered the coop's admin.

    `actor_id` is whom the link is for: a coop, or the server where there is no coop yet.  Raises
    NotFound where the link was spent meanwhile, or its hour is over; then nothing is made.
    """
    setup = await setups.find(tx, actor_id)
    if setup is None:
        raise NotFound("link.void")
    us = await _coop(tx, origin, actor_id, setup.answers, pairs[0])
    before = await coops.get(tx, us.id)
    await actions.change(
        tx, operator(us.id), origin, us, _decided(before, setup.answers), name=setup.answers.name
    )
    await setups.end(tx, actor_id)
    return await members.first_admin(
        tx,
        origin,
        secret,
        coop_id=us.id,
        name=you.name,
        pair=pairs[1],
        email=you.email,
        password=you.password,
    )


async def _coop(tx: Tx, origin: str, actor_id: str, said: Answers, pair: Pair) -> Actor:
    """The coop of the link; made now where there was none, with the handle that it keeps for good."""
    actor = await actors.get(tx, actor_id)
    if actor.type == "Organization":
        return actor
    made = await actor_actions.create(tx, origin, "Organization", said.handle, said.name, pair)
    await coops.put(tx, Coop(made.id, said.kind, said.locale, AuthorMode.COOP))
    return made


def _decided(before: Coop, said: Answers) -> Coop:
    return replace(
        before,
        kind=said.kind,
        locale=said.locale,
        sentence=said.sentence,
        hue=said.hue,
        logo=said.logo,
        place_name=said.place_name,
        latitude=said.latitude,
        longitude=said.longitude,
        radius_km=said.radius_km,
        joining=Joining(said.joining),
    )
