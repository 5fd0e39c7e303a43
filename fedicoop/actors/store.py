"""Actors at rest: ours with their secret, theirs with the day on which we last asked."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from fedicoop.actors import pictures, public_keys
from fedicoop.db import Tx
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor, Field, Key

_PLAIN = [
    *("id", "type", "handle", "name", "inbox", "outbox", "shared_inbox", "followers", "following"),
    *("featured", "featured_tags", "offers", "needs", "webfinger", "summary", "url"),
    *("manually_approves", "discoverable", "indexable", "published", "moved_to"),
]
_COLUMNS = ", ".join([*_PLAIN, "icon", "image", "fields", "implements", "also_known_as"])


_FIXED = ("id", "local", "type", "webfinger")


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    type: str
    handle: str
    name: str
    inbox: str
    outbox: str | None
    shared_inbox: str | None
    followers: str | None
    following: str | None
    featured: str | None
    featured_tags: str | None
    offers: str | None
    needs: str | None
    webfinger: str | None
    summary: str
    url: str | None
    manually_approves: bool
    discoverable: bool
    indexable: bool
    published: datetime | None
    icon: str | None
    image: str | None
    fields: str
    implements: tuple[str, ...]
    also_known_as: tuple[str, ...]
    moved_to: str | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """When we last asked for an actor, and whether its owner has said that it is gone."""

    fetched_at: datetime
    gone_at: datetime | None
    type: str


async def get(tx: Tx, id: str) -> Actor:
    """The actor of that id.  Raises NotFound."""
    [actor] = await _with_keys(
        tx, [await tx.one(_Row, f"SELECT {_COLUMNS} FROM actors WHERE id = :id AND gone_at IS NULL", id=id)]
    )
    return actor


async def find(tx: Tx, id: str) -> Actor | None:
    return await _maybe(tx, "id = :id", id=id)


async def find_local(tx: Tx, handle: str) -> Actor | None:
    """An actor of ours by its handle, or None."""
    return await _maybe(tx, "handle = :handle AND local", handle=handle.lower())


async def find_by_handle(tx: Tx, handle: str, host: str) -> Actor | None:
    """A peer's actor by the handle that members type; confirmed names first."""
    return await _maybe(
        tx,
        "NOT local AND NOT former AND (webfinger = :name OR (lower(handle) = :handle AND host = :host))",
        order="CASE WHEN webfinger = :name THEN 0 ELSE 1 END, id",
        name=f"{handle}@{host}",
        handle=handle.lower(),
        host=host.lower(),
    )


async def handle_taken(tx: Tx, handle: str) -> bool:
    """Whether an actor of ours has or had this handle: a name is never given twice (security case 139)."""
    sql = "SELECT count(*) FROM actors WHERE handle = :handle AND local"
    return bool(await tx.count(sql, handle=handle.lower()))


async def own(tx: Tx, id: str) -> Actor | None:
    """An actor of this house; None for anyone else's, whatever its id claims."""
    return await _maybe(tx, "id = :id AND local", id=id)


async def coops(tx: Tx) -> list[Actor]:
    """Our own coops, oldest first."""
    return await _all(tx, "local AND type = 'Organization' AND gone_at IS NULL ORDER BY published, id")


async def known_coops(tx: Tx) -> list[Actor]:
    """The coops elsewhere that a coop of ours follows."""
    return await _all(
        tx,
        """NOT local AND NOT former AND gone_at IS NULL AND id IN
           (SELECT f.followed_id FROM follows f JOIN actors us ON us.id = f.follower_id
            WHERE f.status = 'accepted' AND us.local AND us.type = 'Organization') ORDER BY name, id""",
    )


async def several(tx: Tx, ids: Iterable[str]) -> dict[str, Actor]:
    """The actors of those ids that we know, by id; keys are left out (pages need none)."""
    names = {f"id{number}": id for number, id in enumerate(sorted(set(ids)))}
    if not names:
        return {}
    sql = f"SELECT {_COLUMNS} FROM actors WHERE id IN ({', '.join(':' + name for name in names)})"
    return {row.id: _actor(row, ()) for row in await tx.all(_Row, sql, **names)}


async def freshness(tx: Tx, id: str) -> Freshness | None:
    return await tx.maybe(Freshness, "SELECT fetched_at, gone_at, type FROM actors WHERE id = :id", id=id)


