"""What has ended had another id before this house moved: that one ends too, by whom it was said then."""

from dataclasses import dataclass

from fedicoop import meta
from fedicoop.db import Tx
from fedicoop.vocabulary.hosts import origin_of


@dataclass(frozen=True, slots=True)
class Before:
    """What was said about a thing under an older id, and by which older id of its author."""

    object_id: str
    actor_id: str
    public: bool


async def before_the_move(tx: Tx, object_id: str) -> list[Before]:
    """The older ids of a thing of ours whose end was not told yet; none in a house that never moved."""
    former = (await meta.find(tx, meta.FORMER_ORIGINS) or "").split()
    found = list[Before]()
    for old in former:
        found += await tx.all(
            Before,
            """SELECT object_id, actor_id, public FROM sent s
               WHERE type = 'Create' AND object_id = :id AND NOT EXISTS (
                   SELECT 1 FROM sent d WHERE d.type = 'Delete' AND d.object_id = s.object_id)""",
            id=old + object_id.removeprefix(origin_of(object_id)),
        )
    return found
