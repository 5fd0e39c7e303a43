"""People at the door: what tests of signing in and joining share."""

import json
from dataclasses import dataclass, replace

import httpx

from fedicoop.access import Member, Role
from fedicoop.actors import coops
from fedicoop.actors.coops import Joining
from fedicoop.members import actions, links, passwords, store
from fedicoop.notices import store as notices
from tests.browsing import Visitor
from tests.conftest import PAIRS, Instance

MAIL = {"smtp_url": "smtp://127.0.0.1:2525"}
"""A house that sends letters; in these tests they are read where they are promised."""
PASSWORD = "trois mots au hasard"


@dataclass(frozen=True)
class Letter:
    address: str
    template: str
    details: str

    @property
    def link(self) -> str:
        return json.loads(self.details)["link"]


async def letters(instance: Instance) -> list[Letter]:
    """The letters that were promised, oldest first."""
    await instance.settle()
    async with instance.node.db.read() as tx:
        return await tx.all(Letter, "SELECT address, template, details FROM mails ORDER BY created_at, key")


async def settle_in(
    instance: Instance,
    handle: str = "lea",
    *,
    role: Role = Role.MEMBER,
    email: str | None = None,
    password: str | None = None,
) -> Member:
    """Somebody who is a member already, in a role, with a password."""
    phc = await passwords.hash(password) if password else None
    async with instance.node.db.write() as tx:
        member = await actions.add(
            tx,
            instance.operator,
            instance.origin,
            handle=handle,
            name=f"{handle.title()} Martin",
            pair=PAIRS[3],
            email=email,
            role=role,
        )
        if phc:
            await store.set_password(tx, member.id, phc)
    return member


async def sign_in_link(instance: Instance, member: Member) -> str:
    """The path of a link that lets a member in, as a letter would carry it."""
    async with instance.node.db.write() as tx:
        about = links.About(member_id=member.id)
        return f"/entrer/lien/{await links.make(tx, member.coop_id, links.SIGN_IN, about)}"


async def enter(visitor: Visitor, login: str, password: str, **more: object):
    await visitor.open("/entrer")
    return await visitor.submit("/entrer", login=login, password=password, **more)


def from_address(instance: Instance, address: str) -> Visitor:
    """A browser somewhere else on the network."""
    transport = httpx.ASGITransport(instance.app, raise_app_exceptions=False, client=(address, 40_000))
    elsewhere = Instance(
        instance.node,
        instance.app,
        instance.coop,
        instance.operator,
        httpx.AsyncClient(transport=transport),
    )
    return Visitor(elsewhere)


async def is_in(visitor: Visitor) -> bool:
    """Whether this browser is signed in, as its pages show."""
    return "Alertes" in (await visitor.open("/coops")).words


async def welcome(instance: Instance, joining: Joining, **more: object) -> None:
    """The coop decides how it lets people in."""
    async with instance.node.db.write() as tx:
        rules = await coops.get(tx, instance.coop.id)
        await coops.put(tx, replace(rules, joining=joining, **more))


async def invitation(instance: Instance, maker: Member | None = None, **about: object) -> str:
    """The path of a fresh invitation."""
    async with instance.node.db.write() as tx:
        about |= {"maker_id": maker.id if maker else None}
        secret = await links.make(tx, instance.coop.id, links.INVITATION, links.About(**about))
    return f"/invitation/{secret}"


async def members_of(instance: Instance) -> dict[str, Member]:
    """Everybody by handle."""
    async with instance.node.db.read() as tx:
        return {one.handle: one for one in await store.of_coop(tx, instance.coop.id)}


async def notices_of(instance: Instance, member: Member) -> list[str]:
    """The kinds of what a member was told, oldest first."""
    async with instance.node.db.read() as tx:
        return [one.kind for one in await notices.of_member(tx, member.id)][::-1]
