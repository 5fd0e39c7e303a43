"""What this room adds to the house: pages and doors, promises that it keeps, what is due by the clock."""

from fedicoop.boards import actions, announcing, pages
from fedicoop.boards.actions import Fill
from fedicoop.db import Tx
from fedicoop.jobs.worker import Work
from fedicoop.listings.boarding import PassOn

routes = [*pages.routes]

WORK: Work = {
    "PassOn": (PassOn, announcing.pass_on),
    "Fill": (Fill, actions.fill),
}


async def forget_old(tx: Tx) -> None:
    """What is over ends."""
    await actions.end_what_is_over(tx)
