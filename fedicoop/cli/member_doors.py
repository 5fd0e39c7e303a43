"""`member invite`, `suspend`, `restore`, `password`, `link`: the doors of a coop, from the machine."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Command, as_json, coop_option, option
from fedicoop.cli.terminal import marked, one_line, show, show_json
from fedicoop.cli.words import t
from fedicoop.errors import Misused

if TYPE_CHECKING:
    from fedicoop.access import Member
    from fedicoop.db import Tx
    from fedicoop.vocabulary.types import Actor

HANDLE = click.argument("handle", metavar="HANDLE")


async def _who(tx: "Tx", coop: "Actor") -> "Member":
    """The operator, under the coop's name: that is what members read in their notices."""
    return replace(await opening.acting(tx, coop), name=coop.name)


async def _meant(tx: "Tx", handle: str, coop: str | None) -> "tuple[Member, Member]":
    """Who acts and the member who is meant: of the coop that is named, else of their own."""
    from fedicoop.actors import store as actors
    from fedicoop.members import store

    found = await store.get_by_handle(tx, handle.removeprefix("@").lower())
    us = await opening.our_coop(tx, coop) if coop else await actors.get(tx, found.coop_id)
    return await _who(tx, us), await opening.acting(tx, us, handle)


def show_code(link: str) -> None:
    """The link, and the same for a phone's camera where somebody looks at a terminal."""
    show(f"  {link}")
    if sys.stdout.isatty():
        import segno

        show()
        segno.make(link, error="l", micro=False).terminal(out=sys.stdout, border=2, compact=True)


@click.command(
    cls=Command,
    examples=(
        "fedicoop member invite --note Karim",
        'fedicoop member invite --uses 30 --days 30 --note "Affiche de l\'atelier" --json',
    ),
)
@option("--note", default="")
@option("--uses", type=click.IntRange(1, 1000), default=1)
@option("--days", type=click.IntRange(1, 365), default=7)
@coop_option
@as_json
def invite(note: str, uses: int, days: int, coop: str | None, as_json: bool) -> None:
    link, expires = opening.perform(_invite(note, uses, days, coop))
    if as_json:
        return show_json({"url": link, "expires": expires, "uses": uses})
    show(marked("✓", t("cli.member.invited", uses=uses, days=days)))
    return show_code(link)


async def _invite(note: str, uses: int, days: int, coop: str | None) -> tuple[str, str]:
    import secrets
    from datetime import timedelta

    from fedicoop.members import joining
    from fedicoop.members.joining import Invitation

    secret = secrets.token_urlsafe(18)
    async with opening.opened() as node, node.db.write() as tx:
        who = await _who(tx, await opening.our_coop(tx, coop))
        wish = Invitation(note=note[:60], days=days, uses=uses)
        await joining.invite(tx, who, node.settings.origin, wish, secret)
        until = tx.now + timedelta(days=days)
    return f"{node.settings.origin}/invitation/{secret}", until.isoformat(timespec="seconds")


@click.command(
    cls=Command, examples=("fedicoop member suspend mallory", "fedicoop member suspend mallory --json")
)
@HANDLE
@coop_option
@as_json
def suspend(handle: str, coop: str | None, as_json: bool) -> None:
    _told(opening.perform(_change_door(handle, coop, shut=True)), "suspended", as_json)


@click.command(
    cls=Command, examples=("fedicoop member restore karim", "fedicoop member restore karim --coop velo")
)
@HANDLE
@coop_option
@as_json
def restore(handle: str, coop: str | None, as_json: bool) -> None:
    _told(opening.perform(_change_door(handle, coop, shut=False)), "restored", as_json)


async def _change_door(handle: str, coop: str | None, *, shut: bool) -> "Member":
    from fedicoop.members import actions

    async with opening.opened() as node:
        async with node.db.write() as tx:
            who, member = await _meant(tx, handle, coop)
            await (actions.suspend if shut else actions.restore)(tx, who, member)
        if not opening.runs(node.settings):
            await opening.carry(node)
    return member


def _told(member: "Member", what: str, as_json: bool) -> None:
    if as_json:
        return show_json({"handle": member.handle, "name": member.name, "status": what})
    return show(marked("✓", t(f"cli.member.{what}", name=one_line(member.name), handle=member.handle)))


@click.command(
    cls=Command,
    examples=("fedicoop member password camille", "fedicoop member password camille --coop velo < FILE"),
)
@HANDLE
@coop_option
@as_json
def password(handle: str, coop: str | None, as_json: bool) -> None:
    _told(opening.perform(_password(handle, _typed(), coop)), "password_set", as_json)


def _typed() -> str:
    """Asked for twice at a terminal, else the first line of what is piped in; never an argument."""
    if sys.stdin.isatty():
        asked = t("cli.member.password")
        return str(click.prompt(asked, hide_input=True, confirmation_prompt=True, err=True)).strip()
    if typed := sys.stdin.readline().strip():
        return typed
    raise Misused("form.missing", "password")


async def _password(handle: str, typed: str, coop: str | None) -> "Member":
    from fedicoop.members import own, passwords

    async with opening.opened() as node:
        async with node.db.read() as tx:
            _, member = await _meant(tx, handle, coop)
        passwords.checked(typed, known=(member.handle, member.name, node.settings.host))
        phc = await passwords.hash(typed)
        async with node.db.write() as tx:
            await own.replace_password(tx, member.id, phc, key=tx.new_id())
    return member


@click.command(cls=Command, examples=("fedicoop member link camille", "fedicoop member link camille --json"))
@HANDLE
@coop_option
@as_json
def link(handle: str, coop: str | None, as_json: bool) -> None:
    made, expires, member = opening.perform(_link(handle, coop))
    if as_json:
        return show_json({"url": made, "expires": expires, "handle": member.handle})
    show(marked("✓", t("cli.member.link", name=one_line(member.name), handle=member.handle)))
    return show_code(made)


async def _link(handle: str, coop: str | None) -> "tuple[str, str, Member]":
    from fedicoop.members import actions, links

    async with opening.opened() as node, node.db.write() as tx:
        who, member = await _meant(tx, handle, coop)
        secret = await actions.make_sign_in_link(tx, who, member)
        until = (tx.now + links.VALID).isoformat(timespec="seconds")
    return f"{node.settings.origin}/entrer/lien/{secret}", until, member
