"""Copies of the pictures of peers' actors: a page of ours sends nobody elsewhere for a logo or a header."""

from dataclasses import replace

from fedicoop.actors import store
from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.media import store as media
from fedicoop.media.store import CopyPicture
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor, Image


async def want(tx: Tx, actor: Actor) -> None:
    """Promise copies of what an actor shows of itself, whom somebody here hears."""
    if (wanted := await _wanted(tx, actor)) != actor:
        await store.put(tx, wanted)


async def carried(tx: Tx, fetched: Actor) -> Actor:
    """An actor as it was just fetched, with copies as before: of new pictures too, if of the old ones."""
    before = await store.find(tx, fetched.id)
    had = before is not None and any(one and one.here for one in (before.icon, before.image))
    return await _wanted(tx, fetched) if had else fetched


async def let_go(tx: Tx, actor_id: str) -> None:
    """Nobody here hears it any more: its pictures go."""
    actor = await store.find(tx, actor_id)
    if actor is None or await store.own(tx, actor_id):
        return
    await media.forget(tx, [one.here for one in (actor.icon, actor.image) if one and one.here])
    await store.put(tx, replace(actor, icon=_bare(actor.icon), image=_bare(actor.image)))


def _bare(image: Image | None) -> Image | None:
    return replace(image, here="") if image else None


async def _wanted(tx: Tx, actor: Actor) -> Actor:
    return replace(actor, icon=await _copy(tx, actor.icon), image=await _copy(tx, actor.image))


async def _copy(tx: Tx, image: Image | None) -> Image | None:
    if image is None or image.here:
        return image
    name = await media.want(tx, image.url)
    lane = f"pictures {normal_host(image.url)}"
    await queue.enqueue(tx, CopyPicture(image.url), lane=lane, thread=image.url)
    return replace(image, here=name)
