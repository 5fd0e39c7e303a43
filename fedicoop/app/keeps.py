"""What each room keeps of a member: put into their archive, and forgotten when they leave."""

from fedicoop.clients import leaving as clients
from fedicoop.desk import houses, reporting
from fedicoop.enquiries import leaving as enquiries
from fedicoop.exchanges import leaving as exchanges
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import leaving as listings
from fedicoop.log import log
from fedicoop.members import leaving as members
from fedicoop.members import store
from fedicoop.members.keeping import Keep, Keeps
from fedicoop.members.leaving import Erase
from fedicoop.node import Node
from fedicoop.notices import leaving as notices
from fedicoop.reactions import leaving as reactions
from fedicoop.watches import leaving as watches

KEEPS: Keeps = (
    Keep(exchanges.take_along, exchanges.leave, exchanges.names_of_photos),
    Keep(enquiries.take_along, enquiries.forget),
    Keep(reactions.take_along, reactions.forget),
    Keep(listings.take_along, listings.forget, listings.names_of_photos),
    Keep(reporting.take_along, reporting.forget),
    Keep(houses.take_along, houses.forget),
    Keep(watches.take_along, watches.forget),
    Keep(notices.take_along, notices.forget),
    Keep(clients.take_along, clients.forget),
    Keep(members.take_along, members.forget),
)
"""In the order in which they are forgotten: what speaks in a member's name goes before the name."""


async def erase(node: Node, job: Job, task: Erase) -> None:
    """Room by room, each in a commit; who dies in between begins again, and finds less to do."""
    async with node.db.read() as tx:
        who = await store.get(tx, task.member_id)
    for keep in KEEPS:
        async with node.db.write() as tx:
            await keep.forget(tx, who)
    async with node.db.write() as tx:
        await queue.done(tx, job)
    log.info("member.erased", member=task.member_id)
