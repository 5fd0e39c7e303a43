"""What is done with members.  One function is one transaction's worth of change."""

import re

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop, Person, Role
from fedicoop.actors import actions as actors
from fedicoop.actors.keyring import Pair
from fedicoop.db import Tx
from fedicoop.errors import Conflict, Misused
from fedicoop.jobs import queue
from fedicoop.members import handles, holidays, links, roll, sessions, store
from fedicoop.notices.tell import tell

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
    return await admit(tx, origin, who.coop_id, handle=handle, name=name, pair=pair, email=email, role=role)


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
    member = await admit(
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


async def admit(
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


def person(member: Member) -> Person:
    return Person(member.coop_id, member.id, member.role)


async def change_role(tx: Tx, who: Member, member: Member, role: Role) -> None:
    """Give somebody another role; their devices get new ids, and they are told (security case 97).

    Raises Conflict where the coop would be left without an admin.
    """
    access.require(who, Act.MEMBER_SET_ROLE, OfCoop(member.coop_id))
    if member.role is role:
        return
    await require_another_admin(tx, member)
    await store.set_role(tx, member.id, role)
    await sessions.renew_all(tx, member.id)
    await links.void_of(tx, member.id)
    await tell(tx, [member.id], f"account.role.{role}", path="/moi", key=tx.new_id(), name=who.name)


async def require_another_admin(tx: Tx, member: Member) -> None:
    """Raise Conflict if this is the only admin of the coop who can sign in."""
    if member.role is Role.ADMIN and not await roll.admins(tx, member.coop_id, but=member.id):
        raise Conflict("member.last_admin", member.id)


async def suspend(tx: Tx, who: Member, member: Member) -> None:
    """Shut somebody out: every device is signed out, no link lets them in, their listings rest (case 87)."""
    access.require(who, Act.MEMBER_SUSPEND, person(member))
    await require_another_admin(tx, member)
    await store.set_suspended(tx, member.id, True)
    await sessions.end_all(tx, member.id)
    await links.void_of(tx, member.id)
    await queue.enqueue(tx, holidays.Rest(member.id), lane=holidays.LANE, thread=member.id)


async def restore(tx: Tx, who: Member, member: Member) -> None:
    """Open the door again; what rested comes back, unless they are away."""
    access.require(who, Act.MEMBER_SUSPEND, person(member))
    await store.set_suspended(tx, member.id, False)
    if (await store.profile(tx, member.id)).away_until is None:
        await queue.enqueue(tx, holidays.Return(member.id), lane=holidays.LANE, thread=member.id)


async def make_sign_in_link(tx: Tx, who: Member, member: Member, secret: str | None = None) -> str:
    """A link to hand over in person; the member is told that it was made, and by whom."""
    access.require(who, Act.MEMBER_LET_IN, person(member))
    made = await links.make(
        tx, member.coop_id, links.SIGN_IN, links.About(member_id=member.id), secret=secret
    )
    await tell(tx, [member.id], "account.link", path="/moi/appareils", key=links.hashed(made), name=who.name)
    return made
