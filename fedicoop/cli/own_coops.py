"""`coop create` and `coop set`: the coops of this very house."""

from dataclasses import replace

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Command, as_json, coop_option, option
from fedicoop.cli.terminal import marked, show, show_json
from fedicoop.cli.words import t
from fedicoop.errors import Misused
from fedicoop.listings.categories import KINDS


@click.command(
    cls=Command,
    examples=(
        'fedicoop coop create --handle outils --name "Outils de Fives" --kind tools',
        "fedicoop coop create --handle potager --name Potager --kind food --json",
    ),
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
    from fedicoop.cli.starting import Wish, make_coop, show_link
    from fedicoop.desk.answers import checked_name

    checked_handle(handle)
    async with opening.opened() as node:
        wish = Wish(handle=handle, name=checked_name(name), kind=kind, locale=locale or node.settings.locale)
        made = await make_coop(node, wish, await keyring.make())
    assert made.coop
    handle = opening.name_of(made.coop)
    if as_json:
        told = {"actor": made.coop.id, "handle": handle, "name": made.coop.name}
        show_json(told | {"admin_link": made.link})
        return
    show(marked("✓", t("cli.coop.created", name=made.coop.name, handle=handle)))
    show_link(made.link, node.settings.data_dir)


@click.command(
    "set",
    cls=Command,
    examples=(
        "fedicoop coop set --followers approval",
        'fedicoop coop set --authors member --summary "On répare, on prête, on apprend."',
    ),
)
@option("--name")
@option("--summary")
@option("--authors", type=click.Choice(("coop", "member")))
@option("--followers", type=click.Choice(("automatic", "approval")))
@coop_option
@as_json
def set_(coop: str | None, as_json: bool, **wishes: str | None) -> None:
    wanted = {name: wish for name, wish in wishes.items() if wish is not None}
    if not wanted:
        raise Misused("cli.nothing_to_set")
    told = opening.perform(_set(coop, wanted))
    if as_json:
        return show_json(told)
    return show(marked("✓", t("cli.coop.changed", name=told["name"], handle=told["handle"])))


async def _set(handle: str | None, wanted: dict[str, str]) -> dict[str, str]:
    """Each choice is an action of its own; all of them are one commit."""
    from fedicoop.actors import coops
    from fedicoop.actors import store as actors
    from fedicoop.actors.coops import AuthorMode
    from fedicoop.desk import actions as desk
    from fedicoop.desk.answers import checked_line, checked_name
    from fedicoop.follows import actions

    name = checked_name(wanted["name"]) if "name" in wanted else None
    sentence = checked_line("sentence", wanted["summary"]) if "summary" in wanted else None
    async with opening.opened() as node:
        async with node.db.write() as tx:
            us = await opening.our_coop(tx, handle)
            who = await opening.acting(tx, us)
            now = await coops.get(tx, us.id)
            said = now if sentence is None else replace(now, sentence=sentence)
            us = await desk.change(tx, who, node.settings.origin, us, said, name=name)
            if "authors" in wanted:
                await actions.choose_authors(tx, who, us, AuthorMode(wanted["authors"]))
            if "followers" in wanted:
                await actions.require_approval(tx, who, us, wanted["followers"] == "approval")
            us, chosen = await actors.get(tx, us.id), await coops.get(tx, us.id)
        if not opening.runs(node.settings):
            await opening.carry(node)
    return {
        "actor": us.id,
        "handle": opening.name_of(us),
        "name": us.name,
        "authors": chosen.author_mode.value,
        "followers": "approval" if us.manually_approves else "automatic",
    }
