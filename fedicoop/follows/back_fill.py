"""Promises that hearing a coop brings: read what it offers and needs, catch up with it, let it go."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackFill:
    """Read the `offers` and `needs` collections of `followed_id`, or its outbox where it has none."""

    followed_id: str


@dataclass(frozen=True, slots=True)
class LetGo:
    """Nobody here may hear `actor_id` any more: if so, its listings leave our shelf."""

    actor_id: str


@dataclass(frozen=True, slots=True)
class CatchUp:
    """We were away: read again what `followed_id` offers and needs, and ask after what is not there."""

    followed_id: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Somebody who followed `actor_id` at its old id follows it here: what there is goes to `inbox`."""

    actor_id: str
    inbox: str
