"""Making actors of our own: the server, a coop, a member's voice outside."""

from dataclasses import replace

from fedicoop.actors import addresses, keyring, store
from fedicoop.actors.keyring import Pair
from fedicoop.db import Tx
from fedicoop.errors import Conflict
from fedicoop.vocabulary.types import Actor, Iri

IMPLEMENTS = ("https://w3id.org/fep/0837", "https://datatracker.ietf.org/doc/html/rfc9421")


async def create_server(tx: Tx, origin: str, pair: Pair) -> Actor:
    """The Application that signs our look-ups; readable by anybody, unsigned."""
    host = origin.partition("://")[2]
    id = addresses.server_id(origin)
    server = Actor(
        id=id,
        type="Application",
        handle=host,
        name=host,
        webfinger=f"{host}@{host}",
        inbox=Iri(f"{id}/inbox"),
        outbox=Iri(f"{id}/outbox"),
        shared_inbox=addresses.shared_inbox(origin),
        url=Iri(f"{origin}/about"),
        manually_approves=True,
        published=tx.now,
        implements=IMPLEMENTS,
    )
    await store.put(tx, server, local=True)
    await keyring.put(tx, id, pair)
    return server


async def create(tx: Tx, origin: str, type: str, handle: str, name: str, pair: Pair) -> Actor:
    """A coop (Organization) or a board of one (Group, Service), to be found; or a member (Person), not."""
    checked = addresses.checked_handle(handle)
    if await store.handle_taken(tx, checked):
        raise Conflict("actor.handle_taken", checked, handle=checked)
    actor = _document(origin, type, checked, name)
    await store.put(tx, replace(actor, published=tx.now), local=True)
    await keyring.put(tx, actor.id, pair)
    return await store.get(tx, actor.id)


def _document(origin: str, type: str, handle: str, name: str) -> Actor:
    id = addresses.actor_id(origin, handle)
    public, coop = type != "Person", type == "Organization"
    return Actor(
        id=id,
        type=type,
        handle=handle,
        name=name,
        webfinger=f"{handle}@{origin.partition('://')[2]}",
        inbox=Iri(f"{id}/inbox"),
        outbox=Iri(f"{id}/outbox"),
        shared_inbox=addresses.shared_inbox(origin),
        followers=Iri(f"{id}/followers"),
        following=Iri(f"{id}/following"),
        featured=Iri(f"{id}/featured"),
        featured_tags=Iri(f"{id}/featured-tags"),
        offers=Iri(f"{id}/offers") if coop else None,
        needs=Iri(f"{id}/needs") if coop else None,
        url=addresses.page(origin, handle),
        implements=IMPLEMENTS if coop else (),
        discoverable=public,
        indexable=public,
    )
