"""Promises about actors who leave: forget one that is gone, ask after one that may be."""

from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.jobs import queue


@dataclass(frozen=True, slots=True)
class Forget:
    """The owner of `actor_id` said that it is gone: its listings, photos and follows go too."""

    actor_id: str


@dataclass(frozen=True, slots=True)
class AskAfter:
    """An inbox of `actor_id` is not there, or has moved: its document says where, or that it is gone.

    What waits for `inbox`, and the one `letter` that was refused there, then leave for where it is.
    """

    actor_id: str
    inbox: str = ""
    letter: tuple[str, str, str] | None = None  # an activity, its object, its thread


async def forget(tx: Tx, actor_id: str) -> None:
    """Promise to forget an actor, in the commit that learnt that it is gone."""
    await queue.enqueue(tx, Forget(actor_id), lane="leaving", thread=actor_id)


async def ask_after(
    tx: Tx, actor_id: str, inbox: str = "", letter: tuple[str, str, str] | None = None
) -> None:
    await queue.enqueue(tx, AskAfter(actor_id, inbox, letter), lane="leaving", thread=actor_id)
