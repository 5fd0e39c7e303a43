"""Telling members something.  Whoever tells says to whom: this room asks no other."""

from collections.abc import Iterable

from fedicoop.db import Tx
from fedicoop.notices import store


async def tell(
    tx: Tx, member_ids: Iterable[str], kind: str, *, path: str, key: str, **values: object
) -> None:
    """Let these members know, each once for each `key`, in the transaction that makes it so.

    `kind` names the words: the texts `notice.<kind>` (one sentence, filled with `values`) and
    `notice.<kind>.why` (why they get this).  `path` is where the notice leads, within this house.
    """
    for member_id in dict.fromkeys(member_ids):
        await store.put(tx, member_id, kind, path=path, key=key, values=values)
