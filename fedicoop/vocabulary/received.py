"""An activity that has been signed, read and looked up: all that a handler may know."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from fedicoop.vocabulary.types import Activity, Actor, Thing

A = TypeVar("A", bound=Activity)
T = TypeVar("T", bound=Thing)


@dataclass(frozen=True, slots=True)
class Received(Generic[A, T]):
    """`activity` as it was said, by `sender` (verified), about `object` (fetched or ours)."""

    activity: A
    sender: Actor
    object: T
