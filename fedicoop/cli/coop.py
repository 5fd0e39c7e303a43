"""`coop`: whom we hear and who hears us."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Group, as_json, coop_option, option
from fedicoop.cli.terminal import marked, one_line, show, show_json, show_table, tell
from fedicoop.cli.words import t
from fedicoop.listings.categories import KINDS

if TYPE_CHECKING:
    from fedicoop.db import Tx
    from fedicoop.node import Node
    from fedicoop.vocabulary.types import Actor

WAIT = 5.0  # seconds that `coop follow` waits for the answer
NAME = click.argument("name", metavar="NAME")


@dataclass(frozen=True, slots=True)
class Known:
    """One line of `coop list`: which way the news go, and how far that is agreed."""

    direction: str  # following, follower
    status: str
    actor: "Actor"
    ours: "Actor"

    def told(self) -> dict[str, str]:
        actor = self.actor
        told = {"direction": self.direction, "status": self.status, "id": actor.id, "actor": actor.id}
        told |= {"handle": opening.name_of(actor), "name": actor.name, "url": actor.url or actor.id}
        return told | {"coop": opening.name_of(self.ours)}


@click.group(cls=Group, examples=("fedicoop coop follow objets.example", "fedicoop coop list --json"))
def coop() -> None:
    pass


@coop.command(
    examples=(
        "fedicoop coop follow @objets@objets.example",
        "fedicoop coop follow https://objets.example --json",
    )
)
@NAME
@coop_option
@as_json
def follow(name: str, coop: str | None, as_json: bool) -> None:
    opening.perform(_follow(name, coop, as_json))


async def _follow(name: str, coop: str | None, as_json: bool) -> None:
    from fedicoop.actors.names import by_name
    from fedicoop.follows import actions

    async with opening.opened() as node:
        them, started = await by_name(node, name), time.monotonic()
        async with node.db.write() as tx:
            us = await opening.our_coop(tx, coop)
            following = await actions.follow(tx, await opening.acting(tx, us), us, them)
        status = await _answer(node, us, them)
        took = time.monotonic() - started
    if as_json:
        told = {"id": following.id, "actor": them.id, "handle": opening.name_of(them)}
        show_json(told | {"name": them.name, "status": status})
        return
    shown = {"name": one_line(them.name or them.handle), "handle": opening.name_of(them)}
    show(marked("✓", t("cli.coop.found", **shown)))
    show(
        marked("✗" if status == "rejected" else "✓", t(f"cli.coop.{status}", seconds=f"{took:.1f}", **shown))
    )
    if status == "pending" and not opening.runs(node.settings):
        tell(f"  {t('cli.nobody_serves', command='fedicoop serve')}")


async def _answer(node: "Node", us: "Actor", them: "Actor") -> str:
    """What became of the Follow within a few seconds.

    Where no other process carries what we promised, this one does, as far as it comes.
    """
    from fedicoop.follows import store
    from fedicoop.follows.follow import Status

    alone, until = not opening.runs(node.settings), time.monotonic() + WAIT
    while True:
        if alone:
            await carry(node)
        async with node.db.read() as tx:
            found = await store.between(tx, us.id, them.id)
        if found is None or found.status is not Status.PENDING or time.monotonic() > until:
            return found.status if found else "rejected"
        await asyncio.sleep(0.1)


async def carry(node: "Node", most: int = 50) -> None:
    """Keep the promises that are due, as a worker would, without waiting for more."""
    from fedicoop.app import WORK
    from fedicoop.jobs.worker import run_one

    for _ in range(most):
        if not await run_one(node, WORK):
            return


@coop.command(
    examples=("fedicoop coop unfollow @objets@objets.example", "fedicoop coop unfollow objets.example")
)
@NAME
@coop_option
@as_json
def unfollow(name: str, coop: str | None, as_json: bool) -> None:
    them = opening.perform(_unfollow(name, coop))
    _done(them, as_json, "unfollowed")


async def _unfollow(name: str, coop: str | None) -> "Actor":
    from fedicoop.follows import actions

    async with opening.opened() as node:
        them = await _known(node, name)
        async with node.db.write() as tx:
            us = await opening.our_coop(tx, coop)
            await actions.unfollow(tx, await opening.acting(tx, us), us, them)
        if not opening.runs(node.settings):
            await carry(node)
    return them


async def _known(node: "Node", name: str) -> "Actor":
    """Somebody whom we know already, found without asking anybody: who is silent can be left too."""
    from fedicoop.actors.names import by_name

    wanted = name.strip().rstrip("/").lower().removeprefix("@")
    wanted = wanted.partition("://")[2] or wanted
    async with node.db.read() as tx:
        known = {one.actor.id: one.actor for one in await _all(tx)}
    found = [actor for actor in known.values() if wanted in _spellings(actor)]
    return found[0] if len(found) == 1 else await by_name(node, name)


def _spellings(actor: "Actor") -> set[str]:
    """How an actor may be typed: its id, its page, its name, the host that it lives at."""
    id, page = (address.partition("://")[2].lower() for address in (actor.id, actor.url or ""))
    return {id, page, id.partition("/")[0], opening.name_of(actor).removeprefix("@").lower()}


@coop.command(
    examples=("fedicoop coop accept @objets@objets.example", "fedicoop coop accept objets.example --json")
)
@NAME
@coop_option
@as_json
def accept(name: str, coop: str | None, as_json: bool) -> None:
    them = opening.perform(_decide(name, coop, accept=True))
    _done(them, as_json, "accepted_them")


@coop.command(
    examples=("fedicoop coop reject @objets@objets.example", "fedicoop coop reject objets.example --json")
)
@NAME
@coop_option
@as_json
def reject(name: str, coop: str | None, as_json: bool) -> None:
    them = opening.perform(_decide(name, coop, accept=False))
    _done(them, as_json, "rejected_them")


async def _decide(name: str, coop: str | None, *, accept: bool) -> "Actor":
    from fedicoop.follows import actions

    async with opening.opened() as node:
        them = await _known(node, name)
        async with node.db.write() as tx:
            us = await opening.our_coop(tx, coop)
            await actions.decide(tx, await opening.acting(tx, us), us, them, accept=accept)
        if not opening.runs(node.settings):
            await carry(node)
    return them


def _done(them: "Actor", as_json: bool, what: str) -> None:
    name, handle = them.name or them.handle, opening.name_of(them)
    if as_json:
        show_json({"actor": them.id, "handle": handle, "name": name, "status": what.removesuffix("_them")})
        return
    show(marked("✓", t(f"cli.coop.{what}", name=one_line(name), handle=handle)))


@coop.command("list", examples=("fedicoop coop list", "fedicoop coop list --json"))
@as_json
def list_(as_json: bool) -> None:
    known = opening.perform(_list())
    if as_json:
        return show_json([one.told() for one in known])
    if not known:
        return show(t("cli.coop.nobody", command="fedicoop coop follow objets.example"))
    heads = [t(f"cli.coop.head.{head}") for head in ("direction", "status", "name", "address")]
    rows = [
        (
            t(f"cli.coop.direction.{one.direction}"),
            t(f"cli.coop.status.{one.status}"),
            one.actor.name,
            opening.name_of(one.actor),
        )
        for one in known
    ]
    return show_table(rows, heads)


async def _list() -> list[Known]:
    async with opening.opened() as node, node.db.read() as tx:
        return await _all(tx)


async def _all(tx: "Tx") -> list[Known]:
    """Everything between our coops and others: whom we asked, and who hears us or asks to."""
    from fedicoop.actors import store as actors
    from fedicoop.follows import store
    from fedicoop.follows.follow import Status

    found = list[Known]()
    ours = {one.id: one for one in await actors.coops(tx)}
    asked = [one for one in await store.all_of_ours(tx) if one.follower_id in ours]
    theirs: Mapping[str, Actor] = await actors.several(tx, [one.followed_id for one in asked])
    for one in asked:
        if one.followed_id in theirs:
            found.append(Known("following", one.status, theirs[one.followed_id], ours[one.follower_id]))
    for us in ours.values():
        for status in (Status.ACCEPTED, Status.PENDING):
            followers = await store.followers(tx, us.id, status=status)
            found += [Known("follower", status, actor, us) for actor in followers]
    return found


@coop.command(
    examples=(
        'fedicoop coop create --handle outils --name "Outils de Fives" --kind tools',
        "fedicoop coop create --handle potager --name Potager --kind food --json",
    )
)
@option("--name", required=True)
@option("--handle", required=True)
@option("--kind", type=click.Choice(KINDS), default="lending")
@option("--locale", type=click.Choice(("fr", "en")))
@as_json
def create(name: str, handle: str, kind: str, locale: str | None, as_json: bool) -> None:
    opening.perform(_create(name, handle, kind, locale, as_json))


async def _create(name: str, handle: str, kind: str, locale: str | None, as_json: bool) -> None:
    from fedicoop.actors import keyring
    from fedicoop.actors.addresses import checked_handle
    from fedicoop.cli.starting import Wish, checked_name, make_coop, show_link

    checked_handle(handle)
    async with opening.opened() as node:
        wish = Wish(handle=handle, name=checked_name(name), kind=kind, locale=locale or node.settings.locale)
        made = await make_coop(node, wish, await keyring.make())
    handle = opening.name_of(made.coop)
    if as_json:
        told = {"actor": made.coop.id, "handle": handle, "name": made.coop.name}
        show_json(told | {"admin_link": made.link})
        return
    show(marked("✓", t("cli.coop.created", name=made.coop.name, handle=handle)))
    show_link(made.link, node.settings.data_dir)
