"""`inspect`: what we see of something out there, and what we would make of it."""

import re
from typing import TYPE_CHECKING, Any

import click

from fedicoop.cli import opening, verdicts
from fedicoop.cli.command import Command, as_json
from fedicoop.cli.terminal import one_line, show, show_json, show_step
from fedicoop.cli.words import t
from fedicoop.errors import NotFound, Refused

if TYPE_CHECKING:
    from fedicoop.node import Node
    from fedicoop.outward import Answer

_ALTERNATE = re.compile(
    r'<([^<>]{1,2048})>\s*;(?=[^,]*rel="?alternate"?)(?=[^,]*activity\+json)', re.IGNORECASE
)


@click.command(
    cls=Command,
    examples=(
        "fedicoop inspect @objets@objets.example",
        "fedicoop inspect https://objets.example/l/01kb3x --json",
    ),
)
@click.argument("name", metavar="URL|@HANDLE")
@as_json
def inspect(name: str, as_json: bool) -> None:
    told = opening.perform(_inspect(name.strip()))
    if as_json:
        return show_json(told)
    show(one_line(told["id"] or told["url"]))
    for label, mark, text in verdicts.in_words(told):
        print("  ", end="")
        show_step(mark, t(f"cli.inspect.label.{label}"), one_line(text))
    return None


async def _inspect(name: str) -> dict[str, Any]:
    from fedicoop.actors.names import by_name
    from fedicoop.vocabulary.hosts import same_origin

    async with opening.opened() as node:
        if "://" not in name:
            actor = await by_name(node, name)
            name = actor.id
        if same_origin(name, node.settings.origin):
            return await verdicts.of_ours(node, name)
        answer, signature = await _ask(node, name)
        told = {
            "url": answer.url,
            "fetched": True,
            "status": answer.status,
            "media_type": answer.headers.get("content-type", ""),
            "signature": signature,
        }
        return told | await verdicts.of_document(node, answer)


async def _ask(node: "Node", url: str) -> "tuple[Answer, str]":
    """The document, and whether its house wants our signature to give it: `not needed`, or its form.

    A page that names its ActivityPub twin leads there; a redirect is told, never followed.
    """
    from fedicoop.actors.fetching import ACCEPT, get_signed
    from fedicoop.peers import store as peers
    from fedicoop.vocabulary.hosts import normal_host, same_origin

    answer, signature = await node.out.get(url, {"accept": ACCEPT}), "not needed"
    if answer.status in (400, 401, 403):
        answer = await get_signed(node, url)
        async with node.db.read() as tx:
            signature = await peers.signature_form(tx, normal_host(url)) or "cavage"
    _insist(answer)
    twin = _ALTERNATE.search(answer.headers.get("link", ""))
    if (
        "html" in answer.headers.get("content-type", "")
        and twin
        and same_origin(twin[1], url)
        and twin[1] != url
    ):
        return await _ask(node, twin[1])
    return answer, signature


def _insist(answer: "Answer") -> None:
    if 300 <= answer.status < 400:
        where = answer.headers.get("location", "?")[:500]
        raise Refused("cli.inspect_redirect", answer.url, url=answer.url, location=where)
    if answer.status in (404, 410):
        raise NotFound("cli.inspect_absent", answer.url, url=answer.url, status=str(answer.status))
    if answer.status != 200:
        raise Refused("cli.inspect_refused", answer.url, url=answer.url, status=str(answer.status))
