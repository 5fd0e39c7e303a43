"""Telling members something.  Whoever tells says to whom: this room asks no other."""

from collections.abc import Iterable

from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.notices import readers, store
from fedicoop.notices.kinds import Pace, family_of
from fedicoop.notices.news import GATHERED, LANE, WriteNews


async def tell(
    tx: Tx,
    member_ids: Iterable[str],
    kind: str,
    *,
    path: str,
    key: str,
    pace: Pace | None = None,
    **values: object,
) -> None:
    """Let these members know, each once for each `key`, in the transaction that makes it so.

    `kind` names the words: the texts `notice.<kind>` (one sentence, filled with `values`) and
    `notice.<kind>.why` (why they get this); its first part is a line of `kinds.py`.  A value may itself be
    told in the reader's language (`i18n.said`).  `path` is where the notice leads, within this house.  On the
    page of notices it stands at once.  By mail it goes as the member chose for its family, or at the `pace`
    that they chose for this one thing; what is wanted as it comes is promised here.
    """
    for member_id in dict.fromkeys(member_ids):
        fresh = await store.put(tx, member_id, kind, path=path, key=key, values=values, pace=pace)
        if fresh and (pace or (await readers.paces(tx, member_id))[family_of(kind)]) is Pace.INSTANT:
            await queue.enqueue(
                tx, WriteNews(member_id), lane=LANE, thread=member_id, run_at=tx.now + GATHERED
            )
