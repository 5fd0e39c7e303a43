"""Who may read ActivityPub documents here: everybody, or only houses that sign and are not closed."""

from fedicoop import meta
from fedicoop.db import Tx
from fedicoop.peers import decisions
from fedicoop.peers.peer import EVERYBODY

_FACT = "readers"


async def must_sign(tx: Tx) -> bool:
    """Whether documents are for those who say who they are ("authorised fetch")."""
    return await meta.find(tx, _FACT) == "signed"


async def require_signatures(tx: Tx, yes: bool, member_id: str | None) -> None:
    """From now on, or no longer; who wanted it stands in the log of the houses."""
    was = "signed_only" if await must_sign(tx) else "unsigned_too"
    became = "signed_only" if yes else "unsigned_too"
    if was == became:
        return
    await meta.put(tx, _FACT, "signed" if yes else "")
    await decisions.note(tx, EVERYBODY, was, became, "", member_id)
