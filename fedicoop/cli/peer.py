"""`peer`: how other houses are treated."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Group, as_json, dry_run, option
from fedicoop.cli.peer_shown import show_peer
from fedicoop.cli.terminal import marked, one_line, show, show_json, show_table, tell
from fedicoop.cli.words import language, t
from fedicoop.errors import Malformed
from fedicoop.i18n import explain

if TYPE_CHECKING:
    from fedicoop.desk.blocklist import Line
    from fedicoop.peers.decisions import House

HOST = click.argument("host", metavar="DOMAIN")
reason_option = option("--reason", metavar="TEXT", default="")


@click.group(cls=Group, examples=("fedicoop peer list", "fedicoop peer close spam.example --reason …"))
def peer() -> None:
    pass


peer.add_command(show_peer)


@peer.command("list", examples=("fedicoop peer list", "fedicoop peer list --json"))
@as_json
def list_(as_json: bool) -> None:
    decided, listed_only, signed_only = opening.perform(_list())
    if as_json:
        names = ("host", "policy", "reason", "decided_at", "software")
        houses = [{name: getattr(one, name) for name in names} for one in decided]
        return show_json({"listed_only": listed_only, "signed_only": signed_only, "houses": houses})
    for rule, holds in (("listed_only", listed_only), ("signed_only", signed_only)):
        if holds:
            show(marked("!", t(f"houses.{rule}")))
    if not decided:
        return show(t("houses.none"))
    heads = [t(f"cli.peer.head.{head}") for head in ("host", "policy", "since", "reason")]
    return show_table([_row(one) for one in decided], heads)


def _row(one: "House") -> tuple[str, str, str, str]:
    since = f"{one.decided_at:%Y-%m-%d}" if one.decided_at else ""
    return one.host, t(f"houses.is.{one.policy}"), since, one_line(one.reason)


async def _list() -> "tuple[list[House], bool, bool]":
    from fedicoop.actors import readers
    from fedicoop.peers import decisions

    async with opening.opened() as node, node.db.read() as tx:
        listed_only, signed_only = await decisions.listed_only(tx), await readers.must_sign(tx)
        return await decisions.decided(tx), listed_only, signed_only


@peer.command(
    examples=("fedicoop peer close spam.example --reason spam", "fedicoop peer close spam.example --json")
)
@HOST
@reason_option
@as_json
def close(host: str, reason: str, as_json: bool) -> None:
    _decided(host, "closed", reason, as_json)


@peer.command(
    examples=("fedicoop peer limit loud.example --reason …", "fedicoop peer limit loud.example --json")
)
@HOST
@reason_option
@as_json
def limit(host: str, reason: str, as_json: bool) -> None:
    _decided(host, "limited", reason, as_json)


@peer.command(
    "open", examples=("fedicoop peer open friend.example", "fedicoop peer open friend.example --json")
)
@HOST
@reason_option
@as_json
def open_(host: str, reason: str, as_json: bool) -> None:
    _decided(host, "open", reason, as_json)


def _decided(host: str, policy: str, reason: str, as_json: bool) -> None:
    named = opening.perform(_decide(host, policy, reason))
    if as_json:
        return show_json({"host": named, "policy": policy, "reason": reason})
    return show(marked("✓", t(f"cli.peer.{policy}", host=named)))


async def _decide(host: str, policy: str, reason: str) -> str:
    from fedicoop.desk import houses
    from fedicoop.peers.peer import Policy

    async with opening.opened() as node:
        named = houses.named(host, node.settings.host)
        async with node.db.write() as tx:
            who = await opening.acting(tx, await opening.our_coop(tx))
            await houses.decide(tx, who, named, Policy(policy), reason)
        if not opening.runs(node.settings):
            await opening.carry(node)
    return named


@peer.command(examples=("fedicoop peer rules --listed-only yes", "fedicoop peer rules --signed-only no"))
@option("--listed-only", type=click.Choice(["yes", "no"]))
@option("--signed-only", type=click.Choice(["yes", "no"]))
@as_json
def rules(listed_only: str | None, signed_only: str | None, as_json: bool) -> None:
    listed, signed = opening.perform(_rules(listed_only, signed_only))
    if as_json:
        return show_json({"listed_only": listed, "signed_only": signed})
    for rule, holds in (("listed_only", listed), ("signed_only", signed)):
        show(f"{t('cli.yes') if holds else t('cli.no'):5}{t(f'houses.{rule}')}")
    return None


async def _rules(listed_only: str | None, signed_only: str | None) -> tuple[bool, bool]:
    from fedicoop.actors import readers
    from fedicoop.desk import houses
    from fedicoop.peers import decisions

    async with opening.opened() as node:
        async with node.db.write() as tx:
            listed = await decisions.listed_only(tx) if listed_only is None else listed_only == "yes"
            signed = await readers.must_sign(tx) if signed_only is None else signed_only == "yes"
            if listed_only or signed_only:
                who = await opening.acting(tx, await opening.our_coop(tx))
                await houses.choose(tx, who, listed_only=listed, signed_only=signed)
        if not opening.runs(node.settings):
            await opening.carry(node)
    return listed, signed


@peer.command(
    "import", examples=("fedicoop peer import blocks.csv --dry-run", "fedicoop peer import blocks.csv")
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@dry_run
@as_json
def import_(file: Path, dry_run: bool, as_json: bool) -> int:
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("houses.no_list", str(error)) from error
    lines = opening.perform(_import(text, dry_run))
    wrong = [line for line in lines if line.problem]
    done = len([line for line in lines if line.policy])
    for line in wrong:
        said = explain(line.problem, language()) if line.problem else None
        tell(
            marked(
                "!", f"{t('houses.bad_line', number=line.number, host=line.host)} {said.what if said else ''}"
            )
        )
    if as_json:
        show_json({"decided": done, "wrong": len(wrong), "dry_run": dry_run})
    else:
        show(marked("✓", t("cli.peer.would_import" if dry_run else "cli.peer.imported", count=str(done))))
    return 1 if wrong else 0


async def _import(text: str, dry_run: bool) -> "list[Line]":
    from fedicoop.desk import blocklist, houses

    async with opening.opened() as node:
        lines = blocklist.read(text, node.settings.host)
        if not dry_run:
            async with node.db.write() as tx:
                who = await opening.acting(tx, await opening.our_coop(tx))
                for line in lines:
                    if line.policy:
                        await houses.decide(tx, who, line.host, line.policy, line.reason)
            if not opening.runs(node.settings):
                await opening.carry(node)
    return lines


@peer.command(examples=("fedicoop peer export > blocks.csv", "fedicoop peer export"))
def export() -> None:
    show(opening.perform(_export()).rstrip("\n"))


async def _export() -> str:
    from fedicoop.desk import blocklist
    from fedicoop.peers import decisions

    async with opening.opened() as node, node.db.read() as tx:
        return blocklist.write(await decisions.decided(tx))
