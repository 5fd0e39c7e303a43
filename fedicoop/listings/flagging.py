"""Somebody elsewhere reports something of ours: promised to the desk, where stewards read it."""

from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import Collection, Flag


@dataclass(frozen=True, slots=True)
class Flagged:
    """The server `host` reports `ids` of ours, with a reason in plain text.  Who there does is not asked."""

    host: str
    ids: list[str]
    reason: str


async def on_flag(tx: Tx, received: Received[Flag, Collection]) -> None:
    """A report does nothing by itself: a steward decides (security case 125)."""
    host, ids = normal_host(received.sender.id), [str(item) for item in received.object.items]
    await queue.enqueue(tx, Flagged(host, ids, received.activity.content), lane="reports", thread=host)
