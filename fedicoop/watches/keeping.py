"""What this room does by the clock alone."""

from datetime import datetime

from fedicoop.db import Tx
from fedicoop.watches import store, tellings


async def forget(tx: Tx, before: datetime) -> None:
    """What was told before that moment, and all that is of members who left."""
    await tellings.forget(tx, before)
    await store.forget_who_left(tx)
