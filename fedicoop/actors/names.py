"""Names into actors: WebFinger (RFC 7033) and NodeInfo, asked of the host that the name gives."""

from datetime import timedelta
from typing import Any

from fedicoop.actors import directory, store
from fedicoop.actors.fetching import fetch_json
from fedicoop.actors.fingers import JRD, finger_url, self_link
from fedicoop.db import Tx
from fedicoop.errors import Gone, Malformed, Misused, NotFound, Problem, Unreachable
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.vocabulary.hosts import check_id, normal_host, same_origin
from fedicoop.vocabulary.types import Actor, Iri

UNCONFIRMED, REMEMBERED = "name unconfirmed of", timedelta(days=1)


def house_of(node: Node, host: str) -> str:
    """The base of a host that somebody typed: https, but for those that the operator allowed to be plain."""
    try:
        plain = normal_host(f"http://{host}")
    except Problem as problem:
        raise Misused("actor.name_unreadable", host, name=host) from problem
    if plain in node.settings.allowed_peers and not host.endswith(":443"):
        return f"http://{plain}"
    return f"https://{normal_host(f'https://{host}')}"


async def by_name(node: Node, name: str) -> Actor:
    """The actor that an operator or a member types: an address, `@handle@host`, or a bare domain.

    Raises what looking up raises; NotFound where nobody of that name is there.
    """
    text = name.strip()
    if "://" in text:
        return await _by_address(node, check_id(text, plain_http_hosts=node.settings.allowed_peers))
    if "@" in text:
        return await by_handle(node, text.removeprefix("@"))
    return await by_domain(node, text)


async def _by_address(node: Node, address: Iri) -> Actor:
    """An actor by its id or by its page; a bare origin is taken for the domain."""
    host, _, path = address.partition("://")[2].partition("/")
    if not path:
        return await by_domain(node, host)
    try:
        return await directory.actor(node, address, refresh=True)
    except (Gone, Unreachable):
        raise
    except Problem:
        if not path.startswith("@"):
            raise
        return await by_handle(node, f"{path.removeprefix('@').rstrip('/')}@{host}")


async def by_handle(node: Node, name: str) -> Actor:
    """The actor called `user@host`, kept with that name if its own document agrees (case 41)."""
    user, _, host = name.rpartition("@")
    if not user or not host:
        raise Misused("actor.name_unreadable", name, name=name)
    link = await _finger(node, house_of(node, host), f"acct:{user}@{host}")
    actor = await _actor_at(node, link)
    await confirm(node, actor, host)
    return actor


async def _actor_at(node: Node, id: str) -> Actor:
    return await directory.actor(node, id, refresh=not same_origin(id, node.settings.origin))


async def _finger(node: Node, base: str, resource: str) -> Iri:
    """The actor that a resource leads to.  Raises NotFound."""
    link, _ = await _described(node, base, resource)
    return link


async def _described(node: Node, base: str, resource: str) -> tuple[Iri, str]:
    """The `self` link of a WebFinger answer, and the subject."""
    answer: dict[str, Any] = await fetch_json(node, finger_url(base, resource), accept=JRD)
    if link := self_link(answer):
        return link, str(answer.get("subject", ""))
    raise NotFound("actor.no_such_name", f"{resource} at {base}", name=resource.removeprefix("acct:"))


async def confirm(node: Node, actor: Actor, host: str | None = None) -> str | None:
    """Ask whether `user@host` is the actor's name, and keep the answer; its own host's, if it is not.

    A host that is not the actor's own may call it anything.  Such a name counts only if the actor's
    own host gives it as the subject too (Mastodon behind two domains; security case 41).
    """
    home = normal_host(actor.id)
    away = normal_host(house_of(node, host)) if host else home
    confirmed = None
    if away != home and await _names(node, away, actor, away) and await _names(node, home, actor, away):
        confirmed = f"{actor.handle}@{away}"
    elif await _names(node, home, actor, home):
        confirmed = f"{actor.handle}@{home}"
    async with node.db.write() as tx:
        await store.confirm_name(tx, actor.id, confirmed)
        if confirmed is None:
            await note_unconfirmed(tx, actor.id)
        else:
            await peers.warm(tx, f"{UNCONFIRMED} {actor.id}")
    return confirmed


async def note_unconfirmed(tx: Tx, actor_id: str) -> None:
    """Its name was asked after, and does not lead to it."""
    await peers.cool(tx, f"{UNCONFIRMED} {actor_id}", REMEMBERED)


async def is_unconfirmed(tx: Tx, actor_id: str) -> bool:
    """Whether somebody asked after its name within a day, and its own host did not confirm it."""
    return await peers.cooling(tx, f"{UNCONFIRMED} {actor_id}")


async def _names(node: Node, host: str, actor: Actor, domain: str) -> bool:
    """Whether `host` says that the actor's name is `handle@domain`."""
    try:
        link, subject = await _described(node, house_of(node, host), f"acct:{actor.handle}@{host}")
    except Problem:
        return False
    same = subject.lower() == f"acct:{actor.handle}@{domain}".lower()
    return link == actor.id and (same or host == domain)


async def by_domain(node: Node, domain: str) -> Actor:
    """The coop that speaks for a domain.

    A fedicoop names its coops in NodeInfo (`metadata.fedicoop.coops`, the oldest first); any other
    server is asked by WebFinger for the actor of its base address (FEP-d556).
    """
    base = house_of(node, domain)
    for id in await coops_of(node, base):
        if same_origin(id, base):
            found = await _actor_at(node, id)
            await confirm(node, found)
            return found
    return await _actor_at(node, await _finger(node, base, base))


async def coops_of(node: Node, base: str) -> list[str]:
    """The coops that a house names in its NodeInfo; what it runs is noted on the way."""
    try:
        known = await fetch_json(node, f"{base}/.well-known/nodeinfo", accept="application/json")
        links = known.get("links")
        hrefs = sorted(
            (str(link.get("rel")), str(link.get("href")))
            for link in (links if isinstance(links, list) else [])
            if isinstance(link, dict)
            and "schema/2." in str(link.get("rel"))
            and same_origin(str(link.get("href")), base)
        )
        if not hrefs:
            return []
        document: dict[str, Any] = await fetch_json(node, hrefs[-1][1], accept="application/json")
    except (NotFound, Malformed):
        return []
    if software := _inside(document, "software").get("name"):
        async with node.db.write() as tx:
            await peers.runs(tx, normal_host(base), str(software))
    coops = _inside(_inside(document, "metadata"), "fedicoop").get("coops")
    return [id for id in coops if isinstance(id, str)][:10] if isinstance(coops, list) else []


def _inside(document: dict[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}
