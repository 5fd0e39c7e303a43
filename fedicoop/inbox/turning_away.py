"""Remembering whom the door turned away and why, so that a page can say it to both sides."""

import re

from starlette.requests import Request

from fedicoop.errors import Problem, TooMany, Unavailable
from fedicoop.node import Node
from fedicoop.peers.turned_away import Gathered
from fedicoop.vocabulary.hosts import normal_host, same_origin

_KEY_ID = re.compile(r'keyid="(https?://[^"\s]{1,2000})"', re.IGNORECASE)


async def note(request: Request, problem: Problem) -> None:
    """Gather a refusal under the house that the letter claims to come from; never fails a request.

    What is our own trouble (a full disk, too many letters at once) says nothing about a house.
    """
    node: Node = request.app.state.node
    if (isinstance(problem, Unavailable) and problem.key.startswith("storage.")) or isinstance(
        problem, TooMany
    ):
        return
    host = _claimed(request, node)
    if host is None:
        return
    gathered = gathered_of(node)
    if gathered.note(host, problem.key, problem.detail, node.db.clock()):
        try:
            await gathered.keep(node.db)
        except Problem:
            return  # the disk is full: it stays in memory


def _claimed(request: Request, node: Node) -> str | None:
    for name in ("signature", "signature-input"):
        if found := _KEY_ID.search(request.headers.get(name, "")):
            try:
                host = normal_host(found[1])
            except Problem:
                return None
            return None if same_origin(found[1], node.settings.origin) else host
    return None


def gathered_of(node: Node) -> Gathered:
    found = node.shared.get(Gathered)
    if not isinstance(found, Gathered):
        found = node.shared[Gathered] = Gathered()
    return found
