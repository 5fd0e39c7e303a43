"""What is done with members.  One function is one transaction's worth of change."""

import re

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop, Role
from fedicoop.actors import actions as actors
from fedicoop.actors.keyring import Pair
from fedicoop.db import Tx
from fedicoop.errors import Conflict, Misused
from fedicoop.members import handles, links, store

LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def checked_email(email: str) -> str:
    """An address in small letters, of the plain pattern that all mailers read alike (security case 94).

    Raises Misused `member.email`.
    """
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise Misused("member.email", email, email=email[:100])
    return email.lower()


async def add(
    tx: Tx, who: Member, origin: str, *, handle: str, name: str, pair: Pair, email: str | None, role: Role
) -> Member:
    """Take somebody into a coop, with the Person actor that speaks for them across coops.

    The actor is neither discoverable nor indexable until the member chooses so.  Raises Conflict
    where the handle or the e-mail address is taken, Misused where one is not written as it must be.
    """
    access.require(who, Act.MEMBER_ADD, OfCoop(who.coop_id))
    return await _admit(tx, origin, who.coop_id, handle=handle, name=name, pair=pair, email=email, role=role)


async def first_admin(
    tx: Tx,
    origin: str,
    secret: str,
    *,
    name: str,
    pair: Pair,
    email: str | None = None,
    handle: str | None = None,
    password: str | None = None,
    coop_id: str | None = None,
) -> Member:
    """Spend the link of `fedicoop init` or `admin link`: whoever holds it becomes an admin of its coop.

    `coop_id` is the coop of a house that had none when the link was made.  The handle is made of the
    name unless one is given; `password` is a PHC string.  Raises NotFound `link.void` where the link
    was used before or its hour is over, and what `add` raises.
    """
    link = await links.spend(tx, secret, links.ADMIN)
    member = await _admit(
        tx,
        origin,
        coop_id or link.coop_id,
        handle=handle or await handles.free(tx, name),
        name=name,
        pair=pair,
        email=email,
        role=Role.ADMIN,
    )
    if password:
        await store.set_password(tx, member.id, password)
    return member


async def _admit(
    tx: Tx, origin: str, coop_id: str, *, handle: str, name: str, pair: Pair, email: str | None, role: Role
) -> Member:
    """Somebody becomes a member; whoever calls has seen to it that they may."""
    if email is not None and await store.email_taken(tx, email := checked_email(email)):
        raise Conflict("member.email_taken", email, email=email)
    actor = await actors.create(tx, origin, "Person", handle, name, pair)
    member = Member(
        id=tx.new_id(), coop_id=coop_id, actor_id=actor.id, handle=actor.handle, name=name, role=role
    )
    await store.put(tx, member, email=email)
    return member
