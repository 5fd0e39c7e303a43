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
    """An inbox of `actor_id` answered 410: ask its own document whether it is gone."""

    actor_id: str


async def forget(tx: Tx, actor_id: str) -> None:
    """Promise to forget an actor, in the commit that learnt that it is gone."""
    await queue.enqueue(tx, Forget(actor_id), lane="leaving", thread=actor_id)


async def ask_after(tx: Tx, actor_id: str) -> None:
    await queue.enqueue(tx, AskAfter(actor_id), lane="leaving", thread=actor_id)
