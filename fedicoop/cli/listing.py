"""`listing`: offers and needs by hand or by script."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from fedicoop.cli import listing_files, opening
from fedicoop.cli.command import Group, as_json, coop_option, dry_run, option
from fedicoop.cli.terminal import marked, one_line, show, show_json, show_table, tell
from fedicoop.cli.words import t
from fedicoop.errors import Forbidden, Gone, NotFound

if TYPE_CHECKING:
    from fedicoop.access import Member
    from fedicoop.db import Tx
    from fedicoop.listings.listing import Listing
    from fedicoop.node import Node

SHORT = 8  # letters of a key that `listing list` shows: its last ones, which are chance
ID = click.argument("id", metavar="ID")
FILE = click.argument("file", metavar="FILE.json")
member = option("--as", "member", metavar="HANDLE")


@dataclass(frozen=True, slots=True)
class Shown:
    """A listing and whose it is: `local`, or the name of the peer."""

    listing: "Listing"
    source: str

    def told(self) -> dict[str, Any]:
        one = self.listing
        told: dict[str, Any] = {
            "id": one.id,
            "url": one.url or one.id,
            "key": one.key,
            "kind": one.kind,
            "mode": one.mode,
        }
        told |= {"title": one.title, "status": one.status, "source": self.source, "actor": one.actor_id}
        told |= {"category": one.category, "tags": list(one.tags), "visibility": one.visibility}
        told |= {"place": one.where.name if one.where else None, "photos": len(one.photos)}
        moments = {"published": one.published_at, "updated": one.updated_at, "expires": one.expires_at}
        return told | {name: at.isoformat(timespec="seconds") if at else None for name, at in moments.items()}


@click.group(
    cls=Group, examples=("fedicoop listing publish offre.json", "fedicoop listing list --from peers --json")
)
def listing() -> None:
    pass


@listing.command(
    examples=("fedicoop listing publish velo.json", "fedicoop listing publish - --json < velo.json")
)
@FILE
@member
@coop_option
@dry_run
@as_json
def publish(file: str, member: str | None, coop: str | None, dry_run: bool, as_json: bool) -> None:
    raw, folder = listing_files.read(file)
    _said("published", opening.perform(_publish(raw, folder, member, coop, dry_run)), as_json, dry_run)


async def _publish(raw: Any, folder: Any, member: str | None, coop: str | None, dry_run: bool) -> Shown:
    from fedicoop.listings import actions

    async with opening.opened() as node:
        async with node.db.read() as tx:
            who = await opening.acting(tx, await opening.our_coop(tx, coop), member)
        listing_files.check(raw, fresh=True)
        photos = await listing_files.take_in(node, raw, folder, dry_run=dry_run)
        async with _trying(node, dry_run) as tx:
            draft = await actions.draft(tx, who, raw, photos or ())
            return Shown(await actions.publish(tx, who, draft.id), "local")


class _Rehearsed(Exception):
    """Everything went well, and nothing of it shall be kept."""


@asynccontextmanager
async def _trying(node: "Node", dry_run: bool) -> "AsyncIterator[Tx]":
    """A transaction that is taken back at its end where the operator asked for `--dry-run`."""
    try:
        async with node.db.write() as tx:
            yield tx
            if dry_run:
                raise _Rehearsed
    except _Rehearsed:
        pass


@listing.command(
    examples=(
        "fedicoop listing update 01kb3x velo.json",
        "fedicoop listing update 01kb3x - --dry-run < velo.json",
    )
)
@ID
@FILE
@member
@dry_run
@as_json
def update(id: str, file: str, member: str | None, dry_run: bool, as_json: bool) -> None:
    raw, folder = listing_files.read(file)
    _said("updated", opening.perform(_update(id, raw, folder, member, dry_run)), as_json, dry_run)


async def _update(id: str, raw: Any, folder: Any, member: str | None, dry_run: bool) -> Shown:
    from fedicoop.listings import actions

    async with opening.opened() as node:
        async with node.db.read() as tx:
            found, who = await _meant(tx, node, id, member)
        listing_files.check(raw, fresh=False)
        photos = await listing_files.take_in(node, raw, folder, dry_run=dry_run)
        async with _trying(node, dry_run) as tx:
            return Shown(await actions.update(tx, who, found.id, raw, photos), "local")


async def _meant(tx: "Tx", node: "Node", text: str, member: str | None) -> tuple["Listing", "Member"]:
    """The listing of ours that an id, a page's address or a key names, and who acts.  Raises NotFound."""
    from fedicoop.actors import store as actors
    from fedicoop.listings import store

    key = text.strip().rstrip("/").rpartition("/")[2].lower()
    found = await store.find(tx, text.strip()) or await store.find_by_key(tx, key) or await _ending(tx, key)
    if found and "://" in text and text.strip().rstrip("/") not in (found.id, found.url):
        found = None
    if found is None and await store.is_gone(tx, f"{node.settings.origin}/listings/{key}"):
        raise Gone("cli.listing_gone", text, id=text)
    if found is None:
        raise NotFound("cli.no_such_listing", text, id=text)
    if found.coop_id is None:
        raise Forbidden("cli.listing_of_a_peer", text, id=text)
    return found, await opening.acting(tx, await actors.get(tx, found.coop_id), member)