async def put(tx: Tx, actor: Actor, *, local: bool = False) -> None:
    """Keep an actor as it now stands, with exactly the public keys that it lists.

    A row of ours is never touched by what came from outside: `local` decides only at the first
    writing, and a remote document never replaces a local actor (security case 25).
    """
    values = {name: getattr(actor, name) for name in _PLAIN}
    values |= {
        "icon": pictures.written(actor.icon),
        "image": pictures.written(actor.image),
        "fields": [asdict(field) for field in actor.fields],
        "implements": actor.implements,
        "also_known_as": actor.also_known_as,
    }
    names = [*values, "local", "host", "fetched_at"]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in _FIXED)
    if local:
        changes += ", webfinger = excluded.webfinger"
    else:  # the name that both sides confirmed stays as long as the handle does
        changes += ", webfinger = CASE WHEN actors.handle = excluded.handle THEN actors.webfinger END"
    await tx.run(
        f"""INSERT INTO actors ({", ".join(names)}) VALUES ({", ".join(":" + name for name in names)})
            ON CONFLICT (id) DO UPDATE SET {changes}
            WHERE actors.local = excluded.local AND actors.gone_at IS NULL AND NOT actors.former""",
        **values,
        local=local,
        host=normal_host(actor.id),
        fetched_at=tx.now,
    )
    if not local:
        await public_keys.replace(tx, actor)


async def bury(tx: Tx, id: str) -> bool:
    """A peer's actor was deleted by its owner: forget its keys and name, keep that it is gone.

    False where it was never known, or known to be gone.
    """
    await tx.run("DELETE FROM keys WHERE actor_id = :id AND private_key IS NULL", id=id)
    known = await tx.run(
        """UPDATE actors SET gone_at = :now, name = '', summary = '', fields = '[]',
               icon = NULL, image = NULL, webfinger = NULL
           WHERE id = :id AND NOT local AND gone_at IS NULL""",
        id=id,
        now=tx.now,
    )
    return bool(known)


async def retire(tx: Tx, id: str) -> None:
    """An actor of ours is gone: no word of it stays, and its handle is never given again (case 139).

    Its keys stay until whoever has to be told was told.
    """
    await tx.run(
        """UPDATE actors SET gone_at = :now, name = '', summary = '', fields = '[]',
               icon = NULL, image = NULL, webfinger = NULL, discoverable = FALSE, indexable = FALSE
           WHERE id = :id AND local AND gone_at IS NULL""",
        id=id,
        now=tx.now,
    )


async def confirm_name(tx: Tx, id: str, webfinger: str | None) -> None:
    """Keep the user@host that both the actor and its host confirm, or forget it (security case 41)."""
    await tx.run("UPDATE actors SET webfinger = :name WHERE id = :id AND NOT local", name=webfinger, id=id)


async def reading_at(tx: Tx, inbox: str) -> list[str]:
    """The ids of some actors elsewhere who read there, in their own inbox or in one that they share."""
    sql = """SELECT id FROM actors WHERE (inbox = :inbox OR shared_inbox = :inbox)
               AND NOT local AND gone_at IS NULL ORDER BY id LIMIT 10"""
    return [row.id for row in await tx.all(_Id, sql, inbox=inbox)]


async def former(tx: Tx, prefix: str) -> list[Actor]:
    """What stands in for actors of ours at an address that this house had; `prefix` is that address."""
    beyond = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    where = "former AND gone_at IS NULL AND id >= :prefix AND id < :beyond"
    return await _all(tx, where, prefix=prefix, beyond=beyond)


@dataclass(frozen=True, slots=True)
class _Id:
    id: str


async def _maybe(tx: Tx, where: str, *, order: str = "id", **values: object) -> Actor | None:
    row = await tx.maybe(
        _Row,
        f"SELECT {_COLUMNS} FROM actors WHERE {where} AND gone_at IS NULL ORDER BY {order} LIMIT 1",
        **values,
    )
    return (await _with_keys(tx, [row]))[0] if row else None


async def _all(tx: Tx, where: str, **values: object) -> list[Actor]:
    return await _with_keys(tx, await tx.all(_Row, f"SELECT {_COLUMNS} FROM actors WHERE {where}", **values))


async def _with_keys(tx: Tx, rows: list[_Row]) -> list[Actor]:
    return [_actor(row, await public_keys.of(tx, row.id)) for row in rows]


def _actor(row: _Row, keys: tuple[Key, ...]) -> Actor:
    plain = {field.name: getattr(row, field.name) for field in fields(row)}
    plain |= {
        "icon": pictures.read(row.icon),
        "image": pictures.read(row.image),
        "fields": tuple(Field(**field) for field in json.loads(row.fields)),
        "keys": keys,
    }
    return Actor(**plain)


async def people(tx: Tx) -> int:
    """How many members of this house have a voice outside."""
    return await tx.count("SELECT count(*) FROM actors WHERE local AND type = 'Person' AND gone_at IS NULL")
