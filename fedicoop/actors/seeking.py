"""Actors by a part of their name.  Only looks."""

from dataclasses import dataclass

from fedicoop.actors import store
from fedicoop.db import Tx
from fedicoop.vocabulary.types import Actor


@dataclass(frozen=True, slots=True)
class _Id:
    id: str


async def named(tx: Tx, words: str, *, limit: int) -> list[Actor]:
    """Who is called something like it, here and elsewhere, coops first.

    Members of ours are found only if they wish to be (`discoverable`), or by their whole handle.
    """
    text = words.strip().removeprefix("@").lower()[:100]
    if len(text) < 2:
        return []
    like = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    rows = await tx.all(
        _Id,
        """SELECT id FROM actors
           WHERE gone_at IS NULL AND type <> 'Application'
             AND (lower(handle) LIKE :start ESCAPE '!' OR lower(name) LIKE :within ESCAPE '!'
                  OR lower(webfinger) LIKE :start ESCAPE '!')
             AND (discoverable OR lower(handle) = :text OR lower(webfinger) = :text OR NOT local)
           ORDER BY CASE WHEN lower(handle) = :text THEN 0 WHEN type = 'Organization' THEN 1 ELSE 2 END,
                    CASE WHEN local THEN 0 ELSE 1 END, handle, id LIMIT :limit""",
        start=f"{like}%",
        within=f"%{like}%",
        text=text,
        limit=limit,
    )
    found = await store.several(tx, [row.id for row in rows])
    return [found[row.id] for row in rows if row.id in found]
