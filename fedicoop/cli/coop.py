"""`coop`: whom we hear and who hears us."""

import asyncio
import time
from typing import TYPE_CHECKING

import click

from fedicoop.cli import known, opening, own_coops
from fedicoop.cli.command import Group, as_json, coop_option
from fedicoop.cli.terminal import marked, one_line, show, show_json, show_table, tell
from fedicoop.cli.words import t
from fedicoop.errors import Refused

if TYPE_CHECKING:
    from fedicoop.node import Node
    from fedicoop.vocabulary.types import Actor

WAIT = 5.0  # seconds that `coop follow` waits for the answer
NAME = click.argument("name", metavar="NAME")


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
def follow(name: str, coop: str | None, as_json: bool) -> int:
    return opening.perform(_follow(name, coop, as_json))


async def _follow(name: str, coop: str | None, as_json: bool) -> int:
    from fedicoop.actors.names import by_name
    from fedicoop.follows import actions, store
    from fedicoop.follows.follow import Status

    async with opening.opened() as node:
        them, started = await by_name(node, name), time.monotonic()
        async with node.db.write() as tx:
            us = await opening.our_coop(tx, coop)
            following = await store.between(tx, us.id, them.id)
            already = following is not None and following.status is Status.ACCEPTED
            if following is None or not already:
                following = await actions.follow(tx, await opening.acting(tx, us), us, them)
        status = await _answer(node, us, them)
    if as_json:
        told = {"id": following.id, "actor": them.id, "handle": opening.name_of(them)}
        show_json(told | {"name": them.name, "status": status})
    else:
        _tell(them, "already" if already else status, time.monotonic() - started)
        if status == "pending" and not opening.runs(node.settings):
            tell(f"  {t('cli.nobody_serves', command='fedicoop serve')}")
    return Refused.exit_code if status == "rejected" else 0


def _tell(them: "Actor", outcome: str, took: float) -> None:
    shown = {"name": one_line(them.name or them.handle), "handle": opening.name_of(them)}
    show(marked("✓", t("cli.coop.found", **shown)))
    said = t(f"cli.coop.{outcome}", seconds=f"{took:.1f}", **shown)
    show(marked("✗" if outcome == "rejected" else "✓", said))


async def _answer(node: "Node", us: "Actor", them: "Actor") -> str:
    """What became of the Follow within a few seconds.

    Where no other process carries what we promised, this one does, and does not wait: the answer
    comes to a house that is open.
    """
    from fedicoop.follows import store
    from fedicoop.follows.follow import Status

    until = time.monotonic() + WAIT
    if not opening.runs(node.settings):
        await opening.carry(node)
        until = time.monotonic()
    while True:
        async with node.db.read() as tx:
            found = await store.between(tx, us.id, them.id)
        if found is None or found.status is not Status.PENDING or time.monotonic() > until:
            return found.status if found else "rejected"
        await asyncio.sleep(0.1)


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
        them = await known.find(node, name)
        async with node.db.write() as tx:
            us = await opening.our_coop(tx, coop)
            await actions.unfollow(tx, await opening.acting(tx, us), us, them)
        if not opening.runs(node.settings):
            await opening.carry(node)
    return them


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
        them = await known.find(node, name)
        async with node.db.write() as tx:
            us = await opening.our_coop(tx, coop)
            await actions.decide(tx, await opening.acting(tx, us), us, them, accept=accept)
        if not opening.runs(node.settings):
            await opening.carry(node)
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
    found = opening.perform(_list())
    if as_json:
        return show_json([one.told() for one in found])
    if not found:
        return show(t("cli.coop.nobody", command="fedicoop coop follow objets.example"))
    heads = [t(f"cli.coop.head.{head}") for head in ("direction", "status", "name", "address")]
    rows = [
        (
            t(f"cli.coop.direction.{one.direction}"),
            t(f"cli.coop.status.{one.status}"),
            one.actor.name,
            opening.name_of(one.actor),
        )
        for one in found
    ]
    return show_table(rows, heads)


async def _list() -> list[known.Known]:
    async with opening.opened() as node, node.db.read() as tx:
        return await known.everybody(tx)


coop.add_command(own_coops.create)
coop.add_command(own_coops.set_)