async def _ending(tx: "Tx", end: str) -> "Listing | None":
    """The listing of ours whose key ends so, as `listing list` shows it, if there is exactly one."""
    from fedicoop.listings import store

    if len(end) < SHORT:
        return None
    found = [one for one in await store.every(tx, source="local") if one.key.endswith(end)]
    return found[0] if len(found) == 1 else None


def _step(name: str, what: str, example: str) -> None:
    """A verb that moves a listing on by one step, and is nothing else than its action."""

    @listing.command(
        name, examples=(f"fedicoop listing {name} 01kb3x", f"fedicoop listing {name} {example} --json")
    )
    @ID
    @member
    @as_json
    def step(id: str, member: str | None, as_json: bool) -> None:
        _said(what, opening.perform(_take(name, id, member)), as_json)


async def _take(name: str, id: str, member: str | None) -> Shown:
    from fedicoop.listings import actions

    steps: dict[str, Callable[..., Awaitable[Any]]] = {
        "pause": actions.pause,
        "resume": actions.publish,
        "close": actions.close,
        "renew": actions.renew,
        "delete": actions.delete,
    }
    async with opening.opened() as node, node.db.write() as tx:
        found, who = await _meant(tx, node, id, member)
        after = await steps[name](tx, who, found.id)
        return Shown(after or found, "local")


_PAGE = "https://velo.example/l/01kb3x"
_step("pause", "paused", _PAGE)
_step("resume", "resumed", _PAGE)
_step("close", "closed", _PAGE)
_step("renew", "renewed", _PAGE)
_step("delete", "deleted", _PAGE)


def _said(what: str, shown: Shown, as_json: bool, dry_run: bool = False) -> None:
    """What was done, and who will hear of it."""
    if as_json:
        told = shown.told() | ({"status": "deleted"} if what == "deleted" else {})
        return show_json(told | ({"dry_run": True} if dry_run else {}))
    show(marked("✓", t(f"cli.listing.{what}", title=one_line(shown.listing.title))))
    if what != "deleted":
        show(f"  {shown.listing.url}")
    if dry_run:
        return tell(f"  {t('cli.listing.rehearsed')}")
    if not opening.runs(opening.settings()):
        return tell(f"  {t('cli.nobody_serves', command='fedicoop serve')}")
    return None


@listing.command(
    "list", examples=("fedicoop listing list --from peers", "fedicoop listing list --kind need --json")
)
@option("--from", "source", type=click.Choice(("local", "peers", "all")), default="all")
@option("--kind", type=click.Choice(("offer", "need")))
@as_json
def list_(source: str, kind: str | None, as_json: bool) -> None:
    found = opening.perform(_list(source, kind))
    if as_json:
        return show_json([one.told() for one in found])
    if not found:
        return show(t("cli.listing.none", command="fedicoop listing publish annonce.json"))
    heads = [t(f"cli.listing.head.{head}") for head in ("key", "kind", "status", "source", "title")]
    return show_table([_row(one) for one in found], heads)


def _row(shown: Shown) -> tuple[str, ...]:
    one = shown.listing
    source = t("cli.listing.local") if shown.source == "local" else shown.source
    return (
        one.key.lower()[-SHORT:],
        t(f"kind.{one.kind}"),
        t(f"cli.listing.status.{one.status}"),
        source,
        one.title,
    )


async def _list(source: str, kind: str | None) -> list[Shown]:
    from fedicoop.actors import store as actors
    from fedicoop.listings import store
    from fedicoop.listings.listing import Kind

    async with opening.opened() as node, node.db.read() as tx:
        found = await store.every(tx, source=source, kind=Kind(kind) if kind else None)
        speakers = await actors.several(tx, [one.actor_id for one in found])
    return [Shown(one, "local" if one.local else _source(one, speakers)) for one in found]


def _source(one: "Listing", speakers: dict[str, Any]) -> str:
    return opening.name_of(speakers[one.actor_id]) if one.actor_id in speakers else one.actor_id
