"""Fetching a peer's photo, so that a page of ours asks nobody else for anything."""

from typing import Protocol
from urllib.parse import urljoin

from fedicoop.db import room
from fedicoop.errors import Malformed, Refused, Unavailable, Unreachable
from fedicoop.log import log
from fedicoop.media import store
from fedicoop.media.pictures import MOST_BYTES
from fedicoop.media.store import CopyPicture
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.vocabulary.hosts import normal_host

__all__ = ["CopyPicture", "copy_picture"]

MOST_ATTEMPTS = 8
MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429})


class Attempted(Protocol):
    """A job, as far as this room knows it: jobs are its neighbour."""

    @property
    def attempts(self) -> int: ...


async def copy_picture(node: Node, job: Attempted, task: CopyPicture) -> None:
    """Fetch, re-encode and keep a wanted photo; doing it twice changes nothing.

    Raises Unreachable (or Unavailable, when it is our disk) for another try; after the last, or
    when the answer is no, or no picture, the photo is given up and the listing shows without it.
    """
    async with node.db.read() as tx:
        if not await store.is_wanted(tx, task.source):
            return
    try:
        room.require(node.settings, room.FOR_PEERS)
        await store.keep(node, await _fetch(node, task.source), source=task.source)
    except (Malformed, Refused, Unavailable, Unreachable) as problem:
        again = isinstance(problem, (Unavailable, Unreachable)) and problem.key != "peer.too_large"
        ours = problem.key.startswith("storage.")  # our disk is the matter: no photo is given up for that
        if ours or (again and job.attempts < MOST_ATTEMPTS):
            raise
        log.info("picture.not_copied", source=task.source, key=problem.key, detail=problem.detail)
        async with node.db.write() as tx:
            await store.give_up(tx, task.source)


async def _fetch(node: Node, source: str) -> bytes:
    """Ask through the one guarded way out, on every hop: object stores and CDNs redirect, anonymously."""
    url = source
    for _ in range(MOST_REDIRECTS + 1):
        async with node.db.read() as tx:
            if await peers.policy(tx, normal_host(url)) is Policy.CLOSED:
                raise Refused("fetch.closed_house", url, host=normal_host(url))
        answer = await node.out.get(url, {"accept": "image/*"}, limit=MOST_BYTES)
        if answer.status == 200:
            return answer.body
        if answer.status in _REDIRECTS and (location := answer.headers.get("location")):
            url = urljoin(url, location)
        elif answer.status >= 500 or answer.status in _LATER:
            raise Unavailable("picture.source_later", url, status=str(answer.status))
        else:
            raise Refused("picture.source_refused", url, status=str(answer.status))
    raise Refused("picture.source_redirects", source)
