"""What is done with members.  One function is one transaction's worth of change."""

import re

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop, Role
from fedicoop.actors import actions as actors
from fedicoop.actors.keyring import Pair
from fedicoop.db import Tx
from fedicoop.errors import Conflict, Misused
from fedicoop.members import store

_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


async def add(
    tx: Tx, who: Member, origin: str, *, handle: str, name: str, pair: Pair, email: str | None, role: Role
) -> Member:
    """Take somebody into a coop, with the Person actor that speaks for them across coops.

    The actor is neither discoverable nor indexable until the member chooses so.  Raises Conflict
    where the handle or the e-mail address is taken, Misused where one is not written as it must be.
    """
    access.require(who, Act.MEMBER_ADD, OfCoop(who.coop_id))
    if email is not None:
        if len(email) > 254 or not _EMAIL.fullmatch(email):
            raise Misused("member.email", email, email=email)
        if await store.email_taken(tx, email.lower()):
            raise Conflict("member.email_taken", email, email=email)
    actor = await actors.create(tx, origin, "Person", handle, name, pair)
    member = Member(
        id=tx.new_id(), coop_id=who.coop_id, actor_id=actor.id, handle=actor.handle, name=name, role=role
    )
    await store.put(tx, member, email=email.lower() if email else None)
    return member
