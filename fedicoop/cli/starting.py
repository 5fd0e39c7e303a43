"""`init` and `admin link`: a house from nothing, and the way in for whoever cares for it."""

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedicoop import __version__
from fedicoop.cli import building, opening
from fedicoop.cli.command import Command, Given, Group, as_json, coop_option, option
from fedicoop.cli.terminal import show, show_json, show_step
from fedicoop.cli.words import t
from fedicoop.listings.categories import KINDS

if TYPE_CHECKING:
    from fedicoop.actors.keyring import Pair
    from fedicoop.node import Node
    from fedicoop.settings import Settings
    from fedicoop.vocabulary.types import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the operator wants the first coop to be, as far as they said."""

    handle: str = ""
    name: str = ""
    kind: str = ""
    locale: str

    @property
    def is_whole(self) -> bool:
        """Whether the coop can be made at once; else the set-up in the browser asks for the rest."""
        return bool(self.name and self.handle)


@dataclass(frozen=True, slots=True)
class Made:
    coop: "Actor | None"
    link: str


@click.command(
    cls=Command,
    examples=(
        "fedicoop init --data-dir velo --origin https://velo.example",
        'fedicoop init --origin https://a.example --name "Outils" --handle outils --kind tools --locale fr',
    ),
)
@option("--origin", metavar="URL")
@option("--name", default="")
@option("--handle", default="")
@option("--kind", type=click.Choice(KINDS))
@option("--locale", type=click.Choice(("fr", "en")))
@option("--bind", metavar="HOST:PORT")
@as_json
def init(
    origin: str | None,
    name: str,
    handle: str,
    kind: str | None,
    locale: str | None,
    bind: str | None,
    as_json: bool,
) -> None:
    from fedicoop import settings as room
    from fedicoop.desk.answers import checked_name

    data_dir = click.get_current_context().ensure_object(Given).data_dir
    flags = {"data_dir": data_dir, "origin": origin, "locale": locale, "bind": bind}
    settings = room.load(flags, os.environ)
    opening.configure_log(settings, usual="error")
    wish = Wish(
        handle=handle, name=checked_name(name) if name else "", kind=kind or "", locale=settings.locale
    )
    apart = settings.database_path if settings.database_url and not settings.on_postgresql else None
    with building.site(settings.data_dir, apart) as folder:
        made = opening.perform(_make(replace(settings, data_dir=folder), wish))
        room.write_file(folder / room.FILE, _kept(settings))
    _show(settings, made, as_json)


async def _make(settings: "Settings", wish: Wish) -> Made:
    from fedicoop.actors import actions, keyring
    from fedicoop.actors.addresses import checked_handle
    from fedicoop.assemble import assemble

    if wish.handle:
        checked_handle(wish.handle)
    pair = await keyring.make()
    settings.media_dir.mkdir(mode=0o700)
    async with assemble(settings, create=True) as node:
        async with node.db.write() as tx:
            await actions.create_server(tx, settings.origin, pair)
        return await (
            make_coop(node, wish, await keyring.make()) if wish.is_whole else open_house(node, wish)
        )


async def open_house(node: "Node", wish: Wish) -> Made:
    """A house without a coop yet: a link to the set-up, which begins with what the operator said."""
    from fedicoop.actors.addresses import server_id
    from fedicoop.desk import setups
    from fedicoop.desk.answers import Answers
    from fedicoop.desk.setups import Setup
    from fedicoop.members import links

    id = server_id(node.settings.origin)
    said = Answers(name=wish.name, handle=wish.handle, kind=wish.kind, locale=wish.locale)
    async with node.db.write() as tx:
        await setups.put(tx, id, Setup(said))
        return Made(None, link_to(node.settings.origin, await links.make(tx, id)))


async def make_coop(node: "Node", wish: Wish, pair: "Pair") -> Made:
    """A coop with its keys, its row and a link for whoever will care for it, in one commit."""
    from fedicoop.actors import actions, coops
    from fedicoop.actors.coops import AuthorMode, Coop
    from fedicoop.members import links

    origin = node.settings.origin
    async with node.db.write() as tx:
        coop = await actions.create(tx, origin, "Organization", wish.handle, wish.name, pair)
        await coops.put(tx, Coop(coop.id, wish.kind or "lending", wish.locale, AuthorMode.COOP))
        secret = await links.make(tx, coop.id)
    return Made(coop, link_to(origin, secret))


def link_to(origin: str, secret: str) -> str:
    return f"{origin}/bienvenue/{secret}"


def _kept(settings: "Settings") -> dict[str, object]:
    """What the file remembers: what was said on the command line.

    A house for trials, on plain http, needs its list of peers for every later command too.
    """
    kept: dict[str, object] = {"origin": settings.origin, "locale": settings.locale}
    if settings.sources["bind"] == "flag":
        kept["bind"] = settings.bind
    if settings.origin.startswith("http:"):
        kept["allowed_peers"] = settings.allowed_peers
    return kept


def _show(settings: "Settings", made: Made, as_json: bool) -> None:
    import sqlite3

    from fedicoop.settings import FILE

    folder, coop = settings.data_dir, made.coop
    handle = opening.name_of(coop) if coop else None
    if as_json:
        told = {"data_dir": str(folder), "origin": settings.origin, "actor": coop.id if coop else None}
        show_json(told | {"handle": handle, "name": coop.name if coop else None, "admin_link": made.link})
        return
    show(t("cli.init.title", version=__version__, origin=settings.origin))
    show(f"  {t('cli.init.forever')}")
    _step("folder", t("cli.init.folder_made", folder=folder))
    _step("settings", str(folder / FILE))
    _step("database", "PostgreSQL" if settings.on_postgresql else f"SQLite {sqlite3.sqlite_version}")
    _step("server", f"{settings.origin}/actor")
    if handle:
        _step("coop", t("cli.init.coop_made", name=handle))
    show_link(made.link, folder)
    show(f"  {t('cli.init.next', command=opening.command('serve', '--data-dir', folder))}")


def _step(label: str, text: str) -> None:
    print("  ", end="")
    show_step("✓", t(f"cli.init.label.{label}"), text)


def show_link(link: str, folder: Path) -> None:
    """The one-time link, and the same for a phone's camera where somebody looks at a terminal."""
    show(f"\n  {t('cli.admin.open')}\n  {link}")
    if sys.stdout.isatty():
        import segno

        show()
        segno.make(link, error="l", micro=False).terminal(out=sys.stdout, border=2, compact=True)
    show(f"\n  {t('cli.admin.lost', command=opening.command('admin', 'link', '--data-dir', folder))}")


@click.group(cls=Group, examples=("fedicoop admin link", "fedicoop admin link --coop velo --json"))
def admin() -> None:
    pass


@admin.command(examples=("fedicoop admin link --data-dir /var/lib/fedicoop", "fedicoop admin link --json"))
@coop_option
@as_json
def link(coop: str | None, as_json: bool) -> None:
    settings = opening.settings()
    made, expires = opening.perform(_new_link(coop))
    if as_json:
        return show_json({"url": made, "expires": expires})
    show_link(made, settings.data_dir)
    return None


async def _new_link(coop: str | None) -> tuple[str, str]:
    """For the coop that is meant; for the house where its set-up is not over and there is none."""
    from fedicoop.actors import store as actors
    from fedicoop.actors.addresses import server_id
    from fedicoop.members import links

    async with opening.opened() as node, node.db.write() as tx:
        known = coop or await actors.coops(tx)
        id = (await opening.our_coop(tx, coop)).id if known else server_id(node.settings.origin)
        secret = await links.make(tx, id)
        return link_to(node.settings.origin, secret), (tx.now + links.VALID).isoformat(timespec="seconds")
