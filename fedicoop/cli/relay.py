"""`relay`: servers that pass public listings on; none unless one is added."""

from typing import TYPE_CHECKING

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Group, as_json
from fedicoop.cli.terminal import marked, show, show_json, show_table, tell
from fedicoop.cli.words import t
from fedicoop.errors import NotFound

if TYPE_CHECKING:
    from fedicoop.boards.relays import Relay

ADDRESS = click.argument("address", metavar="ADDRESS")


@click.group(cls=Group, examples=("fedicoop relay list", "fedicoop relay add https://relay.example/inbox"))
def relay() -> None:
    pass


@relay.command("list", examples=("fedicoop relay list", "fedicoop relay list --json"))
@as_json
def list_(as_json: bool) -> None:
    found = opening.perform(_list())
    if as_json:
        return show_json([_told(one) for one in found])
    if not found:
        return show(t("relay.none"))
    heads = [t(f"cli.relay.head.{head}") for head in ("address", "status", "kept")]
    return show_table([(one.address, t(f"relay.is.{one.status}"), str(one.kept)) for one in found], heads)


def _told(one: "Relay") -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}


async def _list() -> "list[Relay]":
    from fedicoop.boards import relays

    async with opening.opened() as node, node.db.read() as tx:
        return await relays.every(tx)


@relay.command(
    examples=(
        "fedicoop relay add https://relay.example/inbox",
        "fedicoop relay add https://relay.example/actor",
    )
)
@ADDRESS
@as_json
def add(address: str, as_json: bool) -> None:
    asked = opening.perform(_add(address))
    if as_json:
        return show_json(_told(asked))
    return tell(marked("✓", t("relay.done.demande")))


async def _add(address: str) -> "Relay":
    from fedicoop.boards import relaying

    async with opening.opened() as node:
        actor, style = await relaying.discover(node, address)
        async with node.db.write() as tx:
            us = await opening.our_coop(tx, None)
            return await relaying.add(tx, await opening.acting(tx, us), address, actor, style)


@relay.command(
    examples=(
        "fedicoop relay remove https://relay.example/inbox",
        "fedicoop relay remove https://relay.example/inbox --json",
    )
)
@ADDRESS
@as_json
def remove(address: str, as_json: bool) -> None:
    left = opening.perform(_remove(address))
    if as_json:
        return show_json(_told(left))
    return tell(marked("✓", t("relay.done.retire")))


async def _remove(address: str) -> "Relay":
    from fedicoop.boards import relaying, relays

    async with opening.opened() as node, node.db.write() as tx:
        for one in await relays.every(tx):
            if address in (one.address, one.actor_id, one.inbox):
                us = await opening.our_coop(tx, None)
                await relaying.remove(tx, await opening.acting(tx, us), one)
                return one
        raise NotFound("relay.none", address, url=address)
