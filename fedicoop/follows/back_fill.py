"""A promise: read what a newly followed coop already offers and needs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackFill:
    """Read the `offers` and `needs` collections of `followed_id`, or its outbox where it has none."""

    followed_id: str
