"""What nearly every command begins with: the settings, and a node on the data folder that they name."""

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fedicoop import log
from fedicoop.cli.command import Given
from fedicoop.errors import Misconfigured, NotFound

if TYPE_CHECKING:  # the rooms behind a node take 0.2 s to import
    from fedicoop.access import Member
    from fedicoop.db import Tx
    from fedicoop.node import Node
    from fedicoop.settings import Settings
    from fedicoop.vocabulary.types import Actor

T = TypeVar("T")


def settings(**flags: object) -> "Settings":
    """The settings of an initialised data folder, and the log set up as they say.

    A command that runs by hand logs our own mistakes only, unless the operator asked for a level.
    Raises Misconfigured.
    """
    from fedicoop import settings as room

    flags |= {"data_dir": click.get_current_context().ensure_object(Given).data_dir}
    early = room.load(flags, os.environ, require_origin=False)
    if not early.origin and not early.on_postgresql and not early.database_path.exists():
        raise Misconfigured("settings.not_initialised", str(early.data_dir), folder=str(early.data_dir))
    found = room.load(flags, os.environ)
    configure_log(found, usual="error")
    return found


def configure_log(found: "Settings", *, usual: str | None = None) -> None:
    from fedicoop.settings import foreign

    chosen = found.sources.get("log_level", "default") != "default"
    level = found.log_level if chosen or usual is None else usual
    colour = log.wants_colour(sys.stderr, os.environ)
    log.configure(level, found.log_format, colour=colour)
    for name in foreign(os.environ):
        log.log.warning("settings.not_ours", variable=name)


@asynccontextmanager
async def opened(**flags: object) -> "AsyncIterator[Node]":
    """A node on the data folder that the command line, the environment or the default names."""
    from fedicoop.assemble import assemble

    async with assemble(settings(**flags)) as node:
        yield node


def perform(work: Coroutine[Any, Any, T]) -> T:
    """Run what a command does, to its end."""
    return asyncio.run(work)


async def our_coop(tx: "Tx", handle: str | None = None) -> "Actor":
    """The coop of this house that is meant: the one named, else the oldest.  Raises NotFound."""
    from fedicoop.actors import coops
    from fedicoop.actors import store as actors

    if handle is None:
        return await actors.get(tx, (await coops.first(tx)).actor_id)
    found = await actors.find_local(tx, handle.removeprefix("@").partition("@")[0])
    if found is None or found.type != "Organization":
        raise NotFound("cli.no_such_coop", handle, handle=handle)
    return found


async def acting(tx: "Tx", coop: "Actor", handle: str | None = None) -> "Member":
    """Who acts: the operator in the coop's name, or the member of it who is named.  Raises NotFound."""
    from fedicoop.access import operator
    from fedicoop.members import store as members

    if handle is None:
        return operator(coop.id)
    found = await members.get_by_handle(tx, handle.removeprefix("@").lower())
    if found.coop_id != coop.id:
        raise NotFound("member.unknown", handle, handle=handle)
    return found


def runs(found: "Settings") -> bool:
    """Whether `serve` or `worker` works on the data folder now, and so carries what is promised."""
    from fedicoop.db.lock import is_worked_on

    return is_worked_on(found.data_dir)


async def carry(node: "Node", most: int = 50) -> None:
    """Keep the promises that are due, as a worker would, without waiting for more."""
    from fedicoop.app import WORK
    from fedicoop.jobs.worker import run_one

    for _ in range(most):
        if not await run_one(node, WORK):
            return


def command(*words: object) -> str:
    """A command line of ours that can be pasted into a shell."""
    return shlex.join(["fedicoop", *map(str, words)])


def name_of(actor: "Actor") -> str:
    """How people write an actor: `@velo@velo.example`, confirmed or as its own house says."""
    from fedicoop.vocabulary.hosts import normal_host

    return f"@{actor.webfinger or f'{actor.handle}@{normal_host(actor.id)}'}"
