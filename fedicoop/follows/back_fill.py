"""Promises that a follow brings: read what a coop already offers and needs; let it go at the end."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackFill:
    """Read the `offers` and `needs` collections of `followed_id`, or its outbox where it has none."""

    followed_id: str


@dataclass(frozen=True, slots=True)
class LetGo:
    """Nobody here may hear `actor_id` any more: if so, its listings leave our shelf."""

    actor_id: str
